"""Priors of standard deviations, and walks."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.priors.spreads import HalfCauchy, HalfNormal, HalfStudentT, LogNormal, ScalePrior

SCALES: dict[str, tuple[ScalePrior, Any]] = {
    "half_normal": (HalfNormal(dist="half_normal", sd=0.5, rationale="t"), stats.halfnorm(scale=0.5)),
    "half_cauchy": (HalfCauchy(dist="half_cauchy", sd=0.5, rationale="t"), stats.halfcauchy(scale=0.5)),
    "log_normal": (
        LogNormal(dist="log_normal", mean=-1.98, sd=0.67, rationale="t"),
        stats.lognorm(0.67, scale=math.exp(-1.98)),
    ),
}


@pytest.mark.parametrize(("prior", "scipy"), SCALES.values(), ids=SCALES)
def test_scale_quantiles_are_those_of_scipy(prior: ScalePrior, scipy: Any) -> None:
    p = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999, 1 - 1e-7])
    np.testing.assert_allclose(prior.quantile(p), scipy.ppf(p), rtol=1e-8)


def test_half_student_quantiles_are_those_of_the_folded_t() -> None:
    prior = HalfStudentT(dist="half_student_t", df=4, sd=0.3, rationale="t")
    p = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999])
    folded = 2 * stats.t.cdf(prior.quantile(p), 4, scale=0.3) - 1
    np.testing.assert_allclose(folded, p, rtol=1e-8, atol=1e-9)


def test_scale_draws_are_positive_and_follow_the_distribution() -> None:
    prior, scipy = SCALES["half_normal"]
    draws = prior.sample(20_000, np.random.default_rng(3))
    assert draws.min() > 0
    counts = np.histogram(scipy.cdf(draws), bins=np.linspace(0, 1, 11))[0]
    assert np.sum((counts - 2000) ** 2 / 2000) < stats.chi2.ppf(0.9999, 9)


def test_random_walk_spreads_with_every_step() -> None:
    walk = RandomWalk(dist="random_walk", mean=-3.0, sd=0.8, step_sd=0.6, rationale="t")
    draws = walk.sample(40_000, 4, np.random.default_rng(5))
    variance = 0.8**2 + 0.6**2 * np.arange(4)
    assert draws.shape == (40_000, 4)
    # standard errors: sd / √n of a mean, variance √(2/n) of a variance
    assert np.all(np.abs(draws.mean(axis=0) + 3.0) < 4.5 * np.sqrt(variance / 40_000))
    assert np.all(np.abs(draws.var(axis=0) / variance - 1) < 4.5 * math.sqrt(2 / 40_000))
    steps = np.diff(draws, axis=1)
    assert abs(np.corrcoef(steps[:, 0], draws[:, 0])[0, 1]) < 4.5 / math.sqrt(40_000)
