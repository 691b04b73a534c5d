"""What the audit shows is what it found: every finding on its page, nothing unescaped."""

import re
from html import escape

from matplotlib.figure import Figure

from crlm_bayes.audits.counts.denominators import TRIED
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.figures.audit import audit
from crlm_bayes.pages.audit_page import audit_page, study_findings
from crlm_bayes.pages.html import environment
from crlm_bayes.pages.study_page import concerns
from crlm_bayes.prose.audit import (
    FEW,
    NOTHING_TRANSCRIBED,
    answer,
    caption,
    is_drawn,
    label,
)
from crlm_bayes.words.nouns import tally
from makers.drawn import assert_fits
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
from makers.ministudy import ministudy
from makers.pages import SVG, Document, assert_sound

PLACE = "../audit.html"


def page(*audits: StudyAudit, figures: dict[str, str] | None = None) -> str:
    return audit_page({one.study.id: one for one in audits}, figures or {}, QUESTIONS)


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
    assert "Two serious findings, one warning and one note in two checks that apply." in document.words
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


def test_a_paper_that_adds_up_has_one_line_and_no_section() -> None:
    counts = [{"endpoint": "orr", "arm": "drug", "events": 5, "n": 50, "percent": "10"}]
    quiet = audited(study=ministudy(head={"id": "quiet2021"}, counts=counts))
    document = assert_sound(page(quiet, audited(found(1))))
    assert document.cells("Quiet 2021") == [["Quiet 2021", "1", "2", "0", "0", "0"]]
    assert document.ids.count("audit-quiet2021") == 1 and document.words.count("Quiet 2021") == 1
    assert "One paper has serious findings, of two papers with one transcribed row." in document.words
    assert "There is nothing to draw" in document.words
    assert "No paper has a serious finding, of one paper with one transcribed row." in page(quiet)
    assert assert_sound(page()).words.count("No study was audited.") == 1


def test_checks_of_nothing_are_not_spoken_of() -> None:
    document = assert_sound(page(audited()))
    assert document.cells("Mini 2020") == [["Mini 2020", "0", "—", "0", "0", "0"]]
    assert answer(audited()) == NOTHING_TRANSCRIBED and "checks of no" not in document.words


def test_the_gravest_come_first_and_the_table_lists_every_paper_by_gravity() -> None:
    def of(name: str, *severities: str) -> StudyAudit:
        findings = [found(i, s, id=f"{name}.x.{i}") for i, s in enumerate(severities)]
        return audited(*findings, study=ministudy(head={"id": name}))

    document = assert_sound(
        page(of("a2001"), of("b2001", "note"), of("c2001", "serious"), of("d2001", "serious", "serious"))
    )
    table = [row[0].strip() for row in document.rows if row[0].strip().endswith("2001")]
    assert table == ["D 2001", "C 2001", "B 2001", "A 2001"]
    words = document.words
    places = [
        words.index(x)
        for x in (
            "Do the papers add up?",
            "D 2001",
            "2 serious findings.",
            "All papers",
            "Papers with warnings or notes",
            "B 2001: one note",
        )
    ]
    assert places[:3] == sorted(places[:3]) and places[-2:] == sorted(places[-2:])
    folded = page(of("b2001", "note"))
    assert folded.index("<details") < folded.index('id="audit-b2001"') < folded.index("</details>")


def test_nothing_is_said_of_missing_figures() -> None:
    words = assert_sound(page(audited(comparisons=(LOST,)))).words
    assert "no figure" not in words and "nothing to draw" not in words
    with_figure = page(audited(found(1), comparisons=(LOST,)), figures={"mini2020": SVG})
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
        "One serious finding in two checks that apply; recomputed from the paper’s own numbers, the only significant p value loses significance and 1 "
        "becomes significant; "
    )
    assert re.search(r"percentages for arms of 38 patients are impossible; \d+ of these are possible with 90\.$", text)
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


def first_line(result: StudyAudit, used: tuple[str, ...] = (), accepts: tuple[str, ...] = ()) -> Document:
    template = environment().get_template("parts/doubts.html.jinja")
    document = Document(template.render(concerns([study_findings(result, used, accepts)])))
    assert document.open == []
    return document


def test_the_first_screen_folds_what_touches_the_analysis_under_one_line() -> None:
    document = first_line(audited(*MANY), used=("counts/orr/drug",))
    assert [MANY[i].message in document.words for i in range(len(MANY))] == [i in (7, 9) for i in range(len(MANY))]
    assert "▲ Two serious findings of the audit concern numbers taken here (Mini 2020)" in document.words
    assert f"../audit.html#finding-{MANY[7].id}" in document.links and "../audit.html#audit-mini2020" in document.links
    assert "accepted by name" not in document.words
    both = first_line(audited(*MANY), ("counts/orr/drug",), (MANY[7].id, MANY[9].id))
    assert "accepted by name" in both.words
    assert first_line(audited(*MANY)).words == first_line(audited(found(1, "warning"))).words == ""


def test_what_is_not_used_is_a_note_of_the_section() -> None:
    elsewhere = rendered("section", audited(*MANY))
    assert (
        f"{len(MANY)} serious findings are about other numbers of this paper, none of them taken here."
        in elsewhere.words
    )
    document = rendered("section", audited(*MANY), ("counts/orr/drug",), (MANY[7].id,), "printed counts")
    assert document.words.count("This analysis accepts 1 of them by name: it takes the printed counts.") == 1


def test_the_section_lists_everything_that_touches_the_analysis_first() -> None:
    warnings = (found(50, "warning", ("counts/dcr/drug",)), found(51, "note"))
    case = audited(*MANY, *warnings)
    split = study_findings(case, ("counts/orr/drug",), ())
    assert {row.id for row in split.first} | {row.id for row in split.rest} == {one.id for one in case.findings}
    assert not {row.id for row in split.first} & {row.id for row in split.rest}
    assert split.rest[0].id == warnings[1].id and not any(row.touches for row in split.rest[1:])
    document = rendered("section", case, used=("counts/orr/drug",))
    table = [row for row in document.rows if row[0].strip()[:1] in "▲△·"]
    assert len(table) == len(case.findings) and MANY[7].message in table[0][1]
    assert f"{len(case.findings) - 3} more about other numbers of this paper" in document.words
    assert warnings[0].message in document.words and document.ids == []
    clean = rendered("section", audited())
    assert "It has no finding." in clean.words and clean.rows == []


def test_denominators_are_those_that_are_tried() -> None:
    (scan,) = scan_of(*OF_90)
    assert scan.tried == TRIED and isinstance(audit(audited(scans=(scan,))), Figure)
