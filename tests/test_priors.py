"""Priors as values: densities, distribution functions, draws, and the content that their names promise."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import integrate, stats

from crlm_bayes.priorcontent import content
from crlm_bayes.priors import Cauchy, Mixture, Normal, Prior, StudentT
from crlm_bayes.scales import HalfCauchy, HalfNormal, HalfStudentT, LogNormal, ScalePrior
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.walks import RandomWalk


class ScipyMixture:
    """A mixture of normals out of scipy parts."""

    def __init__(self, weights: tuple[float, ...], means: tuple[float, ...], sds: tuple[float, ...]) -> None:
        self.parts = [(w, stats.norm(m, s)) for w, m, s in zip(weights, means, sds, strict=True)]

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        return np.log(sum(w * d.pdf(x) for w, d in self.parts))

    def cdf(self, x: np.ndarray) -> np.ndarray:
        return sum(w * d.cdf(x) for w, d in self.parts)


FAMILIES = {
    "normal": (Normal(dist="normal", mean=-0.3, sd=0.2, rationale="t"), stats.norm(-0.3, 0.2)),
    "narrow": (Normal(dist="normal", mean=0.0, sd=0.005, rationale="t"), stats.norm(0, 0.005)),
    "student_t": (StudentT(dist="student_t", df=3, mean=0.1, sd=0.3, rationale="t"), stats.t(3, 0.1, 0.3)),
    "cauchy": (Cauchy(dist="cauchy", mean=-0.2, sd=0.25, rationale="t"), stats.cauchy(-0.2, 0.25)),
    "mixture": (
        Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.4, 0.3), sds=(0.1, 1.0), rationale="t"),
        ScipyMixture((0.8, 0.2), (-0.4, 0.3), (0.1, 1.0)),
    ),
}
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
def test_draws_follow_the_distribution(prior: Prior, scipy: Any) -> None:
    """Counts in twenty equally probable cells, by chi-square with 19 degrees of freedom."""
    draws = prior.sample(40_000, np.random.default_rng(20))
    counts = np.histogram(scipy.cdf(draws), bins=np.linspace(0, 1, 21))[0]
    assert counts.sum() == 40_000
    assert np.sum((counts - 2000) ** 2 / 2000) < stats.chi2.ppf(0.9999, 19)


def test_draws_are_those_of_the_generator(priors: dict[str, Prior]) -> None:
    one, two = (priors["sceptical"].sample(5, np.random.default_rng(seed)) for seed in (1, 1))
    np.testing.assert_array_equal(one, two)


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


# The named priors: mean and sd as they are derived, and the sd as it is written in the book
Z95, Z85 = stats.norm.ppf(0.95), stats.norm.ppf(0.85)
NAMED = {
    "reference": (0.0, 1.0, 1.0),
    "neutral": (0.0, math.log(2) / stats.norm.ppf(0.975), 0.355),
    "sceptical": (0.0, math.log(1.5) / stats.norm.ppf(0.975), 0.205),
    "strongly_sceptical": (0.0, abs(math.log(0.80)) / Z95, 0.1357),
    "pessimistic": (-math.log(0.80), abs(math.log(0.80)) / Z85, 0.2153),
    "enthusiastic": (math.log(0.75), abs(math.log(0.75)) / Z95, 0.1749),
}


def test_book_holds_the_six_named_priors_with_a_rationale_each(priors: dict[str, Prior]) -> None:
    assert list(priors) == list(NAMED)
    assert all(prior.rationale.strip() for prior in priors.values())


@pytest.mark.parametrize("name", NAMED)
def test_named_prior_has_the_density_that_the_methods_derive(name: str, priors: dict[str, Prior]) -> None:
    prior, (mean, derived, written) = priors[name], NAMED[name]
    assert isinstance(prior, Normal)
    assert prior.mean == pytest.approx(mean, abs=5e-5)
    assert prior.sd == written
    assert prior.sd == pytest.approx(derived, rel=0.01)


@pytest.mark.parametrize(
    ("name", "ratio", "probability"),
    [
        ("neutral", 0.5, 0.025),
        ("sceptical", 2 / 3, 0.025),
        ("strongly_sceptical", 0.80, 0.05),
        ("pessimistic", 1.0, 0.15),
        ("enthusiastic", 1.0, 0.95),
        ("enthusiastic", 0.75, 0.5),
        ("pessimistic", 1.25, 0.5),
    ],
)
def test_named_prior_holds_the_probability_that_its_rationale_states(
    name: str, ratio: float, probability: float, priors: dict[str, Prior]
) -> None:
    assert float(priors[name].cdf(math.log(ratio))) == pytest.approx(probability, abs=0.0015)


@pytest.mark.parametrize(
    ("better", "sign"),
    [("lower", 1), ("higher", -1)],
)
def test_content_of_a_prior_is_told_in_the_direction_reported(
    better: str, sign: int, analyses: dict[str, AnalysisSpec]
) -> None:
    name = {"lower": "complication_chen2025_counts", "higher": "orr_chen2025_counts"}[better]
    prior = Normal(dist="normal", mean=-0.3, sd=0.2, rationale="t")
    told, scipy = content(prior, analyses[name]), stats.norm(-0.3, 0.2)
    limits = sorted(sign * scipy.ppf([0.025, 0.975]))
    assert (math.log(told.lower), math.log(told.upper)) == pytest.approx(limits, abs=1e-9)
    mcid = math.log(0.8)  # on the benefit scale 1.25 is 0.80
    assert told.p_benefit == pytest.approx(scipy.cdf(0), abs=1e-12)
    assert told.p_mcid == pytest.approx(scipy.cdf(mcid), abs=1e-12)
    assert told.p_harm == pytest.approx(scipy.sf(-mcid), abs=1e-12)
    assert told.events == pytest.approx(4 / 0.2**2)


def test_weight_in_events_uses_the_variance_of_the_family(analyses: dict[str, AnalysisSpec]) -> None:
    spec = analyses["pfs_chen2025_landmark"]
    t, cauchy, mixture = FAMILIES["student_t"][0], FAMILIES["cauchy"][0], FAMILIES["mixture"][0]
    assert content(t, spec).events == pytest.approx(4 / stats.t.var(3, scale=0.3))
    assert content(cauchy, spec).events is None
    draws = mixture.sample(400_000, np.random.default_rng(6))
    # the standard error of a variance here is below half a percent
    assert content(mixture, spec).events == pytest.approx(4 / draws.var(), rel=0.02)


@pytest.mark.parametrize(
    ("family", "document", "said"),
    [
        (Normal, {"dist": "normal", "mean": 0, "sd": 0}, "greater than 0"),
        (Normal, {"dist": "normal", "mean": math.nan, "sd": 1}, "finite"),
        (Normal, {"dist": "normal", "mean": 0, "sd": 1, "df": 3}, "not permitted"),
        (StudentT, {"dist": "student_t", "df": 0, "mean": 0, "sd": 1}, "greater than 0"),
        (Mixture, {"dist": "mixture", "weights": [1.0], "means": [0.0], "sds": [1.0]}, "two or more components"),
        (Mixture, {"dist": "mixture", "weights": [0.5, 0.4], "means": [0, 0], "sds": [1, 1]}, "sum to 0.9"),
        (HalfNormal, {"dist": "half_normal", "sd": -1}, "greater than 0"),
        (RandomWalk, {"dist": "random_walk", "mean": 0, "sd": 1, "step_sd": 0}, "greater than 0"),
    ],
)
def test_density_that_is_none_is_refused(family: type, document: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        family.model_validate({"rationale": "t", **document})
