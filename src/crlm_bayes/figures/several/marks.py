"""Marks of a synthesis: the square of a study, the pair of one without direction, the diamond of the pooled effect."""

import math
from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from crlm_bayes.answers.several.study_lines import LogInterval, StudyLine
from crlm_bayes.figures.frame import ratio_axis, style

SMALLEST, LARGEST = 3.0, 8.5
"""Sides of a square in points."""

TALL = 0.085
"""Half of the height of a diamond, in the units of the axis: inches."""

DOTTED: Final = (0, (1, 1.2))


def square_size(share: float, shares: Sequence[float]) -> float:
    """Side of a square whose area grows with a weight."""
    return SMALLEST + (LARGEST - SMALLEST) * math.sqrt(max(share, 0.0) / max(*shares, 1e-9, 0.0))


def draw_printed(axes: Axes, y: float, line: StudyLine, size: float) -> None:
    """Draw what a study says by itself; open and dotted where its direction is unknown."""
    left, right = axes.get_xlim()
    label = f"{line.study.id}-printed"
    for one in line.printed:
        start, end = max(one.lower, left), min(one.upper, right)
        if start < end:
            (drawn,) = axes.plot([start, end], [y, y], zorder=2, label=f"{label}-interval")
            drawn.set(color=style.INK, linewidth=1.0, linestyle="-" if line.has_direction else DOTTED)
        for cut, x, arrow in ((one.lower < left, left, "<"), (one.upper > right, right, ">")):
            if cut:
                style.mark(axes, x, y, arrow, style.MARKER - 2, style.INK, clip_on=False)
        if left <= one.middle <= right:
            face = style.INK if line.has_direction else "white"
            style.mark(axes, one.middle, y, "s", size, style.INK, face, label, markeredgewidth=0.8)


def draw_diamond(axes: Axes, y: float, estimate: LogInterval, label: str, tall: float = TALL) -> None:
    """Draw a diamond from end to end of an interval, widest at the median; what leaves the axis is cut off."""
    lower, middle, upper = estimate
    corners = [(lower, y), (middle, y + tall), (upper, y), (middle, y - tall)]
    axes.add_patch(
        Polygon(corners, closed=True, facecolor=style.BLUE, edgecolor=style.INK, linewidth=0.8, zorder=3, label=label)
    )


def draw_bar(axes: Axes, y: float, estimate: LogInterval, colour: str, label: str) -> None:
    """Draw an interval as a bar with a tall tick at the median."""
    ratio_axis.draw_interval(axes, y, estimate, colour, label, marker="|")
    for line in axes.lines:
        if line.get_label() == f"{label}-median":
            line.set(markersize=11, markeredgewidth=1.6)
