"""What the audit shows is what it found: every number of the figure, every finding on its page, nothing unescaped."""

import itertools
import math
import re
from dataclasses import replace
from html import escape
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from crlm_bayes.audits.counts.denominators import FEWEST, TRIED, Scan, scans
from crlm_bayes.audits.finding import Finding, Severity
from crlm_bayes.audits.p_values.comparison import Comparison, Variant, is_significant
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.numbers import PrintedNumber
from crlm_bayes.documents.rounding import Range
from crlm_bayes.documents.study import Study
from crlm_bayes.figures.audit import MOST, audit, by_print, chosen, p_title, scan_title, subject_words
from crlm_bayes.pages.audit_page import audit_page, study_findings
from crlm_bayes.pages.html import environment
from crlm_bayes.prose.audit import FEW, answer, caption, index_findings, is_drawn, label
from crlm_bayes.words.nouns import tally
from makers.drawn import assert_fits, line, marks, said, save
from makers.ministudy import ministudy
from makers.pages import SVG, Document, assert_sound

QUESTIONS = (
    ("p_of_counts", "Does each p value follow from its counts?"),
    ("count_percent", "Is each percentage that of its count & its <n>?"),
)
PLACE = "../audit.html"


def compared(printed: str, *found: float | tuple[float, float], subject: str = "os at 36 months") -> Comparison:
    ranges = [Range(*p) if isinstance(p, tuple) else Range(p, p) for p in found]
    variants = tuple(Variant(f"test {i}", p) for i, p in enumerate(ranges))
    return Comparison(
        subject, "the printed counts 16/38 v 24/38", (), ("Table 4",), PrintedNumber.parse(printed), variants
    )


LOST, LOST_TOO = compared("0.038", 0.063, 0.104), compared("<0.001", (0.2, 0.3), subject="dcr")
GAINED = compared("0.3", 0.01, subject="mean age")
NEAR, AGREES = compared("0.039", 0.041, subject="bmi"), compared("0.041", 0.041, 0.06, subject="pfs")
QUIET = compared("0.47", 0.4701, subject="sex")


def scan_of(*percents: str, n: int = 38) -> tuple[Scan, ...]:
    """Percentages of the control arm; one a row."""
    rows = [{"endpoint": f"e{i}", "arm": "control", "n": n, "percent": p} for i, p in enumerate(percents)]
    return tuple(scans(ministudy((n, n), counts=rows)))


OF_90 = ("41.1", "46.7", "68.9", "75.6", "91.1", "51.1", "72.2", "26.7", "45.6", "15.6", "31.1", "50.0")


def found(
    number: int, severity: Severity = "serious", entries: tuple[str, ...] = ("counts/orr/drug",), **changes: Any
) -> Finding:
    return replace(
        Finding(
            f"mini2020.count_percent.subject-{number}",
            "mini2020",
            severity,
            "count_percent",
            ("Table 3; Abstract", "Table 3"),
            f"{number}.5% of 38",
            f"{number}/38",
            f"The printed {number}.5% does not follow from {number} of 38 patients.",
            entries,
        ),
        **changes,
    )


def audited(*findings: Finding, study: Study | None = None, **parts: Any) -> StudyAudit:
    return StudyAudit(
        study or ministudy(), findings, parts.get("comparisons", ()), parts.get("scans", ()), len(QUESTIONS)
    )


def page(*audits: StudyAudit, figures: dict[str, str] | None = None) -> str:
    return audit_page({one.study.id: one for one in audits}, figures or {}, QUESTIONS)


