"""Checks of printed survival, medians, hazard ratios and log-rank tests."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from crlm_bayes.audits.finding import Check, Finding
from crlm_bayes.audits.names import arm_name
from crlm_bayes.audits.p_values.exact_tests import n_minus_1_statistic
from crlm_bayes.audits.survival import curves as survival
from crlm_bayes.audits.survival import hazards, jumps, medians
from crlm_bayes.audits.survival.points import landmarks, least_interval
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

CHECKS = (
    jumps.hazard_jump, survival.monotone, survival.ci_contains, survival.survival_ci, survival.follow_up, medians.median_landmark,
    medians.median_interval, medians.median_width, hazards.landmark_ratio, hazards.logrank_landmark,
)  # fmt: skip
COMPLETE = {"complete_follow_up_months": 36, "complete_follow_up_basis": "test"}
Row = dict[str, Any]


def at(months: str, percent: str | None = None, arm: str = "control", endpoint: str = "os", **more: Any) -> Row:
    return {"endpoint": endpoint, "arm": arm, "months": months} | ({"percent": percent} if percent else {}) | more


def median(
    months: str,
    interval: Sequence[str] | None = None,
    kind: str = "ci",
    arm: str | None = "control",
    endpoint: str = "os",
) -> Row:
    row: Row = {"endpoint": endpoint, "months": months, "interval_kind": kind} | ({"arm": arm} if arm else {})
    return row | ({"interval": list(interval)} if interval else {})


def hazard(value: str, ci: Sequence[str] | None = None, top: str = "drug", **more: Any) -> Row:
    bottom = "control" if top == "drug" else "drug"
    row: Row = {"endpoint": "os", "measure": "hr", "value": value, "numerator": top, "denominator": bottom}
    return row | {"adjusted": False} | ({"ci": list(ci)} if ci else {}) | more


def logrank(p: str, **more: Any) -> Row:
    return {"endpoint": "os", "test": "logrank", "p": p} | more


def severities(check: Check, study: Study) -> list[str]:
    return [finding.severity for finding in check(study)]


def everything(study: Study) -> list[Finding]:
    return [finding for check in CHECKS for finding in check(study)]


@pytest.fixture
def lung() -> Study:
    """Loprinzi 1994, data `lung` of R's survival package, by sex: what `survfit`, `coxph` and `survdiff` print."""
    rows = [
        at("12", "33.6", ci=["26.1", "43.4"]),
        at("12", "52.6", "drug", ci=["42.1", "65.7"]),
    ]
    times = [median("8.9", ["7.0", "10.2"]), median("14.0", ["11.4", "18.1"], arm="drug")]
    cox = hazard("0.588", ["0.424", "0.816"], p="0.001")
    return ministudy((138, 90), survival=rows, medians=times, contrasts=[cox], tests=[logrank("0.001")])


def test_consistent_published_data_raise_nothing(lung: Study) -> None:
    assert everything(lung) == []


def test_a_study_without_survival_raises_nothing() -> None:
    assert everything(ministudy()) == []


# monotone


@pytest.mark.parametrize(
    ("rows", "head", "found"),
    [
        ([at("12", "60.0"), at("24", alive=31)], {}, ["serious"]),  # 31/50 are known to be alive
        ([at("12", "60.0"), at("24", alive=30)], {}, []),
        ([at("12", "61.0"), at("24", alive=31)], {}, []),  # 30.5 of 50, a count worked out from 61%
        ([at("12", "60.0"), at("24", at_risk=31, percent="59.0")], {}, ["serious"]),
        ([at("12", "60.0"), at("24", at_risk=30, percent="60.0")], {}, []),
        ([at("12", alive=30), at("24", "70.0")], {}, []),  # censored before 12 months
        ([at("12", alive=30), at("24", "70.0")], COMPLETE, ["serious"]),
        ([at("12", alive=30), at("24", "61.0")], COMPLETE, []),  # 30.5 of 50, a count worked out from 61%
        ([at("12", "60.0"), at("24", "60.0")], {}, []),
        # events at exactly t are at risk and not event-free
        ([at("12", "60.0", at_risk=33)], {}, []),
        ([at("12", "60.0", at_risk=45)], {}, ["note"]),
        ([at("12", alive=30, at_risk=45)], {}, ["note"]),
    ],
)
def test_monotone(rows: list[Row], head: Row, found: list[str]) -> None:
    assert severities(survival.monotone, ministudy(head=head, survival=rows)) == found


