"""Figures of a synthesis of several studies, in the order of its report."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.figures.frame.style import rendering


def draw_synthesis(result: Result, fitted: Sequence[str]) -> dict[str, Figure]:
    """Draw every figure that only a synthesis has; those that make no sense for this one are left out.

    Parameters
    ----------
    result : Result
        Of several studies.
    fitted : sequence of str
        Priors that were fitted, the one to be shown first.

    Returns
    -------
    dict of str to Figure
        Of ``forest_plot``, ``influence``, ``cumulative``, ``heterogeneity``, ``borrowing``, ``tau_priors``, ``funnel``,
        ``predictive`` and ``prior_predictive`` those that there are, in this order.
    """
    from crlm_bayes.figures.several.borrowing import draw_borrowing
    from crlm_bayes.figures.several.forest_plot import draw_forest_plot
    from crlm_bayes.figures.several.funnel import draw_funnel
    from crlm_bayes.figures.several.heterogeneity import draw_heterogeneity
    from crlm_bayes.figures.several.predictive import draw_synthesis_predictive
    from crlm_bayes.figures.several.rows import draw_cumulative, draw_influence, draw_tau_priors

    assert result.synthesis is not None, "asked only of analyses of several studies"
    view = result.view
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
