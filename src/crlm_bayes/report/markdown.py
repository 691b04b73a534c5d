"""The verdicts as a Markdown table, for the README and for issues and manuscripts."""

import pandas as pd

from crlm_bayes.format import probability
from crlm_bayes.report.store import VERDICTS
from crlm_bayes.report.synopsis import of_the_print, sentences_of_index
from crlm_bayes.words import SIGNS, prior_name, standing

BEGIN, END = "<!-- verdicts: written by `python -m crlm_bayes fit` -->", "<!-- verdicts: end -->"


def verdict_table(verdicts: pd.DataFrame) -> str:
    """Write the answer in words, then one row for each analysis and one column for each prior.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`; hypothetical readings are left out.

    Returns
    -------
    str
        Between two marker comments, so that a document can hold it up to date.
    """
    verdicts = of_the_print(verdicts)
    priors = list(dict.fromkeys(verdicts["prior"]))
    head = ["analysis", *(prior_name(prior) for prior in priors)]
    first, *studies = sentences_of_index(verdicts)
    lines = [BEGIN, "", f"**{first}**", "", *(f"- {sentence}" for sentence in studies), ""]
    lines += [_line(head), _line(["---", *[":--:"] * len(priors)])]
    for (_, title), rows in verdicts.groupby(["analysis", "title"], sort=False):
        cells = {row.prior: _cell(row) for row in rows.itertuples()}
        lines.append(_line([title, *(cells.get(prior, "") for prior in priors)]))
    lines += [
        "",
        f"P(benefit), then median ratio with 95% equal-tailed interval; the numbers are those of `{VERDICTS}`.",
        "",
        END,
    ]
    return "\n".join(lines) + "\n"


def _cell(row: object) -> str:
    numbers = {key: float(getattr(row, key)) for key in ("p_benefit", "median", "eti95_lower", "eti95_upper")}
    gate = "" if getattr(row, "gate_passed") else " gate failed"  # noqa: B009
    head = f"{probability(numbers['p_benefit'])} {SIGNS[standing(numbers['p_benefit'])]}{gate}"
    return f"{head}<br>{numbers['median']:.2f} ({numbers['eti95_lower']:.2f}–{numbers['eti95_upper']:.2f})"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
