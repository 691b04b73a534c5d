"""The summary of findings: its numbers are those of the tables, its facts those of the documents, and it judges nothing."""

import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crlm_bayes import api
from crlm_bayes.answers import tables
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow, by_name
from crlm_bayes.answers.question import Question
from crlm_bayes.answers.summary import Outcome, outcomes, unanswered
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.judgements import Judgement
from crlm_bayes.errors import UnwritableOutput
from crlm_bayes.pages import word as word_page
from crlm_bayes.pages.summary_page import summary_page
from crlm_bayes.prose.grade.cells import summary
from crlm_bayes.run import one
from crlm_bayes.run.index import verdicts
from crlm_bayes.sampling.settings import Settings
from crlm_bayes.words.numbers import number, percent, probability, ratio, signed, threshold
from makers.pages import Document

BUNDLED = (
    "os_direct_randomised",
    "hypertension_grade3plus",
    "complication_major_direct",
    "wound_volk2016_or",
    "dcr_yan2025_counts",
)
NUMBER = re.compile(r"[<>]?[+−]?\d[\d,]*(?:\.\d+)?%?")


class Found:
    """What a folder has, without a page and without a sampler."""

    def __init__(self, asked: Iterable[Question]) -> None:
        each = {q.spec.id: q for q in asked}
        self.records: dict[str, Any] = {name: one.verdict_record(q, Settings()).record for name, q in each.items()}
        self.estimates = {name: tables.exact_estimates(Answer(q)) for name, q in each.items()}
        self.table = verdicts(self.records)
        self.audits: dict[str, StudyAudit] = {}
        for q in each.values():
            self.audits |= q.audits

    def outcomes(self, judgements: dict[str, Judgement] | None = None) -> list[Outcome]:
        return outcomes(self.table, self.estimates, self.records, self.audits, judgements or {})


@pytest.fixture(scope="module")
def bundled() -> Found:
    asked = {name: api.question(name) for name in BUNDLED}
    ours = asked["os_direct_randomised"]
    asked["os_direct_randomised"] = replace(ours, spec=ours.spec.model_copy(update={"answers": "os"}))
    return Found(asked.values())


def written(values: Iterable[float | None]) -> set[str]:
    """Every way in which the page may write a number of the tables."""
    found: set[str] = set()
    for x in (v for v in values if v is not None and v == v):
        found |= {ratio(x), probability(x), percent(x, 0), number(x), threshold(x) if x > 0 else ""}
        found |= {write(1000 * x, d) for write in (number, signed) for d in (0, 1)}
    return found


def pool(outcome: Outcome, estimates: pd.DataFrame) -> set[str]:
    """All numbers that may stand in a row: of the tables under the primary prior, of the studies, and of names."""
    named = [e for (prior, _, _), e in by_name(estimates).items() if prior == outcome.row.prior]
    row, ours = outcome.row, [v for e in named for v in (e.median, e.lower, e.upper, e.p_benefit)]
    ours += [1 - v for e in named if (v := e.p_benefit) is not None]
    ours += [row.p_mcid, row.p_harm, row.p_benefit - row.p_mcid, 1 - row.p_benefit - row.p_harm]
    ours += [row.mcid, 1 / row.mcid, row.indirect_share, row.prior_share]
    predictive = outcome.predictive
    if predictive is not None:
        ours += [math.exp(x) for x in (predictive.lower, predictive.upper) if x is not None]
    known = written(ours) | {str(n) for n in range(len(outcome.studies) + 1)} | {"1", "95%", "1,000"}
    for study in outcome.studies:
        known |= set(NUMBER.findall(f"{study.name} {study.id.replace('_', ' ')}"))
        known |= {m for _, e in study.entries() if (m := str(getattr(e, "months", "")))}
    return known


def numbers_of(row: Any) -> list[str]:
    """Numbers of a row as they are shown, without those of notes and of the outcome's own name."""
    cells = [
        row.designs,
        row.control,
        row.treated,
        row.proportion.replace(row.outcome.lower(), ""),
        row.whose,
        row.absolute,
        row.relative,
        row.p,
    ]
    cells += [text for part in row.parts for text in (part.p, part.cut)] + [d.fact for d in row.doubts]
    return [found for cell in cells for found in NUMBER.findall(re.sub(r"[A-Za-z]+\d+\w*|-\d+", "", cell))]


def test_every_number_of_a_row_is_in_the_tables(bundled: Found) -> None:
    found = bundled.outcomes()
    rows = {row.analysis: row for group in summary(found).groups for row in group.rows}
    answers = ["os_direct_randomised", "hypertension_grade3plus", "complication_major_direct", "wound_volk2016_or"]
    assert list(rows) == answers, "in the order of an index, harms last"
    for outcome in found:
        name = str(outcome.row.analysis)
        known, shown = pool(outcome, bundled.estimates[name]), numbers_of(rows[name])
        assert len(shown) > 15
        assert not [text for text in shown if text not in known], name


