"""Every likelihood and prior term of the compiled models against formulas written afresh.

Three independent forms: `scipy.stats` where its arithmetic is good, exact integers with 60-digit decimals where it is not
(nearly certain events, hazards of 1e-9 or 1e3), and beta functions for counts that are no whole numbers. The NumPy twins,
which the curves are made of, are held to the same numbers.
"""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from crlm_bayes.evidence.values import BinomialEvidence, RatioEvidence, SurvivalEvidence
from crlm_bayes.likelihoods import binomial, log_ratio, piecewise_exponential
from crlm_bayes.likelihoods.contract import Shape
from crlm_bayes.likelihoods.variables import prior_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.priors.spreads import HalfCauchy, HalfNormal, HalfStudentT, LogNormal, ScalePrior
from crlm_bayes.sampling.models import LOG_LIKELIHOOD, LOG_PRIOR, model_of

TOLERANCE = {"rtol": 1e-11, "atol": 1e-7}
WIDE = Normal(dist="normal", mean=0.0, sd=1.0, rationale="test")


@pytest.fixture(scope="module")
def terms() -> Callable[..., dict[str, np.ndarray]]:
    """Log probability of every random variable of a model shape at a point, by the compiled model."""
    import pymc as pm

    @cache
    def compiled(shape: Shape) -> tuple[Any, Any, list[str]]:
        model = model_of(shape)
        # vectorised terms, without the constant folding that a long run needs
        return model, model.compile_logp(mode="FAST_COMPILE", sum=False), [v.name for v in model.basic_RVs]

    def evaluate(shape: Shape, values: dict[str, Any], point: dict[str, Any]) -> dict[str, np.ndarray]:
        model, logp, names = compiled(shape)
        with model:
            pm.set_data({k: np.asarray(v, dtype=float) for k, v in values.items()})
        point = {k: np.asarray(v, dtype=float) for k, v in point.items()}
        assert {v.name for v in model.value_vars} == set(point), "the point does not name every parameter"
        return dict(zip(names, map(np.asarray, logp(point)), strict=True))

    return evaluate


def exact_binomial(k: int, n: int, log_odds: str) -> float:
    """Log probability of k of n at given log odds, by integers and 60 digits."""
    with localcontext() as context:
        context.prec = 60
        odds = Decimal(log_odds).exp()
        return float(Decimal(math.comb(n, k)).ln() + k * odds.ln() - n * (1 + odds).ln())


def exact_survivors(s: int, n: int, hazard: str) -> float:
    """Log probability of s survivors of n under cumulative hazard H, by integers and 60 digits."""
    with localcontext() as context:
        context.prec = 600
        h = Decimal(hazard)
        died = (n - s) * (1 - (-h).exp()).ln() if n > s else Decimal(0)
        return float(Decimal(math.comb(n, s)).ln() + died - s * h)


def real_coefficient(n: float, k: float) -> float:
    """Log binomial coefficient for real k: 1 / ((n + 1) B(k + 1, n - k + 1))."""
    return float(-np.log1p(n) - special.betaln(k + 1, n - k + 1))


# binomial


def _arms(r: tuple[float, float], n: tuple[float, float]) -> BinomialEvidence:
    return BinomialEvidence("s", ("c", "t"), ("C", "T"), np.array(r, dtype=float), np.array(n, dtype=float))


def _binomial_data(evidence: BinomialEvidence, mean: float = 0.0, sd: float = 1.5) -> dict[str, Any]:
    spec = SimpleNamespace(priors=SimpleNamespace(baseline=Normal(dist="normal", mean=mean, sd=sd, rationale="test")))
    return {**binomial.data(evidence, spec), **prior_data(WIDE)}  # type: ignore[arg-type]


