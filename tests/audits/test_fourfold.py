"""Intervals and p values of fourfold tables against published examples, and what the audit makes of printed ones."""

import math
from typing import Any

import pytest
from scipy import stats
from scipy.stats.contingency import odds_ratio, relative_risk

from crlm_bayes.audits.counts import differences, fourfold, percentages, ratios_of_counts, totals
from crlm_bayes.audits.finding import Check, Finding
from crlm_bayes.audits.ratios import intervals
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

NEWCOMBE = {
    # Newcombe 1998 (Stat Med 17: 873-890), table II: limits of 56/70 - 48/80 and of 9/10 - 3/10
    (56, 70, 48, 80): {
        "Wald": (0.0575, 0.3425), "Wald, corrected": (0.0441, 0.3559), "Mee": (0.0533, 0.3377),
        "Miettinen and Nurminen": (0.0528, 0.3382), "Newcombe": (0.0524, 0.3339), "Newcombe, corrected": (0.0428, 0.3422),
    },
    (9, 10, 3, 10): {
        "Wald": (0.2605, 0.9395), "Wald, corrected": (0.1605, 1.0), "Mee": (0.1821, 0.8370),
        "Miettinen and Nurminen": (0.1700, 0.8406), "Newcombe": (0.1705, 0.8090), "Newcombe, corrected": (0.1013, 0.8387),
    },
}  # fmt: skip


@pytest.mark.parametrize("table", NEWCOMBE)
def test_limits_of_differences_are_those_that_newcombe_prints(table: tuple[int, int, int, int]) -> None:
    found = fourfold.difference_limits(*table, 0.95)
    for name, limits in NEWCOMBE[table].items():
        assert found[name] == pytest.approx(limits, abs=6e-5), name


@pytest.mark.parametrize("table", [(7, 40, 3, 38), (22, 188, 21, 188), (3, 4, 1, 4)])
def test_ratios_are_those_of_scipy(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    exact = odds_ratio([[a, b], [n - a, m - b]], kind="conditional").confidence_interval(0.95)
    sample = odds_ratio([[a, b], [n - a, m - b]], kind="sample").confidence_interval(0.95)
    katz = relative_risk(a, n, b, m).confidence_interval(0.95)
    found = fourfold.odds_ratio_limits(*table, 0.95)
    assert [math.exp(x) for x in found["exact"]] == pytest.approx(exact, rel=1e-4)
    assert [math.exp(x) for x in found["Woolf"]] == pytest.approx(sample, rel=1e-6)
    assert [math.exp(x) for x in fourfold.risk_ratio_limits(*table, 0.95)["Katz"]] == pytest.approx(katz, rel=1e-6)


@pytest.mark.statistical
@pytest.mark.parametrize("table", [(7, 40, 3, 38), (22, 188, 30, 150)])
def test_a_score_interval_ends_where_the_held_effect_is_rejected(table: tuple[int, int, int, int]) -> None:
    """Duality, by brute force over the nuisance: the likeliest nuisance at each limit, found on a grid."""
    a, n, b, m = table
    for name, link in (("or", lambda q, r: r * q / (1 + q * (r - 1))), ("rr", lambda q, r: r * q)):
        limits = (fourfold.odds_ratio_limits if name == "or" else fourfold.risk_ratio_limits)(*table, 0.95)[
            "likelihood"
        ]
        for end in limits:
            best = max(
                stats.binom.logpmf(a, n, link(q, math.exp(end))) + stats.binom.logpmf(b, m, q)
                for q in (k / 20000 for k in range(1, 20000))
                if 0 < link(q, math.exp(end)) < 1
            )
            top = stats.binom.logpmf(a, n, a / n) + stats.binom.logpmf(b, m, b / m)
            assert 2 * (top - best) == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-3)


# the examples: 22 of 188 against 21 of 188


def twenty_two(
    contrast: dict[str, Any] | None = None, difference: dict[str, Any] | None = None, **tables: Any
) -> Study:
    rows = [{"endpoint": "orr", "arm": arm, "events": k, "n": 188} for arm, k in (("drug", 22), ("control", 21))]
    pair = {"endpoint": "orr", "numerator": "drug", "denominator": "control", "adjusted": False}
    gap = {"endpoint": "orr", "minuend": "drug", "subtrahend": "control"}
    return ministudy(
        (188, 188),
        counts=tables.pop("counts", rows),
        contrasts=[pair | contrast] if contrast else [],
        differences=[gap | difference] if difference else [],
        **tables,
    )


