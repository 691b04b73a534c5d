"""How much scepticism the claim bears: each number with one plain sentence, and each missing number explained."""

import math
from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.prose.robustness import (
    AWAY,
    EXPLAINED,
    INCLUDED,
    MOVED,
    NO_ESTIMATE,
    faults,
    form,
    is_adjusted,
    tied,
)
from crlm_bayes.rule import SURVIVES, Z
from crlm_bayes.scepticism.critical import FAR, SD_RANGE
from crlm_bayes.scepticism.replication import Pair
from crlm_bayes.scepticism.reverse_bayes import UnderPrior
from crlm_bayes.words.nouns import Vocabulary, capital, vocabulary
from crlm_bayes.words.numbers import ABSENT, LEVEL, fixed, number, p_value, percent, probability, ratio, ratio_of, span


class ScepticLine(NamedTuple):
    """A name, its value as text, and what it means."""

    name: str
    value: str
    meaning: str


def scrutiny(answer: Answer) -> list[ScepticLine]:
    """List the data alone, the critical prior, Matthews' limit and the E-values."""
    return [_alone(answer), _critical(answer), _matthews(answer), _e_value(answer), _e_value_ci(answer)]


def critical_range(critical_sd: float) -> tuple[float, float]:
    """95% of the ratios of N(0, critical_sd²)."""
    return math.exp(-Z * critical_sd), math.exp(Z * critical_sd)


def critical_prior(sd: float | None, words: Vocabulary) -> str:
    """Say in a clause to which sceptic the claim falls.

    Parameters
    ----------
    sd : float or None
        As in :class:`crlm_bayes.scepticism.panel.Scepticism`.
    """
    if sd is None:
        return f"no prior centred on no effect, however wide, lets a claim of {words.claim} stand"
    if sd <= SD_RANGE[0]:  # the search ended before the claim fell
        return f"the claim of {words.claim} stands even against a sceptic who holds {_held(*critical_range(sd))}"
    return _falls(words, *critical_range(sd))


def critical_sentence(sd: float | None, words: Vocabulary) -> str:
    """Say the same in a sentence that goes on after a colon, with what becomes of other sceptics."""
    if sd is None:
        return f"{critical_prior(sd, words)}: there is nothing for a sceptic to overturn."
    if sd <= SD_RANGE[0]:
        return f"{critical_prior(sd, words)}."
    return f"{critical_prior(sd, words)}; it survives every wider view centred on no effect."


def critical_density(sd: float | None) -> str:
    """Write the critical prior as a density."""
    return "none" if sd is None else f"N(0, {fixed(sd, 4)}²)"


def null_events(events: float) -> str:
    """Say what the critical prior weighs."""
    return f"That sceptic’s view weighs as much as {number(events, 0)} events that show no difference."


def critical_summary(answer: Answer) -> str:
    """Say in one line which sceptic the claim bears, on the exact curve and by formula."""
    sd, limit = answer.scepticism.critical_sd, answer.scepticism.matthews_limit
    critical = f"{CRITICAL}: {critical_density(sd)}. {capital(critical_sentence(sd, vocabulary(answer.spec)))}"
    return f"{critical} {MATTHEWS}: {'none' if limit is None else ratio(limit)}."


def _falls(words: Vocabulary, low: float, high: float) -> str:
    return f"the claim of {words.claim} falls to a sceptic who holds {_held(low, high)}, or closer to 1"


def _held(low: float, high: float) -> str:
    return f"{LEVEL} of ratios between {ratio(low)} and {ratio(high)}"


CRITICAL, MATTHEWS = "Critical prior", "Matthews’ scepticism limit"


def _alone(answer: Answer) -> ScepticLine:
    if not answer.scepticism.has_estimate:
        return ScepticLine("The data alone", "no estimate", NO_ESTIMATE)
    mode, width = answer.scepticism.likelihood
    value = f"{ratio(math.exp(mode))} ({LEVEL}: {span(math.exp(mode - Z * width), math.exp(mode + Z * width))})"
    return ScepticLine(
        "The data alone",
        value,
        f"The {vocabulary(answer.spec).measure} at which the likelihood is greatest, with the interval that its curvature "
        "implies: what the print says before any prior on the effect.",
    )


