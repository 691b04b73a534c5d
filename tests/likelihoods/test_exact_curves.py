"""Exact curves of the likelihoods of one study against integration by other means."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, special, stats
from scipy.interpolate import make_interp_spline

from crlm_bayes.evidence.values import BinomialEvidence, SurvivalEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods import binomial, piecewise_exponential
from crlm_bayes.likelihoods.interval_effects import interval_shares
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.priors.spreads import HalfNormal, HalfStudentT, LogNormal, ScalePrior
from makers.curves import BASE, CHEN_PFS, FLAT, TABLES, around, deviation, landmarks, normal, settings, table

YAN_OS = landmarks((12, 24, 36), [(38, 38), (27, 33), (16, 24)], [(27, 33), (16, 24), (10, 19)])


def binomial_by_trapezoid(evidence: BinomialEvidence, theta: np.ndarray) -> np.ndarray:
    alpha = np.linspace(-20, 20, 8001)
    total = np.broadcast_to(stats.norm.logpdf(alpha, FLAT.mean, FLAT.sd), (len(theta), len(alpha)))
    for x, r, n in zip((-0.5, 0.5), evidence.events, evidence.n, strict=True):
        eta = alpha + theta[:, None] * x
        total = total - r * np.logaddexp(0, -eta) - (n - r) * np.logaddexp(0, eta)
    return np.asarray(special.logsumexp(total, axis=1))


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


def average_by_brute_force(
    evidence: SurvivalEvidence, log_density: Callable[[np.ndarray], np.ndarray], theta: np.ndarray
) -> np.ndarray:
    """Integrate the deviations of the interval effects from their average θ and their spread ω.

    Deviations ω (z - Σ w z) of independent standard normal z: z - z̄ = E u with orthonormal columns E of the plane Σ = 0
    and standard normal u. Plain trapezoid rules: in u on a grid in K - 1 dimensions, in log ω.
    """
    died = (evidence.at_risk - evidence.survivors).sum(axis=1)
    treated = evidence.at_risk[:, 1] / evidence.at_risk.sum(axis=1)
    shares = died * treated * (1 - treated)
    shares = shares / shares.sum()
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
        z = basis @ u
        deviation_of = omega * (z - shares @ z)
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


@pytest.mark.parametrize("evidence", [CHEN_PFS, YAN_OS])
def test_curve_of_the_centre_of_exchangeable_hazards_agrees_with_brute_force(evidence: SurvivalEvidence) -> None:
    """θ_k ~ N(θ, ω²): the effect of each interval is summed over by itself."""
    spread, log_density = SPREADS["half_normal"]
    curve = piecewise_exponential.curve(evidence, settings(BASE, spread, "exchangeable"))
    theta, points = around(curve, 4, 9), np.arange(-20, 20.01, 0.02)
    parts = [interval_by_trapezoid(evidence, k, points) for k in range(len(evidence.survivors))]
    log_omega = np.linspace(math.log(1e-8), math.log(4), 161)
    total = []
    for omega in np.exp(log_omega):
        z = np.linspace(-9, 9, 601)
        at = theta[:, None] + omega * z
        each = [special.logsumexp(make_interp_spline(points, part, k=5)(at) - z**2 / 2, axis=1) for part in parts]
        total.append(np.sum(each, axis=0) + log_density(omega) + math.log(omega))
    assert deviation(curve, theta, special.logsumexp(np.array(total), axis=0)) < 1e-5


def test_the_two_averages_of_the_published_curve_are_those_of_an_independent_calculation() -> None:
    """The first interval holds 37 of 226 events: by information it counts for 0.16, taken as exchangeable it widens all."""
    spread = SPREADS["half_normal"][0]
    p = {
        average: piecewise_exponential.curve(CHEN_PFS, settings(BASE, spread, average))
        .apply(normal(0, 0.205))
        .p_below(0)
        for average in ("information", "exchangeable")
    }
    assert p["exchangeable"] == pytest.approx(0.911, abs=0.002)
    plain = piecewise_exponential.curve(CHEN_PFS, settings(BASE)).apply(normal(0, 0.205)).p_below(0)
    assert p["information"] == pytest.approx(plain, abs=5e-4)
    shares = interval_shares(CHEN_PFS, settings(BASE))
    assert shares == pytest.approx((0.161, 0.839), abs=5e-4)
    assert not interval_shares(CHEN_PFS, settings(BASE, average="exchangeable")).any()


def test_weights_of_intervals_do_not_know_which_arm_is_called_control() -> None:
    turned = landmarks((12, 24, 36), YAN_OS.at_risk[:, ::-1], YAN_OS.survivors[:, ::-1])
    assert interval_shares(turned, settings(BASE)) == pytest.approx(interval_shares(YAN_OS, settings(BASE)), abs=1e-15)
    nobody = landmarks((12, 36), [(20, 20), (20, 20)], [(20, 20), (20, 20)])
    assert interval_shares(nobody, settings(BASE)).tolist() == [0.5, 0.5]
    spread = SPREADS["half_normal"][0]
    for average in ("information", "exchangeable"):
        curves = [piecewise_exponential.curve(e, settings(BASE, spread, average)) for e in (YAN_OS, turned)]
        one, other = (c.apply(normal(m, 0.3)) for c, m in zip(curves, (-0.1, 0.1), strict=True))
        assert one.p_below(0) == pytest.approx(1 - other.p_below(0), abs=1e-7)


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
