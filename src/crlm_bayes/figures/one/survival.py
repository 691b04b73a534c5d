"""Fitted survival of both arms over the printed landmarks."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.arrays import Floats
from crlm_bayes.evidence.values import SurvivalEvidence
from crlm_bayes.figures.frame import style, words
from crlm_bayes.prose import captions
from crlm_bayes.rule import LOWER, UPPER
from crlm_bayes.words.numbers import ESTIMATE, estimate, number, percent, short

if TYPE_CHECKING:
    import xarray as xr


class Place(NamedTuple):
    """Inches of the axes and of what is around them; the names of the arms stand at the right, or above where there is no room."""

    left: float
    width: float
    right: float
    bottom: float
    height: float
    top: float
    above: bool

    @property
    def edge(self) -> float:
        """Where words above begin, in units of the axes: at their left, or at that of the figure where there is little room."""
        return (0.1 - self.left) / self.width if self.above else 0.0


WIDE: Final = Place(0.95, 4.8, 1.75, 1.32, 3.1, 0.66, above=False)

SLIM: Final = Place(0.72, style.NARROW - 0.9, 0.18, 1.5, 2.3, 1.24, above=True)
"""For a phone."""

LEVELS = (LOWER, 0.25, 0.5, 0.75, UPPER)

POINTS = 25
"""Months drawn in each interval between landmarks."""


def fitted_survival(hazard: "xr.DataArray", times: Floats) -> tuple[Floats, Floats]:
    """Survival of a piecewise exponential on a fine grid of months, as posterior quantiles.

    Parameters
    ----------
    hazard : DataArray
        Posterior cumulative hazard of each interval; dims chain, draw, interval, arm.
    times : array, shape (K + 1,)
        Ends of the intervals, 0 first.

    Returns
    -------
    months : array, shape (M,)
    survival : array, shape (levels, M, arms)
        Quantiles :data:`LEVELS`.
    """
    months = np.unique(np.concatenate([np.linspace(a, b, POINTS) for a, b in pairwise(times)]))
    share = np.clip((months[:, None] - times[:-1]) / np.diff(times), 0, 1)
    draws = hazard.stack(sample=("chain", "draw")).transpose("sample", "interval", "arm").values
    total = np.einsum("mk,ska->sma", share, draws)
    return months, np.asarray(np.quantile(np.exp(-total), LEVELS, axis=0))


def draw_survival(result: Result, prior: str, place: Place = WIDE) -> Figure:
    """Draw both arms with 50% and 95% bands under one prior."""
    evidence = result.question.evidence_of_arms
    assert isinstance(evidence, SurvivalEvidence)
    hazard = result.trees[prior]["posterior"].dataset["cumulative_hazard"].sel(arm=list(evidence.arms))
    months, survival = fitted_survival(hazard, evidence.times)

    figure = Figure(figsize=(place.left + place.width + place.right, place.bottom + place.height + place.top))
    axes = style.axes_at(figure, place.left, place.bottom, place.width, place.height)
    axes.set(xlim=(0, evidence.times[-1]), ylim=(0, 1), xlabel="months")
    axes.set_ylabel(f"{words.endpoint_name(result.spec.endpoint)}, event-free")
    axes.set_yticks(np.linspace(0, 1, 6), labels=[percent(p, 0) for p in np.linspace(0, 1, 6)])
    axes.set_xticks(_months(evidence.times, place.width))
    for t in evidence.times[1:-1]:
        axes.axvline(t, color=style.FAINT, linewidth=style.THIN, zorder=0)
    for arm, name in enumerate(evidence.arms):
        colour, line = style.ARMS[arm], style.ARM_LINES[arm]
        low, q1, middle, q3, high = survival[:, :, arm]
        axes.fill_between(months, low, high, color=colour, alpha=0.14, linewidth=0)
        axes.fill_between(months, q1, q3, color=colour, alpha=0.26, linewidth=0)
        axes.plot(months, middle, color=colour, linewidth=style.LINE, linestyle=line, label=f"{name}-median")
        for t, printed in zip(evidence.times[1:], evidence.printed[:, arm], strict=True):
            edge: dict[str, Any] = {"markeredgewidth": 1.4, "clip_on": False, "zorder": 5}
            style.mark(axes, t, printed, "o", style.MARKER, colour, "white", f"{name}-printed", **edge)
        _label_landmarks(axes, evidence, arm, place.width)
    _name_arms(axes, evidence, survival[2, -1], place)
    _numbers_at_risk(figure, evidence, place)
    _ratios(axes, result, prior, evidence.times, place)
    style.footnote(figure, f"line and bands: {captions.TWO_INTERVALS}, {words.prior_name(prior)} prior", "○ printed")
    return figure


def _months(times: Floats, width: float) -> Floats:
    """Ticks at the landmarks and, where there is room, at every half year or year between."""
    end = float(times[-1])
    step = next((s for s in (3, 6, 12, 24, 60) if end / s <= width / 0.53), end)
    between = [t for t in np.arange(0, end, step) if np.abs(times - t).min() / end * width > 0.29]
    return np.union1d(times[_spaced(times, end, 0.3, width)], between)


def _spaced(times: Floats, end: float, inches: float, width: float) -> list[int]:
    """Which times have room for a label; the last one always has."""
    kept = [len(times) - 1]
    for k in range(len(times) - 2, -1, -1):
        if (times[kept[-1]] - times[k]) / end * width >= inches:
            kept.append(k)
    return kept[::-1]


def _label_landmarks(axes: Axes, evidence: SurvivalEvidence, arm: int, width: float) -> None:
    """Write the printed value at each landmark: above the higher arm, below the lower, beside it near the floor."""
    for k in _spaced(evidence.times[1:], evidence.times[-1], 0.5, width):
        ours, theirs = evidence.printed[k, arm], evidence.printed[k, 1 - arm]
        above = ours > theirs or (ours == theirs and arm == 1)
        beside = not above and ours < 0.08
        last = k == len(evidence.times) - 2
        axes.annotate(
            percent(ours),
            (evidence.times[k + 1], ours),
            xytext=(-7, 0) if beside else (-4 if last else 0, 7 if above else -7),
            textcoords="offset points",
            ha="right" if last or beside else "center",
            va="center" if beside else "bottom" if above else "top",
            fontsize=style.SMALL,
            color=style.ARMS[arm],
            bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6},
            zorder=6,
        )


def _name_arms(axes: Axes, evidence: SurvivalEvidence, ends: Floats, place: Place) -> None:
    """Write the arms' names beside the ends of their curves, apart from each other; or above, the treatment first."""
    if place.above:
        for arm, label in enumerate(evidence.labels):
            name = words.fit(words.without_role(label), 38)
            y = 1 + (0.16 + 0.19 * arm) / place.height
            style.write(axes, place.edge, y, name, style.SMALL, style.ARMS[arm], bold=True, transform=axes.transAxes)
        return
    names = [words.fit(words.without_role(label), 20, 4) for label in evidence.labels]
    line = 1.35 * style.TEXT / 72 / place.height
    room = [line * (name.count("\n") + 1.4) / 2 for name in names]
    lower, upper = (0, 1) if ends[1] >= ends[0] else (1, 0)
    apart = max(abs(ends[1] - ends[0]), sum(room))
    bottom = min(max(ends.mean() - apart / 2, room[lower]), 1 - room[upper] - apart)
    for arm, y in ((lower, bottom), (upper, bottom + apart)):
        name, colour = names[arm], style.ARMS[arm]
        style.write(axes, 1.025, y, name, colour=colour, bold=True, transform=axes.transAxes)


