"""The first table of the index: one row for each endpoint, harms among them in their own direction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.lookup import EstimateRow, arguments, by_name
from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.pages.tables.matrix import reading
from crlm_bayes.prose.index import DIFFERS, NOT_DECLARED, chief_rows, hangs_on, subtitle, there_is
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.words.nouns import EVENT_FREE, MEASURES, SIGNS, capital, endpoint_noun, listed, study_name, vocabulary
from crlm_bayes.words.numbers import estimate, per_1000, probability, ratio, span

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ChiefRow:
    """One endpoint. Where no analysis speaks for it alone, numbers are the range over all, and `analysis` is empty.

    `absolute` is what the effect is among 1,000 patients, `of_whom` whom it counts and on whose control risk it rests.
    """

    endpoint: str
    what: str
    analysis: str
    measure: str
    ratio: str
    interval: str
    absolute: str
    of_whom: str
    p_claim: str
    p: str
    standing: str
    sign: str
    verdict: str
    note: str
    gate_passed: bool
    prior: str


def chief(
    verdicts: "pd.DataFrame", estimates: Mapping[str, "pd.DataFrame"], studies: Mapping[str, Study]
) -> list[ChiefRow]:
    """Lay out what speaks for each endpoint, survival first and safety last.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`.
    estimates : mapping of analysis to DataFrame
        As in `estimates.csv`; without it no absolute effect is shown.
    studies : mapping of id to Study
        For their names.
    """
    return [
        _one(endpoint, rows[0], estimates.get(str(rows[0].analysis)), studies)
        if len(rows) == 1
        else _several(endpoint, rows)
        for endpoint, rows in chief_rows(verdicts).items()
    ]


def _one(endpoint: str, row: Any, table: "pd.DataFrame | None", studies: Mapping[str, Study]) -> ChiefRow:
    words, mark = vocabulary(row), str(row.mark)
    what = subtitle(str(row.title))
    if row.study != SYNTHESIS:
        what = f"{study_name(str(row.study))}: {reading(str(row.title), str(row.reading))}"
    return ChiefRow(
        capital(endpoint_noun(endpoint)),
        what,
        str(row.analysis),
        MEASURES[row.measure],
        ratio(row.median),
        span(row.eti95_lower, row.eti95_upper),
        *_absolute(row, table, studies),
        words.p_claim,
        words.chance(row.p_benefit),
        mark,
        SIGNS[mark],
        word_of(mark, words),
        hangs_on(row.hangs_on),
        bool(row.gate_passed),
        str(row.prior),
    )


def _several(endpoint: str, rows: Sequence[Any]) -> ChiefRow:
    words = [vocabulary(row) for row in rows]
    measures = dict.fromkeys(MEASURES[row.measure] for row in rows)
    chances = [w.of_claim(float(row.p_benefit)) for w, row in zip(words, rows, strict=True)]
    marks = dict.fromkeys(str(row.mark) for row in rows)
    mark = next(iter(marks)) if len(marks) == 1 else ""
    return ChiefRow(
        capital(endpoint_noun(endpoint)),
        f"{there_is(rows)}; {NOT_DECLARED}",
        "",
        listed(measures, "or"),
        _range([float(row.median) for row in rows], ratio) if len(measures) == 1 else "",
        "",
        "",
        "",
        listed(dict.fromkeys(w.p_claim for w in words), "or"),
        _range(chances, probability),
        mark,
        SIGNS[mark] if mark else "",
        word_of(mark, words[0]) if mark else DIFFERS,
        "",
        all(bool(row.gate_passed) for row in rows),
        listed(dict.fromkeys(str(row.prior) for row in rows), "or"),
    )


def _range(values: Sequence[float], write: Any) -> str:
    low, high = write(min(values)), write(max(values))
    return str(low) if low == high else span(min(values), max(values), write)


def _absolute(row: Any, table: "pd.DataFrame | None", studies: Mapping[str, Study]) -> tuple[str, str]:
    """The effect among 1,000 patients at the last time, on the control risk of the first study that prints one; whom it counts."""
    found = None if table is None else _difference(by_name(table), str(row.prior), pooled=row.study == SYNTHESIS)
    if found is None:
        return "", ""
    study, months, difference = found
    alive = f"{EVENT_FREE.get(str(row.endpoint), 'event-free')} at {months} months"
    whom = alive if months else f"with {endpoint_noun(str(row.endpoint))}"
    if study:
        whom += f"; control risk of {title_of(studies[study]) if study in studies else study_name(study)}"
    return estimate(difference.median, difference.lower, difference.upper, per_1000), whom


def _difference(named: Mapping[Any, EstimateRow], prior: str, *, pooled: bool) -> tuple[str, str, EstimateRow] | None:
    """Difference of risks with the study that gives the control risk (of a synthesis) and the months (of survival)."""
    found = []
    for (of, engine, quantity), row in named.items():
        name, inside = arguments(quantity)
        if (of, engine, name) == (prior, "curve" if pooled else "nuts", "risk_difference"):
            study, months = (inside[0], "".join(inside[1:])) if pooled else ("", "".join(inside))
            found.append((study, months, row))
    return max((f for f in found if f[0] == found[0][0]), key=lambda f: float(f[1] or 0), default=None)
