"""Centres known by their sizes: the exact engine against brute force, symmetries, and what must work at the edges."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from crlm_bayes.arrays import Floats
from crlm_bayes.evidence.values import BinomialEvidence, CentreEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.centres import model as centres
from crlm_bayes.likelihoods.centres.allocation import NONE, CentreSpreads, scenarios_of, treated_shares
from crlm_bayes.likelihoods.centres.integrals import nuisance_prior
from crlm_bayes.likelihoods.centres.latent_curves import QUICK, Effort, LatentAllocation, latent_curve
from crlm_bayes.likelihoods.centres.points import centre_points, lattice
from crlm_bayes.priors.nuisance import RandomWalk
from makers.centre_cases import ENDPOINTS, RESPONSE, SIZES, analysis, fixed, latent, latent_priors, normal

THETA = np.linspace(-1.5, 1.5, 13)
SOME = CentreSpreads(0.75, 0.2, 0.7, -0.5)


def prepared(evidence: CentreEvidence, effort: Effort = QUICK, seed: int = 0) -> LatentAllocation:
    spec = analysis(evidence, latent_priors())
    return LatentAllocation.prepare(evidence, spec.priors.baseline, centres.pooled_curve(evidence, spec), effort, seed)


def gap(one: EvidenceCurve, other: EvidenceCurve, turn: float = 1.0) -> float:
    """Largest difference of two log likelihoods where either matters, constants aside."""
    a, b = one.log_likelihood(turn * THETA), other.log_likelihood(THETA)
    near = b > b.max() - 8
    difference = (a - b)[near]
    return float(np.ptp(difference))


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_without_spread_the_study_as_a_whole_comes_back(endpoint: str) -> None:
    engine = prepared(latent(ENDPOINTS[endpoint]))
    assert gap(engine.curve(NONE), engine.pooled) < 1e-9
    # treated shares that scatter change nothing as long as centres are alike
    assert gap(engine.curve(CentreSpreads(0.0, 0.0, 1.2, 0.8)), engine.pooled) < 1e-9


def summed(engine: LatentAllocation, spreads: CentreSpreads, theta: Floats, axes: Sequence[Floats]) -> Floats:
    """Log of the average over the engine's points, each with its nuisance parameters summed out on a lattice."""
    scenarios = scenarios_of(engine.evidence, engine.points, spreads)
    x = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 1, len(axes))
    x = np.broadcast_to(x, (len(x), len(scenarios.ratios), len(axes)))
    found = np.empty(len(theta))
    for t, here in enumerate(theta):
        values = engine.mixture.log_likelihood(x, np.array(here), scenarios) + engine.prior.logpdf(x)
        found[t] = values.max() + math.log(np.exp(values - values.max()).sum())
    return found


@pytest.mark.parametrize("endpoint", ["response", "death"])
def test_curve_is_the_average_over_its_points_by_dense_quadrature(endpoint: str) -> None:
    engine = prepared(latent(ENDPOINTS[endpoint]), Effort(31, 60, 31, 33))
    wide = ((3.0, 81),) if engine.mixture.size == 1 else ((4.5, 41), (2.0, 41))
    axes = [np.linspace(m - w, m + w, n) for m, (w, n) in zip(engine.mode, wide, strict=True)]
    theta = THETA[2:-2]
    dense = summed(engine, SOME, theta, axes)
    near = dense > dense.max() - 6
    assert np.ptp((engine.curve(SOME).log_likelihood(theta) - dense)[near]) < 0.03
    assert np.ptp((engine.pooled.log_likelihood(theta) - dense)[near]) > 1  # what is tested is no small thing


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_swapping_the_arms_turns_effect_and_correlation(endpoint: str) -> None:
    pooled = ENDPOINTS[endpoint]
    changes: dict[str, Any] = {"arms": pooled.arms[::-1], "labels": pooled.labels[::-1]}
    keys = ("events", "n") if isinstance(pooled, BinomialEvidence) else ("at_risk", "survivors", "printed")
    changes |= {key: getattr(pooled, key)[..., ::-1] for key in keys}
    swapped = type(pooled)(**{**vars(pooled), **changes})
    one = prepared(latent(pooled)).curve(SOME)
    other = prepared(latent(swapped, treated=217)).curve(SOME._replace(correlation=0.5))
    assert gap(other, one, turn=-1.0) < 1e-3


def test_order_of_centres_does_not_matter() -> None:
    one, other = (prepared(latent(RESPONSE, sizes)).curve(SOME) for sizes in (SIZES, (16, 88, 118, 33, 41, 39)))
    assert gap(one, other) < 1e-6


@pytest.mark.parametrize("spread", [0.3, 1.0, 6.0])
def test_treated_shares_add_up_to_the_treated(spread: float) -> None:
    rng = np.random.default_rng(1)
    deviations = spread * rng.standard_normal((500, 6))
    sizes = np.array(SIZES, dtype=float)
    for treated in (1, 118, 334):
        share = treated_shares(deviations, sizes, treated)
        assert np.all((share >= 0) & (share <= 1))
        assert share @ sizes == pytest.approx(np.full(500, treated), rel=1e-9)
        odds = np.log(share / (1 - share)) if spread < 2 else None
        if odds is not None:  # the deviations are what sets the centres apart
            assert odds - odds[:, :1] == pytest.approx(deviations - deviations[:, :1], abs=1e-6)


