"""Rows of regression tables: do their columns agree, and is the standard error possible?"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.ratios.printed import Ratio, over, ratios
from crlm_bayes.documents.printed.ratios import ContrastEntry, FactorEntry
from crlm_bayes.documents.printed.rounding import Range, stands_for, would_print
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.numbers import fixed

NEAR: Final = 0.02
"""Relative distance up to which a column that is not reproduced is only a note."""

ROBUST: Final = 0.9
"""Share of the least standard error below which it is serious: weighted and clustered analyses can fall a little short."""

WIDE: Final = 2.0
"""Factor by which a hazard ratio's standard error may exceed what the events give, for covariates, clusters and weights."""

CONTINUOUS: Final = re.compile(
    r"\b(per|each|every|continuous|(in|de)crease|increment|units?|linear|log|years?)\b", re.IGNORECASE
)
"""Words of factors that are no comparison of two groups."""


@dataclass(frozen=True)
class Least:
    """Least possible standard error, what it rests on, and whether the comparison is surely one of two groups."""

    se: float
    source: str
    entries: tuple[str, ...] = ()
    sure: bool = True


@check("Do ratio, coefficient, standard error, Wald statistic and limits agree?")
def coefficient(study: Study) -> Iterable[Trouble]:
    """Compare the columns of regression tables with each other."""
    for ratio in ratios(study):
        yield from _exponential(ratio)
        yield from _wald(ratio)
        yield from _limits(ratio)


@check("Is each standard error of a ratio possible with so few events or patients, and likely with so many events?")
def information(study: Study) -> Iterable[Trouble]:
    """Compare standard errors with the least possible, and those of hazard ratios with what the events of both arms tell.

    An event tells at most 1/4 of a binary covariate in Cox regression (Schoenfeld 1981), n and m patients at most
    n m / (4 (n + m)) in logistic regression; adjusting for covariates only lowers both. An unadjusted hazard ratio has a
    standard error of about sqrt(1/d + 1/e) with d and e events (exactly so in exponential curves); strata, clusters and
    weights widen it, by less than :data:`WIDE` in what is usual.
    """
    for ratio in ratios(study):
        yield from _too_wide(study, ratio)
        least = _least_se(study, ratio)
        if least is None:
            continue
        for name, se in (("limits", ratio.se), ("standard error", ratio.printed_se)):
            if se is None or se.high >= least.se:
                continue
            severity: Severity = "serious" if least.sure and se.high < ROBUST * least.se else "warning"
            row = ratio.row
            shown = (
                f"limits {row.ci[0]} to {row.ci[1]} imply"
                if name == "limits" and row.ci
                else f"standard error {row.se} means"
            )
            message = (
                f"The printed {shown} a standard error of at most {fixed(se.high, 3)} for the log {ratio.noun} of {ratio.name}, "
                f"but {least.source} allow none below {fixed(least.se, 3)}."
            )
            yield ratio.trouble(
                severity, f"standard error {fixed(se.high, 3)}", f"at least {fixed(least.se, 3)} with {least.source}", message,
                also=least.entries,
            )  # fmt: skip
            break


def _too_wide(study: Study, ratio: Ratio) -> Iterator[Trouble]:
    row, se = ratio.row, ratio.se if ratio.se is not None else ratio.printed_se
    if not isinstance(row, ContrastEntry) or row.measure != "hr" or se is None:
        return
    printed = {x.arm: x for x in study.events if x.endpoint == row.endpoint}
    pair = [printed[arm] for arm in (row.numerator, row.denominator) if arm in printed and printed[arm].events]
    if len(pair) < 2:
        return
    usual = math.sqrt(sum(1 / x.events for x in pair))
    if se.low <= WIDE * usual:
        return
    events = " and ".join(str(x.events) for x in pair)
    limits = f"limits {row.ci[0]} to {row.ci[1]} imply" if row.ci else f"standard error {row.se} means"
    message = (
        f"The printed {limits} a standard error of at least {fixed(se.low, 3)} for the log {ratio.noun} of {ratio.name}, but "
        f"{events} events give about {fixed(usual, 3)}{' before adjustment' if row.adjusted else ''}: it is "
        f"{fixed(se.low / usual, 1)} times as wide as the events make it."
    )
    # covariates that go with the arm can widen an adjusted ratio much
    yield ratio.trouble(
        "note" if row.adjusted else "warning", f"standard error {fixed(se.low, 3)}",
        f"about {fixed(usual, 3)} with {events} events", message, part="wide",
        also=tuple(reference("events", x) for x in pair),
    )  # fmt: skip


def _exponential(ratio: Ratio) -> Iterator[Trouble]:
    row = ratio.row
    if row.coefficient is None or row.value is None:
        return
    said, value = stands_for(row.coefficient), ratio.value
    if said.meets(value):
        return
    shown = would_print(_exp(row.coefficient.value), row.value)
    opposite = Range(-said.high, -said.low).meets(value)
    yield ratio.trouble(
        "note" if said.gap(value) <= NEAR * abs(row.coefficient.value) else "warning",
        f"{row.value}, coefficient {row.coefficient}",
        f"exp({row.coefficient}) = {shown}",
        f"The printed {ratio.noun} {row.value} for {ratio.name} is not the exponential of its coefficient {row.coefficient}, "
        f"which is {shown}{', but that of the coefficient with the opposite sign' if opposite else ''}.",
        part="ratio",
    )


