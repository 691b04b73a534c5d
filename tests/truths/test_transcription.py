"""Every study against a second transcription, made independently from the same texts, entry by entry.

A difference is a mistake in one of the two. The second transcription lists what is printed, one number a line:
table, name, category, arm, months, field, printed. Arms and endpoints bear the same names in both: that is naming, no number.
"""

import tomllib
from pathlib import Path

import pytest

from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy
from makers.transcriptions import NO_DECIMALS, TABLES, Key, difference, first_transcription, second_transcription

SEEDS = ("chen2025", "yan2025")
"""Read in full; of the others only abstracts were, and some of those print a single number."""
STUDIES = tuple(sorted(path.stem for path in (Path(__file__).parent / "transcription").glob("*.csv")))


@pytest.mark.parametrize("study", STUDIES)
def test_document_and_second_transcription_print_the_same_numbers(
    study: str, published: dict[str, Study], root: Path
) -> None:
    theirs = second_transcription(root / "tests" / "truths" / "transcription" / f"{study}.csv")
    assert len(theirs) > (300 if study in SEEDS else 0)
    lines = difference(first_transcription(published[study]), theirs)
    assert not lines, f"{len(lines)} differences\n" + "\n".join(lines)


def test_comparison_notices_a_changed_a_missing_an_extra_and_a_repeated_number(published: dict[str, Study]) -> None:
    whole = first_transcription(published["yan2025"])
    (key, text), rest = whole[0], whole[1:]
    assert difference(whole, whole) == []
    assert len(difference([(key, text + "0"), *rest], whole)) == 1
    assert len(difference(rest, whole)) == 1
    assert len(difference(whole, rest)) == 1
    assert len(difference([*whole, whole[0]], whole)) == 1


def test_comparison_sees_the_size_of_the_study_and_which_arm_a_log_rank_sum_is_of() -> None:
    def numbers(n: int = 79, percent: str = "44", **changes: str) -> list[tuple[Key, str]]:
        test = {"endpoint": "os", "test": "logrank", "arm": "drug", "o_minus_e": "-3.2", "variance": "9.1"}
        gap = {"endpoint": "os", "minuend": "drug", "subtrahend": "control", "months": "60", "points": "4.1"}
        return first_transcription(
            ministudy(
                head={"n": n},
                percentages=[{"endpoint": "orr", "arm": "drug", "percent": percent}],
                differences=[gap],
                tests=[{**test, "favours": "drug", **changes}],
            )
        )

    whole = numbers()
    assert (
        dict(whole).items()
        >= {
            ("study", "", "", "", "", "n"): "79",
            ("percentages", "orr", "", "drug", "", "percent"): "44",
            ("differences", "os", "", "drug/control", "60", "points"): "4.1",
            ("tests", "os", "logrank", "drug", "", "variance"): "9.1",
        }.items()
    )
    assert len(difference(numbers(n=78), whole)) == 1
    assert len(difference(numbers(percent="44.0"), whole)) == 1
    assert len(difference(numbers(o_minus_e="3.2"), whole)) == 1
    assert len(difference(numbers(favours="control"), whole)) == 1
    assert (
        len(difference(numbers(arm="control"), whole)) == 6
    )  # three numbers of one arm missing, three of another extra


def test_every_document_that_prints_a_number_has_a_second_transcription(published: dict[str, Study]) -> None:
    printing = {
        name
        for name, study in published.items()
        if any(field not in ("role", "label") for (*_, field), _ in first_transcription(study))
    }
    assert printing == set(STUDIES)


@pytest.mark.parametrize("study", STUDIES)
def test_every_table_of_a_document_is_compared(study: str, root: Path) -> None:
    document = tomllib.loads((root / "data" / "published" / f"{study}.toml").read_text(encoding="utf-8"))
    assert {key for key, value in document.items() if isinstance(value, list)} - {"enrolment", "survival_tests"} <= set(
        TABLES
    )


@pytest.mark.parametrize("study", STUDIES)
def test_printed_text_survives_reading_character_by_character(
    study: str, published: dict[str, Study], root: Path
) -> None:
    document = tomllib.loads((root / "data" / "published" / f"{study}.toml").read_text(encoding="utf-8"))
    kept = 0
    for table in TABLES:
        for raw, entry in zip(document.get(table, []), getattr(published[study], table), strict=True):
            for key, value in raw.items():
                read = getattr(entry, key)
                for text, number in (
                    zip([value], [read], strict=True) if not isinstance(value, list) else zip(value, read, strict=True)
                ):
                    if isinstance(number, PrintedNumber):
                        assert str(number) == text, (table, key, text)
                        kept += 1
                    else:
                        assert number == text, (table, key, text)
    theirs = second_transcription(root / "tests" / "truths" / "transcription" / f"{study}.csv")
    decimals_printed = sum(field not in NO_DECIMALS for (*_, field), _ in theirs)
    assert kept >= decimals_printed  # more, because the months that name a point are printed too
    assert kept > 100 or study not in SEEDS


