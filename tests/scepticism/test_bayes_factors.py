"""Bayes factors of curves against closed forms and published tables."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, StudentT
from crlm_bayes.scepticism.bayes_factors import LARGEST, BayesFactor, largest
from makers.curves import ESTIMATES, normal, normal_curve
from oracles.reverse_bayes import (
    bayes_factor,
    bf01,
    minimum_bf01,
    p_null,
)


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.0, 0.205), (0.22314, 0.2153), (-0.28768, 0.1749)])
def test_bayes_factor_of_a_normal_curve_is_the_closed_form(y: float, se: float, mean: float, sd: float) -> None:
    exact = stats.norm.logpdf(y, mean, math.hypot(se, sd)) - stats.norm.logpdf(y, 0, se)
    found = bayes_factor(normal_curve(y, se), normal(mean, sd))
    assert found.log_bf10 == pytest.approx(exact, abs=1e-6)
    assert found.bf10 * bf01(found) == pytest.approx(1)


@pytest.mark.parametrize(
    "prior",
    [
        normal(-0.2, 0.3),
        StudentT(dist="student_t", df=3, mean=0.0, sd=0.3, rationale="t"),
        Cauchy(dist="cauchy", mean=0.0, sd=0.3, rationale="t"),
        Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.2, 0.0), sds=(0.15, 1.5), rationale="t"),
    ],
    ids=lambda p: p.dist,
)
def test_bayes_factor_is_the_savage_dickey_ratio(prior: Prior, curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve = curve_of("orr_yan2025_counts")
    posterior = curve.apply(prior)
    at_zero = np.interp(0.0, posterior.theta, np.log(np.maximum(posterior.density, 1e-300)))
    ratio = math.exp(float(at_zero)) / math.exp(float(prior.logpdf(0.0)))
    assert bf01(bayes_factor(curve, prior)) == pytest.approx(ratio, rel=1e-3)


def test_no_prior_beats_the_one_at_the_mode(curve_of: Callable[[str], EvidenceCurve], priors: dict[str, Prior]) -> None:
    curve = curve_of("pfs_chen2025_landmark")
    assert all(bayes_factor(curve, prior).log_bf10 < largest(curve).log_bf10 for prior in priors.values())
    near = bayes_factor(curve, normal(curve.mode, 1e-3)).log_bf10
    assert near == pytest.approx(largest(curve).log_bf10, abs=1e-4)


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
def test_minimum_bayes_factor_of_a_normal_curve_is_that_of_z(y: float, se: float) -> None:
    assert bf01(largest(normal_curve(y, se))) == pytest.approx(minimum_bf01(y / se), abs=1e-6)


@pytest.mark.parametrize(("z", "printed"), [(1.64, "3.8"), (1.96, "6.8"), (2.17, "11"), (2.58, "28")])
def test_minimum_bayes_factors_are_the_published_ones(z: float, printed: str) -> None:
    """Goodman 1999, Ann Intern Med 130:1005-1013: 1/3.8, 1/6.8, 1/11 and 1/28 for p 0.10, 0.05, 0.03 and 0.01."""
    assert 1 / minimum_bf01(z) == pytest.approx(largest(normal_curve(-z, 1.0)).bf10, abs=1e-4)
    assert f"{largest(normal_curve(-z, 1.0)).bf10:.{1 if '.' in printed else 0}f}" == printed


@pytest.mark.parametrize("log_bf10", [-3.0, 0.0, 2.3, 15.0])
def test_probabilities_follow_the_odds(log_bf10: float) -> None:
    bf = BayesFactor(log_bf10)
    for prior_null in (0.1, 0.5, 0.9):
        odds = prior_null / (1 - prior_null) * bf01(bf)
        assert p_null(bf, prior_null) == pytest.approx(odds / (1 + odds))
    needed = bf.prior_needed()
    assert 0 < needed < 1
    assert p_null(bf, 1 - needed) == pytest.approx(0.05, rel=1e-6)
    assert BayesFactor(0.0).prior_needed() == pytest.approx(0.95)
    assert BayesFactor(math.log(19)).prior_needed() == pytest.approx(0.5)


def test_overwhelming_bayes_factors_stay_finite() -> None:
    for curve in (normal_curve(-3.0, 0.01), normal_curve(12.0, 0.05)):
        bf = bayes_factor(curve, normal(0, 1))
        assert bf.log_bf10 > LARGEST
        assert math.isfinite(bf.bf10)
        assert p_null(bf) == pytest.approx(0) and 0 <= bf.prior_needed() < 1e-100
    assert BayesFactor(1e5).bf10 < math.inf and BayesFactor(-1e5).bf10 > 0 and BayesFactor(-1e5).prior_needed() == 1
