"""How much scepticism the claim bears: each number with one plain sentence, and each missing number explained."""

import math
from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.prose.answer import critical_range
from crlm_bayes.rule import SURVIVES, Z
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import LEVEL, fixed, number, probability, ratio, span


class ScepticLine(NamedTuple):
    """A name, its value as text, and what it means."""

    name: str
    value: str
    meaning: str


def scrutiny(answer: Answer) -> list[ScepticLine]:
    """List the data alone, the critical prior, Matthews' limit and the E-values."""
    return [_alone(answer), _critical(answer), _matthews(answer), _e_value(answer), _e_value_ci(answer)]


NO_ESTIMATE = (
    "The data alone give no estimate: the likelihood does not fall on both sides, so any larger effect fits as well."
)


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
    name = "Critical prior"
    if sd is None:
        return ScepticLine(
            name,
            "none",
            f"No prior centred on no effect, however wide, lets {words.p_claim} reach {probability(SURVIVES)}: there is no claim for a sceptic to overturn.",
        )
    return ScepticLine(
        name,
        f"sd {number(sd, 3)}: {LEVEL} of ratios between {' and '.join(ratio(x) for x in critical_range(sd))}",
        f"The most sceptical prior centred on no effect under which {words.p_claim} still reaches {probability(SURVIVES)}, searched on the "
        "exact curve: the claim survives every wider one and falls to a slightly narrower one.",
    )


def _matthews(answer: Answer) -> ScepticLine:
    limit, name = answer.scepticism.matthews_limit, "Matthews’ scepticism limit"
    if not answer.scepticism.has_estimate:
        return ScepticLine(name, "none", NO_ESTIMATE)
    if limit is None:
        return ScepticLine(
            name,
            "none",
            f"The {LEVEL} interval of the data alone includes no effect or shows harm, so there is no claim whose critical prior the formula could give.",
        )
    bounds = " and ".join(ratio(x) for x in sorted((limit, 1 / limit)))
    meaning = f"From the data alone by formula: the claim falls to a sceptic who already holds {LEVEL} of ratios between {bounds}, or closer to 1."
    if answer.scepticism.critical_sd is None:
        meaning += (
            " The formula takes the curve for normal; this one has heavier tails, and the exact search above decides."
        )
    return ScepticLine(name, ratio(limit), meaning)


def _e_value(answer: Answer) -> ScepticLine:
    name = "E-value of the estimate"
    if not answer.scepticism.has_estimate:
        return ScepticLine(name, "none", NO_ESTIMATE)
    meaning = (
        "To explain the estimate away entirely, something unmeasured would have to be tied to the treatment and to the outcome by a risk "
        "ratio of this size each (the outcome taken as common)."
    )
    designs = [study.design for study in answer.question.studies]
    if all(design == "rct" for design in designs):
        who = "The study is randomised" if len(designs) == 1 else "All studies are randomised"
        meaning += f" {who}, so this concerns faults of conduct rather than confounding."
    elif "rct" in designs:
        meaning += (
            " Some of the studies are randomised: of these it concerns faults of conduct rather than confounding."
        )
    return ScepticLine(name, number(answer.scepticism.e_value, 2), meaning)


def _e_value_ci(answer: Answer) -> ScepticLine:
    value, name = answer.scepticism.e_value_ci, f"E-value of the {LEVEL} limit"
    if value is None:
        return ScepticLine(name, "none", NO_ESTIMATE)
    if value <= 1:
        return ScepticLine(
            name,
            number(value, 2),
            "The interval of the data alone already includes no effect: nothing unmeasured is needed to explain it.",
        )
    return ScepticLine(
        name,
        number(value, 2),
        "The same for the limit nearest no effect: what it would take for the interval to include it.",
    )


def confounding_words(e_value: float | None, e_value_ci: float | None, measure: str, *, adjusted: bool = True) -> str:
    """Say in one sentence what the E-values of an estimate and of its limit nearest no effect mean.

    Parameters
    ----------
    adjusted : bool
        Whether the estimate is adjusted; one that is not can be explained by measured factors too.
    """
    who = "An unmeasured factor" if adjusted else "A factor that the estimate is not adjusted for"
    beyond = ", above and beyond the measured ones," if adjusted else ""
    common = "" if measure == "rr" else " (the outcome taken as common)"
    if e_value is None or e_value_ci is None:
        return "The data alone give no estimate, so there is none to explain away."
    if e_value <= 1:
        return "The estimate itself is no effect: nothing unmeasured is needed to explain it."
    rest = (
        f"{number(e_value_ci)} to move the interval to include no effect"
        if e_value_ci > 1
        else "the interval includes no effect without it"
    )
    return (
        f"{who} would have to be associated with both treatment and outcome by a risk ratio of {number(e_value)} each"
        f"{beyond} to explain the estimate away; {rest}{common}."
    )


def critical_sentence(sd: float | None) -> str:
    """Say which sceptical prior the claim just survives."""
    if sd is None:
        return "Critical prior: none; the benefit survives no prior N(0, sd²) centred on no effect."
    reach = math.exp(Z * sd)
    between = f"{LEVEL} of ratios between {ratio(1 / reach)} and {ratio(reach)}"
    return f"Critical prior: N(0, {fixed(sd, 4)}²), {between}; a narrower one is not convinced."
