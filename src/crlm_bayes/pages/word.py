"""The summary of findings, the prior panels and the methods for a word processor; python-docx is loaded only here."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.summary import Outcome
from crlm_bayes.errors import UnwritableOutput
from crlm_bayes.prose.grade.cells import Cells, Summary, summary
from crlm_bayes.prose.grade.methods import methods
from crlm_bayes.prose.grade.notes import CAPTION
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.words.nouns import SIGNS, capital, endpoint_noun, prior_name, vocabulary
from crlm_bayes.words.numbers import LEVEL, probability, ratio, span

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

HEADS = (
    "Outcome", "Studies, patients", "Without, with the treatment, of 1,000", "Difference per 1,000", "Ratio",
    "Probability by size", "Probability of what is asked", "Why to doubt", "Certainty, judged by the user",
)  # fmt: skip

FAILED = " ▲ diagnostics failed"

WIDTHS = (2.5, 2.3, 2.9, 2.2, 2.2, 3.4, 2.6, 7.0, 2.2)
"""Of the columns, in centimetres."""


def require_word() -> None:
    """Hold the machine to what writing for a word processor needs.

    Raises
    ------
    UnwritableOutput
        If it is not installed.
    """
    if find_spec("docx") is None:
        raise UnwritableOutput(
            "report --docx", "python-docx is not installed", allowed="pip install 'crlm-bayes[word]', which brings it"
        )


def word(outcomes: Sequence[Outcome], records: Mapping[str, Mapping[str, Any]], priors: Mapping[str, str]) -> bytes:
    """Write the document; the same results give the same bytes.

    Parameters
    ----------
    records : mapping of analysis to run record
    priors : mapping of name to str
        Densities of the priors of the panels.
    """
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    document, said = Document(), summary(outcomes)
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.2)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size, style.paragraph_format.space_after = "Arial", Pt(8), Pt(3)
    document.add_heading("Summary of findings", 1)
    _findings(document, said)
    document.add_heading("The prior panel", 1)
    for outcome in outcomes:
        _panel(document, outcome)
    document.add_heading("Methods", 1)
    document.add_paragraph(" ".join(methods(outcomes, records, priors)))
    latest = max((str(record["started"]) for record in records.values()), default="1980-01-01T00:00:00+00:00")
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "Summary of findings", "crlm_bayes", ""
    properties.created = properties.modified = datetime.fromisoformat(latest).replace(tzinfo=None)
    written = io.BytesIO()
    document.save(written)
    return _dateless(written.getvalue())


def _findings(document: "Document", said: Summary) -> None:
    document.add_paragraph(CAPTION)
    heads = list(said.heads.values())
    columns = dict(zip((1, 5, 6, 7), heads, strict=True))
    table = _table(document, HEADS, WIDTHS, columns)
    for group in said.groups:
        cells = table.add_row().cells
        _bold(cells[0].merge(cells[-1]), group.heading)
        for row in group.rows:
            for cell, (text, notes) in zip(table.add_row().cells, _texts(row), strict=True):
                _write(cell, text, notes)
    document.add_paragraph()
    for number, note in enumerate(said.notes, 1):
        document.add_paragraph(f"{number}  {note}")
    document.add_paragraph("; ".join(f"{sign}: {meaning}" for sign, meaning in said.abbreviations) + ".")


def _texts(row: Cells) -> list[tuple[str, Iterable[int]]]:
    """Text of each cell, and its notes."""
    risks = (
        f"{row.control} without, {row.treated} with\n{row.proportion}; control risk {row.whose}"
        if row.control
        else "not shown"
    )
    return [
        (f"{row.outcome}{FAILED if row.failed else ''}\n{row.question}".strip(), ()),
        (f"{row.designs}\npatients: {row.patients}", (*row.designs_notes, *row.patients_notes)),
        (risks, ()),
        (row.absolute, row.absolute_notes),
        (f"{row.relative}\n{row.measure}", ()),
        ("\n".join(f"{part.p} {part.label} ({part.cut})" for part in row.parts), ()),
        (f"{row.sign} {row.p}\n{row.p_claim}, {row.prior} prior: {row.verdict}", ()),
        ("\n".join(f"{doubt.reason}: {doubt.fact}." for doubt in row.doubts), ()),
        (f"{row.stars} {row.certainty}".strip(), row.certainty_notes),
    ]


def _panel(document: "Document", outcome: Outcome) -> None:
    words = vocabulary(outcome.row)
    document.add_heading(capital(endpoint_noun(outcome.endpoint)), 2)
    heads = (
        "Prior",
        f"{capital(words.measure)}, median",
        f"{LEVEL} interval",
        words.p_claim,
        f"P({words.worth})",
        f"P({words.harm})",
        "Verdict",
    )
    table = _table(document, heads, (4.0, 3.5, 3.5, 3.5, 3.5, 3.5, 5.0), {})
    for row in outcome.panel:
        texts = (
            prior_name(str(row.prior)) + (" (primary)" if row.primary else ""),
            ratio(row.median),
            span(row.eti95_lower, row.eti95_upper),
            words.chance(row.p_benefit),
            probability(row.p_mcid),
            probability(row.p_harm),
            f"{SIGNS[row.mark]} {word_of(row.mark, words)}",
        )
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            _write(cell, text)


def _table(document: "Document", heads: Sequence[str], widths: Sequence[float], notes: Mapping[int, int]) -> Any:
    """Begin a table whose first row is repeated on every page."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    table = document.add_table(rows=1, cols=len(heads))
    table.style, table.autofit = "Table Grid", False
    for i, (cell, head) in enumerate(zip(table.rows[0].cells, heads, strict=True)):
        table.columns[i].width = cell.width = Cm(widths[i])
        _bold(cell, head, [notes[i]] if i in notes else [])
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table


def _bold(cell: "_Cell", text: str, notes: Iterable[int] = ()) -> None:
    _write(cell, text, notes)
    cell.paragraphs[0].runs[0].bold = True


def _write(cell: "_Cell", text: str, notes: Iterable[int] = ()) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.add_run(text)
    marks = ", ".join(str(n) for n in notes)
    if marks:
        paragraph.add_run(f" {marks}").font.superscript = True


def _dateless(content: bytes) -> bytes:
    """Pack an archive again without the time at which it was packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
