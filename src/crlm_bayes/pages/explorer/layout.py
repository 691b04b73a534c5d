"""The Bokeh side of the explorer: an empty plot and the sliders, as one standalone document, and the library itself.

Bokeh is imported inside the functions: it takes half a second, and only pages need it.
"""

import base64
import gzip
import json
import re
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crlm_bayes.memory import Memory

if TYPE_CHECKING:
    from bokeh.models.plots import Plot
    from bokeh.models.widgets.sliders import Slider


EXPLORER: Final = Memory("explorer", "pages/explorer/layout.py")
"""What BokehJS is given, the same for every page."""


class Control(NamedTuple):
    """One slider: what it sets, on which scale, and how the page calls it."""

    name: str
    label: str
    start: float
    end: float
    step: float
    value: float


CONTROLS: Final = (
    Control("median", "Prior median", 0.5, 2.0, 0.01, 1.0),
    Control("width", "Prior width", -3.0, 0.7, 0.02, -1.6),  # log of the standard deviation (scale, for heavy tails)
    Control("overstated", "The study overstates the benefit", 1.0, 2.0, 0.01, 1.0),
    Control("share", "Share of the evidence that counts", 0.0, 1.0, 0.05, 1.0),
    Control("mcid", "Smallest effect worth having", 0.5, 0.99, 0.01, 0.8),
)

PLOT_HEIGHT: Final = 300

SLIDER_STYLE: Final = """
:host { --bokeh-base-font: var(--sans, sans-serif); min-height: 26px; }
.noUi-target { background: var(--line, #ddd); border: 0; box-shadow: none; border-radius: 3px; }
.noUi-connect { background: var(--link, #0b5a8a) !important; }
.noUi-handle { background: var(--raised, #fff); border: 2px solid var(--link, #0b5a8a); border-radius: 50%; box-shadow: none; cursor: grab; }
.noUi-horizontal .noUi-handle { width: 20px; height: 20px; right: -10px; top: -7px; }
.noUi-handle::before, .noUi-handle::after { display: none; }
.noUi-handle:focus-visible { outline: 2px solid var(--link, #0b5a8a); outline-offset: 3px; }
"""


class Document(NamedTuple):
    """What BokehJS is given: documents, and into which elements their roots go."""

    docs: dict[str, Any]
    items: list[dict[str, Any]]


@cache
def document() -> Document:
    """Build plot and sliders, once; the same in every process.

    Roots go into the elements ``explorer-plot`` and ``explorer-slider-<name>``.
    """
    return EXPLORER.recall(f"document {version('bokeh')}", _document)


def _document() -> Document:
    from bokeh.document import Document as BokehDocument

    roots = {"explorer-plot": _plot()} | {f"explorer-slider-{c.name}": _slider(c) for c in CONTROLS}
    made = BokehDocument()
    for model in roots.values():
        made.add_root(model)
    places = {str(model.id): element for element, model in roots.items()}
    text = json.dumps({"docs": {"explorer": made.to_json(deferred=False)}, "roots": places}, separators=(",", ":"))
    numbers: dict[str, str] = {}  # ids count what was made before in this process
    text = re.sub(r'"p\d{4,}"', lambda m: numbers.setdefault(m[0], f'"m{len(numbers)}"'), text)
    named = json.loads(text)
    return Document(named["docs"], [{"docid": "explorer", "roots": named["roots"], "root_ids": list(named["roots"])}])


def _slider(control: Control) -> "Slider":
    from bokeh.models import CustomJS, InlineStyleSheet
    from bokeh.models.widgets.sliders import Slider

    slider = Slider(
        name=control.name,
        start=control.start,
        end=control.end,
        step=control.step,
        value=control.value,
        title=None,
        show_value=False,
        tooltips=False,
        sizing_mode="stretch_width",
        stylesheets=[InlineStyleSheet(css=SLIDER_STYLE)],
    )
    moved = f"window.crlmExplorerPage.moved({json.dumps(control.name)}, cb_obj.value)"
    slider.js_on_change("value", CustomJS(code=moved))
    return slider


def _plot() -> "Plot":
    from bokeh.models import ColumnDataSource, CustomJSTickFormatter, FixedTicker, Range1d
    from bokeh.models.annotations.geometry import Span
    from bokeh.plotting import figure

    plot = figure(
        name="plot",
        height=PLOT_HEIGHT,
        sizing_mode="stretch_width",
        tools="",
        toolbar_location=None,
        x_range=Range1d(start=-1.0, end=1.0),
        y_range=Range1d(start=0.0, end=1.0),
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        min_border_left=8,
        min_border_right=8,
    )
    plot.yaxis.visible = False
    plot.grid.visible = False
    plot.xaxis.update(
        name="axis",
        ticker=FixedTicker(ticks=[], minor_ticks=[]),
        formatter=CustomJSTickFormatter(code="return window.crlmExplorer.ratio(Math.exp(tick))"),
        axis_label="",
        axis_label_text_font_style="normal",
    )

    def empty(name: str, *columns: str) -> ColumnDataSource:
        return ColumnDataSource(name=name, data={column: [] for column in columns})

    for side in ("good", "bad"):
        plot.varea("x", 0, "y", source=empty(f"{side}-data", "x", "y"), name=side, fill_alpha=0.28)
    styles: dict[str, dict[str, Any]] = {
        "prior": {"line_dash": [7, 4], "line_width": 1.8},
        "likelihood": {"line_dash": [2, 3], "line_width": 1.8},
        "posterior": {"line_width": 2.6},
    }
    for name, style in styles.items():
        plot.line("x", "y", source=empty(f"{name}-data", "x", "y"), name=name, **style)
    interval = empty("interval-data", "lower", "upper", "y")
    plot.segment("lower", "y", "upper", "y", source=interval, name="interval", line_width=4)
    plot.scatter("x", "y", source=empty("median-data", "x", "y"), name="dot", size=10)
    for name, dash in (("no-effect", "solid"), ("mcid-line", "dotted")):
        plot.add_layout(Span(name=name, location=0.0, dimension="height", line_dash=dash, line_width=1))
    return plot


@cache
def library() -> str:
    """BokehJS, core and widgets minified, compressed (gzip) and in base64: a page unpacks it by itself.

    It is a third of the bare text, which would add 1.8 MB to every page.
    """
    return EXPLORER.recall(f"library {version('bokeh')}", _library)


def _library() -> str:
    from bokeh.resources import Resources

    inline = Resources(mode="inline", components=["bokeh", "bokeh-widgets"], minified=True, log_level="error")
    text = "\n".join(inline.js_raw)
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
