"""The figure of an audit draws every number that was compared, and fits its page."""

import itertools
import math
from dataclasses import replace

import matplotlib.pyplot as plt
import pytest

from crlm_bayes.audits.counts.denominators import FEWEST
from crlm_bayes.audits.p_values.comparison import Comparison, Variant, is_significant
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import Range
from crlm_bayes.documents.study import Study
from crlm_bayes.figures.audit import MOST, audit, chosen, subject_words
from crlm_bayes.pages.audit_page import audit_page
from crlm_bayes.prose.audit import answer, by_print, on_p_values, on_percentages
from makers.drawn import assert_fits, line, marks, said, save
from makers.made_audits import (
    AGREES,
    GAINED,
    LOST,
    LOST_TOO,
    NEAR,
    OF_90,
    QUESTIONS,
    QUIET,
    audited,
    compared,
    found,
    scan_of,
)
from makers.pages import assert_sound


def test_marks_are_where_the_numbers_are() -> None:
    rows = (LOST, LOST_TOO, GAINED, NEAR, AGREES)
    figure = audit(audited(comparisons=rows))
    for row in rows:
        [(x, y)] = marks(figure, f"{row.subject}-printed")
        assert x == pytest.approx(math.log10(row.printed.value))
        [(middle, same)] = marks(figure, f"{row.subject}-recomputed")
        low, high = row.nearest.p.low, row.nearest.p.high
        assert middle == pytest.approx((math.log10(low) + math.log10(high)) / 2) and same == y
        everything = [p for variant in row.variants for p in (variant.p.low, variant.p.high)]
        assert line(figure, f"{row.subject}-all").get_xdata() == pytest.approx(
            [math.log10(min(everything)), math.log10(max(everything))]
        )
        assert str(row.printed) in said(figure) and row.basis in said(figure)
    assert line(figure, "alpha").get_xdata()[0] == pytest.approx(math.log10(0.05))
    assert {"0.063 to 0.104", "0.200 to 0.300", "OS at 36 months", "DCR", "Mean age", "nearest: test 0"} <= said(figure)
    assert_fits(figure)
    assert plt.get_fignums() == []


def test_rows_that_change_sides_stand_out_without_colour() -> None:
    figure = audit(audited(comparisons=(LOST, AGREES)))
    assert line(figure, f"{LOST.subject}-recomputed").get_marker() == "D"
    assert line(figure, f"{AGREES.subject}-recomputed").get_marker() == "o"
    bold = {t.get_text() for axes in figure.axes for t in axes.texts if t.get_fontweight() == "bold"}
    assert {"OS at 36 months", "0.038", "0.063 to 0.104"} <= bold and not {"PFS", "0.041"} & bold
    shaded = [p for axes in figure.axes for p in axes.patches if p.get_alpha() == 0.05]
    assert len(shaded) == 1


def test_bounds_and_tiny_p_values_end_in_an_arrow_at_the_edge() -> None:
    tiny = compared("<0.0001", 1e-12, subject="tiny")
    figure = audit(audited(comparisons=(tiny, compared(">0.05", 0.2, subject="above"), LOST_TOO)))
    [(x, _)], [(y, _)] = marks(figure, "tiny-printed"), marks(figure, "tiny-recomputed")
    assert x == y == figure.axes[1].get_xlim()[0]
    arrows = [a for axes in figure.axes for a in axes.texts if getattr(a, "arrow_patch", None) is not None]
    assert len(arrows) == 3  # two bounds drawn, and the way of the one that does not agree; the one above 0.05 agrees


