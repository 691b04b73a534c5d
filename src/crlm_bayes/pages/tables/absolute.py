"""Absolute effects in words and in a table: per arm, their difference, the number needed to treat, time gained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from crlm_bayes.answers.absolute import Carried, carried, numbers_needed
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow, Key, arguments, by_name
from crlm_bayes.answers.result import Result
from crlm_bayes.evidence.values import BinomialEvidence, CentreEvidence, RatioEvidence, SurvivalEvidence
from crlm_bayes.prose.absolute import differences, nnt_span
from crlm_bayes.words.nouns import EVENT_FREE, capital, endpoint_noun, vocabulary
from crlm_bayes.words.numbers import ABSENT, needed, number, percent, share, short, signed, signed_points, span

Write = Callable[[float | None], str]


class Cell(NamedTuple):
    """A value, its interval, and what is printed for it, as text."""

    value: str
    interval: str = ""
    printed: str = ""


@dataclass(frozen=True)
class AbsoluteRow:
    """One row of the table of absolute effects."""

    what: str
    control: Cell
    treatment: Cell
    difference: Cell
    nnt: Cell


def absolute_rows(result: Result) -> list[AbsoluteRow]:
    """Lay out every absolute effect under the primary prior, with what is printed beside each arm."""
    if result.synthesis is not None:
        return [_carried_row(c) for c in carried(result)]
    spec, evidence, words = result.spec, result.question.evidence, vocabulary(result.spec)
    named, printed = by_name(result.estimates), _printed(result)
    rows = []
    for d in differences(result):
        quantities = [f"survival[{arm},{d.months}]" if d.months else f"probability[{arm}]" for arm in evidence.arms]
        control, treatment = (
            _cell(named.get((spec.primary, "nuts", quantity)), percent, share, printed.get((arm, d.months), ""))
            for arm, quantity in zip(evidence.arms, quantities, strict=True)
        )
        what = f"Survival at {d.months} months" if d.months else f"Probability of {words.endpoint}"
        if d.months and spec.endpoint in EVENT_FREE:
            what = f"{EVENT_FREE[spec.endpoint].capitalize()} at {d.months} months"
        rows.append(
            AbsoluteRow(
                what, control, treatment, _cell(d.difference, _points, signed_points), _nnt(d.difference, d.rising)
            )
        )
    return rows + _time_gained(result, named)


def _carried_row(c: Carried) -> AbsoluteRow:
    when = f" at {c.months} months" if c.months else ""
    what = EVENT_FREE.get(c.endpoint, "Survival").capitalize() if c.months else capital(endpoint_noun(c.endpoint))
    return AbsoluteRow(
        f"{what}{when}, with the control risk of {c.study}",
        Cell(percent(c.control), "as printed, taken as known"),
        _cell(c.treatment, percent, share),
        _cell(c.difference, _points, signed_points),
        _nnt(c.difference, c.rising),
    )


def _cell(e: EstimateRow | None, write: Write, write_limit: Write, printed: str = "") -> Cell:
    return (
        Cell(ABSENT, "", printed) if e is None else Cell(write(e.median), span(e.lower, e.upper, write_limit), printed)
    )


def _nnt(difference: EstimateRow, rising: bool) -> Cell:
    found = numbers_needed(difference, rising=rising)
    if not found or found[0].median is None:
        return Cell(ABSENT)
    return Cell(f"{found[0].kind.upper()} {needed(found[0].median)}", nnt_span(found))


def _time_gained(answer: Answer, named: Mapping[Key, EstimateRow]) -> list[AbsoluteRow]:
    spec, rows = answer.spec, []
    for (prior, engine, quantity), value in named.items():
        name, inside = arguments(quantity)
        if (prior, engine, name) != (spec.primary, "nuts", "rmst_difference"):
            continue
        arms = [named.get((prior, engine, f"rmst[{arm},{inside[0]}]")) for arm in answer.question.evidence.arms]
        control, treatment = (_cell(e, _months, _months) for e in arms)
        what = f"Mean months event-free, of the first {inside[0]} (RMST)"
        rows.append(AbsoluteRow(what, control, treatment, _cell(value, _gained, _gained), Cell(ABSENT)))
    return rows


def _points(x: float | None) -> str:
    return f"{signed_points(x)} points"


def _months(x: float | None) -> str:
    return number(x, 1)


def _gained(x: float | None) -> str:
    return signed(x, 1)


def _printed(answer: Answer) -> dict[tuple[str, str], str]:
    """What the paper prints for each arm and time."""
    evidence = answer.question.evidence
    match evidence.pooled if isinstance(evidence, CentreEvidence) else evidence:
        case SurvivalEvidence() as e:
            return {
                (arm, short(t)): percent(e.printed[k, a])
                for a, arm in enumerate(e.arms)
                for k, t in enumerate(e.times[1:])
            }
        case BinomialEvidence() as e:
            return {(arm, ""): f"{short(e.events[a])} of {short(e.n[a])}" for a, arm in enumerate(e.arms)}
        case RatioEvidence(control_survival=(months, survival)) as e:
            return {(e.arms[0], short(months)): percent(survival)}
    return {}
