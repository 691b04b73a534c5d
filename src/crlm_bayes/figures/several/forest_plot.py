"""The forest plot of a synthesis: each study as printed and as it stands beside the others, and what they give together."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.several.pooled_view import SynthesisView
from crlm_bayes.answers.several.study_lines import Group, LogInterval, StudyLine, level_names
from crlm_bayes.documents.study import said_to_be
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.figures.frame.stacked import StackedRow, draw_stacked
from crlm_bayes.figures.several.heterogeneity import numbers
from crlm_bayes.figures.several.marks import draw_bar, draw_diamond, draw_printed, square_size
from crlm_bayes.prose import captions
from crlm_bayes.prose.several.hierarchy import weight_words
from crlm_bayes.prose.verdicts import judged
from crlm_bayes.words.nouns import MEASURES, vocabulary
from crlm_bayes.words.numbers import (
    INTERVAL_WORDS,
    LEVEL,
    number,
    percent,
    ratio_estimate,
    ratio_of,
    times,
)

ROW, LOW_ROW, HEADING, APART, LINE = 0.33, 0.27, 0.25, 0.08, 0.155

LEFT, AXIS, RIGHT = 2.95, 3.05, 3.2

TOP, BOTTOM, FOOT = 0.5, 0.66, 0.36

NAMES, PATIENTS = 0.1, 2.85
"""Place of the names, and the right edge of the numbers of patients, in inches from the left."""

PRINTED, SHRUNKEN, WEIGHT = 0.12, 1.42, 3.1
"""Places of the columns at the right in inches from the axis; the right edge of the last."""

LONGEST, WIDEST_NAME, WIDEST_HEADING = 36, 41, 38
"""Letters of a study, of a row below the line, and of a heading, that have room left of the axis."""

STEP: Final = 0.075
"""Half of the distance between what a study printed and what remains of it."""

DESIGNS: Final = {
    "rct": "randomised",
    "cohort": "cohort",
    "case_control": "case-control",
    "single_arm": "single arm",
    "pooled": "pooled analysis",
}


def draw_forest_plot(answer: Answer, view: SynthesisView) -> Figure:
    """Draw studies in groups, the prior, the pooled effect and the prediction for a new study, with their numbers."""
    spec, groups = answer.spec, view.groups
    notes = _notes(view)
    bottom_rows = _bottom_rows(answer, view)
    height = sum(HEADING + ROW * len(group.lines) for group in groups) + APART + LOW_ROW * (len(bottom_rows) + 1)
    under = FOOT + LINE * len(notes) + BOTTOM
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, under + height + TOP))
    axes = style.axes_at(figure, LEFT, under, AXIS, height)
    axes.set_ylim(0, height)
    ratio_axis.set_ratio_axis(axes, _limits(view, [row for _, row, _ in bottom_rows]), AXIS)
    ratio_axis.shade_benefit(axes, spec.better)
    ratio_axis.reference_lines(axes, spec, named=True)
    ratio_axis.name_sides(axes, spec.better, words.gain(answer.question.evidence.labels))
    axes.set(yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(ratio_axis.axis_title(spec.measure), labelpad=16)
    pooled = view.everything.estimate.middle
    axes.plot([pooled] * 2, [0, height], color=style.BLUE, linewidth=style.THIN, linestyle=(0, (1, 1.5)), zorder=1)

    page = style.page(figure)
    _headings(page, answer, under + height)
    shares, shrunken = [line.share for line in view.lines], answer.pooled.tau is not None
    y = height
    for group in groups:
        y -= HEADING
        style.write(page, NAMES, under + y + 0.08, words.fit(_group_words(group), WIDEST_HEADING), bold=True)
        for line in group.lines:
            y -= ROW
            _study(axes, page, y + ROW / 2, under, line, square_size(line.share, shares), shrunken=shrunken)
    y -= APART
    page.plot([NAMES, LEFT + AXIS + RIGHT - 0.1], [under + y] * 2, color=style.FAINT, linewidth=style.THIN)
    axes.axhline(y, color=style.FAINT, linewidth=style.THIN, zorder=1)
    y -= LOW_ROW
    prior = view.prior_alone.estimate
    _numbers(page, y + LOW_ROW / 2, under, f"Prior: {words.prior_name(spec.primary)}", prior, view.prior_share)
    draw_bar(axes, y + LOW_ROW / 2, prior, style.VERMILLION, "prior")
    for name, estimate, label in bottom_rows:
        y -= LOW_ROW
        _numbers(page, y + LOW_ROW / 2, under, name, estimate, None, bold=label != "predictive")
        if label == "predictive":
            draw_bar(axes, y + LOW_ROW / 2, estimate, style.INK, label)
        else:
            draw_diamond(axes, y + LOW_ROW / 2, estimate, label)
    for i, note in enumerate(reversed(notes)):
        style.write(page, NAMES, FOOT + LINE * (i + 0.5), note, style.SMALL)
    _footnote(figure, view)
    return figure


def draw_slim_forest(answer: Answer, view: SynthesisView) -> Figure:
    """Draw it for a phone: what each study printed, what remains of it below, and what they give together."""
    spec, shares = answer.spec, [line.share for line in view.lines]
    bottom_rows, shrunken = _bottom_rows(answer, view), answer.pooled.tau is not None
    rows: list[StackedRow] = []

    def study(line: StudyLine) -> Callable[[Axes, float], None]:
        def draw(axes: Axes, y: float) -> None:
            draw_printed(axes, y + 0.25 if shrunken else y, line, square_size(line.share, shares))
            if shrunken:
                effect = LogInterval.of(line.effect.effect)
                ratio_axis.draw_interval(axes, y - 0.25, effect, style.BLUE, f"{line.study.id}-effect", face="white")

        return draw

    for group in view.groups:
        rows.append(StackedRow(_group_words(group)))
        rows += [StackedRow(line.title, printed_words(line), percent(line.share), study(line)) for line in group.lines]
    rows.append(StackedRow("Together"))
    prior = view.prior_alone.estimate
    draw_prior = partial(draw_bar, estimate=prior, colour=style.VERMILLION, label="prior")
    rows.append(
        StackedRow(
            f"Prior: {words.prior_name(spec.primary)}", ratio_words(prior), percent(view.prior_share), draw_prior
        )
    )
    for name, estimate, label in bottom_rows:
        made = partial(draw_bar, estimate=estimate, colour=style.INK, label=label)
        if label != "predictive":
            made = partial(draw_diamond, estimate=estimate, label=label, tall=0.42)
        rows.append(StackedRow(name, ratio_words(estimate), "", made, label != "predictive"))
    headings = f"as printed, {spec.measure.upper()} ({LEVEL} limits)", "weight"
    ends = _limits(view, [row for _, row, _ in bottom_rows])
    marks = [f"■ {captions.LIKELIHOOD}, area by weight"]
    marks += [f"○ {INTERVAL_WORDS}, of the study’s own {MEASURES[spec.measure]}"] if shrunken else []
    return draw_stacked(spec, rows, headings, ends, words.gain(answer.question.evidence.labels), *marks, "dashed: MCID")


def _bottom_rows(answer: Answer, view: SynthesisView) -> list[tuple[str, LogInterval, str]]:
    """What the studies give together: name, estimate, label."""
    estimate = view.everything.estimate
    rows, of_whom = [("Pooled effect", estimate, "pooled")], "Effect in a new study"
    if view.shifted_group is not None:
        reference, other = level_names(view.lines, answer.spec)
        moderated = LogInterval.of(view.shifted_group)
        rows = [(f"Pooled: {reference}", estimate, "pooled"), (f"Pooled: {other}", moderated, "moderated")]
        of_whom = f"New study: {reference}"
    if answer.pooled.tau is not None:
        rows.append((of_whom, LogInterval.of(answer.pooled.predictive), "predictive"))
    return rows


def _limits(view: SynthesisView, rows: Sequence[LogInterval]) -> tuple[float, float]:
    """Show what the model makes of the studies whole, and of the wider printed intervals what has room."""
    inner = [x for line in view.lines for x in LogInterval.of(line.effect.effect)]
    inner += [one.middle for line in view.lines for one in line.printed]
    outer = [x for line in view.lines for one in line.printed for x in one] + [x for row in rows for x in row]
    seen = [0.0, math.log(view.question.spec.mcid), *view.everything.estimate, *inner]
    return ratio_axis.axis_limits(seen, outer, pad=0.04)


def _headings(page: Axes, answer: Answer, top: float) -> None:
    measure, level = answer.spec.measure.upper(), LEVEL
    adjusted, common = answer.spec.structure == "bias_adjusted", answer.pooled.tau is None
    shrunken = "" if common else "shrunken, free of bias ○" if adjusted else "shrunken ○"
    right = LEFT + AXIS
    for x, text, ha in (
        (NAMES, "Study\ndesign, timing", "left"),
        (PATIENTS, "patients", "right"),
        (right + PRINTED, f"as printed ■\n{measure} ({level} limits)", "left"),
        (right + SHRUNKEN, f"{shrunken}\n{measure} ({level} interval)", "left"),
        (right + WEIGHT, "weight", "right"),
    ):
        style.write(page, x, top + 0.16, text, style.TINY, style.SOFT, ha=ha, va="bottom", linespacing=1.2)


def _study(axes: Axes, page: Axes, y: float, under: float, line: StudyLine, size: float, *, shrunken: bool) -> None:
    """Draw one study about a height: the print above, what remains of it below unless all share one effect."""
    name = words.fit(line.title, LONGEST)
    style.write(page, NAMES + 0.1, under + y + STEP, name, style.SMALL)
    design = f"{'said to be ' if said_to_be(line.study) else ''}{DESIGNS[line.study.design]}"
    kind = f"{design}, {line.study.timing}{_discount(line)}"
    style.write(page, NAMES + 0.1, under + y - STEP, kind, style.TINY, style.SOFT)
    patients = "–" if line.study.patients is None else number(line.study.patients, 0)
    style.write(page, PATIENTS, under + y, patients, style.SMALL, ha="right")
    draw_printed(axes, y + STEP if shrunken else y, line, size)
    right = LEFT + AXIS
    style.write(page, right + PRINTED, under + y, printed_words(line), style.SMALL)
    if shrunken:
        effect = LogInterval.of(line.effect.effect)
        ratio_axis.draw_interval(axes, y - STEP, effect, style.BLUE, f"{line.study.id}-effect", face="white")
        style.write(page, right + SHRUNKEN, under + y, ratio_words(effect), style.SMALL)
    style.write(page, right + WEIGHT, under + y, percent(line.share), style.SMALL, ha="right")


def _numbers(
    page: Axes, y: float, under: float, name: str, estimate: LogInterval, share: float | None, *, bold: bool = False
) -> None:
    style.write(page, NAMES, under + y, words.fit(name, WIDEST_NAME), style.SMALL, bold=bold)
    right = LEFT + AXIS
    style.write(page, right + SHRUNKEN, under + y, ratio_words(estimate), style.SMALL, bold=bold)
    if share is not None:
        style.write(page, right + WEIGHT, under + y, percent(share), style.SMALL, ha="right")


def _group_words(group: Group) -> str:
    """The heading, with the weight that all studies under it have in common."""
    weights = {line.weight for line in group.lines}
    if weights == {1.0} or len(weights) > 1:
        return group.heading
    (weight,) = weights
    return f"{group.heading}, {weight_words('learnt' if weight is None else weight)}"


def _discount(line: StudyLine) -> str:
    if not line.discounted:
        return ""
    return ", × δ" if line.weight is None else f", {times(line.weight)}"


def ratio_words(estimate: LogInterval) -> str:
    """Write a log ratio as a ratio with its limits."""
    return ratio_estimate(estimate.middle, (estimate.lower, estimate.upper))


def printed_words(line: StudyLine) -> str:
    """Write what a study says by itself: a ratio with limits, one of two ratios, or that there is no estimate."""
    if not line.printed:
        return "no estimate"
    if not line.has_direction:
        return " or ".join(ratio_of(one.middle) for one in line.printed)
    return ratio_words(line.printed[0])


def _notes(view: SynthesisView) -> list[str]:
    """Lines of text under the plot."""
    spec, everything = view.question.spec, view.everything
    notes = [
        f"Pooled under the {words.prior_name(spec.primary)} prior: {judged(vocabulary(spec), everything.p_benefit, view.question.footing)}"
    ]
    found = [f"{p.meaning} {p.symbol} {numbers(p.after, p.kind)}" for p in view.parameters]
    for text in found:
        joined = f"{notes[-1]}; {text}"
        if len(notes) > 1 and len(joined) < 118:
            notes[-1] = joined
        else:
            notes.append(text[:1].upper() + text[1:])
    return notes


def _footnote(figure: Figure, view: SynthesisView) -> None:
    pairs = any(len(line.printed) > 1 for line in view.lines)
    none = any(not line.printed for line in view.lines)
    varied = view.pooled.tau is not None
    style.footnote(
        figure,
        f"■ {captions.LIKELIHOOD}, area by weight",
        *([f"○ {INTERVAL_WORDS}, of the study’s own {MEASURES[view.question.spec.measure]}"] if varied else []),
        *([captions.NO_DIRECTION] if pairs else []),
        *([captions.NO_MAXIMUM] if none else []),
        "| prior, and prediction for a new study" if varied else "| prior",
    )
