"""The index in a few sentences, from the table of verdicts alone: the answers, then study by study. Nothing is voted on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.rule import points_to_harm, survives
from crlm_bayes.words.nouns import (
    MEASURES,
    Vocabulary,
    capital,
    endpoint_noun,
    endpoint_order,
    listed,
    prior_name,
    study_name,
    vocabulary,
)
from crlm_bayes.words.numbers import estimate, probability

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Any]
"""Rows of the table of verdicts, by attribute."""


def of_the_print(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Leave out the hypothetical readings, which are no evidence."""
    return verdicts if verdicts.empty else verdicts[~verdicts["hypothetical"].astype(bool)]


def of_single_studies(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Leave out the syntheses."""
    return verdicts if verdicts.empty else verdicts[verdicts["study"] != SYNTHESIS]


def of_syntheses(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Keep the syntheses alone."""
    return verdicts if verdicts.empty else verdicts[verdicts["study"] == SYNTHESIS]


def of_answers(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Keep the analyses that are the answer for their endpoint; all others are sensitivity analyses."""
    return verdicts if verdicts.empty else verdicts[verdicts["answers"].fillna("") != ""]


def beside_answers(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Leave out the answers."""
    return verdicts if verdicts.empty else verdicts[verdicts["answers"].fillna("") == ""]


def asking(verdicts: "pd.DataFrame", asks: str) -> "pd.DataFrame":
    """Keep the questions of a benefit, or those of a harm."""
    return verdicts if verdicts.empty else verdicts[verdicts["asks"] == asks]


def sentences_of_answers(verdicts: "pd.DataFrame") -> list[str]:
    """Say the answer for each endpoint that has one: over all that ask for a benefit, then one by one, harms last.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`.

    Returns
    -------
    list of str
        Empty where no analysis says that it is an answer.
    """
    rows = sorted(_primary(of_answers(of_the_print(verdicts))), key=lambda row: _order(row))
    benefits = [row for row in rows if row.asks == "benefit"]
    said = [_over_all(benefits)] if benefits else []
    return said + [_one(row) for row in rows]


def sentences_of_index(verdicts: "pd.DataFrame") -> list[str]:
    """Say what is left of each study by itself under the primary prior, endpoint by endpoint.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`; hypothetical readings are left out.
    """
    rows = _primary(of_single_studies(of_the_print(verdicts)))
    studies = dict.fromkeys(str(row.study) for row in rows)
    return [_study(study, [row for row in rows if row.study == study]) for study in studies]


def subtitle(title: str) -> str:
    """Say what a title says after its first colon: which studies, taken how."""
    return title.partition(": ")[2] or title


def _primary(verdicts: "pd.DataFrame") -> list[Any]:
    return [] if verdicts.empty else list(verdicts[verdicts["primary"].astype(bool)].itertuples())


def _order(row: Any) -> tuple[Any, ...]:
    return row.asks != "benefit", *endpoint_order(str(row.endpoint))


def _over_all(rows: Rows) -> str:
    """Name the endpoints whose benefit survives and those whose does not."""
    groups = {
        "the benefit survives for": [r for r in rows if r.mark == "survives"],
        "the benefit survives at face value for": [r for r in rows if r.mark == "face_value"],
        "the benefit does not survive for": [r for r in rows if r.mark == "open"],
        "the data point to harm for": [r for r in rows if r.mark.startswith("harm")],
    }
    clauses: list[str] = []
    for said, ours in groups.items():
        if ours:
            names = listed((endpoint_noun(str(r.answers)) for r in ours), "or" if "not" in said else "and")
            clauses.append(f"{said.replace('the benefit', 'it') if clauses else said} {names}")
    priors = listed(prior_name(str(p)) for p in dict.fromkeys(row.prior for row in rows))
    return f"Under the {priors} prior {'; '.join(clauses)}."


def _one(row: Any) -> str:
    """One answer in one sentence, and what it hangs on."""
    words = vocabulary(row)
    numbers = f"{words.p_claim} {words.chance(row.p_benefit)}, {MEASURES[row.measure]} {estimate(row.median, row.eti95_lower, row.eti95_upper)}"
    said = f"{capital(endpoint_noun(str(row.answers)))}: {_verdict(words, row.mark)}, {numbers} ({subtitle(str(row.title))})."
    return f"{said} {hangs_on(row)}".strip()


def _verdict(words: Vocabulary, mark: str) -> str:
    if words.harmful:
        return {"open": "neither a higher nor a lower risk is established"}.get(mark, f"{word_of(mark, words)}")
    return word_of(mark, words) if mark.startswith("harm") else f"the {words.claim} {word_of(mark, words)}"


def hangs_on(row: Any) -> str:
    """Say which single studies decide a verdict; empty where none does."""
    names = str(row.hangs_on).split("; ") if isinstance(row.hangs_on, str) and row.hangs_on else []
    return f"The verdict hangs on {listed(names, 'or')}: without it, it is another." if names else ""


def _study(study: str, rows: Rows) -> str:
    """One sentence on one study under its primary priors."""
    clauses = []
    for endpoint in sorted(dict.fromkeys(str(row.endpoint) for row in rows), key=endpoint_order):
        ours = [row for row in rows if row.endpoint == endpoint]
        clauses.append(f"{endpoint_noun(endpoint)}: {_readings(ours)}")
    design = next((f", {row.design}" for row in rows if isinstance(row.design, str) and row.design), "")
    return f"{capital(study_name(study))}{design}. {capital('; '.join(clauses))}."


def _readings(rows: Rows) -> str:
    """What becomes of one endpoint over all readings of its print: verdict and range of probability."""
    words = vocabulary(rows[0])
    ps = [words.of_claim(float(row.p_benefit)) for row in rows]
    marks = dict.fromkeys(row.mark for row in rows)
    if len(marks) > 1:
        said = f"{word_of(max(rows, key=lambda r: words.of_claim(r.p_benefit)).mark, words)} in part of the readings"
    elif words.harmful and all(not survives(p) and not points_to_harm(p) for p in ps):
        said = "neither a higher nor a lower risk"
    else:
        said = word_of(next(iter(marks)), words)
    return f"{said} ({words.p_claim} {_range(ps)}{_allowing(rows)})"


def _allowing(rows: Rows) -> str:
    """Add what is left where a study that is not randomised may be biased."""
    every = (getattr(row, "p_allowing_for_bias", None) for row in rows)
    found = [float(p) for p in every if p is not None and p == p]
    if not found:
        return ""
    words = vocabulary(rows[0])
    return f"; allowing for bias {_range([words.of_claim(p) for p in found])}"


def _range(ps: Sequence[float]) -> str:
    low, high = probability(min(ps)), probability(max(ps))
    return low if low == high else f"{low} to {high}"
