"""Odds and risk ratios against the counts of the same endpoint."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import scipy

from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.names import arm_name, by_reference
from crlm_bayes.documents.entries import ContrastEntry, CountEntry
from crlm_bayes.documents.rounding import TINY, Range, counts_printing, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import MEASURES, endpoint_noun
from crlm_bayes.words.numbers import ratio

NEAR: Final = 0.02
"""Relative distance up to which a ratio that the counts do not give is only a note."""


@check("Does each unadjusted odds or risk ratio follow from the counts?")
def ratio_of_counts(study: Study) -> Iterable[Trouble]:
    """Recompute unadjusted ratios, from counts or from the printed percentages; not where a cell is empty."""
    for subject, row in by_reference("contrasts", study.contrasts):
        pair = count_pair(study, row)
        if row.measure == "hr" or row.adjusted or pair is None:
            continue
        printed = Range(*map(math.exp, row.log_interval))
        found = list(_ratios(row.measure, pair))
        if row.measure == "or" and found and not any(value.meets(printed) for value in found):
            found += _conditional(pair)
        if not found or any(value.meets(printed) for value in found):
            continue
        nearest = min(found, key=lambda value: value.gap(printed))
        top, bottom = arm_name(study, row.numerator), arm_name(study, row.denominator)
        turned = all((v.low - 1) * (printed.high - 1) < 0 and (v.high - 1) * (printed.low - 1) < 0 for v in found)
        without = any(v.meets(printed) for v in _ratios(row.measure, pair, without=True))
        severity: Severity = "warning"
        tail = ""
        if nearest.gap(printed) <= NEAR * math.exp(row.log_ratio):
            severity, tail = "note", ", close to the print"
        elif row.measure == "rr" and without:
            tail = "; it is the ratio of those without the event"
        elif turned:
            severity, tail = "serious", ", on the other side of 1"
        counts = " v ".join(f"{e.events}/{e.n}" if e.events is not None else f"{e.percent}% of {e.n}" for e in pair)
        low, high = ratio(nearest.low), ratio(nearest.high)
        gives = low if low == high else f"{low} to {high}"
        message = (
            f"The printed {MEASURES[row.measure]} {row.written} for {endpoint_noun(row.endpoint)}, {top} over {bottom}, does not "
            f"follow from {counts}, which gives {gives}{tail}."
        )
        yield Trouble(
            subject, severity, (reference("contrasts", row), *(reference("counts", e) for e in pair)),
            (row.locator, *(e.locator for e in pair)), f"{row.measure.upper()} {row.written}", f"{counts} = {gives}", message,
        )  # fmt: skip


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


def _ratios(measure: str, pair: tuple[CountEntry, CountEntry], without: bool = False) -> Iterator[Range]:
    """Ratios from every pair of shares; for those `without` the event if asked; none where a cell may be empty."""
    for top in count_shares(pair[0]):
        for bottom in count_shares(pair[1]):
            a, b = (_complement(top), _complement(bottom)) if without else (top, bottom)
            if min(a.low, b.low) <= TINY or (measure == "or" and max(a.high, b.high) >= 1 - TINY):
                continue
            if measure == "or":
                a, b = (Range(x.low / (1 - x.low), x.high / (1 - x.high)) for x in (a, b))
            yield Range(a.low / b.high, a.high / b.low)


def _conditional(pair: tuple[CountEntry, CountEntry]) -> Iterator[Range]:
    top, bottom = pair
    if top.events is not None and bottom.events is not None:
        odds = conditional_odds_ratio(top.events, top.n, bottom.events, bottom.n)
        yield Range(odds, odds)


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
