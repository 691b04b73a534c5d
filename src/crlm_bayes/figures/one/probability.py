"""Probability of the event in each arm, and the difference between them."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.evidence.values import BinomialEvidence
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.figures.frame.arviz_axes import collection
from crlm_bayes.words.numbers import ESTIMATE, INTERVAL_WORDS, percent_estimate, points_estimate

if TYPE_CHECKING:
    import pandas as pd

LEFT, WIDTH, GAP, NARROW, RIGHT = 0.2, 3.9, 0.5, 3.1, 0.25

BOTTOM, HEIGHT, TOP = 0.92, 1.85, 0.52

FLOOR = 0.16
"""Share of the height below the densities, where the intervals are."""


def draw_probability(result: Result, prior: str) -> Figure:
    """Draw the posterior of both probabilities with the printed percentages, and of their difference."""
    spec, evidence = result.spec, result.question.evidence
    assert isinstance(evidence, BinomialEvidence)
    draws = result.trees[prior]["posterior"].dataset["probability"]
    control, treatment = (100 * draws.sel(arm=arm, drop=True) for arm in evidence.arms)
    table = result.estimates[(result.estimates["prior"] == prior) & (result.estimates["engine"] == "nuts")].set_index(
        "quantity"
    )

    figure = Figure(figsize=(LEFT + WIDTH + GAP + NARROW + RIGHT, BOTTOM + HEIGHT + TOP))
    page = style.page(figure)
    both = style.axes_at(figure, LEFT, BOTTOM, WIDTH, HEIGHT)
    difference = style.axes_at(figure, LEFT + WIDTH + GAP, BOTTOM, NARROW, HEIGHT)
    names = words.arm_names(evidence.labels, 30)
    top, highest = BOTTOM + HEIGHT + 0.31, 0.0
    for arm, (values, r, n) in enumerate(zip((control, treatment), evidence.events, evidence.n, strict=True)):
        name, colour = evidence.arms[arm], style.ARMS[arm]
        row = table.loc[f"probability[{name}]"]
        highest = max(highest, _density(figure, both, values, colour, style.ARM_LINES[arm]))
        _interval(both, row, colour, 0.1 - 0.06 * arm, name)
        both.axvline(100 * r / n, color=colour, linewidth=style.THIN, linestyle=(0, (1, 1)), zorder=0)
        style.mark(both, 100 * r / n, 0, "D", 5, colour, "white", f"{name}-printed", clip_on=False, zorder=6)
        text = f"{names[arm]}: {percent_estimate(*row[ESTIMATE])}"
        style.write(page, LEFT, top - 0.18 * arm, text, style.SMALL, colour, bold=True)
    row = table.loc["risk_difference"]
    heights = (highest, _density(figure, difference, treatment - control, style.INK, "-"))
    _interval(difference, row, style.INK, 0.07, "difference")
    text = f"difference: {points_estimate(*row[ESTIMATE])}"
    style.write(page, LEFT + WIDTH + GAP, top, text, style.SMALL, bold=True)
    for axes, height in zip((both, difference), heights, strict=True):
        axes.set_ylim(-FLOOR / (1 - FLOOR) * 1.05 * height, 1.05 * height)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
    low, high = both.get_xlim()
    both.set_xlim(max(low, 0), min(high, 100))
    both.set_xlabel(f"{words.endpoint_name(spec.endpoint)}, probability (%)")
    difference.set_xlim(difference.get_xlim())
    difference.axvline(0, color=style.INK, linewidth=style.THIN, zorder=1)
    ratio_axis.shade_benefit(difference, spec.better)
    ratio_axis.name_sides(difference, spec.better, words.gain(evidence.labels))
    difference.set_xlabel("difference (percentage points)", labelpad=16)
    bars = f"dot and bar: {INTERVAL_WORDS}, {words.prior_name(prior)} prior"
    style.footnote(figure, bars, "◇ printed percentage")
    return figure


def _interval(axes: Axes, row: "pd.Series[Any]", colour: str, y: float, name: str) -> None:
    """Draw the interval of the table under the density; `y` in shares of the height."""
    place = axes.get_xaxis_transform()
    middle, low, high = 100 * row[ESTIMATE]
    axes.plot([low, high], [y, y], color=colour, linewidth=style.LINE, transform=place, label=f"{name}-interval")
    style.mark(axes, middle, y, "o", style.MARKER - 1, colour, label=f"{name}-median", transform=place)


def _density(figure: Figure, axes: Axes, draws: xr.DataArray, colour: str, line: Any) -> float:
    """Draw a smoothed posterior density, without summaries (those are the table's), and return its height."""
    import arviz as az

    data = xr.Dataset({"x": draws})
    plotted = az.plot_dist(
        xr.DataTree.from_dict({"posterior": data}),
        plot_collection=collection(figure, {"x": axes}, data),
        kind="kde",
        stats={"dist": {"bound_correction": True, "grid_len": 128}},
        visuals={
            "dist": {"color": colour, "linestyle": line, "width": style.LINE},
            "face": {"color": colour, "alpha": 0.15},
            "credible_interval": False,
            "point_estimate": False,
            "point_estimate_text": False,
            "title": False,
            "remove_axis": False,
        },
    )
    return float(np.max(plotted.viz["dist"]["x"].item().get_ydata()))
