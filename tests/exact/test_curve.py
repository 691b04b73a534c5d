"""The exact engine against closed forms and against integration by other means."""

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import integrate, special, stats
from scipy.interpolate import make_interp_spline

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.values import BinomialEvidence, Evidence, SurvivalEvidence
from crlm_bayes.exact import curve as curves
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.quadrature import log_integral_concave
from crlm_bayes.likelihoods import binomial, piecewise_exponential
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.priors.spreads import HalfCauchy, HalfNormal, HalfStudentT, LogNormal, ScalePrior
from oracles.random_effects import blur, savage_dickey

BASE = Normal(dist="normal", mean=-3.5066, sd=2.0, rationale="test")
FLAT = Normal(dist="normal", mean=0.0, sd=1.5, rationale="test")


def normal(mean: float, sd: float) -> Normal:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="test")


def normal_curve(y: float, se: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)


def settings(baseline: Any, spread: ScalePrior | None = None) -> Any:
    return SimpleNamespace(priors=SimpleNamespace(baseline=baseline, time_variation=spread))


def table(r: tuple[float, float], n: tuple[float, float]) -> BinomialEvidence:
    return BinomialEvidence("s", ("c", "t"), ("C", "T"), np.array(r, dtype=float), np.array(n, dtype=float))


def landmarks(times: tuple[float, ...], n: Any, s: Any) -> SurvivalEvidence:
    at_risk, survivors = np.array(n, dtype=float), np.array(s, dtype=float)
    return SurvivalEvidence(
        "s", ("c", "t"), ("C", "T"), np.array([0.0, *times]), at_risk, survivors, survivors / at_risk
    )


CHEN_PFS = landmarks((12, 36), [(217, 118), (188, 110)], [(188, 110), (60, 49)])
YAN_OS = landmarks((12, 24, 36), [(38, 38), (27, 33), (16, 24)], [(27, 33), (16, 24), (10, 19)])


def deviation(curve: EvidenceCurve, theta: np.ndarray, log_likelihood: np.ndarray) -> float:
    """Greatest difference of two log likelihoods that are known up to a constant."""
    gap = curve.log_likelihood(theta) - log_likelihood
    return float(np.ptp(gap))


def around(curve: EvidenceCurve, widths: float, size: int = 25) -> np.ndarray:
    return curve.mode + curve.width * np.linspace(-widths, widths, size)


# quadrature


@pytest.mark.parametrize("centre", [-30.0, 0.0, 12.3])
@pytest.mark.parametrize("sd", [0.001, 0.3, 5.0])
def test_concave_integral_of_a_normal_density_is_one(centre: float, sd: float) -> None:
    found = log_integral_concave(lambda x: stats.norm.logpdf(x, centre, sd), -80, 80, ())
    assert float(found) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("a", [0.2, 1.0, 40.0])
def test_concave_integral_of_a_gamma_density_of_the_logarithm_is_one(a: float) -> None:
    found = log_integral_concave(lambda x: a * x - np.exp(x) - special.gammaln(a), -250, 30, ())
    assert float(found) == pytest.approx(0.0, abs=1e-9)


def test_concave_integrals_of_a_family_are_those_of_its_members() -> None:
    shift = np.linspace(-3, 3, 7)
    found = log_integral_concave(lambda x: stats.logistic.logpdf(x, shift[:, None], 0.7) + np.log(5), -60, 60, (7,))
    np.testing.assert_allclose(found, np.log(5), atol=1e-9)


# normal curves: conjugate answers


@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-0.736, 0.362), (0.3, 1.7), (-0.58, 0.02), (2.5, 0.4)])
@pytest.mark.parametrize(
    ("mean", "sd"), [(0.0, 0.205), (0.0, 1.0), (-0.255, 0.13), (0.5, 0.05), (0.0, 10.0), (0.0, 0.005)]
)
def test_normal_prior_on_a_normal_curve_is_conjugate(y: float, se: float, mean: float, sd: float) -> None:
    posterior = normal_curve(y, se).apply(normal(mean, sd))
    precision = 1 / se**2 + 1 / sd**2
    exact = stats.norm((y / se**2 + mean / sd**2) / precision, precision**-0.5)
    assert posterior.mean == pytest.approx(exact.mean(), abs=1e-6)
    assert posterior.sd == pytest.approx(exact.std(), abs=1e-6)
    for p in (0.025, 0.5, 0.975):
        assert posterior.quantile(p) == pytest.approx(exact.ppf(p), abs=1e-6)
    assert posterior.interval == pytest.approx((exact.ppf(0.025), exact.ppf(0.975)), abs=1e-6)
    assert posterior.median == posterior.quantile(0.5)
    for x in (0.0, math.log(0.8), -math.log(0.8), exact.mean() + exact.std()):
        assert posterior.p_below(x) == pytest.approx(exact.cdf(x), abs=1e-6)
    assert posterior.expect(np.exp) == pytest.approx(math.exp(exact.mean() + exact.var() / 2), rel=1e-6)


