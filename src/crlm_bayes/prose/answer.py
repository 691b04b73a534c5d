"""The answer in plain prose, made from the numbers alone.

A prior is written by its name; probabilities stand in brackets behind it. A safety endpoint speaks of lower risk and of
harm, never of a benefit of treatment.
"""

from collections.abc import Sequence

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.prose.absolute import absolute
from crlm_bayes.prose.index import sentences_of_index
from crlm_bayes.prose.scepticism import critical_prior
from crlm_bayes.rule import SURVIVES, side, standing
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.words.marks import Footing
from crlm_bayes.words.nouns import Vocabulary, capital, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import LEVEL, probability, ratio, span, threshold

__all__ = ["absolute", "answer_of", "sentences_of_index"]


def answer_of(
    spec: AnalysisSpec, panel: Sequence[PriorVerdict], critical_sd: float | None, footing: Footing = "sound"
) -> tuple[str, str]:
    """Say in two sentences what the primary prior makes of the claim, then every other prior, then how sceptical one must be.

    Parameters
    ----------
    panel : sequence of PriorVerdict
        With the primary prior among them.
    critical_sd : float or None
        As in :class:`crlm_bayes.scepticism.panel.Scepticism`.
    footing : str
        What the answer rests on: what is not randomised establishes nothing, and is said to be at face value.
    """
    words = vocabulary(spec)
    primary = next(v for v in panel if v.prior == spec.primary)
    others = [v for v in panel if v.prior != spec.primary]
    said = _primary(words, primary)
    if footing == "face_value" and standing(primary.p_benefit) != "open":
        said = f"At face value {said[:1].lower()}{said[1:]}".replace("is established", "is shown")
    first = f"{said}: {_numbers(words, primary)}."
    sides = _others_on_harm if words.harmful else _others
    second = f"{sides(words, standing(primary.p_benefit), others)}; {critical_prior(critical_sd, words)}."
    return first, second


def estimand(spec: AnalysisSpec) -> str:
    """Say what is estimated, in whom, on which side the good lies, and which ratios matter."""
    words, studies = vocabulary(spec), "these studies" if spec.is_synthesis else "this study"
    below = spec.better == "lower" if not words.harmful else spec.better == "higher"
    good = f"mean a {words.claim} with treatment" if words.safety else "favour the treatment"
    return (
        f"The estimand is the {words.measure} for {words.endpoint}, treatment over control, in patients as {studies} enrolled them. "
        f"Ratios {'below' if below else 'above'} 1 {good}. The smallest ratio worth having (MCID) is "
        f"{threshold(spec.mcid)}; its inverse, {threshold(1 / spec.mcid)}, bounds relevant harm."
    )


def beyond_p_values(words: Vocabulary) -> str:
    """Say what a p value does not tell, and what is told here instead."""
    return (
        f"A p value tells how surprising the data would be if there were no effect. It tells neither how probable a {words.claim} is nor "
        "how large, and it leaves the reader’s scepticism unspoken. Here every degree of scepticism is a prior with a name, and the "
        "answer is given under each."
    )


def beside_ours(words: Vocabulary, ours: str | None, *, pooled: bool) -> str:
    """Say beside which estimate of ours the published results stand."""
    if not ours:
        return "Published results beside ours."
    return f"Published results beside ours: the {'pooled ' if pooled else ''}{words.measure} under the primary prior is {ours}."


def _primary(words: Vocabulary, v: PriorVerdict) -> str:
    prior = f"the primary, {prior_name(v.prior)} prior"
    if words.harmful:
        established = {1: words.claim, -1: words.other}.get(-side(v.p_benefit))
        said = (
            f"a {established} is established"
            if established
            else f"neither a {words.claim} nor a {words.other} is established"
        )
        return f"Under {prior} {said}"
    match standing(v.p_benefit):
        case "survives":
            return f"The {words.claim} survives {prior}"
        case "harm":
            return f"The data point to harm under {prior}"
        case _ if words.safety:
            return f"Under {prior} neither a lower nor a higher risk is established"
    return f"The {words.claim} does not survive {prior}"


