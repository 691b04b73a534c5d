"""What a log-rank statistic can be, given counts: its range over every order of the events that a print allows.

While nobody is censored the log-rank statistic (O - E)²/V (Mantel 1966) depends on the order of the events alone. An order
is a path on the lattice of events by arm, from none to those printed, through what is printed of earlier times; E and V are
sums along it. The pairs (E, V) of all paths lie in a convex set, whose support function in a direction is the longest path
with that direction's weights: a recursion over the lattice (Bellman 1957). The set drawn with tangents in many directions
holds every pair, so that no order gives a statistic outside the range found. (O - E)²/V is convex in (E, V): its greatest
value lies in a corner, its least on an edge. Measured in the tests, the ends are those of all orders written out one by one.

Events at one time count as tied: d of them, of N at risk with a share p in the first arm, have E = d p and
V = d p (1 - p)(N - d)/(N - 1). Ties can take the statistic beyond all orders without ties.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from crlm_bayes.audits.names import is_complete
from crlm_bayes.documents.printed.entries import SurvivalEntry, TestEntry
from crlm_bayes.documents.printed.rounding import Range, counts_printing
from crlm_bayes.documents.study import Study
from crlm_bayes.rule import LOWER, SEED, UPPER

DIRECTIONS: Final = 64
"""Tangents that enclose the pairs (E, V)."""

MOST_TIED: Final = 200
"""Events between two printed times up to which every tie is tried (some seconds)."""

DRAWS: Final = 4_000
"""Random orders behind the central range: the standard error of a tail of 2.5% is 0.25%."""

Vectors = NDArray[np.float64]

Supports = Mapping[tuple[int, int], Vectors]
"""By events of the two arms, the greatest weighted sum of E and V in each direction."""


@dataclass(frozen=True)
class Orders:
    """Events of two arms by printed times, the last that of the test; a print may leave several numbers open.

    Attributes
    ----------
    sizes : two int
        Patients of the arms, of whom none is censored before the last time.
    points : tuple of two range each
    """

    sizes: tuple[int, int]
    points: tuple[tuple[range, range], ...]


def orders_of(study: Study, test: TestEntry) -> Orders | None:
    """Events by the time of a test and by the earlier printed times, or None.

    None where the test has no time or more than two arms, where somebody may have been censored before it, and where
    the print gives no whole number of events by then.
    """
    arms = test.between or tuple(arm.id for arm in study.arms)
    if test.months is None or len(arms) != 2 or any(arm not in study.sizes for arm in arms):
        return None
    curves: list[dict[float, range]] = []
    for arm in arms:
        rows = (row for row in study.survival if (row.endpoint, row.arm) == (test.endpoint, arm))
        curves.append({
            row.months.value: events
            for row in rows
            if is_complete(study, row) and (events := _events(row, study.sizes[arm]))
        })  # fmt: skip
    last = test.months.value
    if any(last not in curve for curve in curves):
        return None
    times = sorted(time for time in curves[0].keys() | curves[1].keys() if time <= last)
    points = tuple(tuple(curve.get(time, range(curve[last].stop)) for curve in curves) for time in times)
    return Orders(tuple(study.sizes[arm] for arm in arms), points)  # type: ignore[arg-type]  # two arms


def _events(row: SurvivalEntry, n: int) -> range:
    """Numbers of events that a printed point leaves open; none where no whole number prints it."""
    if row.alive is not None:
        return range(n - row.alive, n - row.alive + 1)
    assert row.percent is not None, "an entry has a count, a percentage, or both"
    alive = counts_printing(row.percent, n)
    return range(n - alive.stop + 1, n - alive.start + 1)


@lru_cache(maxsize=256)
def logrank_range(orders: Orders, *, ties: bool = False) -> Range | None:
    """Log-rank χ² over all orders of events that a print allows.

    Parameters
    ----------
    orders : Orders
    ties : bool
        Whether any events between two printed times may have happened at one time.

    Returns
    -------
    Range or None
        None where there is no event, where no order passes all printed points, or where there are too many events to
        try every tie.
    """
    if ties and any(b > MOST_TIED for b in _between(orders)):
        return None
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    directions = np.stack([np.cos(angles), np.sin(angles)])
    here: Supports = {(0, 0): np.zeros(DIRECTIONS)}
    for point in orders.points:
        here = _onwards(here, point, orders.sizes, directions, ties)
    found = [_extremes(support, directions, events[0]) for events, support in here.items() if sum(events)]
    return Range(min(x.low for x in found), max(x.high for x in found)) if found else None


def _between(orders: Orders) -> list[int]:
    """Most events between each printed time and the one before."""
    pairs = pairwise(((range(1), range(1)), *orders.points))
    return [sum(b[-1] - a[0] for a, b in zip(*pair, strict=True)) for pair in pairs]


def _onwards(
    start: Supports, end: tuple[range, range], sizes: tuple[int, int], directions: Vectors, ties: bool
) -> Supports:
    """Lengthen all paths to the next printed time, by one event after the other or by ties of any size."""
    low, high, most = min((i for i, _ in start), default=0), end[0][-1], end[1][-1]
    i = np.arange(low, high + 1)
    layers: dict[int, Vectors] = {}

    def layer(events: int) -> Vectors:
        return layers.setdefault(events, np.full((len(i), directions.shape[1]), -np.inf))

    for (first, second), support in start.items():
        if first <= high and second <= most:
            layer(first + second)[first - low] = support
    reached: dict[tuple[int, int], Vectors] = {}
    for events in range(min(layers, default=0), high + most + 1):
        here = layer(events)
        del layers[events]
        here[(events - i < 0) | (events - i > most)] = -np.inf
        for first in set(end[0]) & {events - second for second in end[1]}:
            if first >= low and np.isfinite(here[first - low]).all():
                reached[first, events - first] = here[first - low].copy()
        left = sum(sizes) - events
        share = (sizes[0] - i) / left if left else np.zeros(len(i))
        for tied in range(1, min(high + most - events, left if ties else 1) + 1):
            variance = tied * share * (1 - share) * ((left - tied) / (left - 1) if left > 1 else 0.0)
            there = here + tied * np.outer(share, directions[0]) + np.outer(variance, directions[1])
            # of d events 0 to d are of the first arm
            back = scipy.ndimage.maximum_filter1d(
                there, tied + 1, axis=0, mode="constant", cval=-np.inf, origin=tied // 2
            )
            np.maximum(layer(events + tied), back, out=layer(events + tied))
    return reached


def _extremes(support: Vectors, directions: Vectors, observed: int) -> Range:
    """Least and greatest (O - E)²/V over the set that the tangents enclose."""
    step = 2 * np.pi / len(support)
    along = (np.roll(support, -1) - support * math.cos(step)) / math.sin(step)
    e, v = support * directions + along * np.stack([-directions[1], directions[0]])
    v = np.maximum(v, 0.0)
    excess = observed - e
    with np.errstate(divide="ignore", invalid="ignore"):
        corners = np.where(v > 0, excess**2 / v, np.inf)
        if excess.min() <= 0 <= excess.max():
            return Range(0.0, float(corners.max()))
        slope, rise = np.roll(excess, -1) - excess, np.roll(v, -1) - v
        # the derivative of the statistic along an edge vanishes here, if on the edge
        at = np.nan_to_num((excess * rise - 2 * slope * v) / (slope * rise), nan=0.0, posinf=0.0, neginf=0.0)
        at = np.clip(at, 0.0, 1.0)
        edges = (excess + at * slope) ** 2 / (v + at * rise)
    return Range(float(min(corners.min(), np.nanmin(edges))), float(corners.max()))


@lru_cache(maxsize=256)
def usual_range(orders: Orders) -> Range | None:
    """Central 95% of the log-rank χ² over random orders, by Monte Carlo with a fixed seed; events have no ties.

    Between two printed times every order of the events is as likely. None where the print leaves counts open, or where
    there is no event.
    """
    if any(len(events) != 1 for point in orders.points for events in point):
        return None
    rng, labels, before = np.random.default_rng(SEED), [], (0, 0)
    for first, second in orders.points:
        here = first[0], second[0]
        gone = here[0] - before[0], here[1] - before[1]
        if min(gone) < 0:
            return None
        labels.append(rng.permuted(np.tile(np.repeat([1, 0], gone), (DRAWS, 1)), axis=1))
        before = here
    first_arm = np.concatenate(labels, axis=1)
    if first_arm.shape[1] == 0:
        return None
    share = (orders.sizes[0] - np.cumsum(first_arm, axis=1) + first_arm) / (
        sum(orders.sizes) - np.arange(first_arm.shape[1])
    )
    variance = (share * (1 - share)).sum(axis=1)
    statistic = (before[0] - share.sum(axis=1)) ** 2 / np.maximum(variance, np.finfo(float).tiny)
    return Range(*(float(x) for x in np.quantile(statistic, (LOWER, UPPER))))
