"""Maps of P(benefit) with the line at which the claim falls: over priors, over bias, over the share of evidence that counts."""

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.special import ndtri

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.figures.frame import labels, ratio_axis, style, words
from crlm_bayes.figures.one.map_labels import LINES, label_lines, line_places, name_regions, probit
from crlm_bayes.priors.density import Prior
from crlm_bayes.prose import captions
from crlm_bayes.rule import LOWER, SURVIVES, Z
from crlm_bayes.scepticism.tipping import TippingMap
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import as_percent, short

WIDE, HIGH = 4.7, 3.3

SIZE = WIDE, HIGH

SMALL_WIDE, SMALL_HIGH = 2.75, 2.5

LEFT, RIGHT, TOP, BOTTOM, BETWEEN = 0.75, 0.75, 0.36, 1.29, 0.5

NAMES = 1.4
"""Inches for the names of priors beside the small maps."""

LEVELS: Final = (0.0, LOWER, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9, SURVIVES, 1.0)

FACTORS: Final = (1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10)
"""Half-widths of a prior, as the factor within which 95% of its ratios lie."""

OVERSTATED: Final = (1, 1.1, 1.2, 1.3, 1.4, 1.5)


def draw_mean_sd(found: TippingMap, spec: AnalysisSpec, priors: Mapping[str, Prior]) -> Figure:
    """Draw P(benefit) under every normal prior; those of the analysis are marked by name, others are named below.

    Parameters
    ----------
    found : TippingMap
        Of prior means.
    priors : mapping of name to Prior
        As in `priors.toml`.
    """
    figure = Figure(figsize=(LEFT + WIDE + RIGHT, TOP + HIGH + BOTTOM))
    axes = style.axes_at(figure, LEFT, BOTTOM, WIDE, HIGH)
    means = spec.claim_sign * found.across
    order = np.argsort(means)
    marks = {
        name: (spec.sign * normal[0], math.log(normal[1]))
        for name in spec.effect_priors
        if (normal := priors[name].normal) is not None
    }
    ends = float(means.min()), float(means.max())
    _map(axes, means[order], found.sds, found.p_benefit[:, order])
    ratio_axis.set_ratio_axis(axes, ends, WIDE)
    _width_axis(axes, found.sds)
    axes.axvline(0, color=style.INK, linewidth=style.THIN, zorder=2, label="no-effect")
    shown = found.p_benefit[:, order]
    taken: list[labels.Box] = []
    inside = {name: at for name, at in marks.items() if labels.is_inside(axes, *at)}
    for name, at in inside.items():
        style.mark(axes, *at, "o", style.MARKER, style.INK, style.INK if name == spec.primary else "white", name)
        taken.append(labels.around(labels.inches(axes, *at, SIZE), 0.14, 0.14))
    nameless: list[str] = []
    heavy = [
        labels.around(place, 0.1, 0.1) for place in line_places(axes, means[order], found.sds, shown, SURVIVES, SIZE)
    ]
    for name, at in inside.items():
        text = words.prior_name(name)
        box = labels.room_beside(labels.inches(axes, *at, SIZE), text, taken, heavy, SIZE)
        if not box:
            nameless.append(text)
        else:
            taken.append(box)
            middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            labels.write_at(axes, middle, text, SIZE, style.SMALL, bold=name == spec.primary, ground=0.45)
    label_lines(axes, means[order], found.sds, shown, SIZE, taken)
    name_regions(axes, means[order], np.log(found.sds), shown, SIZE, taken, captions.regions(vocabulary(spec)))
    _name_ends(axes, captions.expected(vocabulary(spec)), spec.claim_sign)
    axes.set_xlabel("median ratio of the prior (log scale)", fontsize=style.SMALL, labelpad=14)
    _sd_axis(axes)
    _title(figure, captions.mean_sd_title(vocabulary(spec)))
    unusual = [words.prior_name(n) for n in spec.effect_priors if n not in marks]
    beyond = [words.prior_name(n) for n in marks if n not in inside]
    _key(
        figure,
        spec,
        [shown],
        [
            *captions.left_out(unusual, "not normal"),
            *captions.left_out(beyond, "beyond the map"),
            *([captions.without_room(nameless)] if nameless else []),
            "● primary prior",
            "far down the prior decides, not the data",
        ],
    )
    return figure


