"""Ratios, their limits, p values, regression columns and information: worked examples, edge cases, the bundled papers."""

from itertools import product
from math import exp, log, sqrt
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.audits.counts import fourfold
from crlm_bayes.audits.counts.ratios_of_counts import ratio_of_counts
from crlm_bayes.audits.finding import Check, Finding
from crlm_bayes.audits.ratios import intervals as ratios
from crlm_bayes.audits.registry import audit_study
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

CHECKS: tuple[Check, ...] = (ratios.ratio_interval, ratios.ratio_p, ratios.coefficient, ratios.information)


def contrast(value: str, ci: tuple[str, str] | None = None, n: tuple[int, int] = (500, 500), **row: Any) -> Study:
    """One ratio of drug over control."""
    entry = {
        "endpoint": "os",
        "measure": "hr",
        "value": value,
        "numerator": "drug",
        "denominator": "control",
        "adjusted": True,
    }
    tables = {"events": row.pop("events")} if "events" in row else {}
    return ministudy(n, contrasts=[{**entry, **({"ci": ci} if ci else {}), **row}], **tables)


def factor(value: str, ci: tuple[str, str], **row: Any) -> Study:
    """One covariate of a regression table."""
    entry = {
        "endpoint": "os",
        "factor": "sex",
        "category": "male",
        "reference": "female",
        "measure": "hr",
        "adjusted": True,
    }
    return ministudy((50, 50), factors=[{**entry, "value": value, "ci": ci, **row}])


def severities(findings: list[Finding]) -> list[str]:
    return [finding.severity for finding in findings]


# ratio_interval


def test_a_ratio_in_the_middle_of_its_limits() -> None:
    assert ratios.ratio_interval(contrast("1.324", ("1.048", "1.673"))) == []
    assert ratios.ratio_interval(contrast("0.5", ("0.2", "1.0"))) == []  # coarse prints leave much open
    assert ratios.ratio_interval(contrast("1.324")) == []
    assert ratios.ratio_interval(contrast("1.00", ("1.00", "1.00"))) == []


def test_a_ratio_outside_its_limits_is_serious() -> None:
    (found,) = ratios.ratio_interval(contrast("0.95", ("0.60", "0.90")))
    assert (found.id, found.severity) == ("mini2020.ratio_interval.os-drug-v-control-adjusted-hr", "serious")
    assert found.entries == ("contrasts/os/hr/drug/control/adjusted",) and "outside its own limits" in found.message
    # 0.90 may be 0.905, so that it is not outside, but off the middle
    (found,) = ratios.ratio_interval(contrast("0.905", ("0.60", "0.90")))
    assert "not the geometric middle" in found.message


def test_a_ratio_off_the_middle() -> None:
    (found,) = ratios.ratio_interval(contrast("0.80", ("0.60", "0.90")))
    assert found.severity == "warning" and found.recomputed == "geometric middle 0.73"
    assert severities(ratios.ratio_interval(contrast("0.80", ("0.60", "0.90"), measure="or"))) == ["note"]
    assert severities(ratios.ratio_interval(contrast("0.76", ("0.60", "0.90")))) == ["note"]  # under 5% of the width
    (found,) = ratios.ratio_interval(contrast("1.50", ("0.50", "2.50")))
    assert "their arithmetic middle" in found.message


