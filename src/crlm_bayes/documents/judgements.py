"""The only reader of `judgements.toml`: what its user makes of the certainty of the evidence, outcome by outcome (GRADE).

The program states facts and judges nothing: where there is no judgement, the summary of findings says so.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import RootModel

from crlm_bayes.digests import digest
from crlm_bayes.errors import UnknownName
from crlm_bayes.toml import Frozen, Text, Word, read_toml, validate

JUDGEMENTS_FILE: Final = "judgements.toml"

DOMAINS: Final = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
"""The reasons of GRADE to trust evidence less, in its order."""

Certainty = Literal["high", "moderate", "low", "very low"]


class Concern(Frozen):
    """How far one reason lowers the certainty, and why it is thought so."""

    level: Literal["not serious", "serious", "very serious"]
    reason: Text


class Judgement(Frozen):
    """What is thought of the evidence on one outcome; a reason that was not considered is left out.

    ::

        [os]
        certainty = "low"
        risk_of_bias = { level = "serious", reason = "half of the weight is of cohorts" }
        imprecision = { level = "serious", reason = "the interval holds harm as well" }

        ["ae:hypertension"]
        certainty = "moderate"
        indirectness = { level = "serious", reason = "trials of metastatic disease" }

    A table is named by its outcome: the word after `answers` of an analysis, or its `endpoint` in a folder without
    answers; a word with a colon stands in quotes.
    """

    certainty: Certainty
    reason: Text | None = None
    risk_of_bias: Concern | None = None
    inconsistency: Concern | None = None
    indirectness: Concern | None = None
    imprecision: Concern | None = None
    publication_bias: Concern | None = None

    @property
    def concerns(self) -> dict[str, Concern]:
        """The reasons that were considered."""
        return {name: found for name in DOMAINS if (found := getattr(self, name)) is not None}


class JudgementBook(RootModel[dict[Word, Judgement]]):
    """All judgements of a folder of analyses, by outcome."""


def read_judgements(folder: Path, outcomes: Collection[str] | None = None) -> dict[str, Judgement]:
    """Read the judgements of a folder of analyses; a folder without the file has none.

    Parameters
    ----------
    outcomes : collection of str, optional
        Those that can be judged; if not given, what the documents of the folder answer, or ask.

    Raises
    ------
    InvalidInput, UnknownName
        One line with file, outcome, key, what is allowed, and what is nearest.
    """
    path = folder / JUDGEMENTS_FILE
    if not path.is_file():
        return {}
    found = dict(validate(JudgementBook, read_toml(path), path).root)
    known = _outcomes(folder) if outcomes is None else outcomes
    for name in found:
        if name not in known:
            raise UnknownName.among(str(path), "outcome", name, known)
    return found


def identity(judgements: Mapping[str, Judgement]) -> str:
    """Tell judgements apart: a page that was written by others is out of date."""
    return digest("judgements", dict(judgements))


def _outcomes(folder: Path) -> set[str]:
    """What the documents of a folder answer; where none is declared an answer, what they ask."""
    documents = [read_toml(path) for path in sorted(folder.glob("*.toml")) if path.name != JUDGEMENTS_FILE]
    every = [variant for document in documents for variant in (document, *_tables(document, "variants"))]
    answered = {str(one["answers"]) for one in every if "answers" in one}
    return answered or {str(one["endpoint"]) for one in every if isinstance(one.get("endpoint"), str)}


def _tables(document: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    held = document.get(key)
    return [table for table in held if isinstance(table, Mapping)] if isinstance(held, list) else []