def draw_bias_discount(
    biased: TippingMap, discounted: TippingMap, spec: AnalysisSpec, priors: Mapping[str, Prior]
) -> Figure:
    """Draw, beside each other, P(benefit) where the study overstates the benefit and where its evidence counts less.

    Both under priors centred on no effect; those of the analysis are lines with their names at the right.
    """
    figure = Figure(figsize=(LEFT + 2 * SMALL_WIDE + BETWEEN + NAMES, TOP + 0.2 + SMALL_HIGH + BOTTOM))
    centred = {
        name: math.log(normal[1])
        for name in spec.effect_priors
        if (normal := priors[name].normal) is not None and normal[0] == 0
    }
    panels = [
        style.axes_at(figure, LEFT + i * (SMALL_WIDE + BETWEEN), BOTTOM, SMALL_WIDE, SMALL_HIGH) for i in range(2)
    ]
    draw_bias(panels[0], biased, spec)
    draw_discount(panels[1], discounted, spec)
    panels[1].set_ylabel("")
    inside = {name: y for name, y in centred.items() if labels.is_inside(panels[0], 0.0, y)}
    for axes in panels:
        for name, y in inside.items():
            axes.axhline(y, color=style.INK, linewidth=1.1 if name == spec.primary else 0.6, zorder=2, label=name)
    page, (low, high) = style.page(figure), panels[0].get_ylim()
    left = LEFT + 2 * SMALL_WIDE + BETWEEN
    names = sorted(inside, key=inside.__getitem__)
    wanted = [BOTTOM + SMALL_HIGH * (inside[name] - low) / (high - low) for name in names]
    for name, y, place in zip(
        names, wanted, labels.spread(wanted, [0.15] * len(wanted), BOTTOM, BOTTOM + SMALL_HIGH), strict=True
    ):
        page.plot([left + 0.02, left + 0.12], [y, place], color=style.INK, linewidth=0.6)
        shown = words.fit(words.prior_name(name), 19)
        style.write(page, left + 0.16, place, shown, style.SMALL, bold=name == spec.primary)
    _title(figure, captions.bias_discount_title(vocabulary(spec)))
    left_out = [words.prior_name(n) for n in spec.effect_priors if n not in inside]
    _key(
        figure,
        spec,
        [biased.p_benefit, discounted.p_benefit],
        [*captions.left_out(left_out, "not centred on no effect, or beyond the map"), "bold: primary prior"],
    )
    return figure


def draw_bias(axes: Axes, found: TippingMap, spec: AnalysisSpec) -> None:
    """Draw the map of bias into axes of the small size."""
    _small(axes, found, spec, "Bias")
    ticks = [x for x in OVERSTATED if math.log(x) <= found.across[-1] + 1e-9]
    axes.set_xticks(np.log(ticks), labels=[short(x) for x in ticks])
    axes.set_xlabel(f"{vocabulary(spec).claim} overstated by a factor of", fontsize=style.SMALL)


def draw_discount(axes: Axes, found: TippingMap, spec: AnalysisSpec) -> None:
    """Draw the map of discount into axes of the small size."""
    _small(axes, found, spec, "Discount")
    ticks = [x for x in (0, 0.25, 0.5, 0.75, 1) if x <= found.across[-1]]
    axes.set_xticks(ticks, labels=[as_percent(x) for x in ticks])
    axes.set_xlabel("share of the evidence discounted", fontsize=style.SMALL)


