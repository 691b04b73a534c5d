"""The verdict matrix: endpoints and readings down, priors across, grouped by study."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import pandas as pd

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.documents.study import Study, design_words
from crlm_bayes.prose.index import asking, beside_answers, of_answers
from crlm_bayes.prose.scepticism import critical_range
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.words.nouns import (
    READINGS,
    SIGNS,
    capital,
    endpoint_noun,
    endpoint_order,
    prior_name,
    study_name,
    vocabulary,
)
from crlm_bayes.words.numbers import ratio, span


@dataclass(frozen=True)
class Cell:
    """One analysis under one prior."""

    prior: str
    primary: bool
    standing: str
    sign: str
    verdict: str
    probability: str
    estimate: str


@dataclass(frozen=True)
class MatrixLine:
    """One analysis; `endpoint` is empty below the first line of an endpoint, which spans `lines`."""

    endpoint: str
    lines: int
    measure: str
    analysis: str
    reading: str
    cells: tuple[Cell | None, ...]
    critical: str
    gate_passed: bool
    hypothetical: bool


@dataclass(frozen=True)
class Group:
    """The answers, the other syntheses, or all analyses of one study."""

    study: str
    about: str
    lines: tuple[MatrixLine, ...]


@dataclass(frozen=True)
class Matrix:
    """Questions of a benefit, or of a harm, under their priors."""

    asks: str
    priors: tuple[str, ...]
    primaries: tuple[str, ...]
    groups: tuple[Group, ...]


def priors_across(verdicts: pd.DataFrame) -> list[str]:
    """Names of the priors in order of appearance: the columns."""
    return [] if verdicts.empty else [str(p) for p in dict.fromkeys(verdicts["prior"])]


def primaries(verdicts: pd.DataFrame) -> list[str]:
    """Names of the priors that are primary in some analysis."""
    return [] if verdicts.empty else priors_across(verdicts[verdicts["primary"].astype(bool)])


def failed(verdicts: pd.DataFrame) -> list[str]:
    """Analyses with a fit that did not pass the diagnostics gate."""
    if verdicts.empty:
        return []
    return [str(a) for a in dict.fromkeys(verdicts.loc[~verdicts["gate_passed"].astype(bool), "analysis"])]


ANSWERS: Final = "The answers", "one analysis for each endpoint, as its document declares"

SENSITIVITY: Final = "Synthesis", "sensitivity analyses: several studies, others, or taken otherwise"


def matrices(verdicts: pd.DataFrame, studies: Mapping[str, Study]) -> list[Matrix]:
    """Lay out the verdicts, questions of a benefit and of a harm apart: the answers, other syntheses, then each study.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`.
    """
    found = []
    for asks in ("benefit", "harm"):
        rows = asking(verdicts, asks)
        if not rows.empty:
            priors = priors_across(rows)
            found.append(Matrix(asks, tuple(priors), tuple(primaries(rows)), tuple(_groups(rows, priors, studies))))
    return found


def _groups(verdicts: pd.DataFrame, priors: list[str], studies: Mapping[str, Study]) -> list[Group]:
    rest = beside_answers(verdicts)
    named = [(*ANSWERS, of_answers(verdicts))]
    for study in sorted(dict.fromkeys(rest["study"]), key=lambda name: name != SYNTHESIS):
        about = design_words(studies[study]) if study in studies else ""
        heading = SENSITIVITY if study == SYNTHESIS else (study_name(str(study)), about)
        named.append((*heading, rest[rest["study"] == study]))
    groups = []
    for name, about, rows in named:
        endpoints = sorted({str(e) for e in rows["endpoint"]}, key=endpoint_order)
        lines = [line for e in endpoints for line in _lines(rows[rows["endpoint"] == e], priors)]
        if lines:
            groups.append(Group(name, about, tuple(lines)))
    return groups


def _lines(rows: pd.DataFrame, priors: list[str]) -> list[MatrixLine]:
    analyses = list(dict.fromkeys(rows["analysis"]))
    found = []
    for i, analysis in enumerate(analyses):
        mine = rows[rows["analysis"] == analysis]
        first = mine.iloc[0]
        by_prior = {str(r["prior"]): _cell(r) for r in mine.to_dict("records")}
        found.append(
            MatrixLine(
                capital(endpoint_noun(str(first["endpoint"]))) if i == 0 else "",
                len(analyses),
                str(first["measure"]).upper(),
                str(analysis),
                reading(str(first["title"]), str(first["reading"])),
                tuple(by_prior.get(p) for p in priors),
                critical(first["critical_sd"]),
                bool(mine["gate_passed"].astype(bool).all()),
                bool(first["hypothetical"]),
            )
        )
    return found


def reading(title: str, name: str) -> str:
    """Say which reading a line is: what its title says after the colon, else the reading's own name."""
    return title.rpartition(": ")[2] if ": " in title else READINGS.get(name, name)


def critical(sd: object) -> str:
    """Write how wide a prior must be for the claim to stand."""
    if not isinstance(sd, float) or pd.isna(sd):
        return "none"
    return span(*critical_range(sd))


def _cell(row: Mapping[Any, Any]) -> Cell:
    def value(key: str) -> float:
        return float(row[key])

    mark, words = str(row["mark"]), vocabulary(SimpleNamespace(**row))
    estimate = f"{ratio(value('median'))} ({ratio(value('eti95_lower'))}–{ratio(value('eti95_upper'))})"
    return Cell(
        prior_name(str(row["prior"])),
        bool(row["primary"]),
        mark,
        SIGNS[mark],
        word_of(mark, words),
        words.chance(value("p_benefit")),
        estimate,
    )
