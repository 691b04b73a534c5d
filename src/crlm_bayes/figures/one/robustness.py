"""What one claim bears before it falls: four gauges of the same look, for scepticism, bias, discount and confounding.

Filled: the claim still stands. Hatched: it has fallen. A claim that does not survive its primary prior is hatched
from the start.
"""

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.figures.frame import labels, style, words
from crlm_bayes.figures.one.gauges import Gauge, gauges_of
from crlm_bayes.prose import captions
from crlm_bayes.prose.verdicts import judged
from crlm_bayes.scepticism.robustness import Robustness
from crlm_bayes.words.marks import Footing, mark_of
from crlm_bayes.words.nouns import SIGNS, capital, counted, endpoint_noun, listed, vocabulary

LEFT, AXIS, RIGHT = 0.3, 5.5, 1.6

TRACK, LANE, LINE, SCALE, GAP, LEADER = 0.2, 0.15, 0.165, 0.3, 0.16, 0.14

HEAD, FOOT = 0.72, 0.3

WIDTH_OF_SENTENCE, LINES_OF_SENTENCE = 122, 4

READ: Final = 7.8
"""Size of the sentences."""

FALLEN = "#f3d3bd"
"""Ground of what has fallen; hatched as well, so that it is told apart in grey."""


def draw_robustness(
    found: Robustness,
    spec: AnalysisSpec,
    *,
    designs: Sequence[str] = (),
    adjusted: bool = False,
    footing: Footing = "sound",
) -> Figure:
    """Draw the four gauges of one claim.

    Parameters
    ----------
    designs : sequence of str
        Of its studies: of a randomised one the E-value concerns faults of its conduct.
    adjusted : bool
        Whether the estimate is adjusted.
    footing : str
        What the claim rests on.
    """
    gauges = gauges_of(found, spec, designs=designs, adjusted=adjusted)
    heights = [_height(gauge) for gauge in gauges]
    figure = Figure(figsize=(LEFT + AXIS + RIGHT, HEAD + sum(heights) + GAP * (len(gauges) - 1) + FOOT))
    page, y = style.page(figure), float(figure.get_size_inches()[1])
    _heading(page, y, found, spec, footing)
    y -= HEAD
    for gauge, height in zip(gauges, heights, strict=True):
        _gauge(page, y, gauge, found.primary)
        y -= height + GAP
    style.footnote(figure, *captions.ROBUSTNESS)
    return figure


def _heading(page: Axes, y: float, found: Robustness, spec: AnalysisSpec, footing: Footing) -> None:
    claim, headline = vocabulary(spec), found.headline
    style.write(
        page,
        0.1,
        y - 0.08,
        captions.robustness_title(claim),
        style.TITLE,
        bold=True,
        va="top",
    )
    falls = [words.prior_name(one.prior) for one in found.bearings if not one.survives]
    stands = [words.prior_name(one.prior) for one in found.bearings if one.survives]
    line = (
        f"{capital(endpoint_noun(spec.endpoint))}, {words.prior_name(found.primary)} prior (primary): {SIGNS[mark_of(headline.p_benefit, footing)]} "
        f"{judged(claim, headline.p_benefit, footing)}"
    )
    style.write(page, 0.1, y - 0.31, line, va="top")
    both = [f"survives: {listed(stands) or 'none'}", f"does not survive: {listed(falls) or 'none'}"]
    style.write(page, 0.1, y - 0.5, words.fit(style.SPACE.join(both), 118), style.SMALL, style.SOFT, va="top")


def _sentence(gauge: Gauge) -> str:
    return words.fit(f"{gauge.name}: {gauge.sentence}", WIDTH_OF_SENTENCE, LINES_OF_SENTENCE)


def _named(gauge: Gauge, primary: str) -> dict[str, float]:
    """Give the names of priors places along the axis: as many as have room, the primary one before the others."""
    widths = {name: labels.width_of(words.prior_name(name), style.TINY) * 1.08 + 0.06 for name in gauge.marks}
    named: list[str] = []
    for name in sorted(gauge.marks, key=lambda name: name != primary):
        if sum(widths[one] for one in named) + widths[name] <= AXIS:
            named.append(name)
    named.sort(key=gauge.marks.__getitem__)
    wanted = [AXIS * min(gauge.marks[name], 1.0) for name in named]
    places = labels.spread(wanted, [widths[name] for name in named], -0.2, AXIS + 0.2)
    return dict(zip(named, places, strict=True))