@pytest.mark.parametrize("measure", ["hr", "or", "rr"])
def test_a_ratio_so_far_off_the_middle_that_no_method_gives_it(measure: str) -> None:
    assert severities(ratios.ratio_interval(contrast("0.84", ("0.65", "0.85"), measure=measure))) == ["serious"]


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_no_method_puts_a_ratio_so_far_off_the_middle(level: float) -> None:
    """The false-alarm rate of the rule: none of these tables, sparse ones included, by none of the methods."""
    sizes = ((5, 5), (10, 10), (12, 60), (60, 12), (5, 200), (200, 200))
    for n, m in sizes:
        for a, b in product(sorted({1, 2, n // 2, n - 1}), sorted({1, 2, m // 2, m - 1})):
            odds, risk = a * (m - b) / (b * (n - a)), a * m / (b * n)
            for measure, estimate, limits in (
                ("or", odds, fourfold.odds_ratio_limits(a, n, b, m, level)),
                ("rr", risk, fourfold.risk_ratio_limits(a, n, b, m, level)),
            ):
                for name, (low, high) in limits.items():
                    off = abs(log(estimate) - (low + high) / 2) / (high - low)
                    assert off < ratios.LOPSIDED[measure], (a, n, b, m, measure, name)


# ratio_p


def test_the_example_of_altman_and_bland() -> None:
    """BMJ 2011; 343: d2304: a relative risk of 0.81 (0.70 to 0.94) has p = 0.005."""
    assert ratios.ratio_p(contrast("0.81", ("0.70", "0.94"), measure="rr", p="0.005")) == []
    assert severities(ratios.ratio_p(contrast("0.81", ("0.70", "0.94"), measure="rr", p="0.030"))) == ["warning"]
    (found,) = ratios.ratio_p(contrast("0.81", ("0.70", "0.94"), measure="rr", p="0.09"))
    assert found.severity == "serious" and "the printed risk ratio 0.81 (0.70 to 0.94)" in found.message


def test_a_change_of_sides_by_less_than_a_factor_of_two_is_a_warning() -> None:
    """A log-rank p value beside the interval of a Cox model."""
    (found,) = ratios.ratio_p(contrast("0.800", ("0.638", "1.003"), p="0.040"))
    assert found.severity == "warning" and "on the other side of 0.05" in found.message
    (comparison,) = ratios.comparisons(contrast("0.800", ("0.638", "1.003"), p="0.040"))
    assert comparison.changes_sides and comparison.severity == "warning"
    assert severities(ratios.ratio_p(contrast("0.800", ("0.638", "1.003"), p="0.020"))) == ["serious"]


def test_levels_other_than_95() -> None:
    se = log(0.95 / 0.60) / 2 / stats.norm.ppf(0.995)
    p = 2 * stats.norm.sf(-log(0.755) / se)
    assert ratios.ratio_p(contrast("0.755", ("0.600", "0.950"), level=0.99, p=f"{p:.3f}")) == []
    assert ratios.ratio_p(contrast("0.755", ("0.600", "0.950"), p=f"{p:.3f}")) != []


def test_p_from_coefficient_and_wald_alone() -> None:
    row = {"coefficient": "-0.854", "se": "0.312", "wald": "7.49"}
    assert ratios.ratio_p(contrast("0.426", p="0.006", **row)) == []
    (comparison,) = ratios.comparisons(contrast("0.426", p="0.006", **row))
    assert [variant.name for variant in comparison.variants] == ["from the standard error", "from the Wald chi-square"]
    assert severities(ratios.ratio_p(contrast("0.426", p="0.060", **row))) == ["serious"]
    assert ratios.ratio_p(contrast("0.426", p="0.006", wald="-2.74")) == []
    assert severities(ratios.ratio_p(contrast("0.426", p="1.000", wald="-2.74"))) == ["serious"]
    assert ratios.ratio_p(contrast("0.426", p="0.006", se="0.312")) == []
    assert ratios.comparisons(contrast("0.426", p="0.006")) == []
    assert ratios.comparisons(contrast("0.426", ("0.231", "0.787"))) == []


def test_bounds_and_no_effect() -> None:
    assert ratios.ratio_p(contrast("0.50", ("0.40", "0.62"), p="<0.001")) == []
    assert ratios.ratio_p(contrast("1.00", ("0.80", "1.25"), p="1.000")) == []
    assert ratios.ratio_p(contrast("1.00", ("0.80", "1.25"), p=">0.99")) == []
    assert ratios.ratio_p(contrast("1.0", ("1.0", "1.0"), p="0.3")) == []
    assert (
        ratios.coefficient(contrast("1.00", ("0.80", "1.25"), coefficient="0.00", se="0.00", wald="0.00", p="0.9"))
        != []
    )
    assert ratios.ratio_p(contrast("1.00", coefficient="0.001", se="0.000", p="0.100")) == []
    assert ratios.comparisons(contrast("1.00", coefficient="0.001", se="-0.300", p="0.900")) == []


# coefficient


def test_columns_that_agree() -> None:
    row = {"coefficient": "-0.854", "se": "0.312"}
    assert ratios.coefficient(contrast("0.426", ("0.231", "0.785"), wald="7.492", **row)) == []
    assert ratios.coefficient(contrast("0.426", ("0.231", "0.785"), wald="-2.737", **row)) == []  # as z
    assert ratios.coefficient(contrast("0.426", ("0.231", "0.785"), wald="2.737", **row)) == []
    assert ratios.coefficient(contrast("0.426", ("0.231", "0.785"))) == []


@pytest.mark.parametrize(
    ("change", "part", "severity"),
    [
        ({"coefficient": "0.854"}, "ratio", "warning"),
        ({"coefficient": "-0.700"}, "ratio", "warning"),
        ({"coefficient": "-0.856"}, "ratio", "note"),
        ({"wald": "5.000"}, "wald", "warning"),
        ({"wald": "7.526"}, "wald", "note"),
        ({"ci": ("0.300", "0.605")}, "limits", "warning"),
        ({"ci": ("0.231", "0.787")}, "limits", "note"),
    ],
)
def test_columns_that_disagree(change: dict[str, Any], part: str, severity: str) -> None:
    row = {"ci": ("0.231", "0.785"), "coefficient": "-0.854", "se": "0.312", "wald": "7.492", **change}
    found = {f.id.rpartition("-")[2]: f.severity for f in ratios.coefficient(contrast("0.426", row.pop("ci"), **row))}
    assert found[part] == severity


def test_the_opposite_sign_is_named() -> None:
    (found, *_) = ratios.coefficient(contrast("0.426", coefficient="0.854"))
    assert "opposite sign" in found.message


def test_limits_of_an_odds_ratio_need_not_be_those_of_wald() -> None:
    row = {"measure": "or", "coefficient": "-0.854", "se": "0.312"}
    assert severities(ratios.coefficient(contrast("0.426", ("0.200", "0.900"), **row))) == ["note"]


def test_absurd_columns_are_survived() -> None:
    absurd = contrast("0.426", ("0.231", "0.785"), coefficient="5000", se="900", wald="<0.001")
    assert severities(ratios.coefficient(absurd))[0] == "warning"
    for check in CHECKS:
        check(absurd)


# information


def test_a_hazard_ratio_needs_events() -> None:
    limits = (f"{exp(-1.96 * 0.2):.3f}", f"{exp(1.96 * 0.2):.3f}")
    assert ratios.information(contrast("1.000", limits, n=(50, 51))) == []  # 2 / sqrt(101) = 0.199
    (found,) = ratios.information(contrast("1.000", limits, n=(35, 35)))
    assert found.severity == "serious" and "70 patients allow none below 0.239" in found.message
    assert severities(ratios.information(contrast("1.000", limits, n=(45, 45)))) == ["warning"]


def test_printed_events_count_instead_of_patients() -> None:
    limits = (f"{exp(-1.96 * 0.2):.3f}", f"{exp(1.96 * 0.2):.3f}")
    events = [{"endpoint": "os", "arm": "control", "events": 40}, {"endpoint": "os", "arm": "drug", "events": 30}]
    (found,) = ratios.information(contrast("1.000", limits, events=events))
    assert found.severity == "serious" and "70 events" in found.message
    assert found.entries[1:] == ("events/os/control", "events/os/drug")
    assert ratios.information(contrast("1.000", limits, events=events[:1])) == []  # 40 events and 500 patients
    assert ratios.information(contrast("1.000", limits, events=[{**row, "endpoint": "pfs"} for row in events])) == []
    assert ratios.information(contrast("1.000", limits, events=[{**row, "events": 0} for row in events])) == []


def test_with_a_third_arm_all_events_may_count() -> None:
    arms = [
        {"id": arm, "role": role, "label": arm, "n": 40}
        for arm, role in (("a", "control"), ("b", "treatment"), ("c", "other"))
    ]
    row = {
        "endpoint": "os",
        "measure": "hr",
        "value": "1.000",
        "se": "0.200",
        "numerator": "b",
        "denominator": "a",
        "adjusted": True,
    }
    assert ratios.information(ministudy(head={"arms": arms}, contrasts=[row])) == []  # 2 / sqrt(120) = 0.183
    assert severities(ratios.information(ministudy(head={"arms": arms[:2]}, contrasts=[row]))) == ["serious"]


def test_an_odds_ratio_needs_patients_and_a_risk_ratio_nothing() -> None:
    def limits(se: float) -> tuple[str, str]:
        return f"{exp(-1.96 * se):.3f}", f"{exp(1.96 * se):.3f}"

    least = 2 * sqrt(1 / 50 + 1 / 50)
    assert ratios.information(contrast("1.000", limits(least), n=(50, 50), measure="or")) == []
    assert severities(ratios.information(contrast("1.000", limits(0.8 * least), n=(50, 50), measure="or"))) == [
        "serious"
    ]
    assert ratios.information(contrast("1.000", limits(0.01), n=(50, 50), measure="rr")) == []


def test_a_printed_standard_error_is_held_to_the_same() -> None:
    assert severities(ratios.information(contrast("1.000", n=(50, 50), se="0.100"))) == ["serious"]
    assert ratios.information(contrast("1.000", n=(50, 50), se="0.210")) == []


def test_a_factor_is_serious_only_if_its_groups_are_printed() -> None:
    assert severities(ratios.information(factor("1.00", ("0.90", "1.11"), n_reference=50))) == ["warning"]
    (found,) = ratios.information(factor("1.00", ("0.90", "1.11"), n=40, n_reference=60))
    assert found.severity == "serious" and found.entries[0].startswith("factors/os/sex/male")


@pytest.mark.parametrize(
    ("category", "reference"), [("per year", "none"), ("continuous", "-"), ("increase by 10", "-")]
)
def test_a_continuous_factor_has_no_bound(category: str, reference: str) -> None:
    assert ratios.information(factor("1.00", ("0.99", "1.01"), category=category, reference=reference)) == []


# simulation and the bundled papers


def test_consistent_ratios_raise_nothing() -> None:
    rng = np.random.default_rng(1)
    for i in range(200):
        effect, z = rng.normal(0, 0.6), stats.norm.ppf([0.975, 0.95, 0.995][i % 3])
        n = rng.integers(10, 300, 2).tolist()
        measure = ("hr", "or")[i % 2]
        least = 2 / sqrt(sum(n)) if measure == "hr" else 2 * sqrt(1 / n[0] + 1 / n[1])
        se = least * rng.uniform(1, 2)
        places = 2 + i % 2
        ci = (f"{exp(effect - z * se):.{places}f}", f"{exp(effect + z * se):.{places}f}")
        p = 2 * stats.norm.sf(abs(effect) / se)
        if float(ci[0]) <= 0:
            continue
        study = contrast(
            f"{exp(effect):.{places}f}", ci, n=(n[0], n[1]), measure=measure, level=[0.95, 0.9, 0.99][i % 3],
            p="<0.001" if p < 0.0005 else f"{p:.3f}", coefficient=f"{effect:.3f}", se=f"{se:.3f}", wald=f"{(effect / se) ** 2:.3f}",
        )  # fmt: skip
        assert [finding for check in CHECKS for finding in check(study)] == []


def test_chen2025(published: dict[str, Study]) -> None:
    study = published["chen2025"]
    assert [finding for check in CHECKS for finding in check(study)] == []
    assert len(ratios.comparisons(study)) == 5 and all(c.agrees for c in ratios.comparisons(study))


def test_yan2025(published: dict[str, Study]) -> None:
    study = published["yan2025"]
    assert severities(ratios.ratio_interval(study)) == ["note"]
    assert ratios.ratio_p(study) == [] == ratios.information(study)
    found = [(f.id.split(".")[2], f.severity) for f in ratios.coefficient(study)]
    assert len(found) == 11
    assert {name.rpartition("-")[2] for name, severity in found if severity == "warning"} == {"limits"}
    assert sum(severity == "warning" for _, severity in found) == 2


# ratios of which only the logarithm is printed


def test_a_printed_logarithm_is_audited_like_a_ratio() -> None:
    """Every check of ratios, against every print that can stand beside one."""
    row = {"endpoint": "os", "measure": "hr", "numerator": "drug", "denominator": "control", "adjusted": False}
    beside: dict[str, Any] = {
        "survival": [
            {"endpoint": "os", "arm": "drug", "months": "36", "percent": "80"},
            {"endpoint": "os", "arm": "control", "months": "36", "percent": "40"},
        ],
    }

    def found(n: int = 500, **more: Any) -> dict[str, str]:
        study = ministudy((n, n), contrasts=[{**row, **more}], **beside)
        return {f.check: f.message for f in audit_study(study) if f.check != "identifier"}

    # log of log 0.8 / log 0.4 = 0.24
    assert found(coefficient="-1.41", se="0.10", p="<0.001") == {}
    assert set(found(coefficient="1.41", se="0.10")) == {"direction"}
    assert "The hazard ratio exp(1.41) for" in found(coefficient="1.41", se="0.10")["direction"]
    assert "hazard ratio exp(-0.20) for" in found(coefficient="-0.20", se="0.10")["landmark_ratio"]
    assert set(found(coefficient="-1.41", se="0.01")) == {"information"}
    assert set(found(coefficient="-1.41", se="0.10", p="0.50")) == {"ratio_p"}
    off = found(coefficient="-1.41", ci=("0.100", "0.260"))["ratio_interval"]
    assert "hazard ratio exp(-1.41) for" in off and "which is exp(-1.82)" in off
    assert set(found(coefficient="-1.41", se="0.10", ci=("0.10", "0.26"))) == {"coefficient", "ratio_interval"}


def test_a_printed_logarithm_of_an_odds_ratio_is_held_against_the_counts() -> None:
    row = {"endpoint": "orr", "measure": "or", "numerator": "drug", "denominator": "control", "adjusted": False}
    counts = [
        {"endpoint": "orr", "arm": "drug", "events": 60, "n": 100},
        {"endpoint": "orr", "arm": "control", "events": 40, "n": 100},
    ]
    right = ministudy((100, 100), contrasts=[{**row, "coefficient": "0.811"}], counts=counts)
    wrong = ministudy((100, 100), contrasts=[{**row, "coefficient": "-0.811"}], counts=counts)
    assert ratio_of_counts(right) == []
    (trouble,) = ratio_of_counts(wrong)
    assert trouble.severity == "serious" and "odds ratio exp(-0.811) for" in trouble.message