@pytest.mark.parametrize("study", SEEDS)
def test_every_entry_says_where_it_is_printed(study: str, published: dict[str, Study]) -> None:
    places = [entry.locator for table in TABLES[2:] for entry in getattr(published[study], table)]
    rooms = ("Table ", "Results", "Figure ", "Abstract", "Methods", "Introduction", "Discussion", "Conclusion")
    assert all(place.startswith(rooms) for place in places), set(places)


def _count(study: Study, endpoint: str, arm: str) -> tuple[int | None, int, str | None]:
    (found,) = [c for c in study.counts if (c.endpoint, c.arm) == (endpoint, arm)]
    return found.events, found.n, str(found.percent) if found.percent else None


def _survival(study: Study, endpoint: str, arm: str) -> dict[str, tuple[str, int | None]]:
    return {str(s.months): (str(s.percent), s.alive) for s in study.survival if (s.endpoint, s.arm) == (endpoint, arm)}


def test_chen_2025_prints_its_headline_numbers(published: dict[str, Study]) -> None:
    chen = published["chen2025"]
    assert {arm.id: (arm.role, arm.n) for arm in chen.arms} == {"control": ("control", 217), "bev": ("treatment", 118)}
    assert sorted(c.n for c in chen.centres) == [16, 33, 39, 41, 88, 118]
    assert sum(c.n for c in chen.centres) == sum(a.n for a in chen.arms) == 335
    assert _count(chen, "orr", "control") == (111, 217, "51.15")
    assert _count(chen, "orr", "bev") == (79, 118, "66.95")
    assert _count(chen, "r0", "control") == (199, 217, "91.71")
    assert _count(chen, "r0", "bev") == (112, 118, "94.92")
    assert _count(chen, "complication", "control") == (45, 217, "20.74")
    assert _count(chen, "complication", "bev") == (21, 118, "17.80")
    assert _survival(chen, "pfs", "control") == {"12": ("86.6", None), "36": ("27.6", None)}
    assert _survival(chen, "pfs", "bev") == {"12": ("93.2", None), "36": ("41.5", None)}
    assert _survival(chen, "os", "control") == {"12": ("98.6", None), "36": ("57.0", None)}
    assert _survival(chen, "os", "bev") == {"12": ("99.2", None), "36": ("66.7", None)}
    ratios = {
        c.endpoint: (str(c.value), *map(str, c.ci or ()), str(c.p), c.numerator, c.denominator, c.adjusted)
        for c in chen.contrasts
        if c.measure == "hr"
    }
    assert ratios == {
        "pfs": ("1.324", "1.048", "1.673", "0.019", "control", "bev", True),
        "os": ("1.288", "0.955", "1.737", "0.098", "control", "bev", True),
    }
    assert chen.complete_follow_up_months == 36


def test_yan_2025_prints_its_headline_numbers(published: dict[str, Study]) -> None:
    yan = published["yan2025"]
    assert {arm.id: (arm.role, arm.n) for arm in yan.arms} == {"control": ("control", 38), "bev": ("treatment", 38)}
    assert _count(yan, "orr", "bev") == (26, 38, "68.9")
    assert _count(yan, "orr", "control") == (18, 38, "46.7")
    assert _count(yan, "dcr", "bev") == (34, 38, "91.1")
    assert _count(yan, "dcr", "control") == (29, 38, "75.6")
    assert _count(yan, "ae:hypertension", "bev") == (9, 38, "23.3")
    assert _count(yan, "ae:hypertension", "control") == (3, 38, "6.7")
    assert _survival(yan, "pfs", "control") == {"12": ("51.1", 19), "24": ("26.7", 10), "36": ("15.6", 6)}
    assert _survival(yan, "pfs", "bev") == {"12": ("72.2", 27), "24": ("45.6", 17), "36": ("31.1", 12)}
    assert _survival(yan, "os", "control") == {"12": ("71.1", 27), "24": ("42.2", 16), "36": ("27.8", 10)}
    assert _survival(yan, "os", "bev") == {"12": ("86.7", 33), "24": ("64.4", 24), "36": ("48.9", 19)}
    (ratio,) = yan.contrasts
    assert (str(ratio.value), *map(str, ratio.ci or ()), str(ratio.p)) == ("0.426", "0.231", "0.787", "0.006")
    assert (ratio.numerator, ratio.denominator, ratio.adjusted) == ("bev", "control", True)
    assert (str(ratio.coefficient), str(ratio.se), str(ratio.wald)) == ("-0.854", "0.312", "7.526")
    assert yan.complete_follow_up_months == 36


def test_contradictions_are_kept_as_printed(published: dict[str, Study]) -> None:
    """A percentage that its own counts do not give stays in the document."""
    events, n, percent = _count(published["yan2025"], "orr", "bev")
    assert events is not None and round(100 * events / n, 1) == 68.4 and percent == "68.9"
