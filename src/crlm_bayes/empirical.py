"""Archetypes computed from other trials: what a reader of those trials would expect of the next one.

Their printed log ratios are pooled with fixed weights, and the pooled effect is widened by a stated standard deviation
between trials: N(mu, se² + tau²), the predictive effect in a new trial (Higgins, Thompson & Spiegelhalter 2009 with tau
known). With few trials tau cannot be estimated, so a document states it; there is no default.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self, override

from pydantic import Field, StrictBool, model_validator

from crlm_bayes.documents import Frozen
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.format import number, ratio
from crlm_bayes.priors import Normal, Positive, Prior
from crlm_bayes.published.entries import ContrastEntry, Measure, Text, Word
from crlm_bayes.published.study import Study


@dataclass(frozen=True)
class Estimate:
    """One printed ratio of a trial, turned to the benefit scale.

    Attributes
    ----------
    log_ratio, se : float
        Treatment over control, negative favours the treatment.
    printed : str
        Study and ratio as printed.
    """

    log_ratio: float
    se: float
    printed: str


@dataclass(frozen=True)
class Pool:
    """Fixed-effect pool of log ratios.

    Attributes
    ----------
    mean, se : float
        Inverse-variance weighted mean and its standard error.
    between : float or None
        Standard deviation between the trials by the moment estimate of DerSimonian & Laird (1986), for comparison with the
        stated widening; None for one trial.
    """

    mean: float
    se: float
    between: float | None


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
        from crlm_bayes.printed_ratio import standard_error
        from crlm_bayes.words import title_of

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
        from crlm_bayes.words import endpoint_noun, listed

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


def pool(estimates: list[Estimate]) -> Pool:
    """Pool log ratios by inverse variance; the spread between them by moments (DerSimonian & Laird 1986)."""
    weights = [1 / e.se**2 for e in estimates]
    total = sum(weights)
    mean = sum(w * e.log_ratio for w, e in zip(weights, estimates, strict=True)) / total
    if len(estimates) < 2:
        return Pool(mean, 1 / math.sqrt(total), None)
    q = sum(w * (e.log_ratio - mean) ** 2 for w, e in zip(weights, estimates, strict=True))
    scale = total - sum(w**2 for w in weights) / total
    between = max(0.0, (q - (len(estimates) - 1)) / scale)
    return Pool(mean, 1 / math.sqrt(total), math.sqrt(between))


def _printed(entry: ContrastEntry) -> str:
    """Write a ratio as printed: ``1.16 (95% CI 0.99 to 1.37)``."""
    if entry.ci is None:
        return f"{entry.value} (standard error {entry.se})" if entry.se else str(entry.value)
    return f"{entry.value} ({round(entry.level * 100, 6):g}% CI {entry.ci[0]} to {entry.ci[1]})"
