"""Hierarchy and exchangeability of an analysis in words: who is taken to be like whom."""

from typing import Final, Literal

from crlm_bayes.answers.question import Question
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.likelihoods.leaves import LEAVES
from crlm_bayes.prose.centres import SENSITIVITY
from crlm_bayes.words.nouns import capital, listed
from crlm_bayes.words.numbers import short, times

COMMON = "Studies share one effect: no scatter between them is allowed."

INTERVALS: Final = {
    "information": "; the effects of the intervals scatter with standard deviation ω, and θ is their average, each weighed by its information",
    "exchangeable": "; the effects of the intervals are exchangeable, drawn around θ with standard deviation ω",
}
"""What θ is where hazards are not proportional, by `average`."""


def hierarchy(question: Question) -> list[str]:
    """Say in a few sentences what is pooled with what, and what is taken to be exchangeable."""
    spec = question.spec
    if spec.structure == "centres":
        return [
            "One study; its centres are taken to be exchangeable: their prognosis and their effects scatter around a common one. "
            + SENSITIVITY
        ]
    if not spec.is_synthesis:
        return ["One study, no hierarchy between studies or centres.", _of_one(spec)]
    return [_between(question), *_apart(question), _within(spec)]


def effect_words(symbol: str, measure: str) -> str:
    """Say what the symbol of the effect stands for."""
    if symbol == "θ":
        return f"θ is the log {measure}, treatment over control."
    return f"μ is the pooled log {measure}, treatment over control; θ_i is that of study i, and what it estimates is θ_i plus its bias b_i."


def weight_words(discount: float | Literal["learnt"]) -> str:
    """Say with which weight the evidence of a study counts."""
    return "weight learnt (δ)" if discount == "learnt" else "in full" if discount == 1 else f"weight {short(discount)}"


def apart_words(spec: AnalysisSpec) -> str:
    """Say how the structure sets a shifted study apart."""
    return "in the group of the moderator" if spec.structure == "meta_regression" else "may be biased"


def _of_one(spec: AnalysisSpec) -> str:
    text = capital(LEAVES[spec.likelihood].EXCHANGEABLE)
    if LIKELIHOODS[spec.likelihood].intervals:
        text += ", and the effect is the same in every interval" if spec.proportional else INTERVALS[spec.average]
    return f"{text}."


def _between(question: Question) -> str:
    match question.spec.structure:
        case "common":
            return COMMON
        case "arm_level":
            return (
                "Arms are compared across studies, whatever study they belong to: the comparison inside each study, and with it "
                "randomisation, is given up. Logits of arms are exchangeable on each side, with standard deviation τ."
            )
        case "meta_regression":
            return (
                "Effects are exchangeable within each of two groups of studies, with one standard deviation τ; μ is the mean of those "
                "outside the group of the moderator, and the group differs from them by γ."
            )
    return (
        "The effects of the studies are exchangeable: nothing is known beforehand that makes one larger than another, and they scatter "
        "around μ with standard deviation τ. Each is drawn towards μ by as much as its own data are few."
    )


def _apart(question: Question) -> list[str]:
    """What sets some of the studies apart."""
    spec, studies = question.spec, {study.id: study for study in question.studies}
    said = []
    shifted = _names(studies, question, "shifted")
    if spec.structure == "bias_adjusted" and shifted:
        said.append(
            f"What {listed(shifted)} estimate{'s' if len(shifted) == 1 else ''} may be off by a bias, because treatment was not randomised: biases are "
            "exchangeable among such studies, around a mean bias β with standard deviation σ_b. Randomised studies are taken to be free of it."
        )
    if spec.structure == "meta_regression" and spec.moderator is not None:
        said.append(
            f"In the group are the studies whose {spec.moderator.key} is {listed(spec.moderator.levels, 'or')}: {listed(shifted)}."
        )
    fixed = [
        f"{title_of(studies[name])} ({times(own.discount)})"
        for name, own in spec.per_study.items()
        if isinstance(own.discount, float) and own.discount < 1
    ]
    if fixed:
        said.append(
            f"The log likelihood of {listed(fixed)} is multiplied by a stated weight: {'they answer' if len(fixed) > 1 else 'it answers'} a neighbouring question."
        )
    learnt = _names(studies, question, "learnt")
    if learnt:
        said.append(
            f"{listed(learnt)} count with one common weight δ between 0 and 1, which is learnt from how well they agree with the rest."
        )
    return said


def _names(studies: dict[str, Study], question: Question, flag: str) -> list[str]:
    members = getattr(question.evidence, "members", ())
    return [title_of(studies[member.study]) for member in members if getattr(member, flag)]


def _within(spec: AnalysisSpec) -> str:
    found = dict.fromkeys(
        [spec.likelihood]
        if spec.structure == "arm_level"
        else [spec.of_study(name).likelihood for name in spec.studies]
    )
    return f"Within a study {'; '.join(LEAVES[likelihood].EXCHANGEABLE for likelihood in found)}."