def test_a_print_that_is_held_against_counts_and_a_statistic_is_one_p_value() -> None:
    with_statistic = replace(
        LOST, basis="the printed chi-square of 4.3", variants=(Variant("chi-square", Range(0.038, 0.038)),)
    )
    assert with_statistic.agrees
    for both in ((LOST, with_statistic), (with_statistic, LOST)):
        assert by_print(both) == [LOST]
        figure = audit(audited(comparisons=(*both, AGREES)))
        assert "Recomputed from the paper’s own numbers, 1 of 2 significant p values loses significance" in said(figure)
        assert len(marks(figure, f"{LOST.subject}-printed")) == 1
        assert "1 of 2 significant p values loses significance" in answer(
            audited(found(1), comparisons=(*both, AGREES))
        )
    assert len(by_print([LOST, replace(LOST, printed=PrintedNumber.parse("0.04"))])) == 2


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("os at 12 months", "OS at 12 months"),
        ("ae:hand_foot_syndrome", "Hand foot syndrome"),
        ("recurrence:lung at 12 months", "Recurrence: lung at 12 months"),
        ("pfs, drug v control (adjusted HR)", "PFS, drug v control (adjusted HR)"),
        ("mean age (years)", "Mean age (years)"),
        ("complication", "Complication"),
        ("", ""),
    ],
)
def test_a_subject_is_written_as_a_heading(subject: str, shown: str) -> None:
    assert subject_words(subject) == shown


@pytest.mark.parametrize(("n", "best"), [(12, 11), (30, 28), (38, 480), (480, 30), (205, 499), (9, 90), (600, 300)])
def test_labels_of_denominators_stay_on_the_page(n: int, best: int) -> None:
    (scan,) = scan_of(*OF_90)
    case = replace(scan, n=n, best=best, explained=len(scan.misfits), sizes=frozenset({n}))
    assert case.conspicuous
    assert_fits(audit(audited(scans=(case,))))


def test_the_gravest_are_drawn_and_the_rest_is_counted() -> None:
    lost = [compared("0.01", 0.06 + 0.01 * i, subject=f"lost {i}") for i in range(MOST - 3)]
    near = [compared("0.039", 0.041 + 0.0001 * i, subject=f"near {i}") for i in range(6)]
    mixed = [QUIET, *near, *lost, replace(QUIET, subject="other")]
    rows = chosen(mixed)
    assert rows == [*lost, *near[3:]]
    figure = audit(audited(comparisons=tuple(mixed)))
    assert any("two other printed p values that agree and for want of room three" in t for t in said(figure))
    assert not marks(figure, "near 0-printed") and marks(figure, "near 5-printed")
    assert_fits(figure)
    few = audit(audited(comparisons=(LOST, QUIET)))
    assert "Not drawn: one other printed p value that agrees." in said(few)
    assert not any(t.startswith("Not drawn") for t in said(audit(audited(comparisons=(LOST, AGREES)))))


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ((LOST, LOST_TOO, AGREES, QUIET), "2 of 3 significant p values lose significance"),
        ((LOST,), "the only significant p value loses significance"),
        ((LOST, GAINED, AGREES), "1 of 2 significant p values loses significance and 1 becomes significant"),
        ((GAINED, QUIET), "1 of two p values becomes significant"),
        ((NEAR, AGREES), "1 of two p values differs; none changes sides of 0.05"),
        ((AGREES, QUIET), "Two printed p values can be recomputed, and all agree"),
        ((QUIET,), "One printed p value can be recomputed, and it agrees"),
        ((), "No printed p value can be recomputed from the paper’s own numbers"),
    ],
)
def test_the_title_says_what_is_seen(rows: tuple[Comparison, ...], title: str) -> None:
    assert on_p_values(rows).endswith(title)


@pytest.mark.parametrize(
    ("printed", "is_so"), [("0.049", True), ("0.05", False), ("<0.05", True), ("<0.1", False), (">0.01", False)]
)
def test_significant_is_what_is_printed_below_the_threshold(printed: str, is_so: bool) -> None:
    assert is_significant(compared(printed, 0.5).printed) == is_so


