"""Outcomes printed by centre: exact integrals against brute force, and simulated studies."""

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit, log_expit

from crlm_bayes.evidence.values import CentreEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.centres import model as centres
from crlm_bayes.likelihoods.centres.tables import Lattice
from makers.centre_cases import analysis, normal, table_priors, tables
from oracles.centre_posteriors import CentrePosterior, centre_posterior, spread_posteriors

TWO = tables([[5, 12], [9, 8]], [[20, 22], [14, 15]])
PRIOR = normal(0.0, 1.0)


def exact(evidence: CentreEvidence, u: float = 0.7, v: float = 0.5) -> tuple[EvidenceCurve, CentrePosterior]:
    found = centres.tables_of(evidence, analysis(evidence, table_priors(u, v)))
    return found.curve(), centre_posterior(found, PRIOR)


def test_two_centres_by_monte_carlo_over_everything() -> None:
    """Draws from the prior, weighted by the likelihood; judged in standard errors of the weighted means."""
    rng, size = np.random.default_rng(1), 400_000
    tau_u, tau_v = np.abs(rng.normal(0, 0.7, size)), np.abs(rng.normal(0, 0.5, size))
    theta, alpha = rng.normal(0, 1, size), rng.normal(0, 1.5, size)
    a = alpha[:, None] + tau_u[:, None] * rng.standard_normal((size, 2))
    d = theta[:, None] + tau_v[:, None] * rng.standard_normal((size, 2))
    eta = a[..., None] + d[..., None] * np.array([-0.5, 0.5])
    assert TWO.events is not None and TWO.n is not None
    log_w = (TWO.events * log_expit(eta) + (TWO.n - TWO.events) * log_expit(-eta)).sum(axis=(1, 2))
    w = np.exp(log_w - log_w.max())
    w /= w.sum()
    curve, posterior = exact(TWO)
    new = theta + tau_v * rng.standard_normal(size)
    pairs = [
        (theta, curve.apply(PRIOR).mean),
        (tau_u, posterior.baseline_spread.mean),
        (tau_v, posterior.effect_spread.mean),
        (d[:, 0], posterior.effects[0].mean),
        (d[:, 1], posterior.effects[1].mean),
        (new, posterior.new.mean),
        ((d[:, 0] < 0).astype(float), posterior.effects[0].p_below(0)),
        ((new < 0).astype(float), posterior.new.p_below(0)),
        ((tau_u < 1.0).astype(float), posterior.baseline_spread.p_below(1.0)),
    ]
    for draws, value in pairs:
        mean = float(w @ draws)
        error = float(np.sqrt((w**2) @ (draws - mean) ** 2))
        assert abs(value - mean) < 4 * error, (value, mean, error)


def test_without_spread_the_sum_of_the_tables_comes_back() -> None:
    evidence = tables([[5, 12], [9, 8], [30, 33]], [[20, 22], [14, 15], [61, 60]])
    spec = analysis(evidence, table_priors(1e-4, 1e-4))
    found, pooled = centres.tables_of(evidence, spec).curve(), centres.pooled_curve(evidence, spec)
    theta = np.linspace(-1, 2, 21)
    assert np.ptp(found.log_likelihood(theta) - pooled.log_likelihood(theta)) < 1e-4


def test_swapping_the_arms_turns_the_sign_and_order_does_not_matter() -> None:
    assert TWO.events is not None and TWO.n is not None
    curve, posterior = exact(TWO)
    swapped, mirror = exact(tables(TWO.events[:, ::-1], TWO.n[:, ::-1]))
    turned, _ = exact(tables(TWO.events[::-1], TWO.n[::-1]))
    theta = np.linspace(-1.5, 2.5, 9)
    whole = curve.log_likelihood(theta)
    assert np.ptp(swapped.log_likelihood(-theta) - whole) < 1e-4
    assert np.ptp(turned.log_likelihood(theta) - whole) < 1e-9
    assert mirror.effects[0].mean == pytest.approx(-posterior.effects[0].mean, abs=1e-4)