def found(study: Study, *checks: Check) -> list[Finding]:
    checks = checks or (ratios_of_counts.ratio_of_counts, intervals.ratio_p, differences.difference_of_arms)
    return [finding for check in checks for finding in check(study)]


@pytest.mark.parametrize(
    ("contrast", "name", "severity", "said"),
    [
        ({"measure": "rr", "value": "1.05", "ci": ["0.78", "1.41"], "p": "0.76"}, "ratio_of_counts", "warning", "0.60 to 1.84 (Katz)"),
        ({"measure": "or", "value": "1.05", "ci": ["0.69", "1.59"]}, "ratio_of_counts", "warning", "0.56 to 1.99 (Woolf)"),
        ({"measure": "or", "value": "1.05", "p": "0.0001"}, "ratio_p", "serious", "give p = 0.871"),
        ({"measure": "or", "value": "1.05", "ci": ["1.01", "1.09"]}, "ratio_of_counts", "serious", "contrary to the print"),
        ({"measure": "rr", "value": "1.05", "ci": ["0.65", "1.68"]}, "ratio_of_counts", "warning", "those of a 90% interval"),
    ],
)  # fmt: skip
def test_ratios_that_their_counts_do_not_give(contrast: dict[str, Any], name: str, severity: str, said: str) -> None:
    (finding,) = found(twenty_two(contrast))
    assert (finding.check, finding.severity) == (name, severity) and said in finding.message
    assert set(finding.entries) >= {f"contrasts/orr/{contrast['measure']}/drug/control/unadjusted"}
    assert found(twenty_two(contrast | {"adjusted": True})) == []  # of adjusted ratios the counts say nothing sure


@pytest.mark.parametrize("measure", ["or", "rr"])
def test_limits_by_any_usual_method_are_accepted(measure: str) -> None:
    limits = (fourfold.odds_ratio_limits if measure == "or" else fourfold.risk_ratio_limits)(22, 188, 21, 188, 0.95)
    for low, high in limits.values():
        row = {"measure": measure, "value": "1.05", "ci": [f"{math.exp(low):.2f}", f"{math.exp(high):.2f}"]}
        assert found(twenty_two(row), ratios_of_counts.ratio_of_counts) == []


@pytest.mark.parametrize(
    ("difference", "severity", "said"),
    [
        ({"points": "-9.0", "ci": ["-10", "-8"]}, "serious", "which gives 0.5"),
        ({"points": "0.5", "ci": ["-1.0", "2.0"]}, "warning", "-5.9 to 7.0 (Wald)"),
        ({"points": "0.5", "ci": ["0.1", "0.9"]}, "serious", "other side of its limits"),
        ({"points": "0.5", "ci": ["0.9", "1.9"]}, "serious", "outside its own limits"),
        ({"points": "-0.5"}, "warning", "opposite sign"),
        ({"points": "2.0"}, "note", "which gives 0.5"),  # as strata might
        ({"points": "0.5", "p": "0.02"}, "serious", "give p = 0.871"),
    ],
)
def test_differences_that_their_counts_do_not_give(difference: dict[str, Any], severity: str, said: str) -> None:
    finding = found(twenty_two(difference=difference))[0]
    assert (finding.check, finding.severity) == ("difference_of_arms", severity) and said in finding.message


def test_differences_by_any_usual_method_are_accepted() -> None:
    for low, high in fourfold.difference_limits(22, 188, 21, 188, 0.95).values():
        row = {"points": "0.5", "ci": [f"{100 * low:.1f}", f"{100 * high:.1f}"], "p": "0.87"}
        assert found(twenty_two(difference=row)) == []
    assert found(twenty_two(difference={"points": "1"})) == []  # 0.53 as rounded
    assert found(twenty_two(difference={"points": "9.0", "ci": ["8", "10"]}, counts=[])) == []  # nothing beside it


def survival(percents: tuple[str, str], complete: bool, **difference: Any) -> Study:
    rows = [
        {"endpoint": "os", "arm": arm, "months": "36", "percent": percent}
        for arm, percent in zip(("drug", "control"), percents, strict=True)
    ]
    gap = {"endpoint": "os", "minuend": "drug", "subtrahend": "control", "months": "36", **difference}
    head = {"complete_follow_up_months": 36.0, "complete_follow_up_basis": "made"} if complete else {}
    return ministudy((100, 100), head=head, survival=rows, differences=[gap])