def test_log_evidence_of_a_normal_curve_is_the_marginal_density() -> None:
    """Up to the constant of the curve: differences between priors are Bayes factors."""
    curve = normal_curve(-0.5, 0.2)
    found = curve.apply(normal(0, 0.3)).log_evidence - curve.apply(normal(-0.4, 1.1)).log_evidence
    exact = stats.norm.logpdf(-0.5, 0, math.hypot(0.2, 0.3)) - stats.norm.logpdf(-0.5, -0.4, math.hypot(0.2, 1.1))
    assert found == pytest.approx(exact, abs=1e-7)


def test_great_trial_under_its_informed_prior_gives_the_published_posterior() -> None:
    """Deaths 13 of 163 v 23 of 148 (GREAT 1992), half a patient in each cell; prior of Pocock & Spiegelhalter 1992."""
    y = math.log(13.5 / 150.5) - math.log(23.5 / 125.5)
    se = math.sqrt(1 / 13.5 + 1 / 150.5 + 1 / 23.5 + 1 / 125.5)
    assert (y, se) == pytest.approx((-0.736, 0.362), abs=0.0005)
    posterior = normal_curve(y, se).apply(normal(-0.255, 0.130))
    assert posterior.mean == pytest.approx(-0.310, abs=0.0005)
    assert posterior.sd == pytest.approx(0.122, abs=0.0005)
    assert posterior.p_below(0.0) == pytest.approx(0.994, abs=0.0005)


@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-0.736, 0.362), (0.4, 0.05)])
def test_mode_and_width_of_a_normal_curve_are_estimate_and_standard_error(y: float, se: float) -> None:
    curve = normal_curve(y, se)
    assert curve.mode == pytest.approx(y, abs=1e-6)
    assert curve.width == pytest.approx(se, rel=1e-5)


@pytest.mark.parametrize(("y", "se"), [(-0.1, 0.001), (-4.5, 2.5), (-7.3, 1.0)])
def test_mode_and_width_stay_estimate_and_standard_error_beyond_the_usual(y: float, se: float) -> None:
    """A very large trial, a very small one, a very large effect: what is reported as estimate and error is still that."""
    curve = normal_curve(y, se)
    assert curve.mode == pytest.approx(y, abs=1e-4)
    assert curve.width == pytest.approx(se, rel=1e-3)


# other priors on a normal curve


@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-0.5, 0.362), (0.2, 0.7)])
@pytest.mark.parametrize(
    ("weights", "means", "sds"),
    [
        ((0.8, 0.2), (-0.4, 0.3), (0.1, 1.0)),
        ((0.5, 0.5), (0.0, 0.0), (0.05, 1.0)),
        ((0.5, 0.5), (0.0, 0.0), (0.005, 1.0)),
        ((0.3, 0.3, 0.4), (-1.0, 0.0, 1.0), (0.2, 0.2, 0.2)),
    ],
    ids=["robust", "narrow", "spike", "three"],
)
def test_mixture_prior_on_a_normal_curve_is_a_mixture_of_conjugate_answers(
    y: float, se: float, weights: tuple[float, ...], means: tuple[float, ...], sds: tuple[float, ...]
) -> None:
    prior = Mixture(dist="mixture", weights=weights, means=means, sds=sds, rationale="test")
    posterior = normal_curve(y, se).apply(prior)
    w, m, s = map(np.array, (weights, means, sds))
    new_weights = w * stats.norm.pdf(y, m, np.hypot(se, s))
    new_weights /= new_weights.sum()
    precision = 1 / se**2 + 1 / s**2
    parts = stats.norm((y / se**2 + m / s**2) / precision, precision**-0.5)
    assert posterior.mean == pytest.approx(new_weights @ parts.mean(), abs=1e-5)
    for x in (-0.3, 0.0, 0.002, 0.2):
        assert posterior.p_below(x) == pytest.approx(new_weights @ parts.cdf(x), abs=1e-4)
    for p in (0.025, 0.5, 0.975):
        assert float(new_weights @ parts.cdf(posterior.quantile(p))) == pytest.approx(p, abs=1e-4)


@pytest.mark.parametrize(
    "prior",
    [
        StudentT(dist="student_t", df=3, mean=0.1, sd=0.3, rationale="t"),
        Cauchy(dist="cauchy", mean=0.0, sd=0.25, rationale="t"),
        Cauchy(dist="cauchy", mean=0.0, sd=2.5, rationale="t"),
    ],
    ids=["student_t", "cauchy", "wide_cauchy"],
)
@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-1.5, 0.3)])
def test_heavy_tailed_prior_agrees_with_adaptive_integration(prior: Prior, y: float, se: float) -> None:
    def density(theta: float) -> float:
        return math.exp(-0.5 * ((theta - y) / se) ** 2 + float(prior.logpdf(theta)))

    def mass(low: float, high: float, power: int = 0) -> float:
        return integrate.quad(
            lambda t: t**power * density(t),
            low,
            high,
            epsabs=1e-13,
            epsrel=1e-12,
            limit=400,
            points=[x for x in (y, 0.0) if low < x < high],
        )[0]

    low, high = y - 12 * se, y + 12 * se
    total = mass(low, high)
    posterior = normal_curve(y, se).apply(prior)
    assert posterior.mean == pytest.approx(mass(low, high, 1) / total, abs=1e-6)
    for x in (-1.0, -0.3, 0.0, 0.1):
        assert posterior.p_below(x) == pytest.approx(mass(low, max(low, min(x, high))) / total, abs=1e-6)