def test_spikes_are_the_shares_of_the_scan() -> None:
    (scan,) = scan_of(*OF_90)
    assert scan.conspicuous and scan.best == 90
    figure = audit(audited(scans=(scan,)))
    (spikes,) = [c for axes in figure.axes for c in axes.collections if c.get_label() == "fits"]
    for n, count, ((x, low), (same, high)) in zip(scan.tried, scan.fits, spikes.get_segments(), strict=True):
        assert x == same == pytest.approx(math.log10(n))
        assert low == 0 and high == pytest.approx(count / len(scan.misfits))
    assert marks(figure, "best") == [(pytest.approx(math.log10(90)), scan.explained / len(scan.misfits))]
    assert line(figure, "arms").get_xdata()[0] == pytest.approx(math.log10(38))
    assert {"the paper’s arms: 38", f"90: {scan.explained} of {len(scan.misfits)}"} <= said(figure)
    assert on_percentages(scan) == (
        f"{len(scan.misfits)} of 12 percentages for arms of 38 patients are impossible; "
        f"{scan.explained} of these are possible with 90"
    )
    assert_fits(figure)


def test_a_denominator_that_chance_explains_is_not_marked() -> None:
    (scan,) = scan_of("41.4", "55.7", "12.3", "50.0")
    assert scan.best is not None and not scan.conspicuous and len(scan.misfits) == 3
    figure = audit(audited(scans=(scan,)))
    assert not marks(figure, "best")
    assert "no other number of patients makes them possible beyond chance" in on_percentages(scan)


def test_without_a_pattern_there_is_a_sentence_and_no_empty_axes() -> None:
    (clean,), (one,) = scan_of("50.0", "100", "0.0"), scan_of("50.0", "12.3")
    assert len(one.misfits) == 1 < FEWEST
    for parts, sentence in (
        ({"scans": (clean,)}, "All 3 percentages for arms of 38 patients are possible."),
        ({"scans": (one,)}, "1 of 2 percentages for arms of 38 patients is impossible."),
        ({}, "No printed p value can be recomputed from the paper’s own numbers"),
    ):
        figure = audit(audited(**parts))
        assert sentence in said(figure)
        assert [axes for axes in figure.axes if axes.axison] == []
        assert_fits(figure)


def crowded() -> StudyAudit:
    subjects = [f"the log-rank test of ae:a very long name of an adverse event that goes on {i}" for i in range(40)]
    prints = itertools.cycle(["0.001", "<0.001", "0.049", "1.000", ">0.999", "0.05", "0.0004"])
    rows = [compared(p, (0.0001, 0.9), 1.0, subject=s) for s, p in zip(subjects, prints, strict=False)]
    rows += [compared("0.01", 0.06, 0.99999, subject=s + "x") for s in subjects]
    return audited(comparisons=tuple(rows), scans=(*scan_of(*OF_90), *scan_of(*OF_90, n=89), *scan_of(*OF_90, n=11)))


@pytest.mark.parametrize(
    "case",
    [
        crowded(),
        audited(comparisons=(LOST, QUIET), scans=scan_of(*OF_90)),
        audited(comparisons=(compared("0", 0.0), compared("1.000", 1.0, subject="one"))),
        audited(scans=tuple(s for n in (400, 12, 91, 300, 7) for s in scan_of(*OF_90, n=n))),
    ],
)
def test_extremes_fit_the_page(case: StudyAudit) -> None:
    figure = audit(case)
    assert_fits(figure)
    assert len(save(figure, "svg")) < 500_000


def test_the_same_audit_gives_the_same_bytes_and_text_stays_text() -> None:
    case = audited(comparisons=(LOST, AGREES), scans=scan_of(*OF_90))
    one = save(audit(case), "svg")
    assert one == save(audit(case), "svg") and len(one) < 150_000
    assert "lose" in one.decode() and "the paper’s arms: 38" in one.decode()


def test_bundled_papers_fit_the_page(published: dict[str, Study]) -> None:
    audits = audit_studies(published)
    for one in audits.values():
        assert_fits(audit(one))
    document = assert_sound(audit_page(audits, {}, QUESTIONS))
    ids = {f"finding-{finding.id}" for one in audits.values() for finding in one.findings}
    assert ids and ids <= set(document.ids)
    yan = by_print(audits["yan2025"].comparisons)
    assert "5 of 13 significant p values lose significance" in on_p_values(yan)
    assert [scan.best for scan in audits["yan2025"].scans if scan.conspicuous] == [90]