def _numbers(words: Vocabulary, v: PriorVerdict) -> str:
    p = f"{words.p_claim} is {words.chance(v.p_benefit)}"
    if standing(v.p_benefit) == "open" and not words.safety:
        p += f", below the {probability(SURVIVES)} that the rule asks for"
    if words.safety or standing(v.p_benefit) == "harm":
        beyond = f"the probability of a relevant harm ({words.harm}) is {probability(v.p_harm)}"
    else:
        beyond = f"the probability of a ratio worth having ({words.worth}) is {probability(v.p_mcid)}"
    estimate = f"the posterior median {words.measure} for {words.endpoint} is {ratio(v.median)} ({LEVEL} interval {span(v.lower, v.upper)})"
    return f"{estimate}, {p}, and {beyond}"


def _others(words: Vocabulary, ours: str, others: Sequence[PriorVerdict]) -> str:
    if not others:
        return "No other prior was put to it"
    groups = {kind: [v for v in others if standing(v.p_benefit) == kind] for kind in ("survives", "open", "harm")}
    if len(groups[ours]) == len(others):
        return f"{_unanimous(words, ours)} ({_each(words, others)})"
    first = next(kind for kind, panel in groups.items() if panel)
    # whether the first sentence was about a claim that survives or not, so that "it" stands for that claim
    told = ours == "survives" or (ours == "open" and not words.safety)
    named = {
        kind: _priors(words, panel, labelled=kind == first, last="or" if kind == "open" and told else "and")
        for kind, panel in groups.items()
        if panel
    }
    also = "also " if ours == first else ""
    it = "it" if told else f"a {words.claim}"
    clauses = []
    if "survives" in named:
        does = "does survive" if ours == "open" and not words.safety else f"{also}survives"
        clauses.append(f"{it} {does} {named['survives']}")
    if "open" in named and told:
        if clauses:
            clauses[0] += f", but not {named['open']}"
        else:
            clauses.append(f"it does not survive {named['open']}{' either' if ours == 'open' else ''}")
    elif "open" in named:
        clauses.append(f"the question stays open under {named['open']}")
    if "harm" in named:
        clauses.append(f"the data {'also ' if ours == 'harm' else ''}point to harm under {named['harm']}")
    return capital("; ".join(clauses))


def _others_on_harm(words: Vocabulary, ours: str, others: Sequence[PriorVerdict]) -> str:
    """Say what the other priors make of a question of harm, which has no side to defend."""
    if not others:
        return "No other prior was put to it"
    groups = {kind: [v for v in others if standing(v.p_benefit) == kind] for kind in ("harm", "open", "survives")}
    if len(groups[ours]) == len(others):
        return f"Every other prior says the same ({_each(words, others)})"
    said = {
        "harm": f"a {words.claim} is established",
        "survives": f"a {words.other} is established",
        "open": "it is not settled",
    }
    first = next(kind for kind, panel in groups.items() if panel)
    clauses = [
        f"{said[kind]} under {_priors(words, panel, labelled=kind == first, last='and')}"
        for kind, panel in groups.items()
        if panel
    ]
    return capital("; ".join(clauses))


def _unanimous(words: Vocabulary, ours: str) -> str:
    match ours:
        case "survives":
            return "It survives every other prior as well"
        case "harm":
            return "Every other prior says the same"
    return "No other prior settles it" if words.safety else "Nor does it survive any other prior"


def _each(words: Vocabulary, panel: Sequence[PriorVerdict]) -> str:
    parts = [
        f"{words.chance(v.p_benefit)} under the {prior_name(v.prior)}{' prior' * (i == 0)}" for i, v in enumerate(panel)
    ]
    return f"{words.p_claim} {listed(parts)}"


def _priors(words: Vocabulary, panel: Sequence[PriorVerdict], *, labelled: bool, last: str) -> str:
    """``the reference (P(benefit) 0.997) and neutral (0.995) priors``."""
    label = f"{words.p_claim} " if labelled else ""
    if len(panel) == 1:
        return f"the {prior_name(panel[0].prior)} prior ({label}{words.chance(panel[0].p_benefit)})"
    names = [f"{prior_name(v.prior)} ({label * (i == 0)}{words.chance(v.p_benefit)})" for i, v in enumerate(panel)]
    return f"the {listed(names, last)} prior{'s' if last == 'and' else ''}"