def _wald(ratio: Ratio) -> Iterator[Trouble]:
    row, se = ratio.row, ratio.printed_se
    if row.wald is None or se is None:
        return
    said, z = stands_for(row.wald), over(ratio.effect, se)
    squared = Range(z.low**2, z.high**2)
    if squared.meets(said) or z.meets(said) or Range(-z.high, -z.low).meets(said):
        return
    effect = f"log {ratio.noun}" if row.coefficient is None else f"coefficient {row.coefficient}"
    shown = f"{fixed(squared.low, 3)} to {fixed(squared.high, 3)}"
    yield ratio.trouble(
        "note" if squared.gap(said) <= NEAR * abs(row.wald.value) else "warning",
        f"Wald statistic {row.wald}",
        f"(coefficient / standard error)^2 = {shown}",
        f"The printed Wald statistic {row.wald} for {ratio.name} is not the square of {effect} over standard error {row.se}, "
        f"which lies within rounding between {fixed(squared.low, 3)} and {fixed(squared.high, 3)}.",
        part="wald",
    )


def _limits(ratio: Ratio) -> Iterator[Trouble]:
    row, se = ratio.row, ratio.printed_se
    if row.ci is None or ratio.limits is None or row.se is None or se is None:
        return
    effect, z = ratio.effect, ratio.z
    low = Range(effect.low - z * se.high, effect.high - z * se.low)
    high = Range(effect.low + z * se.low, effect.high + z * se.high)
    gap = max(low.gap(ratio.limits[0]), high.gap(ratio.limits[1]))
    if low.meets(ratio.limits[0]) and high.meets(ratio.limits[1]):
        return
    width = ratio.limits[1].high - ratio.limits[0].low
    effect_value = row.coefficient.value if row.coefficient else row.log_ratio
    half = z * max(0.0, row.se.value)
    ends = [would_print(_exp(effect_value + side * half), limit) for side, limit in zip((-1, 1), row.ci, strict=True)]
    effect_name = f"{ratio.noun} {row.written}" if row.coefficient is None else f"coefficient {row.coefficient}"
    # limits of odds and risk ratios are often not Wald's
    yield ratio.trouble(
        "note" if row.measure != "hr" or gap <= NEAR * width else "warning",
        f"limits {row.ci[0]} to {row.ci[1]}",
        f"limits {ends[0]} to {ends[1]}",
        f"The printed limits {row.ci[0]} to {row.ci[1]} for {ratio.name} do not follow from {effect_name} and standard error "
        f"{row.se}, which give {ends[0]} to {ends[1]}.",
        part="limits",
    )


def _exp(x: float) -> float:
    return math.exp(min(x, 700.0))


def _least_se(study: Study, ratio: Ratio) -> Least | None:
    row = ratio.row
    if row.measure == "rr" or not study.arms:
        return None
    if isinstance(row, ContrastEntry):
        if row.measure == "hr":
            # with a third arm in the model its events, too, say something about the other two
            pair = {row.numerator, row.denominator}
            return _least_hr(study, row.endpoint, pair if len(study.arms) == 2 else {arm.id for arm in study.arms})
        n, m = (_patients(study, row.endpoint, arm) for arm in (row.numerator, row.denominator))
        return Least(2 * math.sqrt(1 / n + 1 / m), f"{n} and {m} patients") if n and m else None
    assert isinstance(row, FactorEntry)
    if CONTINUOUS.search(f"{row.factor} {row.category} {row.reference}"):
        return None
    everyone = {arm.id for arm in study.arms}
    known = row.n is not None and row.n_reference is not None
    if row.measure == "hr":
        least = _least_hr(study, row.endpoint, everyone)
        alone = sum((x.endpoint, x.factor) == (row.endpoint, row.factor) for x in study.factors) == 1
        if least is not None and known and alone and row.n and row.n_reference:
            of_groups = 2 / math.sqrt(row.n + row.n_reference)
            least = Least(of_groups, f"{row.n} and {row.n_reference} patients") if of_groups > least.se else least
        return replace(least, sure=known) if least else None
    if row.n and row.n_reference:
        return Least(2 * math.sqrt(1 / row.n + 1 / row.n_reference), f"{row.n} and {row.n_reference} patients")
    total = sum(_patients(study, row.endpoint, arm) for arm in everyone)
    if total == 0:
        return None
    return Least(4 / math.sqrt(total), f"{total} patients", sure=False)


def _least_hr(study: Study, endpoint: str, arms: set[str]) -> Least | None:
    """Take the events of each arm, or its patients where events are not printed."""
    printed = {row.arm: row for row in study.events if row.endpoint == endpoint and row.arm in arms}
    each = [printed[arm].events if arm in printed else _patients(study, endpoint, arm) for arm in arms]
    most = sum(each)
    if not all(each) and len(printed) < len(arms):
        return None  # an arm of unknown size may hold any number of events
    if most == 0:
        return None
    what = "events" if len(printed) == len(arms) else "events and patients" if printed else "patients"
    entries = tuple(reference("events", row) for row in printed.values())
    return Least(2 / math.sqrt(most), f"{most} {what}", entries)


def _patients(study: Study, endpoint: str, arm: str) -> int:
    """Patients of an arm, or what is counted in it where that is more; 0 where nothing is printed."""
    counted = [row.n for row in study.counts if (row.endpoint, row.arm) == (endpoint, arm)]
    return max([*counted, study.sizes.get(arm, 0)])
