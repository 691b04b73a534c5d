"""The prior panel as a forest plot: what each prior makes of the same data.

ArviZ's `plot_forest` summarises draws; these intervals come from the exact curve, so the rows are drawn here.
"""

import math
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.figures.frame.stacked import StackedRow, draw_stacked
from crlm_bayes.prose import captions
from crlm_bayes.prose.verdicts import GATE_FAILED
from crlm_bayes.rule import Z, survives
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import ESTIMATE, INTERVAL_WORDS, estimate, probability, ratio_estimate

if TYPE_CHECKING:
    import pandas as pd

ROW = 0.32

LEFT, AXIS, RIGHT = 1.62, 3.4, 4.0

TOP, BOTTOM = 0.42, 0.92

COLUMNS = (("ratio", 0.24), ("P(claim)", 1.88), ("P(MCID)", 2.78), ("survives", 3.35))
"""Headings and their places, in inches from the axis."""


def rows_of(result: Result) -> "pd.DataFrame":
    """Rows of the ratio in the table of estimates, by engine and prior."""
    table = result.estimates
    return table[table["quantity"] == result.spec.measure].set_index(["engine", "prior"])


class _Panel(NamedTuple):
    """What both forms of the panel show: log ratios by prior, the ends of the axis, and the data alone."""

    exact: "list[tuple[float, float, float]]"
    ends: tuple[float, float]
    alone: tuple[float, float, float]
    without: str


def _panel(result: Result) -> _Panel:
    spec, table = result.spec, rows_of(result)
    mode, width = result.scepticism.likelihood
    alone, known = (mode - Z * width, mode, mode + Z * width), result.scepticism.has_estimate
    exact = [ratio_axis.logs(*table.loc[("curve", name), ESTIMATE]) for name in spec.effect_priors]
    seen = [0.0, math.log(spec.mcid), *(x for row in exact for x in row)]
    ends = ratio_axis.axis_limits(seen, alone if known else [])
    return _Panel(exact, ends, alone, ratio_estimate(alone[1], (alone[0], alone[2])) if known else "no estimate")


def draw_slim_panel(result: Result) -> Figure:
    """Draw the panel for a phone."""
    spec, table, panel = result.spec, rows_of(result), _panel(result)
    said = vocabulary(spec)

    def alone(axes: "Axes", y: float) -> None:
        if result.scepticism.has_estimate:
            ratio_axis.draw_interval(axes, y, panel.alone, style.SOFT, "data-alone", marker="s")

    rows = [StackedRow("data alone", panel.without, "", alone)]
    for name, interval in zip(spec.effect_priors, panel.exact, strict=True):
        row = table.loc[("curve", name)]
        draw = partial(ratio_axis.draw_interval, interval=interval, colour=style.BLUE, label=name)
        numbers = estimate(*row[ESTIMATE]), said.chance(row["p_benefit"])
        rows.append(StackedRow(words.prior_name(name), *numbers, draw, name == spec.primary))
    favoured = words.gain(result.question.evidence_of_arms.labels)
    marks = f"● {INTERVAL_WORDS}", f"■ no prior: {captions.LIKELIHOOD}", "bold: primary prior; dashed: MCID"
    headings = f"{spec.measure.upper()} (95% interval)", said.p_claim
    return draw_stacked(spec, rows, headings, panel.ends, favoured, *marks)


def draw_panel(result: Result) -> Figure:
    """Draw one row for the data alone and one for each prior, in the order of the analysis."""
    spec, table = result.spec, rows_of(result)
    names = spec.effect_priors
    exact, ends, alone, without = _panel(result)
    height = ROW * (len(names) + 1.5)
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, BOTTOM + height + TOP))
    axes = style.axes_at(figure, LEFT, BOTTOM, AXIS, height)
    axes.set_ylim(len(names) + 0.9, -0.6)
    ratio_axis.set_ratio_axis(axes, ends, AXIS)
    ratio_axis.shade_benefit(axes, spec.better)
    ratio_axis.reference_lines(axes, spec, named=True)
    ratio_axis.name_sides(axes, spec.better, words.gain(result.question.evidence_of_arms.labels))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(ratio_axis.axis_title(spec.measure), labelpad=16)

    beside = style.page(figure)

    def write(y: float, x: float, text: str, colour: str = style.INK, *, bold: bool = False) -> None:
        style.write(
            beside, x, BOTTOM + height * (len(names) + 0.9 - y) / (len(names) + 1.5), text, colour=colour, bold=bold
        )

    said = vocabulary(spec)
    headings = {"ratio": f"{spec.measure.upper()} (95% interval)", "P(claim)": said.p_claim}
    if said.harmful:
        headings |= {"P(MCID)": "P(harm)", "survives": "established"}
    for heading, x in COLUMNS:
        text = headings.get(heading, heading)
        style.write(beside, LEFT + AXIS + x, BOTTOM + height + 0.17, text, style.SMALL, style.SOFT, va="bottom")
    columns = dict(COLUMNS)

    write(0, 0.12, "data alone", style.SOFT)
    if result.scepticism.has_estimate:
        ratio_axis.draw_interval(axes, 0, alone, style.SOFT, "data-alone", marker="s")
    write(0, LEFT + AXIS + columns["ratio"], without, style.SOFT)
    axes.axhline(0.6, color=style.FAINT, linewidth=style.THIN, zorder=1)
    for i, (name, interval) in enumerate(zip(names, exact, strict=True)):
        y = i + 1.2
        row, primary = table.loc[("curve", name)], name == spec.primary
        ratio_axis.draw_interval(axes, y, interval, style.BLUE, name)
        if ("nuts", name) in table.index:
            check = ratio_axis.log(table.at[("nuts", name), "median"])
            style.mark(axes, check, y + 0.27, "o", 3.4, style.INK, "white", f"{name}-nuts", markeredgewidth=0.7)
        failed = not result.record["fits"].get(name, {}).get("gate", {}).get("passed", True)
        write(y, 0.12, words.prior_name(name) + (" †" if failed else ""), bold=primary)
        if primary:
            axes.axhspan(y - 0.5, y + 0.5, color=style.INK, alpha=0.05, linewidth=0, zorder=0.5)
        cells = (
            estimate(*row[ESTIMATE]),
            said.chance(row["p_benefit"]),
            probability(row["p_harm" if said.harmful else "p_mcid"]),
            "yes" if survives(said.of_claim(row["p_benefit"])) else "no",
        )
        for (_, x), cell in zip(COLUMNS, cells, strict=True):
            write(y, LEFT + AXIS + x, cell, bold=primary or cell == "yes")
    marks = [
        f"● {INTERVAL_WORDS}, exact",
        "○ median by NUTS",
        f"■ no prior: {captions.LIKELIHOOD}",
        "bold: primary prior",
    ]
    style.footnote(figure, *marks, *([] if result.passed else [GATE_FAILED]))
    return figure
