"""The specification curve of a multiverse: every cell's ratio and probability, and below them the options that made it."""

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.multiverse.cells import Cell, Multiverse, logit
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.rule import SURVIVES
from crlm_bayes.words.marks import mark_of
from crlm_bayes.words.nouns import Vocabulary, vocabulary
from crlm_bayes.words.numbers import LEVEL, probability, short, threshold

LEFT, AXIS, RIGHT = 3.0, 5.6, 0.2

RATIO, CLAIM, GAP = 2.1, 1.5, 0.2

ROW, HEAD = 0.19, 0.27

TOP, BOTTOM = 0.15, 0.3

TICKS: Final = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)

COLOURS: Final = {
    "survives": style.BLUE, "face_value": style.BLUE, "open": style.SOFT, "harm": style.VERMILLION, "harm_face_value": style.VERMILLION,
    "what_if": style.FAINT,
}  # fmt: skip
"""By mark; what asks what if is faint."""

HOLLOW: Final = ("face_value", "harm_face_value")
"""Marks whose dots are not filled."""


def draw_multiverse(found: Multiverse) -> Figure:
    """Draw the cells with an answer of their own, from the most to the least in favour of the claim."""
    cells, said = in_order(found), vocabulary(found.spec)
    rows = sum(HEAD + ROW * len(options) for options in found.choices.values())
    height = TOP + RATIO + GAP + CLAIM + GAP + rows + BOTTOM
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, height))
    page = style.page(figure)
    own = next(i for i, cell in enumerate(cells) if cell.declared)
    y = height - TOP - RATIO
    _ratios(_panel(figure, y, RATIO, len(cells), own), page, found, cells, y)
    y -= GAP + CLAIM
    _claims(_panel(figure, y, CLAIM, len(cells), own), page, cells, said, y)
    y -= GAP
    axes = _panel(figure, y - rows, rows, len(cells), own)
    axes.set(ylim=(0, rows), yticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    place = rows
    for i, (choice, options) in enumerate(found.choices.items()):
        place -= HEAD
        style.write(page, 0.1, y - rows + place + 0.1, choice, bold=True)
        for option in options:
            place -= ROW
            of_own = found.declared.options[i] == option
            style.write(page, 0.2, y - rows + place + ROW / 2, words.fit(option, 44), style.TEXT, bold=of_own)
            at = [x for x, cell in enumerate(cells) if cell.options[i] == option]
            _upright(axes, at, [place + 0.03] * len(at), [place + ROW - 0.03] * len(at), style.INK, AXIS / len(cells))
    marks = dict.fromkeys(mark_of(cell.at.p_benefit, cell.footing) for cell in cells if cell.at is not None)
    x = LEFT
    for mark in sorted(marks, key=list(COLOURS).index):
        style.write(page, x, BOTTOM / 2, "○" if mark in HOLLOW else "●", style.TEXT, COLOURS[mark])
        style.write(page, x + 0.15, BOTTOM / 2, word_of(mark, said), style.TEXT, style.INK)
        x += 0.4 + 0.075 * len(word_of(mark, said))
    return figure


def in_order(found: Multiverse) -> list[Cell]:
    """Cells with an answer of their own, those first that are most in favour of the claim."""
    return sorted(found.distinct, key=lambda cell: found.spec.claim_sign * math.log(cell.at.median) if cell.at else 0.0)


def _panel(figure: Figure, bottom: float, height: float, size: int, own: int) -> Axes:
    axes = style.axes_at(figure, LEFT, bottom, AXIS, height)
    axes.set(xlim=(-1, size), xticks=[])
    axes.axvline(own, color=style.INK, linewidth=style.THIN, zorder=5, label="declared")
    return axes


def _ratios(axes: Axes, page: Axes, found: Multiverse, cells: Sequence[Cell], bottom: float) -> None:
    logs = [ratio_axis.logs(cell.at.median, cell.at.lower, cell.at.upper) for cell in cells if cell.at is not None]
    ends = ratio_axis.axis_limits(
        [0.0, *(m for _, m, _ in logs)], [x for low, _, high in logs for x in (low, high)], pad=0.03
    )
    shown = ratio_axis.ticks(*ends, RATIO)
    axes.set(ylim=ends)
    axes.set_yticks([math.log(x) for x in shown], labels=[short(x, 3) for x in shown])
    axes.tick_params(labelsize=style.TEXT)
    axes.axhline(0, color=style.INK, linewidth=style.THIN, zorder=1, label="no-effect")
    axes.axhline(math.log(found.spec.mcid), color=style.SOFT, linewidth=style.THIN, linestyle=(0, (3, 2)), zorder=1)

    def draw(at: list[int], colour: str, face: str) -> None:
        low, high = [max(logs[x][0], ends[0]) for x in at], [min(logs[x][2], ends[1]) for x in at]
        _upright(axes, at, low, high, colour, AXIS / len(cells), alpha=0.35)
        axes.plot(at, [logs[x][1] for x in at], ".", color=colour, markersize=2.4, markerfacecolor=face, zorder=4)

    _by_mark(cells, draw)
    style.write(page, 0.1, bottom + RATIO - 0.1, vocabulary(found.spec).measure.capitalize(), bold=True)
    style.write(page, 0.1, bottom + RATIO - 0.28, f"median, {LEVEL} interval", style.TEXT, style.SOFT)
    mcid = f"broken line: MCID {threshold(found.spec.mcid)}"
    style.write(page, 0.1, bottom + RATIO - 0.46, mcid, style.TEXT, style.SOFT)


def _claims(axes: Axes, page: Axes, cells: Sequence[Cell], said: Vocabulary, bottom: float) -> None:
    values = [said.of_claim(cell.at.p_benefit) for cell in cells if cell.at is not None]
    low, high = logit(min([*values, 0.4])), logit(max([*values, 0.99]))
    axes.set(ylim=(low - 0.3, high + 0.3))
    shown = [p for p in TICKS if low - 0.3 <= logit(p) <= high + 0.3]
    axes.set_yticks([logit(p) for p in shown], labels=[short(p) for p in shown])
    axes.tick_params(labelsize=style.TEXT)
    axes.axhline(logit(SURVIVES), color=style.INK, linewidth=style.THIN, linestyle=(0, (4, 2)), zorder=1, label="rule")

    def draw(at: list[int], colour: str, face: str) -> None:
        axes.plot(
            at,
            [logit(values[x]) for x in at],
            "o",
            color=colour,
            markersize=2.2,
            markeredgewidth=0.6,
            markerfacecolor=face,
            zorder=4,
        )

    _by_mark(cells, draw)
    style.write(page, 0.1, bottom + CLAIM - 0.1, said.p_claim, bold=True)
    style.write(page, 0.1, bottom + CLAIM - 0.28, f"broken line: {probability(SURVIVES)}", style.TEXT, style.SOFT)


def _by_mark(cells: Sequence[Cell], draw: Callable[[list[int], str, str], Any]) -> None:
    marks = [mark_of(cell.at.p_benefit, cell.footing) for cell in cells if cell.at is not None]
    for mark, colour in COLOURS.items():
        at = [x for x, found in enumerate(marks) if found == mark]
        if at:
            draw(at, colour, "white" if mark in HOLLOW else colour)


def _upright(
    axes: Axes,
    at: Sequence[int],
    low: Sequence[float],
    high: Sequence[float],
    colour: str,
    inches: float,
    **options: Any,
) -> None:
    """Draw upright strokes as one path: hundreds of them cost the page little."""
    xs = [x for i in at for x in (i, i, math.nan)]
    ys = [y for pair in zip(low, high, strict=True) for y in (*pair, math.nan)]
    width = min(max(0.85 * 72 * inches, 0.4), 3.0)
    axes.plot(xs, ys, color=colour, linewidth=width, solid_capstyle="butt", zorder=3, **options)