def test_probability_below_is_monotone_and_inverted_by_the_quantile(curve_of: Callable[[str], EvidenceCurve]) -> None:
    posterior = curve_of("pfs_yan2025_landmark").apply(normal(0, 0.355))
    x = np.linspace(-2, 1, 301)
    below = np.array([posterior.p_below(float(t)) for t in x])
    assert np.all(np.diff(below) >= 0)
    assert posterior.p_below(-50.0) == 0 and posterior.p_below(50.0) == 1
    for p in (0.001, 0.1, 0.5, 0.9, 0.999):
        assert posterior.p_below(posterior.quantile(p)) == pytest.approx(p, abs=1e-9)


# curves of the likelihoods against integration by other means


def binomial_by_trapezoid(evidence: BinomialEvidence, theta: np.ndarray) -> np.ndarray:
    alpha = np.linspace(-20, 20, 8001)
    total = np.broadcast_to(stats.norm.logpdf(alpha, FLAT.mean, FLAT.sd), (len(theta), len(alpha)))
    for x, r, n in zip((-0.5, 0.5), evidence.events, evidence.n, strict=True):
        eta = alpha + theta[:, None] * x
        total = total - r * np.logaddexp(0, -eta) - (n - r) * np.logaddexp(0, eta)
    return np.asarray(special.logsumexp(total, axis=1))


TABLES = [
    ((111, 79), (217, 118)), ((26, 18), (38, 38)), ((3, 9), (38, 38)), ((0, 5), (20, 20)), ((0, 0), (30, 30)), ((30, 30), (30, 30)),
    ((20, 0), (20, 20)), ((0, 1), (1, 1)), ((900, 1000), (20000, 20000)), ((51.15 * 2.17, 66.95 * 1.18), (217, 118)), ((0.4, 2.6), (9, 7)),
]  # fmt: skip


@pytest.mark.parametrize(("r", "n"), TABLES)
def test_curve_of_a_table_agrees_with_brute_force(r: tuple[float, float], n: tuple[float, float]) -> None:
    evidence = table(r, n)
    curve = binomial.curve(evidence, settings(FLAT))
    theta = np.concatenate([around(curve, 5), np.linspace(-6, 6, 25)])
    exact = binomial_by_trapezoid(evidence, theta)
    matters = exact > exact.max() - 40
    assert deviation(curve, theta[matters], exact[matters]) < 1e-6


def test_curve_of_a_table_agrees_with_adaptive_integration() -> None:
    evidence = table((26, 18), (38, 38))
    curve = binomial.curve(evidence, settings(FLAT))
    theta = np.array([-2.0, -0.9, 0.0, 0.7, 1.5])

    def integrated(t: float) -> float:
        def f(alpha: float) -> float:
            p, q = 1 / (1 + math.exp(-(alpha - t / 2))), 1 / (1 + math.exp(-(alpha + t / 2)))
            return float(stats.binom.pmf(26, 38, p) * stats.binom.pmf(18, 38, q) * stats.norm.pdf(alpha, 0, 1.5))

        return math.log(integrate.quad(f, -8, 8, epsabs=0, epsrel=1e-11, points=[0.2])[0])

    assert deviation(curve, theta, np.array([integrated(t) for t in theta])) < 1e-6


def interval_by_trapezoid(evidence: SurvivalEvidence, k: int, theta: np.ndarray) -> np.ndarray:
    """Log likelihood of one interval with its hazard integrated out, up to a constant."""
    # steps of a third of the narrowest width that the deaths allow; a large trial leaves nothing of the far prior
    deaths = float((evidence.at_risk - evidence.survivors)[k].sum())
    eta = np.linspace(-24, 14, 951) if deaths < 500 else np.linspace(-9, 1, 2001)
    width = evidence.times[k + 1] - evidence.times[k]
    total = np.broadcast_to(stats.norm.logpdf(eta, BASE.mean, BASE.sd), (len(theta), len(eta))).copy()
    for a, x in enumerate((-0.5, 0.5)):
        hazard = np.exp(eta + theta[:, None] * x) * width
        n, s = evidence.at_risk[k, a], evidence.survivors[k, a]
        if n > s:
            total += (n - s) * np.log(-np.expm1(-hazard))
        total -= s * hazard
    return np.asarray(special.logsumexp(total, axis=1))


SURVIVAL = {
    "chen_pfs": CHEN_PFS,
    "yan_os": YAN_OS,
    "one_interval": landmarks((36,), [(217, 118)], [(60, 49)]),
    "nobody_dies_at_first": landmarks((12, 36), [(50, 40), (50, 40)], [(50, 40), (30, 30)]),
    "everybody_dies_in_one_arm": landmarks((12, 36), [(50, 40), (20, 30)], [(20, 30), (0, 20)]),
    "fractional": landmarks((12, 36), [(217, 118), (187.922, 109.976)], [(187.922, 109.976), (59.892, 48.97)]),
}


