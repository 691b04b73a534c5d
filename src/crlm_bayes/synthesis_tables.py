"""A synthesis under one prior as rows of the table of estimates: spreads, bias, weights, effects, prediction."""

import math
from collections.abc import Iterator

from crlm_bayes.posterior import GridPosterior
from crlm_bayes.priors import Prior
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.synthesis import Pooled, Synthesis

SHIFT = {"bias_adjusted": "beta", "meta_regression": "gamma"}
"""Name of the location of the shifted group, by structure."""


def synthesis_rows(
    spec: AnalysisSpec, synthesis: Synthesis, prior: Prior, *, whole: bool = True
) -> list[dict[str, object]]:
    """Rows of everything beside the pooled effect.

    Parameters
    ----------
    prior : Prior
        Of the pooled effect, as documented (negative favours the treatment).
    whole : bool
        With bias, effects of the studies and weights, which take longer than all the rest.

    Returns
    -------
    list of dict
        quantity, median, mean, sd, eti95_lower, eti95_upper; on the log scale, sign as reported.
    """
    pooled = synthesis.under(spec.effect_prior(prior))
    rows = [_row(name, posterior) for name, posterior in between(pooled)]
    if not whole:
        return rows
    rows += [_row(name, posterior) for name, posterior in of_studies(spec, pooled)]
    return rows + [{"quantity": f"weight[{weight.name}]", "median": weight.share} for weight in pooled.weights]


def between(pooled: Pooled) -> Iterator[tuple[str, GridPosterior]]:
    """Heterogeneity, the learnt discount, and the effect in a new study."""
    if pooled.tau is not None:
        yield "tau", pooled.tau
        yield "predictive", pooled.predictive
    if pooled.delta is not None:
        yield "delta", pooled.delta


def of_studies(spec: AnalysisSpec, pooled: Pooled) -> Iterator[tuple[str, GridPosterior]]:
    """What moves a group of studies, and the effect of every study."""
    for name, posterior in ((SHIFT.get(spec.structure, ""), pooled.beta), ("bias_spread", pooled.sigma)):
        if posterior is not None:
            yield name, posterior
    # a moderator moves the effect itself, a bias only what a study makes of it
    moved = spec.structure == "meta_regression"
    for study in pooled.effects:
        yield f"effect[{study.name}]", study.estimated if moved else study.effect
    if spec.structure == "bias_adjusted":
        for study in pooled.effects:
            yield f"estimated[{study.name}]", study.estimated


def _row(name: str, posterior: GridPosterior) -> dict[str, object]:
    lower, upper = posterior.interval
    row: dict[str, object] = {"quantity": name, "median": posterior.median, "mean": posterior.mean, "sd": posterior.sd}
    if not math.isfinite(posterior.mean):
        row |= {"mean": math.nan, "sd": math.nan}
    return row | {"eti95_lower": lower, "eti95_upper": upper}
