"""Rows of `estimates.csv` that only an analysis of several studies has."""

import math
from collections.abc import Iterator

from crlm_bayes.answers.absolute import carried, numbers_needed
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.pooled import Pooled
from crlm_bayes.exact.synthesis.synthesis import Synthesis
from crlm_bayes.priors.density import Prior

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
    if spec.structure == "meta_regression" and pooled.shifted is not None:
        yield "mu_moderated", pooled.shifted
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


def carried_rows(answer: Answer) -> Iterator[dict[str, object]]:
    """Proportions in both arms, their difference and the numbers needed, on the control risk of each direct study."""
    for c in carried(answer):
        proportion, inside = ("survival", f"{c.id},{c.months}") if c.months else ("probability", c.id)
        yield {"quantity": f"{proportion}[control,{inside}]", "median": c.control}
        for name, e in (
            (f"{proportion}[treatment,{inside}]", c.treatment),
            (f"risk_difference[{inside}]", c.difference),
        ):
            row: dict[str, object] = {"quantity": name, "median": e.median}
            row |= {"eti95_lower": e.lower, "eti95_upper": e.upper, "p_benefit": e.p_benefit}
            yield row
        yield from needed_rows(f"risk_difference[{inside}]", c.difference, rising=c.rising)


def needed_rows(name: str, difference: EstimateRow, *, rising: bool) -> Iterator[dict[str, object]]:
    """Rows ``nntb`` and ``nnth`` of a risk difference: both where its interval holds no difference."""
    for found in numbers_needed(difference, rising=rising):
        row: dict[str, object] = {"quantity": name.replace("risk_difference", found.kind), "median": found.median}
        yield row | {"eti95_lower": found.lower, "eti95_upper": found.upper}


def variant_rows(answer: Answer) -> Iterator[dict[str, object]]:
    """The ratio with the same studies taken in other ways."""
    _, *others = answer.variants.otherwise  # the first is the analysis itself
    for line in (*others, *answer.variants.without_each):
        yield {
            "quantity": f"{answer.spec.measure}[{line.key}]",
            "median": line.median,
            "eti95_lower": line.lower,
            "eti95_upper": line.upper,
            "p_benefit": line.p_benefit,
        }
