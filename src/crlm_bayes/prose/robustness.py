"""What a claim bears before it falls, in sentences: bias, a discount on its evidence, confounding."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from crlm_bayes.answers.question import Question
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import reference
from crlm_bayes.rule import points_to_harm
from crlm_bayes.scepticism.e_values import RARE, Outcome
from crlm_bayes.scepticism.robustness import Robustness
from crlm_bayes.words.nouns import MEASURES, article, capital, prior_name, vocabulary
from crlm_bayes.words.numbers import ABSENT, number, percent, ratio, ratio_of

FALLEN = "fallen"
"""Stands for the limit of a claim that does not survive to begin with."""

NO_ESTIMATE = (
    "The data alone give no estimate: the likelihood does not fall on both sides, so any larger effect fits as well."
)


class Borne(NamedTuple):
    """What a claim bears of one strain: a sentence that goes on after a colon, and the limit by itself."""

    sentence: str
    limit: str


def bias(found: Robustness, spec: AnalysisSpec) -> Borne:
    """Say how far the claim may be overstated before it falls under the primary prior."""
    words, borne = vocabulary(spec), found.headline.bias
    if borne is None:
        return Borne(f"{_already(found, spec)} even without bias.", FALLEN)
    if math.isinf(borne):
        return Borne(f"no overstatement up to a hundredfold overturns the {words.claim}.", "any")
    factor = ratio_of(borne)
    turned = "times" if spec.claim_sign == 1 else "divided by"
    return Borne(
        f"{_falls(found, spec)} if it is overstated by a factor of {factor} or more: if the true {words.measure} is its "
        f"estimate {turned} {factor}.",
        f"× {factor}",
    )


def discount(found: Robustness, spec: AnalysisSpec) -> Borne:
    """Say how much of the evidence may be discounted before the claim falls under the primary prior."""
    borne = found.headline.discount
    if borne is None:
        return Borne(f"{_already(found, spec)} even with all of the evidence.", FALLEN)
    if borne >= 1:
        said = f"the {prior_name(found.primary)} prior alone would let the {vocabulary(spec).claim} survive."
        return Borne(said, "all")
    share, kept = (percent(x, 0 if borne > 0.02 else 1) for x in (borne, 1 - borne))
    return Borne(
        f"{_falls(found, spec)} if {share} or more of the evidence is discounted, as if only {kept} of the patients counted.",
        share,
    )


def confounding(found: Robustness, spec: AnalysisSpec, designs: Sequence[str] = (), *, adjusted: bool = False) -> Borne:
    """Say what confounding the claim bears, without a prior and under the primary one.

    Parameters
    ----------
    designs : sequence of str
        Of its studies: a randomised one can only be at fault in its conduct.
    adjusted : bool
        As in :func:`confounding_words`.
    """
    said = confounding_words(found.e_value, found.e_value_ci, spec.measure, found.outcome, adjusted=adjusted)
    borne = found.headline.confounding
    if borne is not None and not math.isinf(borne):
        said += f" Under the {prior_name(found.primary)} prior {number(borne)} suffices."
    said = " ".join(part for part in (f"{said[:1].lower()}{said[1:]}", faults(designs)) if part)
    if found.e_value is None:
        return Borne(said, ABSENT)
    return Borne(said, {None: FALLEN, math.inf: "any"}.get(borne) or number(borne))


def bearings(found: Robustness, spec: AnalysisSpec) -> list[str]:
    """Say what bias and discount a claim bears that survives its primary prior; empty where it does not."""
    if not found.headline.survives:
        return []
    return [capital(strain(found, spec).sentence) for strain in (bias, discount)]


def needed(found: Robustness, spec: AnalysisSpec) -> str:
    """Say what data of this precision would have had to find for the claim to survive its primary prior; else nothing."""
    if found.needed is None:
        return ""
    words, who = vocabulary(spec), "Studies of this size together" if spec.is_synthesis else "A study of this size"
    side = "lower" if spec.claim_sign == 1 else "higher"
    return (
        f"{who} would have had to find {article(words.measure)} {words.measure} of {ratio(found.needed)} or {side} for the "
        f"{words.claim} to survive the {prior_name(found.primary)} prior."
    )


def assumed(bias: float, discount: float) -> list[str]:
    """Say what is doubted of the evidence as printed: a bias, a log ratio; a share that does not count."""
    said = []
    if bias:
        way = "overstate" if bias > 0 else "understate"
        said.append(f"Each study is taken to {way} the benefit by a factor of {ratio_of(abs(bias))}.")
    if discount:
        said.append(f"{percent(discount, 0)} of the evidence of each study is set aside.")
    return said


def fallen(found: Robustness, spec: AnalysisSpec, without: str) -> str:
    """Say that a claim has fallen already, without any strain."""
    p, words = found.headline.p_benefit, vocabulary(spec)
    verb = "points to harm" if points_to_harm(p) and not words.harmful else "has fallen"
    return f"{verb} {without}: {words.p_claim} {words.chance(p)}"


def confounding_words(
    e_value: float | None,
    e_value_ci: float | None,
    measure: str,
    outcome: Outcome = Outcome.UNTOLD,
    *,
    adjusted: bool = True,
) -> str:
    """Say in one sentence what the E-values of an estimate and of its limit nearest no effect mean.

    Parameters
    ----------
    adjusted : bool
        Whether the estimate is adjusted; one that is not can be explained by measured factors too.
    """
    if e_value is None or e_value_ci is None:
        return "The data alone give no estimate, so there is none to explain away."
    if e_value <= 1:
        return EXPLAINED
    moved = f"{number(e_value_ci)} {MOVED}" if e_value_ci > 1 else INCLUDED
    return f"{tied(number(e_value), adjusted=adjusted)} {AWAY}; {moved}{form(measure, outcome)}."


AWAY = "to explain the estimate away"

MOVED = "to move the interval to include no effect"

INCLUDED = "the interval of the data alone includes no effect already"

EXPLAINED = "The estimate itself is no effect: nothing unmeasured is needed to explain it."


def tied(size: str, *, adjusted: bool) -> str:
    """Say how strong a confounder would have to be."""
    who = "An unmeasured factor" if adjusted else "A factor that the estimate is not adjusted for"
    beyond = ", above and beyond the measured ones," if adjusted else ""
    return f"{who} would have to be associated with both treatment and outcome by a risk ratio of {size} each{beyond}"


def form(measure: str, outcome: Outcome) -> str:
    """Say for what an E-value takes a ratio other than the risk ratio, and why."""
    if measure == "rr":
        return ""
    limit = percent(RARE, 0)
    match outcome:
        case Outcome.RARE:
            return f" (the outcome is rare, {limit} or less in every arm: the {MEASURES[measure]} is taken for the risk ratio)"
        case Outcome.COMMON:
            return f" (the outcome taken as common, above {limit} in an arm)"
    return " (the outcome taken as common, as no risks are printed: the smaller value)"


def faults(designs: Sequence[str]) -> str:
    """Say what an E-value means where studies are randomised; empty where none is."""
    if "rct" not in designs:
        return ""
    concerns = "concerns faults of conduct rather than confounding."
    if any(design != "rct" for design in designs):
        return f"Some of the studies are randomised: of these it {concerns}"
    return f"{'The study is' if len(designs) == 1 else 'All studies are'} randomised, so this {concerns}"


def is_adjusted(question: Question) -> bool:
    """Whether every printed ratio that the evidence rests on is adjusted, and there is one."""
    used = {(row.study, row.entry) for row in question.evidence.rows if row.table == "contrasts"}
    adjusted = {
        (study.id, reference("contrasts", c)) for study in question.studies for c in study.contrasts if c.adjusted
    }
    return bool(used) and used <= adjusted


def _falls(found: Robustness, spec: AnalysisSpec) -> str:
    return f"under the {prior_name(found.primary)} prior the {vocabulary(spec).claim} falls"


def _already(found: Robustness, spec: AnalysisSpec) -> str:
    return f"under the {prior_name(found.primary)} prior the {vocabulary(spec).claim} does not survive"
