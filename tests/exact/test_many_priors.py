"""Surveys of many normal priors: against closed forms, and against the same priors applied one by one."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.values import BinomialEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.many_priors import CHUNK, Survey, survey
from crlm_bayes.likelihoods import binomial
from crlm_bayes.priors.families import Normal


def normal(mean: float, sd: float) -> Normal:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="test")


def normal_curve(y: float, se: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)


def table_curve(r: tuple[int, int], n: tuple[int, int]) -> EvidenceCurve:
    evidence = BinomialEvidence("s", ("c", "t"), ("C", "T"), np.array(r, dtype=float), np.array(n, dtype=float))
    settings: Any = SimpleNamespace(priors=SimpleNamespace(baseline=normal(0, 1.5), time_variation=None))
    return binomial.curve(evidence, settings)


def grid_of_priors(size: int = 9) -> tuple[np.ndarray, np.ndarray]:
    mean, sd = np.meshgrid(np.linspace(-3, 3, size), np.geomspace(0.003, 10, size))
    return mean.ravel(), sd.ravel()


def assert_as_applied(curve: EvidenceCurve, found: Survey, mean: np.ndarray, sd: np.ndarray, cuts: list[float]) -> None:
    for i, (m, s) in enumerate(zip(mean, sd, strict=True)):
        one = curve.apply(normal(float(m), float(s)))
        at = f"prior N({m}, {s}²)"
        assert found.p_below[i] == pytest.approx([one.p_below(x) for x in cuts], abs=1e-7), at
        quantiles = (found.lower[i], found.median[i], found.upper[i])
        assert quantiles == pytest.approx((one.interval[0], one.median, one.interval[1]), abs=1e-6), at
        assert found.log_evidence[i] == pytest.approx(one.log_evidence, abs=1e-7, rel=1e-9), at


@pytest.mark.parametrize(
    ("y", "se"), [(-0.281, 0.119), (-0.58, 0.02), (2.5, 0.4), (0.3, 1.7), (-0.1, 0.001), (-0.736, 0.362)]
)
def test_survey_of_a_normal_curve_is_conjugate(y: float, se: float) -> None:
    """Very narrow and very wide priors, far from the estimate, discounted and with a bias."""
    rng = np.random.default_rng(7)
    size = 2 * CHUNK + 17
    mean, sd = rng.uniform(-3, 3, size), np.exp(rng.uniform(math.log(0.003), math.log(10), size))
    bias, weight = rng.uniform(-0.4, 0.4, size), rng.uniform(0.01, 1, size)
    cuts = (-0.223, 0.0, 0.223)
    found = survey(normal_curve(y, se), mean, sd, cuts, bias=bias, weight=weight)
    precision = weight / se**2 + 1 / sd**2
    exact = stats.norm((weight * (y - bias) / se**2 + mean / sd**2) / precision, precision**-0.5)
    for k, cut in enumerate(cuts):
        np.testing.assert_allclose(found.p_below[:, k], exact.cdf(cut), atol=1e-7)
    for values, p in ((found.lower, 0.025), (found.median, 0.5), (found.upper, 0.975)):
        np.testing.assert_allclose(values, exact.ppf(p), atol=1e-6)
    marginal = stats.norm.logpdf(y - bias, mean, np.sqrt(sd**2 + se**2 / weight))
    constant = 0.5 * np.log(2 * math.pi * se**2 / weight)
    # the curve is 0 at its highest knot, not exactly at its maximum
    top = normal_curve(y, se).log_likelihood(y)
    np.testing.assert_allclose(found.log_evidence, marginal + constant + weight * top, atol=1e-7, rtol=1e-8)


@pytest.mark.parametrize(
    "name",
    [
        "pfs_chen2025_landmark",
        "os_chen2025_landmark",
        "orr_yan2025_counts",
        "hypertension_yan2025_counts",
        "complication_chen2025_counts",
        "pfs_chen2025_landmark_nonproportional",
    ],
)
def test_survey_of_a_bundled_curve_is_what_applying_gives(name: str, curve_of: Callable[[str], EvidenceCurve]) -> None:
    mean, sd = grid_of_priors()
    cuts = [math.log(0.8), 0.0, 0.3]
    assert_as_applied(curve_of(name), survey(curve_of(name), mean, sd, cuts), mean, sd, cuts)


@pytest.mark.parametrize(
    ("r", "n"),
    [((20, 0), (20, 20)), ((0, 20), (20, 20)), ((0, 5), (20, 20)), ((0, 0), (30, 30)), ((0, 1), (1, 1))],
    ids=["separated", "other way", "no event in one arm", "no event", "one patient each"],
)
def test_survey_of_a_curve_without_maximum_is_what_applying_gives(r: tuple[int, int], n: tuple[int, int]) -> None:
    curve = table_curve(r, n)
    mean, sd = grid_of_priors(7)
    cuts = [-2.0, 0.0, 1.0]
    assert_as_applied(curve, survey(curve, mean, sd, cuts), mean, sd, cuts)


def test_bias_and_weight_are_those_of_a_shifted_and_tempered_curve(curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve = curve_of("os_yan2025_landmark")
    for bias, weight in ((0.3, 1.0), (-0.2, 0.25), (0.0, 0.01)):
        found = survey(curve, 0.0, [0.1, 0.5], (0.0, -0.2), bias=bias, weight=weight)
        other = curve.shifted(bias).tempered(weight)
        assert_as_applied(other, found, np.zeros(2), np.array([0.1, 0.5]), [0.0, -0.2])


def test_weight_zero_leaves_the_prior_alone(curve_of: Callable[[str], EvidenceCurve]) -> None:
    found = survey(curve_of("pfs_chen2025_landmark"), -0.3, [0.003, 0.2, 10.0], (0.0,), weight=0.0)
    prior = stats.norm(-0.3, [0.003, 0.2, 10.0])
    np.testing.assert_allclose(found.p_below[:, 0], prior.cdf(0.0), atol=1e-9)
    np.testing.assert_allclose(found.median, -0.3, atol=1e-8)
    np.testing.assert_allclose(found.lower, prior.ppf(0.025), atol=1e-6)
    np.testing.assert_allclose(found.log_evidence, 0.0, atol=1e-9)


def test_arguments_broadcast_and_thresholds_come_last(curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve = curve_of("pfs_chen2025_landmark")
    sds, biases = np.geomspace(0.05, 2, 4), np.array([0.0, 0.1, 0.2])
    found = survey(curve, 0.0, sds[:, None], (0.0, -0.1), bias=biases)
    assert found.p_below.shape == (4, 3, 2) and found.median.shape == found.log_evidence.shape == (4, 3)
    one = survey(curve, 0.0, float(sds[2]), (0.0, -0.1), bias=0.1)
    assert one.p_below.shape == (2,) and one.median.shape == ()
    np.testing.assert_allclose(one.p_below, found.p_below[2, 1], atol=1e-8)
    assert float(one.upper) == pytest.approx(found.upper[2, 1], abs=1e-8)
    assert survey(curve, 0.0, 0.2, ()).p_below.shape == (0,)
    assert survey(curve, np.empty(0), 0.2).p_below.shape == (0, 1)


def test_survey_depends_neither_on_company_nor_on_order(curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve = curve_of("pfs_yan2025_landmark")
    mean, sd = grid_of_priors(21)
    together = survey(curve, mean, sd)
    back = survey(curve, mean[::-1], sd[::-1])
    np.testing.assert_allclose(back.p_below[::-1], together.p_below, atol=1e-8)
    for i in range(0, len(mean), 60):
        alone = survey(curve, mean[i], sd[i])
        assert float(alone.p_below[0]) == pytest.approx(together.p_below[i, 0], abs=1e-8)


def test_wider_and_kinder_priors_move_the_answer_as_they_must(
    analyses: dict[str, AnalysisSpec], curve_of: Callable[[str], EvidenceCurve]
) -> None:
    for name in ("pfs_chen2025_landmark", "orr_chen2025_counts"):
        by_mean = survey(curve_of(name), np.linspace(-2, 2, 101), 0.2)
        assert np.all(np.diff(by_mean.p_below[:, 0]) < 1e-12) and np.all(np.diff(by_mean.median) > 0)
        assert np.all((by_mean.lower < by_mean.median) & (by_mean.median < by_mean.upper))
        by_bias = survey(curve_of(name), 0.0, 0.2, bias=np.linspace(-1, 1, 101))
        assert np.all(np.diff(by_bias.median) < 0)  # the more the estimate is pushed upwards, the lower the truth


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sd": 0.0}, "sd"),
        ({"sd": [0.1, -0.2]}, "sd"),
        ({"sd": math.inf}, "sd"),
        ({"mean": math.nan}, "mean"),
        ({"bias": math.inf}, "bias"),
        ({"weight": 1.01}, "weight"),
        ({"weight": [-0.1, 0.5]}, "weight"),
    ],
)
def test_values_that_do_not_fit_are_refused_in_one_line(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"survey: {said}"):
        survey(normal_curve(0, 1), **({"mean": 0.0, "sd": 0.2} | arguments))
