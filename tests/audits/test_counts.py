"""Counts beside percentages, parts beside totals, counts pinned by p values: what is found, and what must not be."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from crlm_bayes.audits.counts import percentages as counts
from crlm_bayes.audits.counts import pinned, totals
from crlm_bayes.audits.counts.denominators import denominator
from crlm_bayes.audits.finding import Check, Finding
from crlm_bayes.audits.names import arm_names
from crlm_bayes.audits.p_values.exact_tests import pearson
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

COUNTS = (counts.count_percent, counts.impossible_percent, counts.arm_size)
TOTALS = (
    totals.categories_total, totals.response_total, totals.graded_total, totals.part_of_whole, totals.centres_total,
    totals.factor_total,
)  # fmt: skip
COMPLETE = {"complete_follow_up_months": 36.0, "complete_follow_up_basis": "made"}
P = PrintedNumber.parse


def row(endpoint: str, arm: str = "control", **fields: Any) -> dict[str, Any]:
    return {"endpoint": endpoint, "arm": arm, "n": 50, **fields}


def responses(arm: str = "control", n: int = 50, **events: int) -> list[dict[str, Any]]:
    return [row(kind, arm, events=k, n=n) for kind, k in events.items()]


def category(name: str, events: int, arm: str = "control", n: int = 50, variable: str = "sex") -> dict[str, Any]:
    return {"variable": variable, "category": name, "arm": arm, "events": events, "n": n}


def found(check: Check, study: Study) -> dict[str, str]:
    return {f.id.split(".", 2)[2]: f.severity for f in check(study)}


def only(check: Check, study: Study) -> Finding:
    (finding,) = check(study)
    assert finding.message.endswith(".") and finding.check in finding.id
    return finding


# percentages of counts


@pytest.mark.parametrize("percent", ["47.4", "47", "47.37", "47.368"])
def test_percentage_of_its_count_is_no_finding(percent: str) -> None:
    study = ministudy((38, 38), counts=[row("orr", events=18, n=38, percent=percent)])
    assert not counts.count_percent(study)


@pytest.mark.parametrize("percent", ["12.5", "13", "12"])
def test_half_a_unit_may_be_rounded_either_way(percent: str) -> None:
    assert not counts.count_percent(ministudy((8, 8), counts=[row("orr", events=1, n=8, percent=percent)]))


@pytest.mark.parametrize(("events", "percent"), [(0, "0.0"), (0, "0"), (50, "100"), (50, "100.0")])
def test_nobody_and_everybody_are_percentages(events: int, percent: str) -> None:
    study = ministudy(counts=[row("orr", events=events, percent=percent)])
    assert not counts.count_percent(study) and not counts.impossible_percent(study)


def test_percentage_cut_off_instead_of_rounded_is_a_note() -> None:
    finding = only(counts.count_percent, ministudy((217, 118), counts=[row("ae", events=10, n=217, percent="4.60")]))
    assert finding.severity == "note"
    assert finding.message == (
        "For AE in Control, 10/217 is 4.61%, not the printed 4.60%, which is cut off after its last decimal instead of "
        "rounded."
    )


@pytest.mark.parametrize(
    ("events", "percent", "severity", "tail"),
    [
        (18, "46.7", "warning", "although 18 is the whole number nearest to 46.7% of 38."),
        (34, "91.1", "serious", "which is nearest to 35 patients."),
        # 25% of 38 is 9.5; its rounding reaches 9.69 and 9.31, and with them 9 and 10 as the nearest whole numbers
        (11, "25", "serious", "which is nearest to 9 to 10 patients."),
        (9, "25", "warning", "although 9 is the whole number nearest to 25% of 38."),
        (10, "25", "warning", "although 10 is the whole number nearest to 25% of 38."),
        (8, "19", "serious", "which is nearest to 7 patients."),  # 7.22, between 7.03 and 7.41
        (3, "0.0", "serious", "which is nearest to 0 patients."),
    ],
)
def test_percentage_of_another_count_is_serious(events: int, percent: str, severity: str, tail: str) -> None:
    study = ministudy((38, 38), counts=[row("orr", events=events, n=38, percent=percent)])
    finding = only(counts.count_percent, study)
    assert finding.severity == severity and finding.message.endswith(tail)
    assert finding.entries == ("counts/orr/control",) and finding.locators == ("Table counts",)
    assert finding.printed == f"{percent}% as {events}/38"


@pytest.mark.parametrize(
    ("events", "n", "percent", "whose"),
    [
        (20, 48, "40.0", "all patients of the arm"),
        (22, 50, "20.0", "all patients of the study"),
        (20, 50, "33.3", "the patients of Drug"),
        (20, 50, "76.9", "the patients of this row in all arms"),
    ],
)
def test_percentage_of_another_natural_denominator_is_a_warning(events: int, n: int, percent: str, whose: str) -> None:
    rows = [row("orr", events=events, n=n, percent=percent), row("orr", "drug", events=6, n=60, percent="10")]
    finding = only(counts.count_percent, ministudy((50, 60), counts=rows))
    assert finding.severity == "warning" and finding.message.endswith(f"the denominator is {whose}.")


def test_typographical_denominator_of_a_paper(published: dict[str, Study]) -> None:
    """6/129 (5.08%) in an arm of 118: 6/118 is 5.08%."""
    study = published["chen2025"]
    assert found(counts.count_percent, study) == {
        "complication:general-control": "note",
        "complication:hepatic-control": "note",
        "nac-regimen-results-text-folfiri-bev": "warning",
    }
    assert "which is 6/118: the denominator is all patients of the arm" in counts.count_percent(study)[2].message
    assert list(found(counts.arm_size, study).values()) == ["warning"]


def test_percentages_of_a_paper_that_mean_other_patients(published: dict[str, Study]) -> None:
    severities = found(counts.count_percent, published["yan2025"])
    assert len(severities) == 19
    assert {name for name, severity in severities.items() if severity == "serious"} == {"dcr-bev", "os-control-36"}
    assert "note" not in severities.values()


def alive(months: str = "36", **fields: Any) -> dict[str, Any]:
    return {"endpoint": "os", "arm": "control", "months": months, **fields}


def test_survivors_are_compared_with_their_percentage() -> None:
    assert not counts.count_percent(ministudy((38, 38), survival=[alive(alive=10, percent="26.3")]))
    finding = only(counts.count_percent, ministudy((38, 38), COMPLETE, survival=[alive(alive=10, percent="27.8")]))
    assert finding.severity == "serious" and finding.entries == ("survival/os/control/36",)


@pytest.mark.parametrize(
    ("percent", "head", "found"), [("27.8", {}, "note"), ("27.8", COMPLETE, "serious"), ("24.8", {}, "serious")]
)
def test_an_estimate_may_be_above_the_survivors_and_not_below(percent: str, head: dict[str, Any], found: str) -> None:
    study = ministudy((38, 38), head, survival=[alive(alive=10, percent=percent)])
    assert only(counts.count_percent, study).severity == found


@pytest.mark.parametrize(
    ("percent", "over_time", "found"), [("22.0", True, "note"), ("22.0", False, "serious"), ("20.0", True, "serious")]
)
def test_an_estimate_may_be_above_the_share_of_events_and_not_below(percent: str, over_time: bool, found: str) -> None:
    """203 of 948 are 21.4%; with censoring Kaplan and Meier may give 22.0%, and nothing below."""
    ratio = {"endpoint": "death", "measure": "hr", "value": "0.80", "numerator": "drug", "denominator": "control"}
    contrasts = [{**ratio, "adjusted": False}] if over_time else []
    study = ministudy((948, 950), counts=[row("death", events=203, n=948, percent=percent)], contrasts=contrasts)
    finding = only(counts.count_percent, study)
    assert finding.severity == found and ("Kaplan-Meier" in finding.message) == (found == "note")


def test_kaplan_meier_percentages_are_no_shares() -> None:
    ci = ["14", "43"]
    estimate = ministudy((38, 38), survival=[alive(alive=10, percent="27.8", ci=ci), alive("48", percent="15.1")])
    assert not counts.count_percent(estimate) and not counts.impossible_percent(estimate)
    shares = ministudy(
        (38, 38), COMPLETE, survival=[alive(alive=10, percent="27.8", ci=ci), alive("48", percent="15.1")]
    )
    assert counts.count_percent(shares) and not counts.impossible_percent(shares)


# percentages without a count


def test_grim_example_of_its_authors() -> None:
    """Brown and Heathers 2017: 28 people cannot have a mean of 5.19 (145/28 is 5.18, 146/28 is 5.21)."""
    finding = only(counts.impossible_percent, ministudy((28, 28), counts=[row("orr", n=28, percent="19")]))
    assert finding.severity == "warning"
    assert finding.message == (
        "For objective response in Control, no whole number of 28 patients gives the printed 19% (5/28 is 18% and 6/28 "
        "is 21%): either other patients were counted or the percentage is misprinted."
    )
    for percent in ("18", "21"):
        assert not counts.impossible_percent(ministudy((28, 28), counts=[row("orr", n=28, percent=percent)]))


def test_survival_without_a_whole_number_of_patients(published: dict[str, Study]) -> None:
    study = published["chen2025"]
    assert found(counts.impossible_percent, study) == {"os-control-36": "warning", "os-bev-36": "warning"}
    message = counts.impossible_percent(study)[0].message
    assert "(123/217 is 56.7% and 124/217 is 57.1%)" in message and "somebody was censored before that time" in message
    assert not counts.impossible_percent(published["yan2025"])


def test_percentage_that_would_fit_if_cut_off_is_a_note() -> None:
    finding = only(counts.impossible_percent, ministudy((217, 118), counts=[row("ae", n=217, percent="4.60")]))
    assert finding.severity == "note" and "10/217 would give it if cut off" in finding.message


# sizes


def test_entries_larger_than_their_arm() -> None:
    study = ministudy(
        counts=[row("orr", events=20, n=51), row("r0", events=20, n=49)],
        events=[{"endpoint": "os", "arm": "control", "events": 51}, {"endpoint": "os", "arm": "drug", "events": 50}],
        continuous=[{"variable": "age", "arm": "drug", "mean": "60", "sd": "9", "n": 60}],
        baseline=[category("male", 30, n=55), category("male", 30, "drug", n=45)],
    )
    assert found(counts.arm_size, study) == {
        "counts-orr-control": "serious",
        "events-os-control": "serious",
        "continuous-age-drug": "warning",
        "baseline-sex-male-control": "warning",
    }
    assert counts.arm_size(study)[1].message == "For overall survival, 51 events are printed in Control, an arm of 50."


def test_arms_are_called_by_their_labels_where_these_differ() -> None:
    arms = [
        {"id": x, "role": role, "label": label, "n": 50}
        for x, role, label in (
            ("a", "control", "Group: one"),
            ("b", "treatment", "Group: two"),
            ("c", "other", "Third"),
        )
    ]
    assert arm_names(ministudy(head={"arms": arms})) == {"a": "a", "b": "b", "c": "Third"}


# categories


def test_categories_that_make_up_the_arm_or_leave_some_out() -> None:
    full = [category("male", 30), category("female", 20)]
    missing = [category("male", 30, "drug", 48), category("female", 18, "drug", 48)]
    assert not totals.categories_total(ministudy(baseline=full + missing))
    assert not totals.categories_total(ministudy(baseline=[category("stage I", 30), category("stage II", 11)]))
    assert not totals.categories_total(ministudy(baseline=[category("male", 30)]))


@pytest.mark.parametrize("women", [19, 21])
def test_categories_complete_in_one_arm_only(women: int) -> None:
    rows = [
        category("male", 30),
        category("female", 20),
        category("male", 30, "drug"),
        category("female", women, "drug"),
    ]
    finding = only(totals.categories_total, ministudy(baseline=rows))
    assert finding.severity == "warning" and len(finding.entries) == 2
    assert f"add up to 30 + {women} = {30 + women}, not to 50, while" in finding.message


@pytest.mark.parametrize(
    ("names", "severity"),
    [
        (("male", "female"), "warning"),
        (("≤60", ">60"), "warning"),
        (("<5 cm", ">=5 cm"), "warning"),
        (("Yes", "No"), "warning"),
        (("<5", ">=50"), "note"),
        (("<5", ">5"), "note"),
        (("diabetes", "hypertension"), "note"),
    ],
)
def test_categories_above_n(names: tuple[str, str], severity: str) -> None:
    study = ministudy(baseline=[category(names[0], 30), category(names[1], 25)])
    assert only(totals.categories_total, study).severity == severity


# responses


def test_responses_that_add_up() -> None:
    study = ministudy(
        counts=responses(cr=5, pr=15, sd=10, pd=12, orr=20, dcr=30) + responses("drug", orr=20, sd=5, dcr=25)
    )
    assert not totals.response_total(study)


@pytest.mark.parametrize(
    ("events", "subjects"),
    [
        ({"cr": 5, "pr": 15, "orr": 21}, {"orr-control"}),
        ({"cr": 5, "pr": 15, "orr": 19}, {"orr-control"}),
        ({"pr": 15, "orr": 14}, {"orr-control"}),
        ({"pr": 15, "orr": 16}, set()),
        ({"cr": 5, "pr": 21, "sd": 9, "dcr": 34}, {"dcr-control"}),
        ({"orr": 26, "sd": 9, "dcr": 34}, {"dcr-control"}),
        ({"orr": 26, "dcr": 25}, {"dcr-control"}),
        ({"orr": 26, "dcr": 27}, set()),
        ({"cr": 5, "orr": 26, "sd": 9, "dcr": 35}, set()),
        ({"cr": 5, "pr": 21, "sd": 9, "pd": 16}, {"all-control"}),
        ({"dcr": 40, "pd": 11}, {"all-control"}),
        ({"dcr": 40, "pd": 10}, set()),
    ],
)
def test_responses_that_do_not(events: dict[str, int], subjects: set[str]) -> None:
    assert found(totals.response_total, ministudy(counts=responses(**events))) == dict.fromkeys(subjects, "serious")


def test_responses_of_different_patients_are_not_added_up() -> None:
    rows = responses(cr=5, pr=21, n=45) + responses(orr=20)
    assert not totals.response_total(ministudy(counts=rows))


def test_responses_by_percentage_allow_every_count_that_prints_it() -> None:
    """41% of 150 is 61 or 62, also cut off; 13% is 19 to 20: together 80 to 82."""

    def study(orr: int) -> Study:
        rows = [row("cr", n=150, percent="13"), row("pr", n=150, percent="41"), row("orr", n=150, events=orr)]
        return ministudy((150, 150), counts=rows)

    assert not any(totals.response_total(study(orr)) for orr in (80, 81, 82))
    assert (
        only(totals.response_total, study(79)).severity == only(totals.response_total, study(84)).severity == "serious"
    )
    cut_off = [
        row("cr", events=9, n=217),
        row("pr", events=10, n=217),
        row("orr", n=217, percent="8"),
    ]  # 19/217 = 8.76%
    assert not totals.response_total(ministudy((217, 217), counts=cut_off))
    impossible = [row("cr", n=28, percent="19"), row("pr", n=28, events=4), row("orr", n=28, events=5)]
    assert not totals.response_total(ministudy((28, 28), counts=impossible))


def test_responses_of_a_paper(published: dict[str, Study]) -> None:
    findings = totals.response_total(published["yan2025"])
    assert [f.message for f in findings] == [
        "CR 2 + PR 16 + SD 12 make 30 patients in Control group, but disease control is printed as 29.",
        "CR 5 + PR 21 + SD 9 make 35 patients in Observation group, but disease control is printed as 34.",
    ]
    assert {f.severity for f in findings} == {"serious"}
    assert findings[1].entries == ("counts/cr/bev", "counts/pr/bev", "counts/sd/bev", "counts/dcr/bev")


# grades, parts, centres, factors


def test_grades_of_an_adverse_event() -> None:
    grades = [row("ae:rash_grade1", events=4), row("ae:rash_grade2", events=3), row("ae:rash_grade3plus", events=1)]
    assert not totals.graded_total(ministudy(counts=[*grades, row("ae:rash", events=8)]))
    assert not totals.graded_total(ministudy(counts=[*grades[1:], row("ae:rash", events=9)]))
    for total in (7, 9):
        finding = only(totals.graded_total, ministudy(counts=[*grades, row("ae:rash", events=total)]))
        assert finding.severity == "warning" and "make 4 + 3 + 1 = 8 patients" in finding.message
        assert len(finding.entries) == 4


@pytest.mark.parametrize(
    ("part", "whole", "serious"),
    [
        (row("complication:major", events=9), row("complication", events=8), True),
        (row("complication:major", events=8), row("complication", events=8), False),
        (row("ae:rash_grade2", events=3), row("ae:rash", events=2), True),
        (row("complication:none", events=42), row("complication", events=8), False),
        (row("complication:major", events=9), row("complication", events=8, n=30), False),
        (row("complication:major", events=9), row("complication", percent="16"), True),
        (row("complication:major", events=8), row("complication", percent="16"), False),
        (row("complication:major", "drug", events=9), row("complication", events=8), False),
    ],
)
def test_part_larger_than_the_whole(part: Mapping[str, Any], whole: Mapping[str, Any], serious: bool) -> None:
    findings = totals.part_of_whole(ministudy(counts=[part, whole]))
    assert [f.severity for f in findings] == ["serious"] * serious


def centres(*sizes: int) -> list[dict[str, Any]]:
    return [{"name": name, "n": n} for name, n in zip(("North", "South"), sizes, strict=True)]


def by_centre(north: tuple[int, int], south: tuple[int, int], whole: tuple[int, int]) -> list[dict[str, Any]]:
    places = {"North": north, "South": south}
    rows = [row("orr", centre=name, events=k, n=n) for name, (k, n) in places.items()]
    return [*rows, row("orr", events=whole[0], n=whole[1])]


def test_centres_make_up_the_study() -> None:
    assert not totals.centres_total(ministudy(centres=centres(60, 40)))
    finding = only(totals.centres_total, ministudy(centres=centres(60, 41)))
    assert (finding.severity, finding.message) == ("serious", "The centres have 101 patients together, the arms 100.")


@pytest.mark.parametrize(
    ("north", "south", "whole", "expected"),
    [
        ((10, 30), (5, 20), (15, 50), {}),
        ((10, 30), (5, 20), (16, 50), {"orr-control": "serious"}),
        ((10, 30), (5, 20), (14, 50), {"orr-control": "serious"}),
        ((10, 30), (5, 18), (16, 50), {"orr-control-patients": "warning"}),
        ((10, 30), (5, 18), (18, 50), {"orr-control-patients": "warning", "orr-control": "serious"}),
        ((10, 30), (5, 18), (15, 45), {"orr-control-patients": "serious"}),
    ],
)
def test_counts_by_centre(
    north: tuple[int, int], south: tuple[int, int], whole: tuple[int, int], expected: dict[str, str]
) -> None:
    rows = by_centre(north, south, whole)
    assert found(totals.centres_total, ministudy(centres=centres(60, 40), counts=rows)) == expected
    assert not totals.centres_total(ministudy(centres=centres(60, 40), counts=rows[1:]))


def factor(n: int | None, n_reference: int | None, name: str = "T stage", category: str = "T3/T4") -> dict[str, Any]:
    return {
        "endpoint": "os", "factor": name, "category": category, "reference": "T1/T2", "measure": "hr", "value": "1.35",
        "adjusted": True, "n": n, "n_reference": n_reference,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("n", "n_reference", "expected"),
    [
        (70, 30, set()),
        (70, None, set()),
        (68, 29, set()),  # some left out of the regression
        (71, 30, {"all", "category"}),
        (71, 29, {"category", "reference"}),
        (71, None, {"category"}),
        (69, 30, set()),
    ],
)
def test_factors_and_the_baseline_table(n: int, n_reference: int | None, expected: set[str]) -> None:
    stages = [
        category(name, k, arm, variable="T Stage (pathological)")
        for arm, split in (("control", (15, 35)), ("drug", (15, 35)))
        for name, k in zip(("T1-T2", "t3-t4"), split, strict=True)
    ]
    findings = totals.factor_total(ministudy(baseline=stages, factors=[factor(n, n_reference)]))
    assert {f.id.rpartition("-")[2] for f in findings} == expected
    assert {f.severity for f in findings} <= {"warning"}
    assert not totals.factor_total(ministudy(baseline=stages[:2], factors=[factor(40, 30)]))
    unknown = [s | {"n": 52} for s in stages]  # 2 of 54 without a stage in each arm
    assert not totals.factor_total(ministudy((54, 54), baseline=unknown, factors=[factor(74, 30)]))
    assert totals.factor_total(ministudy((54, 54), baseline=unknown, factors=[factor(75, 30)]))


@pytest.mark.parametrize("check", TOTALS, ids=lambda check: check.name)
def test_totals_of_papers(check: Check, published: dict[str, Study]) -> None:
    assert not check(published["chen2025"])
    assert not check(published["yan2025"]) or check is totals.response_total


# counts pinned by percentage and p value


@pytest.mark.parametrize("reach", [1, 2, 5])
def test_percentages_and_p_value_of_a_paper_leave_one_pair(reach: int) -> None:
    """57.0% of 217 and 66.7% of 118 with p = 0.079, at three years."""
    pins = pinned.pinned((P("57.0"), P("66.7")), (217, 118), P("0.079"), reach)
    assert pins == [pinned.Pin((124, 79), pinned.PEARSON)]


def test_pinned_counts_of_papers(published: dict[str, Study]) -> None:
    (found,) = pinned.pins(published["chen2025"])
    assert (found.endpoint, found.months, found.possible) == ("os", "36", False)
    assert [side.counts for side in found.sides] == [(122, 123, 124, 125), (77, 78, 79, 80)]
    assert found.pins == (pinned.Pin((124, 79), pinned.PEARSON),)
    assert found.others == (pinned.Pin((123, 79), pinned.FISHER),)
    finding = only(pinned.pinned_counts, published["chen2025"])
    assert finding.severity == "note" and finding.id == "chen2025.pinned_counts.os-36"
    assert finding.entries == ("survival/os/control/36", "survival/os/bev/36", "tests/os/chi2/36")
    assert finding.message.endswith("by Pearson chi-square (Fisher's exact test also with 123/217 v 79/118).")
    assert not pinned.pins(published["yan2025"])


@pytest.mark.parametrize(
    ("a", "n", "b", "m"), [(20, 150, 40, 160), (3, 60, 12, 55), (100, 230, 130, 240)], ids=lambda x: str(x)
)
@pytest.mark.parametrize("test", list(pinned.TESTS))
def test_pairs_are_those_of_a_search_through_all_tables(a: int, n: int, b: int, m: int, test: str) -> None:
    percents = (P(f"{100 * a / n:.0f}"), P(f"{100 * b / m:.0f}"))
    p = P(f"{pinned.TESTS[test](a, n, b, m):.4f}")
    pins = pinned.pinned(percents, (n, m), p)
    assert pins
    said = float(str(p))
    expected = {
        (x, y)
        for x in range(n + 1)
        for y in range(m + 1)
        if f"{100 * x / n:.0f}" == str(percents[0]) and f"{100 * y / m:.0f}" == str(percents[1])
        if abs(pinned.TESTS[pins[0].test](x, n, y, m) - said) <= 0.5e-4
    }
    assert {pin.counts for pin in pins} == expected
    assert pins[0].test != test or (a, b) in expected


def pinning(p: str, *, months: str | None = None, test: str = "chi2", **second: Any) -> Study:
    rows = [row("orr", n=150, percent="13"), row("orr", "drug", **({"n": 160, "events": 40} | second))]
    tests = [{"endpoint": "orr", "test": test, "p": p}]
    return ministudy((150, 160), counts=rows, tests=tests)


def test_choice_of_percentages_is_settled_by_the_p_value() -> None:
    assert [round(pearson(k, 150, 40, 160), 4) for k in (19, 20)] == [0.0057, 0.0094]
    finding = only(pinned.pinned_counts, pinning("0.009"))
    assert finding.severity == "note" and "20/150 v 40/160 are the only counts that print these" in finding.message
    # two pairs, or none where each percentage is possible (the check of chi-square tests tells of that)
    assert not pinned.pinned_counts(pinning("<0.05")) and not pinned.pinned_counts(pinning("0.5"))
    assert [found.pins for found in pinned.pins(pinning("0.5"))] == [()]


def test_nothing_is_left_open_by_counts_or_by_percentages_of_one_count() -> None:
    settled = [row("orr", percent="40.0"), row("orr", "drug", events=25)]
    study = ministudy(counts=settled, tests=[{"endpoint": "orr", "test": "chi2", "p": "0.9"}])
    assert not pinned.pins(study)


def test_impossible_percentage_without_counts_near_it() -> None:
    study = pinning("0.0001", n=28, percent="19", events=None)
    finding = only(pinned.pinned_counts, study)
    assert finding.severity == "warning" and finding.recomputed == "none of 19 to 20 of 150 v 4 to 7 of 28"
    assert "no counts within 2 patients of the percentages give the printed p = 0.0001" in finding.message


def test_exact_test_is_tried_first_where_it_is_printed(published: dict[str, Study]) -> None:
    chen = published["chen2025"]
    exact = chen.model_copy(update={"tests": tuple(t.model_copy(update={"test": "exact"}) for t in chen.tests)})
    found = next(found for found in pinned.pins(exact) if (found.endpoint, found.months) == ("os", "36"))
    assert found.pins == (pinned.Pin((123, 79), pinned.FISHER),)
    assert found.others == (pinned.Pin((124, 79), pinned.PEARSON),)
    p = f"{pinned.TESTS[pinned.FISHER](20, 150, 40, 160):.4f}"
    (found,) = pinned.pins(pinning(p, test="exact"))
    assert found.pins == (pinned.Pin((20, 40), pinned.FISHER),)
    assert only(pinned.pinned_counts, pinning(p, test="exact")).id.endswith("orr-exact")


def test_estimates_with_censoring_and_three_arms_pin_nothing(published: dict[str, Study]) -> None:
    chen = published["chen2025"]
    open_ended = chen.model_copy(update={"complete_follow_up_months": None})
    third = chen.arms[0].model_copy(update={"id": "third"})
    assert pinned.pins(chen) and not pinned.pins(open_ended)
    assert not pinned.pins(chen.model_copy(update={"arms": (*chen.arms, third)}))


# papers that add up


def consistent(rng: np.random.Generator) -> Study:
    """A study whose prints all come from the same invented patients, some of them with missing values."""
    sizes = tuple(int(n) for n in rng.integers(12, 400, 2)) if rng.random() < 0.5 else (int(rng.integers(12, 400)),) * 2
    places, tables = int(rng.integers(0, 3)), {name: [] for name in ("counts", "baseline", "survival")}

    def percent(k: int, n: int) -> str:
        return f"{100 * k / n:.{places}f}"

    for arm, n in zip(("control", "drug"), sizes, strict=True):
        known = n - int(rng.integers(0, 4))
        cr, pr, sd, pd, _ = (int(k) for k in rng.multinomial(known, [0.1, 0.3, 0.3, 0.2, 0.1]))
        events = {"cr": cr, "pr": pr, "sd": sd, "pd": pd, "orr": cr + pr, "dcr": cr + pr + sd}
        grades = [int(k) for k in rng.multinomial(n, [0.2, 0.1, 0.05, 0.65])[:3]]
        rash = dict(zip(("_grade1", "_grade2", "_grade3plus", ""), (*grades, sum(grades)), strict=True))
        rows = [row(kind, arm, events=k, n=known) for kind, k in events.items()]
        rows += [row(f"ae:rash{grade}", arm, events=k, n=n) for grade, k in rash.items()]
        for r in rows:
            kept = rng.random()  # count and percentage, one of them, or no row at all
            r |= {"percent": percent(r["events"], r["n"])} if kept < 0.7 else {}
            if 0.4 < kept < 0.7:
                del r["events"]
        tables["counts"] += [r for r in rows if rng.random() < 0.8]
        split = rng.multinomial(known, [0.2, 0.5, 0.3])
        tables["baseline"] += [
            category(name, int(k), arm, known, "stage") | {"percent": percent(int(k), known)}
            for name, k in zip(("I", "II", "III"), split, strict=True)
        ]
        left = n
        for months in ("12", "24", "36"):
            left = int(rng.binomial(left, 0.7))
            point = alive(months, arm=arm, percent=percent(left, n)) | ({"alive": left} if rng.random() < 0.5 else {})
            tables["survival"].append(point)
        tables["survival"].append(alive("60", arm=arm, percent=f"{100 * left / n * rng.random():.{places}f}"))
    return ministudy(sizes, COMPLETE, **tables)


def test_papers_that_add_up_raise_nothing() -> None:
    rng, checks = np.random.default_rng(20250307), (*COUNTS, *TOTALS, denominator, pinned.pinned_counts)
    for _ in range(300):
        study = consistent(rng)
        assert not [finding for check in checks for finding in check(study)]


def test_every_check_asks_a_question() -> None:
    assert all(check.asks.endswith("?") and check.run.__doc__ for check in (*COUNTS, *TOTALS, pinned.pinned_counts))


def test_slips_in_papers_that_add_up_are_noticed() -> None:
    """A count that is changed by one patient: its percentage, or the total it is part of, contradicts it."""
    rng, noticed = np.random.default_rng(1), 0
    for _ in range(60):
        study = consistent(rng)
        i, old = next((i, r) for i, r in enumerate(study.baseline) if 0 < r.events < r.n)
        slipped = old.model_copy(update={"events": old.events + 1})
        table = (*study.baseline[:i], slipped, *study.baseline[i + 1 :])
        wrong = study.model_copy(update={"baseline": table})
        noticed += bool(totals.categories_total(wrong))
    assert noticed == 60
