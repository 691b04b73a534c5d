"""A size without its direction: the even mixture of both, by formula, by curve, by PyMC and by NUTS."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.likelihoods import log_ratio
from crlm_bayes.priors.families import Normal
from oracles.random_effects import blur

ENTHUSIAST = Normal(dist="normal", mean=-0.288, sd=0.175, rationale="expects a ratio of 0.75")


def unknown(y: float, se: float) -> RatioEvidence:
    return RatioEvidence("s", ("c", "t"), ("C", "T"), y, se, direction="unknown")


def density(theta: Any, y: float, se: float) -> Any:
    return (stats.norm.pdf(y, theta, se) + stats.norm.pdf(-y, theta, se)) / 2


@pytest.mark.parametrize(("y", "se"), [(0.05, 0.2), (0.2, 0.2), (0.45, 0.2), (0.9, 0.2), (0.4, 1.5)])
def test_curve_of_unknown_direction_is_the_even_mixture(y: float, se: float) -> None:
    evidence = unknown(y, se)
    theta = np.linspace(-y - 6 * se, y + 6 * se, 801)
    np.testing.assert_allclose(np.exp(log_ratio.log_likelihood(evidence, theta)), density(theta, y, se), rtol=1e-11)
    curve = log_ratio.curve(evidence, None)  # type: ignore[arg-type]
    assert not curve.has_mode and curve.error < 1e-6
    exact = np.log(density(theta, y, se))
    np.testing.assert_allclose(curve.log_likelihood(theta), exact - exact.max(), atol=2e-4)  # 0 at the best of 801
    np.testing.assert_allclose(np.diff(curve.log_likelihood(theta)), np.diff(exact), atol=1e-8)
    np.testing.assert_allclose(curve.quick(theta), curve.log_likelihood(-theta), atol=1e-8)
    assert curve.apply(Normal(dist="normal", mean=0, sd=0.5, rationale="even")).p_below(0) == pytest.approx(0.5)


@pytest.mark.parametrize(("y", "se"), [(0.05, 0.2), (0.45, 0.2), (0.9, 0.2)])
def test_prior_that_takes_a_side_decides_the_direction(y: float, se: float) -> None:
    def joint(theta: float, power: int = 0) -> float:
        return float(theta**power * density(theta, y, se) * stats.norm.pdf(theta, ENTHUSIAST.mean, ENTHUSIAST.sd))

    def integral(low: float, high: float, power: int = 0) -> float:
        return float(integrate.quad(joint, low, high, args=(power,), limit=200, points=(-0.4, 0.1), epsabs=1e-13)[0])

    total = integral(-3, 3)
    posterior = log_ratio.curve(unknown(y, se), None).apply(ENTHUSIAST)  # type: ignore[arg-type]
    assert posterior.p_below(0) == pytest.approx(integral(-3, 0) / total, abs=1e-8)
    assert posterior.mean == pytest.approx(integral(-3, 3, 1) / total, abs=1e-8)
    known = log_ratio.curve(RatioEvidence("s", ("c", "t"), ("C", "T"), -y, se), None)  # type: ignore[arg-type]
    assert known.apply(ENTHUSIAST).p_below(0) > posterior.p_below(0) > 0.5


def test_effects_that_scatter_blur_the_mixture_as_they_blur_its_halves() -> None:
    theta = np.linspace(-1.5, 1.5, 61)
    found = blur(log_ratio.curve(unknown(0.45, 0.15), None), 0.3)(theta)  # type: ignore[arg-type]
    np.testing.assert_allclose(np.diff(found), np.diff(np.log(density(theta, 0.45, math.hypot(0.15, 0.3)))), atol=1e-8)


def test_sampled_model_has_the_same_mixture() -> None:
    import pymc as pm
    import xarray as xr

    evidence = unknown(0.45, 0.2)
    with pm.Model() as model:
        log_ratio.build(pm.Normal("theta", 0, 1), log_ratio.shape(evidence, None))  # type: ignore[arg-type]
        pm.set_data({k: np.float64(v) for k, v in log_ratio.data(evidence, None).items()})  # type: ignore[arg-type]
    logp = model.compile_logp(vars=[model["y"]], mode="FAST_COMPILE")
    for theta in (-0.5, 0.0, 0.02, 3.0):
        point = {"theta": np.asarray(theta)}
        assert float(logp(point)) == pytest.approx(float(log_ratio.log_likelihood(evidence, np.asarray(theta))))
    many = xr.Dataset({"theta": (("chain", "draw"), np.full((1, 4000), -0.1))})
    drawn = log_ratio.replicate(many, evidence, np.random.default_rng(2))["y"].values.ravel()
    folded = stats.foldnorm(0.1 / 0.2, scale=0.2)
    assert drawn.min() > 0 and abs(drawn.mean() - folded.mean()) < 4 * folded.std() / math.sqrt(drawn.size)


@pytest.mark.statistical
def test_nuts_visits_both_sides_in_their_proportion(make_spec: Any) -> None:
    """With a prior that takes a side. Under an even one the sampler rarely crosses, and its diagnostics say so."""
    import arviz as az

    from crlm_bayes.sampling.nuts import fit
    from crlm_bayes.sampling.settings import Settings

    spec: AnalysisSpec = make_spec("log_ratio", reading="logrank")
    evidence = unknown(0.3, 0.15)
    theta = fit(spec, evidence, "enthusiast", ENTHUSIAST, Settings()).tree["posterior"].to_dataset()["theta"]
    below = (theta < 0).astype(float).to_dataset(name="below")
    exact = log_ratio.curve(evidence, spec).apply(ENTHUSIAST)
    assert float(az.rhat(theta.to_dataset(name="theta"))["theta"]) < 1.01
    assert abs(float(below["below"].mean()) - exact.p_below(0)) < 4 * float(az.mcse(below)["below"])
