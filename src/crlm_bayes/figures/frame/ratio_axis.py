"""The axis of a ratio: logarithmic, labelled in natural ratios, with the side of benefit in view."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.figures.frame import style
from crlm_bayes.words.nouns import MEASURES
from crlm_bayes.words.numbers import short, threshold

LADDERS = (
    (0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4),
    (0.1, 0.15, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 7, 10),
    (0.1, 0.15, 0.2, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 5, 7, 10),
    (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 20),
    (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100),
    (0.001, 0.01, 0.1, 1, 10, 100, 1000),
)
"""Natural places for ticks, from dense to sparse."""

APART = 0.34
"""Inches between two tick labels, at least."""

REACH = 0.75
"""How much further than the posteriors, in widths of theirs, an axis goes to show what is wider."""


def axis_limits(inner: Iterable[float], outer: Iterable[float] = (), pad: float = 0.07) -> tuple[float, float]:
    """Choose the ends of an axis of log ratios.

    Parameters
    ----------
    inner : log ratios that must be seen
    outer : log ratios that are worth some room, such as the ends of the widest interval; cut off where they are far
    pad : share of the width added on both sides
    """
    inside = [x for x in inner if math.isfinite(x)]
    low, high = min(inside), max(inside)
    room = REACH * max(high - low, 0.1)
    wanted = [min(max(x, low - room), high + room) for x in outer if not math.isnan(x)]
    low, high = min([low, *wanted]), max([high, *wanted])
    margin = pad * max(high - low, 0.1)
    return low - margin, high + margin


def logs(median: float, lower: float, upper: float) -> tuple[float, float, float]:
    """Lower end, median and upper end on the log scale."""
    return log(lower), log(median), log(upper)


def log(x: float) -> float:
    """Natural logarithm; of 0, something far to the left of any axis."""
    return math.log(x) if x > 0 else -math.inf


def ticks(low: float, high: float, inches: float) -> list[float]:
    """Ratios for the ticks between two log ratios: as many of the natural ones as have room."""
    chosen: list[float] = []
    if high - low < math.log(1.6):
        inside = MaxNLocator(nbins=max(2, int(inches / 0.6)), steps=[1, 2, 2.5, 5, 10]).tick_values(
            math.exp(low), math.exp(high)
        )
        chosen = [float(short(x, 10)) for x in inside if x > 0 and low <= math.log(x) <= high]
    for ladder in LADDERS:
        if len(chosen) >= 2:
            return chosen
        inside = [x for x in ladder if low <= math.log(x) <= high]
        places = np.log(inside) * inches / (high - low)
        if len(inside) >= 2 and np.diff(places).min() >= APART:
            chosen = inside
    step = max(1, math.ceil((high - low) / math.log(10) / max(inches / 0.6, 1)))
    decades = range(math.ceil(low / math.log(10)), math.floor(high / math.log(10)) + 1)
    return chosen or [10.0**d for d in decades if d % step == 0] or [math.exp((low + high) / 2)]


def set_ratio_axis(axes: Axes, ends: tuple[float, float], inches: float) -> None:
    """Give the x axis, in log ratios, ticks that read as ratios."""
    shown = ticks(*ends, inches)
    axes.set_xlim(*ends)
    axes.set_xticks(np.log(shown), labels=[short(x, 3) for x in shown])
    axes.tick_params(axis="x", length=3)


def shade_benefit(axes: Axes, better: str) -> None:
    """Shade the side of no effect that favours the treatment."""
    low, high = axes.get_xlim()
    side = (low, min(0.0, high)) if better == "lower" else (max(0.0, low), high)
    if side[0] < side[1]:
        axes.axvspan(*side, color=style.BENEFIT, linewidth=0, zorder=0)


def reference_lines(axes: Axes, spec: AnalysisSpec, *, named: bool) -> None:
    """Draw the lines of no effect and of the smallest ratio worth having (MCID), named at their tops if asked."""
    mcid = math.log(spec.mcid)
    axes.axvline(0, color=style.INK, linewidth=style.THIN, zorder=1, label="no-effect")
    axes.axvline(mcid, color=style.SOFT, linewidth=style.THIN, linestyle=(0, (3, 2)), zorder=1, label="mcid")
    if named:
        outward = -1 if mcid < 0 else 1
        for x, word, direction in ((mcid, f"MCID {threshold(spec.mcid)}", outward), (0.0, "no effect", -outward)):
            axes.annotate(
                word,
                (x, 1),
                xycoords=("data", "axes fraction"),
                xytext=(2 * direction, 2),
                textcoords="offset points",
                ha="right" if direction < 0 else "left",
                va="bottom",
                fontsize=style.TINY,
                color=style.SOFT,
            )


def name_sides(axes: Axes, better: str, favoured: str) -> None:
    """Write under the axis which arm each side favours."""
    left, right = (favoured, "control") if better == "lower" else ("control", favoured)
    for x, text, ha, arm in ((0, f"← favours {left}", "left", left), (1, f"favours {right} →", "right", right)):
        axes.annotate(
            text,
            (x, 0),
            xycoords="axes fraction",
            xytext=(0, -16),
            textcoords="offset points",
            ha=ha,
            va="top",
            fontsize=style.SMALL,
            color=style.BLUE if arm == favoured else style.SOFT,
        )


def axis_title(measure: str) -> str:
    """*hazard ratio (log scale)*."""
    return f"{MEASURES[measure]} (log scale)"


def draw_interval(
    axes: Axes,
    y: float,
    interval: tuple[float, float, float],
    colour: str,
    label: str,
    *,
    marker: str = "o",
    face: str = "",
) -> None:
    """Draw (lower, median, upper) in log ratios; ends outside the axis become arrowheads at its edge."""
    low, middle, high = interval
    left, right = axes.get_xlim()
    start, end = max(low, left), min(high, right)
    if start < end:
        line: dict[str, Any] = {"color": colour, "linewidth": style.LINE, "solid_capstyle": "butt"}
        axes.plot([start, end], [y, y], zorder=3, label=f"{label}-interval", **line)
    for cut, x, arrow in ((low < left, left, "<"), (high > right, right, ">")):
        if cut:
            style.mark(axes, x, y, arrow, style.MARKER - 1, colour, clip_on=False)
    if left <= middle <= right:
        style.mark(axes, middle, y, marker, style.MARKER, colour, face, f"{label}-median")
