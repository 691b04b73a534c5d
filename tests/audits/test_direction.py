"""Checks of the direction of ratios, of ratios of counts, and of repeated results."""

from typing import Any

import pytest

from crlm_bayes.audits import repeats as duplicates
from crlm_bayes.audits.counts import ratios_of_counts as count_ratios
from crlm_bayes.audits.finding import Check, Finding
from crlm_bayes.audits.ratios import direction
from crlm_bayes.audits.survival import hazards
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

CHECKS = (
    direction.direction, count_ratios.ratio_of_counts, duplicates.duplicate_test, duplicates.duplicate_mean,
    duplicates.swapped,
)  # fmt: skip
COMPLETE = {"complete_follow_up_months": 36, "complete_follow_up_basis": "test"}
COHORT = COMPLETE | {"design": "cohort"}
Row = dict[str, Any]


def curves(control: str, drug: str, months: str = "36", endpoint: str = "pfs") -> list[Row]:
    return [
        {"endpoint": endpoint, "arm": arm, "months": months, "percent": percent}
        for arm, percent in (("control", control), ("drug", drug))
    ]


def counts(control: int | str, drug: int | str, n: tuple[int, int] = (100, 100), endpoint: str = "orr") -> list[Row]:
    return [
        {"endpoint": endpoint, "arm": arm, "n": size} | ({"events": x} if isinstance(x, int) else {"percent": x})
        for arm, x, size in (("control", control, n[0]), ("drug", drug, n[1]))
    ]


def ratio(value: str, measure: str = "hr", top: str = "drug", adjusted: bool = False, **more: Any) -> Row:
    bottom = "control" if top == "drug" else "drug"
    row: Row = {"endpoint": "pfs" if measure == "hr" else "orr", "measure": measure, "value": value}
    return row | {"numerator": top, "denominator": bottom, "adjusted": adjusted} | more


def severities(check: Check, study: Study) -> list[str]:
    return [finding.severity for finding in check(study)]


def everything(study: Study) -> list[Finding]:
    return [finding for check in CHECKS for finding in check(study)]


# direction of hazard ratios

BETTER = curves("30.0", "55.0")  # 3.6 standard errors apart in 100 + 100


@pytest.mark.parametrize(
    ("row", "head", "rows", "found"),
    [
        (ratio("0.50", ci=["0.35", "0.71"]), COMPLETE, BETTER, []),
        (ratio("2.00", top="control", ci=["1.41", "2.86"]), COMPLETE, BETTER, []),
        (ratio("2.00", ci=["1.41", "2.86"]), COMPLETE, BETTER, ["serious"]),
        (ratio("0.50", top="control", ci=["0.35", "0.71"]), COMPLETE, BETTER, ["serious"]),
        (ratio("2.00", p="0.001"), COMPLETE, BETTER, ["serious"]),
        (ratio("2.00"), COMPLETE, BETTER, ["warning"]),  # the ratio may be chance
        (ratio("2.00", ci=["0.90", "4.40"]), COMPLETE, BETTER, ["warning"]),
        # adjustment may turn a ratio round where nobody randomised
        (ratio("2.00", adjusted=True, ci=["1.41", "2.86"]), COHORT, BETTER, ["warning"]),
        (ratio("2.00", adjusted=True, ci=["1.41", "2.86"]), COMPLETE, BETTER, ["serious"]),
        # curves may cross after one early landmark, and before the last of two
        (ratio("2.00", ci=["1.41", "2.86"]), COMPLETE, curves("70.0", "95.0", "12"), ["warning"]),
        (ratio("2.00", ci=["1.41", "2.86"]), COMPLETE, curves("70.0", "95.0", "12") + curves("40.0", "20.0"), []),
        # neither beyond chance
        (ratio("1.10", ci=["0.80", "1.51"]), COMPLETE, curves("40.0", "42.0"), []),
        (ratio("1.00", ci=["0.80", "1.25"]), COMPLETE, BETTER, []),  # 0.995 is a lower risk
        (ratio("2.00", ci=["1.41", "2.86"]), COMPLETE, curves("30", "30"), []),
        (ratio("2.00", ci=["1.41", "2.86"]), COMPLETE, curves("30", "55", endpoint="os"), []),
        (ratio("2.00", ci=["1.41", "2.86"]), COMPLETE, [], []),
    ],
)
def test_direction_of_hazard_ratios(row: Row, head: Row, rows: list[Row], found: list[str]) -> None:
    study = ministudy((100, 100), head, survival=rows, contrasts=[row])
    assert severities(direction.direction, study) == found
    if found:  # one contradiction, one finding
        assert severities(hazards.landmark_ratio, study) == []