def _small(axes: Axes, found: TippingMap, spec: AnalysisSpec, title: str) -> None:
    _map(axes, found.across, found.sds, found.p_benefit)
    _width_axis(axes, found.sds)
    axes.set_title(title, fontsize=style.TEXT, weight="bold", pad=4)
    taken: list[labels.Box] = []
    size = SMALL_WIDE, SMALL_HIGH
    label_lines(axes, found.across, found.sds, found.p_benefit, size, taken)
    name_regions(
        axes, found.across, np.log(found.sds), found.p_benefit, size, taken, captions.regions(vocabulary(spec))
    )
    axes.tick_params(axis="x", length=3)


def _map(axes: Axes, x: Floats, sds: Floats, p: Floats) -> None:
    """Fill between probabilities, and draw the lines; on the probit scale, where they are nearly straight."""
    z, y = probit(p), np.log(sds)
    levels = probit(np.array(LEVELS))
    colours = [style.PROBABILITY_MAP((a + b) / 2) for a, b in itertools.pairwise(LEVELS)]
    axes.contourf(x, y, z, levels=levels, colors=colours, zorder=0)
    for level, line, width in LINES:
        if z.min() < ndtri(level) < z.max():
            axes.contour(
                x, y, z, levels=[ndtri(level)], colors=style.INK, linestyles=[line], linewidths=width, zorder=3
            )
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))


def _width_axis(axes: Axes, sds: Floats) -> None:
    """Read standard deviations as the factor within which 95% of ratios lie."""
    shown = [f for f in FACTORS if sds[0] <= math.log(f) / Z <= sds[-1]]
    axes.set_yticks([math.log(math.log(f) / Z) for f in shown], labels=[short(f) for f in shown])
    axes.tick_params(axis="y", length=3)
    axes.set_ylabel(captions.WIDTH, fontsize=style.SMALL)


def _sd_axis(axes: Axes) -> None:
    """Give the same axis in standard deviations at the right."""
    right = axes.twinx()
    low, high = axes.get_ylim()
    shown = [s for s in (0.02, 0.05, 0.1, 0.2, 0.5, 1) if low <= math.log(s) <= high]
    right.set_ylim(low, high)
    right.set_yticks([math.log(s) for s in shown], labels=[short(s) for s in shown])
    right.tick_params(axis="y", length=3)
    right.set_ylabel("sd of the log ratio", fontsize=style.SMALL)
    right.spines["right"].set_visible(True)


def _name_ends(axes: Axes, ends: tuple[str, str], sign: int) -> None:
    left, right = ends[::sign]
    for x, text, ha in ((0, f"← {left}", "left"), (1, f"{right} →", "right")):
        offset: dict[str, Any] = {"xytext": (0, -17), "textcoords": "offset points", "va": "top"}
        axes.annotate(text, (x, 0), xycoords="axes fraction", ha=ha, fontsize=style.SMALL, color=style.SOFT, **offset)


def _title(figure: Figure, text: str) -> None:
    _, height = figure.get_size_inches()
    style.write(style.page(figure), 0.1, height - 0.06, text, style.TITLE, bold=True, va="top")


def colour_key(page: Axes, spec: AnalysisSpec, y: float) -> None:
    """Say which colour is which probability, in one line at height `y` of the page."""
    chip = 0.36
    claim = vocabulary(spec).p_claim
    style.write(page, 0.1, y, f"{claim}:", style.TINY)
    left = 0.2 + len(claim) * 0.065 + 0.1
    for i, (a, b) in enumerate(itertools.pairwise(LEVELS)):
        colour = style.PROBABILITY_MAP((a + b) / 2)
        page.add_patch(Rectangle((left + i * chip, y - 0.06), chip, 0.12, facecolor=colour, linewidth=0))
        if i:
            style.write(page, left + i * chip, y - 0.12, short(a), style.TINY, style.SOFT, ha="center")


def _key(figure: Figure, spec: AnalysisSpec, maps: Iterable[Floats], notes: Iterable[str]) -> None:
    """Say what colours and lines mean."""
    colour_key(style.page(figure), spec, 0.59)
    p = np.concatenate([np.ravel(one) for one in maps])
    style.footnote(figure, captions.falling_line(vocabulary(spec), float(p.min()), float(p.max())), *notes)
