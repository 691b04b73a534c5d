"""Figures: they draw, they never save and never compute.

Numbers come from the table of estimates, the exact curve, the prior panel and the fits; an analysis has the figures
that make sense for it. Save them inside :func:`rendering` with the keyword arguments :data:`SAVE`.
"""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.figures.frame.style import SAVE, rendering
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.prose.robustness import is_adjusted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SAVE", "draw", "draw_audit", "draw_index", "rendering"]


def draw(result: Result) -> dict[str, Figure]:
    """Draw every figure of one analysis, in the order of its report.

    Returns
    -------
    dict of str to Figure
        ``panel``, ``densities``; ``survival`` or ``probability`` where the likelihood has them, ``arm_level``, ``centres``,
        or those of :func:`~crlm_bayes.figures.several.draw_synthesis`; ``robustness``, ``mean_sd``, ``bias_discount``;
        ``predictive``, ``prior_predictive``, ``chains``. Fitted figures show the primary prior, or the first that was
        fitted.
    """
    from crlm_bayes.figures.one.arm_level import draw_arm_level
    from crlm_bayes.figures.one.centres import draw_centres
    from crlm_bayes.figures.one.chains import draw_chains
    from crlm_bayes.figures.one.densities import draw_densities
    from crlm_bayes.figures.one.panel import draw_panel
    from crlm_bayes.figures.one.predictive import draw_predictive
    from crlm_bayes.figures.one.probability import draw_probability
    from crlm_bayes.figures.one.robustness import draw_robustness
    from crlm_bayes.figures.one.survival import draw_survival
    from crlm_bayes.figures.one.tipping import draw_bias_discount, draw_mean_sd
    from crlm_bayes.figures.several import draw_synthesis

    spec, priors, maps = result.spec, result.question.priors, result.maps
    designs, adjusted = [study.design for study in result.question.studies], is_adjusted(result.question)
    fitted = [name for name in (spec.primary, *spec.effect_priors) if name in result.trees]
    centres = result.centre_map
    with rendering():
        figures = {"panel": draw_panel(result), "densities": draw_densities(result)}
        if result.synthesis is not None:
            figures |= draw_synthesis(result, fitted)
        elif fitted and (name := module_of(spec.model).FIGURE.name):
            draw_fit = {"survival": draw_survival, "probability": draw_probability, "arm_level": draw_arm_level}
            figures[name] = draw_fit[name](result, fitted[0])
        if centres is not None:
            figures["centres"] = draw_centres(centres, spec)
        figures["robustness"] = draw_robustness(result.robustness, spec, designs=designs, adjusted=adjusted)
        figures["mean_sd"] = draw_mean_sd(maps.mean_sd, spec, priors)
        figures["bias_discount"] = draw_bias_discount(maps.bias, maps.discount, spec, priors)
        if fitted and result.synthesis is None:
            figures["predictive"] = draw_predictive(result, fitted[0], "posterior_predictive")
            figures["prior_predictive"] = draw_predictive(result, fitted[0], "prior_predictive")
        if fitted:
            figures["chains"] = draw_chains(result)
    return figures


def draw_index(verdicts: "pd.DataFrame") -> dict[str, Figure]:
    """Draw the figures of the index page: the verdict matrix, all analyses under their primary priors, and the readings.

    Hypothetical readings are in the last one only.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior: analysis, title, study, endpoint, reading, hypothetical, measure, better, prior,
        primary, median, eti95_lower, eti95_upper, p_benefit, survives, gate_passed. Other columns are not drawn.
    """
    from crlm_bayes.figures.index.forest import draw_forest
    from crlm_bayes.figures.index.readings import alternatives, draw_readings
    from crlm_bayes.figures.index.verdicts import draw_verdicts

    printed = verdicts[~verdicts["hypothetical"].astype(bool)]
    with rendering():
        figures = {"verdicts": draw_verdicts(printed)}
        if printed["primary"].any():
            figures["forest"] = draw_forest(printed)
        if alternatives(verdicts):
            figures["readings"] = draw_readings(verdicts)
    return figures


def draw_audit(audit: StudyAudit) -> Figure:
    """Draw the audit of one study: printed p values beside recomputed ones, and implied denominators."""
    from crlm_bayes.figures.audit import audit as draw_study

    with rendering():
        return draw_study(audit)
