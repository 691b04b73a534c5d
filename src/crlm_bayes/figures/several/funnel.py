"""Small studies beside large ones: each estimate against its standard error."""

import math
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crlm_bayes.answers.several.pooled_view import SynthesisView
from crlm_bayes.answers.several.study_lines import StudyLine, standard_error
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.prose import captions
from crlm_bayes.rule import Z

WIDE, HIGH = 4.4, 3.2

LEFT, RIGHT, TOP, BOTTOM = 0.8, 0.3, 0.2, 1.06

LINE: Final = (0, (4, 2))

POINTS: Final = 61


def draw_funnel(view: SynthesisView) -> Figure | None:
    """Draw estimates against standard errors with the pooled effect; None with too few studies to show anything."""
    lines = view.funnel
    if not lines:
        return None
    spec, pooled = view.question.spec, view.everything.estimate.middle
    tau = view.pooled.tau.median if view.pooled.tau else 0.0
    errors = [standard_error(line) for line in lines]
    figure = Figure(figsize=(LEFT + WIDE + RIGHT, TOP + HIGH + BOTTOM))
    axes = style.axes_at(figure, LEFT, BOTTOM, WIDE, HIGH)
    depth = 1.08 * max(errors)
    reach = Z * math.hypot(depth, tau)
    seen = [line.printed[0].middle for line in lines]
    ratio_axis.set_ratio_axis(axes, ratio_axis.axis_limits([0.0, *seen], [pooled - reach, pooled + reach]), WIDE)
    axes.set_ylim(depth, 0)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.tick_params(axis="y", length=3)
    axes.set_ylabel("standard error of the log ratio", fontsize=style.SMALL)
    ratio_axis.name_sides(axes, spec.better, words.gain(view.question.evidence.labels))
    axes.set_xlabel(ratio_axis.axis_title(spec.measure), labelpad=16)
    axes.axvline(0, color=style.INK, linewidth=style.THIN, zorder=1, label="no-effect")
    axes.axvline(pooled, color=style.BLUE, linewidth=style.LINE, zorder=2, label="pooled")
    se = np.linspace(0, depth, POINTS)
    for side in (-1, 1):
        axes.plot(
            pooled + side * Z * np.hypot(se, tau), se, color=style.BLUE, linewidth=1.0, linestyle=LINE, label="pseudo-limit"
        )  # fmt: skip
    for line, error in zip(lines, errors, strict=True):
        _mark(axes, line, error)
    notes = ["solid: pooled effect", captions.funnel_limits(tau)]
    kinds = {"■ randomised": False, "□ not randomised": False, "◇ indirect or discounted": False}
    for line in lines:
        kinds[_kind(line)] = True
    style.footnote(figure, *notes, *(kind for kind, present in kinds.items() if present))
    return figure


def _kind(line: StudyLine) -> str:
    if line.discounted or line.study.relevance in ("indirect", "contextual"):
        return "◇ indirect or discounted"
    return "■ randomised" if line.study.design == "rct" else "□ not randomised"


def _mark(axes: Axes, line: StudyLine, error: float) -> None:
    kind = _kind(line)
    marker, face = ("D", "white") if kind.startswith("◇") else ("s", "" if kind.startswith("■") else "white")
    size = style.MARKER - 1 if marker == "D" else style.MARKER
    style.mark(axes, line.printed[0].middle, error, marker, size, style.INK, face, line.study.id)
