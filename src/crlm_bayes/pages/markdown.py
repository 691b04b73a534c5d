"""The verdicts as Markdown: the page that a forge shows for the output folder, and tables for issues and manuscripts."""

from collections.abc import Collection
from typing import Any, Final

import pandas as pd

from crlm_bayes.pages import VERDICTS
from crlm_bayes.prose.index import (
    asking,
    beside_answers,
    of_answers,
    of_single_studies,
    of_syntheses,
    of_the_print,
    sentences_of_answers,
    sentences_of_index,
)
from crlm_bayes.prose.verdicts import IN_CELLS, LEGEND, MARKS, OF_HARM
from crlm_bayes.words.marks import signed
from crlm_bayes.words.nouns import prior_name, vocabulary
from crlm_bayes.words.numbers import ESTIMATE, estimate

WRITTEN: Final = "<!-- written by `python -m crlm_bayes fit`, which writes it again -->"
"""First line of the page: one that begins otherwise is somebody else's."""

FIGURES: Final = {
    "verdicts": "P(benefit) of every analysis under every prior",
    "synthesis": "Every synthesis under its primary prior",
}
"""Figures of the index that the page shows where they were drawn, and what they are."""


def folder_page(verdicts: pd.DataFrame, drawn: Collection[str] = ()) -> str:
    """Write the README of an output folder: its verdicts, what their marks mean, and the figures of all analyses.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`.
    drawn : collection of str
        Names of the figures that are in the folder.
    """
    shown = [f"![{what}](figures/{name}.png)\n\n" for name, what in FIGURES.items() if name in drawn]
    marks = f"{'; '.join((*LEGEND, MARKS['harm_face_value']))}."
    return f"{WRITTEN}\n\n# Verdicts\n\n{verdict_table(verdicts)}\n{marks}\n\n{''.join(shown)}".rstrip() + "\n"


def verdict_table(verdicts: pd.DataFrame) -> str:
    """Write the answers in words and as a table, then the sensitivity analyses; one row an analysis, one column a prior.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`; hypothetical readings are left out.

    Returns
    -------
    str
        Whose words, whatever they hold, can neither end a cell nor begin a tag.
    """
    printed = of_the_print(verdicts)
    lines = [*_said(sentences_of_answers(printed)), *_tables("", of_answers(printed))]
    rest = beside_answers(printed)
    single = _tables("one study", of_single_studies(rest))
    said = [*(f"- {plain(sentence)}" for sentence in sentences_of_index(printed)), ""] if single else []
    beside = [*_tables("several studies", of_syntheses(rest)), *said, *single]
    if lines and beside:
        beside = [
            "<details>",
            "<summary>Sensitivity analyses and single studies</summary>",
            "",
            *beside,
            "</details>",
            "",
        ]
    lines += beside
    lines += [f"In each cell {IN_CELLS}; {OF_HARM}. The numbers are those of `{VERDICTS}`."]
    return "\n".join(lines) + "\n"


def _said(sentences: list[str]) -> list[str]:
    if not sentences:
        return []
    first, *rest = sentences
    return [f"**{plain(first)}**", "", *(f"- {plain(sentence)}" for sentence in rest), ""]


def _tables(of: str, rows: pd.DataFrame) -> list[str]:
    """One table of questions of a benefit, one of questions of a harm: each has its own priors."""
    lines: list[str] = []
    for asks in ("benefit", "harm"):
        ours = asking(rows, asks)
        if not ours.empty:
            lines += [*_table(", ".join(part for part in (asks, of) if part), ours), ""]
    return lines


def _table(head: str, rows: pd.DataFrame) -> list[str]:
    priors = list(dict.fromkeys(rows["prior"]))
    lines = [_line([head, *(plain(prior_name(prior)) for prior in priors)]), _line(["---", *[":--:"] * len(priors)])]
    for (_, title), mine in rows.groupby(["analysis", "title"], sort=False):
        cells = {row.prior: _cell(row) for row in mine.itertuples()}
        lines.append(_line([plain(title), *(cells.get(prior, "") for prior in priors)]))
    return lines


def _cell(row: Any) -> str:
    median, lower, upper = (float(getattr(row, key)) for key in ESTIMATE)
    gate = "" if row.gate_passed else " gate failed"
    head = f"{signed(vocabulary(row).chance(float(row.p_benefit)), row.mark)}{gate}"
    return f"{plain(head)}<br>{estimate(median, lower, upper)}"


def plain(text: str) -> str:
    """Write words of a document so that Markdown shows them as they are, in a cell too."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
