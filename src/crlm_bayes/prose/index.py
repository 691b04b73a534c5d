"""The index in a few sentences, from the table of verdicts alone: the answers, then study by study. Nothing is voted on.

Everywhere endpoints stand in one order, and below an endpoint the answer, then other syntheses, then single studies.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.rule import points_to_harm, survives
from crlm_bayes.words.nouns import (
    MEASURES,
    Vocabulary,
    capital,
    counted,
    endpoint_noun,
    endpoint_order,
    in_words,
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


def of_what_if(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Keep the hypothetical readings alone."""
    return verdicts if verdicts.empty else verdicts[verdicts["hypothetical"].astype(bool)]


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


def endpoint_of(row: Any) -> str:
    """The endpoint under which a row stands: that which it answers, else its own."""
    return str(row.answers if is_answer(row) else row.endpoint)


def place_of(row: Any) -> tuple[Any, ...]:
    """Sort rows: by endpoint, then the answer, other syntheses, single studies."""
    return *endpoint_order(endpoint_of(row)), not is_answer(row), row.study != SYNTHESIS, str(row.study)


def role_of(row: Any) -> str:
    """Say what a row is of its endpoint: its answer, a sensitivity analysis, or one study's reading."""
    if row.study != SYNTHESIS:
        return study_name(str(row.study))
    return "The answer" if is_answer(row) else "Sensitivity analysis"


def is_answer(row: Any) -> bool:
    """Whether a row is of the analysis that its document declares the answer for an endpoint."""
    return isinstance(row.answers, str) and row.answers != ""


def chief_rows(verdicts: "pd.DataFrame") -> dict[str, list[Any]]:
    """Rows under the primary prior that speak for each endpoint: its answer; where none is declared, every analysis there is.

    Hypothetical readings speak for nothing.
    """
    found: dict[str, list[Any]] = {}
    for row in sorted(_primary(of_the_print(verdicts)), key=place_of):
        found.setdefault(endpoint_of(row), []).append(row)
    return {endpoint: [row for row in rows if is_answer(row)] or rows for endpoint, rows in found.items()}


def in_short(verdicts: "pd.DataFrame") -> list[str]:
    """Say for the top of the index what is left of the benefits, then of the harms, where one analysis speaks for an endpoint."""
    chief = [rows[0] for rows in chief_rows(verdicts).values() if len(rows) == 1]
    benefits, harms = ([row for row in chief if row.asks == asks] for asks in ("benefit", "harm"))
    return ([_over_all(benefits)] if benefits else []) + ([_over_all_harms(harms)] if harms else [])


NOT_DECLARED: Final = "no analysis is declared the answer"

DIFFERS: Final = "differs between these analyses"


def there_is(rows: Rows) -> str:
    """Say what analyses there are of an endpoint that has no answer: ``two readings of Smith 2020``."""
    studies = [str(row.study) for row in rows]
    numbers = {study: studies.count(study) for study in studies}
    several = numbers.pop(SYNTHESIS, 0)
    said = [f"{in_words(several)} synthes{'i' if several == 1 else 'e'}s"] if several else []
    return listed(said + [f"{counted(n, 'reading')} of {study_name(study)}" for study, n in numbers.items()])


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


def what_becomes_of(rows: Rows) -> str:
    """Say what is left of one study's claim over all readings of its print."""
    return _readings(rows)


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
            names = listed((endpoint_noun(endpoint_of(r)) for r in ours), "or" if "not" in said else "and")
            clauses.append(f"{said.replace('the benefit', 'it') if clauses else said} {names}")
    priors = listed(prior_name(str(p)) for p in dict.fromkeys(row.prior for row in rows))
    return f"Under the {priors} prior {'; '.join(clauses)}."


def _over_all_harms(rows: Rows) -> str:
    """Name the harms of which a higher risk is established, those of which a lower one is, and those that are not settled."""
    groups = {
        "a higher risk is established for": ["harm"],
        "a higher risk shows at face value for": ["harm_face_value"],
        "a lower risk is established for": ["survives"],
        "a lower risk shows at face value for": ["face_value"],
        "neither a higher nor a lower risk is established for": ["open"],
    }
    clauses = []
    for said, marks in groups.items():
        names = [endpoint_noun(endpoint_of(r)) for r in rows if r.mark in marks]
        if names:
            clauses.append(f"{said} {listed(names, 'or' if 'neither' in said else 'and')}")
    return f"Of harms, {'; '.join(clauses)}."


def _one(row: Any) -> str:
    """One answer in one sentence, and what it hangs on."""
    words = vocabulary(row)
    numbers = f"{words.p_claim} {words.chance(row.p_benefit)}, {MEASURES[row.measure]} {estimate(row.median, row.eti95_lower, row.eti95_upper)}"
    said = f"{capital(endpoint_noun(str(row.answers)))}: {_verdict(words, row.mark)}, {numbers} ({subtitle(str(row.title))})."
    return f"{said} {hangs_on(row.hangs_on)}".strip()


def _verdict(words: Vocabulary, mark: str) -> str:
    if words.harmful:
        return {"open": "neither a higher nor a lower risk is established"}.get(mark, f"{word_of(mark, words)}")
    return word_of(mark, words) if mark.startswith("harm") else f"the {words.claim} {word_of(mark, words)}"


def hangs_on(studies: object) -> str:
    """Say which single studies decide a verdict, from the column of that name; empty where none does."""
    names = studies.split("; ") if isinstance(studies, str) and studies else []
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
