"""The verdict matrix: endpoints and readings down, priors across, grouped by study."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.documents.study import Study
from crlm_bayes.prose.scepticism import critical_range
from crlm_bayes.prose.verdicts import verdict_word
from crlm_bayes.rule import standing
from crlm_bayes.words.nouns import (
    DESIGNS,
    READINGS,
    SIGNS,
    capital,
    endpoint_noun,
    endpoint_order,
    is_safety,
    prior_name,
    study_name,
)
from crlm_bayes.words.numbers import probability, ratio, span


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
    """All analyses of one study, or all syntheses, efficacy or safety."""

    study: str
    about: str
    safety: bool
    lines: tuple[MatrixLine, ...]


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


def matrix(verdicts: pd.DataFrame, studies: Mapping[str, Study]) -> list[Group]:
    """Lay out the verdicts: the syntheses first, then each study, once for efficacy and once for safety.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`.
    """
    groups: list[Group] = []
    if verdicts.empty:
        return groups
    priors = priors_across(verdicts)
    for study in sorted(dict.fromkeys(verdicts["study"]), key=lambda name: name != SYNTHESIS):
        ours = verdicts[verdicts["study"] == study]
        for safety in (False, True):
            endpoints = sorted({str(e) for e in ours["endpoint"] if is_safety(str(e)) == safety}, key=endpoint_order)
            lines = [line for e in endpoints for line in _lines(ours[ours["endpoint"] == e], priors)]
            if lines:
                name, about = study_name(str(study)), DESIGNS[studies[study].design] if study in studies else ""
                if study == SYNTHESIS:
                    name, about = (
                        "Synthesis",
                        "several studies taken together; each line takes others, or takes them otherwise",
                    )
                groups.append(Group(name, about, safety, tuple(lines)))
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

    kind = standing(value("p_benefit"))
    estimate = f"{ratio(value('median'))} ({ratio(value('eti95_lower'))}–{ratio(value('eti95_upper'))})"
    return Cell(
        prior_name(str(row["prior"])),
        bool(row["primary"]),
        kind,
        SIGNS[kind],
        verdict_word(kind, safety=is_safety(str(row["endpoint"]))),
        probability(value("p_benefit")),
        estimate,
    )
