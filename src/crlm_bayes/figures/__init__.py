"""Figures: they draw, they never save and never compute.

Numbers come from the table of estimates, the exact curve, the prior panel and the fits; an analysis has the figures
that make sense for it. Save them inside :func:`rendering` with the keyword arguments :data:`SAVE`.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.figures.frame.style import SAVE, rendering
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.prose.robustness import is_adjusted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SAVE", "draw", "draw_audit", "draw_index", "drawings", "rendering"]


NARROW: Final = "_narrow"
"""End of the name of a figure in the form for a phone."""


class Drawing(NamedTuple):
    """How one figure of an analysis is drawn.

    Attributes
    ----------
    draw : callable
        Gives the figure; None where it would show nothing.
    fitted : bool
        Whether it shows draws, or what was made of them: else the exact answer is all that it rests on.
    """

    draw: Callable[[], Figure | None]
    fitted: bool = False


def drawings(result: Result) -> dict[str, Drawing]:
    """Say how every figure of one analysis is drawn, in the order of its report.

    Returns
    -------
    dict of str to Drawing
        ``panel``, ``densities``; ``survival`` or ``probability`` where the likelihood has them, ``arm_level``, ``centres``,
        or those of :func:`~crlm_bayes.figures.several.of_synthesis`; ``robustness``, ``mean_sd``, ``bias_discount``;
        ``predictive``, ``prior_predictive``, ``chains``. Fitted figures show the primary prior, or the first that was
        fitted. A name that ends in :data:`NARROW` is the form of a figure for a phone.
    """
    from crlm_bayes.figures.one.arm_level import draw_arm_level
    from crlm_bayes.figures.one.centres import draw_centres
    from crlm_bayes.figures.one.chains import draw_chains
    from crlm_bayes.figures.one.densities import SLIM as SLIM_DENSITIES
    from crlm_bayes.figures.one.densities import draw_densities
    from crlm_bayes.figures.one.panel import draw_panel, draw_slim_panel
    from crlm_bayes.figures.one.predictive import draw_predictive
    from crlm_bayes.figures.one.probability import draw_probability
    from crlm_bayes.figures.one.robustness import draw_robustness
    from crlm_bayes.figures.one.survival import SLIM as SLIM_SURVIVAL
    from crlm_bayes.figures.one.survival import draw_survival
    from crlm_bayes.figures.one.tipping import draw_bias_discount, draw_mean_sd
    from crlm_bayes.figures.several import of_synthesis
    from crlm_bayes.figures.several.predictive import draw_synthesis_predictive

    spec, priors = result.spec, result.question.priors
    fitted = [name for name in (spec.primary, *spec.effect_priors) if name in result.trees]

    def draw_robust() -> Figure:
        designs, adjusted = [study.design for study in result.question.studies], is_adjusted(result.question)
        return draw_robustness(
            result.robustness, spec, designs=designs, adjusted=adjusted, footing=result.question.footing
        )

    found = {
        "panel": Drawing(partial(draw_panel, result), True),
        f"panel{NARROW}": Drawing(partial(draw_slim_panel, result)),
        "densities": Drawing(partial(draw_densities, result)),
        f"densities{NARROW}": Drawing(partial(draw_densities, result, *SLIM_DENSITIES)),
    }
    if result.synthesis is not None:
        found |= {name: Drawing(draw) for name, draw in of_synthesis(result).items()}
    elif fitted and (of := module_of(spec.model).FIGURE):
        draw_fit = {"survival": draw_survival, "probability": draw_probability, "arm_level": draw_arm_level}[of.name]
        found[of.name] = Drawing(partial(draw_fit, result, fitted[0]), True)
        if of.name == "survival":
            found[f"survival{NARROW}"] = Drawing(partial(draw_survival, result, fitted[0], SLIM_SURVIVAL), True)
    found["centres"] = Drawing(lambda: None if result.centre_map is None else draw_centres(result.centre_map, spec))
    found["robustness"] = Drawing(draw_robust)
    found["mean_sd"] = Drawing(lambda: draw_mean_sd(result.maps.mean_sd, spec, priors))
    found["bias_discount"] = Drawing(lambda: draw_bias_discount(result.maps.bias, result.maps.discount, spec, priors))
    if fitted:
        draw_new = draw_predictive if result.synthesis is None else draw_synthesis_predictive
        for group in ("posterior_predictive", "prior_predictive"):
            found[group.removeprefix("posterior_")] = Drawing(partial(draw_new, result, fitted[0], group), True)
        found["chains"] = Drawing(partial(draw_chains, result), True)
    return found


def draw(result: Result) -> dict[str, Figure]:
    """Draw every figure of one analysis that there is, in the order of its report; see :func:`drawings`."""
    with rendering():
        drawn = {name: drawing.draw() for name, drawing in drawings(result).items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}


def draw_index(verdicts: "pd.DataFrame") -> dict[str, Figure]:
    """Draw the figures of the index page: the verdict matrix, all analyses under their primary priors, and the readings.

    Hypothetical readings, which are no evidence, are in none.

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
        if alternatives(printed):
            figures["readings"] = draw_readings(printed)
    return figures


def draw_audit(audit: StudyAudit) -> Figure:
    """Draw the audit of one study: printed p values beside recomputed ones, and implied denominators."""
    from crlm_bayes.figures.audit import audit as draw_study

    with rendering():
        return draw_study(audit)
