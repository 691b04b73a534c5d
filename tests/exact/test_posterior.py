"""A curve under a prior: conjugate answers, adaptive integration, and the tails."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, special, stats
from scipy.interpolate import make_interp_spline

from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods import binomial
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Cauchy, Mixture, StudentT
from makers.curves import FLAT, normal, normal_curve, settings, table

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