def _numbers_at_risk(figure: Figure, evidence: SurvivalEvidence, place: Place) -> None:
    """Write the numbers that the likelihood takes, under the months where each interval begins."""
    beside = style.page(figure)
    above = place.bottom - 0.56
    style.write(beside, place.left, above, "number entering each interval", style.TINY, style.SOFT)
    for arm, name in enumerate(("control", words.gain(evidence.labels, 11))):
        y, colour = above - 0.18 - 0.17 * arm, style.ARMS[arm]
        style.write(beside, 0.1, y, name, style.TINY, colour)
        for k in _spaced(evidence.times[:-1], evidence.times[-1], 0.38, place.width):
            x = place.left + place.width * evidence.times[k] / evidence.times[-1]
            style.write(beside, x, y, number(evidence.at_risk[k, arm], 0), style.SMALL, colour, ha="center")


def _ratios(axes: Axes, result: Result, prior: str, times: Floats, place: Place) -> None:
    """Write the hazard ratio over the whole time, and over each interval where it may differ."""
    table = result.estimates[result.estimates["prior"] == prior].set_index(["engine", "quantity"])
    whole = estimate(*table.loc[("curve", result.spec.measure), ESTIMATE])
    if result.spec.proportional:
        top = 1 + (place.top - 0.36) / place.height
        style.write(axes, place.edge, top, f"hazard ratio {whole}", bold=True, transform=axes.transAxes)
        return
    top = 1 + (place.top - 0.16) / place.height
    size = style.SMALL if place.above else style.TEXT
    style.write(axes, place.edge, top, f"average hazard ratio {whole}", size, bold=True, transform=axes.transAxes)
    for a, b in pairwise(times):
        if (b - a) / times[-1] * place.width > 1.4:
            inside = estimate(*table.loc[("nuts", f"hr_interval[{short(a)}-{short(b)}]"), ESTIMATE])
            style.write(
                axes, (a + b) / 2, 1 + (place.top - 0.42) / place.height, f"HR {inside}", style.SMALL, ha="center"
            )
