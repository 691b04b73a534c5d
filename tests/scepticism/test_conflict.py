"""Conflict of prior and data: Box's tail probability, by formula and by integral."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, StudentT
from crlm_bayes.scepticism.conflict import moved, tail_probability
from makers.curves import ESTIMATES, normal, normal_curve
from oracles.reverse_bayes import (
    conflict,
    p_evidence,
)


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.22314, 0.2153), (-0.28768, 0.1749), (0.0, 0.01)])
def test_conflict_of_a_normal_curve_is_boxs(y: float, se: float, mean: float, sd: float) -> None:
    z = (y - mean) / math.hypot(se, sd)
    found = conflict(normal_curve(y, se), normal(mean, sd))
    assert found is not None
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(z)), abs=1e-6)
    assert found.log_evidence_ratio == pytest.approx(-(z**2) / 2, abs=2e-6 * (1 + z**2))
    assert p_evidence(found) == pytest.approx(found.p, abs=2e-3 if abs(z) < 0.01 else 2e-6)


@pytest.mark.parametrize(
    "prior",
    [
        StudentT(dist="student_t", df=3, mean=0.1, sd=0.3, rationale="t"),
        Cauchy(dist="cauchy", mean=0.1, sd=0.3, rationale="t"),
        Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.2, 0.3), sds=(0.15, 1.5), rationale="t"),
    ],
    ids=lambda p: p.dist,
)
@pytest.mark.parametrize("y", [-1.5, -0.2, 0.1, 2.0])
def test_tail_probability_of_other_priors_is_the_integral(prior: Prior, y: float) -> None:
    def integrand(theta: float) -> float:
        return float(np.exp(prior.logpdf(theta))) * float(stats.norm.cdf((y - theta) / 0.25))

    below = sum(integrate.quad(integrand, a, b, limit=200)[0] for a, b in ((-np.inf, -3), (-3, 0), (0, 3), (3, np.inf)))
    assert tail_probability((y, 0.25), prior) == pytest.approx(2 * min(below, 1 - below), abs=1e-6)


def test_mixture_of_one_kind_has_the_tail_of_the_normal() -> None:
    mixture = Mixture(dist="mixture", weights=(0.5, 0.5), means=(0.1, 0.1), sds=(0.3, 0.3), rationale="t")
    assert tail_probability((-0.6, 0.2), mixture) == pytest.approx(tail_probability((-0.6, 0.2), normal(0.1, 0.3)))
    assert moved(mixture, -1.0).centre == pytest.approx(-1.0)
    assert moved(mixture, -1.0).spread == pytest.approx(mixture.spread)


@pytest.mark.parametrize("name", ["orr_chen2025_counts", "pfs_chen2025_landmark", "dcr_yan2025_counts"])
def test_both_answers_to_conflict_are_close_on_the_bundled_curves(
    name: str, curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    for prior in priors.values():
        found = conflict(curve_of(name), analyses[name].effect_prior(prior))
        assert found is not None
        assert p_evidence(found) == pytest.approx(found.p, abs=0.03)