@pytest.mark.parametrize(
    ("pfs", "os", "head", "found"),
    [
        ({"percent": "50.0"}, {"percent": "49.9"}, COMPLETE, []),  # 49.95% is both
        ({"percent": "52.0"}, {"percent": "50.0"}, COMPLETE, ["serious"]),
        ({"percent": "52.0"}, {"percent": "50.0"}, {}, []),  # Kaplan-Meier estimates may cross under censoring
        ({"percent": "70.0"}, {"percent": "50.0"}, {}, ["warning"]),
        ({"alive": 26}, {"alive": 25}, {}, ["serious"]),
        ({"alive": 25}, {"alive": 25}, COMPLETE, []),
        ({"percent": "40.0"}, {"percent": "50.0"}, COMPLETE, []),
    ],
)
def test_nobody_is_progression_free_and_dead(pfs: Row, os: Row, head: Row, found: list[str]) -> None:
    rows = [at("24", endpoint="pfs", **pfs), at("24", **os), at("24", "1.0", arm="drug")]
    assert severities(survival.monotone, ministudy(head=head, survival=rows)) == found


def test_disease_free_is_ordered_like_progression_free_but_response_is_not() -> None:
    for endpoint, found in (("dfs", ["serious"]), ("rfs", ["serious"]), ("ttp", [])):
        rows = [at("24", "60.0", endpoint=endpoint), at("24", "50.0")]
        assert severities(survival.monotone, ministudy(head=COMPLETE, survival=rows)) == found


# intervals of survival


@pytest.mark.parametrize(
    ("percent", "ci", "found"),
    [("50.0", ["40.1", "60.2"], []), ("40.0", ["40.1", "60.2"], []), ("39.9", ["40.1", "60.2"], ["serious"]),
     ("61", ["40.1", "60.2"], ["serious"]), ("60", ["40.1", "60.2"], [])],
)  # fmt: skip
def test_ci_contains(percent: str, ci: list[str], found: list[str]) -> None:
    assert severities(survival.ci_contains, ministudy(survival=[at("12", percent, ci=ci)])) == found


@pytest.mark.parametrize("ci", [["50.3", "88.9"], ["58.6", "96.8"], ["56.4", "94.2"]])
def test_intervals_of_freireich_are_wide_enough(ci: list[str]) -> None:
    """6-mercaptopurine (Freireich 1963), S(10): log-log, log and plain intervals of `survfit`."""
    study = ministudy((21, 21), survival=[at("10", "75.3", ci=ci)])
    assert severities(survival.survival_ci, study) == []


def test_an_interval_of_too_many_patients() -> None:
    study = ministudy((21, 21), survival=[at("10", "75.3", ci=["69.0", "81.0"])])
    (finding,) = survival.survival_ci(study)
    assert finding.severity == "warning" and "21 patients" in finding.message
    assert (
        severities(survival.survival_ci, ministudy((210, 21), survival=[at("10", "75.3", ci=["69.0", "81.0"])])) == []
    )


@pytest.mark.parametrize("percent", ["100.0", "0.0", "99.9", "100", "0"])
def test_ends_of_the_curve_do_not_break_the_interval(percent: str) -> None:
    study = ministudy(survival=[at("10", percent, ci=[percent, percent])])
    assert severities(survival.ci_contains, study) == []
    assert len(survival.survival_ci(study)) == (percent == "99.9")


def test_least_interval_is_the_narrowest_of_four() -> None:
    low, high = least_interval(0.5, 100, 0.95)
    assert 0.40 < low < 0.5 < high < 0.60
    assert high - low <= 2 * 1.96 * 0.05
    low, high = least_interval(0.99, 20, 0.95)
    assert 0 <= low < 0.99 < high <= 1


