"""Hazards that jump: does a printed curve fall, from one printed point to the next, as no smooth curve does?"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import scipy

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.names import arm_name
from crlm_bayes.audits.survival.points import landmarks
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import endpoint_noun
from crlm_bayes.words.numbers import short

JUMP: Final = 6.0
"""Hazard of an interval over the hazard before it from which on it is reported.

Of 307 arms of published trials, each printed with five sets of landmarks and its median, none is reported (so held in the
tests); at 5 one would be, whose patients were seen at few visits, and at 3 one print in a hundred.
"""

SHORT: Final = 0.25
"""Longest interval, as part of the time before it: over a longer one a hazard may rise both steeply and smoothly."""

CHANCE: Final = 1e-3
"""Largest probability of so many events by chance, had the hazard stayed as it was."""


@dataclass(frozen=True)
class Point:
    """A printed point, or the median: the time at which one half is left."""

    months: Range
    share: Range
    said: str
    entry: str
    locator: str


@check("Does the hazard between printed points stay within what a smooth curve can do?")
def hazard_jump(study: Study) -> Iterable[Trouble]:
    """Compare the hazard between successive points with the one just before and with the mean since the start.

    Reported where, for every value that the rounding leaves open, it is :data:`JUMP` times the larger of the two, where
    the interval is short, and where so many events are beyond chance: Poisson, with the patients that the points are worth.
    """
    for endpoint, arm in dict.fromkeys((row.endpoint, row.arm) for row in study.survival if row.arm in study.sizes):
        points, information = _points(study, endpoint, arm)
        for (before, start), (_, end) in pairwise(pairwise(points)):
            earlier = _hazard(Point(Range(0, 0), Range(1, 1), "", "", ""), start).high
            earlier = max(earlier, _hazard(before, start).high)
            later = _hazard(start, end).low
            length = end.months.high - start.months.low
            if earlier <= 0 or later < JUMP * earlier or length > SHORT * start.months.high:
                continue
            left = information * start.share.low
            events = math.floor(left * (1 - end.share.high / start.share.low))
            if events < 1 or scipy.special.pdtrc(events - 1, left * earlier * length) > CHANCE:
                continue
            noun, name = endpoint_noun(endpoint), arm_name(study, arm)
            times = short(math.floor(later / earlier))
            message = (
                f"For {noun} in {name} {start.said} and {end.said} are printed: between the two the hazard would be at "
                f"least {times} times that before, a jump that no smooth curve has."
            )
            named = [point for point in (before, start, end) if point.entry]
            yield Trouble(
                f"{endpoint}-{arm}-{short(end.months.low)}", "warning", tuple(p.entry for p in named),
                tuple(p.locator for p in named), f"{start.said}, {end.said}", f"hazard at least {times} times that before", message,
            )  # fmt: skip


def _points(study: Study, endpoint: str, arm: str) -> tuple[list[Point], float]:
    """Start, landmarks and median of a curve in order of time, and the patients that its points are worth at least."""
    known = landmarks(study, endpoint, arm)
    found = [
        Point(
            Range(p.months, p.months), p.share, f"{p.written()} at {p.row.months} months", p.reference, p.row.locator
        )
        for p in known
    ]  # fmt: skip
    own = {arm, None} if len(study.arms) == 1 else {arm}
    for row in study.medians:
        if row.endpoint == endpoint and row.arm in own:
            # at its median a curve falls to one half or below, by one patient if nobody else has the event then
            half = Range(0.5 - 1 / study.sizes[arm], 0.5)
            said = f"a median of {row.months} months"
            found.append(Point(stands_for(row.months), half, said, reference("medians", row), row.locator))
    start = Point(Range(0, 0), Range(1, 1), "", "", "")
    return [start, *sorted(found, key=lambda p: p.months.low)], min((p.information for p in known), default=0.0)


def _hazard(start: Point, end: Point) -> Range:
    """Mean hazard between two points; from nothing to infinite where times or shares may meet or cross."""
    least = math.log(start.share.low / end.share.high) if 0 < end.share.high < start.share.low else 0.0
    most = math.log(start.share.high / end.share.low) if end.share.low > 0 else math.inf
    shortest, longest = end.months.low - start.months.high, end.months.high - start.months.low
    return Range(
        max(0.0, least) / longest if longest > 0 else 0.0, max(0.0, most) / shortest if shortest > 0 else math.inf
    )
