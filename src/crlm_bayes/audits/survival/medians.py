"""Printed medians against the printed points of the same curves, and the brackets after them."""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.names import arm_name, by_reference
from crlm_bayes.audits.survival.points import Landmark, landmarks, quantile
from crlm_bayes.documents.printed.entries import MedianEntry
from crlm_bayes.documents.printed.rounding import TINY, Range, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import endpoint_noun
from crlm_bayes.words.numbers import fixed, short

CALENDAR: Final = 0.015
"""Relative difference between a month of 30 days and a twelfth of a year: times closer than that may be one day."""

BEYOND: Final = 3.0
"""Standard errors of S(t) from one half, beyond which no confidence interval of the median holds t."""

BESIDE: Final = 0.5
"""Standard errors of S(t) from one half, below which every confidence interval of the median holds t."""

QUARTILE: Final = 0.05
"""How near to a quarter or three quarters S(t) is called near."""

VISIT: Final = 1.0
"""Months within which patients come for one planned visit: progression that it shows falls into so short a time."""

NARROW: Final = 0.5
"""Width of an interval of a median, as part of that of an exponential curve, below which it is reported."""


class Known(NamedTuple):
    """A median, its arm, and the points of its curve."""

    subject: str
    row: MedianEntry
    arm: str
    name: str
    points: list[Landmark]

    @property
    def what(self) -> str:
        """The curve in words."""
        return f"{endpoint_noun(self.row.endpoint)} in {self.name}"


def known_medians(study: Study) -> Iterator[Known]:
    """Medians of one arm each; a median without an arm is that of the arm if there is but one."""
    for subject, row in by_reference("medians", study.medians):
        arm = row.arm or (study.arms[0].id if len(study.arms) == 1 else None)
        if arm is not None and row.endpoint != "follow_up":
            yield Known(subject, row, arm, arm_name(study, arm), landmarks(study, row.endpoint, arm))


@check("Is each median where its own curve crosses one half?")
def median_landmark(study: Study) -> Iterable[Trouble]:
    """Compare each median with the survival before and after it; exactly one half is compatible with either side."""
    for median in known_medians(study):
        said = stands_for(median.row.months)
        for point in median.points:
            t, low, high = point.months, point.share.low, point.share.high
            early, late = high < 0.5 - TINY and t < said.low, low > 0.5 + TINY and t >= said.high
            if not early and not late:
                continue
            # 362 days are 12.1 months of 30 days and lie before 12 months of a year
            calendar = t * (1 + CALENDAR) >= said.low if early else said.high * (1 + CALENDAR) > t
            side, still = ("below", "already below") if early else ("above", "still above")
            where = f"at or before {point.row.months} months" if early else f"after {point.row.months} months"
            message = (
                f"The median {endpoint_noun(median.row.endpoint)} in {median.name} is printed as {median.row.months} months, "
                f"but the printed survival at {point.row.months} months is {point.written()}, {still} one half, so the median "
                f"lies {where}{', unless the two count months differently' if calendar else ''}."
            )
            yield Trouble(
                f"{median.subject}-{point.row.months}", "note" if calendar else "serious",
                (reference("medians", median.row), point.reference), (median.row.locator, point.row.locator),
                f"median {median.row.months} months", f"{point.written()} at {point.row.months} months, {side} 50%", message,
            )  # fmt: skip


@check("Can the brackets after medians be what they are called?")
def median_interval(study: Study) -> Iterable[Trouble]:
    """Compare each bracket with the survival inside and outside it.

    A confidence interval of the median holds the times at which S(t) = 1/2 is not rejected (Brookmeyer and Crowley 1982).
    """
    for median in known_medians(study):
        if median.row.interval is None:
            continue
        low, value, high = (stands_for(x) for x in (median.row.interval[0], median.row.months, median.row.interval[1]))
        if value.high < low.low - TINY or value.low > high.high + TINY:
            bracket = _bracket(median.row)
            message = f"The median {median.row.months} months of {median.what} lies outside the bracket {bracket} printed after it."
            yield Trouble(
                median.subject, "serious", (reference("medians", median.row),), (median.row.locator,),
                f"{median.row.months} months", bracket, message,
            )  # fmt: skip
        elif median.row.interval_kind == "iqr":
            yield from _not_quartiles(median, Range(low.high, high.low))
        else:
            yield from _too_wide(median, Range(low.high, high.low))
            yield from _too_narrow(median, Range(low.low, high.high))


