"""How much of a verdict is the reading: the probability of one claim under every reading of its print."""

import math
from typing import TYPE_CHECKING, Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.figures.frame import style, words
from crlm_bayes.figures.index.forest import MARKERS
from crlm_bayes.prose import captions
from crlm_bayes.rule import SURVIVES
from crlm_bayes.words.nouns import capital, endpoint_noun, endpoint_order, study_name, vocabulary
from crlm_bayes.words.numbers import probability, short

if TYPE_CHECKING:
    import pandas as pd

ROW, GROUP = 0.21, 0.34

LEFT, AXIS, RIGHT = 3.45, 4.0, 0.75

TOP, BOTTOM = 0.12, 0.78

TICKS: Final = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)


def alternatives(verdicts: "pd.DataFrame") -> dict[tuple[str, str], list[Any]]:
    """Rows under the primary prior of each endpoint of a study that has more than one reading, in the order of endpoints.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`.
    """
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in verdicts[verdicts["primary"].astype(bool)].itertuples():
        groups.setdefault((str(row.endpoint), str(row.study)), []).append(row)
    found = sorted(groups.items(), key=lambda item: endpoint_order(item[0][0]))
    return {key: rows for key, rows in found if len(rows) > 1}


def draw_readings(verdicts: "pd.DataFrame") -> Figure:
    """Draw one row for each reading, grouped by endpoint and study, on a logit scale of the probability of the claim."""
    groups = alternatives(verdicts)
    rows = [row for group in groups.values() for row in group]
    height = len(rows) * ROW + len(groups) * GROUP
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, BOTTOM + height + TOP))
    axes = style.axes_at(figure, LEFT, BOTTOM, AXIS, height)
    page = style.page(figure)
    claims = dict.fromkeys(vocabulary(row).p_claim for row in rows)
    axes.set_xlabel(" or ".join(claims), fontsize=style.SMALL, loc="left", labelpad=9)
    _scale(axes, [_chance(row) for row in rows], height)
    y = height
    for (endpoint, study), group in groups.items():
        y -= GROUP
        heading = f"{capital(endpoint_noun(endpoint))}: {study_name(study)}"
        style.write(page, 0.1, BOTTOM + y + 0.11, heading, bold=True)
        places = [_logit(_chance(row)) for row in group]
        # how far the defensible readings lie apart
        axes.fill_between(
            (min(places), max(places)), y - ROW * len(places), y, color=style.BENEFIT, linewidth=0, zorder=0
        )
        for row in group:
            y -= ROW
            _row(axes, page, y + ROW / 2, row)
    priors = " or ".join(words.prior_name(str(p)) for p in dict.fromkeys(row.prior for row in rows))
    style.footnote(
        figure,
        f"primary prior ({priors})",
        captions.SURVIVING,
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


def _row(axes: Axes, page: Axes, y: float, row: Any) -> None:
    """Draw one reading: its name, its place, its number."""
    name = str(row.title).rpartition(": ")[2]
    place = _logit(_chance(row))
    marker, face = MARKERS[row.mark]
    colour = style.VERMILLION if str(row.mark).startswith("harm") else style.BLUE
    axes.plot([axes.get_xlim()[0], place], [y, y], color=style.FAINT, linewidth=style.THIN, zorder=1)
    style.mark(axes, place, y, marker, style.MARKER, colour, face, str(row.analysis))
    style.write(page, 0.25, BOTTOM + y, words.fit(name, 56), style.TINY)
    style.write(page, LEFT + AXIS + 0.15, BOTTOM + y, probability(_chance(row)), style.SMALL)


def _chance(row: Any) -> float:
    return vocabulary(row).of_claim(float(row.p_benefit))


def _logit(p: float) -> float:
    return math.log(max(p, 1e-6) / max(1 - p, 1e-6))
