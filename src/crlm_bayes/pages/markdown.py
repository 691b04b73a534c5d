"""The verdicts as a Markdown table, for the README and for issues and manuscripts."""

import pandas as pd

from crlm_bayes.pages import VERDICTS
from crlm_bayes.prose.index import (
    of_single_studies,
    of_syntheses,
    of_the_print,
    sentences_of_index,
    sentences_of_syntheses,
)
from crlm_bayes.prose.verdicts import IN_CELLS
from crlm_bayes.rule import standing
from crlm_bayes.words.nouns import SIGNS, prior_name
from crlm_bayes.words.numbers import ESTIMATE, estimate, probability

BEGIN, END = "<!-- verdicts: written by `python -m crlm_bayes fit` -->", "<!-- verdicts: end -->"


def verdict_table(verdicts: pd.DataFrame) -> str:
    """Write the answer in words, then one row for each analysis and one column for each prior; syntheses first.

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
    together, single = of_syntheses(printed), of_single_studies(printed)
    priors = list(dict.fromkeys(printed["prior"]))
    lines = [BEGIN, ""]
    if not together.empty:
        lines += [
            *_said(sentences_of_syntheses(printed)),
            "",
            *_table("several studies together", together, priors),
            "",
        ]
    if not single.empty:
        lines += [*_said(sentences_of_index(printed)), "", *_table("analysis", single, priors), ""]
    lines += [f"In each cell {IN_CELLS}; the numbers are those of `{VERDICTS}`."]
    return "\n".join([*lines, "", END]) + "\n"


def _said(sentences: list[str]) -> list[str]:
    first, *rest = sentences
    return [f"**{first}**", "", *(f"- {sentence}" for sentence in rest)]


def _table(head: str, rows: pd.DataFrame, priors: list[str]) -> list[str]:
    lines = [_line([head, *(prior_name(prior) for prior in priors)]), _line(["---", *[":--:"] * len(priors)])]
    for (_, title), mine in rows.groupby(["analysis", "title"], sort=False):
        cells = {row.prior: _cell(row) for row in mine.itertuples()}
        lines.append(_line([title, *(cells.get(prior, "") for prior in priors)]))
    return lines


def _cell(row: object) -> str:
    p, median, lower, upper = (float(getattr(row, key)) for key in ("p_benefit", *ESTIMATE))
    gate = "" if getattr(row, "gate_passed") else " gate failed"  # noqa: B009
    head = f"{probability(p)} {SIGNS[standing(p)]}{gate}"
    return f"{head}<br>{estimate(median, lower, upper)}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