@pytest.mark.parametrize("evidence", SURVIVAL.values(), ids=SURVIVAL)
def test_curve_of_landmarks_agrees_with_brute_force(evidence: SurvivalEvidence) -> None:
    curve = piecewise_exponential.curve(evidence, settings(BASE))
    theta = np.concatenate([around(curve, 5), np.linspace(-4, 4, 17)])
    exact = sum(interval_by_trapezoid(evidence, k, theta) for k in range(len(evidence.survivors)))
    matters = exact > np.max(exact) - 40
    assert deviation(curve, theta[matters], exact[matters]) < 1e-6


def blurred_by_quad(curve: EvidenceCurve, centre: float, omega: float) -> float:
    """Log of ∫ L(t) N(t; centre, ω²) dt by adaptive integration."""

    def integrand(t: float) -> float:
        return math.exp(float(curve.log_likelihood(t))) * float(stats.norm.pdf(t, centre, omega))

    reach = 10 * omega
    return math.log(
        integrate.quad(
            integrand, centre - reach, centre + reach, points=[centre, curve.mode], epsabs=0, epsrel=1e-11, limit=200
        )[0]
    )


def average_by_brute_force(
    evidence: SurvivalEvidence, log_density: Callable[[np.ndarray], np.ndarray], theta: np.ndarray
) -> np.ndarray:
    """Integrate the deviations of the interval effects from their average θ and their spread ω.

    Deviations ω (z - z̄) of independent standard normal z: z - z̄ = E u with orthonormal columns E of the plane Σ = 0
    and standard normal u. Plain trapezoid rules: in u on a grid in K - 1 dimensions, in log ω.
    """
    intervals = len(evidence.survivors)
    # the spline covers whatever is asked for; effects beyond are as good as impossible
    points = np.arange(-20, 20.01, 0.03)
    parts = [make_interp_spline(points, interval_by_trapezoid(evidence, k, points), k=5) for k in range(intervals)]
    basis = np.linalg.svd(np.ones((1, intervals)))[2][1:].T  # columns orthogonal to (1, …, 1)
    assert np.allclose(basis.sum(axis=0), 0) and np.allclose(basis.T @ basis, np.eye(intervals - 1))
    narrowest = 1 / math.sqrt(float((evidence.at_risk - evidence.survivors).sum(axis=1).max()))  # half a width
    log_omega = np.linspace(math.log(1e-8), math.log(15), 151 if intervals == 2 else 61)
    weight = log_density(np.exp(log_omega)) + log_omega
    total = []
    for omega in np.exp(log_omega):
        step = min(0.3, narrowest / omega) if intervals == 2 else 0.3
        axis = np.arange(-9, 9 + step, step) if intervals == 2 else np.arange(-6.6, 6.7, step)
        u = np.stack([m.ravel() for m in np.meshgrid(*[axis] * (intervals - 1), indexing="ij")])
        kernel = stats.norm.logpdf(u).sum(axis=0) + (intervals - 1) * math.log(step)
        deviation_of = omega * (basis @ u)
        shifted = np.clip(theta[:, None, None] + deviation_of, -20, 20)
        values = sum(parts[k](shifted[:, k]) for k in range(intervals))
        total.append(special.logsumexp(values + kernel, axis=1))
    return np.asarray(special.logsumexp(np.array(total) + weight[:, None], axis=0))


SPREADS: dict[str, tuple[ScalePrior, Callable[[np.ndarray], np.ndarray]]] = {
    "half_normal": (
        HalfNormal(dist="half_normal", sd=0.25, rationale="t"),
        lambda w: stats.halfnorm.logpdf(w, scale=0.25),
    ),
    "half_student_t": (
        HalfStudentT(dist="half_student_t", df=6, sd=0.25, rationale="t"),
        lambda w: math.log(2) + stats.t.logpdf(w, 6, scale=0.25),
    ),
    "log_normal": (
        LogNormal(dist="log_normal", mean=-1.5, sd=0.5, rationale="t"),
        lambda w: stats.lognorm.logpdf(w, 0.5, scale=math.exp(-1.5)),
    ),
}


@pytest.mark.parametrize(("spread", "log_density"), SPREADS.values(), ids=SPREADS)
def test_curve_of_hazards_that_are_not_proportional_agrees_with_brute_force(
    spread: ScalePrior, log_density: Callable[[np.ndarray], np.ndarray]
) -> None:
    curve = piecewise_exponential.curve(CHEN_PFS, settings(BASE, spread))
    theta = around(curve, 4, 9)
    assert deviation(curve, theta, average_by_brute_force(CHEN_PFS, log_density, theta)) < 1e-6


def test_curve_of_three_hazards_that_are_not_proportional_agrees_with_brute_force() -> None:
    """On a plane of two dimensions, where three intervals deviate from their average."""
    spread, log_density = SPREADS["half_normal"]
    curve = piecewise_exponential.curve(YAN_OS, settings(BASE, spread))
    theta = around(curve, 3, 5)
    assert deviation(curve, theta, average_by_brute_force(YAN_OS, log_density, theta)) < 1e-6


LARGE = landmarks((12, 36), [(4000, 4000), (3200, 3600)], [(3200, 3600), (1000, 1900)])


