"""P(benefit) against what is assumed: how much the secondary evidence counts, and how far it is biased."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtri

from crlm_bayes.answers.several.assumptions import Assumption
from crlm_bayes.answers.several.pooled_view import SynthesisView
from crlm_bayes.figures.frame import labels, style, words
from crlm_bayes.figures.one.map_labels import probit
from crlm_bayes.prose import captions
from crlm_bayes.rule import LOWER, UPPER, Z
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import percent, ratio_of, short

WIDE, HIGH = 2.75, 2.6

LEFT, BETWEEN, NAMES, TOP, BOTTOM = 0.62, 0.42, 1.6, 0.3, 0.98

TICKS: Final = (0.001, 0.01, LOWER, 0.1, 0.25, 0.5, 0.75, 0.9, UPPER, 0.99, 0.999)

FACTORS: Final = (0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2)

LINES: Final[tuple[Any, ...]] = ("-", (0, (5, 1.5)), (0, (1, 1.1)), (0, (4, 1, 1, 1)), (0, (7, 1.5)), (0, (2, 2)))
"""Styles of the lines by turns; each line has its name at its end as well."""

COLOURS: Final = (style.SOFT, style.GREEN, style.VERMILLION, style.PURPLE, style.ORANGE, style.INK)

SPAN: Final = (0.01, 0.999)
"""Probabilities beyond which an axis does not go."""


def draw_borrowing(view: SynthesisView) -> Figure | None:
    """Draw P(benefit) along the weight of secondary evidence, along its bias, or both; None where neither has a sense."""
    found = [(one, draw) for one, draw in ((view.borrowed, _weights), (view.overstated, _biases)) if one is not None]
    if not found:
        return None
    width = LEFT + len(found) * WIDE + (len(found) - 1) * BETWEEN + NAMES
    figure = Figure(figsize=(width, TOP + HIGH + BOTTOM))
    page, ends = style.page(figure), _ends([one for one, _ in found])
    for i, (one, draw) in enumerate(found):
        axes = style.axes_at(figure, LEFT + i * (WIDE + BETWEEN), BOTTOM, WIDE, HIGH)
        _scale(axes, ends, named=i == 0)
        draw(axes, view, one)
        _curves(axes, view, one)
        if i == 0:
            axes.set_ylabel(vocabulary(view.question.spec).p_claim, fontsize=style.SMALL)
    last = LEFT + (len(found) - 1) * (WIDE + BETWEEN) + WIDE
    _name_curves(page, view, found[-1][0], ends, last)
    _footnote(figure, view, [one for one, _ in found])
    return figure


def _ends(found: Sequence[Assumption]) -> tuple[float, float]:
    """Probits between which all curves lie, those of survival and of a half among them."""
    seen = np.concatenate([p for one in found for p in one.fine[1].values()])
    low, high = probit(np.clip(np.array([min(seen.min(), 0.45), max(seen.max(), 0.98)]), *SPAN))
    return float(low) - 0.1, float(high) + 0.15


def _scale(axes: Axes, ends: tuple[float, float], *, named: bool) -> None:
    """Set a probit axis, with survival on it."""
    ticks = [t for t in TICKS if ends[0] <= ndtri(t) <= ends[1]]
    axes.set_ylim(*ends)
    axes.set_yticks(ndtri(ticks), labels=[short(t) for t in ticks] if named else [""] * len(ticks))
    axes.tick_params(axis="both", length=3)
    axes.axhspan(Z, ends[1], color=style.BENEFIT, linewidth=0, zorder=0)
    axes.axhline(Z, color=style.INK, linewidth=style.THIN, linestyle=(0, (4, 2)), zorder=1)
    axes.axhline(0, color=style.FAINT, linewidth=style.THIN, zorder=1)


def _weights(axes: Axes, view: SynthesisView, one: Assumption) -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "25%", "50%", "75%", "100%"])
    axes.set_xlabel(words.fit(one.meaning, 34, 2), fontsize=style.SMALL)
    axes.set_title("Weight", fontsize=style.TEXT, weight="bold", pad=6)
    stated = {line.weight for line in view.lines if line.study.id in one.studies}
    (only,) = stated if len(stated) == 1 else (None,)
    if only is not None:
        _stated(axes, only)
    elif view.pooled.delta is not None:  # what the studies say about their weight
        low, high = view.pooled.delta.interval
        y = axes.get_ylim()[0] + 0.035 * float(np.diff(axes.get_ylim())[0])
        axes.plot(
            [low, high], [y, y], color=style.INK, linewidth=style.HEAVY, solid_capstyle="butt", label="δ-interval"
        )
        style.mark(axes, view.pooled.delta.median, y, "o", style.MARKER, style.INK, "white", "δ-median")


def _biases(axes: Axes, view: SynthesisView, one: Assumption) -> None:
    low, high = float(one.values[0]), float(one.values[-1])
    ticks = [f for f in FACTORS if low - 1e-9 <= math.log(f) <= high + 1e-9]
    axes.set_xlim(low, high)
    axes.set_xticks(np.log(ticks), labels=[short(f) for f in ticks])
    axes.set_xlabel(
        f"{vocabulary(view.question.spec).claim} {captions.OVERSTATED}",
        fontsize=style.SMALL,
    )
    axes.set_title("Bias", fontsize=style.TEXT, weight="bold", pad=6)
    _stated(axes, 0.0)


def _stated(axes: Axes, x: float) -> None:
    axes.axvline(x, color=style.FAINT, linewidth=style.LINE, zorder=0.5, label="stated")


def _curves(axes: Axes, view: SynthesisView, one: Assumption) -> None:
    spec, (x, lines) = view.question.spec, one.fine
    for name, (colour, line, width) in _styles(view).items():
        axes.plot(x, probit(lines[name]), color=colour, linestyle=line, linewidth=width, zorder=3, label=name)
    _tips(axes, one.tips(spec.primary), as_ratio=one is view.overstated)


def _tips(axes: Axes, tips: Sequence[float], *, as_ratio: bool) -> None:
    """Mark where the line of the primary prior crosses survival, values above, pushed apart."""
    (low, high), y = axes.get_xlim(), Z
    shown = [ratio_of(tip) if as_ratio else percent(tip, 0) for tip in tips]
    wanted = [WIDE * (tip - low) / (high - low) for tip in tips]
    places = labels.spread(wanted, [labels.width_of(text, style.SMALL) + 0.05 for text in shown], 0, WIDE)
    for tip, text, place in zip(tips, shown, places, strict=True):
        style.mark(axes, tip, y, "v", style.MARKER + 1, style.INK, label="tip")
        axes.annotate(
            text, (low + place / WIDE * (high - low), y), xytext=(0, 6), textcoords="offset points",
            ha="center", va="bottom", fontsize=style.SMALL, fontweight="bold",
        )  # fmt: skip


def _styles(view: SynthesisView) -> Mapping[str, tuple[str, Any, float]]:
    """Colour, line style and width of each prior's line; the primary one is heavy."""
    spec = view.question.spec
    others = [name for name in spec.effect_priors if name != spec.primary]
    turns = {name: (COLOURS[i % len(COLOURS)], LINES[1 + i % (len(LINES) - 1)], 1.2) for i, name in enumerate(others)}
    return {spec.primary: (style.BLUE, LINES[0], 2.4), **turns}


