"""What a figure shows to its reader: marks, words, and whether all of it fits."""

import io
import itertools
from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from crlm_bayes.figures import NARROW
from crlm_bayes.figures.frame.style import SAVE, rendering


def line(figure: Figure, label: str) -> Line2D:
    found = [one for axes in figure.axes for one in axes.lines if one.get_label() == label]
    assert found, label
    return found[0]


def marks(figure: Figure, label: str) -> list[tuple[float, float]]:
    lines = [one for axes in figure.axes for one in axes.lines if one.get_label() == label]
    return [(float(x), float(y)) for one in lines for x, y in np.transpose(one.get_data())]


def said(figure: Figure) -> set[str]:
    return {text.get_text() for text in texts(figure)}


def wide(figures: Iterable[str]) -> list[str]:
    """Names of figures, without those that are forms for a phone."""
    return [name for name in figures if not name.endswith(NARROW)]


def texts(figure: Figure) -> list[Text]:
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    hidden = {id(t) for axes in figure.axes if not axes.axison for t in _furniture(axes)}
    outside = {id(t) for axes in figure.axes for t in _ticks_outside(axes)}
    return [text for text in shown if id(text) not in hidden | outside]


def _furniture(axes: Axes) -> list[Text]:
    return [*axes.get_xticklabels(), *axes.get_yticklabels(), axes.xaxis.label, axes.yaxis.label]


def _ticks_outside(axes: Axes) -> list[Text]:
    outside: list[Text] = []
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not min(low, high) - 1e-9 <= tick.get_loc() <= max(low, high) + 1e-9:
                outside += [tick.label1, tick.label2]
    return outside


def assert_fits(figure: Figure) -> None:
    """No text leaves the page or touches another text."""
    with rendering():
        FigureCanvasAgg(figure)
        figure.draw_without_rendering()
        boxes = [(t.get_text(), t.get_window_extent()) for t in texts(figure)]
    page = figure.bbox
    for text, box in boxes:
        assert box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= page.x1 + 0.5 and box.y1 <= page.y1 + 0.5, (
            f"clipped: {text}"
        )
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        wide, tall = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide < 1 or tall < 1.5, f"overlap: {one!r} and {other!r}"


def save(figure: Figure, kind: str) -> bytes:
    stream = io.BytesIO()
    with rendering():
        figure.savefig(stream, format=kind, **SAVE[kind])
    return stream.getvalue()