def test_binomial_terms_agree_with_scipy_at_random_points(terms: Callable[..., dict[str, np.ndarray]]) -> None:
    rng = np.random.default_rng(1)
    for _ in range(150):
        n = rng.integers(1, 400, 2)
        r = rng.integers(0, n + 1)
        theta, alpha = rng.normal(0, 1.5), rng.normal(0, 1.5)
        evidence = _arms(tuple(r), tuple(n))
        found = terms(Shape("binomial"), _binomial_data(evidence, 0.3, 1.2), {"theta": theta, "alpha": alpha})
        p = 1 / (1 + np.exp(-(alpha + theta * np.array([-0.5, 0.5]))))
        expected = stats.binom.logpmf(r, n, p)
        np.testing.assert_allclose(found["y"], expected, **TOLERANCE)
        np.testing.assert_allclose(found["alpha"], stats.norm.logpdf(alpha, 0.3, 1.2), **TOLERANCE)
        np.testing.assert_allclose(found["theta"], stats.norm.logpdf(theta), **TOLERANCE)
        twin = binomial.log_likelihood(evidence, np.array(theta), np.array(alpha))
        np.testing.assert_allclose(twin, expected.sum(), **TOLERANCE)


@pytest.mark.parametrize("events", [(0, 0), (0, 25), (40, 0), (40, 25), (1, 24), (17, 9)])
@pytest.mark.parametrize("theta", ["-60", "-3", "0", "3", "60"])
@pytest.mark.parametrize("alpha", ["-40", "-8", "0.1", "40"])
def test_binomial_keeps_its_digits_at_extremes(
    terms: Callable[..., dict[str, np.ndarray]], events: tuple[int, int], theta: str, alpha: str
) -> None:
    n = (40, 25)
    evidence = _arms(events, n)
    eta = [str(Decimal(alpha) + Decimal(x) * Decimal(theta)) for x in ("-0.5", "0.5")]
    expected = [exact_binomial(k, m, e) for k, m, e in zip(events, n, eta, strict=True)]
    found = terms(Shape("binomial"), _binomial_data(evidence), {"theta": float(theta), "alpha": float(alpha)})
    np.testing.assert_allclose(found["y"], expected, **TOLERANCE)
    twin = binomial.log_likelihood(evidence, np.array(float(theta)), np.array(float(alpha)))
    np.testing.assert_allclose(twin, sum(expected), **TOLERANCE)


def test_binomial_takes_counts_that_are_no_whole_numbers(terms: Callable[..., dict[str, np.ndarray]]) -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        n = rng.uniform(1, 300, 2)
        r = rng.uniform(0, n)
        theta, alpha = rng.normal(0, 2), rng.normal(0, 2)
        evidence = _arms(tuple(r), tuple(n))
        p = special.expit(alpha + theta * np.array([-0.5, 0.5]))
        expected = [
            real_coefficient(m, k) + k * np.log(q) + (m - k) * np.log1p(-q) for k, m, q in zip(r, n, p, strict=True)
        ]
        found = terms(Shape("binomial"), _binomial_data(evidence), {"theta": theta, "alpha": alpha})
        np.testing.assert_allclose(found["y"], expected, **TOLERANCE)
        np.testing.assert_allclose(
            binomial.log_likelihood(evidence, np.array(theta), np.array(alpha)), sum(expected), **TOLERANCE
        )


def test_log_odds_ratio_is_treatment_over_control(terms: Callable[..., dict[str, np.ndarray]]) -> None:
    """At θ = log OR of the observed table, with its own middle, both arms are at their maximum."""
    r, n = np.array([40.0, 48.0]), np.array([100.0, 80.0])
    odds = r / (n - r)
    theta, alpha = np.log(odds[1] / odds[0]), np.log(odds).mean()
    best = terms(Shape("binomial"), _binomial_data(_arms(tuple(r), tuple(n))), {"theta": theta, "alpha": alpha})["y"]
    np.testing.assert_allclose(best, stats.binom.logpmf(r, n, r / n), **TOLERANCE)


# piecewise exponential


def _intervals(times: list[float], n: Any, s: Any) -> SurvivalEvidence:
    at_risk, survivors = np.array(n, dtype=float), np.array(s, dtype=float)
    return SurvivalEvidence(
        "s", ("c", "t"), ("C", "T"), np.array([0.0, *times]), at_risk, survivors, survivors / at_risk
    )