@pytest.mark.parametrize(
    ("row", "rows", "found"),
    [
        (ratio("1.80", top="control", row="drug", ci=["1.20", "2.70"]), BETTER, ["serious"]),
        (ratio("1.80", top="control", row="drug", adjusted=True, ci=["1.20", "2.70"]), BETTER, ["serious"]),
        (ratio("1.80", top="control", row="control", ci=["1.20", "2.70"]), BETTER, []),
        (ratio("1.80", top="control", ci=["1.20", "2.70"]), BETTER, []),
        (ratio("1.10", top="control", row="drug", ci=["0.80", "1.50"]), curves("40.0", "50.0"), ["warning"]),  # chance
        (ratio("1.10", top="control", row="drug", ci=["0.80", "1.50"]), curves("40.0", "40.0"), []),
        # the row is right and the transcribed numerator is not
        (ratio("0.55", top="control", row="drug", ci=["0.37", "0.83"]), BETTER, ["serious"]),
    ],
)
def test_a_ratio_on_the_other_row(row: Row, rows: list[Row], found: list[str]) -> None:
    study = ministudy((100, 100), COMPLETE, survival=rows, contrasts=[row])
    assert severities(direction.direction, study) == found


def test_medians_speak_where_no_survival_is_printed() -> None:
    times = [{"endpoint": "pfs", "arm": a, "months": m} for a, m in (("control", "10.0"), ("drug", "20.0"))]
    row = ratio("1.80", top="control", row="drug", ci=["1.20", "2.70"])
    (finding,) = direction.direction(ministudy(medians=times, contrasts=[row]))
    assert finding.severity == "serious" and "medians/pfs/drug" not in finding.entries  # the ratio is in doubt
    assert finding.message == (
        "The hazard ratio 1.80 for progression-free survival is printed on the row of Drug, where it would mean a higher "
        "risk of progression, while 20.0 months in Drug v 10.0 months in Control are the median progression-free "
        "survival: it can only be read as Control over Drug."
    )


def test_direction_of_adjusted_ratios_of_counts() -> None:
    for row, head, found in (
        (ratio("0.40", "or", adjusted=True, ci=["0.22", "0.72"]), COMPLETE, ["serious"]),
        (ratio("0.40", "or", adjusted=True, ci=["0.22", "0.72"]), COHORT, ["warning"]),
        (ratio("2.50", "or", adjusted=True, ci=["1.39", "4.55"]), COMPLETE, []),
        (ratio("0.40", "or", ci=["0.22", "0.72"]), COMPLETE, []),  # unadjusted: recomputed from the counts
    ):
        study = ministudy((100, 100), head, counts=counts(40, 62), contrasts=[row])
        assert severities(direction.direction, study) == found


def test_three_arms_are_compared_two_by_two() -> None:
    study = ministudy((100, 100), COMPLETE, survival=BETTER, contrasts=[ratio("2.00", ci=["1.41", "2.86"])])
    third = study.arms[0].model_copy(update={"id": "third", "label": "Third", "role": "other"})
    other = study.contrasts[0].model_copy(update={"numerator": "third"})
    three = study.model_copy(update={"arms": (*study.arms, third), "contrasts": (*study.contrasts, other)})
    assert [f.id for f in direction.direction(three)] == ["mini2020.direction.pfs-hr-drug-control-unadjusted"]


# ratios of counts


@pytest.mark.parametrize(
    ("row", "rows", "found"),
    [
        (ratio("1.31", "rr"), counts(111, 79, (217, 118)), []),  # 66.95 / 51.15
        (ratio("1.31", "rr"), counts("51.15", "66.95", (217, 118)), []),
        (ratio("0.76", "rr", top="control"), counts(111, 79, (217, 118)), []),
        (ratio("0.76", "rr"), counts(111, 79, (217, 118)), ["serious"]),
        (ratio("1.93", "or"), counts(111, 79, (217, 118)), []),
        (ratio("0.52", "or"), counts(111, 79, (217, 118)), ["serious"]),
        (ratio("1.60", "or"), counts(111, 79, (217, 118)), ["warning"]),
        (ratio("1.33", "rr"), counts(111, 79, (217, 118)), ["note"]),
        (ratio("0.68", "rr"), counts(111, 79, (217, 118)), ["warning"]),  # of those without response
        (ratio("0.68", "rr", adjusted=True), counts(111, 79, (217, 118)), []),
        (ratio("5.00", "or"), counts(0, 5), []),  # an empty cell: papers add what they like
        (ratio("5.00", "or"), counts(50, 100), []),
        (ratio("2.00", "rr"), counts(50, 100), []),
        (ratio("3.00", "rr"), counts(50, 100), ["warning"]),
        (ratio("3.00", "rr"), [], []),
        (ratio("3.00", "rr"), counts(50, 20)[:1], []),
    ],
)
def test_ratio_of_counts(row: Row, rows: list[Row], found: list[str]) -> None:
    assert severities(count_ratios.ratio_of_counts, ministudy((217, 118), counts=rows, contrasts=[row])) == found


