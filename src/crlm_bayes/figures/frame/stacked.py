"""A forest for a phone: the name and the numbers of each row stand above its interval, not beside it."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.figures.frame import ratio_axis, style, words

LEFT, AXIS, RIGHT = 0.1, style.NARROW - 0.62, 0.52

HEAD, NAME, BAND, APART, HEADING = 0.42, 0.19, 0.2, 0.06, 0.26

FOOT, LINE = 0.62, 0.13

LONGEST: Final = 22
"""Letters of a name that have room beside a ratio with its interval."""


class StackedRow(NamedTuple):
    """A row: what it is, its ratio with interval and its probability as text, and how it is drawn at a height of its axes.

    One without `draw` is a heading of those below.
    """

    name: str
    ratio: str = ""
    chance: str = ""
    draw: Callable[[Axes, float], None] | None = None
    main: bool = False

    @property
    def height(self) -> float:
        """Inches that it takes."""
        return NAME + BAND + APART if self.draw else HEADING


def draw_stacked(
    spec: AnalysisSpec,
    rows: Sequence[StackedRow],
    headings: tuple[str, str],
    ends: tuple[float, float],
    favoured: str,
    *notes: str,
) -> Figure:
    """Draw rows below each other on one axis of ratios.

    Parameters
    ----------
    headings : of the ratios, of the probabilities
    ends : log ratios
    favoured : what the treatment adds, in a word
    notes : what the marks are
    """
    foot = [line for note in notes for line in words.fit(note, 50, 3).split("\n")]
    bottom = FOOT + LINE * len(foot)
    height = bottom + sum(row.height for row in rows) + HEAD
    figure = Figure(figsize=(style.NARROW, height))
    page = style.page(figure)
    right = style.NARROW - LEFT
    style.write(page, right, height - 0.14, headings[0], style.TINY, style.SOFT, ha="right")
    style.write(page, right, height - 0.28, headings[1], style.TINY, style.SOFT, ha="right")
    y = height - HEAD
    axes: Axes | None = None
    for row in rows:
        y -= row.height
        if row.draw is None:
            style.write(page, LEFT, y + 0.1, words.fit(row.name, 44), style.SMALL, bold=True)
            continue
        axes = style.axes_at(figure, LEFT, y + APART, AXIS, BAND)
        axes.set(ylim=(0, 1), yticks=[])
        ratio_axis.set_ratio_axis(axes, ends, AXIS)
        ratio_axis.shade_benefit(axes, spec.better)
        ratio_axis.reference_lines(axes, spec, named=False)
        axes.tick_params(axis="x", labelbottom=False, length=0)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        row.draw(axes, 0.5)
        middle = y + APART + BAND + 0.09
        style.write(page, LEFT, middle, words.fit(row.name, LONGEST), style.SMALL, bold=row.main)
        style.write(page, right, middle, row.ratio, style.SMALL, bold=row.main, ha="right")
        style.write(page, right, y + APART + BAND / 2, row.chance, style.SMALL, bold=row.main, ha="right")
    if axes is not None:
        axes.tick_params(axis="x", labelbottom=True, length=3)
        axes.spines["bottom"].set_visible(True)
        ratio_axis.name_sides(axes, spec.better, favoured)
    figure.text(LEFT / style.NARROW, 0.06 / height, "\n".join(foot), fontsize=style.TINY, color=style.SOFT, va="bottom")
    return figure
