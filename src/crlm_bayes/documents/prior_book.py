"""The named priors: densities, and declarations of the trials that a prior is computed from."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, Literal, Self, override

import numpy as np
from pydantic import Field, RootModel, StrictBool, model_validator

from crlm_bayes.documents.study import Study
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence.trial_priors import Estimate, _curve, _printed, pool
from crlm_bayes.exact.synthesis import robust_map
from crlm_bayes.exact.synthesis.members import Member
from crlm_bayes.priors.density import Positive, Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.toml import Frozen, Measure, Text, Word
from crlm_bayes.words.numbers import number, percent, ratio


class DeclaredPrior(Frozen, ABC):
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

    def estimates(self, studies: Mapping[str, Study], where: str) -> list[Estimate]:
        """Find the one printed ratio of each study.

        Raises
        ------
        UnknownName, InvalidInput
            If a study has no document, does not print exactly one such ratio, or prints nothing that gives its standard error.
        """
        for name in self.studies:
            if name not in studies:
                raise UnknownName.among(f"{where}: studies", "study", name, studies)
        return [self._estimate(studies[name], f"{where}: {name}") for name in self.studies]

    def _estimate(self, study: Study, where: str) -> Estimate:
        # these modules know analyses, whose documents declare priors: imported on top they would go round in a circle
        from crlm_bayes.documents.study import title_of
        from crlm_bayes.evidence.ratios import standard_error

        control, treatment = study.arm("control").id, study.arm("treatment").id
        found = [
            c
            for c in study.contrasts
            if (c.endpoint, c.measure) == (self.endpoint, self.measure)
            and {c.numerator, c.denominator} == {control, treatment}
            and (self.adjusted is None or c.adjusted == self.adjusted)
        ]
        if len(found) != 1:
            what = f"{len(found)} printed {self.measure} of '{self.endpoint}' between control and treatment"
            raise InvalidInput(f"{where}: contrasts", what, allowed="exactly one (adjusted = true or false chooses)")
        entry = found[0]
        se, _ = standard_error(entry, f"{where}: contrasts ({entry.endpoint})")
        towards_benefit = -1.0 if self.better == "higher" else 1.0
        turn = towards_benefit if entry.numerator == treatment else -towards_benefit
        return Estimate(turn * math.log(entry.value.value), se, f"{title_of(study)} {_printed(entry)}")

    @abstractmethod
    def resolved(self, studies: Mapping[str, Study], where: str = "priors.toml") -> Prior:
        """Compute the prior, on the benefit scale; its rationale says from what.

        Parameters
        ----------
        studies : mapping of id to Study
            All that are at hand.

        Raises
        ------
        UnknownName, InvalidInput
            As :meth:`estimates`.
        """

    def sources(self, estimates: list[Estimate]) -> str:
        """Say what the prior is computed from: rationale, and the printed ratios."""
        from crlm_bayes.words.nouns import endpoint_noun, listed

        printed = listed(estimate.printed for estimate in estimates)
        return f"{self.rationale}: {self.measure.upper()} of {endpoint_noun(self.endpoint)} in {printed}"


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

    @override
    def resolved(self, studies: Mapping[str, Study], where: str = "priors.toml") -> Normal:
        estimates = self.estimates(studies, where)
        pooled = pool(estimates)
        favours = " (below 1 favours the treatment)" if self.better == "higher" else ""
        sentence = (
            f"{self.sources(estimates)}; "
            f"pooled ratio {ratio(math.exp(pooled.mean))}{favours}, log {number(pooled.mean, 4)} with standard error "
            f"{number(pooled.se, 4)}, "
            f"widened by a standard deviation of {self.widening:g} between trials"
        )
        if pooled.between is not None:
            sentence += f" (these trials by themselves suggest {pooled.between:.2f})"
        sd = math.hypot(pooled.se, self.widening)
        return Normal(dist="normal", mean=pooled.mean, sd=sd, rationale=sentence)


Weight = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]


class RobustMapPrior(DeclaredPrior):
    """The effect in a new study that some trials foretell, mixed with a wide component.

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

    @override
    def resolved(self, studies: Mapping[str, Study], where: str = "priors.toml") -> Mixture:
        estimates = self.estimates(studies, where)
        wide = Normal(dist="normal", mean=0.0, sd=self.wide_sd, rationale=self.rationale)
        members = [Member(str(i), _curve(estimate)) for i, estimate in enumerate(estimates)]
        made = robust_map(members, self.heterogeneity, wide, weight=self.weight, wide=wide, rationale=self.rationale)
        new = made.predictive
        low, high = new.interval
        sentence = (
            f"{self.sources(estimates)}; in a new study a ratio of {ratio(np.exp(new.median))} "
            f"(95% {ratio(np.exp(low))} to {ratio(np.exp(high))}), believed with {percent(1 - self.weight, 0)}, "
            f"and with {percent(self.weight, 0)} that nothing can be learnt from them"
        )
        return made.prior.model_copy(update={"rationale": sentence})


BookPrior = Annotated[
    Normal | StudentT | Cauchy | Mixture | TwoPiece | Quantiles | EmpiricalPrior | RobustMapPrior,
    Field(discriminator="dist"),
]
"""A density, or a declaration of the trials that one is computed from."""


class PriorBook(RootModel[dict[str, BookPrior]]):
    """The named effect priors; the same name always means the same density."""