def _survival_data(
    evidence: SurvivalEvidence, spread: ScalePrior | None = None, baseline: Any = None, average: str = "information"
) -> dict[str, Any]:
    baseline = baseline or Normal(dist="normal", mean=-3.5066, sd=2.0, rationale="test")
    spec = SimpleNamespace(priors=SimpleNamespace(baseline=baseline, time_variation=spread), average=average)
    return {**piecewise_exponential.data(evidence, spec), **prior_data(WIDE)}  # type: ignore[arg-type]


def _expected_survivors(s: float, n: float, hazard: float) -> float:
    """By scipy, on the side of the probability that it can hold."""
    if hazard < math.log(2):
        return float(stats.binom.logpmf(n - s, n, -np.expm1(-hazard)))
    return float(stats.binom.logpmf(s, n, np.exp(-hazard)))


def test_survival_terms_agree_with_scipy_at_random_points(terms: Callable[..., dict[str, np.ndarray]]) -> None:
    rng = np.random.default_rng(3)
    for _ in range(120):
        times = np.cumsum(rng.uniform(1, 24, 3))
        n = rng.integers(1, 300, (3, 2))
        s = rng.integers(0, n + 1)
        theta, log_hazard = rng.normal(0, 1.5), rng.normal(-3, 1.0, 3)
        evidence = _intervals(list(times), n, s)
        width = np.diff([0.0, *times])
        found = terms(
            Shape("piecewise_exponential", 3), _survival_data(evidence), {"theta": theta, "log_hazard": log_hazard}
        )
        expected = np.empty((3, 2))
        for k in range(3):
            for a, sign in enumerate((-1, 1)):
                hazard = np.exp(log_hazard[k]) * np.exp(sign * theta / 2) * width[k]
                expected[k, a] = _expected_survivors(s[k, a], n[k, a], hazard)
        np.testing.assert_allclose(found["y"], expected, **TOLERANCE)
        np.testing.assert_allclose(found["log_hazard"], stats.norm.logpdf(log_hazard, -3.5066, 2.0), **TOLERANCE)
        twin = [
            piecewise_exponential.log_likelihood(evidence, k, np.array(theta), np.array(log_hazard[k]))
            for k in range(3)
        ]
        np.testing.assert_allclose(twin, expected.sum(axis=1), **TOLERANCE)


@pytest.mark.parametrize("hazard", ["1e-9", "0.001", "0.7", "30", "1000"])
@pytest.mark.parametrize("survivors", [(0, 0), (50, 30), (0, 30), (50, 0), (49, 1)])
def test_survival_keeps_its_digits_at_extremes(
    terms: Callable[..., dict[str, np.ndarray]], hazard: str, survivors: tuple[int, int]
) -> None:
    n = (50, 30)
    evidence = _intervals([1.0], [n], [survivors])
    expected = [exact_survivors(s, m, hazard) for s, m in zip(survivors, n, strict=True)]
    point = {"theta": 0.0, "log_hazard": [math.log(float(hazard))]}
    np.testing.assert_allclose(
        terms(Shape("piecewise_exponential", 1), _survival_data(evidence), point)["y"], [expected], **TOLERANCE
    )
    twin = piecewise_exponential.log_likelihood(evidence, 0, np.array(0.0), np.log(float(hazard)))
    np.testing.assert_allclose(twin, sum(expected), **TOLERANCE)


@pytest.mark.parametrize("theta", [-3.0, 3.0])
def test_log_hazard_ratio_multiplies_the_hazard_of_the_treated(
    terms: Callable[..., dict[str, np.ndarray]], theta: float
) -> None:
    evidence = _intervals([12.0, 36.0], [(217, 118), (188, 110)], [(188, 110), (60, 49)])
    found = terms(
        Shape("piecewise_exponential", 2), _survival_data(evidence), {"theta": theta, "log_hazard": [-4.0, -3.0]}
    )
    for k, (base, width) in enumerate(((-4.0, 12.0), (-3.0, 24.0))):
        for a, factor in enumerate((math.exp(-theta / 2), math.exp(theta / 2))):
            expected = _expected_survivors(
                evidence.survivors[k, a], evidence.at_risk[k, a], math.exp(base) * width * factor
            )
            assert found["y"][k, a] == pytest.approx(expected, abs=1e-7, rel=1e-11)


