"""The verdicts as a Markdown table, for the README and for issues and manuscripts."""

from typing import Any

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
from crlm_bayes.prose.verdicts import IN_CELLS, OF_HARM
from crlm_bayes.words.marks import signed
from crlm_bayes.words.nouns import prior_name, vocabulary
from crlm_bayes.words.numbers import ESTIMATE, estimate

BEGIN, END = "<!-- verdicts: written by `python -m crlm_bayes fit` -->", "<!-- verdicts: end -->"


def verdict_table(verdicts: pd.DataFrame) -> str:
    """Write the answers in words and as a table, then the sensitivity analyses; one row an analysis, one column a prior.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`; hypothetical readings are left out.

    Returns
    -------
    str
        Between two marker comments, so that a document can hold it up to date.
    """
    printed = of_the_print(verdicts)
    lines = [BEGIN, "", *_said(sentences_of_answers(printed)), *_tables("", of_answers(printed))]
    rest = beside_answers(printed)
    together, single = _tables("several studies", of_syntheses(rest)), _tables("one study", of_single_studies(rest))
    if together or single:
        lines += ["<details>", "<summary>Sensitivity analyses and single studies</summary>", "", *together]
        lines += [*(f"- {sentence}" for sentence in sentences_of_index(printed)), "", *single, "</details>", ""]
    lines += [f"In each cell {IN_CELLS}; {OF_HARM}. The numbers are those of `{VERDICTS}`."]
    return "\n".join([*lines, "", END]) + "\n"


def _said(sentences: list[str]) -> list[str]:
    if not sentences:
        return []
    first, *rest = sentences
    return [f"**{first}**", "", *(f"- {sentence}" for sentence in rest), ""]


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
    lines = [_line([head, *(prior_name(prior) for prior in priors)]), _line(["---", *[":--:"] * len(priors)])]
    for (_, title), mine in rows.groupby(["analysis", "title"], sort=False):
        cells = {row.prior: _cell(row) for row in mine.itertuples()}
        lines.append(_line([title, *(cells.get(prior, "") for prior in priors)]))
    return lines


def _cell(row: Any) -> str:
    median, lower, upper = (float(getattr(row, key)) for key in ESTIMATE)
    gate = "" if row.gate_passed else " gate failed"
    head = f"{signed(vocabulary(row).chance(float(row.p_benefit)), row.mark)}{gate}"
    return f"{head}<br>{estimate(median, lower, upper)}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
