"""What each figure shows, in words: captions, how to read it, and a name for those who cannot see it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from markupsafe import Markup

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.result import Result
from crlm_bayes.documents.study import title_of
from crlm_bayes.pages.markup import inline
from crlm_bayes.pages.tables.tables import panel
from crlm_bayes.prose.captions import CAPTIONS
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import ratio_estimate

OF_INDEX: Final = ("synthesis", "forest", "readings")


class Drawing(NamedTuple):
    """A figure as a page shows it; without a drawing it is said to be missing."""

    name: str
    svg: Markup
    caption: str


def drawings(result: Result, figures: Mapping[str, str]) -> dict[str, Drawing]:
    """Prepare the figures of an analysis page, those that are missing included."""
    captions = {name: caption for name, caption in CAPTIONS.items() if name not in OF_INDEX}
    if result.spec.is_synthesis:
        from crlm_bayes.prose.captions import (
            SYNTHESIS_CAPTIONS as OF_SYNTHESES,  # with matplotlib: only where it is needed
        )

        captions |= OF_SYNTHESES
    return {
        name: Drawing(name, inline(figures.get(name, ""), name, _label(name, result, caption)), caption)
        for name, caption in captions.items()
    }


def drawing(name: str, figures: Mapping[str, str]) -> Drawing:
    """Prepare one figure of the index."""
    caption = CAPTIONS[name]
    return Drawing(name, inline(figures.get(name, ""), name, caption), caption)


def _label(name: str, result: Result, caption: str) -> str:
    """Give the numbers of the panel to those who cannot see it; elsewhere the caption says it."""
    if name == "forest_plot" and result.synthesis is not None:
        return _forest_label(result)
    if name != "panel":
        return caption
    rows = "; ".join(f"{row.prior} {row.median} ({row.interval})" for row in panel(result, "curve"))
    return f"Forest plot of the {vocabulary(result.spec).measure}: {rows}"


def _forest_label(answer: Answer) -> str:
    """Give the numbers of a forest plot: each study beside the others, and the pooled effect."""
    titles, pooled = {study.id: title_of(study) for study in answer.question.studies}, answer.pooled
    moderated = answer.spec.structure == "meta_regression"
    named = [(titles[one.name], one.estimated if moderated else one.effect) for one in pooled.effects]
    named.append(("pooled", pooled.mu))
    rows = "; ".join(f"{name} {ratio_estimate(p.median, p.interval)}" for name, p in named)
    return f"Forest plot of the {vocabulary(answer.spec).measure}, each study as drawn towards the others: {rows}"