def test_a_centre_of_one_arm_and_a_centre_without_events_work() -> None:
    curve, posterior = exact(tables([[5, 12], [3, 0], [0, 0]], [[20, 22], [14, 0], [6, 9]]))
    assert np.isfinite(curve.log_likelihood_at_knots).all()
    found = curve.apply(PRIOR)
    assert 0 < found.mean < 1.5
    assert posterior.effects[1].mean == pytest.approx(posterior.new.mean, abs=0.02)  # says nothing of its own effect
    one, alone = exact(tables([[5, 12]], [[20, 22]]))
    assert one.apply(PRIOR).sd > found.sd and len(alone.effects) == 1


def test_centres_that_disagree_widen_the_effect_and_shrink_towards_it() -> None:
    alike, _ = exact(tables([[5, 10]] * 4, [[20, 20]] * 4))
    unlike, posterior = exact(tables([[1, 14], [9, 6], [2, 13], [8, 7]], [[20, 20]] * 4))
    assert unlike.apply(PRIOR).sd > 1.3 * alike.apply(PRIOR).sd
    middle, raw = unlike.apply(PRIOR).mean, np.log(14 / 6 * 19 / 1)
    assert middle < posterior.effects[0].mean < raw
    assert posterior.new.quantile(0.975) - posterior.new.quantile(0.025) > np.ptp(unlike.apply(PRIOR).interval)


@pytest.mark.parametrize("tau", [0.0, 0.02, 0.07, 0.089, 0.091, 0.4])
def test_blur_has_the_moments_of_the_normal(tau: float) -> None:
    lattice = Lattice.around(0.3, 0.1, 0.2, 4.0)
    apart = lattice.points - lattice.points[lattice.inner, None]
    matrix = lattice.blur(tau)
    for power, moment in ((0, 1.0), (1, 0.0), (2, tau**2), (3, 0.0), (4, 3 * tau**4)):
        assert (matrix * apart**power).sum(axis=1) == pytest.approx(np.full(5, moment), rel=1e-3, abs=1e-9)


def test_absolute_effects_are_averages_over_all_patients() -> None:
    evidence = TWO
    spec = analysis(evidence, table_priors())
    drawn = centres.sample_nuisance(evidence, spec, np.array([0.4, -0.2]), np.random.default_rng(5))
    parameters = xr.Dataset(
        {k: (("chain", "draw", *d), v[None]) for k, (d, v) in drawn.items()}, coords=centres.coordinates(evidence)
    )
    derived = centres.derive(parameters, evidence, spec)
    by_hand = (drawn["cell_probability"][1] * np.array([42, 29])[:, None]).sum(axis=1) / 71
    assert derived["probability"].values[0] == pytest.approx(by_hand, rel=1e-12)
    assert derived["rr"].values[0] == pytest.approx(by_hand[:, 1] / by_hand[:, 0], rel=1e-12)


@pytest.mark.calibration
def test_simulated_studies_are_covered_and_spread_is_recovered() -> None:
    """Parameters from their priors: intervals cover at their level, and ranks of the truth are uniform."""
    rng, studies = np.random.default_rng(20), 100
    inside = np.zeros(3)
    ranks = np.empty((studies, 3))
    for i in range(studies):
        tau_u, tau_v = abs(rng.normal(0, 0.7)), abs(rng.normal(0, 0.5))
        theta, alpha = rng.normal(0, 1), rng.normal(0, 1.5)
        n = rng.integers(10, 60, (5, 2))
        eta = alpha + tau_u * rng.standard_normal((5, 1))
        eta = eta + (theta + tau_v * rng.standard_normal((5, 1))) * np.array([-0.5, 0.5])
        evidence = tables(rng.binomial(n, expit(eta)), n)
        found = centres.tables_of(evidence, analysis(evidence, table_priors()))
        spread_u, spread_v = spread_posteriors(found, PRIOR)
        ranks[i] = found.curve().apply(PRIOR).p_below(theta), spread_u.p_below(tau_u), spread_v.p_below(tau_v)
        inside += (ranks[i] > 0.05) & (ranks[i] < 0.95)
    error = np.sqrt(0.9 * 0.1 / studies)
    assert np.all(np.abs(inside / studies - 0.9) < 3.5 * error), inside / studies
    assert np.all(np.abs(ranks.mean(axis=0) - 0.5) < 3.5 / np.sqrt(12 * studies)), ranks.mean(axis=0)
