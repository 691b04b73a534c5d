"""Labels inside a plot: each where there is room, none over another. Places are inches from the corner of the axes."""

import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from crlm_bayes.arrays import Floats
from crlm_bayes.figures.frame import style

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

Size = tuple[float, float]

LETTER: Final = 0.62
"""Width of a letter in units of its size, more than any word needs."""

EDGE = 0.03

HIGH = 0.18
"""Inches that a line of text takes."""

ROOM = 0.08
"""Inches between a label and what it does not belong to, at least."""


def width_of(text: str, size: float) -> float:
    """Inches that a text may need."""
    return len(text) * LETTER * size / 72


def is_inside(axes: Axes, x: float, y: float) -> bool:
    """Whether a point lies on the axes."""
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    return x0 <= x <= x1 and y0 <= y <= y1


def inches(axes: Axes, x: float, y: float, size: Size) -> tuple[float, float]:
    """Place of a point in axes of the given size."""
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    return size[0] * (x - x0) / (x1 - x0), size[1] * (y - y0) / (y1 - y0)


def around(place: tuple[float, float], wide: float, high: float) -> Box:
    """A box centred on a place."""
    a, b = place
    return a - wide / 2, b - high / 2, a + wide / 2, b + high / 2


def is_free(box: Box, taken: Sequence[Box], size: Size) -> bool:
    """Whether a box lies inside axes of a size and touches no other."""
    left, bottom, right, top = box
    if left < EDGE or bottom < EDGE or right > size[0] - EDGE or top > size[1] - EDGE:
        return False
    return not any(left < x1 and x0 < right and bottom < y1 and y0 < top for x0, y0, x1, y1 in taken)


def room_beside(
    place: tuple[float, float], text: str, taken: Sequence[Box], lines: Sequence[Box], size: Size
) -> Box | None:
    """Find a free box for the name of a mark: beside, above or below it, off the lines where that is possible."""
    (a, b), wide, high = place, width_of(text, style.SMALL), 0.14
    boxes = [
        box
        for lift in (0.0, 0.13, -0.13, 0.26, -0.26)
        for box in (
            (a + 0.1, b + lift - high / 2, a + 0.1 + wide, b + lift + high / 2),
            (a - 0.1 - wide, b + lift - high / 2, a - 0.1, b + lift + high / 2),
        )
    ]
    boxes[2:2] = [around((a, b + 0.16), wide, high), around((a, b - 0.16), wide, high)]
    free = [box for box in boxes if is_free(box, taken, size)]
    off_lines = [box for box in free if is_free(box, lines, size)]
    return next(iter([*off_lines, *free]), None)


def roomiest(mine: Floats, others: Floats, wide: float, taken: Sequence[Box], size: Size) -> tuple[float, float] | None:
    """Choose the place of a label in its own region, furthest from the points of other regions and from the edges.

    Parameters
    ----------
    mine, others : array, shape (n, 2)
    wide : float
        Inches that the label takes.
    """
    best, room = None, ROOM
    for a, b in mine:
        if not is_free(around((a, b), wide, HIGH), taken, size):
            continue
        free = float(min(a - wide / 2, size[0] - a - wide / 2, b, size[1] - b))
        if len(others):
            beyond = np.maximum(np.abs(others - (a, b)) - (wide / 2, HIGH / 2), 0)
            free = min(free, float(np.hypot(beyond[:, 0], beyond[:, 1]).min()))
        if free > room:
            best, room = (float(a), float(b)), free
    return best


def write_at(
    axes: Axes, place: tuple[float, float], text: str, size: Size, font: float, *, bold: bool, ground: float
) -> None:
    """Write a text centred on a place, on white ground of some opacity."""
    axes.text(
        place[0] / size[0],
        place[1] / size[1],
        text,
        transform=axes.transAxes,
        ha="center",
        va="center",
        fontsize=font,
        fontweight="bold" if bold else "normal",
        bbox={"facecolor": "white", "alpha": ground, "linewidth": 0, "pad": 0.8} if ground else None,
        zorder=6,
    )


def spread(centres: Sequence[float], widths: Sequence[float], low: float, high: float) -> list[float]:
    """Move rising centres of labels so that they do not overlap and stay between two ends, where that is possible."""
    moved = [min(max(x, low + w / 2), high - w / 2) for x, w in zip(centres, widths, strict=True)]
    gaps = [(a + b) / 2 for a, b in itertools.pairwise(widths)]
    for _ in range(100):
        for i, gap in enumerate(gaps):
            push = max(gap - moved[i + 1] + moved[i], 0.0) / 2
            moved[i], moved[i + 1] = moved[i] - push, moved[i + 1] + push
    for i, w in enumerate(widths):  # what was pushed off an end comes back, and pushes its neighbours
        moved[i] = max(moved[i], low + w / 2, moved[i - 1] + gaps[i - 1] if i else -math.inf)
    for i in range(len(widths) - 1, -1, -1):
        last = i == len(widths) - 1
        moved[i] = min(moved[i], high - widths[i] / 2, math.inf if last else moved[i + 1] - gaps[i])
    return moved
