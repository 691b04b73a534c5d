"""Prior, data and posterior of the ratio: how each prior pulls on the same evidence.

Drawn from the exact curve and the prior densities themselves; ArviZ's `plot_prior_posterior` would smooth draws.
"""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.figures.one.panel import rows_of
from crlm_bayes.prose import captions
from crlm_bayes.rule import LOWER, UPPER, Z
from crlm_bayes.words.nouns import vocabulary

WIDTH, HEIGHT = 2.42, 1.34

ACROSS, LEFT, GAP, BETWEEN, TOP, BOTTOM = 3, 0.15, 0.16, 0.72, 0.76, 0.78

POINTS = 161

PRIOR_LINE, DATA_LINE = (0, (4, 1.5)), (0, (1, 1.2))


def draw_densities(result: Result) -> Figure:
    """Draw one small panel for each prior, all on the same scales."""
    spec, table, names = result.spec, rows_of(result), result.spec.effect_priors
    said = vocabulary(spec)
    across = min(ACROSS, len(names))
    down = math.ceil(len(names) / across)
    width = LEFT + max(across * WIDTH + (across - 1) * GAP, 2 * WIDTH) + LEFT
    figure = Figure(figsize=(width, TOP + down * HEIGHT + (down - 1) * BETWEEN + BOTTOM))

    mode, se = result.scepticism.likelihood
    exact = table.loc["curve"]
    seen = [ratio_axis.log(x) for c in ("eti95_lower", "eti95_upper") for x in exact[c]]
    primary = spec.effect_prior(result.question.priors[spec.primary])
    wide = (mode - Z * se, mode + Z * se, primary.quantile(LOWER), primary.quantile(UPPER))
    ends = ratio_axis.axis_limits([0.0, math.log(spec.mcid), *seen], wide, pad=0.12)
    theta = np.linspace(*ends, POINTS)
    likelihood = np.exp(result.curve.log_likelihood(theta))
    # scaled to an area of 1 over everything, not over what the axis shows
    likelihood = likelihood / np.trapezoid(np.exp(result.curve.log_likelihood_at_knots), result.curve.grid)
    panels: list[Axes] = []
    top = likelihood.max()
    for i, name in enumerate(names):
        column, row = i % across, i // across
        bottom = BOTTOM + (down - 1 - row) * (HEIGHT + BETWEEN)
        axes = style.axes_at(figure, LEFT + column * (WIDTH + GAP), bottom, WIDTH, HEIGHT)
        prior = spec.effect_prior(result.question.priors[name])
        posterior = result.curve.apply(prior)
        density = np.interp(theta, posterior.theta, posterior.density, left=0, right=0)
        before = np.exp(prior.logpdf(theta))
        top = max(top, density.max(), before.max())
        ratio_axis.set_ratio_axis(axes, ends, WIDTH)
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
            words.prior_name(name) + (" (primary)" if name == spec.primary else ""),
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
        if i >= len(panels) - across:
            ratio_axis.name_sides(axes, spec.better, words.gain(result.question.evidence_of_arms.labels))
    _name_curves(figure, spec.measure)
    return figure


def _name_curves(figure: Figure, measure: str) -> None:
    """Write which line is which in its own colour, and what the axes are."""
    width, height = figure.get_size_inches()
    beside = style.page(figure)
    for x, name, colour, line in (
        (LEFT, "prior", style.VERMILLION, PRIOR_LINE),
        (1.15, "data (likelihood)", style.INK, DATA_LINE),
        (2.85, "posterior; benefit shaded", style.BLUE, "-"),
    ):
        beside.plot([x, x + 0.3], [height - 0.18] * 2, color=colour, linestyle=line, linewidth=style.LINE)
        beside.text(x + 0.37, height - 0.18, name, color=colour, va="center", fontsize=style.SMALL)
    beside.text(
        width / 2,
        0.1,
        captions.densities(ratio_axis.axis_title(measure)),
        ha="center",
        va="bottom",
        fontsize=style.SMALL,
    )
