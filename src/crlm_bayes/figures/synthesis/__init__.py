"""Figures of a synthesis of several studies, in the order of its report."""

from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.figure import Figure

from crlm_bayes.figures.style import rendering
from crlm_bayes.format import LEVEL
from crlm_bayes.result import AnalysisResult
from crlm_bayes.synthesis_view import SynthesisView, synthesis_view

CAPTIONS: Final[Mapping[str, str]] = {
    "forest_plot": f"Every study as printed (black square, sized by its weight, with {LEVEL} limits) and as it stands beside "
    f"the others (open circle, posterior median and {LEVEL} equal-tailed interval, free of bias where the model has one), the "
    "primary prior, the pooled effect (diamond) and the effect to be expected in a new study. The weight is the share of a "
    "study, and of the prior, in the pooled mean; it is negative where a study far out makes the others count for less. Open squares in pairs: the print says how far from no effect, but not on "
    "which side.",
    "influence": "The pooled effect under the primary prior without each study in turn. A conclusion that hangs on one study "
    "shows as a row that steps out of line.",
    "cumulative": "The pooled effect under the primary prior as it was after each study, by year of publication, from the "
    "prior alone to all studies. Indirect studies and discounts enter as they do in the analysis.",
    "heterogeneity": "Prior and posterior of everything beside the pooled effect: spread between studies, mean and spread of "
    "bias, difference between groups, learnt weight. Where the posterior stays with the prior the studies cannot say.",
    "borrowing": "P(benefit) under each prior where the secondary evidence counts with a weight from 0 (left out) to 1 (as it "
    "stands), and where studies that were not randomised overstate the benefit by a factor taken as known. The triangle is "
    "where the claim is won or lost under the primary prior.",
    "tau_priors": "The pooled effect under the primary prior for other priors of the spread between studies, among them none "
    "at all (a common effect).",
    "funnel": "Each estimate against its standard error, with the pooled effect and the limits between which 95% of estimates "
    "would lie. Asymmetry can come from small studies that were not published, but as well from small studies that "
    "differ in patients, treatment or quality, or from chance; symmetry does not prove that nothing is missing.",
    "prior_predictive": "What the model expects to be printed of every study before it has seen the print, in standard "
    "deviations. What is printed should be neither impossible nor singled out.",
    "predictive": "What the fitted model would print again of every study, in standard deviations. What is printed should "
    "lie well inside; a study whose numbers all lie on one side is at odds with the others.",
}
"""Captions by figure, for the page of a synthesis."""


def draw_synthesis(
    result: AnalysisResult, fitted: Sequence[str], view: SynthesisView | None = None
) -> dict[str, Figure]:
    """Draw every figure that only a synthesis has; those that make no sense for this one are left out.

    Parameters
    ----------
    result : AnalysisResult
        Of several studies.
    fitted : sequence of str
        Priors that were fitted, the one to be shown first.
    view : SynthesisView, optional
        Of the result, where it exists already: its numbers are computed once.

    Returns
    -------
    dict of str to Figure
        Of ``forest_plot``, ``influence``, ``cumulative``, ``heterogeneity``, ``borrowing``, ``tau_priors``, ``funnel``,
        ``predictive`` and ``prior_predictive`` those that there are, in this order.
    """
    from crlm_bayes.figures.synthesis.borrowing import draw_borrowing
    from crlm_bayes.figures.synthesis.forest_plot import draw_forest_plot
    from crlm_bayes.figures.synthesis.funnel import draw_funnel
    from crlm_bayes.figures.synthesis.heterogeneity import draw_heterogeneity
    from crlm_bayes.figures.synthesis.predictive import draw_synthesis_predictive
    from crlm_bayes.figures.synthesis.rows import draw_cumulative, draw_influence, draw_tau_priors

    assert result.synthesis is not None, "asked only of analyses of several studies"
    view = view or synthesis_view(result.question, result.synthesis, result.pooled)
    with rendering():
        drawn = {
            "forest_plot": draw_forest_plot(result, view),
            "influence": draw_influence(view),
            "cumulative": draw_cumulative(view),
            "heterogeneity": draw_heterogeneity(view),
            "borrowing": draw_borrowing(view),
            "tau_priors": draw_tau_priors(view),
            "funnel": draw_funnel(view),
        }
        if fitted:
            drawn["predictive"] = draw_synthesis_predictive(result, fitted[0], "posterior_predictive")
            drawn["prior_predictive"] = draw_synthesis_predictive(result, fitted[0], "prior_predictive")
    return {name: figure for name, figure in drawn.items() if figure is not None}
