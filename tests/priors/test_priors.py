"""Priors as values: densities, distribution functions, draws, and the content that their names promise."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import integrate, interpolate, stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.prior_book import PriorBook
from crlm_bayes.priors.content import PriorContent, content
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.priors.spreads import HalfCauchy, HalfNormal, HalfStudentT, LogNormal, ScalePrior


def held(prior: Prior, spec: AnalysisSpec) -> PriorContent:
    """What an analysis shows of a prior."""
    return content(prior, spec.sign, spec.mcid)


class ScipyMixture:
    """A mixture of normals out of scipy parts."""

    def __init__(self, weights: tuple[float, ...], means: tuple[float, ...], sds: tuple[float, ...]) -> None:
        self.parts = [(w, stats.norm(m, s)) for w, m, s in zip(weights, means, sds, strict=True)]

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        return np.log(sum(w * d.pdf(x) for w, d in self.parts))

    def cdf(self, x: np.ndarray) -> np.ndarray:
        return sum(w * d.cdf(x) for w, d in self.parts)


class ScipyTwoPiece:
    """Two half-normal densities out of scipy, weighted by their scales."""

    def __init__(self, mode: float, below: float, above: float) -> None:
        self.mode, self.share = mode, below / (below + above)
        self.below, self.above = stats.halfnorm(scale=below), stats.halfnorm(scale=above)

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        low = np.log(self.share) + self.below.logpdf(np.maximum(self.mode - x, 0))
        high = np.log(1 - self.share) + self.above.logpdf(np.maximum(x - self.mode, 0))
        return np.where(x < self.mode, low, high)

    def cdf(self, x: np.ndarray) -> np.ndarray:
        low = self.share * self.below.sf(np.maximum(self.mode - x, 0))
        return np.where(
            x < self.mode, low, self.share + (1 - self.share) * self.above.cdf(np.maximum(x - self.mode, 0))
        )


class ScipyQuantiles:
    """The value as scipy's monotone cubic of the normal score, inverted point by point."""

    def __init__(self, probabilities: tuple[float, ...], values: tuple[float, ...]) -> None:
        z, v = stats.norm.ppf(probabilities), np.array(values)
        slopes = interpolate.PchipInterpolator(z, v)(z, 1)
        slopes[0], slopes[-1] = (v[1] - v[0]) / (z[1] - z[0]), (v[-1] - v[-2]) / (z[-1] - z[-2])
        # far lines on both sides, as cubics that happen to be straight
        z = np.concatenate([[-60], z, [60]])
        v = np.concatenate([[v[0] + slopes[0] * (z[0] - z[1])], v, [v[-1] + slopes[-1] * (z[-1] - z[-2])]])
        self.value = interpolate.CubicHermiteSpline(z, v, np.concatenate([slopes[:1], slopes, slopes[-1:]]))

    def z(self, x: np.ndarray) -> np.ndarray:
        low, high = np.full(np.shape(x), -60.0), np.full(np.shape(x), 60.0)
        for _ in range(70):
            middle = 0.5 * (low + high)
            short = self.value(middle) < x
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return 0.5 * (low + high)

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        return stats.norm.logpdf(self.z(x)) - np.log(self.value(self.z(x), 1))

    def cdf(self, x: np.ndarray) -> np.ndarray:
        return stats.norm.cdf(self.z(x))


STATED = ((0.025, 0.25, 0.5, 0.75, 0.975), (-0.9, -0.35, -0.2, -0.1, 0.25))
FAMILIES = {
    "normal": (Normal(dist="normal", mean=-0.3, sd=0.2, rationale="t"), stats.norm(-0.3, 0.2)),
    "narrow": (Normal(dist="normal", mean=0.0, sd=0.005, rationale="t"), stats.norm(0, 0.005)),
    "student_t": (StudentT(dist="student_t", df=3, mean=0.1, sd=0.3, rationale="t"), stats.t(3, 0.1, 0.3)),
    "cauchy": (Cauchy(dist="cauchy", mean=-0.2, sd=0.25, rationale="t"), stats.cauchy(-0.2, 0.25)),
    "mixture": (
        Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.4, 0.3), sds=(0.1, 1.0), rationale="t"),
        ScipyMixture((0.8, 0.2), (-0.4, 0.3), (0.1, 1.0)),
    ),
    "two_piece": (
        TwoPiece(dist="two_piece", mode=-0.2, sd_below=0.4, sd_above=0.1, rationale="t"),
        ScipyTwoPiece(-0.2, 0.4, 0.1),
    ),
    "quantiles": (
        Quantiles(dist="quantiles", probabilities=STATED[0], values=STATED[1], rationale="t"),
        ScipyQuantiles(*STATED),
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
    told, scipy = held(prior, analyses[name]), stats.norm(-0.3, 0.2)
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
    assert held(t, spec).events == pytest.approx(4 / stats.t.var(3, scale=0.3))
    assert held(cauchy, spec).events is None
    draws = mixture.sample(400_000, np.random.default_rng(6))
    # the standard error of a variance here is below half a percent
    assert held(mixture, spec).events == pytest.approx(4 / draws.var(), rel=0.02)


@pytest.mark.parametrize(
    ("family", "document", "said"),
    [
        (Normal, {"dist": "normal", "mean": 0, "sd": 0}, "greater than 0"),
        (Normal, {"dist": "normal", "mean": math.nan, "sd": 1}, "finite"),
        (Normal, {"dist": "normal", "mean": 0, "sd": 1, "df": 3}, "not permitted"),
        (StudentT, {"dist": "student_t", "df": 0, "mean": 0, "sd": 1}, "greater than 0"),
        (Mixture, {"dist": "mixture", "weights": [1.0], "means": [0.0], "sds": [1.0]}, "two or more components"),
        (Mixture, {"dist": "mixture", "weights": [0.5, 0.4], "means": [0, 0], "sds": [1, 1]}, "sum to 0.9"),
        (TwoPiece, {"dist": "two_piece", "mode": 0, "sd_below": 0, "sd_above": 1}, "greater than 0"),
        (TwoPiece, {"dist": "two_piece", "mode": 0, "sd_below": 1, "sd_above": -1}, "greater than 0"),
        (Quantiles, {"dist": "quantiles", "probabilities": [0.1, 0.9], "values": [0, 1]}, "three or more"),
        (Quantiles, {"dist": "quantiles", "probabilities": [0.1, 0.5, 0.9], "values": [0, 1]}, "three or more"),
        (Quantiles, {"dist": "quantiles", "probabilities": [0, 0.5, 0.9], "values": [0, 1, 2]}, "excluded; 0 does not"),
        (Quantiles, {"dist": "quantiles", "probabilities": [0.1, 0.5, 1.2], "values": [0, 1, 2]}, "excluded; 1.2 does"),
        (
            Quantiles,
            {"dist": "quantiles", "probabilities": [0.1, 0.5, 0.5], "values": [0, 1, 2]},
            "probabilities must rise",
        ),
        (
            Quantiles,
            {"dist": "quantiles", "probabilities": [0.1, 0.5, 0.9], "values": [0, 2, 1]},
            "values must rise; 1 follows 2",
        ),
        (HalfNormal, {"dist": "half_normal", "sd": -1}, "greater than 0"),
        (RandomWalk, {"dist": "random_walk", "mean": 0, "sd": 1, "step_sd": 0}, "greater than 0"),
    ],
)
def test_density_that_is_none_is_refused(family: type, document: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        family.model_validate({"rationale": "t", **document})


# stated by people


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
    from crlm_bayes.sampling.nuts import model_of

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
