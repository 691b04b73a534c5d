"""Printed extremes: nobody or everybody, 0% or 100%, one patient, ten thousand: finite, sensible, without a warning."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crlm_bayes.answers.tables import curve_estimates
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.likelihoods.registry import evidence_curve, module_of
from crlm_bayes.likelihoods.variables import prior_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.sampling.compiled import Density
from crlm_bayes.sampling.models import model_of
from crlm_bayes.sampling.nuts import shape_of
from crlm_bayes.scepticism.panel import examine

Case = Callable[..., tuple[AnalysisSpec, Evidence]]

TABLES = {
    "no events in control": ((0, 38), (5, 38)),
    "no events in treated": ((5, 38), (0, 38)),
    "no events at all": ((0, 217), (0, 118)),
    "all events in control": ((38, 38), (30, 38)),
    "all events in treated": ((30, 38), (38, 38)),
    "all events": ((217, 217), (118, 118)),
    "separated": ((0, 50), (50, 50)),
    "separated the other way": ((50, 50), (0, 50)),
    "one patient each": ((0, 1), (1, 1)),
    "very large": ((40_000, 100_000), (39_000, 100_000)),
    "very rare": ((1, 100_000), (3, 100_000)),
    "lopsided": ((1, 2), (900, 10_000)),
}
SURVIVAL = {
    "nobody dies": ((12, 36), (50, 50, 50), (40, 40, 40)),
    "nobody dies at first": ((12, 36), (50, 50, 20), (40, 40, 30)),
    "everybody dies": ((12, 36), (50, 20, 0), (40, 20, 0)),
    "everybody dies at once": ((12, 36), (50, 0, 0), (40, 0, 0)),
    "everybody dies in control": ((12, 36), (50, 0, 0), (40, 40, 40)),
    "nobody dies in control": ((12, 36), (50, 50, 50), (40, 0, 0)),
    "one day": ((0.03,), (50, 49), (40, 40)),
    "a hundred years": ((1200,), (50, 1), (40, 2)),
    "one patient each": ((12,), (1, 0), (1, 1)),
    "very large": ((12, 36), (100_000, 80_000, 30_000), (100_000, 81_000, 31_000)),
    "twelve landmarks": (tuple(range(3, 39, 3)), (50, *range(48, 24, -2)), (50, *range(49, 25, -2))),
}
RATIOS = {
    "at 90% level": {"value": "0.75", "ci": ("0.60", "0.94"), "level": 0.90},
    "tiny": {"value": "0.01", "ci": ("0.001", "0.1")},
    "huge": {"value": "50", "ci": ("2", "1250")},
    "very precise": {"value": "0.999", "ci": ("0.998", "1.000")},
    "very vague": {"value": "1.0", "ci": ("0.01", "100")},
    "exactly one": {"value": "1.00", "ci": ("0.80", "1.25")},
}
PRIORS: dict[str, Prior] = {
    "reference": Normal(dist="normal", mean=0.0, sd=1.0, rationale="t"),
    "sceptical": Normal(dist="normal", mean=0.0, sd=0.205, rationale="t"),
    "sure": Normal(dist="normal", mean=-0.5, sd=0.01, rationale="t"),
    "vague": Normal(dist="normal", mean=0.0, sd=10.0, rationale="t"),
    "student_t": StudentT(dist="student_t", df=3, mean=0.0, sd=0.3, rationale="t"),
    "cauchy": Cauchy(dist="cauchy", mean=0.0, sd=0.3, rationale="t"),
    "mixture": Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.2, 0.0), sds=(0.15, 1.5), rationale="t"),
}


@pytest.fixture(
    params=[
        *(("binomial", k) for k in TABLES),
        *(("piecewise_exponential", k) for k in SURVIVAL),
        *(("log_ratio", k) for k in RATIOS),
    ],
    ids=lambda p: f"{p[0]}: {p[1]}",
)
def extreme(request: pytest.FixtureRequest, make_case: Case) -> tuple[AnalysisSpec, Evidence]:
    likelihood, name = request.param
    spec = {"effect_priors": tuple(PRIORS)}
    if likelihood == "binomial":
        control, treated = TABLES[name]
        return make_case(likelihood, control=control, treated=treated, spec=spec)
    if likelihood == "log_ratio":
        return make_case(likelihood, **RATIOS[name], spec=spec)
    months, control, treated = SURVIVAL[name]
    return make_case(likelihood, months=months, control=control, treated=treated, spec=spec)


def test_everything_told_about_an_extreme_is_finite_and_in_order(extreme: tuple[AnalysisSpec, Evidence]) -> None:
    spec, evidence = extreme
    curve = evidence_curve(evidence, spec)
    assert np.all(np.isfinite(curve.log_likelihood_at_knots))
    told = examine(curve, spec, PRIORS)
    for verdict in told.panel:
        assert 0 < verdict.lower < verdict.median < verdict.upper < math.inf
        for p in (verdict.p_benefit, verdict.p_mcid, verdict.p_harm):
            assert 0 <= p <= 1
        assert verdict.p_mcid <= verdict.p_benefit + 1e-12
        assert verdict.p_benefit + verdict.p_harm <= 1 + 1e-9
    assert (told.e_value is not None) == (told.e_value_ci is not None) == told.has_estimate
    if told.e_value is not None and told.e_value_ci is not None:
        assert told.e_value >= 1 and told.e_value_ci >= 1
        assert told.e_value_ci <= told.e_value + 1e-9
    table = curve_estimates(spec, curve, PRIORS)
    assert np.all(np.isfinite(table[["median", "mean", "sd", "eti95_lower", "eti95_upper"]].to_numpy(dtype=float)))
    assert np.all(table["sd"] > 0)


def test_compiled_model_is_finite_where_the_extreme_puts_it(extreme: tuple[AnalysisSpec, Evidence]) -> None:
    import pymc as pm

    spec, evidence = extreme
    prior = PRIORS["sceptical"]
    model = model_of(shape_of(spec, evidence, prior))
    values = {**module_of(spec.likelihood).data(evidence, spec), **prior_data(prior)}
    density = Density(model, "test")
    with model:
        pm.set_data(density.data.split(density.filled(values)))
    logp = model.compile_logp(mode="FAST_COMPILE")
    start = model.initial_point()
    for theta in (-3.0, 0.0, 3.0):
        for shift in (-6.0, 0.0, 6.0):
            point = {k: np.full_like(v, theta if k == "theta" else np.mean(v) + shift) for k, v in start.items()}
            assert np.isfinite(logp(point)), (theta, shift)


@pytest.mark.parametrize(("control", "treated"), [TABLES["no events in control"], TABLES["no events in treated"]])
def test_arm_without_events_still_lets_the_other_arm_speak(
    control: tuple[int, int], treated: tuple[int, int], make_case: Case
) -> None:
    spec, evidence = make_case("binomial", control=control, treated=treated)
    posterior = evidence_curve(evidence, spec).apply(PRIORS["reference"])
    below = posterior.p_below(0.0)
    assert below > 0.95 if treated[0] == 0 else below < 0.05


@pytest.mark.parametrize(
    ("likelihood", "numbers"),
    [
        ("binomial", {"control": (0, 60), "treated": (0, 60)}),
        ("binomial", {"control": (60, 60), "treated": (60, 60)}),
        ("piecewise_exponential", {"months": (12, 36), "control": (60, 60, 60), "treated": (60, 60, 60)}),
        ("piecewise_exponential", {"months": (12, 36), "control": (60, 0, 0), "treated": (60, 0, 0)}),
    ],
)
def test_nothing_in_either_arm_leaves_the_prior_nearly_as_it_was(
    likelihood: str, numbers: dict[str, Any], make_case: Case
) -> None:
    spec, evidence = make_case(likelihood, **numbers)
    posterior = evidence_curve(evidence, spec).apply(PRIORS["sceptical"])
    assert posterior.median == pytest.approx(0.0, abs=1e-7)
    assert posterior.sd == pytest.approx(0.205, rel=0.02)


def test_more_patients_without_events_in_one_arm_say_more(make_case: Case) -> None:
    below = []
    for n in (10, 30, 100, 1000):
        spec, evidence = make_case("binomial", control=(5, 50), treated=(0, n))
        below.append(evidence_curve(evidence, spec).apply(PRIORS["reference"]).p_below(0.0))
    assert np.all(np.diff(below) > 0) and below[-1] > 0.999


def test_full_survival_in_the_treated_arm_favours_the_treatment(make_case: Case) -> None:
    spec, evidence = make_case("piecewise_exponential", months=(12, 36), control=(50, 40, 25), treated=(50, 50, 50))
    assert evidence_curve(evidence, spec).apply(PRIORS["reference"]).p_below(0.0) > 0.999


def test_interval_at_ninety_percent_is_wider_evidence_than_the_same_limits_at_ninety_five(make_case: Case) -> None:
    limits = {"value": "0.75", "ci": ("0.60", "0.94")}
    at90, at95 = (
        evidence_curve(e, s) for s, e in (make_case("log_ratio", **limits, level=0.9), make_case("log_ratio", **limits))
    )
    assert at90.width / at95.width == pytest.approx(1.959964 / 1.644854, rel=1e-5)


def test_predictive_draws_of_an_extreme_stay_inside_the_trial(extreme: tuple[AnalysisSpec, Evidence]) -> None:
    """Prior predictive draws: counts between 0 and n, ratios finite; prior hazards of 1e-5 or 1e3 do no harm."""
    import xarray as xr

    spec, evidence = extreme
    module, rng = module_of(spec.likelihood), np.random.default_rng(8)
    theta = PRIORS["vague"].sample(200, rng)
    drawn = {"theta": ((), theta), **module.sample_nuisance(evidence, spec, theta, rng)}
    parameters = xr.Dataset(
        {k: (("chain", "draw", *dims), v[None]) for k, (dims, v) in drawn.items()}, coords=module.coordinates(evidence)
    )
    y = module.replicate(parameters, evidence, rng)["y"]
    assert np.all(np.isfinite(y))
    if spec.likelihood != "log_ratio":
        most = evidence.n if spec.likelihood == "binomial" else evidence.at_risk  # type: ignore[union-attr]
        assert np.all(y.values >= 0) and np.all(y.values <= most)
    derived = module.derive(parameters, evidence, spec)
    for name, values in derived.items():
        assert np.all(np.isfinite(values)), name
