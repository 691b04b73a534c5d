"""What each figure shows, in words: captions, how to read it, and a name for those who cannot see it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from markupsafe import Markup

from crlm_bayes.format import LEVEL
from crlm_bayes.report.log_scale import ratio_estimate
from crlm_bayes.report.svg import inline
from crlm_bayes.report.tables import panel
from crlm_bayes.result import AnalysisResult
from crlm_bayes.words import title_of, vocabulary

CAPTIONS: Final[Mapping[str, str]] = {
    "panel": f"The prior panel: posterior median and {LEVEL} equal-tailed interval of the ratio under each prior, from "
    "the exact curve, on a log scale.",
    "densities": "Prior, likelihood and posterior of the ratio under each prior. Where the posterior stays with the "
    "prior the data say little; where it moves to the likelihood they say much.",
    "survival": f"Fitted survival in each arm with {LEVEL} bands under the primary prior, over the printed landmarks.",
    "probability": f"Event probability in each arm, and the difference, with {LEVEL} intervals under the primary "
    "prior, beside what is printed.",
    "prior_predictive": "What the model expects to be printed before it has seen the print. What is printed should be "
    "neither impossible nor singled out.",
    "predictive": "What the fitted model would print again. What is printed should lie well inside.",
    "chains": "Ranks of the draws of each chain, as deviations from what equal chains would give. Chains that wander "
    "near zero together have found the same distribution.",
    "robustness": "How much the claim bears before it falls: scepticism, a bias that overstates it, a discount on its evidence, and "
    "confounding, each by itself.",
    "mean_sd": "P(benefit) under every normal prior. The heavy line is where a claim of benefit just survives; the marks are the priors of the panel.",
    "bias_discount": "P(benefit) under priors centred on no effect: where the study overstates the benefit (left), and where only part "
    "of its evidence counts (right).",
    "arm_level": f"Every arm, without the treatment and with it, whatever its study: the printed proportion, and the probability with its {LEVEL} interval under "
    "the primary prior. Arms of different studies differ in more than the treatment.",
    "centres": "P(benefit) over what is assumed of the centres: how far they differ, and whether those with a better prognosis treated more of their patients. A "
    "sensitivity analysis: the print says almost nothing of either.",
    "synthesis": f"Every synthesis under its primary prior: posterior median and {LEVEL} equal-tailed interval.",
    "forest": f"Every analysis of one study under its primary prior: posterior median and {LEVEL} equal-tailed interval.",
    "readings": "How much of the verdict is the reading: P(benefit) of each endpoint under every reading of the same print. "
    "Readings concern the same patients; hypothetical ones ask what if, and are no evidence.",
}
OF_INDEX: Final = ("synthesis", "forest", "readings")


class Drawing(NamedTuple):
    """A figure as a page shows it; without a drawing it is said to be missing."""

    name: str
    svg: Markup
    caption: str


def drawings(result: AnalysisResult, figures: Mapping[str, str]) -> dict[str, Drawing]:
    """Prepare the figures of an analysis page, those that are missing included."""
    captions = {name: caption for name, caption in CAPTIONS.items() if name not in OF_INDEX}
    if result.spec.is_synthesis:
        from crlm_bayes.figures.synthesis import CAPTIONS as OF_SYNTHESES  # with matplotlib: only where it is needed

        captions |= OF_SYNTHESES
    return {
        name: Drawing(name, inline(figures.get(name, ""), name, _label(name, result, caption)), caption)
        for name, caption in captions.items()
    }


def drawing(name: str, figures: Mapping[str, str]) -> Drawing:
    """Prepare one figure of the index."""
    caption = CAPTIONS[name]
    return Drawing(name, inline(figures.get(name, ""), name, caption), caption)


def _label(name: str, result: AnalysisResult, caption: str) -> str:
    """Give the numbers of the panel to those who cannot see it; elsewhere the caption says it."""
    if name == "forest_plot" and result.synthesis is not None:
        return _forest_label(result)
    if name != "panel":
        return caption
    rows = "; ".join(f"{row.prior} {row.median} ({row.interval})" for row in panel(result, "curve"))
    return f"Forest plot of the {vocabulary(result.spec).measure}: {rows}"


def _forest_label(result: AnalysisResult) -> str:
    """Give the numbers of a forest plot: each study beside the others, and the pooled effect."""
    titles, pooled = {study.id: title_of(study) for study in result.question.studies}, result.pooled
    moderated = result.spec.structure == "meta_regression"
    named = [(titles[one.name], one.estimated if moderated else one.effect) for one in pooled.effects]
    named.append(("pooled", pooled.mu))
    rows = "; ".join(f"{name} {ratio_estimate(p)}" for name, p in named)
    return f"Forest plot of the {vocabulary(result.spec).measure}, each study as drawn towards the others: {rows}"