def test_correlation_with_prognosis_moves_the_effect_as_it_must() -> None:
    """Centres in which events are frequent treat more: what looks like an effect is explained away."""
    engine = prepared(latent(RESPONSE))
    medians = [engine.curve(CentreSpreads(0.75, 0.2, 0.7, rho)).apply(normal()).median for rho in (-0.8, 0.0, 0.8)]
    assert medians[0] > medians[1] + 0.05 > medians[2] + 0.1
    hazards = prepared(latent(ENDPOINTS["progression"]))
    medians = [hazards.curve(CentreSpreads(0.75, 0.2, 0.7, rho)).apply(normal()).median for rho in (-0.8, 0.0, 0.8)]
    assert medians[0] > medians[1] + 0.05 > medians[2] + 0.1  # u > 0 is a higher hazard


def test_average_over_priors_agrees_between_shifts_of_the_lattice() -> None:
    evidence = latent(RESPONSE)
    spec = analysis(evidence, latent_priors(), better="higher")
    pooled = centres.pooled_curve(evidence, spec)
    curves = [
        latent_curve(evidence, spec.priors.baseline, spec.priors.centres, pooled, Effort(8191, 60, 13, 25), seed)
        for seed in range(3)
    ]
    assert np.std([c.apply(normal()).p_below(0) for c in curves], ddof=1) < 1e-3


def test_one_centre_is_the_study_with_a_wider_intercept() -> None:
    evidence = latent(RESPONSE, (335,))
    engine = prepared(evidence, Effort(509, 60, 13, 25))
    wider = analysis(evidence, latent_priors())
    wider.priors.baseline = normal(0.0, math.hypot(1.5, 0.75))
    assert gap(engine.curve(CentreSpreads(0.75, 0.0, 0.7, 0.5)), centres.pooled_curve(evidence, wider)) < 5e-3


@pytest.mark.parametrize("events", [(0.0, 0.0), (0.0, 6.0), (217.0, 118.0), (111.4, 0.0)])
def test_arms_without_events_work(events: tuple[float, float]) -> None:
    pooled = BinomialEvidence("m", ("a", "b"), ("A", "B"), np.array(events), np.array([217.0, 118.0]))
    engine = prepared(latent(pooled), Effort(31, 60, 31, 33))
    theta = np.linspace(-8, 8, 17)
    dense = summed(engine, SOME, theta, [np.linspace(-14, 14, 281)])
    curve = engine.curve(SOME)
    near = dense > dense.max() - 6
    assert near.sum() >= 5
    assert np.ptp((curve.log_likelihood(theta) - dense)[near]) < 0.03
    assert np.isfinite(curve.log_likelihood_at_knots).all()


def test_walk_of_hazards_is_a_prior_too() -> None:
    walk = RandomWalk(dist="random_walk", mean=-3.5, sd=2.0, step_sd=0.5, rationale="test")
    prior = nuisance_prior(walk, 3)
    x = np.array([-3.0, -3.4, -2.9])
    steps = np.array([(x[0] + 3.5) / 2.0, (x[1] - x[0]) / 0.5, (x[2] - x[1]) / 0.5])
    expected = -0.5 * steps @ steps - math.log(2.0 * 0.5 * 0.5) - 1.5 * math.log(2 * math.pi)
    assert float(prior.logpdf(x)) == pytest.approx(expected, rel=1e-12)
    evidence = latent(ENDPOINTS["progression"])
    spec = analysis(evidence, latent_priors())
    spec.priors.baseline = walk
    pooled = centres.pooled_curve(evidence, spec)
    engine = LatentAllocation.prepare(evidence, walk, pooled, QUICK)
    assert gap(engine.curve(NONE), pooled) < 1e-9


def test_scores_are_the_slopes_of_the_log_likelihood() -> None:
    for pooled in ENDPOINTS.values():
        engine = prepared(latent(pooled))
        scenarios = scenarios_of(engine.evidence, engine.points.at(np.arange(7)), SOME)
        x = np.tile(engine.mode, (7, 1)) + 0.1
        score = engine.mixture.slopes(x, np.array([-0.2]), scenarios).score.sum(axis=1)
        for k in range(engine.mixture.size):
            step = np.zeros(engine.mixture.size)
            step[k] = 1e-5
            up, down = (engine.mixture.log_likelihood(x + s, np.array([-0.2]), scenarios) for s in (step, -step))
            assert score[:, k] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-5)


def test_points_are_even_and_mirrored() -> None:
    x = lattice(1021, 22, 0.3)
    assert np.abs(x.mean(axis=0) - 0.5).max() < 2e-3
    pairs = np.corrcoef(x, rowvar=False) - np.eye(22)
    assert np.abs(pairs).max() < 0.05
    points = centre_points(127, (0, 1, 2), 0)
    assert points.u.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert (points.u * points.e).sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    assert points.u.std(axis=0) == pytest.approx(np.ones(3), abs=0.05)


def test_fixed_correlation_is_the_same_for_all_points() -> None:
    assert fixed(0.4).quantile(np.array([0.1, 0.9])) == pytest.approx([0.4, 0.4])