def _too_wide(median: Known, inside: Range) -> Iterator[Trouble]:
    points = [p for p in median.points if _within(p.months, inside) and _least_z(p, 0.5) > BEYOND]
    if not points:
        return
    farthest = max(points, key=lambda p: _least_z(p, 0.5))
    quartile = next((p for p in points if _is_quartile(p, median.row)), None)
    held = (
        f"it holds {farthest.row.months} months, where {farthest.among()} is beyond {short(BEYOND)} "
        f"standard errors from one half"
    )
    tail = ""
    if quartile is not None:
        part = "a quarter" if quartile.middle < 0.5 else "three quarters"
        tail = f"; as about {part} is left near its limit, it reads as an interquartile range"
    stem = f"The bracket {_bracket(median.row)} months after the median {median.row.months} of {median.what}"
    severity = _severity(median.row)
    if median.row.interval_kind == "ci" and _is_symmetric(median.row):
        severity = "note"
        message = f"{stem} is wide for a confidence interval, because {held}; one from the slope at the median can be so wide."
    elif median.row.interval_kind == "ci":
        message = f"{stem} cannot be a confidence interval, because {held}{tail}."
    else:
        tail = tail or "; it reads as quartiles or a range of times"
        message = f"{stem} is not called a confidence interval and cannot be one, because {held}{tail}."
    yield _of_interval(median, "wide", severity, farthest, _bracket(median.row), message)


def _too_narrow(median: Known, outside: Range) -> Iterator[Trouble]:
    points = [p for p in median.points if not _touches(p.months, outside) and _most_z(p, 0.5) < BESIDE]
    if not points:
        return
    nearest = min(points, key=lambda p: _most_z(p, 0.5))
    if_one = "" if median.row.interval_kind == "ci" else ", if it is a confidence interval,"
    message = (
        f"The bracket {_bracket(median.row)} months after the median {median.row.months} of {median.what}{if_one} is narrower "
        f"than {nearest.n} patients allow: it leaves out {nearest.row.months} months, where {nearest.written()} cannot be "
        f"told from one half."
    )
    yield _of_interval(median, "narrow", _severity(median.row), nearest, _bracket(median.row), message)


def _not_quartiles(median: Known, inside: Range) -> Iterator[Trouble]:
    """Between its quartiles a curve lies between three quarters and a quarter."""
    points = [
        p
        for p in median.points
        if _within(p.months, inside)
        and (
            (p.share.low > 0.75 and _least_z(p, 0.75) > BEYOND) or (p.share.high < 0.25 and _least_z(p, 0.25) > BEYOND)
        )
    ]
    if not points:
        return
    point = points[0]
    message = (
        f"The bracket {_bracket(median.row)} months of {median.what} is printed as an interquartile range, but inside it, at "
        f"{point.row.months} months, survival is {point.written()}."
    )
    yield _of_interval(median, "quartiles", "note", point, f"IQR {_bracket(median.row)}", message)


def _of_interval(median: Known, name: str, severity: Severity, point: Landmark, printed: str, message: str) -> Trouble:
    return Trouble(
        f"{median.subject}-{name}", severity, (reference("medians", median.row), point.reference),
        (median.row.locator, point.row.locator), printed, f"{point.written()} at {point.row.months} months", message,
    )  # fmt: skip


def _is_symmetric(row: MedianEntry) -> bool:
    """Whether the bracket is the median plus and minus one number, as from its standard error (SPSS does so)."""
    assert row.interval is not None, "asked only of medians that have one"
    low, value, high = map(stands_for, (row.interval[0], row.months, row.interval[1]))
    return Range((low.low + high.low) / 2, (low.high + high.high) / 2).meets(value)


