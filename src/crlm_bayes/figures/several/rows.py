"""The pooled effect from several places, one row each: without a study, after a study, under another prior of τ."""

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.several.pooled_view import SynthesisView
from crlm_bayes.answers.several.study_lines import PooledIf
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.figures.frame.stacked import StackedRow, draw_stacked
from crlm_bayes.figures.several.forest_plot import ratio_words
from crlm_bayes.prose import captions
from crlm_bayes.rule import survives
from crlm_bayes.words.nouns import Vocabulary, vocabulary
from crlm_bayes.words.numbers import INTERVAL_WORDS, number

ROW = 0.25

LEFT, AXIS, RIGHT = 2.75, 3.0, 2.95

TOP, BOTTOM = 0.4, 0.92

RATIO, CLAIM, SURVIVES = 0.15, 1.5, 2.35
"""Places of the columns in inches from the axis."""

NOTE = LEFT - 0.12
"""Right edge of what stands beside a name."""


class PooledRow(NamedTuple):
    """A row: its name, what stands beside it, where it stands; whether it is the one that the others vary."""

    name: str
    beside: str
    at: PooledIf
    main: bool = False
    grey: bool = False


def draw_influence(view: SynthesisView, *, slim: bool = False) -> Figure:
    """Draw the pooled effect without each study, and that of all."""
    titles = {line.study.id: line.title for line in view.lines}
    rows = [PooledRow(f"without {titles[at.name]}", "", at) for at in view.influence]
    rows = [*rows, PooledRow("all studies", "", view.everything, main=True)]
    return draw_slim_rows(view, rows) if slim else draw_rows(view, rows, ("", ""))


def draw_cumulative(view: SynthesisView, *, slim: bool = False) -> Figure:
    """Draw the pooled effect as it was after each study, from the prior to all."""
    rows = [PooledRow(f"{words.prior_name(view.question.spec.primary)} prior alone", "", view.prior_alone, grey=True)]
    last = len(view.chronicle) - 1
    for i, (line, at) in enumerate(zip(view.chronicle, view.cumulative, strict=True)):
        year = "no year" if line.study.year is None else str(line.study.year)
        rows.append(PooledRow(f"+ {line.title.removesuffix(f' {year}')}", year, at, main=i == last))
    return draw_slim_rows(view, rows) if slim else draw_rows(view, rows, ("", "year"))


def draw_tau_priors(view: SynthesisView, *, slim: bool = False) -> Figure:
    """Draw the pooled effect under each prior of τ."""
    rows = [
        PooledRow(each.at.name, number(each.tau) if each.tau else "0", each.at, main=each.stated)
        for each in view.tau_priors
    ]
    return draw_slim_rows(view, rows) if slim else draw_rows(view, rows, ("prior of τ", "median τ"))


def draw_slim_rows(view: SynthesisView, rows: Sequence[PooledRow]) -> Figure:
    """Draw them for a phone."""
    spec, said = view.question.spec, vocabulary(view.question.spec)
    stacked = []
    for row in rows:
        stands = survives(said.of_claim(row.at.p_benefit))
        draw = partial(
            ratio_axis.draw_interval, interval=row.at.estimate, colour=style.SOFT if row.grey else style.BLUE,
            label=row.at.name, face="" if stands else "white",
        )  # fmt: skip
        numbers = ratio_words(row.at.estimate), said.chance(row.at.p_benefit)
        stacked.append(StackedRow(row.name, *numbers, draw, row.main))
    headings = f"{spec.measure.upper()} (95% interval)", said.p_claim
    notes = f"● {INTERVAL_WORDS}, {words.prior_name(spec.primary)} prior", captions.SURVIVING
    favoured = words.gain(view.question.evidence.labels)
    return draw_stacked(spec, stacked, headings, _ends(view, rows), favoured, *notes)


def _ends(view: SynthesisView, rows: Sequence[PooledRow]) -> tuple[float, float]:
    inner = [x for row in rows if not row.grey for x in row.at.estimate]
    outer = [x for row in rows if row.grey for x in row.at.estimate]
    return ratio_axis.axis_limits([0.0, math.log(view.question.spec.mcid), *inner], outer)


def draw_rows(view: SynthesisView, rows: Sequence[PooledRow], headings: tuple[str, str]) -> Figure:
    """Draw estimates with intervals below each other, over the interval of all studies."""
    spec, height = view.question.spec, ROW * (len(rows) + 0.5)
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, BOTTOM + height + TOP))
    axes = style.axes_at(figure, LEFT, BOTTOM, AXIS, height)
    axes.set_ylim(0, height)
    whole = view.everything.estimate
    ratio_axis.set_ratio_axis(axes, _ends(view, rows), AXIS)
    ratio_axis.shade_benefit(axes, spec.better)
    ratio_axis.reference_lines(axes, spec, named=True)
    ratio_axis.name_sides(axes, spec.better, words.gain(view.question.evidence.labels))
    axes.axvline(whole.middle, color=style.BLUE, linewidth=style.THIN, linestyle=(0, (1, 1.5)), zorder=1, label="all")
    axes.set(yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(ratio_axis.axis_title(spec.measure), labelpad=16)
    page = style.page(figure)
    _headings(page, spec, BOTTOM + height + 0.17, headings)
    y = height - 0.25 * ROW
    for row in rows:
        y -= ROW
        _row(axes, page, y + ROW / 2, row, vocabulary(spec))
    style.footnote(
        figure,
        f"● {INTERVAL_WORDS}, {words.prior_name(spec.primary)} prior",
        captions.SURVIVING,
        captions.STATED,
    )
    return figure


def _headings(page: Axes, spec: AnalysisSpec, y: float, headings: tuple[str, str]) -> None:
    right = LEFT + AXIS
    for x, text, ha in (
        (0.1, headings[0], "left"),
        (NOTE, headings[1], "right"),
        (right + RATIO, f"{spec.measure.upper()} (95% interval)", "left"),
        (right + CLAIM, vocabulary(spec).p_claim, "left"),
        (right + SURVIVES, "established" if vocabulary(spec).harmful else "survives", "left"),
    ):
        style.write(page, x, y, text, style.SMALL, style.SOFT, ha=ha, va="bottom")


def _row(axes: Axes, page: Axes, y: float, row: PooledRow, said: Vocabulary) -> None:
    at, right = row.at, LEFT + AXIS
    stands = survives(said.of_claim(at.p_benefit))
    colour = style.SOFT if row.grey else style.BLUE
    if row.main:
        axes.axhspan(y - ROW / 2, y + ROW / 2, color=style.INK, alpha=0.05, linewidth=0, zorder=0.5)
    ratio_axis.draw_interval(axes, y, at.estimate, colour, at.name, face="" if stands else "white")
    style.write(page, 0.1, BOTTOM + y, words.fit(row.name, 34), style.SMALL, bold=row.main)
    style.write(page, NOTE, BOTTOM + y, row.beside, style.SMALL, style.SOFT, ha="right")
    for x, cell in (
        (RATIO, ratio_words(at.estimate)),
        (CLAIM, said.chance(at.p_benefit)),
        (SURVIVES, "yes" if stands else "no"),
    ):
        style.write(page, right + x, BOTTOM + y, cell, style.SMALL, bold=row.main)