# the figure


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
        assert "1 of two printed p values that can be recomputed is on" in answer(
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
    assert p_title(rows).endswith(title)


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
    assert scan_title(scan) == (
        f"{len(scan.misfits)} of 12 percentages for arms of 38 patients are impossible; "
        f"{scan.explained} of these are possible with 90"
    )
    assert_fits(figure)


def test_a_denominator_that_chance_explains_is_not_marked() -> None:
    (scan,) = scan_of("41.4", "55.7", "12.3", "50.0")
    assert scan.best is not None and not scan.conspicuous and len(scan.misfits) == 3
    figure = audit(audited(scans=(scan,)))
    assert not marks(figure, "best")
    assert "no other number of patients makes them possible beyond chance" in scan_title(scan)


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
    assert "9 of 13 significant p values lose significance" in p_title(yan)
    assert [scan.best for scan in audits["yan2025"].scans if scan.conspicuous] == [90]


# the page


def test_every_finding_is_on_the_page_under_its_id() -> None:
    findings = [found(i, s) for i, s in enumerate(("serious", "warning", "note", "serious"))]
    document = assert_sound(page(audited(*findings), figures={"mini2020": SVG}))
    for one in findings:
        assert f"finding-{one.id}" in document.ids and f"#finding-{one.id}" in document.links
        for text in (one.message, one.id, one.printed, one.recomputed, "Table 3; Abstract"):
            assert text in document.words
    rows = [row[0].split()[:2] for row in document.rows if row[0].strip()[:1] in "▲△·"]
    assert rows == [["▲", "serious"], ["▲", "serious"], ["△", "warning"], ["·", "note"]]
    assert "Mini2020" in document.words or "mini2020" in document.words or "Mini 2020" in document.words
    assert "two serious findings, one warning and one note." in document.words
    heads = [f for tag, f in document.tags if tag == "th"]
    assert heads and all("scope" in f for f in heads)
    assert sum(tag == "table" for tag, _ in document.tags) == sum(tag == "caption" for tag, _ in document.tags)


def test_what_was_asked_is_listed_with_how_often_it_found_something() -> None:
    document = assert_sound(page(audited(found(1), found(2))))
    assert document.cells("Does each p value")[0][-1] == "none"
    assert document.cells("Is each percentage")[0] == ["Is each percentage that of its count & its <n>?", "2"]
    assert "details" in {tag for tag, _ in document.tags}


def test_whatever_a_paper_prints_is_escaped() -> None:
    nasty = "<b>&\"'</b> p < 0.001 \u2264 Ä漢\u200f"
    one = found(
        1, id="mini2020.count_percent.<0.001-ä漢", message=nasty, printed=nasty, recomputed=nasty, locators=(nasty,)
    )
    study = ministudy(head={"citation": f"Mini {nasty}"})
    html = page(
        audited(one, study=study, comparisons=(compared("<0.001", 0.4, subject=nasty),)), figures={"mini2020": SVG}
    )
    document = assert_sound(html)
    assert "b" not in {tag for tag, f in document.tags if tag == "b" and not f} or '<b>&"' not in html
    assert escape(nasty, quote=False).split(" p ")[1] in html and " ".join(nasty.split()) in document.words
    assert f"finding-{one.id}" in document.ids
    assert_fits(audit(audited(comparisons=(compared("<0.001", 0.4, subject=nasty.replace("漢", "")),))))


def test_a_paper_that_adds_up_is_said_to() -> None:
    document = assert_sound(page(audited()))
    assert document.words.count("wo checks of no transcribed rows found nothing that does not add up.") == 2
    assert "There is nothing to draw" in document.words and "absent" not in {f.get("class") for _, f in document.tags}
    assert "▲ serious" not in " ".join(cell for row in document.rows for cell in row)
    assert assert_sound(page()).words.count("No study was audited.") == 1


def test_missing_figures_are_said_to_be_missing() -> None:
    assert (
        "Not shown: this run has no figure “audit mini2020”." in assert_sound(page(audited(comparisons=(LOST,)))).words
    )
    with_figure = page(audited(comparisons=(LOST,)), figures={"mini2020": SVG})
    assert 'aria-label="Audit of Mini 2020: os at 36 months printed 0.038, recomputed 0.063"' in with_figure


def test_a_paper_with_an_address_is_linked_from_every_place() -> None:
    study = ministudy(head={"doi": "10.1000/x"})
    links = Document(page(audited(found(1), found(2), study=study))).links
    assert links.count("https://doi.org/10.1000/x") == 3
    assert not any(link.startswith("http") for link in Document(page(audited(found(1)))).links)
    by_number = Document(page(audited(study=ministudy(head={"pmid": "123"})))).links
    assert "https://pubmed.ncbi.nlm.nih.gov/123/" in by_number


def test_hundreds_of_findings_of_several_studies() -> None:
    many = [found(i, ("serious", "warning", "note")[i % 3]) for i in range(600)]
    other = audited(found(1, id="other.count_percent.x"), study=ministudy(head={"id": "other", "citation": "Other"}))
    document = assert_sound(page(audited(*many), other))
    assert sum(i.startswith("finding-") for i in document.ids) == 601
    assert "200 serious findings, 200 warnings and 200 notes" in document.words


def test_the_sentence_of_a_study_counts_what_was_found() -> None:
    case = audited(found(1), comparisons=(LOST, GAINED, QUIET), scans=scan_of(*OF_90))
    text = answer(case)
    assert text.startswith(
        "One serious finding; 2 of three printed p values that can be recomputed are on the other side"
    )
    assert re.search(r"\d+ of \d+ percentages that no count of 38 patients gives would be possible with 90\.$", text)
    assert index_findings({"mini2020": case}) == [("audit-mini2020", f"Mini 2020: o{text[1:]}")]
    assert tally([]) == "no finding" and tally(["note"]) == "one note"


def test_captions_speak_of_what_is_drawn() -> None:
    assert "Printed p values" in caption(audited(comparisons=(LOST,))) and "impossible" not in caption(
        audited(comparisons=(LOST,))
    )
    assert caption(audited(scans=scan_of(*OF_90))).startswith("An impossible percentage")
    assert caption(audited(comparisons=(QUIET,))) == "" and not is_drawn(audited(comparisons=(QUIET,)))
    assert all(is_drawn(audited(comparisons=(c,))) for c in (LOST, LOST_TOO, GAINED, NEAR, AGREES))
    assert caption(audited()) == "" and "nothing" in label(audited())
    assert "possible with 90" in label(audited(scans=scan_of(*OF_90)))


# on other pages


def rendered(
    macro: str, result: StudyAudit, used: tuple[str, ...] = (), accepts: tuple[str, ...] = (), takes: str = ""
) -> Document:
    template = environment().from_string(
        '{% import "parts/findings.html.jinja" as f %}{{ f.' + macro + "(found, place) }}"
    )
    html = template.render(found=study_findings(result, used, accepts, takes), place=PLACE)
    document = Document(html)
    assert document.open == []
    return document


MANY = tuple(found(i, entries=("counts/orr/drug",) if i in (7, 9) else ("counts/dcr/drug",)) for i in range(FEW + 8))


def test_the_first_screen_shows_what_touches_the_analysis_and_counts_the_rest() -> None:
    document = rendered("first_screen", audited(*MANY), used=("counts/orr/drug",))
    assert [MANY[i].message in document.words for i in range(len(MANY))] == [i in (7, 9) for i in range(len(MANY))]
    assert f"{FEW + 6} more are about other numbers of this paper." in document.words
    assert f"{PLACE}#finding-{MANY[7].id}" in document.links and f"{PLACE}#audit-mini2020" in document.links
    assert "Accepted" not in document.words and "Not about" not in document.words


def test_an_accepted_finding_is_said_to_be_accepted() -> None:
    document = rendered("first_screen", audited(*MANY), ("counts/orr/drug",), (MANY[7].id,), "printed counts")
    assert document.words.count("This analysis accepts 1 of them by name: it takes the printed counts.") == 1
    assert MANY[7].message in document.words and MANY[9].message in document.words
    both = rendered("first_screen", audited(*MANY), ("counts/orr/drug",), (MANY[7].id, MANY[9].id))
    assert "This analysis accepts them by name." in both.words


def test_few_serious_findings_are_all_shown_and_many_elsewhere_are_counted() -> None:
    few = rendered("first_screen", audited(*MANY[:FEW]))
    assert all(one.message in few.words for one in MANY[:FEW])
    assert few.words.count("Not about a number that this analysis takes.") == FEW
    elsewhere = rendered("first_screen", audited(*MANY))
    assert f"{len(MANY)} serious findings about other numbers" in elsewhere.words
    assert not any(one.message in elsewhere.words for one in MANY)
    assert rendered("first_screen", audited(found(1, "warning"), found(2, "note"))).words == ""


def test_the_section_lists_what_the_first_screen_does_not() -> None:
    warnings = (found(50, "warning", ("counts/dcr/drug",)), found(51, "note"))
    case = audited(*MANY, *warnings)
    split = study_findings(case, ("counts/orr/drug",), ())
    assert {row.id for row in split.first} | {row.id for row in split.rest} == {one.id for one in case.findings}
    assert not {row.id for row in split.first} & {row.id for row in split.rest}
    assert split.rest[0].id == warnings[1].id and not any(row.touches for row in split.rest[1:])
    document = rendered("section", case, used=("counts/orr/drug",))
    table = [row for row in document.rows if row[0].strip()[:1] in "▲△·"]
    assert len(table) == len(split.rest) and warnings[1].message in table[0][1]
    assert f"{len(split.rest) - 1} more about other numbers of this paper" in document.words
    assert warnings[0].message in document.words and document.ids == []
    clean = rendered("section", audited())
    assert "It has no finding." in clean.words and clean.rows == []


def test_the_index_links_to_every_study() -> None:
    template = environment().from_string(
        '{% import "parts/findings.html.jinja" as f %}{{ f.of_index(lines, "audit.html") }}'
    )
    document = Document(template.render(lines=index_findings({"mini2020": audited(found(1))})))
    assert document.links == ["audit.html#audit-mini2020"] and "Mini 2020: one serious finding." in document.words


def test_denominators_are_those_that_are_tried() -> None:
    (scan,) = scan_of(*OF_90)
    assert scan.tried == TRIED and isinstance(audit(audited(scans=(scan,))), Figure)
