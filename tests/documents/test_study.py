"""Printed numbers, and the reader of study documents on documents that are good."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.reader import read_studies, read_study, study_paths
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import InvalidInput, UnknownName


@pytest.mark.parametrize(
    ("text", "value", "bound", "interval"),
    [
        ("27.6", 27.6, "", (27.55, 27.65)),
        ("27.60", 27.6, "", (27.595, 27.605)),
        ("0", 0.0, "", (-0.5, 0.5)),
        ("-0.854", -0.854, "", (-0.8545, -0.8535)),
        ("217", 217.0, "", (216.5, 217.5)),
        ("<0.001", 0.001, "<", (float("-inf"), 0.001)),
        ("< 0.001", 0.001, "<", (float("-inf"), 0.001)),
        (">0.05", 0.05, ">", (0.05, float("inf"))),
        (" 1.31 ", 1.31, "", (1.305, 1.315)),
    ],
)
def test_printed_number_keeps_its_text_and_knows_what_rounds_to_it(
    text: str, value: float, bound: str, interval: tuple[float, float]
) -> None:
    number = PrintedNumber.parse(text)
    assert (str(number), number.value, number.bound) == (text, value, bound)
    assert number.interval == pytest.approx(interval, abs=1e-12)


@given(st.decimals(min_value=-1000, max_value=1000, places=3))
def test_any_decimal_number_survives_the_round_trip(number: Decimal) -> None:
    parsed = PrintedNumber.parse(f"{number:f}")
    assert parsed.decimal == number
    low, high = parsed.interval
    assert low < parsed.value < high
    assert high - low == pytest.approx(0.001)


@pytest.mark.parametrize(
    "text", ["", "abc", "1,324", "1.2.3", "12%", "1e3", "nan", "inf", "1.0-2.0", ".", "<", "<>3", "5."]
)
def test_text_that_is_not_one_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a printed number"):
        PrintedNumber.parse(text)


@pytest.mark.parametrize("given_as", [27.6, 27, None, True])
def test_number_that_is_not_a_string_is_refused_because_its_precision_is_lost(given_as: object) -> None:
    with pytest.raises(ValueError, match="written as a string"):
        PrintedNumber.parse(given_as)


def test_invented_trial_is_read_as_written(root: Path) -> None:
    trial = read_study(root / "tests" / "data" / "published" / "trial2020.toml")
    assert [(a.id, a.role, a.n) for a in trial.arms] == [
        ("control", "control", 100),
        ("drug", "treatment", 80),
        ("observation", "other", 50),
    ]
    assert trial.endpoints == {"orr", "pfs"}
    assert trial.arm("treatment").label == "Chemotherapy and drug"
    assert trial.counts[2].percent is None
    assert (trial.survival[0].level, trial.medians[0].level) == (0.95, 0.95)
    assert trial.enrolment == ("2015-01", "2017-12")


def test_study_cannot_be_changed_after_reading(published: dict[str, Study]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        published["chen2025"].id = "other"  # type: ignore[misc]


@pytest.mark.parametrize("others", [0, 2])
def test_role_is_carried_by_exactly_one_arm(others: int, published: dict[str, Study]) -> None:
    arm = published["yan2025"].arm("treatment")
    changed = published["yan2025"].model_copy(update={"arms": (published["yan2025"].arms[0], *[arm] * others)})
    with pytest.raises(InvalidInput, match=rf"{others} arms have role 'treatment'.*allowed: exactly one"):
        changed.arm("treatment")


def test_studies_come_in_the_order_asked_for_and_once(root: Path) -> None:
    folder = root / "data" / "published"
    assert list(read_studies(folder, ["yan2025", "chen2025", "yan2025"])) == ["yan2025", "chen2025"]
    assert list(read_studies(folder)) == list(study_paths(folder)) == sorted(study_paths(folder))
    assert read_studies(folder, []) == {}


def test_study_that_is_not_there_is_named_with_the_nearest(root: Path) -> None:
    with pytest.raises(
        UnknownName,
        match=r"there is no study 'chen2052'; allowed: .*avf2107g, .*yan2025; did you mean 'chen2025'",
    ):
        read_studies(root / "data" / "published", ["chen2052"])


def test_folder_that_is_not_there_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is not a folder") as caught:
        study_paths(tmp_path / "nowhere")
    assert "\n" not in str(caught.value)


def test_unreadable_study_does_not_matter_to_an_analysis_of_another(trial: Path) -> None:
    (trial / "published" / "broken2020.toml").write_text("= broken", encoding="utf-8")
    assert list(read_studies(trial / "published", ["trial2020"])) == ["trial2020"]
    with pytest.raises(InvalidInput, match=r"broken2020\.toml: is not valid TOML"):
        read_studies(trial / "published")


def test_survival_may_stay_level_and_start_at_one_hundred_percent(make_study: Callable[..., Study]) -> None:
    rows = [
        {"endpoint": "os", "arm": "control", "months": m, "percent": p}
        for m, p in (("6", "100"), ("12", "90.0"), ("24", "90.0"), ("36", "0"))
    ]
    assert len(make_study(survival=rows).survival) == 4


def test_the_same_month_may_be_printed_for_two_endpoints_and_two_arms(make_study: Callable[..., Study]) -> None:
    rows = [
        {"endpoint": e, "arm": a, "months": "12", "percent": "50.0"}
        for e in ("os", "pfs")
        for a in ("control", "treated")
    ]
    assert len(make_study(survival=rows).survival) == 4


def test_counts_may_be_printed_by_centre_beside_the_total(make_study: Callable[..., Study]) -> None:
    rows = [
        {"endpoint": "orr", "arm": "control", "events": e, "n": n, **where}
        for e, n, where in ((9, 30, {}), (4, 10, {"centre": "North"}), (5, 20, {"centre": "South"}))
    ]
    study = make_study(counts=rows, centres=[{"name": "North", "n": 20}, {"name": "South", "n": 40}])
    assert [c.n for c in study.counts] == [30, 10, 20]