def test_differences_of_survival() -> None:
    ok = {"points": "20.0", "ci": ["6.4", "33.6"]}
    for complete in (True, False):
        assert found(survival(("60.0", "40.0"), complete, **ok)) == []
        assert [x.severity for x in found(survival(("60.0", "40.0"), complete, points="20.0", ci=["15", "25"]))] == [
            "warning"
        ]
        assert [x.severity for x in found(survival(("60.0", "40.0"), complete, points="35.0"))] == ["warning"]
    wide = {"points": "20.0", "ci": ["1.0", "39.0"]}
    assert found(survival(("60.0", "40.0"), False, **wide)) == []  # censoring widens
    assert [x.severity for x in found(survival(("60.0", "40.0"), True, **wide))] == ["note"]  # a third too wide
    # beside a difference of survival may stand the log-rank p value, so that one of another size is no contradiction
    assert found(survival(("60.0", "40.0"), True, points="20.0", p="0.30")) == []


def test_a_range_is_said_to_be_of_what_it_is_of() -> None:
    """4/49 v 6/52 have one ratio, 0.707; from 0.60 to 0.82 are those of the rounded percentages."""
    rows = [
        {"endpoint": "orr", "arm": "drug", "events": 4, "n": 49, "percent": "8"},
        {"endpoint": "orr", "arm": "control", "events": 6, "n": 52, "percent": "12"},
    ]
    row = {"measure": "rr", "value": "0.50"}
    (finding,) = found(twenty_two(row, counts=rows))
    assert (
        "from 4/49 v 6/52, which gives 0.71, nor from 8% of 49 v 12% of 52, which gives 0.60 to 0.74" in finding.message
    )


def test_a_count_of_those_without_the_event_is_named() -> None:
    def study(rows: list[dict[str, Any]]) -> Study:
        return ministudy((129, 120), counts=rows)

    odds = {"endpoint": "orr", "arm": "drug", "events": 20, "n": 100}
    (note,) = percentages.odds_as_share(study([{"endpoint": "orr", "arm": "control", "events": 14, "n": 115}]))
    assert note.severity == "note" and "14 of 115 are printed in an arm of 129" in note.message
    both = percentages.odds_as_share(study([{"endpoint": "orr", "arm": "control", "events": 14, "n": 115}, odds]))
    assert [finding.severity for finding in both] == ["warning", "warning"]
    # those who could be evaluated, by chance as many fewer as had the event
    evaluable = [{"endpoint": name, "arm": "control", "events": 14, "n": 115} for name in ("orr", "dcr")]
    assert percentages.odds_as_share(study(evaluable)) == []
    assert percentages.odds_as_share(study([{"endpoint": "orr", "arm": "control", "events": 14, "n": 129}])) == []


def test_arms_are_no_more_than_the_study() -> None:
    assert [x.severity for x in totals.arms_total(ministudy((50, 50), head={"n": 90}))] == ["warning"]
    assert totals.arms_total(ministudy((50, 50), head={"n": 110})) == []


@pytest.mark.parametrize(
    ("ci", "adjusted", "severities"),
    [
        (("0.61", "1.05"), False, []),
        (("0.27", "2.37"), False, ["warning"]),  # four times as wide as 100 and 110 events make it
        (("0.27", "2.37"), True, ["note"]),
        (("0.48", "1.33"), False, []),  # less than twice
    ],
)
def test_a_hazard_ratio_too_wide_for_its_events(ci: tuple[str, str], adjusted: bool, severities: list[str]) -> None:
    events = [{"endpoint": "os", "arm": arm, "events": k} for arm, k in (("drug", 100), ("control", 110))]
    row = {"endpoint": "os", "measure": "hr", "value": "0.80", "ci": ci, "numerator": "drug", "denominator": "control"}
    study = ministudy((200, 200), events=events, contrasts=[row | {"adjusted": adjusted}])
    assert [finding.severity for finding in intervals.information(study)] == severities
    assert (
        intervals.information(ministudy((200, 200), events=events[:1], contrasts=[row | {"adjusted": adjusted}])) == []
    )
