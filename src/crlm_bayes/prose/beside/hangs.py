"""The verdict with what it hangs on, in the same breath: no claim is told to stand without what would bring it down."""

import math
from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.documents.study import said_to_be, title_of
from crlm_bayes.prose.beside.doubts import deciding
from crlm_bayes.prose.robustness import needed
from crlm_bayes.rule import standing
from crlm_bayes.words.nouns import Vocabulary, capital, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import estimate, percent, ratio_of


class Headline(NamedTuple):
    """The verdict under the primary prior, and what it hangs on: one sentence in two pieces, the first to be stressed."""

    verdict: str
    hangs: str


def headline(answer: Answer) -> Headline:
    """Say the verdict under the primary prior and what it hangs on; of a supposition, what would follow, without a verdict."""
    if answer.question.footing == "what_if":
        return _supposed(answer)
    words, kind = vocabulary(answer.spec), standing(_p(answer))
    verdict = _of_harm(answer, words, kind) if words.harmful else _of_benefit(answer, words, kind)
    if answer.robustness.headline.survives:
        hangs = f"{_falls(answer)}{_allowing(answer, words)}."
    elif kind != "open":  # the other side of what is claimed is established
        hangs = f"{_elsewhere(answer, kind)}{_allowing(answer, words)}."
    else:
        lacks = needed(answer.robustness, answer.spec)
        hangs = f"{_elsewhere(answer, kind)}.{f' {lacks}' if lacks else ''}"
    return Headline(verdict, f"{hangs} {deciding(answer)}".rstrip())


def _p(answer: Answer) -> float:
    return next(v.p_benefit for v in answer.panel if v.prior == answer.spec.primary)


def _supposed(answer: Answer) -> Headline:
    words, v = vocabulary(answer.spec), next(v for v in answer.panel if v.prior == answer.spec.primary)
    return Headline(
        "A supposition, so there is no verdict.",
        f" If it held, the {words.measure} under the {prior_name(v.prior)} prior would be {estimate(v.median, v.lower, v.upper)} "
        f"and {words.p_claim} {words.chance(v.p_benefit)}.",
    )


def _of_benefit(answer: Answer, words: Vocabulary, kind: str) -> str:
    under, face = f"the {prior_name(answer.spec.primary)} prior", answer.question.footing == "face_value"
    match kind:
        case "survives":
            said = f"the {words.claim} survives {under}"
        case "harm":
            said = f"the data point to {'a higher risk' if words.safety else 'harm'} under {under}"
        case _ if words.safety:
            return _neither(words, under)
        case _:
            return f"The {words.claim} does not survive {under}"
    return f"At face value {said}" if face else capital(said)


def _of_harm(answer: Answer, words: Vocabulary, kind: str) -> str:
    under, face = f"the {prior_name(answer.spec.primary)} prior", answer.question.footing == "face_value"
    if kind == "open":
        return _neither(words, under)
    said = f"a {words.claim if kind == 'harm' else words.other} is {'shown' if face else 'established'} under {under}"
    return f"At face value {said}" if face else capital(said)


def _neither(words: Vocabulary, under: str) -> str:
    first, second = words.claim.split(" ", 1)[0], words.other
    return f"Neither a {first} nor a {second} is established under {under}"


def _falls(answer: Answer) -> str:
    """Say what brings a claim down that stands, by the numbers of its robustness."""
    borne, strains = answer.robustness.headline, []
    if borne.bias is not None and not math.isinf(borne.bias):
        strains.append(f"it is overstated by a factor of {ratio_of(borne.bias)}")
    if borne.discount is not None and borne.discount < 1:
        strains.append(f"{percent(borne.discount, 0 if borne.discount > 0.02 else 1)} of the evidence is set aside")
    if answer.decisive:
        strains.append(f"{listed((title_of(study) for study in answer.decisive), 'or')} is left out")
    if not strains:
        return ", and no overstatement up to a hundredfold overturns it"
    return f", but {'no longer' if answer.spec.asks == 'harm' else 'falls'} if {listed(strains, 'or if')}"


def _elsewhere(answer: Answer, kind: str) -> str:
    """Say what other priors of the panel make of it where nothing is claimed that could fall."""
    under = "" if kind == "open" and not vocabulary(answer.spec).safety else "under "
    others = [v for v in answer.panel if v.prior != answer.spec.primary]
    another = [v for v in others if standing(v.p_benefit) != kind]
    if not others:
        return ""
    if not another:
        return f", nor {under}any other of the panel" if kind == "open" else ", as under every other of the panel"
    names = listed((prior_name(v.prior) for v in another), "or")
    settled = f"nor {under}any other but" if kind == "open" else "as under every other but"
    return f", {settled} the {names}"


def _allowing(answer: Answer, words: Vocabulary) -> str:
    """Say whether the verdict holds where the bias of a design is allowed for; empty where none may be."""
    if answer.allowing_for_bias is None:
        return ""
    p = next(v.p_benefit for v in answer.allowing_for_bias if v.prior == answer.spec.primary)
    doubted = "only said to be randomised" if said_to_be(answer.question.study) else "not randomised"
    now, ours = standing(p), standing(_p(answer))
    if words.safety:
        verb = "it still is" if now == ours else "it is not established"
    else:
        verb = "it still does" if now == ours else "it does not survive"
    return f"; allowing for the bias of a study that is {doubted}, {verb} ({words.p_claim} {words.chance(p)})"
