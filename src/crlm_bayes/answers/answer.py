"""The answer to a question: all that its exact curve says, without a sampler."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from crlm_bayes.answers.beside.bias import allowing_for_bias
from crlm_bayes.answers.beside.groups import ModeratedGroup
from crlm_bayes.answers.question import ANSWERS, Question
from crlm_bayes.answers.several.pooled_view import SynthesisView
from crlm_bayes.answers.several.variants import Variants
from crlm_bayes.digests import digest
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.risks import risks
from crlm_bayes.evidence.values import CentreEvidence, SynthesisEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.shares import prior_share
from crlm_bayes.exact.synthesis.pooled import Pooled
from crlm_bayes.exact.synthesis.synthesis import Synthesis
from crlm_bayes.likelihoods.centres.map import CentreMap, centre_map
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.likelihoods.studies.exact import synthesis_of
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import standing, turned
from crlm_bayes.scepticism.decision import Decision, decision
from crlm_bayes.scepticism.e_values import Outcome, outcome_of
from crlm_bayes.scepticism.panel import Panel, Scepticism, examine, verdict
from crlm_bayes.scepticism.replication import Estimated
from crlm_bayes.scepticism.reverse_bayes import ReverseBayes, reverse_bayes
from crlm_bayes.scepticism.robustness import Robustness, robustness
from crlm_bayes.scepticism.tipping import TippingMap, bias_map, discount_map, mean_sd_map
from crlm_bayes.words.numbers import short
from crlm_bayes.words.shown import Shown

OWN = "own"
"""Name of a sceptic's own prior beside the panel."""

LARGEST_BIAS = 5.0
"""A log ratio beyond any plausible bias."""


class TippingMaps(NamedTuple):
    """The maps of one claim."""

    mean_sd: TippingMap
    bias: TippingMap
    discount: TippingMap


