"""Map of P(benefit) over assumptions about centres: how much they differ, and whether better ones treat more."""

import itertools
import math
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.interpolate import PchipInterpolator
from scipy.special import ndtr, ndtri

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS, Scale
from crlm_bayes.figures.frame import labels, style, words
from crlm_bayes.figures.one import map_labels
from crlm_bayes.figures.one.map_labels import name_regions, probit
from crlm_bayes.figures.one.tipping import LEVELS, colour_key
from crlm_bayes.likelihoods.centres.map import CentreMap
from crlm_bayes.prose import captions
from crlm_bayes.rule import Z
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import short

WIDE, HIGH = 4.7, 3.1

SIZE: Final = WIDE, HIGH

LEFT, RIGHT, TOP, BOTTOM = 0.78, 0.62, 0.42, 1.48

FACTORS: Final = (1, 1.5, 2, 3, 5, 10, 20, 50)
"""Half-widths of the centres, as the factor within which 95% of their odds or hazards lie."""

FINE = 61

LINES: Final = (*map_labels.LINES, (0.75, (0, (1, 1.5)), 0.7), (0.9, (0, (1, 1.5)), 0.7))
"""Probabilities drawn as lines, their style and width: most maps lie above one half, and grey must do."""


def draw_centres(found: CentreMap, spec: AnalysisSpec) -> Figure:
    """Draw P(benefit) over spread between centres and correlation of treatment with prognosis."""
    figure = Figure(figsize=(LEFT + WIDE + RIGHT, TOP + HIGH + BOTTOM))
    axes = style.axes_at(figure, LEFT, BOTTOM, WIDE, HIGH)
    x, y, z = _fine(found)
    colours = [style.PROBABILITY_MAP((a + b) / 2) for a, b in itertools.pairwise(LEVELS)]
    axes.contourf(x, y, z, levels=probit(np.array(LEVELS)), colors=colours, zorder=0)
    for level, line, width in LINES:
        if z.min() < ndtri(level) < z.max():
            axes.contour(
                x, y, z, levels=[ndtri(level)], colors=style.INK, linestyles=[line], linewidths=width, zorder=3
            )
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    axes.axvline(0, color=style.INK, linewidth=style.THIN, zorder=2, label="no-correlation")
    scale = LIKELIHOODS[spec.likelihood].baseline
    assert scale is not None, "centres differ in a baseline"
    _axes(axes, found, scale)
    taken: list[labels.Box] = []
    _name_lines(axes, found, taken)
    x, y, z = _fine(found)
    name_regions(axes, x, y, ndtr(z), SIZE, taken, captions.regions(vocabulary(spec)), ground=0.55)
    title = captions.centres_title(vocabulary(spec))
    height = TOP + HIGH + BOTTOM
    style.write(style.page(figure), 0.1, height - 0.06, title, style.TITLE, bold=True, va="top")
    _key(figure, found, spec)
    return figure


def _axes(axes: Axes, found: CentreMap, scale: Scale) -> None:
    """Name the axes in words: spread as a factor at the left, as a standard deviation at the right."""
    top = float(found.spreads[-1])
    shown = [f for f in FACTORS if math.log(f) / Z <= top]
    axes.set_yticks([math.log(f) / Z for f in shown], labels=[short(f) for f in shown])
    axes.set_ylabel(
        captions.centre_width(scale.plural),
        fontsize=style.SMALL,
    )
    axes.set_xticks([-1, -0.5, 0, 0.5, 1], labels=["−1", "−0.5", "0", "0.5", "1"])
    axes.tick_params(length=3)
    axes.set_xlabel(captions.CORRELATION, fontsize=style.SMALL, labelpad=28)
    ends: tuple[tuple[float, str, Any], ...] = (
        (0.0, "← centres with worse\nprognosis treat more", "left"),
        (0.5, "not correlated", "center"),
        (1.0, "centres with better →\nprognosis treat more", "right"),
    )
    for place, text, side in ends:
        offset: dict[str, Any] = {"xytext": (0, -16), "textcoords": "offset points", "va": "top"}
        axes.annotate(
            text, (place, 0), xycoords="axes fraction", ha=side, fontsize=style.SMALL, color=style.SOFT, **offset
        )
    right = axes.twinx()
    right.set_ylim(axes.get_ylim())
    step = 0.5 if top > 0.6 else 0.1
    sds = np.arange(0, top + 1e-9, step)
    right.set_yticks(sds, labels=[short(s) for s in sds])
    right.tick_params(axis="y", length=3)
    right.set_ylabel(f"assumed sd of the {scale.differences}", fontsize=style.SMALL)
    right.spines["right"].set_visible(True)


def _fine(found: CentreMap) -> tuple[Floats, Floats, Floats]:
    """Probits on a finer grid: lines through the cells by a monotone cubic, which invents no wiggles."""
    x = np.linspace(found.correlations[0], found.correlations[-1], FINE)
    y = np.linspace(found.spreads[0], found.spreads[-1], FINE)
    across = PchipInterpolator(found.correlations, probit(found.p_benefit), axis=1)(x)
    return x, y, np.asarray(PchipInterpolator(found.spreads, across, axis=0)(y))


def _name_lines(axes: Axes, found: CentreMap, taken: list[labels.Box]) -> None:
    """Write its probability on each line, where there is room: near the middle of the map."""
    x, y, z = _fine(found)
    for level, _, width in LINES:
        target, text = float(ndtri(level)), short(level)
        inside = z - target
        rows, columns = np.nonzero(inside[:, :-1] * inside[:, 1:] < 0)
        places = [labels.inches(axes, float(x[j]), float(y[i]), SIZE) for i, j in zip(rows, columns, strict=True)]
        wide = labels.width_of(text, style.SMALL) + 0.06
        for place in sorted(places, key=lambda p: abs(p[1] - 0.55 * HIGH) + 0.2 * abs(p[0] - 0.5 * WIDE)):
            box = labels.around(place, wide, 0.16)
            if labels.is_free(box, taken, SIZE):
                taken.append(box)
                labels.write_at(axes, place, text, SIZE, style.SMALL, bold=width > 1, ground=0.8)
                break


def _key(figure: Figure, found: CentreMap, spec: AnalysisSpec) -> None:
    """Say what colours and lines mean, and what is assumed beside the axes."""
    colour_key(style.page(figure), spec, 0.58)
    style.footnote(
        figure,
        captions.falling_line(vocabulary(spec), found.p_benefit.min(), found.p_benefit.max()),
        *([f"prior: {words.prior_name(found.prior)}"] if found.prior else []),
        captions.centre_spreads(found.allocation_spread, found.effect_spread),
        "bottom: no differences in prognosis",
    )
