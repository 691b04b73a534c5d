"""Priors that people state: quantiles, two pieces."""

import itertools
import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import integrate, stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.prior_book import PriorBook
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from makers.stated_priors import FAMILIES, STATED, held


def test_stated_quantiles_are_those_of_the_prior() -> None:
    prior = FAMILIES["quantiles"][0]
    for p, value in zip(*STATED, strict=True):
        assert prior.quantile(p) == pytest.approx(value, abs=1e-12)
        assert float(prior.cdf(value)) == pytest.approx(p, abs=1e-12)


@pytest.mark.parametrize("probabilities", [(0.025, 0.5, 0.975), (0.05, 0.2, 0.5, 0.6, 0.99)])
def test_quantiles_of_a_normal_give_that_normal_back(probabilities: tuple[float, ...]) -> None:
    exact = stats.norm(-0.3, 0.2)
    values = tuple(float(v) for v in exact.ppf(probabilities))
    prior = Quantiles(dist="quantiles", probabilities=probabilities, values=values, rationale="t")
    x = np.linspace(-2.5, 2, 91)
    np.testing.assert_allclose(prior.logpdf(x), exact.logpdf(x), atol=1e-9)
    np.testing.assert_allclose(prior.cdf(x), exact.cdf(x), atol=1e-12)
    assert prior.variance == pytest.approx(0.04, rel=1e-9)


def test_density_of_stated_quantiles_is_continuous_and_finite_even_where_they_are_odd() -> None:
    """Half of the belief within a hair, the rest far away on one side."""
    prior = Quantiles(
        dist="quantiles", probabilities=(0.01, 0.5, 0.51, 0.99), values=(-0.01, 0.0, 2.0, 2.001), rationale="t"
    )
    x = np.linspace(-0.1, 2.1, 200_001)
    assert np.all(np.isfinite(prior.logpdf(x)))
    assert np.all(np.diff(prior.cdf(x)) >= 0)
    for value in prior.values:
        left, right = (float(prior.logpdf(value + side * 1e-12)) for side in (-1, 1))
        assert left == pytest.approx(right, abs=0.05)


def test_two_piece_is_continuous_and_normal_where_both_sides_are_equal() -> None:
    prior = TwoPiece(dist="two_piece", mode=-0.2, sd_below=0.4, sd_above=0.1, rationale="t")
    left, right = (float(prior.logpdf(-0.2 + side * 1e-9)) for side in (-1, 1))
    assert left == pytest.approx(right, abs=1e-12)
    x = np.linspace(-2, 2, 41)
    even = TwoPiece(dist="two_piece", mode=0.1, sd_below=0.3, sd_above=0.3, rationale="t")
    np.testing.assert_allclose(even.logpdf(x), stats.norm.logpdf(x, 0.1, 0.3), atol=1e-12)


@pytest.mark.parametrize("name", ["two_piece", "quantiles"])
def test_variance_of_what_people_state_is_that_of_its_density(name: str, analyses: dict[str, AnalysisSpec]) -> None:
    prior = FAMILIES[name][0]
    assert isinstance(prior, TwoPiece | Quantiles)

    def moment(k: int) -> float:
        cuts = [-8.0, *prior.breaks, 8.0]
        return sum(
            integrate.quad(lambda t: t**k * math.exp(float(prior.logpdf(t))), a, b, epsabs=1e-12)[0]
            for a, b in itertools.pairwise(cuts)
        )

    assert moment(0) == pytest.approx(1.0, abs=1e-9)
    assert prior.variance == pytest.approx(moment(2) - moment(1) ** 2, rel=1e-6)
    assert held(prior, analyses["pfs_chen2025_landmark"]).events == pytest.approx(4 / prior.variance)


def test_what_people_state_is_read_from_a_document() -> None:
    book = PriorBook.model_validate(
        {
            "guess": {"dist": "two_piece", "mode": -0.1, "sd_below": 0.1, "sd_above": 0.3, "rationale": "t"},
            "panel": {"dist": "quantiles", "probabilities": [0.1, 0.5, 0.9], "values": [-1, 0, 1], "rationale": "t"},
        }
    )
    assert [type(p) for p in book.root.values()] == [TwoPiece, Quantiles]
    with pytest.raises(ValidationError, match="two_piece"):
        PriorBook.model_validate({"guess": {"dist": "split_normal", "rationale": "t"}})


@pytest.mark.parametrize("name", ["two_piece", "quantiles"])
def test_model_that_is_sampled_has_the_same_density_and_its_slope(name: str) -> None:
    """In the tails, at the points stated and between them; the slope by differences of the NumPy density."""
    import pymc as pm

    from crlm_bayes.likelihoods.contract import Shape
    from crlm_bayes.likelihoods.variables import prior_data
    from crlm_bayes.sampling.models import model_of

    prior = FAMILIES[name][0]
    components = len(prior.values) if isinstance(prior, Quantiles) else 1
    model = model_of(Shape("log_ratio", prior=type(prior).__name__, components=components))
    with model:
        pm.set_data({key: np.asarray(value, dtype=float) for key, value in prior_data(prior).items()})
    theta = model["theta"]
    log_density = model.compile_logp(vars=[theta], jacobian=False, mode="FAST_COMPILE")
    slope = model.compile_fn(
        pm.pytensorf.gradient(model.logp(vars=[theta], jacobian=False), [model.rvs_to_values[theta]]),
        mode="FAST_COMPILE",
        point_fn=True,
    )
    for x in (-4.0, -0.9, -0.5, -0.33, -0.2, -0.15, 0.0, 0.25, 0.6):
        assert float(log_density({"theta": x})) == pytest.approx(float(prior.logpdf(x)), rel=1e-10, abs=1e-9)
        if x in prior.breaks:
            continue
        step = 1e-5
        by_differences = float(prior.logpdf(x + step) - prior.logpdf(x - step)) / (2 * step)
        assert float(np.ravel(slope({"theta": x}))[0]) == pytest.approx(by_differences, rel=1e-5, abs=1e-5)