@dataclass(frozen=True, eq=False, repr=False)
class Answer(Shown):
    """All that the exact curve says of one question; each part is computed when it is first asked for, once.

    Attributes
    ----------
    question : Question
    bias : float
        Log ratio by which the whole is taken to overstate what is claimed.
    discount : float
        Share of the evidence that is set aside, from 0 to below 1.
    printed : Answer or None
        The same evidence at face value, where something is doubted.
    """

    question: Question
    bias: float = 0.0
    discount: float = 0.0
    printed: "Answer | None" = None

    def doubt(self, prior: Prior | None = None, bias: float = 0.0, discount: float = 0.0) -> "Answer":
        """Answer again under doubt; what is assumed replaces what was assumed before.

        Parameters
        ----------
        prior : Prior, optional
            A prior of one's own, added to the panel as ``own``; on the benefit scale: negative favours the treatment.
        bias : float
            Log ratio by which studies overstate what is claimed, a benefit or a harm.
        discount : float
            Share of the evidence that is set aside.

        Raises
        ------
        InvalidInput
            If the discount is not from 0 to below 1, or the bias beyond :data:`LARGEST_BIAS`.
        """
        if not 0 <= discount < 1:
            raise InvalidInput("discount", f"{short(discount)} is no share", allowed="0 to below 1 (0.5: half)")
        if not abs(bias) < LARGEST_BIAS:
            raise InvalidInput("bias", f"{short(bias)} is no plausible log ratio", allowed="between -5 and 5")
        face_value = self.printed or self
        question = face_value.question
        if prior is not None:
            panel = tuple(name for name in question.spec.effect_priors if name != OWN)
            spec = question.spec.model_copy(update={"effect_priors": (*panel, OWN)})
            question = replace(question, spec=spec, priors={**question.priors, OWN: prior})
        return Answer(question, bias, discount, face_value)

    def heading(self) -> str:
        """Say what it is in one line."""
        doubted = " (doubted)" if self.bias or self.discount else ""
        return f"{self.spec.title} [{self.spec.id}]{doubted}: {self.decision.verdict} under {self.spec.primary}"

    def rows(self) -> list[dict[str, Any]]:
        """The panel, one row a prior."""
        return self.panel.rows()

    @property
    def spec(self) -> AnalysisSpec:
        """The analysis."""
        return self.question.spec

    @cached_property
    def identity(self) -> str:
        """Digest of what the parts rest on: the curve, the analysis, the priors of its panel, and how common the outcome is."""
        return digest(self.curve.identity, self.spec, dict(self.question.priors), self.outcome)

    @cached_property
    def outcome(self) -> Outcome:
        """How common the outcome is, by what the print tells of its risks."""
        studies = {study.id: study for study in self.question.studies}
        return outcome_of(risks(self.question.evidence, self.spec, studies))

    @cached_property
    def synthesis(self) -> Synthesis | None:
        """The studies as they are printed, whatever is doubted of the whole; None for one study."""
        if self.printed is not None:
            return self.printed.synthesis
        evidence = self.question.evidence
        return synthesis_of(evidence, self.spec) if isinstance(evidence, SynthesisEvidence) else None

    @cached_property
    def curve(self) -> EvidenceCurve:
        """The evidence on the log ratio as reported, as the doubt has it."""
        if self.printed is None:
            return self.synthesis.curve if self.synthesis else evidence_curve(self.question.evidence, self.spec)
        curve = self.printed.curve
        if self.bias:
            curve = curve.shifted(-self.spec.claim_sign * self.bias)
        return curve.tempered(1 - self.discount) if self.discount else curve

    @ANSWERS.part
    def scepticism(self) -> Scepticism:
        """What the panel makes of the curve, and what a sceptic would have to believe."""
        return examine(self.curve, self.spec, self.question.priors, self.outcome)

    @property
    def panel(self) -> Panel:
        """What each prior of the analysis makes of the curve."""
        return self.scepticism.panel

    @cached_property
    def others(self) -> Panel:
        """What the priors beside the panel make of the curve."""
        curve, spec, others = self.curve, self.spec, self.question.others

        def make() -> Panel:
            return Panel(verdict(curve.apply(spec.effect_prior(p)), spec, name) for name, p in others.items())

        return ANSWERS.recall(digest("others", curve.identity, spec, list(others), dict(others)), make)

    @cached_property
    def allowing_for_bias(self) -> Panel | None:
        """What each prior of the analysis makes of the curve where the study may be biased; None unless it may."""
        return allowing_for_bias(self.question, self.curve)

    @cached_property
    def prior_share(self) -> float:
        """Share of the primary prior in the posterior mean: how little the mean moves with what the data say."""
        prior = self.spec.effect_prior(self.question.priors[self.spec.primary])
        return ANSWERS.recall(digest("share", self.curve.identity, prior), lambda: prior_share(self.curve, prior))

    @ANSWERS.part
    def robustness(self) -> Robustness:
        """How much scepticism, bias, discount and confounding the claim bears."""
        return robustness(self.curve, self.spec, self.question.priors, self.scepticism)

    @ANSWERS.part
    def reverse(self) -> ReverseBayes:
        """Which beliefs the claim needs, and which it withstands."""
        spec = self.spec
        claimed = {name: turned(prior, spec.facing) for name, prior in self.question.priors.items()}
        return reverse_bayes(self.curve, spec.claim_sign, claimed, self.scepticism)

    @ANSWERS.part
    def maps(self) -> TippingMaps:
        """Probability of the claim over prior mean and width, bias and discount."""
        curve, sign = self.curve, self.spec.claim_sign
        return TippingMaps(mean_sd_map(curve, sign), bias_map(curve, sign), discount_map(curve, sign))

    @ANSWERS.part
    def decision(self) -> Decision:
        """What a reader would conclude under each prior, and how much evidence would turn it."""
        return decision(self.curve, self.spec, self.question.priors, self.panel)

    @cached_property
    def pooled(self) -> Pooled:
        """The synthesis under the primary prior."""
        assert self.synthesis is not None, "asked only of analyses of several studies"
        return self.synthesis.under(self.spec.effect_prior(self.question.priors[self.spec.primary]))

    @cached_property
    def view(self) -> SynthesisView:
        """The synthesis as it is shown: influence, cumulative, what its assumptions decide."""
        assert self.synthesis is not None, "asked only of analyses of several studies"
        return SynthesisView(self.question, self.synthesis, self.pooled)

    @cached_property
    def variants(self) -> Variants:
        """The same studies, taken in other ways."""
        return Variants(self.view)

    @cached_property
    def decisive(self) -> tuple[Study, ...]:
        """Studies of a synthesis without any one of which its verdict, under the primary prior, is another."""
        if self.synthesis is None or len(self.question.studies) < 3:
            return ()
        ours = standing(self.view.everything.p_benefit)
        other = [at.name for at in self.view.influence if standing(at.p_benefit) != ours]
        return tuple(study for study in self.question.studies if study.id in other)

    @cached_property
    def moderated(self) -> tuple[ModeratedGroup, ...]:
        """The answer for each group of a meta-regression, as printed; empty without a moderator."""
        return self.view.moderated if self.spec.moderator is not None else ()

    @cached_property
    def centre_map(self) -> CentreMap | None:
        """P(benefit) over what is assumed of the centres; None unless only their sizes are printed."""
        evidence, spec = self.question.evidence, self.spec
        if not isinstance(evidence, CentreEvidence) or evidence.tables:
            return None
        prior = self.question.priors[spec.primary]
        return ANSWERS.recall(
            digest("centre_map", evidence, spec, prior), lambda: centre_map(evidence, spec, prior, name=spec.primary)
        )

    @cached_property
    def estimated(self) -> Estimated | None:
        """The estimate of one study on the benefit scale, to be replicated or a replication; None where there is none."""
        spec = self.spec
        if spec.structure != "single" or not self.scepticism.has_estimate:
            return None
        mode, width = self.scepticism.likelihood
        reading = spec.reading if spec.proportional else f"{spec.reading}, hazards not proportional, {spec.average}"
        estimate, timing = (spec.sign * mode, width), self.question.study.timing
        return Estimated(spec.id, spec.studies[0], spec.endpoint, spec.measure, reading, estimate, timing)