# follow-up


@pytest.mark.parametrize(
    ("months", "alive", "found"),
    [
        ("35.0", "60.0", ["warning"]),
        ("36.0", "60.0", []),
        ("36", "60.0", []),
        ("35.6", "60.0", ["warning"]),
        ("30.0", "40.0", ["note"]),  # many died: ends of their follow-up, if counted so
        ("30.0", None, ["warning"]),
    ],
)
def test_follow_up(months: str, alive: str | None, found: list[str]) -> None:
    rows = [at("36", alive), at("36", alive, "drug")] if alive else []
    study = ministudy(head=COMPLETE, survival=rows, medians=[median(months, arm=None, endpoint="follow_up")])
    assert severities(survival.follow_up, study) == found


@pytest.mark.parametrize(("alive", "contradicts"), [("60.0", True), ("40.0", False), (None, False)])
def test_follow_up_contradicts_only_where_no_definition_allows_it(alive: str | None, contradicts: bool) -> None:
    """All who are alive at 36 months are followed so long: with more than half alive no median can be less."""
    rows = [at("36", alive), at("36", alive, "drug")] if alive else []
    study = ministudy(head=COMPLETE, survival=rows, medians=[median("35.0", arm=None, endpoint="follow_up")])
    (finding,) = survival.follow_up(study)
    assert ("contradicts" in finding.message) == contradicts


def test_follow_up_needs_a_claim_of_completeness() -> None:
    assert severities(survival.follow_up, ministudy(medians=[median("5", arm=None, endpoint="follow_up")])) == []


# jumps of the hazard


@pytest.mark.parametrize(
    ("rows", "months", "found"),
    [
        ([at("12", "99.2"), at("36", "66.7")], "38.0", ["warning"]),  # 8 times the hazard of 12 to 36 months
        ([at("12", "99.2"), at("36", "66.7")], "38", ["warning"]),  # 37.5 to 38.5
        ([at("12", "99.2"), at("36", "66.7")], "40.0", []),  # 4 times
        ([at("12", "99.2"), at("36", "66.7")], "48.0", []),
        ([at("12", "70.0"), at("36", "66.7")], "38.0", ["warning"]),  # a plateau, but the mean since the start is above
        ([at("12", "95.0"), at("24", "60.0")], "24.5", ["warning"]),
        ([at("12", "99.5"), at("24", "90.0")], "60.0", []),  # 19 times, over a year: steep, and smooth
        ([at("12", "52.0")], "12.1", []),  # 2 of 118 patients: chance
        ([at("36", "66.7")], "35.0", []),  # the business of another check
    ],
)
def test_hazard_jump(rows: list[Row], months: str, found: list[str]) -> None:
    study = ministudy((118, 50), COMPLETE, survival=rows, medians=[median(months)])
    assert severities(jumps.hazard_jump, study) == found


def test_a_jump_between_landmarks_and_its_entries() -> None:
    rows = [at("24", "90.0"), at("27", "40.0")]
    (finding,) = jumps.hazard_jump(ministudy((100, 50), COMPLETE, survival=rows))
    assert finding.entries == ("survival/os/control/24", "survival/os/control/27")
    assert severities(jumps.hazard_jump, ministudy((8, 50), COMPLETE, survival=rows)) == ["warning"]
    assert severities(jumps.hazard_jump, ministudy((4, 50), COMPLETE, survival=rows)) == []  # 2 of 4


# medians


