"""The audit of one paper at a glance: printed beside recomputed p values, and the patients that percentages imply."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crlm_bayes.audits.counts.denominators import FEWEST, Scan
from crlm_bayes.audits.p_values.comparison import Comparison, is_significant, written
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.printed.rounding import Range
from crlm_bayes.figures.frame import style, words
from crlm_bayes.prose import audit as prose
from crlm_bayes.rule import ALPHA
from crlm_bayes.words.nouns import ENDPOINTS, capital, endpoint_noun
from crlm_bayes.words.numbers import short

LEFT, AXIS, RIGHT = 2.75, 3.4, 2.75

ROW, HEAD, TICKED = 0.42, 0.34, 0.5

SPIKES, LINE, NOTE, BETWEEN = 1.35, 0.19, 0.135, 0.22

PRINTED, RECOMPUTED = 0.15, 0.85
"""Places of the columns, in inches from the axis."""

MOST: Final = 16
"""Rows of p values, at most."""

MOST_SCANS: Final = 4
"""Panels of denominators, at most."""

CROWDED: Final = 200
"""Number of patients from which a line is named at its left."""

LOW, HIGH = 0.0005, 1.3
"""Ends of the axis of p values; what lies beyond is drawn at the end."""

TICKS = (0.001, 0.01, ALPHA, 0.1, 0.5, 1)

PATIENTS = (10, 20, 50, 100, 200, 500)

APART = 0.17
"""Inches between two marks that leave room for an arrow."""


def audit(result: StudyAudit) -> Figure:
    """Draw what the audit of one study compared: p values above, implied denominators below.

    A part without anything to draw is a sentence.
    """
    prints = prose.by_print(result.comparisons)
    rows = chosen(prints)
    scans = sorted((s for s in result.scans if len(s.misfits) >= FEWEST), key=lambda s: -len(s.misfits))[:MOST_SCANS]
    parts = [_Part(prose.on_p_values(prints), prose.not_drawn(prints, rows))]
    if rows:
        parts[0] = replace(parts[0], head=HEAD, plot=len(rows) * ROW, draw=partial(_p_values, rows=rows))
    parts += [
        _Part(prose.on_percentages(scan), head=0.08, plot=SPIKES, draw=partial(_spikes, scan=scan)) for scan in scans
    ]
    others = [scan for scan in result.scans if scan.percents and not any(scan is one for one in scans)]
    parts += [_Part("", " ".join(f"{prose.on_percentages(scan)}." for scan in others))] if others else []
    foot = 0.32 if rows else 0.1
    height = sum(part.height for part in parts) + BETWEEN * (len(parts) - 1) + 0.12 + foot
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, height))
    page = style.page(figure)
    y = height - 0.12
    for part in parts:
        if part.title:
            style.write(page, 0.1, y, _wrapped(part.title), style.TITLE, bold=True, va="top", linespacing=1.15)
        if part.draw:
            part.draw(figure, page, y - part.above - part.head - part.plot)
        if part.note:
            style.write(page, 0.1, y - part.height, _wrapped(part.note, 120), style.SMALL, va="bottom")
        y -= part.height + BETWEEN
    if rows:
        style.footnote(figure, *prose.key(changed=any(row.changes_sides for row in rows)))
    return figure


@dataclass(frozen=True)
class _Part:
    """A title, a plot below it and a note below that; heights in inches."""

    title: str
    note: str = ""
    head: float = 0.0
    plot: float = 0.0
    draw: Callable[[Figure, Axes, float], None] | None = None

    @property
    def above(self) -> float:
        return LINE * _lines(self.title)

    @property
    def height(self) -> float:
        return self.above + self.head + self.plot + (TICKED if self.draw else 0) + NOTE * _lines(self.note, 120)


def chosen(prints: Sequence[Comparison]) -> list[Comparison]:
    """Choose what to draw: the prints that fail, gravest first, then those that are significant."""
    worth = [c for c in prints if c.severity is not None or is_significant(c.printed)]
    worth = sorted(worth, key=lambda c: (prose.rank(c), -_distance(c)))[:MOST]
    return sorted(worth, key=lambda c: (prose.rank(c), prints.index(c)))


def _p_values(figure: Figure, page: Axes, bottom: float, rows: Sequence[Comparison]) -> None:
    """Draw one row for each comparison on one axis of p values."""
    height = len(rows) * ROW
    axes = style.axes_at(figure, LEFT, bottom, AXIS, height)
    axes.set(xlim=(math.log10(LOW), math.log10(HIGH)), ylim=(0, height), yticks=[])
    axes.set_xticks([math.log10(p) for p in TICKS], labels=[short(p) for p in TICKS])
    axes.tick_params(axis="x", length=3)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("p value (log scale)", fontsize=style.SMALL)
    edge = math.log10(ALPHA)
    axes.axvline(edge, color=style.INK, linewidth=style.THIN, zorder=1, label="alpha")
    top = bottom + height + 0.11
    middle = LEFT + AXIS * (edge - math.log10(LOW)) / (math.log10(HIGH) - math.log10(LOW))
    style.write(page, middle, top, short(ALPHA), style.SMALL, bold=True, ha="center")
    style.write(page, middle - 0.2, top, "← significant", style.TINY, style.SOFT, ha="right")
    style.write(page, middle + 0.2, top, "not significant →", style.TINY, style.SOFT)
    for text, x in (("printed", PRINTED), ("recomputed", RECOMPUTED)):
        style.write(page, LEFT + AXIS + x, top, text, style.TINY, style.SOFT)
    for i, row in enumerate(rows):
        y = height - (i + 0.5) * ROW
        _marks(axes, y, row)
        _words(page, bottom + y, row)


def _marks(axes: Axes, y: float, row: Comparison) -> None:
    """Draw the print open, its recomputation filled, and the way from one to the other."""
    moved = row.changes_sides
    colour = style.VERMILLION if moved else style.BLUE
    if moved:
        axes.axhspan(y - 0.47 * ROW, y + 0.47 * ROW, color=style.INK, alpha=0.05, linewidth=0, zorder=0.5)
    span = everything(row)
    axes.plot(_places(span), [y, y], color=colour, linewidth=style.THIN, zorder=2, label=f"{row.subject}-all")
    low, high = _places(row.nearest.p)
    axes.plot([low, high], [y, y], color=colour, linewidth=style.HEAVY, solid_capstyle="butt", zorder=3)
    marker = "<" if row.nearest.p.high < LOW else "D" if moved else "o"
    style.mark(axes, (low + high) / 2, y, marker, 4.6, colour, label=f"{row.subject}-recomputed", clip_on=False)
    place = _place(row.printed.value)
    style.mark(axes, place, y, "o", 7.4, style.INK, "none", f"{row.subject}-printed", zorder=5)
    if row.printed.bound:
        _arrow(axes, y, place, place + (-0.21 if row.printed.bound == "<" else 0.21), style.INK, style.THIN, 4)
    end = low if low > place else high
    per_inch = AXIS / (math.log10(HIGH) - math.log10(LOW))
    if not row.agrees and abs(end - place) * per_inch > APART:
        _arrow(axes, y, place, end, colour, style.LINE if moved else style.THIN, 1 + 2 * (low == high))


def _arrow(axes: Axes, y: float, start: float, end: float, colour: str, width: float, gap: float) -> None:
    line: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 7, "linewidth": width, "color": colour}
    ends = {"shrinkA": 4.2, "shrinkB": 0 if gap == 4 else gap}
    axes.annotate("", (end, y), (start, y), arrowprops=line | ends, annotation_clip=False, zorder=3)


def _words(page: Axes, y: float, row: Comparison) -> None:
    """Write what was tested, from what it was recomputed, and both p values."""
    moved = row.changes_sides
    basis = words.fit(row.basis, 50, 2)
    lift = 0.035 * basis.count("\n")
    subject = words.fit(subject_words(row.subject), 37 if moved else 42)
    style.write(page, 0.1, y + 0.08 + lift, subject, style.SMALL, bold=moved)
    style.write(page, 0.1, y - 0.01 + lift, basis, style.TINY, style.SOFT, va="top", linespacing=1)
    name = row.nearest.name if len(row.variants) == 1 else f"nearest: {row.nearest.name}"
    x = LEFT + AXIS
    style.write(page, x + PRINTED, y, str(row.printed), style.SMALL, bold=moved)
    style.write(page, x + RECOMPUTED, y + 0.08, written(everything(row)), style.SMALL, bold=moved)
    style.write(page, x + RECOMPUTED, y - 0.06, words.fit(name, 34), style.TINY, style.SOFT)


def _spikes(figure: Figure, page: Axes, bottom: float, scan: Scan) -> None:
    """Draw, for each number of patients tried, the share of the impossible percentages that it makes possible."""
    total = len(scan.misfits)
    axes = style.axes_at(figure, LEFT, bottom, AXIS + RIGHT - 0.4, SPIKES)
    places, shares = [math.log10(n) for n in scan.tried], [count / total for count in scan.fits]
    axes.set(xlim=(min(places) - 0.02, max(places) + 0.02), ylim=(0, 1.3))
    axes.set_yticks([0, 0.5, 1], labels=["none", "half", "all"])
    ticks = [n for n in PATIENTS if min(scan.tried) <= n <= max(scan.tried)]
    axes.set_xticks([math.log10(n) for n in ticks], labels=[str(n) for n in ticks])
    axes.tick_params(length=3)
    axes.set_xlabel(prose.TRIED, fontsize=style.SMALL)
    axes.vlines(places, 0, shares, color=style.SOFT, linewidth=0.7, label="fits")
    ours = math.log10(scan.n)
    axes.axvline(ours, color=style.INK, linewidth=style.THIN, linestyle=(0, (3, 2)), label="arms")
    best = scan.best if scan.conspicuous and scan.best else None
    crowded = scan.n >= CROWDED or bool(best and best > scan.n and scan.n > 25)
    _beside(axes, ours, 1.22, f"the paper’s arms: {scan.n}", left=crowded)
    if best:
        place, share = math.log10(best), scan.explained / total
        axes.plot([place, place], [0, share], color=style.VERMILLION, linewidth=style.LINE, zorder=3)
        style.mark(axes, place, share, "D", 4.6, style.VERMILLION, label="best")
        _beside(axes, place, share, f"{best}: {scan.explained} of {total}", left=best >= CROWDED, bold=True)
    style.write(
        page,
        0.1,
        bottom + SPIKES / 2,
        words.fit(prose.beside_percentages(total), 30, 4),
        style.SMALL,
        style.SOFT,
        linespacing=1.2,
    )


def _beside(axes: Axes, x: float, y: float, text: str, *, left: bool, bold: bool = False) -> None:
    """Name a line at its left or right."""
    white = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6}
    gap: dict[str, Any] = {"xytext": (-6 if left else 6, 0), "textcoords": "offset points", "bbox": white, "zorder": 6}
    side, weight = "right" if left else "left", "bold" if bold else "normal"
    axes.annotate(text, (x, y), ha=side, va="center", fontsize=style.SMALL, fontweight=weight, **gap)


def everything(row: Comparison) -> Range:
    """All p values of all variants."""
    return Range(min(v.p.low for v in row.variants), max(v.p.high for v in row.variants))


def subject_words(subject: str) -> str:
    """Start a subject as a heading does: ``os at 36 months`` as *OS at 36 months*."""
    first, space, rest = subject.partition(" ")
    word = first.rstrip(",")
    short = word.upper() if word in ENDPOINTS and len(word) <= 4 else ""
    name = short or capital(endpoint_noun(word) if ":" in word[:-1] else word)
    return name + first[len(word) :] + space + rest


def _place(p: float) -> float:
    return math.log10(min(max(p, LOW), HIGH))


def _places(p: Range) -> tuple[float, float]:
    return _place(p.low), _place(p.high)


def _distance(row: Comparison) -> float:
    """How many powers of ten lie between the print and the nearest recomputation."""
    said, (low, high) = _place(row.printed.value), _places(row.nearest.p)
    return max(0.0, low - said, said - high)


def _wrapped(text: str, width: int = 96) -> str:
    return words.fit(text, width, 4)


def _lines(text: str, width: int = 96) -> int:
    return _wrapped(text, width).count("\n") + 1 if text else 0