def _above(gauge: Gauge) -> float:
    """Inches above a track: sentence, names, leaders."""
    return LINE * (_sentence(gauge).count("\n") + 1) + (LANE + LEADER + 0.05 if gauge.marks else 0.07)


def _height(gauge: Gauge) -> float:
    return _above(gauge) + TRACK + SCALE


def _gauge(page: Axes, top: float, gauge: Gauge, primary: str) -> None:
    """Draw one gauge below `top`: sentence, names of priors, track, scale."""
    first, _, rest = _sentence(gauge).partition("\n")
    lead = f"{gauge.name}:"
    style.write(page, 0.1, top, lead, bold=True, va="top")
    style.write(page, 0.16 + 0.074 * len(lead), top - 0.005, first.removeprefix(lead).strip(), READ, va="top")
    if rest:
        style.write(page, 0.1, top - LINE, rest, READ, va="top", linespacing=1.3)
    bottom = top - _above(gauge) - TRACK
    _track(page, bottom, gauge)
    for name, at in gauge.marks.items():
        x, marker = LEFT + AXIS * min(at, 1.0), "v" if at <= 1 else ">"
        style.mark(page, x, bottom + TRACK + 0.045, marker, 4.2, style.INK, label=f"{gauge.name}-{name}")
    named, y = _named(gauge, primary), bottom + TRACK + LEADER + 0.06
    for name, place in named.items():
        x = LEFT + AXIS * min(gauge.marks[name], 1.0)
        page.plot([x, LEFT + place], [bottom + TRACK + 0.07, y - 0.06], color=style.SOFT, linewidth=0.6, zorder=1)
        style.write(page, LEFT + place, y, words.prior_name(name), style.TINY, bold=name == primary, ha="center")
    if missing := len(gauge.marks) - len(named):
        rest = f"{counted(missing, 'mark')} without room for a name"
        style.write(page, LEFT, bottom - 0.25, rest, style.TINY, style.SOFT)
    for text, at in gauge.ticks.items():
        page.plot([LEFT + AXIS * at] * 2, [bottom - 0.04, bottom], color=style.SOFT, linewidth=style.THIN)
        style.write(page, LEFT + AXIS * at, bottom - 0.11, text, style.TINY, ha="center")
    style.write(page, LEFT + AXIS, bottom - 0.25, gauge.scale, style.TINY, style.SOFT, ha="right")


def _track(page: Axes, bottom: float, gauge: Gauge) -> None:
    """Draw the hatched ground, what is filled, and the place of the fall."""
    if not gauge.blank:
        ground = Rectangle((LEFT, bottom), AXIS, TRACK, facecolor=FALLEN, edgecolor=style.VERMILLION, linewidth=0)
        ground.set(hatch="////", label=f"{gauge.name}-fallen")
        page.add_patch(ground)
    frame = Rectangle((LEFT, bottom), AXIS, TRACK, facecolor="none", edgecolor=style.SOFT, linewidth=style.THIN)
    page.add_patch(frame)
    middle, right = bottom + TRACK / 2, LEFT + AXIS + 0.15
    if gauge.limit is None:
        white = {"facecolor": "white", "alpha": 0.92, "linewidth": 0, "pad": 1.2}
        style.write(page, LEFT + 0.12, middle, gauge.note, style.SMALL, bold=True, bbox=white, zorder=5)
        colour = style.SOFT if gauge.blank else style.VERMILLION
        style.write(page, right, middle, gauge.value, style.TITLE, colour, bold=True)
        return
    place = AXIS * min(gauge.limit, 1.0)
    filled = Rectangle((LEFT, bottom), place, TRACK, facecolor=style.BLUE, linewidth=0, zorder=2)
    filled.set_label(f"{gauge.name}-stands")
    page.add_patch(filled)
    if gauge.limit <= 1:
        ends = [bottom - 0.02, bottom + TRACK + 0.04]
        page.plot([LEFT + place] * 2, ends, color=style.INK, linewidth=2.2, zorder=4, label=f"{gauge.name}-limit")
    style.write(page, right, middle, gauge.value, style.TITLE, bold=True)
