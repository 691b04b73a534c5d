"""Differences between two arms against their counts, or their survival at the same time."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from crlm_bayes.audits.counts import fourfold
from crlm_bayes.audits.counts.readings import FOLLOWS, NEAR, Fit, Part, Reading, fits, of_percent, parts, readings, side
from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.names import arm_name, by_reference, is_complete
from crlm_bayes.audits.p_values.comparison import Comparison, Variant, troubles
from crlm_bayes.audits.p_values.statistics import magnitude, p_of_z_range
from crlm_bayes.audits.survival.points import quantile
from crlm_bayes.documents.printed.entries import CountEntry, SurvivalEntry
from crlm_bayes.documents.printed.ratios import DifferenceEntry
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import endpoint_noun
from crlm_bayes.words.numbers import as_percent, fixed

SHIFT: Final = 1.0
"""Standard errors up to which a difference that does not follow is only a note: it may be adjusted for strata."""

CENSORED: Final = 0.9
"""Share of the width without censoring below which an interval of survival is too narrow; the methods differ by less."""


@dataclass(frozen=True)
class Difference:
    """A printed difference with the entries of its two arms, and every reading of them.

    Attributes
    ----------
    shares : bool
        Whether both are shares of patients: counts, or survival before anybody is censored.
    """

    row: DifferenceEntry
    subject: str
    what: str
    entries: tuple[str, ...]
    locators: tuple[str, ...]
    readings: tuple[Reading, ...]
    shares: bool

    @property
    def printed(self) -> Range:
        """Difference as a proportion."""
        return _hundredth(stands_for(self.row.points))

    @property
    def limits(self) -> tuple[Range, Range] | None:
        """Limits as proportions."""
        return (_hundredth(stands_for(self.row.ci[0])), _hundredth(stands_for(self.row.ci[1]))) if self.row.ci else None

    @property
    def se(self) -> float:
        """Standard error of the first reading, without censoring."""
        both = (self.readings[0].first, self.readings[0].second)
        shares = [(part.share.low + part.share.high) / 2 for part in both]
        return math.sqrt(sum(p * (1 - p) / part.n for p, part in zip(shares, both, strict=True)))

    def trouble(self, severity: Severity, part: str, printed: str, recomputed: str, message: str) -> Trouble:
        """Make a trouble of it."""
        subject = f"{self.subject} {part}".strip()
        return Trouble(subject, severity, self.entries, self.locators, printed, recomputed, message)


@check("Does each difference of two arms follow from their percentages, with its limits and its p value?")
def difference_of_arms(study: Study) -> Iterable[Trouble]:
    """Recompute differences from counts or from survival at their time, where both arms are printed.

    A difference of survival can have wider limits than one of shares, because of censoring, but no narrower ones; a p value
    beside it may be that of whole curves, and is held against its own limits only.
    """
    for subject, row in by_reference("differences", study.differences):
        limits, low_to_high = (row.ci, f"{row.ci[0]} to {row.ci[1]}") if row.ci else (None, "")
        if limits and not stands_for(row.points).meets(Range(stands_for(limits[0]).low, stands_for(limits[1]).high)):
            message = (
                f"The printed difference {row.points} for {_what(study, row)} is outside its own limits {low_to_high}."
            )
            yield Trouble(
                f"{subject} interval", "serious", (reference("differences", row),), (row.locator,), f"{row.points} points",
                f"limits {low_to_high}", message,
            )  # fmt: skip
        found = _read(study, subject, row)
        if found is not None:
            yield from _of_points(found)
            yield from _of_p(found)


def _of_points(found: Difference) -> Iterator[Trouble]:
    row, printed = found.row, found.printed
    values = [
        (r.words, Range(r.first.share.low - r.second.share.high, r.first.share.high - r.second.share.low))
        for r in found.readings
    ]
    if any(value.meets(printed) for _, value in values):
        yield from _of_limits(found) if found.shares else _of_censored(found)
        return
    words, nearest = min(values, key=lambda pair: pair[1].gap(printed))
    severity: Severity = "note" if nearest.gap(printed) <= SHIFT * found.se else "warning"
    tail = ""
    if any(Range(-value.high, -value.low).meets(printed) for _, value in values):
        severity, tail = "warning", ", but with the opposite sign it does"
    elif severity == "warning" and found.shares and _contrary(found, _fits(found)):
        severity, tail = "serious", "; by no usual method does its interval exclude no effect, contrary to the print"
    gives = _points(nearest)
    message = (
        f"The printed difference of {row.points} percentage points for {found.what} does not follow from {words}, which "
        f"gives {gives}{tail}."
    )
    yield found.trouble(severity, "", f"{row.points} points", f"{words}: {gives} points", message)


def _of_limits(found: Difference) -> Iterator[Trouble]:
    each, row = _fits(found), found.row
    if not each or row.ci is None:
        return
    usual, nearest = each[0], min(each, key=lambda fit: fit.gap)
    if nearest.gap <= FOLLOWS:
        return
    severity: Severity = "note" if nearest.gap <= NEAR else "warning"
    tail = ""
    if severity == "warning" and _contrary(found, each):
        severity, tail = "serious", ", with no effect on the other side of its limits than in print"
    given = f"{_span(usual)} ({usual.method})"
    if nearest is not usual:
        given += f" and at the nearest {_span(nearest)} ({nearest.method})"
    limits = f"{row.ci[0]} to {row.ci[1]}"
    message = (
        f"The printed limits {limits} of the difference of {row.points} percentage points for {found.what} do not follow from "
        f"{usual.words}, which gives {given}{tail}."
    )
    printed = f"{as_percent(row.level)} limits {limits}"
    yield found.trouble(severity, "limits", printed, f"{usual.words}: {given}", message)


def _of_censored(found: Difference) -> Iterator[Trouble]:
    row, limits = found.row, found.limits
    least = 2 * quantile(row.level) * found.se
    if limits is None or row.ci is None or limits[1].high - limits[0].low >= CENSORED * least:
        return
    first = found.readings[0]
    message = (
        f"The printed limits {row.ci[0]} to {row.ci[1]} of the difference of {row.points} percentage points for {found.what} are "
        f"narrower than {first.first.n} and {first.second.n} patients allow: even without censoring they would be about "
        f"{fixed(100 * least, 1)} points apart."
    )
    yield found.trouble(
        "warning", "limits", f"{as_percent(row.level)} limits {row.ci[0]} to {row.ci[1]}",
        f"about {fixed(100 * least, 1)} points apart", message,
    )  # fmt: skip


def _of_p(found: Difference) -> Iterator[Trouble]:
    row, limits, variants, basis = found.row, found.limits, list[Variant](), list[str]()
    if row.p is None:
        return
    usable = [reading for reading in found.readings if reading.inside] if row.months is None else []
    if usable:
        variants += [variant for reading in usable for variant in reading.p_values()]
        basis.append(f"the printed {'counts ' if usable[0].exact else ''}{usable[0].words}")
    if limits is not None and row.ci is not None and limits[1].low > limits[0].high:
        double = 2 * quantile(row.level)
        se = Range((limits[1].low - limits[0].high) / double, (limits[1].high - limits[0].low) / double)
        size = magnitude(found.printed)
        variants.append(Variant("from the limits", p_of_z_range(Range(size.low / se.high, size.high / se.low))))
        basis.append(f"the printed difference {row.points} ({row.ci[0]} to {row.ci[1]})")
    if variants:
        words = " and ".join(basis)
        comparison = Comparison(found.what, words, found.entries, found.locators, row.p, tuple(variants))
        for trouble in troubles([comparison]):
            mild = trouble.severity == "serious" and row.months is not None
            yield replace(trouble, subject=f"{found.subject} p", severity="warning" if mild else trouble.severity)


def _read(study: Study, subject: str, row: DifferenceEntry) -> Difference | None:
    """Find the entries of minuend and subtrahend: of the endpoint, or of survival at the time of the difference."""
    entries: list[tuple[str, CountEntry | SurvivalEntry]] = []
    both: list[list[Part]] = []
    for arm in (row.minuend, row.subtrahend):
        here: list[tuple[str, CountEntry | SurvivalEntry, list[Part]]]
        if row.months is None:
            counted = (c for c in study.counts if (c.endpoint, c.arm, c.centre) == (row.endpoint, arm, None))
            here = [("counts", c, parts(c)) for c in counted]
        else:
            at = (row.endpoint, arm, row.months.value)
            alive = (s for s in study.survival if (s.endpoint, s.arm, s.months.value) == at and arm in study.sizes)
            here = [("survival", s, _of_survival(s, study.sizes[arm])) for s in alive]
        if not here:
            return None
        table, entry, read = here[0]
        entries.append((table, entry))
        both.append(read)
    counts = [entry for _, entry in entries if isinstance(entry, CountEntry)]
    shares = len(counts) == 2 or all(isinstance(e, SurvivalEntry) and is_complete(study, e) for _, e in entries)
    names = (reference("differences", row), *(reference(table, entry) for table, entry in entries))
    return Difference(
        row, subject, _what(study, row), names, (row.locator, *(entry.locator for _, entry in entries)),
        tuple(readings(*both)), shares,
    )  # fmt: skip


def _of_survival(row: SurvivalEntry, n: int) -> list[Part]:
    found = [] if row.percent is None else [of_percent(row.percent, n)]
    if row.alive is not None:
        found.insert(0, Part(f"{row.alive}/{n}", Range(row.alive / n, row.alive / n), (row.alive, row.alive), n))
    return found


def _what(study: Study, row: DifferenceEntry) -> str:
    at = f" at {row.months} months" if row.months else ""
    return f"{endpoint_noun(row.endpoint)}{at}, {arm_name(study, row.minuend)} minus {arm_name(study, row.subtrahend)}"


def _fits(found: Difference) -> list[Fit]:
    """Limits by every method; a share of which none or all have the event has no interval by Wald's."""
    usable = [reading for reading in found.readings if reading.inside]
    return fits(usable, fourfold.difference_limits, found.row.level, found.limits) if found.limits else []


def _contrary(found: Difference, each: Sequence[Fit]) -> bool:
    """Whether no interval lies on the side of no effect on which the printed one does."""
    return found.limits is not None and bool(each) and all(side(*fit.limits) != side(*found.limits) for fit in each)


def _hundredth(value: Range) -> Range:
    return Range(value.low / 100, value.high / 100)


def _points(value: Range) -> str:
    low, high = fixed(100 * value.low, 1), fixed(100 * value.high, 1)
    return low if low == high else f"{low} to {high}"


def _span(fit: Fit) -> str:
    return " to ".join(_points(limit).replace(" to ", "–") for limit in fit.limits)