@pytest.mark.parametrize(
    ("months", "rows", "head", "found"),
    [
        ("27.0", [at("24", "42.2")], {}, ["serious"]),
        ("27.0", [at("24", "50.0")], {}, []),
        ("27.0", [at("24", "50.1")], {}, []),
        ("27.0", [at("24", "49.9")], {}, ["serious"]),
        ("27.0", [at("24", "50")], {}, []),  # 49.5 to 50.5
        ("27.0", [at("24", "49.95")], {}, ["serious"]),
        ("24.2", [at("24", "49.0")], {}, ["note"]),  # days may be counted in two ways
        ("24", [at("24", "42.2")], {}, []),  # 23.5 to 24.5
        ("33.0", [at("36", "57.0")], {}, ["serious"]),
        ("33.0", [at("36", "50.0")], {}, []),
        ("36", [at("36", "57.0")], {}, []),
        ("36.0", [at("36", "57.0")], {}, []),
        ("35.9", [at("36", "57.0")], {}, ["note"]),
        ("27.0", [at("24", alive=20)], COMPLETE, ["serious"]),
        ("27.0", [at("24", alive=20)], {}, []),  # survivors of 50, some censored
        ("27.0", [at("24", alive=25)], COMPLETE, []),
        ("27.0", [at("24", "50.2", alive=24)], COMPLETE, []),  # the percentage speaks
        ("27.0", [at("24", "42.2", "drug")], {}, []),
        ("27.0", [at("24", "42.2", endpoint="pfs")], {}, []),
    ],
)
def test_median_landmark(months: str, rows: list[Row], head: Row, found: list[str]) -> None:
    study = ministudy(head=head, survival=rows, medians=[median(months)])
    assert severities(medians.median_landmark, study) == found


def test_a_median_of_all_is_not_that_of_an_arm_unless_there_is_one_arm() -> None:
    rows, times = [at("24", "42.2")], [median("27.0", arm=None)]
    study = ministudy(survival=rows, medians=times)
    assert severities(medians.median_landmark, study) == []
    alone = study.model_copy(update={"arms": study.arms[:1]})
    assert severities(medians.median_landmark, alone) == ["serious"]


@pytest.mark.parametrize(
    ("interval", "kind", "rows", "found"),
    [
        (("21.0", "34.0"), "ci", [], []),
        (("28.0", "34.0"), "ci", [], ["serious"]),
        (("20.0", "26.9"), "iqr", [], []),  # both may be 26.95
        (("20.0", "26.8"), "iqr", [], ["serious"]),
        (("27", "34"), "unstated", [], []),
        # S(36) = 27.6% of 217 is 7 standard errors from one half
        (("18.0", "37.0"), "ci", [at("36", "27.6")], ["warning"]),
        # the median plus and minus one number: from its standard error, which a flat curve makes large
        (("17.0", "37.0"), "ci", [at("36", "27.6")], ["note"]),
        (("17.0", "37.0"), "unstated", [at("36", "27.6")], ["note"]),
        (("17.0", "35.0"), "ci", [at("36", "27.6")], []),
        (("17.0", "37.0"), "ci", [at("36", "45.0")], []),
        # S(24) = 50.1% belongs to every interval
        (("25.0", "29.0"), "ci", [at("24", "50.1")], ["warning"]),
        (("25.0", "29.0"), "unstated", [at("24", "50.1")], ["note"]),
        (("24.0", "29.0"), "ci", [at("24", "50.1")], []),
        (("25.0", "29.0"), "ci", [at("24", "55.0")], []),
        # quartiles
        (("17.0", "37.0"), "iqr", [at("24", "60.0"), at("36", "27.6")], []),
        (("17.0", "37.0"), "iqr", [at("24", "60.0"), at("36", "10.0")], ["note"]),
        (("17.0", "37.0"), "iqr", [at("18", "95.0")], ["note"]),
    ],
)
def test_median_interval(interval: tuple[str, str], kind: str, rows: list[Row], found: list[str]) -> None:
    study = ministudy((217, 50), survival=rows, medians=[median("27.0", interval, kind)])
    assert severities(medians.median_interval, study) == found


def test_a_bracket_that_ends_near_a_quarter_is_called_quartiles() -> None:
    study = ministudy((217, 50), survival=[at("36", "27.6")], medians=[median("27.0", ("17.0", "37.0"), "unstated")])
    (finding,) = medians.median_interval(study)
    assert "interquartile range" in finding.message and "27.6% of 217 patients" in finding.message


def test_censoring_widens_what_an_interval_may_hold() -> None:
    """66% of 100 is 3.2 binomial standard errors from one half, but not where half of the information is censored."""
    rows = [median("27.0", ("20.0", "40.0"))]
    for head, found in ((COMPLETE, ["warning"]), ({}, [])):
        study = ministudy((100, 100), head, survival=[at("24", "66.0")], medians=rows)
        assert severities(medians.median_interval, study) == found


