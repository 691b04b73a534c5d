"""The named priors of a folder: densities, and declarations of the trials that a prior is computed from.

Nothing is computed here: :mod:`crlm_bayes.evidence.trial_priors` does it once the trials are read.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, RootModel, StrictBool, model_validator

from crlm_bayes.priors.density import Positive
from crlm_bayes.priors.families import AnyFamily
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.toml import Frozen, Measure, Text, Word

Weight = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]


class DeclaredPrior(Frozen):
    """A prior declared by the trials it is computed from.

    `adjusted` chooses where a study prints both. `better` says which side of 1 favours the treatment; a hazard ratio needs
    it only where that is ``higher``.
    """

    rationale: Text
    studies: Annotated[tuple[Word, ...], Field(min_length=1)]
    endpoint: Word
    measure: Measure
    adjusted: StrictBool | None = None
    better: Literal["lower", "higher"] | None = None

    @model_validator(mode="after")
    def _is_unambiguous(self) -> Self:
        if len(set(self.studies)) < len(self.studies):
            raise ValueError("studies names a study twice")
        if self.better is None and self.measure != "hr":
            raise ValueError("better is required unless the measure is 'hr': say 'lower' or 'higher'")
        return self


class EmpiricalPrior(DeclaredPrior):
    """The pooled effect of some trials, widened by a stated standard deviation of log ratios between trials.

    ::

        [empirical_sceptic]
        dist = "empirical"
        studies = ["trial_a", "trial_b"]
        endpoint = "dfs"
        measure = "hr"
        widening = 0.2
        rationale = "..."
    """

    dist: Literal["empirical"]
    widening: Positive


class RobustMapPrior(DeclaredPrior):
    """The effect in a new study that some trials predict, mixed with a wide component.

    ::

        [robust_metastatic]
        dist = "robust_map"
        studies = ["trial_a", "trial_b"]
        endpoint = "pfs"
        measure = "hr"
        weight = 0.5
        wide_sd = 1.0
        heterogeneity = { dist = "half_normal", sd = 0.3, rationale = "..." }
        rationale = "..."

    `weight` is the probability that nothing is to be learnt from those trials, `wide_sd` what is believed then (centred on
    no effect) and before them of their pooled effect.
    """

    dist: Literal["robust_map"]
    heterogeneity: SpreadPrior
    weight: Weight
    wide_sd: Positive


BookPrior = Annotated[
    AnyFamily | EmpiricalPrior | RobustMapPrior,
    Field(discriminator="dist"),
]
"""A density, or a declaration of the trials that one is computed from."""


class PriorBook(RootModel[dict[str, BookPrior]]):
    """The named effect priors; the same name always means the same density."""