def test_a_number_that_is_not_in_the_tables_would_be_found(bundled: Found) -> None:
    outcome = bundled.outcomes()[0]
    assert not {"0.7771", "1.37", "+99"} & pool(outcome, bundled.estimates["os_direct_randomised"])


def test_parts_of_the_probability_make_one_and_begin_with_what_is_asked(bundled: Found) -> None:
    for group in summary(bundled.outcomes()).groups:
        for row in group.rows:
            assert sum(part.share for part in row.parts) == pytest.approx(1)
            assert row.parts[0].label == ("important rise" if group.heading == "Harms" else "important benefit")


def test_absolute_effect_is_the_difference_of_the_two_proportions(bundled: Found) -> None:
    risk = bundled.outcomes()[0].risks[0]
    assert risk.study is not None and risk.study.id == "yan2025"
    assert risk.treatment.median - risk.control.median == pytest.approx(risk.difference.median)  # type: ignore[operator]
    assert summary(bundled.outcomes()).groups[0].rows[0].absolute == "+50 (−72 to +172)"


def test_patients_and_designs_are_those_of_the_documents(bundled: Found) -> None:
    hypertension = next(o for o in bundled.outcomes() if o.row.analysis == "hypertension_grade3plus")
    sizes = [arm.n for study in hypertension.studies for arm in study.arms if arm.role != "other"]
    row = next(r for g in summary([hypertension]).groups for r in g.rows)
    assert row.patients == f"{sum(n for n in sizes if n):,}"
    assert row.designs == "3 randomised, 1 said to be randomised"


def test_facts_of_doubt_are_those_of_the_run(bundled: Found) -> None:
    rows = {row.analysis: dict(row.doubts) for group in summary(bundled.outcomes()).groups for row in group.rows}
    assert rows["os_direct_randomised"]["Design"] == "1 of 2 not known to be randomised"
    assert rows["complication_major_direct"]["Design"] == "2 of 2 not known to be randomised; taken at face value"
    assert "allowing for bias" in rows["wound_volk2016_or"]["Design"]
    assert rows["wound_volk2016_or"]["Inconsistency"] == "one document, nothing to compare"
    assert rows["hypertension_grade3plus"]["Indirectness"].startswith("indirect evidence holds 81%")
    assert rows["os_direct_randomised"]["Imprecision"].startswith("95% interval from important benefit to smaller harm")
    assert "serious findings in numbers used (Yan 2025)" in rows["os_direct_randomised"]["Audit"]
    assert all(facts["Selection"] == "not assessed" for facts in rows.values())


def test_a_bias_that_is_allowed_for_is_said_beside_face_value(bundled: Found) -> None:
    outcome = replace(bundled.outcomes()[0], otherwise={"at_face_value": EstimateRow(0.8, 0.7, 0.9, 0.99)})
    (row,) = (row for group in summary([outcome]).groups for row in group.rows)
    assert "bias is allowed for; at face value 0.80 (0.70 to 0.90), P(benefit) 0.990" in dict(row.doubts)["Design"]


def test_the_page_says_which_endpoint_has_no_row(bundled: Found) -> None:
    assert unanswered(bundled.table) == ["dcr"]
    page = Document(summary_page(bundled.outcomes(), ["dcr"], {"os_direct_randomised"}))
    assert "without a row: disease control" in page.words
    assert "os_direct_randomised/report.html" in page.links and "hypertension_grade3plus/report.html" not in page.links


def test_the_table_can_be_heard_and_every_note_is_there(bundled: Found) -> None:
    page = Document(summary_page(bundled.outcomes()))
    scopes = [attrs["scope"] for tag, attrs in page.tags if tag == "th"]
    assert scopes.count("col") == 9 and scopes.count("row") == 4 and scopes.count("rowgroup") == 2
    assert any(tag == "caption" for tag, _ in page.tags)
    referred = {link[1:] for link in page.links if link.startswith("#note-")}
    assert referred and referred == {name for name in page.ids if name.startswith("note-")}
    assert len(page.ids) == len(set(page.ids))


def test_nothing_is_judged_unless_the_user_does(bundled: Found) -> None:
    page = summary_page(bundled.outcomes())
    assert page.count("not judged") == 4 and "⊕" not in page
    judged = Judgement.model_validate(
        {"certainty": "low", "risk_of_bias": {"level": "serious", "reason": "all cohorts & <b>"}}
    )
    page = summary_page(bundled.outcomes({"os": judged}))
    assert page.count("not judged") == 3 and "⊕⊕◯◯" in page
    assert "Judged low by the user. Risk of bias serious (all cohorts &amp; &lt;b&gt;)." in page


