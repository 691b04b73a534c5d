"""Whether the chains of each fit agree: fractional ranks of the effect."""

import math

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.figures.frame import style, words
from crlm_bayes.figures.frame.arviz_axes import collection
from crlm_bayes.prose import captions
from crlm_bayes.words.numbers import short

WIDTH, HEIGHT = 2.35, 0.95

ACROSS, LEFT, GAP, BETWEEN, TOP, BOTTOM = 3, 0.3, 0.3, 0.42, 0.34, 0.62

KEPT = 250
"""Draws of each chain that are ranked and drawn, evenly spaced."""

ALARM = 0.01
"""Probability of any mark in the whole figure where all chains agree."""


def draw_chains(result: Result) -> Figure:
    """Draw one small panel for each prior: ECDF of the ranks of each chain minus that of uniform ranks."""
    import arviz as az

    thetas = {
        name: result.trees[name]["posterior"].dataset["theta"]
        for name in result.spec.effect_priors
        if name in result.trees
    }
    across = min(ACROSS, len(thetas))
    down = math.ceil(len(thetas) / across)
    width = max(2 * LEFT + across * WIDTH + (across - 1) * GAP, 6.2)
    figure = Figure(figsize=(width, TOP + down * HEIGHT + (down - 1) * BETWEEN + BOTTOM))
    panels = {}
    for i, name in enumerate(thetas):
        bottom = BOTTOM + (down - 1 - i // across) * (HEIGHT + BETWEEN)
        panels[name] = style.axes_at(figure, LEFT + (i % across) * (WIDTH + GAP), bottom, WIDTH, HEIGHT)
    data = xr.Dataset(
        {
            name: theta.isel(draw=slice(None, None, max(1, theta.sizes["draw"] // KEPT)))
            for name, theta in thetas.items()
        }
    )
    chains = [style.CHAINS[i % len(style.CHAINS)] for i in range(data.sizes["chain"])]
    az.plot_rank(
        xr.DataTree.from_dict({"posterior": data}),
        plot_collection=collection(figure, panels, data, aes={"color": ["chain"], "overlay": ["chain"]}, color=chains),
        envelope_prob=1 - ALARM / len(thetas),
        visuals={
            "ecdf_lines": {"width": style.THIN},
            "xlabel": False,
            "title": False,
        },
    )
    for name, axes in panels.items():
        axes.set_title(words.prior_name(name), fontsize=style.TEXT, pad=3)
        axes.set_xticks([0, 0.5, 1])
        for text in list(axes.texts):  # p values, one for each panel, invite a reader to look for the smallest
            text.remove()
        for line in axes.lines:  # joined instead of stepped, every third rank: a sixth of the file, the same picture
            line.set_drawstyle("default")
            line.set_data(*(np.append(values[:-1:3], values[-1]) for values in map(np.asarray, line.get_data())))
        axes.axhline(0, color=style.SOFT, linewidth=0.5, zorder=0)
    style.footnote(figure, captions.RANKS, f"marked where chains differ, p < {short(ALARM / len(thetas), 1)}")
    return figure
