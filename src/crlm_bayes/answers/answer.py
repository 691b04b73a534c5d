"""One analysis put before a sceptic: an own prior, an assumed bias, a discount, all on the exact curve."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from crlm_bayes.answers.question import Question
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.values import SynthesisEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis.pooled import Pooled
from crlm_bayes.exact.synthesis.synthesis import Synthesis
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.likelihoods.studies.exact import synthesis_of
from crlm_bayes.priors.density import Prior
from crlm_bayes.scepticism.decision import Verdict, decide
from crlm_bayes.scepticism.panel import PriorVerdict, Scepticism, examine, verdict
from crlm_bayes.scepticism.replication import Estimated
from crlm_bayes.scepticism.reverse_bayes import ReverseBayes, reverse_bayes
from crlm_bayes.scepticism.robustness import Robustness, robustness
from crlm_bayes.scepticism.tipping import TippingMap

OWN = "own"
"""Name of the prior that is given on the command line."""


@dataclass(frozen=True)
class Doubt:
    """What a sceptic assumes beyond the priors of an analysis.

    Attributes
    ----------
    own : Prior or None
        On the benefit scale: negative values favour the treatment.
    bias : float
        Log ratio by which the study is taken to overstate the benefit.
    discount : float
        Share of its evidence that is set aside, from 0 to below 1.
    """

    own: Prior | None = None
    bias: float = 0.0
    discount: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a discount that is no share.

        Raises
        ------
        InvalidInput
            If the discount is not from 0 to below 1.
        """
        if not 0 <= self.discount < 1:
            raise InvalidInput("--discount", f"{self.discount:g} is no share", allowed="0 to below 1 (0.5: half)")
        if not abs(self.bias) < 5:
            raise InvalidInput("--harm-bias", f"{self.bias:g} is no plausible log ratio", allowed="between -5 and 5")


@dataclass(frozen=True)
class Inquiry:
    """Everything that the exact curve of one analysis answers.

    Attributes
    ----------
    question : Question
        With the prior of the doubt in its panel.
    curve : EvidenceCurve
        As the doubt has it.
    scepticism : Scepticism
        What the panel makes of the curve.
    synthesis : Synthesis or None
        Of the studies as they are printed, whatever is doubted of the whole; None for one study.
    """

    question: Question
    curve: EvidenceCurve
    scepticism: Scepticism
    synthesis: Synthesis | None = None

    @property
    def pooled(self) -> Pooled | None:
        """The synthesis under the primary prior, which it remembers; None for one study."""
        if self.synthesis is None:
            return None
        spec = self.question.spec
        return self.synthesis.under(spec.effect_prior(self.question.priors[spec.primary]))

    def estimated(self) -> Estimated | None:
        """The analysis as a study to be replicated; None without an estimate, and for a hypothetical reading."""
        spec = self.question.spec
        if spec.hypothetical or spec.structure != "single" or not self.scepticism.has_estimate:
            return None
        return estimated(spec, self.scepticism)

    def others(self) -> list[PriorVerdict]:
        """What the priors beside the panel make of the curve."""
        spec = self.question.spec
        return [
            verdict(self.curve.apply(spec.effect_prior(prior)), spec, name)
            for name, prior in self.question.others.items()
        ]

    def robustness(self) -> Robustness:
        """How much bias and discount the claim bears beyond what is assumed."""
        return robustness(self.curve, self.question.spec, self.question.priors, self.scepticism)

    def reverse(self) -> ReverseBayes:
        """Which beliefs the claim needs, and which it withstands."""
        return reverse_bayes(self.curve, self.question.spec.sign, self.question.priors, self.scepticism)

    def verdicts(self) -> Mapping[str, Verdict]:
        """The decision under each prior of the panel."""
        return {row.prior: row.verdict for row in decide(self.scepticism.panel)}


def inquire(question: Question, doubt: Doubt = Doubt()) -> Inquiry:
    """Build the exact curve of a question, as the doubt has it, and put it before the priors."""
    spec, evidence = question.spec, question.evidence
    synthesis = synthesis_of(evidence, spec) if isinstance(evidence, SynthesisEvidence) else None
    curve = synthesis.curve if synthesis else evidence_curve(evidence, spec)
    if doubt.bias:
        curve = curve.shifted(-spec.sign * doubt.bias)
    if doubt.discount:
        curve = curve.tempered(1 - doubt.discount)
    if doubt.own is not None:
        question = replace(
            question,
            spec=spec.model_copy(update={"effect_priors": (*spec.effect_priors, OWN)}),
            priors={**question.priors, OWN: doubt.own},
        )
    return Inquiry(question, curve, examine(curve, question.spec, question.priors), synthesis)


def estimated(spec: AnalysisSpec, found: Scepticism) -> Estimated:
    """An analysis with the estimate of its curve, on the benefit scale."""
    mode, width = found.likelihood
    reading = spec.reading if spec.proportional else f"{spec.reading}, hazards not proportional"
    return Estimated(spec.id, spec.studies[0], spec.endpoint, spec.measure, reading, (spec.sign * mode, width))


class TippingMaps(NamedTuple):
    """The maps of one claim."""

    mean_sd: TippingMap
    bias: TippingMap
    discount: TippingMap