def test_a_stranger_without_answers_sees_single_analyses(trial: Path) -> None:
    found = Found(api.questions(data=trial / "published", models=trial / "models"))
    rows = [row for group in summary(found.outcomes()).groups for row in group.rows]
    assert {row.analysis for row in rows} == set(found.records)
    assert unanswered(found.table) == []
    assert {row.absolute for row in rows} == {"not shown"}, "nothing was sampled"
    page = Document(summary_page(found.outcomes()))
    assert "none was sampled" in page.words and "no risk of a control arm" in page.words


def test_harms_alone_have_no_heading_of_benefits(trial: Path) -> None:
    for path in (trial / "models").glob("*_trial2020.toml"):
        if path.stem != "response_trial2020":
            path.unlink()
    path = trial / "models" / "response_trial2020.toml"
    text = path.read_text(encoding="utf-8").replace('better = "higher"', 'better = "lower"\nasks = "harm"')
    text = (
        text.replace('"orr"', '"ae:rash"')
        .replace(', "hopeful"]', "]")
        .replace("mcid = 1.25", "mcid = 0.8")
        .replace('primary = "sceptical"', 'primary = "reference"')
    )
    path.write_text(text, encoding="utf-8")
    study = trial / "published" / "trial2020.toml"
    study.write_text(study.read_text(encoding="utf-8").replace('"orr"', '"ae:rash"'), encoding="utf-8")
    found = Found(api.questions(data=trial / "published", models=trial / "models"))
    said = summary(found.outcomes())
    assert [group.heading for group in said.groups] == ["Harms"]
    row = said.groups[0].rows[0]
    assert row.p_claim == "P(higher risk)" and row.p == probability(1 - found.outcomes()[0].row.p_benefit)


def test_without_a_cut_point_only_the_two_sides_are_told_apart(bundled: Found) -> None:
    table = bundled.table.assign(mcid=float("nan"), p_mcid=float("nan"), p_harm=float("nan"))
    found = outcomes(table, bundled.estimates, bundled.records, bundled.audits, {})
    row = summary(found).groups[0].rows[0]
    assert [part.label for part in row.parts] == ["benefit", "harm"]
    assert sum(part.share for part in row.parts) == pytest.approx(1)


def test_what_asks_what_if_has_no_row(bundled: Found) -> None:
    assert (
        outcomes(bundled.table.assign(hypothetical=True), bundled.estimates, bundled.records, bundled.audits, {}) == []
    )
    assert "No analysis says anything" in summary_page([])
    assert outcomes(pd.DataFrame(), {}, {}, {}, {}) == []


@pytest.fixture(scope="module")
def document(bundled: Found) -> bytes:
    pytest.importorskip("docx", reason="python-docx, the extra word, is not installed")
    return word_page.word(bundled.outcomes(), bundled.records, {"sceptical": "normal(0, 0.205)"})


def test_the_document_has_the_cells_of_the_page(bundled: Found, document: bytes) -> None:
    import docx

    opened: Any = docx.Document(io.BytesIO(document))
    findings, *panels = opened.tables
    rows = [row for group in summary(bundled.outcomes()).groups for row in group.rows]
    texts = [[cell.text for cell in row.cells] for row in findings.rows]
    assert len(texts) == 1 + 2 + len(rows)
    ours = [cells for cells in texts[1:] if len(set(cells)) > 1]
    for row, cells in zip(rows, ours, strict=True):
        assert row.outcome in cells[0] and row.patients in cells[1] and row.absolute in cells[3]
        assert cells[4].startswith(row.relative) and row.p in cells[6] and row.certainty in cells[8]
        assert all(part.p in cells[5] for part in row.parts) and all(doubt.fact in cells[7] for doubt in row.doubts)
    for outcome, panel in zip(bundled.outcomes(), panels, strict=True):
        for row, line in zip(outcome.panel, panel.rows[1:], strict=True):
            cells = [cell.text for cell in line.cells]
            assert cells[1] == ratio(row.median) and cells[4] == probability(row.p_mcid)
            assert ("(primary)" in cells[0]) == row.primary
    words = "\n".join(paragraph.text for paragraph in opened.paragraphs)
    assert (
        "sceptical normal(0, 0.205)" in words and "exactly, by numerical integration" in words and "NUTS" not in words
    )
    assert all(note in words for note in summary(bundled.outcomes()).notes)


def test_the_same_results_give_the_same_document(bundled: Found, document: bytes) -> None:
    again = word_page.word(bundled.outcomes(), bundled.records, {"sceptical": "normal(0, 0.205)"})
    assert again == document
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_without_its_library_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: Callable[[str], None] = lambda _name: None  # noqa: E731
    monkeypatch.setattr(word_page, "find_spec", hidden)
    with pytest.raises(
        UnwritableOutput, match=r"python-docx is not installed; allowed: pip install 'crlm-bayes\[word\]'"
    ):
        word_page.require_word()
