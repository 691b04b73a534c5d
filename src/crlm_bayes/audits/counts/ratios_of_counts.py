"""Odds and risk ratios against the counts of the same endpoint."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import scipy

from crlm_bayes.audits.counts import fourfold
from crlm_bayes.audits.counts.readings import FOLLOWS, Fit, Method, Reading, fits, inner, parts, readings, side
from crlm_bayes.audits.counts.readings import NEAR as NEAR_LIMITS
from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.names import arm_name, by_reference
from crlm_bayes.audits.p_values.comparison import Variant
from crlm_bayes.documents.printed.entries import CountEntry
from crlm_bayes.documents.printed.ratios import ContrastEntry, RatioEntry
from crlm_bayes.documents.printed.rounding import TINY, Range, counts_printing, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import MEASURES, endpoint_noun
from crlm_bayes.words.numbers import as_percent, ratio

NEAR: Final = 0.02
"""Relative distance up to which a ratio that the counts do not give is only a note."""

LEVELS: Final = (0.95, 0.9, 0.99)
"""Levels of an interval that are tried to explain one that does not follow."""

LIMITS: Final[Mapping[str, Method]] = {"or": fourfold.odds_ratio_limits, "rr": fourfold.risk_ratio_limits}

type Pair = tuple[CountEntry, CountEntry]
"""Counts of numerator and denominator."""


@check("Does each unadjusted odds or risk ratio follow from the counts, and do its limits?")
def ratio_of_counts(study: Study) -> Iterable[Trouble]:
    """Recompute unadjusted ratios and their limits, from counts or printed percentages; not where a cell is empty.

    A printed interval is accused only if no usual method comes near it (:mod:`~crlm_bayes.audits.counts.fourfold`).
    """
    for subject, row in by_reference("contrasts", study.contrasts):
        pair = count_pair(study, row)
        if row.measure == "hr" or row.adjusted or pair is None:
            continue
        names = f"{arm_name(study, row.numerator)} over {arm_name(study, row.denominator)}"
        trouble = _of_value(row, pair, subject, names) or _of_limits(row, pair, subject, names)
        if trouble is not None:
            yield trouble


def _of_value(row: ContrastEntry, pair: Pair, subject: str, names: str) -> Trouble | None:
    printed = Range(*map(math.exp, row.log_interval))
    found = list(_ratios(row.measure, pair))
    if row.measure == "or" and found and not any(value.meets(printed) for _, value in found):
        found += _conditional(pair)
    if not found or any(value.meets(printed) for _, value in found):
        return None
    usual, nearest = found[0], min(found, key=lambda pair: pair[1].gap(printed))
    turned = all((v.low - 1) * (printed.high - 1) < 0 and (v.high - 1) * (printed.low - 1) < 0 for _, v in found)
    without = any(v.meets(printed) for _, v in _ratios(row.measure, pair, without=True))
    severity: Severity = "warning"
    tail = ""
    if nearest[1].gap(printed) <= NEAR * math.exp(row.log_ratio):
        severity, tail = "note", ", close to the print"
    elif row.measure == "rr" and without:
        tail = "; it is the ratio of those without the event"
    elif turned:
        severity, tail = "serious", ", on the other side of 1"
    if severity == "warning" and row.ci is not None and _contrary(row, pair):
        severity, tail = "serious", f"{tail}; by no usual method does its interval lie on the printed side of 1"
    given = [usual] if usual is nearest else [usual, nearest]
    message = (
        f"The printed {MEASURES[row.measure]} {row.written} for {endpoint_noun(row.endpoint)}, {names}, does not follow from "
        f"{', nor from '.join(f'{words}, which gives {_written(value)}' for words, value in given)}{tail}."
    )
    recomputed = "; ".join(f"{words} = {_written(value)}" for words, value in given)
    return _trouble(row, pair, subject, severity, f"{row.measure.upper()} {row.written}", recomputed, message)


def _of_limits(row: ContrastEntry, pair: Pair, subject: str, names: str) -> Trouble | None:
    usable = inner(pair)
    if row.ci is None or not usable:
        return None
    printed = (_log(stands_for(row.ci[0])), _log(stands_for(row.ci[1])))
    method = LIMITS[row.measure]
    found = fits(usable, method, row.level, printed)
    nearest = min(found, key=lambda fit: fit.gap)
    if nearest.gap <= FOLLOWS:
        return None
    said = side(*printed)
    severity: Severity = "note" if nearest.gap <= NEAR_LIMITS else "warning"
    tail = ""
    other = next((x for x in LEVELS if x != row.level and _least_gap(usable, method, x, printed) <= FOLLOWS), None)
    if other is not None:
        severity, tail = "warning", f"; they are those of a {as_percent(other)} interval"
    elif severity == "warning" and all(side(*fit.limits) != said for fit in found):
        severity, tail = "serious", f", which {'includes' if said else 'excludes'} no effect, contrary to the print"
    given = f"{_span(found[0])} ({found[0].method})"
    if nearest is not found[0]:
        given += f" and at the nearest {_span(nearest)} ({nearest.method})"
    limits = f"{row.ci[0]} to {row.ci[1]}"
    message = (
        f"The printed limits {limits} of the {MEASURES[row.measure]} {row.written} for {endpoint_noun(row.endpoint)}, {names}, "
        f"do not follow from {found[0].words}, which gives {given}{tail}."
    )
    return _trouble(
        row, pair, f"{subject} limits", severity, f"{as_percent(row.level)} limits {limits}",
        f"{found[0].words}: {given}", message,
    )  # fmt: skip


def count_variants(study: Study, row: RatioEntry) -> tuple[str, list[Variant]]:
    """P values of an unadjusted odds or risk ratio by every usual test of its counts, and the counts in words."""
    pair = (
        count_pair(study, row) if isinstance(row, ContrastEntry) and row.measure != "hr" and not row.adjusted else None
    )
    usable = inner(pair) if pair else []
    if not usable:
        return "", []
    words = f"the printed {'counts ' if usable[0].exact else ''}{usable[0].words}"
    return words, [variant for reading in usable for variant in reading.p_values()]


def count_pair(study: Study, row: ContrastEntry) -> tuple[CountEntry, CountEntry] | None:
    """Counts of numerator and denominator of a contrast over all centres; None where one is not printed."""
    by_arm = {c.arm: c for c in study.counts if c.endpoint == row.endpoint and c.centre is None}
    top, bottom = by_arm.get(row.numerator), by_arm.get(row.denominator)
    return None if top is None or bottom is None else (top, bottom)


def count_shares(entry: CountEntry) -> list[Range]:
    """Shares of patients that a print leaves open: of its count, and those that its percentage stands for."""
    found = []
    if entry.events is not None:
        found.append(Range(entry.events / entry.n, entry.events / entry.n))
    if entry.percent is not None:
        whole = counts_printing(entry.percent, entry.n)
        said = stands_for(entry.percent)
        if not found and whole:
            found.append(Range(whole[0] / entry.n, whole[-1] / entry.n))
        found.append(Range(max(0.0, said.low / 100), min(1.0, said.high / 100)))
    return found


def _ratios(measure: str, pair: Pair, without: bool = False) -> Iterator[tuple[str, Range]]:
    """Ratios of every reading with its words; for those `without` the event if asked; none where a cell may be empty."""
    for reading in readings(parts(pair[0]), parts(pair[1])):
        a, b = reading.first.share, reading.second.share
        if without:
            a, b = _complement(a), _complement(b)
        if min(a.low, b.low) <= TINY or (measure == "or" and max(a.high, b.high) >= 1 - TINY):
            continue
        if measure == "or":
            a, b = (Range(x.low / (1 - x.low), x.high / (1 - x.high)) for x in (a, b))
        yield reading.words, Range(a.low / b.high, a.high / b.low)


def _conditional(pair: Pair) -> Iterator[tuple[str, Range]]:
    top, bottom = pair
    if top.events is not None and bottom.events is not None:
        odds = conditional_odds_ratio(top.events, top.n, bottom.events, bottom.n)
        words = f"the conditional likelihood of {top.events}/{top.n} v {bottom.events}/{bottom.n}"
        yield words, Range(odds, odds)


def conditional_odds_ratio(a: int, n: int, b: int, m: int) -> float:
    """Odds ratio of a of n over b of m that is most likely given the margins (Fisher 1935; R's `fisher.test`)."""
    events = a + b
    low, high = max(0, events - m), min(n, events)
    if not low < a < high:
        return 0.0 if a == low else math.inf
    x = np.arange(low, high + 1)
    weights = -np.sum([scipy.special.gammaln(k + 1) for k in (x, n - x, events - x, m - events + x)], axis=0)
    # the mean of the noncentral hypergeometric rises with the log odds ratio
    below, above = -50.0, 50.0
    for _ in range(60):
        theta = (below + above) / 2
        terms = weights + theta * x
        mass = np.exp(terms - terms.max())
        if float((mass * x).sum() / mass.sum()) < a:
            below = theta
        else:
            above = theta
    return math.exp((below + above) / 2)


def _complement(share: Range) -> Range:
    return Range(1 - share.high, 1 - share.low)


def _log(limit: Range) -> Range:
    return Range(math.log(limit.low) if limit.low > 0 else -math.inf, math.log(limit.high))


def _contrary(row: ContrastEntry, pair: Pair) -> bool:
    """Whether no interval lies on the side of no effect on which the printed one does."""
    assert row.ci is not None, "asked only of printed limits"
    printed = (_log(stands_for(row.ci[0])), _log(stands_for(row.ci[1])))
    found = fits(inner(pair), LIMITS[row.measure], row.level, printed)
    return bool(found) and all(side(*fit.limits) != side(*printed) for fit in found)


def _least_gap(usable: Sequence[Reading], method: Method, level: float, printed: tuple[Range, Range]) -> float:
    return min(fit.gap for fit in fits(usable, method, level, printed))


def _span(fit: Fit) -> str:
    return " to ".join(_written(Range(_exp(limit.low), _exp(limit.high)), "–") for limit in fit.limits)


def _exp(x: float) -> float:
    return math.exp(min(x, 700.0))


def _written(value: Range, between: str = " to ") -> str:
    low, high = ratio(value.low), ratio(value.high)
    return low if low == high else f"{low}{between}{high}"


def _trouble(
    row: ContrastEntry, pair: Pair, subject: str, severity: Severity, printed: str, recomputed: str, message: str
) -> Trouble:
    entries = (reference("contrasts", row), *(reference("counts", entry) for entry in pair))
    return Trouble(
        subject, severity, entries, (row.locator, *(entry.locator for entry in pair)), printed, recomputed, message
    )
