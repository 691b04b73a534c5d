"""What is written on a map of a probability: the probability on each line, and what happens on either side of the heavy one."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.special import ndtri

from crlm_bayes.arrays import Floats
from crlm_bayes.figures.frame import labels, style
from crlm_bayes.rule import LOWER, SURVIVES, points_to_harm, survives
from crlm_bayes.words.numbers import short

LINES: Final = ((LOWER, (0, (1, 1.5)), 0.8), (0.5, (0, (4, 2)), 0.8), (SURVIVES, "-", 2.4))
"""Probabilities drawn as lines, their style and width."""

SURE = 1e-12


def probit(p: Floats) -> Floats:
    """Standard normal quantile of probabilities, certainty bounded."""
    return np.asarray(ndtri(np.clip(p, SURE, 1 - SURE)))


def label_lines(
    axes: Axes, x: Floats, sds: Floats, p: Floats, size: tuple[float, float], taken: list[labels.Box]
) -> None:
    """Write its probability on each line, where there is room: near the middle of its way across the map."""
    for level, _, width in LINES:
        places = line_places(axes, x, sds, p, level, size)
        text, bold = short(level), width > 1
        wide = labels.width_of(text, style.SMALL) + 0.06
        for a, b in sorted(places, key=lambda place: abs(place[1] - 0.6 * size[1])):
            box = labels.around((a, b), wide, 0.16)
            if labels.is_free(box, taken, size):
                taken.append(box)
                labels.write_at(axes, (a, b), text, size, style.SMALL, bold=bold, ground=0.8)
                break


def name_regions(
    axes: Axes,
    x: Floats,
    y: Floats,
    p: Floats,
    size: tuple[float, float],
    taken: list[labels.Box],
    names: Mapping[str, str],
    ground: float = 0,
) -> None:
    """Write what happens on either side of the line, in the middle of the largest free place of each."""
    where = np.array([[labels.inches(axes, float(a), float(b), size) for a in x] for b in y])
    sides: tuple[tuple[str, Callable[[Floats], NDArray[np.bool_]]], ...] = (
        (names["survives"], survives),
        (names["open"], lambda q: ~survives(q) & ~points_to_harm(q)),
        (names["harm"], points_to_harm),
    )
    for text, belongs in sides:
        mine, wide = belongs(p), labels.width_of(text, style.TEXT)
        best = labels.roomiest(where[mine], where[~mine], wide, taken, size)
        if best:
            taken.append(labels.around(best, wide, labels.HIGH))
            labels.write_at(axes, best, text, size, style.TEXT, bold=text == names["survives"], ground=ground)


def line_places(
    axes: Axes, x: Floats, sds: Floats, p: Floats, level: float, size: tuple[float, float]
) -> list[tuple[float, float]]:
    """Places on the line of a probability, one for each sd that it crosses."""
    target = float(ndtri(level))
    return [
        labels.inches(axes, float(x[j] + (target - row[j]) / (row[j + 1] - row[j]) * (x[j + 1] - x[j])), float(y), size)
        for y, row in zip(np.log(sds), probit(p), strict=True)
        for j in np.flatnonzero((row[:-1] - target) * (row[1:] - target) < 0)
    ]
