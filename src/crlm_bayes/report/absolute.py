"""Absolute effects in words and in a table: per arm, their difference, the number needed to treat, time gained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from crlm_bayes.centre_evidence import CentreEvidence
from crlm_bayes.evidence import BinomialEvidence, RatioEvidence, SurvivalEvidence
from crlm_bayes.format import (
    ABSENT,
    LEVEL,
    needed,
    number,
    percent,
    points,
    share,
    signed,
    signed_points,
    span,
)
from crlm_bayes.report.carried import Carried, carried
from crlm_bayes.report.lookup import Estimate, Key, arguments, by_name
from crlm_bayes.result import AnalysisResult
from crlm_bayes.words import EVENT_FREE, Vocabulary, capital, endpoint_noun, prior_name, vocabulary

Write = Callable[[float | None], str]


@dataclass(frozen=True)
class Difference:
    """A difference of two proportions, treatment minus control, and the number needed to treat.

    `months` is empty for an endpoint without a time; `rising` tells whether more is good. Where a pooled ratio is put
    on the control risk of one study, `endpoint` is that study's and `given` says in words whose risk it is.
    """

    months: str
    rising: bool
    difference: Estimate
    nnt: Estimate | None
    endpoint: str = ""
    given: str = ""


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


def differences(result: AnalysisResult) -> list[Difference]:
    """Collect the differences under the primary prior: in order of time; of a synthesis, by whose control risk."""
    if result.synthesis is not None:
        better = result.spec.better == "higher"
        return [
            Difference(c.months, bool(c.months) or better, c.difference, c.nnt, c.endpoint, _given(c))
            for c in carried(result)
        ]
    spec, named = result.spec, by_name(result.estimates)
    found = []
    for (prior, engine, quantity), value in named.items():
        name, inside = arguments(quantity)
        if prior == spec.primary and engine == "nuts" and name == "risk_difference":
            nnt = named.get((prior, engine, quantity.replace("risk_difference", "nnt")))
            # what is left alive at a landmark is always good
            found.append(Difference(inside[0] if inside else "", bool(inside) or spec.better == "higher", value, nnt))
    return sorted(found, key=lambda d: float(d.months or 0))


def chief(result: AnalysisResult) -> Difference | None:
    """The difference to speak of: at the last landmark; of a synthesis, on the control risk of its first direct study."""
    found = differences(result)
    if not found:
        return None
    return found[-1] if result.synthesis is None else found[0]


def _given(c: Carried) -> str:
    alive = EVENT_FREE.get(c.endpoint, "free of it")
    what = f"are {alive} at {c.months} months" if c.months else f"have {endpoint_noun(c.endpoint)}"
    return f"where {percent(c.control)} {what} without the treatment, as {c.study} prints (taken as known)"


def absolute(result: AnalysisResult) -> str:
    """State the absolute effect at the last landmark in one sentence, under the primary prior."""
    spec, words, last = result.spec, vocabulary(result.spec), chief(result)
    if last is None:
        if result.synthesis is not None:
            return "No absolute effect is shown: no direct study that counts in full prints a risk in its control arm to put the pooled ratio on."
        if spec.likelihood == "log_ratio":
            return f"No absolute effect is shown: the printed {words.measure} comes without a risk in the control arm to apply it to."
        return f"No absolute effect is shown: no posterior under the primary prior ({prior_name(spec.primary)}) is among the fits."
    rd = last.difference
    subject = _subject(words, last.endpoint or spec.endpoint, last.months)
    given, before, evidence = "", f", {last.given}," if last.given else "", result.question.evidence
    if isinstance(evidence, RatioEvidence) and evidence.control_survival is not None:
        given = f"; the printed control survival of {percent(evidence.control_survival[1])} is taken as known"
    sentence = f"Under the primary prior{before} {subject} is {points(rd.median)} percentage points {_way(rd.median)} with treatment ({LEVEL} interval {_between(rd)})"
    return f"{sentence}{_need(last, words)}{given}."


def _subject(words: Vocabulary, endpoint: str, months: str) -> str:
    if months:
        alive = EVENT_FREE.get(endpoint)
        return f"the share of patients {alive} at {months} months" if alive else f"{words.endpoint} at {months} months"
    return f"the {'risk' if words.safety else 'probability'} of {words.endpoint}"


def _way(x: float | None) -> str:
    return "lower" if (x or 0.0) < 0 else "higher"


def _between(rd: Estimate) -> str:
    low, high = rd.lower or 0.0, rd.upper or 0.0
    if low >= 0 or high <= 0:
        near, far = sorted((abs(low), abs(high)))
        return f"{span(near, far, points)} {_way(low if high <= 0 else high)}"
    return f"{points(low)} lower to {points(high)} higher"


def _need(found: Difference, words: Vocabulary) -> str:
    nnt = found.nnt
    if nnt is None or nnt.median is None or nnt.lower is None or nnt.upper is None:
        return ""
    good = "be spared (NNTB)" if words.safety else "benefit (NNTB)"
    what = good if nnt.median >= 0 else "be harmed (NNTH)"
    return f", a number needed to treat for one more patient to {what} of {needed(nnt.median)} ({LEVEL} interval {nnt_span(nnt)})"


def nnt_span(nnt: Estimate) -> str:
    """Write the interval of a number needed to treat; through infinity where it holds no difference (Altman 1998)."""
    benefit, harm = nnt.lower or 0.0, nnt.upper or 0.0
    if benefit > 0 > harm:
        ends = [f"NNTB {needed(benefit)}", f"NNTH {needed(harm)}"]
        return " to ∞ to ".join(ends if (nnt.median or 0.0) >= 0 else ends[::-1])
    low, high = sorted((abs(benefit), abs(harm)))
    return span(low, high, needed)


def absolute_rows(result: AnalysisResult) -> list[AbsoluteRow]:
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
        rows.append(AbsoluteRow(what, control, treatment, _cell(d.difference, _points, signed_points), _nnt(d.nnt)))
    return rows + _time_gained(result, named)


def _carried_row(c: Carried) -> AbsoluteRow:
    when = f" at {c.months} months" if c.months else ""
    what = EVENT_FREE.get(c.endpoint, "Survival").capitalize() if c.months else capital(endpoint_noun(c.endpoint))
    return AbsoluteRow(
        f"{what}{when}, with the control risk of {c.study}",
        Cell(percent(c.control), "as printed, taken as known"),
        _cell(c.treatment, percent, share),
        _cell(c.difference, _points, signed_points),
        _nnt(c.nnt),
    )


def _cell(e: Estimate | None, write: Write, write_limit: Write, printed: str = "") -> Cell:
    return (
        Cell(ABSENT, "", printed) if e is None else Cell(write(e.median), span(e.lower, e.upper, write_limit), printed)
    )


def _nnt(nnt: Estimate | None) -> Cell:
    if nnt is None or nnt.median is None:
        return Cell(ABSENT)
    return Cell(f"{'NNTB' if nnt.median >= 0 else 'NNTH'} {needed(nnt.median)}", nnt_span(nnt))


def _time_gained(result: AnalysisResult, named: Mapping[Key, Estimate]) -> list[AbsoluteRow]:
    spec, rows = result.spec, []
    for (prior, engine, quantity), value in named.items():
        name, inside = arguments(quantity)
        if (prior, engine, name) != (spec.primary, "nuts", "rmst_difference"):
            continue
        arms = [named.get((prior, engine, f"rmst[{arm},{inside[0]}]")) for arm in result.question.evidence.arms]
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


def _printed(result: AnalysisResult) -> dict[tuple[str, str], str]:
    """What the paper prints for each arm and time."""
    evidence = result.question.evidence
    match evidence.pooled if isinstance(evidence, CentreEvidence) else evidence:
        case SurvivalEvidence() as e:
            return {
                (arm, f"{t:g}"): percent(e.printed[k, a])
                for a, arm in enumerate(e.arms)
                for k, t in enumerate(e.times[1:])
            }
        case BinomialEvidence() as e:
            return {(arm, ""): f"{e.events[a]:.6g} of {e.n[a]:.6g}" for a, arm in enumerate(e.arms)}
        case RatioEvidence(control_survival=(months, survival)) as e:
            return {(e.arms[0], f"{months:g}"): percent(survival)}
    return {}
