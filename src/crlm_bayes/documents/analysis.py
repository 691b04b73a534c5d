"""An analysis as its document says it: which print, which likelihood, which structure, which priors."""

from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, StrictBool, model_validator

from crlm_bayes.documents.analysis_parts import (
    LIKELIHOODS,
    SYNTHESES,
    Baseline,
    CentrePriors,
    EffectiveEvents,
    EffectiveN,
    LikelihoodName,
    Moderator,
    Reading,
    Structure,
    StudyReading,
)
from crlm_bayes.documents.printed.conduct import Design
from crlm_bayes.priors.density import Positive, Prior
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.nuisance import Beta
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.rule import turned
from crlm_bayes.toml import Frozen, Measure, Text, Word


class NuisancePriors(Frozen):
    """Priors of everything that is not the effect; each states its rationale.

    `heterogeneity` is the standard deviation between studies. `bias_mean` and `bias_spread` are the mean and the standard
    deviation of the bias of studies that were not randomised, on the benefit scale: a negative bias flatters the
    treatment. An analysis of one such study may leave out either: the project's own (:mod:`crlm_bayes.priors.bias`) then
    stands. `centres` says what is assumed about centres. `moderator` is the difference between the two groups of a meta-regression, `discount` the weight of
    discounted studies where it is learnt.
    """

    baseline: Baseline | None = None
    time_variation: SpreadPrior | None = None
    heterogeneity: SpreadPrior | None = None
    bias_mean: Normal | None = None
    bias_spread: SpreadPrior | None = None
    moderator: Normal | None = None
    discount: Beta | None = None
    centres: CentrePriors | None = None


class AnalysisSpec(Frozen):
    """One analysis: which print, which likelihood, which priors.

    `proportional = false` lets the effect differ between the intervals of a survival curve, with standard deviation ω whose
    prior is stated as `priors.time_variation`. `average` then says what θ is: the average over the intervals by their
    ``information``, or the centre about which ``exchangeable`` effects scatter. `hypothetical = true` marks a reading that asks *what if*:
    it is shown with the others but is no evidence and bears no verdict.

    `asks` says what the question is of: a benefit that somebody claims, or a harm. A question of harm is answered by the
    probability of a higher risk, under a primary prior that is wide and does not doubt harm. `answers` names the endpoint
    whose answer this analysis is, whatever the result; all others of that endpoint are sensitivity analyses.

    With several studies `endpoint`, `likelihood` and `reading` hold for all of them unless `per_study` says otherwise.
    """

    id: Word
    title: Text
    question: Text
    endpoint: Word
    measure: Measure
    better: Literal["lower", "higher"]
    asks: Literal["benefit", "harm"] = "benefit"
    answers: Word | None = None
    studies: Annotated[tuple[Word, ...], Field(min_length=1)]
    likelihood: LikelihoodName
    reading: Reading
    structure: Structure
    proportional: StrictBool = True
    average: Literal["information", "exchangeable"] = "information"
    adjusted: StrictBool | None = None
    hypothetical: StrictBool = False
    effect_priors: Annotated[tuple[Word, ...], Field(min_length=1)]
    primary: Word
    accepts: tuple[str, ...] = ()
    mcid: Positive
    effective_n: EffectiveN | None = None
    effective_events: EffectiveEvents | None = None
    per_study: dict[Word, StudyReading] = Field(default_factory=dict)
    biased_designs: tuple[Design, ...] = ("cohort", "case_control", "single_arm")
    moderator: Moderator | None = None
    priors: NuisancePriors = NuisancePriors()
    _document: str | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _priors_are_distinct(self) -> Self:
        if len(set(self.effect_priors)) < len(self.effect_priors):
            raise ValueError("effect_priors names a prior twice")
        return self

    @property
    def document(self) -> str:
        """Id of the document that it stands in: its own, or that of which it is a variant."""
        return self._document or self.id

    def within(self, document: str) -> Self:
        """Return it as one of the analyses of a document."""
        found = self.model_copy()
        found._document = document
        return found

    @property
    def is_synthesis(self) -> bool:
        """Whether it takes several studies together."""
        return self.structure in SYNTHESES

    @property
    def model(self) -> str:
        """Name of the module that holds its likelihood: that of its one study, or of its structure."""
        if self.structure in ("centres", "arm_level"):
            return self.structure
        return "synthesis" if self.is_synthesis else self.likelihood

    def reading_of(self, study: str) -> StudyReading:
        """What sets one study apart."""
        return self.per_study.get(study, StudyReading())

    def of_study(self, study: str) -> "AnalysisSpec":
        """Return the analysis of one study of a synthesis by itself."""
        own = self.reading_of(study)
        changed: dict[str, object] = {
            key: value
            for key in ("endpoint", "likelihood", "reading", "adjusted", "effective_n", "effective_events")
            if (value := getattr(own, key)) is not None
        }
        baseline = self.priors.baseline if LIKELIHOODS[own.likelihood or self.likelihood].baseline else None
        return self.model_copy(
            update=changed
            | {
                "studies": (study,),
                "structure": "single",
                "per_study": {},
                "moderator": None,
                "priors": NuisancePriors(baseline=baseline),
            }
        )

    @property
    def sign(self) -> int:
        """Multiply a log ratio by it and negative values favour the treatment."""
        return 1 if self.better == "lower" else -1

    @property
    def facing(self) -> int:
        """1 where a benefit is asked for; -1 where a harm is, so that what is claimed lies on the other side."""
        return 1 if self.asks == "benefit" else -1

    @property
    def claim_sign(self) -> int:
        """Multiply a log ratio by it and negative values are on the side of what is asked for."""
        return self.sign * self.facing

    def effect_prior(self, prior: Prior) -> Prior:
        """Return the prior on the scale of the reported log ratio."""
        return turned(prior, self.sign)

    @property
    def quantity(self) -> str:
        """Name of the log ratio in tables: ``log_hr``."""
        return f"log_{self.measure}"
