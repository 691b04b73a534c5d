"""How an analysis of several studies says what they share and what sets each apart: the pieces of its document."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, StrictBool

from crlm_bayes.priors.density import Positive
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.nuisance import CorrelationPrior, RandomWalk
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.toml import Frozen, Measure, Text, Word

LikelihoodName = Literal["binomial", "piecewise_exponential", "log_ratio"]

Reading = Literal["counts", "percent", "landmark", "pinned", "at_risk", "contrast", "logrank", "observed_expected"]


class Scale(NamedTuple):
    """What the baseline of a likelihood is measured on: of one value, of differences between centres, in the plural."""

    one: str
    differences: str
    plural: str


class LikelihoodWord(NamedTuple):
    """What documents may ask of a likelihood.

    Attributes
    ----------
    readings, measures : tuple of str
        Those it fits.
    baseline : Scale or None
        Of its nuisance parameter, whose prior is then required; None where it has none.
    intervals : bool
        Whether it is of successive intervals, whose effects may differ and whose baselines may be a random walk.
    counted : bool
        Whether it is of events out of n, which can be compared arm by arm and are printed by centre.
    """

    readings: tuple[Reading, ...]
    measures: tuple[Measure, ...]
    baseline: Scale | None
    intervals: bool = False
    counted: bool = False


LIKELIHOODS: Final[Mapping[LikelihoodName, LikelihoodWord]] = {
    "binomial": LikelihoodWord(
        ("counts", "percent"), ("or",), baseline=Scale("logit", "log odds", "odds"), counted=True
    ),
    "piecewise_exponential": LikelihoodWord(
        ("landmark", "percent", "pinned", "at_risk"),
        ("hr",),
        baseline=Scale("log hazard", "log hazard", "hazards"),
        intervals=True,
    ),
    "log_ratio": LikelihoodWord(("contrast", "logrank", "observed_expected"), ("hr", "or", "rr"), baseline=None),
}
"""The vocabulary of likelihoods: what each is in mathematics, its module in :mod:`crlm_bayes.likelihoods` says."""


def likelihoods_with(fact: Callable[[LikelihoodWord], object]) -> str:
    """Name those of which something is true, with commas."""
    return ", ".join(name for name, word in LIKELIHOODS.items() if fact(word))


Structure = Literal["single", "common", "random", "bias_adjusted", "meta_regression", "arm_level", "centres"]

SYNTHESES: tuple[Structure, ...] = ("common", "random", "bias_adjusted", "meta_regression", "arm_level")
"""Structures of several studies; the others have one."""

HETEROGENEOUS: tuple[Structure, ...] = ("random", "bias_adjusted", "meta_regression", "arm_level")
"""Structures with a standard deviation between studies, whose prior is then required: it has no default."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

Baseline = Annotated[Normal | RandomWalk, Field(discriminator="dist")]


class EffectiveN(Frozen):
    """Patients that the printed percentages stand for, where the print does not say or says what cannot be."""

    arms: dict[Word, Positive]
    basis: Text


class EffectiveEvents(Frozen):
    """Events behind a printed log-rank p value, where the print gives no number of events."""

    total: Positive
    basis: Text


class Moderator(Frozen):
    """A property of the studies that splits them in two: those at one of `levels`, and the rest, to which μ belongs."""

    key: Literal["timing", "resectability", "design"]
    levels: Annotated[tuple[Word, ...], Field(min_length=1)]


class StudyReading(Frozen):
    """What sets one study of a synthesis apart; what is left out is as in the analysis.

    `discount` is the weight of its evidence, fixed, or ``learnt`` under `priors.discount`. `biased` overrides what the
    design of the study says. `treated` and `untreated` name the arms that structure 'arm_level' takes as with and
    without the treatment, where the roles of the study document do not say it.
    """

    endpoint: Word | None = None
    likelihood: LikelihoodName | None = None
    reading: Reading | None = None
    adjusted: StrictBool | None = None
    effective_n: EffectiveN | None = None
    effective_events: EffectiveEvents | None = None
    discount: Share | Literal["learnt"] = 1.0
    biased: StrictBool | None = None
    treated: tuple[Word, ...] | None = None
    untreated: tuple[Word, ...] | None = None
    basis: Text | None = None


class CentrePriors(Frozen):
    """What an analysis assumes about its centres.

    Attributes
    ----------
    baseline_spread : SpreadPrior
        Of τ_u, the standard deviation between centres of the log odds, or log hazard, at the middle of the arms.
    effect_spread : SpreadPrior
        Of τ_v, the standard deviation between centres of the effect.
    allocation_spread : SpreadPrior, optional
        Of τ_π, the standard deviation between centres of the log odds of being treated; required where outcomes are
        not printed by centre, and without a role where they are.
    allocation_correlation : CorrelationPrior, optional
        Of ρ, the correlation of that with u_c; likewise. u_c > 0 means more events: of a response, better prognosis; of
        death or progression, worse.
    """

    baseline_spread: SpreadPrior
    effect_spread: SpreadPrior
    allocation_spread: SpreadPrior | None = None
    allocation_correlation: CorrelationPrior | None = None