@pytest.fixture(scope="module")
def scattered() -> dict[str, tuple[SurvivalEvidence, EvidenceCurve]]:
    """A small and a large trial whose hazards are not proportional, ω ~ half-normal 0.25."""
    trials = {"chen_pfs": CHEN_PFS, "large": LARGE}
    spread = SPREADS["half_normal"][0]
    return {name: (trial, piecewise_exponential.curve(trial, settings(BASE, spread))) for name, trial in trials.items()}


@pytest.mark.parametrize("trial", ["chen_pfs", "large"])
def test_curve_of_hazards_that_are_not_proportional_keeps_falling_in_its_tails(
    trial: str, scattered: dict[str, tuple[SurvivalEvidence, EvidenceCurve]]
) -> None:
    """A narrow prior far from the estimate asks for the tails: 12 widths away, and never rising."""
    evidence, curve = scattered[trial]
    far = around(curve, 12, 9)
    assert deviation(curve, far, average_by_brute_force(evidence, SPREADS["half_normal"][1], far)) < 1e-3
    for side in (1, -1):
        outwards = curve.mode + side * curve.width * np.linspace(0, 15, 200)
        assert np.all(np.diff(curve.log_likelihood(outwards)) < 1e-9)


def test_strong_evidence_that_is_not_proportional_moves_a_strong_sceptic(
    scattered: dict[str, tuple[SurvivalEvidence, EvidenceCurve]],
) -> None:
    """Eight thousand patients against N(0, 0.02²): by brute force where the posterior lies."""
    evidence, curve = scattered["large"]
    posterior = curve.apply(normal(0.0, 0.02))
    theta = np.linspace(-0.32, 0.04, 25)
    log_posterior = average_by_brute_force(evidence, SPREADS["half_normal"][1], theta) + stats.norm.logpdf(
        theta, 0, 0.02
    )
    weight = np.exp(log_posterior - log_posterior.max())
    assert weight[0] < 1e-9 and weight[-1] < 1e-9
    mean = np.average(theta, weights=weight)
    assert posterior.mean == pytest.approx(mean, abs=1e-4)
    assert posterior.sd == pytest.approx(math.sqrt(np.average((theta - mean) ** 2, weights=weight)), abs=1e-4)


def test_effect_of_a_single_interval_has_nothing_to_deviate_from() -> None:
    """With one interval the average is the effect itself, whatever the spread."""
    evidence = SURVIVAL["one_interval"]
    plain = piecewise_exponential.curve(evidence, settings(BASE))
    for spread, _ in SPREADS.values():
        curve = piecewise_exponential.curve(evidence, settings(BASE, spread))
        theta = around(plain, 6)
        assert deviation(curve, theta, plain.log_likelihood(theta)) < 1e-8


@pytest.mark.parametrize("step_sd", [0.05, 0.3, 1.0])
def test_curve_under_a_random_walk_of_hazards_agrees_with_brute_force(step_sd: float) -> None:
    """Two intervals: a plain two-dimensional sum over both log hazards."""
    walk = RandomWalk(dist="random_walk", mean=-3.5, sd=1.0, step_sd=step_sd, rationale="t")
    curve = piecewise_exponential.curve(CHEN_PFS, settings(walk))
    theta = around(curve, 4, 9)
    eta = np.linspace(-9, 2, 1101)  # steps of 0.01, a fifth of the narrowest width

    def interval(k: int, t: float) -> np.ndarray:
        total = np.zeros_like(eta)
        for a, x in enumerate((-0.5, 0.5)):
            hazard = np.exp(eta + t * x) * (CHEN_PFS.times[k + 1] - CHEN_PFS.times[k])
            n, s = CHEN_PFS.at_risk[k, a], CHEN_PFS.survivors[k, a]
            total += (n - s) * np.log(-np.expm1(-hazard)) - s * hazard
        return total

    first = stats.norm.logpdf(eta, -3.5, 1.0)
    step = stats.norm.logpdf(eta[None, :], eta[:, None], step_sd)
    exact = [special.logsumexp((first + interval(0, t))[:, None] + step + interval(1, t)) for t in theta]
    assert deviation(curve, theta, np.array(exact)) < 1e-6


@pytest.mark.parametrize("step_sd", [0.001, 0.004])
def test_random_walk_of_tiny_steps_is_one_hazard_for_all_intervals(step_sd: float) -> None:
    walk = RandomWalk(dist="random_walk", mean=-3.5, sd=1.0, step_sd=step_sd, rationale="t")
    curve = piecewise_exponential.curve(CHEN_PFS, settings(walk))
    theta = around(curve, 4, 9)
    eta = np.linspace(-9, 2, 2201)
    exact = []
    for t in theta:
        total = stats.norm.logpdf(eta, -3.5, 1.0)
        for k, a in np.ndindex(2, 2):
            hazard = np.exp(eta + t * (a - 0.5)) * (CHEN_PFS.times[k + 1] - CHEN_PFS.times[k])
            n, s = CHEN_PFS.at_risk[k, a], CHEN_PFS.survivors[k, a]
            total = total + (n - s) * np.log(-np.expm1(-hazard)) - s * hazard
        exact.append(special.logsumexp(total))
    assert deviation(curve, theta, np.array(exact)) < 0.01