def _severity(row: MedianEntry) -> Severity:
    return "warning" if row.interval_kind == "ci" else "note"


def _bracket(row: MedianEntry) -> str:
    assert row.interval is not None, "asked only of medians that have one"
    return f"{row.interval[0]} to {row.interval[1]}"


def _within(t: float, inside: Range) -> bool:
    """Whether t is inside under either calendar."""
    return inside.low * (1 + CALENDAR) < t < inside.high / (1 + CALENDAR)


def _touches(t: float, outside: Range) -> bool:
    """Whether t is inside or near under either calendar."""
    return outside.low / (1 + CALENDAR) <= t <= outside.high * (1 + CALENDAR)


def _is_quartile(point: Landmark, row: MedianEntry) -> bool:
    """Whether a point near a limit of the bracket is near the quartile that belongs there."""
    assert row.interval is not None, "asked only of medians that have one"
    low, high = row.interval[0].value, row.interval[1].value
    limit, share = (low, 0.75) if point.middle > 0.5 else (high, 0.25)
    return abs(point.months - limit) <= 0.1 * (high - low) and abs(point.middle - share) <= QUARTILE


def _least_z(point: Landmark, share: float) -> float:
    """Distance of S(t) from a share in standard errors, over the rounding at least; 0 where it may be that share."""
    if point.share.low <= share <= point.share.high:
        return 0.0
    nearest = min((point.share.low, point.share.high), key=lambda s: abs(s - share))
    # at 0% and 100% the standard error is 0: that of the share itself is larger
    return abs(nearest - share) / max(point.se(nearest), point.se(share))


def _most_z(point: Landmark, share: float) -> float:
    """Distance of S(t) from a share in standard errors, over the rounding at most, all n patients without censoring."""
    farthest = max((point.share.low, point.share.high), key=lambda s: abs(s - share))
    se = math.sqrt(farthest * (1 - farthest) / point.n)
    return abs(farthest - share) / se if se > 0 else math.inf


@check("Are the confidence intervals of medians as wide as the number of patients demands?")
def median_width(study: Study) -> Iterable[Trouble]:
    """Compare with a curve without censoring: the standard error of the median M is M / (k log 2 sqrt n).

    k is the Weibull shape, the steepest between two printed points and 1 (an exponential curve) at least. A note only:
    the curve may be steeper just at its median. Whatever is seen at visits falls in steps, and an interval can lie within one.
    """
    for median in known_medians(study):
        row, n = median.row, study.sizes.get(median.arm)
        if n is None or row.interval is None or row.interval_kind != "ci" or row.months.value <= 0:
            continue
        half = (stands_for(row.interval[1]).high - stands_for(row.interval[0]).low) / 2
        steepness = _steepest(median.points)
        expected = quantile(row.level or 0.95) * row.months.value / (steepness * math.log(2) * math.sqrt(n))
        if half >= NARROW * expected or (row.endpoint != "os" and 2 * half <= VISIT):
            continue
        curve = "an exponential curve" if steepness == 1 else "a curve as steep as the printed survival"
        message = (
            f"The confidence interval {_bracket(row)} months of the median {row.months} of {median.what} is narrow for {n} "
            f"patients: of {curve}, even without censoring, it would be about {row.months} ± {fixed(expected, 1)}."
        )
        yield Trouble(
            median.subject, "note", (reference("medians", row),), (row.locator,), _bracket(row),
            f"about {fixed(max(0.0, row.months.value - expected), 1)} to {fixed(row.months.value + expected, 1)}", message,
        )  # fmt: skip


def _steepest(points: list[Landmark]) -> float:
    """Greatest Weibull shape between neighbouring points, 1 at least."""
    inside = [(math.log(p.months), math.log(-math.log(p.middle))) for p in points if 0 < p.middle < 1]
    return max([1.0, *((y - x) / (t - s) for (s, x), (t, y) in pairwise(inside))])
