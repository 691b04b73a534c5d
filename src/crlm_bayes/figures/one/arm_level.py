"""Arms with and without the treatment, whatever their study: as printed, and as the model takes them."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.documents.study import title_of
from crlm_bayes.evidence.arms import exact_interval
from crlm_bayes.evidence.values import ArmLevelEvidence, ComparedArm
from crlm_bayes.figures.frame import style, words
from crlm_bayes.prose import captions
from crlm_bayes.words.nouns import capital
from crlm_bayes.words.numbers import ESTIMATE, estimate, share, short

if TYPE_CHECKING:
    import pandas as pd

ROW, HEAD, SPACE = 0.33, 0.32, 0.1

LEFT, AXIS, RIGHT = 2.75, 3.3, 2.75

TOP, BOTTOM = 0.5, 0.82

COLUMNS = {"events / n": 0.12, "printed (95% exact)": 0.88, "model (95%)": 2.02}
"""Headings and their places, in inches from the axis."""

ALONE = "†"
"""Mark of an arm whose study has none on the other side."""


def draw_arm_level(result: Result, prior: str | None = None) -> Figure:
    """Draw the proportion of every arm, printed and shrunken, and of the arm in the middle of each side.

    Parameters
    ----------
    result : Result
        Of structure 'arm_level', with a posterior.
    prior : str, optional
        By default the primary one, or the first that was fitted.
    """
    spec, evidence = result.spec, result.question.evidence
    assert isinstance(evidence, ArmLevelEvidence)
    chosen = prior or (spec.primary if spec.primary in result.trees else next(iter(result.trees)))
    fitted = result.estimates[(result.estimates["prior"] == chosen) & (result.estimates["engine"] == "nuts")]
    table = fitted.set_index("quantity")
    names = {study.id: title_of(study) for study in result.question.studies}

    height = (len(evidence.compared) + 2) * ROW + 2 * HEAD + SPACE
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, BOTTOM + height + TOP))
    axes = style.axes_at(figure, LEFT, BOTTOM, AXIS, height)
    axes.set(xlim=(0, 100), ylim=(0, height), xlabel=f"{words.endpoint_name(spec.endpoint)} (%)")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    page = style.page(figure)
    style.write(page, 0.1, BOTTOM + height + TOP - 0.16, captions.ARMS_COMPARED, style.SMALL, bold=True)
    for heading, x in COLUMNS.items():
        style.write(page, LEFT + AXIS + x, BOTTOM + height + 0.1, heading, style.TINY, style.SOFT)

    y = height
    for side, (arm, label) in enumerate(zip(evidence.arms, evidence.labels, strict=True)):
        colour = style.ARMS[side]
        y -= HEAD + side * SPACE
        style.write(page, 0.1, BOTTOM + y + 0.12, capital(label), bold=True, colour=colour)
        bottom = y - (sum(treated == bool(side) for treated in evidence.treated) + 1) * ROW
        middle = table.loc[f"probability[{arm}]"]
        low, high = 100 * middle["eti95_lower"], 100 * middle["eti95_upper"]
        axes.fill_betweenx([bottom, y], low, high, color=colour, alpha=0.09, linewidth=0, zorder=0)
        for compared in evidence.compared:
            if compared.treated == bool(side):
                y -= ROW
                _arm(axes, page, y, compared, table.loc[f"arm_probability[{compared.name}]"], colour)
                mark = "" if _has_partner(evidence, compared) else f" {ALONE}"
                _name(page, y, names[compared.study] + mark, compared.label)
        y -= ROW
        _middle(axes, page, y, middle, colour, arm)
    alone = any(not _has_partner(evidence, arm) for arm in evidence.compared)
    style.footnote(
        figure, *captions.arms(chosen), *([f"{ALONE} no arm of the study on the other side"] if alone else [])
    )
    return figure


def _has_partner(evidence: ArmLevelEvidence, arm: ComparedArm) -> bool:
    return any(other.study == arm.study and other.treated != arm.treated for other in evidence.compared)


def _name(page: Axes, y: float, name: str, label: str) -> None:
    style.write(page, 0.1, BOTTOM + y + ROW / 2 + 0.065, name, style.SMALL)
    short = words.fit(words.without_role(label), 46)
    style.write(page, 0.1, BOTTOM + y + ROW / 2 - 0.065, short, style.TINY, style.SOFT)


def _arm(axes: Axes, page: Axes, y: float, arm: ComparedArm, row: "pd.Series[Any]", colour: str) -> None:
    """Draw one arm between `y` and `y + ROW`: printed above, modelled below."""
    upper, lower = y + ROW / 2 + 0.065, y + ROW / 2 - 0.065
    printed, limits = arm.events / arm.n, exact_interval(arm.events, arm.n)
    ends = [100 * limit for limit in limits]
    axes.plot(ends, [upper, upper], color=style.SOFT, linewidth=style.THIN, label=f"{arm.name}-exact")
    style.mark(axes, 100 * printed, upper, "D", 4, style.SOFT, "white", f"{arm.name}-printed", clip_on=False)
    _interval(axes, row, lower, colour, arm.name, "o", style.LINE)
    cells = (f"{short(arm.events, 3)} / {short(arm.n)}", _cell(printed, *limits), _cell(*row[ESTIMATE]))
    for x, cell in zip(COLUMNS.values(), cells, strict=True):
        style.write(page, LEFT + AXIS + x, BOTTOM + y + ROW / 2, cell, style.TINY)


def _middle(axes: Axes, page: Axes, y: float, row: "pd.Series[Any]", colour: str, name: str) -> None:
    """Draw the arm in the middle of a side."""
    _interval(axes, row, y + ROW / 2, colour, name, "D", style.HEAVY)
    style.write(page, 0.1, BOTTOM + y + ROW / 2, "arm in the middle", style.SMALL, colour, bold=True)
    x = LEFT + AXIS + list(COLUMNS.values())[-1]
    style.write(page, x, BOTTOM + y + ROW / 2, _cell(*row[ESTIMATE]), style.TINY, bold=True)


def _interval(
    axes: Axes, row: "pd.Series[Any] | Mapping[str, float]", y: float, colour: str, name: str, marker: str, width: float
) -> None:
    median, low, high = (100 * row[key] for key in ESTIMATE)
    axes.plot([low, high], [y, y], color=colour, linewidth=width, label=f"{name}-interval", solid_capstyle="butt")
    style.mark(axes, median, y, marker, style.MARKER - 1, colour, label=f"{name}-median")


def _cell(middle: float, low: float, high: float) -> str:
    return estimate(middle, low, high, partial(share, decimals=0))
