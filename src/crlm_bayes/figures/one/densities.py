"""Prior, data and posterior of the ratio: how each prior pulls on the same evidence.

Drawn from the exact curve and the prior densities themselves; ArviZ's `plot_prior_posterior` would smooth draws.
"""

import math
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.figures.one.panel import rows_of
from crlm_bayes.prose import captions
from crlm_bayes.rule import LOWER, UPPER, Z
from crlm_bayes.words.nouns import vocabulary

HEIGHT = 1.34

LEFT, GAP, BETWEEN, TOP, BOTTOM = 0.15, 0.16, 0.72, 0.76, 0.78

ACROSS, WIDTH = 3, 2.42
"""Panels beside each other, and the inches that each is wide."""

SLIM: Final = (2, (style.NARROW - 2 * LEFT - GAP) / 2)
"""The same for a phone."""

POINTS = 161

PRIOR_LINE, DATA_LINE = (0, (4, 1.5)), (0, (1, 1.2))


def draw_densities(result: Result, most: int = ACROSS, wide: float = WIDTH) -> Figure:
    """Draw one small panel for each prior, all on the same scales: so many beside each other, so many inches wide."""
    spec, table, names = result.spec, rows_of(result), result.spec.effect_priors
    said = vocabulary(spec)
    across = min(most, len(names))
    down = math.ceil(len(names) / across)
    width = LEFT + max(across * wide + (across - 1) * GAP, 2 * wide) + LEFT
    slim = wide < WIDTH
    top_edge = TOP + 0.2 * slim
    figure = Figure(figsize=(width, top_edge + down * HEIGHT + (down - 1) * BETWEEN + BOTTOM))

    mode, se = result.scepticism.likelihood
    exact = table.loc["curve"]
    seen = [ratio_axis.log(x) for c in ("eti95_lower", "eti95_upper") for x in exact[c]]
    primary = spec.effect_prior(result.question.priors[spec.primary])
    outer = (mode - Z * se, mode + Z * se, primary.quantile(LOWER), primary.quantile(UPPER))
    ends = ratio_axis.axis_limits([0.0, math.log(spec.mcid), *seen], outer, pad=0.12)
    theta = np.linspace(*ends, POINTS)
    likelihood = np.exp(result.curve.log_likelihood(theta))
    # scaled to an area of 1 over everything, not over what the axis shows
    likelihood = likelihood / np.trapezoid(np.exp(result.curve.log_likelihood_at_knots), result.curve.grid)
    panels: list[Axes] = []
    top = likelihood.max()
    for i, name in enumerate(names):
        column, row = i % across, i // across
        bottom = BOTTOM + (down - 1 - row) * (HEIGHT + BETWEEN)
        axes = style.axes_at(figure, LEFT + column * (wide + GAP), bottom, wide, HEIGHT)
        prior = spec.effect_prior(result.question.priors[name])
        posterior = result.curve.apply(prior)
        density = np.interp(theta, posterior.theta, posterior.density, left=0, right=0)
        before = np.exp(prior.logpdf(theta))
        top = max(top, density.max(), before.max())
        ratio_axis.set_ratio_axis(axes, ends, wide)
        ratio_axis.reference_lines(axes, spec, named=False)
        axes.fill_between(
            theta, density, where=theta * spec.claim_sign <= 0, color=style.BLUE, alpha=0.22, linewidth=0, zorder=2
        )
        axes.plot(
            theta, before, color=style.VERMILLION, linewidth=1.2, linestyle=PRIOR_LINE, zorder=3, label=f"{name}-prior"
        )
        axes.plot(
            theta, likelihood, color=style.INK, linewidth=1.2, linestyle=DATA_LINE, zorder=3, label=f"{name}-data"
        )
        axes.plot(theta, density, color=style.BLUE, linewidth=style.LINE, zorder=4, label=f"{name}-posterior")
        axes.set_title(
            words.prior_name(name) + (" (primary)" if name == spec.primary and not slim else ""),
            fontsize=style.TEXT,
            weight="bold",
            pad=17,
        )
        axes.text(
            0,
            1 + 0.06 / HEIGHT,
            f"{said.p_claim} {said.chance(exact.at[name, 'p_benefit'])}",
            transform=axes.transAxes,
            fontsize=style.SMALL,
            color=style.BLUE,
        )
        panels.append(axes)
    for i, axes in enumerate(panels):
        axes.set(ylim=(0, 1.06 * top), yticks=[])
        axes.spines["left"].set_visible(False)
        if i >= len(panels) - across and not slim:
            ratio_axis.name_sides(axes, spec.better, words.gain(result.question.evidence_of_arms.labels))
    _name_curves(figure, spec.measure, slim=slim)
    return figure


def _name_curves(figure: Figure, measure: str, *, slim: bool) -> None:
    """Write which line is which in its own colour, and what the axes are."""
    width, height = figure.get_size_inches()
    beside = style.page(figure)
    for x, row, name, colour, line in (
        (LEFT, 0, "prior", style.VERMILLION, PRIOR_LINE),
        (1.15, 0, "data (likelihood)", style.INK, DATA_LINE),
        (LEFT if slim else 2.85, int(slim), "posterior; benefit shaded", style.BLUE, "-"),
    ):
        y = height - 0.18 - 0.2 * row
        beside.plot([x, x + 0.3], [y] * 2, color=colour, linestyle=line, linewidth=style.LINE)
        beside.text(x + 0.37, y, name, color=colour, va="center", fontsize=style.SMALL)
    beside.text(
        width / 2,
        0.1,
        words.fit(captions.densities(ratio_axis.axis_title(measure)), 46 if slim else 200, 3),
        ha="center",
        va="bottom",
        fontsize=style.SMALL,
    )