def test_survival_takes_effective_counts_that_are_no_whole_numbers(terms: Callable[..., dict[str, np.ndarray]]) -> None:
    rng = np.random.default_rng(4)
    for _ in range(60):
        n = rng.uniform(1, 300, (1, 2))
        s = rng.uniform(0, n)
        log_hazard = rng.normal(-1, 1)
        evidence = _intervals([1.0], n, s)
        h = math.exp(log_hazard)
        expected = [
            real_coefficient(m, k) + (m - k) * math.log(-math.expm1(-h)) - k * h
            for k, m in zip(s[0], n[0], strict=True)
        ]
        point = {"theta": 0.0, "log_hazard": [log_hazard]}
        np.testing.assert_allclose(
            terms(Shape("piecewise_exponential", 1), _survival_data(evidence), point)["y"][0], expected, **TOLERANCE
        )
        twin = piecewise_exponential.log_likelihood(evidence, 0, np.array(0.0), np.array(log_hazard))
        np.testing.assert_allclose(twin, sum(expected), **TOLERANCE)


SPREADS: list[tuple[ScalePrior, Callable[[float], float]]] = [
    (HalfNormal(dist="half_normal", sd=0.25, rationale="t"), lambda w: stats.halfnorm.logpdf(w, scale=0.25)),
    (
        HalfStudentT(dist="half_student_t", df=4, sd=0.3, rationale="t"),
        lambda w: math.log(2) + stats.t.logpdf(w, 4, scale=0.3),
    ),
    (HalfCauchy(dist="half_cauchy", sd=0.2, rationale="t"), lambda w: stats.halfcauchy.logpdf(w, scale=0.2)),
    (
        LogNormal(dist="log_normal", mean=-1.4, sd=0.8, rationale="t"),
        lambda w: stats.lognorm.logpdf(w, 0.8, scale=math.exp(-1.4)),
    ),
]


@pytest.mark.parametrize("average", ["information", "exchangeable"])
@pytest.mark.parametrize(("spread", "log_density"), SPREADS, ids=[s.dist for s, _ in SPREADS])  # type: ignore[attr-defined]
def test_non_proportional_terms_agree_with_scipy(
    terms: Callable[..., dict[str, np.ndarray]],
    spread: ScalePrior,
    log_density: Callable[[float], float],
    average: str,
) -> None:
    """The effects of the intervals are θ + ω (z - Σ w z): θ is their average by information; or θ + ω z."""
    rng = np.random.default_rng(5)
    evidence = _intervals([12.0, 24.0, 36.0], [(38, 38), (27, 33), (16, 24)], [(27, 33), (16, 24), (10, 19)])
    died, n = np.array([16, 20, 11]), evidence.at_risk
    share = died * n[:, 0] * n[:, 1] / n.sum(axis=1) ** 2
    share = share / share.sum() if average == "information" else 0 * share
    shape = Shape("piecewise_exponential", 3, False, spread.dist)  # type: ignore[attr-defined]
    for omega in (1e-4, 0.03, 0.3, 4.0):
        theta, log_hazard, z = rng.normal(0, 1), rng.normal(-3.5, 1, 3), rng.normal(0, 1, 3)
        point = {"theta": theta, "log_hazard": log_hazard, "z": z, "omega_log__": math.log(omega)}
        found = terms(shape, _survival_data(evidence, spread, average=average), point)
        # the sampler moves log ω: density of ω times dω/dlog ω
        np.testing.assert_allclose(found["omega"], log_density(omega) + math.log(omega), **TOLERANCE)
        np.testing.assert_allclose(found["z"], stats.norm.logpdf(z), **TOLERANCE)
        for k, a in np.ndindex(3, 2):
            effect = theta + omega * (z[k] - share @ z)
            hazard = math.exp(log_hazard[k] + (a - 0.5) * effect) * 12
            expected = _expected_survivors(evidence.survivors[k, a], evidence.at_risk[k, a], hazard)
            assert found["y"][k, a] == pytest.approx(expected, abs=1e-7, rel=1e-11)