@pytest.mark.parametrize(("table", "odds"), [((3, 4, 1, 4), 6.408309), ((2, 17, 10, 13), 0.04693661)])
def test_conditional_odds_ratio_of_fisher(table: tuple[int, int, int, int], odds: float) -> None:
    """Fisher's tea taster and his criminal twins, as R's help page of `fisher.test` estimates them."""
    assert count_ratios.conditional_odds_ratio(*table) == pytest.approx(odds, rel=1e-5)


def test_the_odds_ratio_of_fishers_test_is_accepted() -> None:
    rows = counts(1, 3, (4, 4))
    for value, found in (("9.00", []), ("6.41", []), ("7.50", ["warning"])):
        study = ministudy((4, 4), counts=rows, contrasts=[ratio(value, "or")])
        assert severities(count_ratios.ratio_of_counts, study) == found


def test_centres_are_not_the_whole() -> None:
    rows = [row | {"centre": "A"} for row in counts(10, 20)]
    study = ministudy(head={"centres": [{"name": "A", "n": 100}]}, counts=rows, contrasts=[ratio("5.0", "rr")])
    assert severities(count_ratios.ratio_of_counts, study) == []


# repeated results


def chi2(endpoint: str, statistic: str, p: str, **more: Any) -> Row:
    return {"endpoint": endpoint, "test": "chi2", "statistic": statistic, "p": p} | more


def table(endpoint: str, control: int, drug: int) -> list[Row]:
    return counts(control, drug, (38, 38), endpoint)


@pytest.mark.parametrize(
    ("rows", "tests", "found"),
    [
        # another table, and the result of neither
        (
            table("a", 15, 8) + table("b", 11, 5),
            [chi2("a", "3.927", "0.047"), chi2("b", "3.927", "0.047")],
            ["warning"],
        ),
        # the result of one
        (
            table("a", 15, 8) + table("b", 11, 5),
            [chi2("a", "3.055", "0.080"), chi2("b", "3.055", "0.080")],
            ["warning"],
        ),
        # the same table with the arms the other way round, and with events for non-events
        (table("a", 3, 4) + table("b", 4, 3), [chi2("a", "0.158", "0.691"), chi2("b", "0.158", "0.691")], []),
        (table("a", 3, 4) + table("b", 34, 35), [chi2("a", "0.158", "0.691"), chi2("b", "0.158", "0.691")], []),
        (table("a", 3, 4) + table("b", 4, 3), [chi2("a", "0.999", "0.318"), chi2("b", "0.999", "0.318")], []),
        # different tables that both give it
        (table("a", 19, 19) + table("b", 5, 5), [chi2("a", "0.000", "1.000"), chi2("b", "0.000", "1.000")], []),
        # another p, another statistic, too few decimals, no statistic
        (table("a", 15, 8) + table("b", 11, 5), [chi2("a", "3.927", "0.047"), chi2("b", "3.927", "0.048")], []),
        (table("a", 15, 8) + table("b", 11, 5), [chi2("a", "3.927", "0.047"), chi2("b", "3.928", "0.047")], []),
        (table("a", 15, 8) + table("b", 11, 5), [chi2("a", "3.9", "0.047"), chi2("b", "3.9", "0.047")], []),
        # tables not printed
        ([], [chi2("a", "3.927", "0.047"), chi2("b", "3.927", "0.047")], ["note"]),
        ([], [chi2("a", "0.01", "0.92"), chi2("b", "0.01", "0.92")], []),
        # one comparison tested twice
        ([], [chi2("a", "3.927", "0.047"), chi2("a", "3.927", "0.047", test="exact")], []),
        ([], [chi2("a", "3.927", "0.047", test="logrank"), chi2("a", "3.927", "0.047", test="wald")], []),
        ([], [chi2("a", "3.927", "0.047", test="logrank"), chi2("a", "3.927", "0.047", months="36")], []),
        ([], [chi2("a", "3.927", "0.047", months="12"), chi2("a", "3.927", "0.047", months="36")], ["note"]),
    ],
)
def test_duplicate_test(rows: list[Row], tests: list[Row], found: list[str]) -> None:
    assert severities(duplicates.duplicate_test, ministudy((38, 38), counts=rows, tests=tests)) == found


