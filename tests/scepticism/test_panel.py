"""How much scepticism a claim bears: closed forms, published values, and the conventions of the verdict."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import optimize, stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal
from crlm_bayes.rule import INTERVAL, LOWER, SURVIVES, UPPER
from crlm_bayes.scepticism.critical import SD_RANGE, critical_sd, p_benefit
from crlm_bayes.scepticism.e_values import e_value, e_value_of_interval, risk_ratio
from crlm_bayes.scepticism.normal_forms import matthews_sd, scepticism_limit
from crlm_bayes.scepticism.panel import PriorVerdict, examine, verdict
from oracles.confounding import bounding_factor

Z = stats.norm.ppf(0.975)


def normal_curve(y: float, se: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)


# conventions


def test_conventions_are_ninety_five_percent_equal_tailed() -> None:
    assert pytest.approx((0.95, 0.025, 0.975, 0.975)) == (INTERVAL, LOWER, UPPER, SURVIVES)


@pytest.mark.parametrize(
    ("p", "survives"), [(0.975, True), (0.9751, True), (0.97499, False), (0.5, False), (1.0, True)]
)
def test_benefit_survives_at_the_threshold_and_above(p: float, survives: bool) -> None:
    assert PriorVerdict("x", 0.8, 0.6, 1.0, p, 0.5, 0.0).survives is survives


@pytest.mark.parametrize("y", [-0.6, -0.45, -0.3, 0.2])
def test_benefit_survives_exactly_where_the_interval_excludes_no_effect(
    y: float, make_spec: Callable[..., AnalysisSpec]
) -> None:
    for prior in (Normal(dist="normal", mean=0, sd=s, rationale="t") for s in (0.1, 0.2, 0.5, 2.0)):
        found = verdict(normal_curve(y, 0.18).apply(prior), make_spec("log_ratio"), "x")
        assert found.survives == (found.upper < 1)


def test_verdict_of_a_normal_curve_is_the_conjugate_one(make_spec: Callable[..., AnalysisSpec]) -> None:
    found = verdict(
        normal_curve(-0.3, 0.15).apply(Normal(dist="normal", mean=0, sd=0.3, rationale="t")),
        make_spec("log_ratio"),
        "x",
    )
    precision = 1 / 0.15**2 + 1 / 0.3**2
    exact = stats.norm(-0.3 / 0.15**2 / precision, precision**-0.5)
    assert found.median == pytest.approx(math.exp(exact.mean()), abs=1e-6)
    assert (found.lower, found.upper) == pytest.approx(tuple(np.exp(exact.ppf([0.025, 0.975]))), abs=1e-6)
    assert found.p_benefit == pytest.approx(exact.cdf(0), abs=1e-6)
    assert found.p_mcid == pytest.approx(exact.cdf(math.log(0.8)), abs=1e-6)
    assert found.p_harm == pytest.approx(exact.sf(math.log(1 / 0.8)), abs=1e-6)


def test_verdict_of_a_response_counts_ratios_above_one_as_benefit(make_spec: Callable[..., AnalysisSpec]) -> None:
    spec = make_spec("binomial", better="higher")
    found = verdict(normal_curve(0.3, 0.15).apply(Normal(dist="normal", mean=0, sd=0.3, rationale="t")), spec, "x")
    precision = 1 / 0.15**2 + 1 / 0.3**2
    exact = stats.norm(0.3 / 0.15**2 / precision, precision**-0.5)
    assert found.median > 1
    assert found.p_benefit == pytest.approx(exact.sf(0), abs=1e-6)
    assert found.p_mcid == pytest.approx(exact.sf(math.log(1.25)), abs=1e-6)
    assert found.p_harm == pytest.approx(exact.cdf(-math.log(1.25)), abs=1e-6)


# Matthews


@pytest.mark.parametrize(("low", "high"), [(-0.9, -0.1), (-0.5141, -0.0471), (-2.0, -0.5), (-0.2, -0.19)])
def test_scepticism_limit_is_matthews_closed_form(low: float, high: float) -> None:
    """Matthews 2018: SL = (U - L)² / (4 √(U L)), on the side of benefit."""
    limit = scepticism_limit(low, high)
    assert limit == pytest.approx(-((high - low) ** 2) / (4 * math.sqrt(high * low)))
    assert matthews_sd(low, high) == pytest.approx(-limit / Z)


@pytest.mark.parametrize(("low", "high"), [(-0.5, 0.0), (-0.5, 0.1), (0.1, 0.5)])
def test_there_is_no_scepticism_limit_without_a_significant_benefit(low: float, high: float) -> None:
    assert scepticism_limit(low, high) is None
    assert matthews_sd(low, high) is None


@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-0.736, 0.362), (-0.58, 0.1), (-0.25, 0.12), (-1.5, 0.3)])
@pytest.mark.parametrize("sign", [1, -1])
def test_critical_sd_of_a_normal_curve_is_matthews_critical_prior(y: float, se: float, sign: int) -> None:
    found = critical_sd(normal_curve(sign * y, se), sign)
    assert found == pytest.approx(matthews_sd(y - Z * se, y + Z * se), abs=1e-6)


@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-0.736, 0.362), (-0.58, 0.1)])
def test_critical_sd_solves_its_own_definition_by_another_root_finder(y: float, se: float) -> None:
    """P(benefit) under N(0, s²) on a normal curve is Φ(-m/v) with conjugate m and v."""

    def excess(s: float) -> float:
        precision = 1 / se**2 + 1 / s**2
        return float(stats.norm.cdf(0, y / se**2 / precision, precision**-0.5)) - 0.975

    assert critical_sd(normal_curve(y, se), 1) == pytest.approx(optimize.brentq(excess, 1e-3, 50), abs=1e-6)


@pytest.mark.parametrize("threshold", [0.9, 0.95, 0.99])
def test_critical_sd_follows_the_threshold(threshold: float) -> None:
    curve = normal_curve(-0.7, 0.2)
    found = critical_sd(curve, 1, threshold)
    assert found is not None
    assert p_benefit(curve, 1, found) == pytest.approx(threshold, abs=1e-6)
    assert p_benefit(curve, 1, 1.05 * found) > threshold > p_benefit(curve, 1, 0.95 * found)


@pytest.mark.parametrize(
    "name", ["pfs_chen2025_landmark", "orr_chen2025_counts", "pfs_yan2025_landmark", "os_yan2025_landmark"]
)
def test_critical_sd_of_the_bundled_curves_is_where_the_claim_falls(
    name: str, curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec]
) -> None:
    curve, sign = curve_of(name), analyses[name].sign
    found = critical_sd(curve, sign)
    assert found is not None
    assert p_benefit(curve, sign, found) == pytest.approx(0.975, abs=1e-6)
    wider = [p_benefit(curve, sign, s) for s in np.geomspace(found * 1.01, SD_RANGE[1], 12)]
    narrower = [p_benefit(curve, sign, s) for s in np.geomspace(SD_RANGE[0], found * 0.99, 12)]
    assert min(wider) > 0.975 > max(narrower)


@pytest.mark.parametrize("y", [0.5, 0.0, -0.15])
def test_there_is_no_critical_sd_where_no_sceptic_is_convinced(y: float) -> None:
    """Harm, no effect, and an effect that is not significant by itself."""
    assert critical_sd(normal_curve(y, 0.1), 1) is None


def test_critical_sd_of_overwhelming_evidence_is_small_but_positive() -> None:
    found = critical_sd(normal_curve(-3.0, 0.01), 1)
    assert found is not None and 0 < found <= SD_RANGE[0] * 1.01


def test_p_benefit_under_a_prior_with_a_mean_is_written_on_the_benefit_scale() -> None:
    curve, mirror = normal_curve(-0.3, 0.2), normal_curve(0.3, 0.2)
    assert p_benefit(curve, 1, 0.3, -0.2) == pytest.approx(p_benefit(mirror, -1, 0.3, -0.2), abs=1e-9)
    assert p_benefit(curve, 1, 0.3, -0.2) > p_benefit(curve, 1, 0.3, 0.2)


def test_matthews_limit_of_an_analysis_is_a_ratio_on_the_side_of_benefit(
    make_spec: Callable[..., AnalysisSpec], priors: dict[str, Prior]
) -> None:
    low, high = -0.281 - Z * 0.119, -0.281 + Z * 0.119
    limit = (high - low) ** 2 / (4 * math.sqrt(low * high))
    lower = examine(normal_curve(-0.281, 0.119), make_spec("log_ratio"), priors)
    # the width of a tabulated curve is good to 1e-7; near significance the limit multiplies its error by ten
    assert lower.matthews_limit == pytest.approx(math.exp(-limit), abs=2e-6)
    assert lower.likelihood == pytest.approx((-0.281, 0.119), abs=1e-6)
    higher = examine(normal_curve(0.281, 0.119), make_spec("binomial", better="higher"), priors)
    assert higher.matthews_limit == pytest.approx(math.exp(limit), abs=2e-6)
    harm = examine(normal_curve(0.281, 0.119), make_spec("log_ratio"), priors)
    assert harm.matthews_limit is None and harm.critical_sd is None


# E-values


def test_e_value_of_a_published_hazard_ratio_is_the_published_one() -> None:
    """HR 0.56 (0.46-0.69), common outcome (VanderWeele & Ding 2017): 2.35 and 1.91."""
    assert e_value(0.56, "hr") == pytest.approx(2.35, abs=0.005)
    assert e_value(0.69, "hr") == pytest.approx(1.91, abs=0.005)


@pytest.mark.parametrize("measure", ["hr", "or", "rr"])
def test_e_value_does_not_care_for_the_direction(measure: str) -> None:
    for ratio in (0.2, 0.56, 0.9, 1.0, 3.0):
        assert e_value(ratio, measure) == pytest.approx(e_value(1 / ratio, measure), rel=1e-12)
    assert e_value(1.0, measure) == 1


@pytest.mark.parametrize(
    ("ratio", "measure", "risk_ratio"), [(2.0, "rr", 2.0), (4.0, "or", 2.0), (0.25, "or", 2.0), (0.5, "rr", 2.0)]
)
def test_e_value_of_a_risk_ratio_of_two_is_known(ratio: float, measure: str, risk_ratio: float) -> None:
    assert e_value(ratio, measure) == pytest.approx(risk_ratio + math.sqrt(risk_ratio * (risk_ratio - 1)))


def test_e_value_grows_with_the_effect() -> None:
    assert np.all(np.diff([e_value(r, "hr") for r in (1.0, 0.9, 0.7, 0.4, 0.1)]) > 0)


def test_e_value_of_the_interval_is_that_of_the_limit_nearest_no_effect(
    make_spec: Callable[..., AnalysisSpec], priors: dict[str, Prior]
) -> None:
    y, se = math.log(0.56), math.log(0.69 / 0.46) / (2 * Z)
    told = examine(normal_curve(y, se), make_spec("log_ratio"), priors)
    assert told.e_value == pytest.approx(2.35, abs=0.005)
    assert told.e_value_ci == pytest.approx(e_value(math.exp(y + Z * se), "hr"), rel=1e-5)
    harm = examine(normal_curve(-y, se), make_spec("log_ratio"), priors)
    assert (harm.e_value, harm.e_value_ci) == pytest.approx((told.e_value, told.e_value_ci), rel=1e-5)


def test_e_value_of_an_interval_that_includes_no_effect_is_one(
    make_spec: Callable[..., AnalysisSpec], priors: dict[str, Prior]
) -> None:
    told = examine(normal_curve(-0.2, 0.15), make_spec("log_ratio"), priors)
    assert told.e_value > 1 and told.e_value_ci == 1


@pytest.mark.parametrize(("y", "se"), [(-4.5, 2.5), (-0.003, 0.001)])
def test_limits_of_very_vague_and_very_precise_ratios_are_their_own(
    y: float, se: float, make_spec: Callable[..., AnalysisSpec], priors: dict[str, Prior]
) -> None:
    """log HR -4.5 with se 2.5 includes no effect; -0.003 with se 0.001 does not."""
    told = examine(normal_curve(y, se), make_spec("log_ratio"), priors)
    significant = y + Z * se < 0
    assert (told.matthews_limit is not None) == significant
    assert (told.e_value_ci > 1) == significant


@pytest.mark.parametrize(
    ("ratio", "lower", "upper", "of_estimate", "of_limit"),
    [(3.9, 1.8, 8.7, 7.26, 3.0), (10.73, 8.02, 14.36, 20.95, 15.52), (0.80, 0.71, 0.91, 1.81, 1.43)],
)
def test_e_values_of_published_risk_ratios_are_the_published_ones(
    ratio: float, lower: float, upper: float, of_estimate: float, of_limit: float
) -> None:
    """VanderWeele & Ding 2017: formula feeding, smoking, leukaemia."""
    assert e_value(ratio, "rr") == pytest.approx(of_estimate, abs=0.006)
    assert e_value_of_interval(lower, upper, "rr") == pytest.approx(of_limit, abs=0.006)


def test_e_value_of_the_published_hazard_ratio_interval() -> None:
    assert round(e_value_of_interval(0.46, 0.69, "hr"), 2) == 1.91
    assert e_value_of_interval(1 / 0.69, 1 / 0.46, "hr") == pytest.approx(e_value_of_interval(0.46, 0.69, "hr"))
    assert e_value_of_interval(0.9, 1.2, "hr") == e_value_of_interval(1.0, 1.2, "hr") == 1


@pytest.mark.parametrize(("exposure", "outcome", "factor"), [(2.0, 2.0, 4 / 3), (1.0, 5.0, 1.0), (3.0, 2.0, 1.5)])
def test_bounding_factor_is_the_published_formula(exposure: float, outcome: float, factor: float) -> None:
    assert bounding_factor(exposure, outcome) == pytest.approx(factor)
    assert bounding_factor(outcome, exposure) == pytest.approx(factor)


@pytest.mark.parametrize("measure", ["hr", "or", "rr"])
@pytest.mark.parametrize("ratio", [0.3, 0.56, 0.97, 1.4, 6.0])
def test_confounding_of_the_e_value_explains_exactly_the_ratio(ratio: float, measure: str) -> None:
    e, risk = e_value(ratio, measure), risk_ratio(ratio, measure)
    assert bounding_factor(e, e) == pytest.approx(max(risk, 1 / risk))
    assert bounding_factor(e, 0.99 * e) < max(risk, 1 / risk)


@pytest.mark.parametrize("measure", ["hr", "or", "rr"])
def test_e_value_towards_another_ratio_is_what_moves_it_there(measure: str) -> None:
    e = e_value(0.56, measure, 0.8)
    assert risk_ratio(0.56, measure) * bounding_factor(e, e) == pytest.approx(risk_ratio(0.8, measure))
    assert e < e_value(0.56, measure) < e_value(0.56, measure, 1.25)
    assert e_value(0.56, measure, 0.56) == 1
    assert e_value(0.56, measure, 0.4) == pytest.approx(e_value(1 / 0.56, measure, 2.5))
    assert e_value_of_interval(0.46, 0.69, measure, 0.5) == 1
    assert e_value_of_interval(0.46, 0.69, measure, 0.3) == pytest.approx(e_value(0.46, measure, 0.3))


@pytest.mark.parametrize(("control", "treated"), [((0, 50), (50, 50)), ((50, 50), (0, 50)), ((0, 1), (1, 1))])
def test_complete_separation_has_no_estimate_and_no_e_values(
    control: tuple[int, int],
    treated: tuple[int, int],
    make_case: Callable[..., tuple[AnalysisSpec, Evidence]],
    priors: dict[str, Prior],
) -> None:
    spec, evidence = make_case("binomial", control=control, treated=treated)
    told = examine(evidence_curve(evidence, spec), spec, priors)
    assert not told.has_estimate
    assert told.matthews_limit is told.e_value is told.e_value_ci is None
    assert all(math.isfinite(v.median) for v in told.panel)


def test_panel_keeps_the_order_of_the_analysis(
    curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    name = "orr_yan2025_counts"
    assert [v.prior for v in examine(curve_of(name), analyses[name], priors).panel] == list(
        analyses[name].effect_priors
    )