def test_random_walk_terms_agree_with_scipy(terms: Callable[..., dict[str, np.ndarray]]) -> None:
    walk = RandomWalk(dist="random_walk", mean=-3.2, sd=1.3, step_sd=0.4, rationale="t")
    evidence = _intervals([12.0, 24.0, 36.0], [(38, 38), (19, 27), (10, 17)], [(19, 27), (10, 17), (6, 12)])
    values = [-3.0, -3.9, -2.5]
    point = {"theta": -0.4, **{f"log_hazard_{k}": v for k, v in enumerate(values, 1)}}
    found = terms(Shape("piecewise_exponential", 3, walk=True), _survival_data(evidence, baseline=walk), point)
    assert found["log_hazard_1"] == pytest.approx(stats.norm.logpdf(-3.0, -3.2, 1.3), abs=1e-9)
    assert found["log_hazard_2"] == pytest.approx(stats.norm.logpdf(-0.9, 0, 0.4), abs=1e-9)
    assert found["log_hazard_3"] == pytest.approx(stats.norm.logpdf(1.4, 0, 0.4), abs=1e-9)
    for k, value in enumerate(values):
        for a, sign in enumerate((-1, 1)):
            expected = _expected_survivors(
                evidence.survivors[k, a], evidence.at_risk[k, a], 12 * math.exp(value - sign * 0.2)
            )
            assert found["y"][k, a] == pytest.approx(expected, abs=1e-7)


# log ratio


def test_log_ratio_terms_agree_with_scipy(terms: Callable[..., dict[str, np.ndarray]]) -> None:
    rng = np.random.default_rng(6)
    for _ in range(100):
        y, se, theta = rng.normal(0, 1), rng.uniform(0.01, 3), rng.normal(0, 3)
        evidence = RatioEvidence("s", ("c", "t"), ("C", "T"), y, se)
        values = {**log_ratio.data(evidence, None), **prior_data(WIDE)}  # type: ignore[arg-type]
        expected = stats.norm.logpdf(y, theta, se)
        np.testing.assert_allclose(terms(Shape("log_ratio"), values, {"theta": theta})["y"], expected, **TOLERANCE)
        np.testing.assert_allclose(log_ratio.log_likelihood(evidence, np.array(theta)), expected, **TOLERANCE)


# effect priors


def _mixture_logpdf(x: float) -> float:
    return math.log(
        0.7 * stats.norm.pdf(x, -0.3, 0.15) + 0.2 * stats.norm.pdf(x, 0.1, 1.0) + 0.1 * stats.norm.pdf(x, 0, 3.0)
    )


PRIORS: list[tuple[str, Prior, Callable[[float], float]]] = [
    ("Normal", Normal(dist="normal", mean=-0.3, sd=0.2, rationale="t"), lambda x: stats.norm.logpdf(x, -0.3, 0.2)),
    ("StudentT", StudentT(dist="student_t", df=3.5, mean=0.1, sd=0.3, rationale="t"), lambda x: stats.t.logpdf(x, 3.5, 0.1, 0.3)),
    ("Cauchy", Cauchy(dist="cauchy", mean=0.2, sd=0.25, rationale="t"), lambda x: stats.cauchy.logpdf(x, 0.2, 0.25)),
    ("Mixture", Mixture(dist="mixture", weights=(0.7, 0.2, 0.1), means=(-0.3, 0.1, 0.0), sds=(0.15, 1.0, 3.0), rationale="t"), _mixture_logpdf),
]  # fmt: skip


