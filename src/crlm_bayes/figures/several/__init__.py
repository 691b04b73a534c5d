"""Figures of a synthesis of several studies, in the order of its report."""

from collections.abc import Callable

from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result


def of_synthesis(result: Result) -> dict[str, Callable[[], Figure | None]]:
    """Say how every figure is drawn that only a synthesis has.

    Returns
    -------
    dict of str to callable
        ``forest_plot``, ``influence``, ``cumulative``, ``heterogeneity``, ``borrowing``, ``tau_priors`` and ``funnel``, in this
        order; those that make no sense for this one give None. Those of rows have a form for a phone, ``…_narrow``.
    """
    from crlm_bayes.figures.several.borrowing import draw_borrowing
    from crlm_bayes.figures.several.forest_plot import draw_forest_plot, draw_slim_forest
    from crlm_bayes.figures.several.funnel import draw_funnel
    from crlm_bayes.figures.several.heterogeneity import draw_heterogeneity
    from crlm_bayes.figures.several.rows import draw_cumulative, draw_influence, draw_tau_priors

    return {
        "forest_plot": lambda: draw_forest_plot(result, result.view),
        "forest_plot_narrow": lambda: draw_slim_forest(result, result.view),
        "influence": lambda: draw_influence(result.view),
        "influence_narrow": lambda: draw_influence(result.view, slim=True),
        "cumulative": lambda: draw_cumulative(result.view),
        "cumulative_narrow": lambda: draw_cumulative(result.view, slim=True),
        "heterogeneity": lambda: draw_heterogeneity(result.view),
        "borrowing": lambda: draw_borrowing(result.view),
        "tau_priors": lambda: draw_tau_priors(result.view),
        "tau_priors_narrow": lambda: draw_tau_priors(result.view, slim=True),
        "funnel": lambda: draw_funnel(result.view),
    }