def test_random_walk_of_wide_steps_is_nearly_independent_hazards() -> None:
    walk = RandomWalk(dist="random_walk", mean=-3.5066, sd=2.0, step_sd=50.0, rationale="t")
    free = normal(-3.5066, 50.0)
    found = piecewise_exponential.curve(CHEN_PFS, settings(walk)).apply(normal(0, 1))
    flat = (
        piecewise_exponential.interval_curve(CHEN_PFS, settings(BASE), 0),
        piecewise_exponential.interval_curve(CHEN_PFS, settings(free), 1),
    )
    expected = EvidenceCurve.tabulate(lambda t: flat[0].log_likelihood(t) + flat[1].log_likelihood(t)).apply(
        normal(0, 1)
    )
    assert found.mean == pytest.approx(expected.mean, abs=1e-3)
    assert found.sd == pytest.approx(expected.sd, abs=1e-3)


# blur


def test_blur_of_no_width_gives_the_curve_itself(curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve = curve_of("orr_yan2025_counts")
    theta = np.linspace(-10, 10, 101)
    np.testing.assert_array_equal(blur(curve, 0.0)(theta), curve.log_likelihood(theta))


@pytest.mark.parametrize("omega", [0.01, 0.1, 0.5, 2.0])
@pytest.mark.parametrize("se", [0.05, 0.3])
def test_blurred_normal_curve_is_normal_with_the_sum_of_variances(omega: float, se: float) -> None:
    blurred = blur(normal_curve(-0.4, se), omega)
    theta = -0.4 + math.hypot(se, omega) * np.linspace(-4, 4, 33)
    exact = stats.norm.logpdf(theta, -0.4, math.hypot(se, omega))
    assert np.ptp(blurred(theta) - exact) < 1e-6


def test_blur_moves_a_skew_curve_as_adaptive_integration_does(curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve = curve_of("hypertension_yan2025_counts")
    theta = np.array([-1.0, 0.0, 1.0, 2.5])
    assert np.ptp(blur(curve, 0.6)(theta) - np.array([blurred_by_quad(curve, float(t), 0.6) for t in theta])) < 1e-6


# grids


@pytest.mark.parametrize(
    "name", ["pfs_chen2025_landmark", "hypertension_yan2025_counts", "pfs_chen2025_landmark_nonproportional"]
)
def test_finer_grids_change_nothing_that_is_reported(
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    evidence_of: Callable[[str], Evidence],
    curve_of: Callable[[str], EvidenceCurve],
    analyses: dict[str, AnalysisSpec],
    priors: dict[str, Prior],
) -> None:
    before = {prior: curve_of(name).apply(analyses[name].effect_prior(priors[prior])) for prior in priors}
    tabulate = EvidenceCurve.tabulate
    monkeypatch.setattr(EvidenceCurve, "tabulate", lambda f, knots=curves.KNOTS: tabulate(f, 2 * knots + 1))
    monkeypatch.setattr(curves, "POINTS", 4 * curves.POINTS + 1)
    finer = evidence_curve(evidence_of(name), analyses[name])
    assert len(finer.knots) > 2 * len(curve_of(name).knots)
    for prior, coarse in before.items():
        fine = finer.apply(analyses[name].effect_prior(priors[prior]))
        assert len(fine.theta) > 4 * len(coarse.theta)
        found = (coarse.median, *coarse.interval, coarse.mean, coarse.sd, coarse.p_below(0.0), coarse.p_below(-0.2))
        assert found == pytest.approx(
            (fine.median, *fine.interval, fine.mean, fine.sd, fine.p_below(0.0), fine.p_below(-0.2)), abs=2e-7
        )


def test_curve_is_zero_at_its_highest_knot_and_below_elsewhere(curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve = curve_of("os_chen2025_landmark")
    assert curve.log_likelihood_at_knots.max() == 0
    assert curve.grid[0] == pytest.approx(-curves.REACH) and curve.grid[-1] == pytest.approx(curves.REACH)
    assert float(curve.log_likelihood(curve.mode)) == pytest.approx(0.0, abs=1e-3)
    assert np.all(curve.log_likelihood(np.linspace(-12, 12, 241)) < 1e-3)


def test_cauchy_half_spread_reaches_far_and_stays_finite() -> None:
    spread = HalfCauchy(dist="half_cauchy", sd=0.25, rationale="t")
    posterior = piecewise_exponential.curve(CHEN_PFS, settings(BASE, spread)).apply(normal(0, 0.355))
    proportional = piecewise_exponential.curve(CHEN_PFS, settings(BASE)).apply(normal(0, 0.355))
    assert np.all(np.isfinite(posterior.density))
    assert posterior.sd > proportional.sd


# what a curve says of itself


MODELS = Path(__file__).resolve().parents[2] / "models"


# curves of centres are averages over lattice points: their error is of another kind, and tested with them
@pytest.mark.parametrize(
    "name", sorted(p.stem for p in MODELS.glob("*.toml") if p.name != "priors.toml" and not p.stem.endswith("_centres"))
)
def test_tabulation_states_its_error_and_twice_the_knots_change_less(
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    evidence_of: Callable[[str], Evidence],
    curve_of: Callable[[str], EvidenceCurve],
    analyses: dict[str, AnalysisSpec],
) -> None:
    """401 knots against 801 (of most): log likelihoods differ by less than the error stated, reported digits not at all."""
    curve, tabulate = curve_of(name), EvidenceCurve.tabulate
    assert 0 < curve.error < 2e-5
    monkeypatch.setattr(EvidenceCurve, "tabulate", lambda f, knots=curves.KNOTS: tabulate(f, 2 * knots - 1))
    finer = evidence_curve(evidence_of(name), analyses[name])
    assert len(finer.knots) == 2 * len(curve.knots) - 1
    theta = around(curve, 7, 201)
    matters = curve.log_likelihood(theta) > -25
    # both are 0 at their highest knot
    assert deviation(curve, theta[matters], finer.log_likelihood(theta[matters])) <= curve.error + 1e-9
    for sd in (0.1357, 1.0):
        coarse, fine = curve.apply(normal(0, sd)), finer.apply(normal(0, sd))
        assert (coarse.median, *coarse.interval) == pytest.approx((fine.median, *fine.interval), abs=1e-7)
        assert coarse.p_below(0.0) == pytest.approx(fine.p_below(0.0), abs=1e-7)


def test_few_knots_are_told_by_the_error() -> None:
    def log_likelihood(theta: np.ndarray) -> np.ndarray:
        return -0.5 * (theta / 0.1) ** 2 + 0.3 * np.sin(10 * theta)

    errors = [EvidenceCurve.tabulate(log_likelihood, knots).error for knots in (51, 101, 401)]
    assert errors[0] > errors[1] > 0.01 and errors[2] < 1e-3 * errors[1]


@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-2.5, 0.02), (0.0, 1.0)])
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 0.205), (0.0, 1.0), (-0.3, 0.1), (0.0, 0.01)])
def test_savage_dickey_ratio_of_a_normal_curve_is_that_of_two_marginal_densities(
    y: float, se: float, mean: float, sd: float
) -> None:
    """No effect against the prior; up to 125 standard errors from 0, where the posterior density there is no number."""
    exact = stats.norm.logpdf(y, 0, se) - stats.norm.logpdf(y, mean, math.hypot(se, sd))
    assert savage_dickey(normal_curve(y, se), normal(mean, sd)) == pytest.approx(exact, rel=1e-7, abs=1e-7)


