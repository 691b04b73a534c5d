"""The table of a curve: its grid, its error, and what can be done with it."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from crlm_bayes.documents.analyses import analysis_paths
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact import curve as curves
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods import binomial, piecewise_exponential
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy
from crlm_bayes.priors.spreads import HalfCauchy
from makers.curves import BASE, CHEN_PFS, FLAT, TABLES, around, deviation, normal, normal_curve, settings, table
from oracles.random_effects import blur, savage_dickey


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


@pytest.mark.usefixtures("forgetful")
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
@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(
    "name",
    [
        name if name == path.stem else pytest.param(name, marks=pytest.mark.exhaustive)
        for name, path in analysis_paths(MODELS).items()
        if not name.endswith("_centres")
    ],
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
    monkeypatch.setattr(EvidenceCurve, "tabulate", lambda f, knots=curves.KNOTS, **at: tabulate(f, 2 * knots - 1, **at))
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
