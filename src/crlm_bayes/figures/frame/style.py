"""Colours, sizes and the saved form of every figure, each stated once."""

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import wrap
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.text import Text

# Okabe & Ito (2008): told apart with any colour vision; arms and curves differ in line style too.
INK: Final = "#1a1a1a"

SOFT: Final = "#5f5f5f"

FAINT: Final = "#d0d0d0"

BLUE: Final = "#0072B2"

VERMILLION: Final = "#D55E00"

ORANGE: Final = "#E69F00"

GREEN: Final = "#009E73"

PURPLE: Final = "#CC79A7"

BENEFIT: Final = "#e6f0f7"
"""Ground of the side that favours the treatment."""

ARMS: Final = (VERMILLION, BLUE)

ARM_LINES: Final[tuple[Any, Any]] = ((0, (5, 1.6)), "-")
"""Control, treatment."""

CHAINS: Final = (BLUE, ORANGE, GREEN, PURPLE)

PROBABILITY_MAP: Final = LinearSegmentedColormap.from_list(
    "benefit",
    ["#d99256", "#e2ac80", "#eac5a8", "#f1decf", "#f7f7f7", "#d3e4f4", "#aed2f1", "#89bfed", "#62ace8"],
)
"""Orange to blue through white, equal steps of lightness and chroma in OKLab; dark text is legible on all of it."""

TITLE: Final = 10.0

TEXT: Final = 8.5

SMALL: Final = 7.5

TINY: Final = 7.2
"""Of the smallest text: 11 px where a page has room, 10 px on a phone, on which figures are :data:`NARROW`."""

NARROW: Final = 3.0
"""Inches that a figure for a phone is wide."""

THIN: Final = 0.8

LINE: Final = 1.6

HEAVY: Final = 3.2

MARKER: Final = 6.0

HALF: Final = "half"
"""Face of a mark that is filled on its left, as ◐ is: told from a full and from an open one on any ground."""

SPACE: Final = "\u2003"
"""Between the parts of a line: an em space, which SVG does not collapse."""

SAVE: Final[dict[str, dict[str, Any]]] = {
    "svg": {"metadata": {"Date": None}},
    "png": {"dpi": 110, "metadata": {"Software": None}},
}
"""Keyword arguments of `Figure.savefig` by format: the same figure gives the same bytes."""


@contextmanager
def rendering() -> Iterator[None]:
    """Draw and save as this package does, whatever the user's own settings are.

    Text stays text in SVG: it can be searched and read aloud, and the files stay small. It is laid out with the
    metrics of DejaVu Sans, the widest of the usual faces, so that a substitute does not overlap or clip.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "crlm_bayes",
                "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"],
                "font.size": TEXT,
                "axes.titlesize": TITLE,
                "axes.labelsize": TEXT,
                "axes.titlelocation": "left",
                "axes.edgecolor": SOFT,
                "axes.labelcolor": INK,
                "axes.linewidth": THIN,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "text.color": INK,
                "xtick.color": SOFT,
                "ytick.color": SOFT,
                "xtick.labelcolor": INK,
                "ytick.labelcolor": INK,
                "xtick.labelsize": SMALL,
                "ytick.labelsize": SMALL,
                "legend.frameon": False,
                "legend.fontsize": SMALL,
            }
        )
        yield


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float, **options: Any) -> Axes:
    """Add axes at a place given in inches: layout by arithmetic, which is exact and costs nothing."""
    w, h = figure.get_size_inches()
    return figure.add_axes((left / w, bottom / h, width / w, height / h), **options)


def mark(
    axes: Axes,
    x: float,
    y: float,
    marker: str,
    size: float,
    colour: str,
    face: str = "",
    label: str = "",
    **options: Any,
) -> None:
    """Draw one marker, filled with `face` (default: its own colour). The label names it to tests; it is not shown."""
    (drawn,) = axes.plot([x], [y], marker=marker, markersize=size, color=colour, linestyle="")
    if face == HALF:
        drawn.set(fillstyle="left", markerfacecoloralt="white")
    drawn.set(
        **{
            "markerfacecolor": colour if face in ("", HALF) else face,
            "markeredgewidth": 1.1,
            "zorder": 4,
            "label": label,
        }
        | options
    )


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    size: float = TEXT,
    colour: str = INK,
    *,
    bold: bool = False,
    **options: Any,
) -> Text:
    """Write text in data coordinates, centred on `y` unless told otherwise."""
    weight = "bold" if bold else "normal"
    return axes.text(x, y, text, **({"va": "center"} | options), fontsize=size, color=colour, fontweight=weight)


def footnote(figure: Figure, *parts: str) -> None:
    """Write the line under a figure that says what its marks are; where it has to break, it breaks between parts if it can."""
    w, h = figure.get_size_inches()
    lines, room = [""], int((w - 0.2) / (0.56 * TINY / 72))
    pieces = [piece for part in parts for piece in (wrap(part, room) if len(part) > room else [part])]
    for part in pieces:
        longer = lines[-1] + SPACE + part if lines[-1] else part
        lines = [*lines[:-1], longer] if len(longer) <= room or not lines[-1] else [*lines, part]
    figure.text(0.1 / w, 0.06 / h, "\n".join(lines), fontsize=TINY, color=SOFT, va="bottom", linespacing=1.15)


def page(figure: Figure) -> Axes:
    """Add invisible axes over the whole figure whose coordinates are inches, for text beside a plot."""
    w, h = figure.get_size_inches()
    axes = figure.add_axes((0, 0, 1, 1), zorder=-1)
    axes.set(xlim=(0, w), ylim=(0, h))
    axes.axis("off")
    return axes
