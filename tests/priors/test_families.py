"""Priors as values: densities, distribution functions, draws."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from crlm_bayes.priors.density import Prior
from makers.stated_priors import FAMILIES

EACH = pytest.mark.parametrize(("prior", "scipy"), FAMILIES.values(), ids=FAMILIES)


@EACH
def test_density_and_distribution_function_are_those_of_scipy(prior: Prior, scipy: Any) -> None:
    x = np.concatenate([np.linspace(-1.0, 1.0, 81), [-5.0, 5.0]])
    x = prior.centre + prior.spread * 4 * x
    np.testing.assert_allclose(prior.cdf(x), scipy.cdf(x), rtol=1e-12, atol=1e-14)
    near = np.abs(x - prior.centre) < 6 * prior.spread
    np.testing.assert_allclose(prior.logpdf(x[near]), scipy.logpdf(x[near]), rtol=1e-11, atol=1e-11)


@EACH
def test_density_integrates_to_one(prior: Prior, scipy: Any) -> None:
    edges = [-np.inf, *(prior.centre + prior.spread * np.array([-3.0, -1.0, 0.0, 1.0, 3.0])), np.inf]
    pieces = [
        integrate.quad(lambda t: math.exp(float(prior.logpdf(t))), a, b, epsabs=1e-12)[0]
        for a, b in itertools.pairwise(edges)
    ]
    assert sum(pieces) == pytest.approx(1.0, abs=1e-8)


@EACH
@pytest.mark.parametrize("p", [1e-4, 0.025, 0.3, 0.5, 0.975, 0.9999])
def test_quantile_inverts_the_distribution_function(prior: Prior, scipy: Any, p: float) -> None:
    assert float(scipy.cdf(prior.quantile(p))) == pytest.approx(p, rel=1e-9)


@EACH
def test_turned_prior_is_the_mirror_image(prior: Prior, scipy: Any) -> None:
    x = np.linspace(-2, 2, 41)
    np.testing.assert_allclose(prior.turned().logpdf(-x), prior.logpdf(x), rtol=1e-12)
    np.testing.assert_allclose(prior.turned().cdf(-x), 1 - prior.cdf(x), atol=1e-12)
    assert prior.turned().turned() == prior
    assert prior.turned().rationale == prior.rationale


@EACH
def test_moved_prior_has_the_same_shape_elsewhere(prior: Prior, scipy: Any) -> None:
    x = np.linspace(-2, 2, 41)
    np.testing.assert_allclose(prior.moved(0.7).logpdf(x + 0.7), prior.logpdf(x), rtol=1e-9, atol=1e-12)
    assert prior.moved(0.7).centre == pytest.approx(prior.centre + 0.7)


@EACH
def test_draws_follow_the_distribution(prior: Prior, scipy: Any) -> None:
    """Counts in twenty equally probable cells, by chi-square with 19 degrees of freedom."""
    draws = prior.sample(40_000, np.random.default_rng(20))
    counts = np.histogram(scipy.cdf(draws), bins=np.linspace(0, 1, 21))[0]
    assert counts.sum() == 40_000
    assert np.sum((counts - 2000) ** 2 / 2000) < stats.chi2.ppf(0.9999, 19)


def test_draws_are_those_of_the_generator(priors: dict[str, Prior]) -> None:
    one, two = (priors["sceptical"].sample(5, np.random.default_rng(seed)) for seed in (1, 1))
    np.testing.assert_array_equal(one, two)