def test_the_table_that_gives_the_result_is_named() -> None:
    rows = table("a", 15, 8) + table("b", 11, 5)
    tests = [chi2("a", "3.055", "0.080"), chi2("b", "3.055", "0.080")]
    (finding,) = duplicates.duplicate_test(ministudy((38, 38), counts=rows, tests=tests))
    assert finding.message == (
        "The same chi-square 3.055 with p = 0.080 is printed for A (15/38 v 8/38) and B (11/38 v 5/38), whose numbers "
        "differ; it follows from those of A (15/38 v 8/38) only."
    )
    assert {"tests/a/chi2", "tests/b/chi2", "counts/a/drug", "counts/b/control"} <= set(finding.entries)


def means(variable: str, *values: tuple[str, str]) -> list[Row]:
    return [
        {"variable": variable, "arm": arm, "mean": mean, "sd": sd, "n": 50}
        for arm, (mean, sd) in zip(("control", "drug"), values, strict=True)
    ]


def test_repeated_t_tests_look_at_the_means() -> None:
    tests = [{"variable": v, "test": "t", "statistic": "2.000", "p": "0.048"} for v in ("age", "time")]
    same = means("age", ("10.0", "5.0"), ("12.0", "5.0")) + means("time", ("20.0", "10.0"), ("24.0", "10.0"))
    assert severities(duplicates.duplicate_test, ministudy(continuous=same, tests=tests)) == []  # both give t = 2
    other = means("age", ("10.0", "5.0"), ("12.0", "5.0")) + means("time", ("20.0", "10.0"), ("21.0", "10.0"))
    assert severities(duplicates.duplicate_test, ministudy(continuous=other, tests=tests)) == ["warning"]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (means("age", ("58.2", "7.91"), ("58.2", "7.91")), ["note"]),
        (means("age", ("58.2", "7.91"), ("58.2", "7.92")), []),
        (means("age", ("58.2", "7.9"), ("58.2", "7.9")), []),
        (
            means("age", ("58.2", "7.91"), ("60.0", "8.11")) + means("time", ("1.00", "1.00"), ("60.0", "8.11")),
            ["note"],
        ),
        (means("age", ("0.00", "0.00"), ("0.00", "0.00")), []),
    ],
)
def test_duplicate_mean(rows: list[Row], found: list[str]) -> None:
    assert severities(duplicates.duplicate_mean, ministudy(continuous=rows)) == found


def test_swapped() -> None:
    rows = table("a", 15, 8) + table("b", 11, 5) + table("c", 20, 20)
    right = {"a": "0.080", "b": "0.091", "c": "1.000"}
    for p, found in (
        (right, []),
        (right | {"a": "0.091", "b": "0.080"}, ["warning"]),
        (right | {"a": "0.091", "b": "0.123"}, []),
        (right | {"a": "0.09", "b": "0.08"}, []),  # one digit fits anything
    ):
        tests = [{"endpoint": e, "test": "chi2", "p": value} for e, value in p.items()]
        assert severities(duplicates.swapped, ministudy((38, 38), counts=rows, tests=tests)) == found, p


# the bundled papers


def test_bundled_papers(published: dict[str, Study]) -> None:
    findings = {f.id: f.severity for study in published.values() for f in everything(study)}
    row = {"chen2025.direction.pfs-hr-control-bev-adjusted-row": "serious"}
    on_row = any(contrast.row for contrast in published["chen2025"].contrasts)
    assert findings == (row if on_row else {}) | {
        "yan2025.duplicate_test.os-12-recurrence:intrahepatic": "warning",
        "yan2025.duplicate_test.gender-recurrence:lung": "warning",
    }


def test_the_row_of_chen(published: dict[str, Study]) -> None:
    """Table 4 prints 1.324 on the row of the treated arm, whose curve is the better one."""
    study = published["chen2025"]
    rows = tuple(c.model_copy(update={"row": "bev" if c.endpoint == "pfs" else None}) for c in study.contrasts)
    (finding,) = direction.direction(study.model_copy(update={"contrasts": rows}))
    assert finding.severity == "serious"
    assert finding.entries == ("contrasts/pfs/hr/control/bev/adjusted",)  # the curves are not in doubt
    assert finding.message.endswith("it can only be read as NAC alone over NAC combined with Bev.")
    assert "41.5% of NAC combined with Bev v 27.6% of NAC alone are progression-free at 36 months" in finding.message


def test_findings_name_existing_entries(published: dict[str, Study]) -> None:
    for study in published.values():
        known = {name for name, _ in study.entries()}
        for finding in everything(study):
            assert finding.entries and set(finding.entries) <= known
            assert finding.message.endswith(".") and "\n" not in finding.message
