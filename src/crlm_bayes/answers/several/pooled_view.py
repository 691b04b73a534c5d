"""A synthesis as it is shown: what each study adds or takes away, and what the assumptions decide.

Numbers for figures and pages, each computed when first asked for. Log ratios are as reported; P(benefit) is on the side
that favours the treatment.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from crlm_bayes.answers.beside.groups import ModeratedGroup, moderated
from crlm_bayes.answers.question import Question
from crlm_bayes.answers.several.assumptions import Assumption, borrowed, overstated
from crlm_bayes.answers.several.parameters import Parameter, parameters_of, spread_words
from crlm_bayes.answers.several.study_lines import (
    INDIRECT,
    Group,
    LogInterval,
    PooledIf,
    StudyLine,
    grouped,
    study_lines,
)
from crlm_bayes.evidence.values import SynthesisEvidence
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.pooled import Pooled
from crlm_bayes.exact.synthesis.synthesis import PooledAt, Synthesis
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.spreads import HalfNormal, SpreadPrior
from crlm_bayes.rule import LOWER, UPPER, p_benefit

ALTERNATIVES: Final = (0.1, 0.25, 0.5)
"""Scales of the half-normal priors of τ that stand beside the stated one."""

FUNNEL: Final = 10
"""Studies with an estimate from which on a funnel can show anything (Sterne et al. 2011)."""


@dataclass(frozen=True)
class PooledUnder:
    """What is known of μ under one prior of τ.

    Attributes
    ----------
    at : PooledIf
        Its name is that of the prior of τ.
    tau : float
        Posterior median of τ; 0 for a common effect.
    stated : bool
        Whether it is the prior of the analysis.
    """

    at: PooledIf
    tau: float
    stated: bool


@dataclass(frozen=True)
class SynthesisView:
    """Everything about a synthesis that is shown and is not a posterior already, under the primary prior."""

    question: Question
    synthesis: Synthesis
    pooled: Pooled

    @cached_property
    def lines(self) -> tuple[StudyLine, ...]:
        """The studies in the order of the analysis."""
        return study_lines(self.question.studies, self._evidence, self.pooled)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The studies by role."""
        return grouped(self.lines, self.question.spec)

    @property
    def prior_share(self) -> float:
        """Weight of the prior in the pooled effect."""
        return self.pooled.weights[-1].share

    @cached_property
    def indirect_share(self) -> float | None:
        """Share of indirect evidence in the pooled mean; None where there is none."""
        shares = [line.share for line in self.lines if line.study.relevance in INDIRECT]
        return sum(shares) if shares else None

    @cached_property
    def prior_alone(self) -> PooledIf:
        """The primary prior."""
        prior = self.pooled.prior
        estimate = LogInterval(prior.quantile(LOWER), prior.quantile(0.5), prior.quantile(UPPER))
        return PooledIf("prior", estimate, self._p_benefit(float(prior.cdf(0.0))))

    @cached_property
    def everything(self) -> PooledIf:
        """All studies under the primary prior."""
        return self._standpoint("all studies", self.pooled.mu)

    @cached_property
    def shifted_group(self) -> GridPosterior | None:
        """The effect at the levels of the moderator, μ + γ; None without a moderator."""
        return self.pooled.shifted if self.question.spec.moderator is not None else None

    @cached_property
    def moderated(self) -> tuple[ModeratedGroup, ...]:
        """The answer for each group of a meta-regression, under every prior."""
        return moderated(self.question, self.synthesis)

    @cached_property
    def influence(self) -> tuple[PooledIf, ...]:
        """μ without each study, in the order of :attr:`groups`."""
        found = {standing.name: self._of(standing) for standing in self.synthesis.leave_one_out(self.pooled.prior)}
        return tuple(found[line.study.id] for group in self.groups for line in group.lines)

    @cached_property
    def chronicle(self) -> tuple[StudyLine, ...]:
        """The studies by year of publication; those without a year last."""
        return tuple(sorted(self.lines, key=lambda line: line.study.year or math.inf))

    @cached_property
    def cumulative(self) -> tuple[PooledIf, ...]:
        """μ after each study, in the order of :attr:`chronicle`."""
        order = [line.study.id for line in self.chronicle]
        return tuple(self._of(standing) for standing in self.synthesis.cumulative(order, self.pooled.prior))

    @cached_property
    def tau_priors(self) -> tuple[PooledUnder, ...]:
        """μ under the primary prior for a common effect, three half-normal priors of τ, and the stated prior."""
        stated = self.synthesis.structure.heterogeneity
        priors: list[SpreadPrior | None] = [None]
        priors += [HalfNormal(dist="half_normal", sd=sd, rationale="sensitivity analysis") for sd in ALTERNATIVES]
        names = [spread_words(prior) for prior in priors]
        if spread_words(stated) not in names:
            priors.append(stated)
        return tuple(self._under_spread(prior, spread_words(prior) == spread_words(stated)) for prior in priors)

    @cached_property
    def borrowed(self) -> Assumption | None:
        """P(benefit) against the weight of the discounted studies, or of those that were not randomised.

        None where there are no such studies, or no others.
        """
        names, meaning = [line.study.id for line in self.lines if line.discounted], "weight of the indirect evidence"
        if not names:
            names = [line.study.id for line in self.lines if line.study.design != "rct"]
            meaning = "weight of the studies that were not randomised"
        if not 0 < len(names) < len(self.lines):
            return None
        spec = self.question.spec
        return borrowed(self.synthesis, self._evidence, spec, names, self._effect_priors, meaning)

    @cached_property
    def overstated(self) -> Assumption | None:
        """P(benefit) against a known bias of the studies that may be biased; None where none is."""
        if self.question.spec.structure != "bias_adjusted" or not any(line.shifted for line in self.lines):
            return None
        return overstated(self.synthesis, self._effect_priors, self.question.spec)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Prior and posterior of everything beside μ that the structure has."""
        return parameters_of(self.pooled, self.question.spec)

    @cached_property
    def funnel(self) -> tuple[StudyLine, ...]:
        """Studies with one estimate, if there are enough of them."""
        lines = tuple(line for line in self.lines if line.has_direction)
        return lines if len(lines) >= FUNNEL else ()

    @property
    def _evidence(self) -> SynthesisEvidence:
        evidence = self.question.evidence
        assert isinstance(evidence, SynthesisEvidence)
        return evidence

    @property
    def _effect_priors(self) -> dict[str, Prior]:
        spec = self.question.spec
        return {name: spec.effect_prior(self.question.priors[name]) for name in spec.effect_priors}

    def _under_spread(self, heterogeneity: SpreadPrior | None, stated: bool) -> PooledUnder:
        structure = replace(self.synthesis.structure, heterogeneity=heterogeneity)
        pooled = self.pooled if stated else Synthesis(self.synthesis.members, structure).under(self.pooled.prior)
        at = self._standpoint(spread_words(heterogeneity), pooled.mu)
        return PooledUnder(at, pooled.tau.median if pooled.tau else 0.0, stated)

    def _of(self, standing: PooledAt) -> PooledIf:
        estimate = LogInterval(standing.lower, standing.median, standing.upper)
        return PooledIf(standing.name, estimate, self._p_benefit(standing.p_below))

    def _standpoint(self, name: str, mu: GridPosterior) -> PooledIf:
        return PooledIf(name, LogInterval.of(mu), self._p_benefit(mu.p_below(0.0)))

    def _p_benefit(self, p_below: float) -> float:
        return p_benefit(p_below, self.question.spec.sign)
