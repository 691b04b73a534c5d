"""Prior and posterior of what is beside the pooled effect: heterogeneity, bias, moderator, learnt discount."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crlm_bayes.answers.several.parameters import Parameter
from crlm_bayes.answers.several.pooled_view import SynthesisView
from crlm_bayes.answers.several.study_lines import LogInterval
from crlm_bayes.figures.frame import ratio_axis, style
from crlm_bayes.figures.one.densities import PRIOR_LINE
from crlm_bayes.prose import captions
from crlm_bayes.words.numbers import INTERVAL_WORDS, estimate, number, ratio_estimate

WIDTH, HEIGHT = 2.75, 1.35

ACROSS, LEFT, GAP, BETWEEN, TOP, BOTTOM = 3, 0.15, 0.3, 1.0, 1.02, 0.72

UNITS = {"spread": "standard deviation of log ratios", "ratio": "ratio (log scale)", "share": "weight"}

PREFERRED = 1.08
"""Height of the axis over the higher of posterior and prior; a prior that rises without end is cut off."""


def draw_heterogeneity(view: SynthesisView) -> Figure | None:
    """Draw a small panel for each parameter that the structure has; None where it has none."""
    parameters = view.parameters
    if not parameters:
        return None
    across = min(ACROSS, len(parameters))
    down = math.ceil(len(parameters) / across)
    shown = max(across, 2)
    width = LEFT + shown * WIDTH + (shown - 1) * GAP + LEFT
    figure = Figure(figsize=(width, TOP + down * HEIGHT + (down - 1) * BETWEEN + BOTTOM))
    for i, parameter in enumerate(parameters):
        column, row = i % across, i // across
        bottom = BOTTOM + (down - 1 - row) * (HEIGHT + BETWEEN)
        axes = style.axes_at(figure, LEFT + column * (WIDTH + GAP), bottom, WIDTH, HEIGHT)
        _panel(axes, parameter)
    _key(figure)
    return figure


def _panel(axes: Axes, parameter: Parameter) -> None:
    x, density = parameter.points, parameter.density
    top = PREFERRED * max(density.max(), min(parameter.prior.max(), 1.6 * density.max()))
    low, high = float(x[0]), float(x[-1])
    if parameter.kind == "ratio":
        ratio_axis.set_ratio_axis(axes, (low, high), WIDTH)
        axes.axvline(0, color=style.INK, linewidth=style.THIN, zorder=1)
    else:
        axes.set_xlim(0 if parameter.kind == "spread" else low, high)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.tick_params(axis="x", length=3)
    axes.fill_between(x, density, color=style.BLUE, alpha=0.18, linewidth=0, zorder=2)
    axes.plot(x, density, color=style.BLUE, linewidth=style.LINE, zorder=4, label=f"{parameter.symbol}-posterior")
    axes.plot(
        x, parameter.prior, color=style.VERMILLION, linewidth=1.3, linestyle=PRIOR_LINE, zorder=3,
        label=f"{parameter.symbol}-prior",
    )  # fmt: skip
    axes.set(ylim=(0, top), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(UNITS[parameter.kind], fontsize=style.SMALL)
    meaning = f"{parameter.symbol}: {parameter.meaning}"
    for lift, text, colour, bold in (
        (0.5, meaning, style.INK, True),
        (0.29, f"prior {numbers(parameter.before, parameter.kind)}", style.VERMILLION, False),
        (0.1, f"posterior {numbers(parameter.after, parameter.kind)}", style.BLUE, False),
    ):
        axes.text(
            0, 1 + lift / HEIGHT, text, transform=axes.transAxes, color=colour,
            fontsize=style.SMALL, fontweight="bold" if bold else "normal",
        )  # fmt: skip


def numbers(found: LogInterval, kind: str) -> str:
    """Write median and interval of a parameter; of a log ratio as a ratio."""
    if kind == "ratio":
        return ratio_estimate(found.middle, (found.lower, found.upper))
    return estimate(found.middle, found.lower, found.upper, number)


def _key(figure: Figure) -> None:
    """Write which line is which in its own colour."""
    _, height = figure.get_size_inches()
    beside = style.page(figure)
    for x, name, colour, line in (
        (LEFT, "prior", style.VERMILLION, PRIOR_LINE),
        (1.15, "posterior", style.BLUE, "-"),
    ):
        beside.plot([x, x + 0.3], [height - 0.16] * 2, color=colour, linestyle=line, linewidth=style.LINE)
        beside.text(x + 0.37, height - 0.16, name, color=colour, va="center", fontsize=style.SMALL)
    style.footnote(figure, f"numbers: {INTERVAL_WORDS}", captions.UNDER_PRIMARY)