def test_median_width() -> None:
    wide, narrow = ("8.0", "21.0"), ("12.8", "16.2")
    for interval, kind, n, found in (
        (narrow, "ci", 38, ["note"]), (wide, "ci", 38, []), (narrow, "unstated", 38, []), (narrow, "ci", 400, []),
    ):  # fmt: skip
        study = ministudy((n, n), medians=[median("14.5", interval, kind)])
        assert severities(medians.median_width, study) == found
    # a curve as steep as 95% at 12 and 10% at 18 months has a narrow interval
    steep = ministudy((38, 38), survival=[at("12", "95.0"), at("18", "10.0")], medians=[median("14.5", narrow)])
    assert severities(medians.median_width, steep) == []


# hazard ratios


@pytest.mark.parametrize(
    ("value", "ci", "top", "found"),
    [
        ("0.50", ["0.35", "0.71"], "drug", []),  # log 0.64 / log 0.41 = 0.50
        ("2.00", ["1.41", "2.86"], "control", []),
        ("0.90", ["0.60", "1.30"], "drug", ["note"]),
        ("0.15", ["0.10", "0.25"], "drug", ["warning"]),
        ("6.67", ["4.00", "10.0"], "control", ["warning"]),
        ("0.50", None, "drug", []),
    ],
)
def test_landmark_ratio(value: str, ci: list[str] | None, top: str, found: list[str]) -> None:
    study = ministudy(
        (100, 100), COMPLETE, survival=[at("36", "41"), at("36", "64", "drug")], contrasts=[hazard(value, ci, top)]
    )
    assert severities(hazards.landmark_ratio, study) == found


def test_one_landmark_that_fits_keeps_a_ratio_from_a_warning() -> None:
    early = [at("12", "60"), at("12", "92", "drug")]  # 0.16
    late = [at("36", "41"), at("36", "64", "drug")]
    study = ministudy((100, 100), COMPLETE, survival=early + late, contrasts=[hazard("0.15", ["0.10", "0.25"])])
    assert severities(hazards.landmark_ratio, study) == ["note"]


def test_implied_ratio_and_its_standard_error() -> None:
    """Delta method on the complementary log-log scale, by hand: 0.64 and 0.41 of 100."""
    study = ministudy((100, 100), COMPLETE, survival=[at("36", "41"), at("36", "64", "drug")])
    (implied,) = hazards.implied_ratios(study, "os", "drug", "control")
    assert implied.middle == pytest.approx(math.log(0.64) / math.log(0.41), rel=1e-3)
    terms = [(1 - s) / (100 * s * math.log(s) ** 2) for s in (0.64, 0.41)]
    assert implied.se == pytest.approx(math.sqrt(sum(terms)), rel=1e-9)
    assert implied.log_ratio.low < math.log(implied.middle) < implied.log_ratio.high


@pytest.mark.parametrize("percents", [("0", "50"), ("100", "50"), ("0.0", "100.0")])
def test_no_ratio_at_the_ends_of_a_curve(percents: tuple[str, str]) -> None:
    rows = [at("36", percents[0]), at("36", percents[1], "drug")]
    study = ministudy(survival=rows, contrasts=[hazard("0.50", ["0.35", "0.71"])])
    assert hazards.implied_ratios(study, "os", "drug", "control") == [] and everything(study) == []


def test_information_of_a_point() -> None:
    cases = (
        ({}, COMPLETE, 50.0),
        ({}, {}, 25.0),  # half, where nothing is known
        ({"at_risk": 10}, {}, 20.0),  # 10 at risk at S = 1/2
        ({"at_risk": 0}, {}, 1.0),
        ({"ci": ["30.4", "69.6"]}, {}, 25.0),  # standard error 0.1
    )
    for more, head, expected in cases:
        (point,) = landmarks(ministudy(head=head, survival=[at("24", "50.0", **more)]), "os", "control")
        assert point.information == pytest.approx(expected, rel=1e-3)


