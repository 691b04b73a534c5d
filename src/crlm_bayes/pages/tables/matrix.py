"""The verdict matrix: analyses down, grouped by endpoint, priors across."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crlm_bayes.documents.study import Study, design_words
from crlm_bayes.prose.index import asking, endpoint_of, is_answer, place_of, role_of
from crlm_bayes.prose.scepticism import critical_range
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.words.nouns import (
    READINGS,
    SIGNS,
    capital,
    endpoint_noun,
    in_one_order,
    prior_name,
    vocabulary_of,
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
    """One analysis; `role` says what it is of its endpoint, `about` what kind of study it rests on."""

    role: str
    about: str
    measure: str
    analysis: str
    reading: str
    cells: tuple[Cell | None, ...]
    critical: str
    gate_passed: bool
    answer: bool


@dataclass(frozen=True)
class Group:
    """All analyses of one endpoint: the answer, sensitivity analyses, single studies."""

    endpoint: str
    lines: tuple[MatrixLine, ...]


@dataclass(frozen=True)
class Matrix:
    """Questions of a benefit, or of a harm, under their priors."""

    asks: str
    priors: tuple[str, ...]
    primaries: tuple[str, ...]
    groups: tuple[Group, ...]


def priors_across(verdicts: pd.DataFrame) -> list[str]:
    """Names of the priors in the order of their panels: the columns."""
    if verdicts.empty:
        return []
    return in_one_order([str(p) for p in rows] for _, rows in verdicts.groupby("analysis", sort=False)["prior"])


def primaries(verdicts: pd.DataFrame) -> list[str]:
    """Names of the priors that are primary in some analysis."""
    return [] if verdicts.empty else priors_across(verdicts[verdicts["primary"].astype(bool)])


def failed(verdicts: pd.DataFrame) -> list[str]:
    """Analyses with a fit that did not pass the diagnostics gate."""
    if verdicts.empty:
        return []
    return [str(a) for a in dict.fromkeys(verdicts.loc[~verdicts["gate_passed"].astype(bool), "analysis"])]


def matrices(verdicts: pd.DataFrame, studies: Mapping[str, Study]) -> list[Matrix]:
    """Lay out the verdicts, questions of a benefit and of a harm apart, endpoint by endpoint.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`.
    """
    order, found = priors_across(verdicts), []
    for asks in ("benefit", "harm"):
        rows = asking(verdicts, asks)
        if not rows.empty:
            priors = [prior for prior in order if prior in set(rows["prior"])]
            found.append(Matrix(asks, tuple(priors), tuple(primaries(rows)), tuple(_groups(rows, priors, studies))))
    return found


def _groups(verdicts: pd.DataFrame, priors: list[str], studies: Mapping[str, Study]) -> list[Group]:
    firsts = verdicts.drop_duplicates("analysis").itertuples()
    groups: dict[str, list[MatrixLine]] = {}
    for first in sorted(firsts, key=place_of):
        mine = verdicts[verdicts["analysis"] == first.analysis]
        groups.setdefault(endpoint_of(first), []).append(_line(first, mine, priors, studies))
    return [Group(capital(endpoint_noun(endpoint)), tuple(lines)) for endpoint, lines in groups.items()]


def _line(first: Any, mine: pd.DataFrame, priors: list[str], studies: Mapping[str, Study]) -> MatrixLine:
    by_prior = {str(r["prior"]): _cell(r) for r in mine.to_dict("records")}
    return MatrixLine(
        role_of(first),
        design_words(studies[first.study]) if first.study in studies else "",
        str(first.measure).upper(),
        str(first.analysis),
        reading(str(first.title), str(first.reading)),
        tuple(by_prior.get(p) for p in priors),
        critical(first.critical_sd),
        bool(mine["gate_passed"].astype(bool).all()),
        is_answer(first),
    )


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

    mark, words = str(row["mark"]), vocabulary_of(row)
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
