"""What the model would print of every study, and what was printed: standardised, so that all studies share one axis."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.answers.several.study_lines import title_with_year
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import (
    BinomialEvidence,
    RatioEvidence,
    StudyEvidence,
    SurvivalEvidence,
    SynthesisEvidence,
)
from crlm_bayes.figures.frame import style, words
from crlm_bayes.figures.one.predictive import Group
from crlm_bayes.prose import captions
from crlm_bayes.rule import LOWER, UPPER
from crlm_bayes.words.numbers import LEVEL, number, ratio_of, short

ROW, APART = 0.165, 0.13

LEFT, AXIS, RIGHT = 3.95, 3.0, 2.35

TOP, BOTTOM = 0.3, 0.72

QUANTITY, PRINTED, EXPECTED = 2.05, 0.15, 1.05
"""Place of the second column from the left, and of the columns at the right from the axis, in inches."""

QUANTILES = (LOWER, 0.25, 0.5, 0.75, UPPER)

LEAST, MOST = 3.2, 7.0
"""Standard deviations that the axis reaches at least and at most, on both sides."""


class Cell(NamedTuple):
    """One printed number: what it is, as printed, its standing among replicates, and their quantiles."""

    quantity: str
    printed: str
    expected: str
    z: float
    quantiles: tuple[float, ...]


def draw_synthesis_predictive(result: Result, prior: str, group: Group) -> Figure:
    """Draw one row for each number that the likelihoods take, study by study."""
    evidence, tree = result.question.evidence, result.trees[prior]
    assert isinstance(evidence, SynthesisEvidence)
    predicted, seen = tree[group].dataset, tree["observed_data"].dataset
    studies = {
        title_with_year(study): list(_cells(member, predicted, seen, result.spec.of_study(study.id)))
        for study, member in zip(result.question.studies, evidence.members, strict=True)
    }
    height = ROW * sum(map(len, studies.values())) + APART * (len(studies) + 1)
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, BOTTOM + height + TOP))
    axes, page = style.axes_at(figure, LEFT, BOTTOM, AXIS, height), style.page(figure)
    farthest = max([LEAST, *(abs(cell.z) + 0.3 for cells in studies.values() for cell in cells)])
    reach = min(farthest, MOST)
    axes.set(xlim=(-reach, reach), ylim=(0, height), yticks=[])
    axes.axvline(0, color=style.FAINT, linewidth=style.THIN, zorder=0)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", length=3)
    axes.set_xlabel(captions.STANDARDISED, fontsize=style.SMALL)
    for x, text in ((LEFT + AXIS + PRINTED, "printed"), (LEFT + AXIS + EXPECTED, f"expected ({LEVEL})")):
        style.write(page, x, BOTTOM + height + 0.1, text, style.TINY, style.SOFT)
    y = height - APART / 2
    for i, (title, cells) in enumerate(studies.items()):
        low = y - APART - ROW * len(cells)
        if i % 2 == 0:
            axes.axhspan(low, y, color=style.INK, alpha=0.035, linewidth=0, zorder=0)
        style.write(page, 0.1, BOTTOM + y - APART / 2 - ROW / 2, words.fit(title, 31), style.SMALL, bold=True)
        y -= APART / 2
        for cell in cells:
            y -= ROW
            _row(axes, page, y + ROW / 2, cell)
        y = low
    style.footnote(
        figure,
        captions.predictive(group == "posterior_predictive", prior),
        f"○ {captions.TWO_INTERVALS}",
        "◆ printed",
    )
    return figure


def _cells(member: StudyEvidence, predicted: xr.Dataset, seen: xr.Dataset, own: AnalysisSpec) -> Iterator[Cell]:
    """Lay the numbers of one study out in rows; where nobody was at risk there is nothing to expect."""
    name, evidence = f"{member.study}.y", member.evidence
    drawn = predicted[name].stack(sample=("chain", "draw")).transpose("sample", ...).values
    drawn, printed = drawn.reshape(len(drawn), -1), np.ravel(seen[name].values)
    for i, (quantity, n) in enumerate(_quantities(member, own)):
        sd = float(drawn[:, i].std())
        if sd == 0:
            continue
        mean, value = float(drawn[:, i].mean()), float(printed[i])
        quantiles = np.quantile(drawn[:, i], QUANTILES)
        shown = ratio_of if isinstance(evidence, RatioEvidence) else _count
        low, middle, high = (shown(float(quantiles[k])) for k in (0, 2, 4))
        yield Cell(
            quantity,
            shown(value) + (f" of {_count(n)}" if n else ""),
            f"{middle} ({low} to {high})",
            (value - mean) / sd,
            tuple(((quantiles - mean) / sd).tolist()),
        )


def _quantities(member: StudyEvidence, own: AnalysisSpec) -> Iterator[tuple[str, float]]:
    """Name the numbers of one study in the order of its data, with how many patients each is of (0: of none)."""
    arms, endpoint = ("control", "treatment"), words.fit(words.endpoint_name(own.endpoint), 20)
    match member.evidence:
        case BinomialEvidence() as binomial:
            for arm, n in zip(arms, binomial.n, strict=True):
                yield f"{endpoint}, {arm}", float(n)
        case SurvivalEvidence() as survival:
            spans = zip(survival.times[:-1], survival.times[1:], survival.at_risk, strict=True)
            for start, end, at_risk in spans:
                for arm, n in zip(arms, at_risk, strict=True):
                    yield f"{endpoint} {short(start)}–{short(end)} months, {arm}", float(n)
        case RatioEvidence() as ratio:
            yield f"{endpoint}, {own.measure.upper()}{' or its inverse' if ratio.direction == 'unknown' else ''}", 0.0
        case other:
            names = [name.replace("\n", ", ") for name in other.cells(arms)]
            of = np.zeros(len(names)) if other.counted is None else np.ravel(other.counted)
            yield from ((f"{endpoint}, {name}", float(n)) for name, n in zip(names, of, strict=True))


def _count(x: float) -> str:
    return number(x, 1).removesuffix(".0")


def _row(axes: Axes, page: Axes, y: float, cell: Cell) -> None:
    reach = axes.get_xlim()[1]
    low, quarter, middle, three, high = np.clip(cell.quantiles, -reach, reach)
    axes.plot([low, high], [y, y], color=style.BLUE, alpha=0.5, linewidth=style.LINE, zorder=1, solid_capstyle="butt")
    axes.plot([quarter, three], [y, y], color=style.BLUE, linewidth=1.3 * style.HEAVY, zorder=2, solid_capstyle="butt")
    style.mark(axes, middle, y, "o", 3.4, style.BLUE, "white", "expected", markeredgewidth=0.9)
    if abs(cell.z) <= reach:
        style.mark(axes, cell.z, y, "D", 4.0, style.VERMILLION, label="printed", zorder=5)
    else:
        side, arrow = (reach, ">") if cell.z > 0 else (-reach, "<")
        style.mark(axes, side, y, arrow, style.MARKER, style.VERMILLION, label="printed", clip_on=False, zorder=5)
    style.write(page, QUANTITY, BOTTOM + y, cell.quantity, style.TINY, style.SOFT)
    style.write(page, LEFT + AXIS + PRINTED, BOTTOM + y, cell.printed, style.TINY)
    style.write(page, LEFT + AXIS + EXPECTED, BOTTOM + y, cell.expected, style.TINY)