def test_savage_dickey_ratio_is_posterior_over_prior_density(curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve, prior = curve_of("os_chen2025_landmark"), Cauchy(dist="cauchy", mean=0.0, sd=0.3, rationale="t")
    posterior = curve.apply(prior)
    at_zero = np.interp(0.0, posterior.theta, posterior.density)
    assert savage_dickey(curve, prior) == pytest.approx(math.log(at_zero) - float(prior.logpdf(0.0)), abs=1e-4)


def test_shifted_curve_is_the_curve_of_a_shifted_estimate() -> None:
    curve, other = normal_curve(-0.3, 0.2).shifted(0.1), normal_curve(-0.4, 0.2)
    assert curve.mode == pytest.approx(-0.4, abs=1e-6)
    assert deviation(curve, around(other, 9), other.log_likelihood(around(other, 9))) < 1e-9
    assert curve.apply(normal(0, 0.3)).median == pytest.approx(other.apply(normal(0, 0.3)).median, abs=1e-9)


def test_tempered_curve_is_the_curve_of_a_larger_standard_error() -> None:
    curve, other = normal_curve(-0.3, 0.2).tempered(0.25), normal_curve(-0.3, 0.4)
    assert curve.width == pytest.approx(0.4, rel=1e-5)
    assert deviation(curve, around(other, 9), other.log_likelihood(around(other, 9))) < 1e-8
    found, exact = curve.apply(normal(0, 0.3)), other.apply(normal(0, 0.3))
    assert (found.median, *found.interval) == pytest.approx((exact.median, *exact.interval), abs=1e-8)
    twice = curve.tempered(0.5).shifted(0.2)
    assert twice.mode == pytest.approx(-0.5, abs=1e-6) and twice.width == pytest.approx(0.4 / math.sqrt(0.5), rel=1e-5)
    for weight in (0.0, -0.1, 1.1, math.nan):
        with pytest.raises(InvalidInput, match="allowed: above 0, at most 1"):
            curve.tempered(weight)


@pytest.mark.parametrize(("r", "n"), TABLES)
def test_curve_knows_whether_it_has_a_maximum(r: tuple[float, float], n: tuple[float, float]) -> None:
    """Only complete separation leaves none: the prior of α holds every other table together."""
    curve = binomial.curve(table(r, n), settings(FLAT))
    separated = sorted(zip(r, n, strict=True)) in (sorted([(0, 20), (20, 20)]), [(0, 1), (1, 1)])
    assert curve.has_mode != separated


# beyond the grid


SEPARATED = table((20, 0), (20, 20))


def separated_by_brute_force(prior: Prior, size: int = 40_001) -> tuple[np.ndarray, np.ndarray]:
    """θ and the posterior's distribution function, by sums over α and over a stretched θ."""
    knots = np.linspace(-60, 60, 4801)
    alpha = np.linspace(-60, 60, 1501)
    log_likelihood = [
        special.logsumexp(
            20 * special.log_expit(alpha - t / 2) + 20 * special.log_expit(-alpha - t / 2) + FLAT.logpdf(alpha)
        )
        for t in knots
    ]
    # level beyond 60: exp(-30) is left
    spline = make_interp_spline(knots, log_likelihood, k=3)
    u = np.linspace(-25, 25, size)
    theta = 0.5 * np.sinh(u)
    density = np.exp(spline(np.clip(theta, -60, 60)) + prior.logpdf(theta)) * np.cosh(u)
    mass = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    return theta, mass / mass[-1]


@pytest.mark.parametrize(
    ("prior", "median"),
    [
        (Cauchy(dist="cauchy", mean=0.0, sd=0.5, rationale="t"), -18.12),
        (StudentT(dist="student_t", df=3, mean=0.0, sd=0.3, rationale="t"), -9.700),
    ],
    ids=["cauchy", "student_t"],
)
def test_heavy_tails_on_a_likelihood_that_levels_off_are_followed_to_their_end(prior: Prior, median: float) -> None:
    posterior = binomial.curve(SEPARATED, settings(FLAT)).apply(prior)
    theta, cdf = separated_by_brute_force(prior)
    assert posterior.median == pytest.approx(median, abs=0.005)
    for p in (0.001, 0.025, 0.3, 0.5, 0.9, 0.975):
        assert posterior.quantile(p) == pytest.approx(float(np.interp(p, cdf, theta)), rel=1e-4)
    for x in (-1000.0, -100.0, -24.0, -10.0, -5.0):
        assert posterior.p_below(x) == pytest.approx(float(np.interp(x, theta, cdf)), abs=2e-6)
    assert math.isfinite(posterior.mean) and math.isfinite(posterior.expect(np.exp))


def test_heavy_tails_are_followed_on_the_other_side_too() -> None:
    prior = Cauchy(dist="cauchy", mean=0.0, sd=0.5, rationale="t")
    one = binomial.curve(SEPARATED, settings(FLAT)).apply(prior)
    two = binomial.curve(table((0, 20), (20, 20)), settings(FLAT)).apply(prior)
    assert (two.median, two.interval[0]) == pytest.approx((-one.median, -one.interval[1]), rel=1e-6)


def test_curve_goes_on_beyond_its_grid_as_it_must() -> None:
    """A normal curve as a parabola; a separated table level on one side, along a line on the other."""
    wide = normal_curve(-4.5, 2.5)
    theta = np.array([-300.0, -60.0, 60.0, 300.0])
    np.testing.assert_allclose(wide.log_likelihood(theta), -0.5 * ((theta + 4.5) / 2.5) ** 2, rtol=1e-5)
    curve = binomial.curve(SEPARATED, settings(FLAT))
    far = curve.log_likelihood(np.array([-1e9, -1e3, -40.0, -30.0]))
    assert float(np.ptp(far[:3])) < 1e-6 and far[3] < far[2]
    assert np.diff(curve.log_likelihood(np.array([30.0, 40.0, 50.0]))) == pytest.approx([-200, -200], rel=1e-3)


# priors that are not smooth, or wider and narrower than usual


STATED: list[Prior] = [
    TwoPiece(dist="two_piece", mode=-0.2, sd_below=0.4, sd_above=0.02, rationale="t"),
    TwoPiece(dist="two_piece", mode=0.5, sd_below=0.003, sd_above=3.0, rationale="t"),
    Quantiles(
        dist="quantiles", probabilities=(0.025, 0.25, 0.5, 0.75, 0.975), values=(-0.9, -0.35, -0.2, -0.1, 0.25), rationale="t"
    ),
    Quantiles(dist="quantiles", probabilities=(0.01, 0.5, 0.99), values=(-0.2, 0.0, 2.0), rationale="t"),
]  # fmt: skip


@pytest.mark.parametrize("prior", STATED, ids=["two_piece", "sharp", "five", "three"])
@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-1.5, 0.3), (0.2, 2.0)])
def test_prior_that_people_state_agrees_with_adaptive_integration(prior: Prior, y: float, se: float) -> None:
    posterior = normal_curve(y, se).apply(prior)

    def log_density(theta: float) -> float:
        return -0.5 * ((theta - y) / se) ** 2 + float(prior.logpdf(theta))

    cells = np.union1d(
        np.linspace(y - 16 * se, y + 16 * se, 33), [*prior.breaks, *(prior.breaks[0] + np.array([-0.03, 0.03])), 0.0]
    )
    top = max(log_density(float(x)) for x in np.union1d(cells, posterior.theta))

    def density(theta: float) -> float:
        return math.exp(log_density(theta) - top)

    parts = [
        integrate.quad(density, a, b, epsabs=1e-13, epsrel=1e-10, limit=200)[0] for a, b in itertools.pairwise(cells)
    ]
    for x in (0.0, *prior.breaks):
        exact = sum(part for part, end in zip(parts, cells[1:], strict=True) if end <= x) / sum(parts)
        assert posterior.p_below(x) == pytest.approx(exact, abs=1e-7)