def _critical(answer: Answer) -> ScepticLine:
    sd, words = answer.scepticism.critical_sd, vocabulary(answer.spec)
    meaning = capital(critical_sentence(sd, words))
    if sd is not None:
        meaning += f" Searched on the exact curve: under it {words.p_claim} is just {probability(SURVIVES)}."
    return ScepticLine(CRITICAL, critical_density(sd), meaning)


def _matthews(answer: Answer) -> ScepticLine:
    limit, words = answer.scepticism.matthews_limit, vocabulary(answer.spec)
    if not answer.scepticism.has_estimate:
        return ScepticLine(MATTHEWS, "none", NO_ESTIMATE)
    if limit is None:
        return ScepticLine(
            MATTHEWS,
            "none",
            f"The {LEVEL} interval of the data alone includes no effect or shows harm, so there is no claim whose critical prior the formula could give.",
        )
    low, high = sorted((limit, 1 / limit))
    meaning = f"From the data alone by formula: {_falls(words, low, high)}."
    if answer.scepticism.critical_sd is None:
        meaning += (
            " The formula takes the curve for normal; this one has heavier tails, and the exact search above decides."
        )
    return ScepticLine(MATTHEWS, ratio(limit), meaning)


def _e_value(answer: Answer) -> ScepticLine:
    value, name = answer.scepticism.e_value, "E-value of the estimate"
    if not answer.scepticism.has_estimate or value is None:
        return ScepticLine(name, "none", NO_ESTIMATE)
    if value <= 1:
        return ScepticLine(name, number(value, 2), EXPLAINED)
    said = f"{_tied(answer)} {AWAY}{form(answer.spec.measure, answer.scepticism.outcome)}."
    meant = faults([study.design for study in answer.question.studies])
    return ScepticLine(name, number(value, 2), f"{said} {meant}" if meant else said)


def _e_value_ci(answer: Answer) -> ScepticLine:
    value, name = answer.scepticism.e_value_ci, f"E-value of the {LEVEL} limit"
    if value is None:
        return ScepticLine(name, "none", NO_ESTIMATE)
    meaning = (
        f"{_tied(answer)} {MOVED}{form(answer.spec.measure, answer.scepticism.outcome)}."
        if value > 1
        else f"{capital(INCLUDED)}."
    )
    return ScepticLine(name, number(value, 2), meaning)


def _tied(answer: Answer) -> str:
    return tied("this size", adjusted=is_adjusted(answer.question))


REPLICATION = (
    "The sceptical p value of a second study for a first: how far a sceptic, just unconvinced by the first, is convinced by the second "
    "(Held 2020; one-sided, in the direction of the first)."
)


def same_question(pair: Pair) -> str:
    """Say whether two studies ask the same, so that one can replicate the other."""
    if pair.same_question:
        return "yes"
    return f"no: {pair.original.timing} v {pair.replica.timing}"


OTHER_QUESTION = "Studies that treat at different times ask different questions: a sceptical p of such a pair says how well the two agree, not that one repeats the other."

AGAINST = (
    "Bayes factor: how many times better the data are predicted by this prior than by no effect at all, or the other way round "
    f"(Savage–Dickey). Needed: how probable an effect must have been beforehand for {LEVEL} belief in it now. Fail-safe mean: how "
    "pessimistic the centre of a prior of this width may be before the claim falls. Conflict: p of a difference between prior and data at "
    "least as large, if the prior were true (Box 1980)."
)
"""What the columns of the priors against the data hold."""


class AgainstPrior(NamedTuple):
    """One prior of the panel against the data, as text."""

    bayes_factor: str
    needed: str
    fail_safe: str
    conflict: str


def against_prior(one: UnderPrior, sign: int) -> AgainstPrior:
    """Write what the data say for and against one prior."""
    return AgainstPrior(
        _odds(one.bayes_factor.bf10),
        percent(one.bayes_factor.prior_needed()),
        _fail_safe(one.fail_safe_mean, sign),
        ABSENT if one.conflict is None else p_value(one.conflict.p),
    )


def _odds(bf10: float) -> str:
    """Write a Bayes factor on the side where it is above 1."""
    if bf10 >= 1:
        return f"{_size(bf10)} for an effect"
    return f"{_size(1 / bf10)} for none" if bf10 > 0 else "∞ for none"


def _size(x: float) -> str:
    return "∞" if math.isinf(x) else number(x, 1) if x < 100 else number(x, 0)


def _fail_safe(mean: float | None, sign: int) -> str:
    if mean is None:
        return "none"
    return "any" if mean >= FAR else ratio_of(sign * mean)