@pytest.mark.parametrize(("name", "prior", "log_density"), PRIORS, ids=[p[0] for p in PRIORS])
def test_effect_prior_of_the_model_has_the_density_of_its_document(
    terms: Callable[..., dict[str, np.ndarray]], name: str, prior: Prior, log_density: Callable[[float], float]
) -> None:
    components = len(prior.weights) if isinstance(prior, Mixture) else 1
    evidence = RatioEvidence("s", ("c", "t"), ("C", "T"), -0.3, 0.2)
    values = {**log_ratio.data(evidence, None), **prior_data(prior)}  # type: ignore[arg-type]
    for theta in (-8.0, -3.0, -0.35, 0.0, 0.15, 1.0, 3.0, 8.0):
        found = terms(Shape("log_ratio", prior=name, components=components), values, {"theta": theta})
        np.testing.assert_allclose(found["theta"], log_density(theta), rtol=1e-10, atol=1e-8)
        np.testing.assert_allclose(prior.logpdf(theta), log_density(theta), rtol=1e-10, atol=1e-8)


def test_new_data_reach_a_model_that_is_already_compiled(terms: Callable[..., dict[str, np.ndarray]]) -> None:
    one, two = _arms((40, 48), (100, 80)), _arms((3, 9), (38, 38))
    point = {"theta": 0.2, "alpha": -0.1}
    first = terms(Shape("binomial"), _binomial_data(one), point)["y"]
    second = terms(Shape("binomial"), _binomial_data(two), point)["y"]
    again = terms(Shape("binomial"), _binomial_data(one), point)["y"]
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    ("shape", "values", "point"),
    [
        (Shape("binomial"), _binomial_data(_arms((40, 48), (100, 80))), {"theta": 0.4, "alpha": -0.2}),
        (
            Shape("piecewise_exponential", 2, False, "half_normal"),
            _survival_data(_intervals([12.0, 36.0], [(217, 118), (188, 110)], [(188, 110), (60, 49)]), SPREADS[0][0]),
            {"theta": -0.3, "log_hazard": [-4.0, -3.0], "z": [0.9, -0.5], "omega": 0.2},
        ),
    ],
    ids=["binomial", "non_proportional"],
)
def test_what_is_stored_beside_the_draws_is_the_density_without_jacobian(
    shape: Shape, values: dict[str, Any], point: dict[str, Any]
) -> None:
    """`log_likelihood` and `log_prior` come from the model itself; the prior is that of the parameter, not of its transform."""
    import pymc as pm

    model = model_of(shape)
    with model:
        pm.set_data({k: np.asarray(v, dtype=float) for k, v in values.items()})
    stored = {v.name: v for v in model.deterministics if v.name.startswith((LOG_LIKELIHOOD, LOG_PRIOR))}
    assert set(stored) == {LOG_LIKELIHOOD + "y", *(LOG_PRIOR + name for name in point)}
    order = [model[name] for name in point]
    function = pm.compile(order, list(stored.values()), mode="FAST_COMPILE", on_unused_input="ignore")
    found = dict(zip(stored, function(*(np.asarray(v, dtype=float) for v in point.values())), strict=True))
    np.testing.assert_allclose(found[LOG_PRIOR + "theta"], stats.norm.logpdf(point["theta"]), **TOLERANCE)
    if "omega" in point:
        np.testing.assert_allclose(found[LOG_PRIOR + "omega"], stats.halfnorm.logpdf(0.2, scale=0.25), **TOLERANCE)
        np.testing.assert_allclose(
            found[LOG_PRIOR + "log_hazard"], stats.norm.logpdf([-4.0, -3.0], -3.5066, 2.0), **TOLERANCE
        )
        np.testing.assert_allclose(found[LOG_PRIOR + "z"], stats.norm.logpdf([0.9, -0.5]), **TOLERANCE)
        information = np.array([37 * 217 * 118 / 335**2, 189 * 188 * 110 / 298**2])
        average = information @ [0.9, -0.5] / information.sum()
        hazard = math.exp(-4.0 - 0.5 * (-0.3 + 0.2 * (0.9 - average))) * 12
        assert found[LOG_LIKELIHOOD + "y"][0, 0] == pytest.approx(
            stats.binom.logpmf(188, 217, math.exp(-hazard)), abs=1e-7
        )
    else:
        p = special.expit(-0.2 + 0.4 * np.array([-0.5, 0.5]))
        np.testing.assert_allclose(found[LOG_LIKELIHOOD + "y"], stats.binom.logpmf([40, 48], [100, 80], p), **TOLERANCE)
