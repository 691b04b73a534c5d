"""Every analysis under its primary prior in one forest plot."""

from statistics import median
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.figures.index.verdicts import FAILED, MINUTE, analysis_words, by_endpoint, verdict_of
from crlm_bayes.prose import captions
from crlm_bayes.prose.verdicts import CHIEF_MARKS, GATE_FAILED
from crlm_bayes.words.nouns import capital, endpoint_noun, vocabulary
from crlm_bayes.words.numbers import INTERVAL_WORDS, LEVEL, estimate

if TYPE_CHECKING:
    import pandas as pd

ROW, ENDPOINT = 0.35, 0.3

LEFT, AXIS, RIGHT = 2.75, 3.2, 4.25

TOP, BOTTOM = 0.45, 0.8

PLACES = (0.15, 1.72, 2.7)
"""Of ratio, probability and verdict, in inches from the axis."""

MARKERS = {
    "survives": ("o", style.BLUE),
    "face_value": ("o", style.HALF),
    "open": ("o", "white"),
    "harm": ("v", style.VERMILLION),
    "harm_face_value": ("v", "white"),
    "what_if": ("D", "white"),
}

TOO_WIDE = 3.0
"""An interval this many times as wide as the median one may be cut off at the edge."""


def draw_forest(verdicts: "pd.DataFrame") -> Figure:
    """Draw one row for each analysis, grouped by endpoint; the shaded side of a row favours the treatment."""
    rows = {str(row.analysis): row for row in verdicts[verdicts["primary"].astype(bool)].itertuples()}
    endpoints = {endpoint: [a for a in found if a in rows] for endpoint, found in by_endpoint(verdicts).items()}
    endpoints = {endpoint: analyses for endpoint, analyses in endpoints.items() if analyses}
    height = len(rows) * ROW + len(endpoints) * ENDPOINT
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, BOTTOM + height + TOP))
    axes = style.axes_at(figure, LEFT, BOTTOM, AXIS, height)
    axes.set_ylim(0, height)
    ratio_axis.set_ratio_axis(axes, _limits(list(rows.values())), AXIS)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=style.INK, linewidth=style.THIN, zorder=1)
    axes.set_xlabel(captions.FAVOURED, fontsize=style.SMALL)

    page = style.page(figure)
    claims = dict.fromkeys(vocabulary(row).p_claim for row in rows.values())
    for heading, x in zip((f"ratio ({LEVEL} interval)", ",\n".join(claims), "verdict"), PLACES, strict=True):
        place = LEFT + AXIS + x, BOTTOM + height + 0.05
        style.write(page, *place, heading, style.TINY, style.SOFT, va="bottom", linespacing=1.1)
    y = height
    for endpoint, analyses in endpoints.items():
        y -= ENDPOINT
        style.write(page, 0.1, BOTTOM + y + 0.1, capital(endpoint_noun(endpoint)), bold=True)
        for analysis in analyses:
            y -= ROW
            _row(axes, page, y, rows[analysis])
    priors = " or ".join(words.prior_name(str(p)) for p in dict.fromkeys(row.prior for row in rows.values()))
    note = f"{INTERVAL_WORDS}; primary prior ({priors})"
    failed = [GATE_FAILED] if any(not row.gate_passed for row in rows.values()) else []
    style.footnote(figure, note, *CHIEF_MARKS, *failed)
    return figure


def _limits(rows: list[Any]) -> tuple[float, float]:
    """Show whole intervals, save those far wider than the others."""
    ends = [(ratio_axis.log(row.eti95_lower), ratio_axis.log(row.eti95_upper)) for row in rows]
    usual = median(high - low for low, high in ends)
    inner = [x for low, high in ends if high - low <= TOO_WIDE * usual for x in (low, high)]
    return ratio_axis.axis_limits([0.0, *inner], [x for pair in ends for x in pair])


def _row(axes: Axes, page: Axes, y: float, row: Any) -> None:
    """Draw one analysis between `y` and `y + ROW`."""
    low, high = axes.get_xlim()
    middle = y + ROW / 2
    side = (low, 0.0) if row.better == "lower" else (0.0, high)
    axes.fill_between(side, y + 1 / 40, y + ROW - 1 / 40, color=style.BENEFIT, linewidth=0, zorder=0)
    marker, face = MARKERS[row.mark]
    colour = style.VERMILLION if str(row.mark).startswith("harm") else style.BLUE
    ratio_axis.draw_interval(
        axes,
        middle,
        ratio_axis.logs(row.median, row.eti95_lower, row.eti95_upper),
        colour,
        str(row.analysis),
        marker=marker,
        face=face,
    )
    style.write(page, 0.1, BOTTOM + middle + 0.07, words.fit(analysis_words(row), 38), style.SMALL)
    style.write(
        page, 0.1, BOTTOM + middle - 0.07, words.fit(words.without_role(str(row.title)), 54), MINUTE - 0.4, style.SOFT
    )
    cells = (
        estimate(row.median, row.eti95_lower, row.eti95_upper),
        vocabulary(row).chance(row.p_benefit) + ("" if row.gate_passed else FAILED),
        verdict_of(row),
    )
    for x, cell in zip(PLACES, cells, strict=True):
        style.write(page, LEFT + AXIS + x, BOTTOM + middle, cell, style.SMALL, bold=cell == "survives")
