"""How much of a verdict is the reading: P(benefit) of one endpoint under every reading of its print."""

import math
from typing import TYPE_CHECKING, Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.figures.frame import style, words
from crlm_bayes.prose import captions
from crlm_bayes.rule import SURVIVES
from crlm_bayes.words.nouns import study_name
from crlm_bayes.words.numbers import probability, short

if TYPE_CHECKING:
    import pandas as pd

ROW, GROUP = 0.21, 0.34

LEFT, AXIS, RIGHT = 3.45, 4.0, 0.75

TOP, BOTTOM = 0.12, 0.78

TICKS: Final = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)

REAL, HYPOTHETICAL = "o", "D"


def alternatives(verdicts: "pd.DataFrame") -> dict[tuple[str, str], list[Any]]:
    """Rows under the primary prior of each study and endpoint that has more than one reading.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`.
    """
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in verdicts[verdicts["primary"].astype(bool)].itertuples():
        groups.setdefault((str(row.study), str(row.endpoint)), []).append(row)
    return {key: sorted(rows, key=lambda row: bool(row.hypothetical)) for key, rows in groups.items() if len(rows) > 1}


def draw_readings(verdicts: "pd.DataFrame") -> Figure:
    """Draw one row for each reading, grouped by study and endpoint, on a logit scale of P(benefit)."""
    groups = alternatives(verdicts)
    rows = [row for group in groups.values() for row in group]
    height = len(rows) * ROW + len(groups) * GROUP
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, BOTTOM + height + TOP))
    axes = style.axes_at(figure, LEFT, BOTTOM, AXIS, height)
    page = style.page(figure)
    _scale(axes, [float(row.p_benefit) for row in rows], height)
    y = height
    for (study, endpoint), group in groups.items():
        y -= GROUP
        heading = f"{study_name(study)}: {words.endpoint_name(endpoint)}"
        style.write(page, 0.1, BOTTOM + y + 0.11, heading, bold=True)
        places = [_logit(float(row.p_benefit)) for row in group if not row.hypothetical]
        if len(places) > 1:  # how far the defensible readings lie apart
            bottom = y - ROW * len(places)
            axes.fill_between((min(places), max(places)), bottom, y, color=style.BENEFIT, linewidth=0, zorder=0)
        for row in group:
            y -= ROW
            _row(axes, page, y + ROW / 2, row)
    priors = " or ".join(words.prior_name(str(p)) for p in dict.fromkeys(row.prior for row in rows))
    style.footnote(
        figure,
        f"primary prior ({priors})",
        captions.SURVIVING,
        f"{chr(0x25C7)} hypothetical reading, no evidence",
        "shaded: span of the readings of the print",
    )
    return figure


def _scale(axes: Axes, values: list[float], height: float) -> None:
    """Set a logit axis with the threshold of survival on it."""
    low, high = min([*values, 0.5]), max([*values, 0.985])
    ends = _logit(low) - 0.35, _logit(high) + 0.35
    axes.set(xlim=ends, ylim=(0, height), yticks=[])
    ticks = [t for t in TICKS if ends[0] <= _logit(t) <= ends[1]]
    axes.set_xticks([_logit(t) for t in ticks], [short(t) for t in ticks])
    axes.spines["left"].set_visible(False)
    axes.axvline(_logit(SURVIVES), color=style.INK, linewidth=style.THIN, linestyle=(0, (4, 2)), zorder=1)
    axes.annotate(
        f"survives from {probability(SURVIVES)}",
        (_logit(SURVIVES), 0),
        xytext=(0, -24),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=style.TINY,
    )
    axes.set_xlabel("P(benefit)", fontsize=style.SMALL, loc="left", labelpad=9)


def _row(axes: Axes, page: Axes, y: float, row: Any) -> None:
    """Draw one reading: its name, its place, its number."""
    name = str(row.title).rpartition(": ")[2]
    place = _logit(float(row.p_benefit))
    marker, size = (HYPOTHETICAL, 5.0) if row.hypothetical else (REAL, style.MARKER)
    face = {"survives": style.BLUE, "face_value": style.BENEFIT}.get(row.mark, "white")
    axes.plot([axes.get_xlim()[0], place], [y, y], color=style.FAINT, linewidth=style.THIN, zorder=1)
    style.mark(axes, place, y, marker, size, style.SOFT if row.hypothetical else style.BLUE, face, str(row.analysis))
    colour = style.SOFT if row.hypothetical else style.INK
    style.write(page, 0.25, BOTTOM + y, words.fit(name, 56), style.TINY, colour)
    style.write(page, LEFT + AXIS + 0.15, BOTTOM + y, probability(row.p_benefit), style.SMALL, colour)


def _logit(p: float) -> float:
    return math.log(max(p, 1e-6) / max(1 - p, 1e-6))