def _name_curves(page: Axes, view: SynthesisView, one: Assumption, ends: tuple[float, float], left: float) -> None:
    """Write the name of each prior where its line ends, pushed apart."""
    styles, (_, lines) = _styles(view), one.fine

    def at(name: str) -> float:
        return float(np.clip(probit(lines[name])[-1], *ends))

    names = sorted(styles, key=at)
    wanted = [BOTTOM + HIGH * (at(name) - ends[0]) / (ends[1] - ends[0]) for name in names]
    places = labels.spread(wanted, [0.15] * len(names), BOTTOM, BOTTOM + HIGH)
    for name, y, place in zip(names, wanted, places, strict=True):
        colour, line, width = styles[name]
        page.plot(
            [left + 0.03, left + 0.1, left + 0.34],
            [y, place, place],
            color=colour,
            linestyle=line,
            linewidth=min(width, 1.8),
        )
        style.write(
            page,
            left + 0.39,
            place,
            words.fit(words.prior_name(name), 22),
            style.TINY,
            bold=name == view.question.spec.primary,
        )


def _footnote(figure: Figure, view: SynthesisView, found: Sequence[Assumption]) -> None:
    marks = [captions.survival_line(), "heavy: primary prior"]
    if captions.tips(found, view.question.spec.primary):
        marks.append("▼ tipping value under it")
    learnt = any(line.weight is None for line in view.lines)
    marks.append(
        "○ learnt weight, 95% interval"
        if learnt
        else "grey: weight as analysed, no bias"
        if view.overstated
        else "grey: weight as analysed"
    )
    style.footnote(figure, *marks)
