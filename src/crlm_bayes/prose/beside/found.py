"""What each figure finds, in one sentence before its caption says how to read it; empty where there is nothing to say."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.several.variant import Variant
from crlm_bayes.evidence.values import BinomialEvidence, SurvivalEvidence
from crlm_bayes.prose.robustness import bias, confounding, discount, fallen, is_adjusted
from crlm_bayes.rule import prior_decides, standing
from crlm_bayes.scepticism.critical import SD_RANGE
from crlm_bayes.words.nouns import in_words, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import number, percent, ratio, ratio_estimate, ratio_of, short, span


def panel(answer: Answer) -> str:
    """``Every prior but two keeps the benefit; it falls below sd 0.146``."""
    words, panel = vocabulary(answer.spec), answer.panel
    if answer.question.footing == "what_if":
        ordered = sorted(panel, key=lambda v: words.of_claim(v.p_benefit))
        low, high = (f"{words.chance(v.p_benefit)} ({prior_name(v.prior)})" for v in (ordered[0], ordered[-1]))
        return f"{words.p_claim} runs from {low} to {high}."
    claimed = "harm" if words.harmful else "survives"
    kept = [v.prior for v in panel if standing(v.p_benefit) == claimed]
    lost = [v.prior for v in panel if standing(v.p_benefit) != claimed]
    claim = f"a {words.claim}" if words.safety else f"the {words.claim}"
    if not kept:
        return f"No prior of the panel lets {claim} stand."
    if not lost:
        said = f"Every prior of the panel lets {claim} stand"
    elif len(kept) > len(lost):
        names = listed(map(prior_name, lost), "or the")
        said = f"Every prior but {in_words(len(lost))} lets {claim} stand (not the {names} one)"
    else:
        said = f"Only the {listed(map(prior_name, kept))} prior{'s let' if len(kept) > 1 else ' lets'} {claim} stand"
    return f"{said}{_critical(answer)}."


def _critical(answer: Answer) -> str:
    sd = answer.scepticism.critical_sd
    return "" if sd is None or sd <= SD_RANGE[0] else f"; centred on no effect, it falls below sd {number(sd, 3)}"


def _densities(answer: Answer) -> str:
    words, share, name = vocabulary(answer.spec), answer.prior_share, prior_name(answer.spec.primary)
    primary = next(v for v in answer.panel if v.prior == answer.spec.primary)
    if not answer.scepticism.has_estimate:
        return (
            f"Under the {name} prior the {words.measure} is {ratio(primary.median)}; the data alone give no estimate."
        )
    held = "all" if share >= 1 else percent(share, 0)
    much = f"decides the answer, holding {held} of it" if prior_decides(share) else f"holds {held} of the answer"
    return (
        f"The {name} prior {much}: the {words.measure} is {ratio_of(answer.scepticism.likelihood[0])} by the data "
        f"alone and {ratio(primary.median)} with it."
    )


def _printed(answer: Answer) -> str:
    evidence = answer.question.evidence_of_arms
    if isinstance(evidence, SurvivalEvidence):
        control, treated = (float(x) for x in evidence.printed[-1])
        when = f" at {short(evidence.times[-1])} months"
    elif isinstance(evidence, BinomialEvidence):
        (control, treated), when = evidence.risks, ""
    else:
        return ""
    return f"Printed{when}: {percent(treated)} with the treatment, {percent(control)} without."


def _mean_sd(answer: Answer) -> str:
    sd, words = answer.scepticism.critical_sd, vocabulary(answer.spec)
    if sd is None:
        return f"Centred on no effect no prior, however wide, lets the claim of {words.claim} stand."
    if sd <= SD_RANGE[0]:
        return f"Centred on no effect every prior lets the claim of {words.claim} stand."
    return f"Centred on no effect a prior lets the claim of {words.claim} stand from sd {number(sd, 3)} on."


def _robustness(answer: Answer) -> str:
    found, spec = answer.robustness, answer.spec
    if not found.headline.survives:
        return f"The claim {fallen(found, spec, f'under the {prior_name(spec.primary)} prior')}."
    designs, adjusted = [study.design for study in answer.question.studies], is_adjusted(answer.question)
    overstated, set_aside = bias(found, spec).limit, discount(found, spec).limit
    hidden = confounding(found, spec, designs, adjusted=adjusted).limit
    return (
        f"Under the {prior_name(spec.primary)} prior the claim bears an overstatement of {overstated}, a discount of {set_aside} and, as an "
        f"E-value, confounding of {hidden}."
    )


def _bias_discount(answer: Answer) -> str:
    sd = answer.scepticism.critical_sd
    if sd is None:
        return "As printed, no width of prior lets the claim stand; bias and discount only add to that."
    if sd <= SD_RANGE[0]:
        return ""
    return f"As printed, the claim falls below sd {number(sd, 3)}; bias and discount move that line to wider priors."


def _forest_plot(answer: Answer) -> str:
    words, mu = vocabulary(answer.spec), answer.pooled.mu
    primary = next(v for v in answer.panel if v.prior == answer.spec.primary)
    return (
        f"Pooled under the {prior_name(answer.spec.primary)} prior the {words.measure} is {ratio_estimate(mu.median, mu.interval)}, "
        f"{words.p_claim} {words.chance(primary.p_benefit)}."
    )


def _lines(find: Callable[[Answer], Sequence[Variant]]) -> Callable[[Answer], str]:
    """Say between which two of several lines the probability of the claim runs, and whether the verdict does."""

    def say(answer: Answer) -> str:
        words, lines = vocabulary(answer.spec), sorted(find(answer), key=lambda line: line.p_benefit)
        if len(lines) < 2:
            return ""
        low, high = (lines[-1], lines[0]) if words.harmful else (lines[0], lines[-1])
        said = f"{words.p_claim} runs from {low.p} ({low.what}) to {high.p} ({high.what})"
        if answer.question.footing == "what_if":
            return f"{said}."
        same = len({line.standing for line in lines} | {answer.variants.as_it_is.standing}) == 1
        return f"{said}: {'the verdict is the same throughout' if same else 'the verdict hangs on it'}."

    return say


def _cumulative(answer: Answer) -> str:
    words, lines = vocabulary(answer.spec), answer.variants.cumulative
    if len(lines) < 2:
        return ""
    return f"{words.p_claim} went from {lines[0].p} ({lines[0].what}) to {lines[-1].p} ({lines[-1].what})."


def _heterogeneity(answer: Answer) -> str:
    tau = answer.pooled.tau
    return (
        ""
        if tau is None
        else f"τ, the spread between studies, is {number(tau.median)} ({span(*tau.interval, write=number)})."
    )


def _centres(answer: Answer) -> str:
    found, words = answer.centre_map, vocabulary(answer.spec)
    if found is None:
        return ""
    ends = words.chance(float(found.p_benefit.min())), words.chance(float(found.p_benefit.max()))
    return f"{words.p_claim} runs from {ends[0]} to {ends[1]} over the map."


def _arm_level(answer: Answer) -> str:
    words, v = vocabulary(answer.spec), next(v for v in answer.panel if v.prior == answer.spec.primary)
    return f"Arms with the treatment against arms without it: {words.measure} {ratio(v.median)} ({span(v.lower, v.upper)})."


OF_ALL: Final[Mapping[str, Callable[[Answer], str]]] = {"panel": panel, "densities": _densities}

OF_CLAIMS: Final[Mapping[str, Callable[[Answer], str]]] = {
    "mean_sd": _mean_sd,
    "robustness": _robustness,
    "bias_discount": _bias_discount,
}

OF_ONE: Final[Mapping[str, Callable[[Answer], str]]] = {
    "survival": _printed,
    "probability": _printed,
    "centres": _centres,
}

OF_SEVERAL: Final[Mapping[str, Callable[[Answer], str]]] = {
    "forest_plot": _forest_plot,
    "influence": _lines(lambda answer: answer.variants.without_each),
    "tau_priors": _lines(lambda answer: answer.variants.spreads),
    "cumulative": _cumulative,
    "heterogeneity": _heterogeneity,
}


def findings(answer: Answer) -> dict[str, str]:
    """Say what the figures of an answer find, by the name of the figure."""
    sayers = {**OF_ALL, **(OF_SEVERAL if answer.synthesis is not None else {})}
    if answer.question.footing != "what_if":  # a supposition makes no claim that could fall
        sayers |= OF_CLAIMS
    if not answer.spec.is_synthesis:
        sayers |= OF_ONE
    elif answer.synthesis is None:
        sayers |= {"arm_level": _arm_level}
    return {name: said for name, say in sayers.items() if (said := say(answer))}
