"""What each figure shows, in words: captions, how to read it, and a name for those who cannot see it."""

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from crlm_bayes.answers.result import Result
from crlm_bayes.pages.markup import inline
from crlm_bayes.pages.tables.tables import panel
from crlm_bayes.prose.captions import captions, forest_label, panel_label
from crlm_bayes.words.nouns import vocabulary


class Drawing(NamedTuple):
    """A figure as a page shows it, with its form for a phone if it has one; without a drawing it is said to be missing."""

    name: str
    svg: Markup
    caption: str
    narrow: Markup = Markup("")


def drawings(result: Result, figures: Mapping[str, str]) -> dict[str, Drawing]:
    """Prepare the figures of an analysis page, those that are missing included."""
    found = {}
    for name, caption in captions(result).items():
        label = _label(name, result, caption)
        wide, narrow = (inline(figures.get(each, ""), each, label) for each in (name, f"{name}_narrow"))
        found[name] = Drawing(name, wide, caption, narrow)
    return found


def drawing(name: str, figures: Mapping[str, str], caption: str) -> Drawing:
    """Prepare one figure of the index."""
    return Drawing(name, inline(figures.get(name, ""), name, caption), caption)


def _label(name: str, result: Result, caption: str) -> str:
    """Give the numbers of the panel to those who cannot see it; elsewhere the caption says it."""
    if name == "forest_plot" and result.synthesis is not None:
        return forest_label(result)
    if name != "panel":
        return caption
    rows = ((row.prior, row.median, row.interval) for row in panel(result, "curve"))
    return panel_label(vocabulary(result.spec), rows)