# log-rank tests


def chi2(p: str, months: str) -> Row:
    return {"endpoint": "os", "test": "chi2", "p": p, "months": months}


@pytest.mark.parametrize(
    ("tests", "found"),
    [
        ([logrank("0.006")], []),
        ([logrank("0.006"), chi2("0.006", "36")], ["note"]),
        ([logrank("0.006"), chi2("0.007", "36")], []),
        ([logrank("0.01"), chi2("0.01", "36")], []),  # two decimals coincide easily
        ([logrank("<0.001"), chi2("<0.001", "36")], []),
        ([logrank("0.044", months="12"), logrank("0.046", months="24"), chi2("0.044", "12"), chi2("0.046", "24")],
         ["warning"]),
        ([logrank("0.044", months="12"), logrank("0.046", months="24"), chi2("0.04", "12")], ["note"]),
        ([logrank("0.044", months="12"), logrank("0.046", months="24")], ["note"]),
        ([chi2("0.044", "12"), chi2("0.046", "24")], []),
    ],
)  # fmt: skip
def test_logrank_landmark(tests: list[Row], found: list[str]) -> None:
    assert severities(hazards.logrank_landmark, ministudy(tests=tests)) == found


@pytest.mark.parametrize(
    ("p", "head", "found"),
    [
        ("0.001", COMPLETE, []),
        ("0.80", COMPLETE, ["warning"]),
        (">0.05", COMPLETE, []),  # 1.96 is not far enough from 3.9
        ("0.80", {}, []),  # censoring unknown
    ],
)
def test_logrank_against_survivors(p: str, head: Row, found: list[str]) -> None:
    rows = [at("12", "50"), at("36", "20"), at("12", "75", "drug"), at("36", "45", "drug")]
    study = ministudy((100, 100), head, survival=rows, tests=[logrank(p)])
    assert severities(hazards.logrank_landmark, study) == found


def test_grouped_logrank_of_one_interval_is_the_chi_square_with_n_minus_1() -> None:
    """Mantel 1963: one stratum of the Mantel-Haenszel test is Pearson's chi-square times (N - 1)/N."""
    z = hazards.grouped_logrank([40, 60], [[10], [30]])
    assert z**2 == pytest.approx(n_minus_1_statistic(10, 40, 30, 60))
    assert hazards.grouped_logrank([40, 60], [[40, 40], [60, 60]]) == 0
    assert hazards.grouped_logrank([40, 60], [[0, 0], [0, 0]]) == 0


# names


def test_arms_with_equal_names_keep_their_ids() -> None:
    study = ministudy()
    twins = study.model_copy(update={"arms": tuple(a.model_copy(update={"label": "Same: x"}) for a in study.arms)})
    assert (arm_name(study, "drug"), arm_name(twins, "drug")) == ("Drug", "drug")


# the bundled papers


def found(study: Study) -> dict[str, str]:
    return {f.id.removeprefix(f"{study.id}."): f.severity for f in everything(study)}


def test_bundled_papers(published: dict[str, Study]) -> None:
    assert found(published["chen2025"]) == {
        "follow_up.all": "warning",
        "hazard_jump.os-bev-37.95": "warning",
        "median_landmark.os-control-36": "serious",
        "median_interval.pfs-control-wide": "note",
        "median_interval.os-bev-wide": "note",
        "logrank_landmark.pfs-36": "note",
    }
    assert found(published["yan2025"]) == {
        "median_landmark.os-control-24": "serious",
        "median_interval.pfs-control-narrow": "warning",
        "median_width.pfs-control": "note",
        "median_width.pfs-bev": "note",
        "median_width.os-control": "note",
        "median_width.os-bev": "note",
        "logrank_landmark.pfs": "note",
        "logrank_landmark.os": "note",
    }


def test_findings_name_existing_entries(published: dict[str, Study]) -> None:
    for study in published.values():
        known = {name for name, _ in study.entries()}
        for finding in everything(study):
            assert finding.entries and set(finding.entries) <= known
            assert finding.message.endswith(".") and "\n" not in finding.message
