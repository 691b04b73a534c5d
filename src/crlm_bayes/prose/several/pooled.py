"""The first screen of a synthesis: which studies, how they scatter, and whether the answer holds without some of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.several.variant import Variant
from crlm_bayes.answers.several.variants import Variants
from crlm_bayes.documents.study import Study, said_to_be, title_of
from crlm_bayes.prose.several.hierarchy import COMMON
from crlm_bayes.rule import standing
from crlm_bayes.words.nouns import Vocabulary, capital, endpoint_noun, in_words, listed, vocabulary
from crlm_bayes.words.numbers import (
    LEVEL,
    number,
    percent,
    probability,
    ratio_estimate,
    ratio_of,
    ratio_span,
    short,
    span,
)

OVERSTATED = 1.25
"""Factor of overstatement that the first screen speaks of; the page has others."""


class Held(NamedTuple):
    """A doubt, and what it does to the answer."""

    doubt: str
    answer: str


def studies_in_words(answer: Answer) -> str:
    """Say which studies are taken together, how many patients they have, and how many of them were randomised."""
    studies = answer.question.studies
    randomised = [study for study in studies if study.design == "rct"]
    rest = [study for study in studies if study.design != "rct"]
    parts = []
    if randomised:
        kind = "randomised trial" if len(randomised) == 1 else "randomised trials"
        parts.append(
            f"{in_words(len(randomised))} {kind} ({listed(_named(s) for s in randomised)}; {_patients(randomised)})"
        )
    if rest:
        kind = f"stud{'y' if len(rest) == 1 else 'ies'} that {'was' if len(rest) == 1 else 'were'} not"
        kind += "" if randomised else " randomised"
        parts.append(f"{in_words(len(rest))} {kind} ({listed(title_of(s) for s in rest)}; {_patients(rest)})")
    said = f"{capital(listed(parts))} {'is' if len(studies) == 1 else 'are'} taken together."
    pooled = _endpoints(answer)
    return f"{said} {pooled}" if pooled else said


def _named(study: Study) -> str:
    return f"{title_of(study)}, which is only said to be" if said_to_be(study) else title_of(study)


def studies_counted(n: int) -> str:
    """Write a number of studies: ``one study``, ``two studies``."""
    return f"{in_words(n)} stud{'y' if n == 1 else 'ies'}"


def _patients(studies: Sequence[Study]) -> str:
    known = [study.patients for study in studies if study.patients is not None]
    missing = len(studies) - len(known)
    if not known:
        return "patients not printed"
    text = f"{number(sum(known), 0)} patients"
    return text if not missing else f"{text}, {studies_counted(missing)} without a number"


def _endpoints(answer: Answer) -> str:
    """Name the endpoints where they are not one."""
    spec, titles = answer.spec, {study.id: title_of(study) for study in answer.question.studies}
    other: dict[str, list[str]] = {}
    for name in spec.studies:
        if (endpoint := spec.of_study(name).endpoint) != spec.endpoint:
            other.setdefault(endpoint, []).append(titles[name])
    if not other:
        return ""
    named = [f"{endpoint_noun(endpoint)} ({listed(names)})" for endpoint, names in other.items()]
    return f"Counted as {endpoint_noun(spec.endpoint)}: also {listed(named)}."


def scatter(answer: Answer) -> str:
    """Say how much the effects differ between studies, and what that means for a new one."""
    spec, pooled, words = answer.spec, answer.pooled, vocabulary(answer.spec)
    if pooled.tau is None:
        return COMMON
    tau, new = pooled.tau, pooled.predictive
    good = new.p_benefit(spec.sign)
    where = f"with P({words.claim})" if words.harmful else "on the good side with probability"
    return (
        f"Between studies the log {words.measure} scatters with a standard deviation τ of {number(tau.median)} ({LEVEL} interval "
        f"{span(*tau.interval, write=number)}). In a new study of this kind the {words.measure} is predicted to be {ratio_of(new.median)} "
        f"({LEVEL} prediction interval {ratio_span(new.interval)}), {where} {words.chance(good)}."
    )


WEIGHT = "Weight: the share of a study, and of the prior, in the pooled mean"

NEGATIVE = "it is below 0 where a study lies so far out that it makes the others count for less"


def weight_meaning(answer: Answer, *, full: bool) -> str:
    """Say what a weight is; in full, how it is measured."""
    negative = any(weight.share < 0 for weight in answer.pooled.weights)
    if not full:
        return f"{WEIGHT}; {NEGATIVE}." if negative else f"{WEIGHT}."
    said = (
        f"{WEIGHT}, which is how far the mean moves when what the study says is moved by a little, as a share of that little. All weights "
        "add up to 1."
    )
    return f"{said} {capital(NEGATIVE)}." if negative else said


def weights(answer: Answer) -> str:
    """Say how much each study, and the prior, moves the pooled mean."""
    shares = listed(f"{weight.name} {percent(weight.share)}" for weight in answer.pooled.weights)
    return f"Weights in the pooled mean: {shares}."


class AssumedWords(NamedTuple):
    """What tables of P(benefit) by an assumption hold, and where the verdict turns."""

    weights: str
    weight_turns: str
    factors: str
    factor_turns: str


def assumed(v: Variants) -> AssumedWords:
    """Say what the tables by weight and by bias hold; what there is no table of is empty."""
    words = vocabulary(v.spec)
    start = f"{words.p_claim} under each prior,"
    whose = "studies that are discounted" if v.discounted else "studies that were not randomised"
    known = ": mean and spread of the bias are then not estimated" * (v.spec.structure == "bias_adjusted")
    return AssumedWords(
        f"{start} by the weight of {whose}: left out, in part, in full." if v.borrowing else "",
        _turns(v.borrowing.tipping, "weight", "weight", words) if v.borrowing else "",
        f"{start} if every study that was not randomised overstates the {words.claim} by a factor that is known{known}."
        if v.bias
        else "",
        _turns(v.bias.tipping, "factor", "such factor up to 2", words) if v.bias else "",
    )


def _turns(tipping: Sequence[str], what: str, tried: str, words: Vocabulary) -> str:
    if tipping:
        return f"Under the primary prior the verdict turns at a {what} of {listed(tipping)}."
    return f"Under the primary prior no {tried} changes whether the {words.claim} survives."


def learnt(answer: Answer) -> list[str]:
    """Say what is learnt of bias, of the group of a moderator, and of a discount."""
    spec, pooled, words = answer.spec, answer.pooled, vocabulary(answer.spec)
    said = []
    if pooled.beta is not None:
        shown = ratio_estimate(pooled.beta.median, pooled.beta.interval)
        if spec.structure == "meta_regression" and spec.moderator is not None:
            group = listed((level.replace("_", " ") for level in spec.moderator.levels), "or")
            said.append(
                f"The {words.measure} is that of the studies outside the group; in the group ({spec.moderator.key}: {group}) it is times {shown}."
            )
        else:
            said.append(
                f"Studies that were not randomised are estimated to print the {words.measure} times {shown} (mean bias β)."
            )
    if pooled.delta is not None:
        delta = pooled.delta
        said.append(
            f"The weight δ of the discounted studies is learnt as {number(delta.median)} ({LEVEL} interval {span(*delta.interval, write=number)}); "
            "0 would leave them out, 1 take them in full."
        )
    return said


def holds(variants: Variants) -> list[Held]:
    """Say what becomes of the answer under each doubt, the gravest first."""
    return list(_holds(variants))


def _holds(v: Variants) -> Iterator[Held]:
    ours = v.as_it_is
    lines = sorted(v.without_each, key=lambda line: vocabulary(v.spec).of_claim(line.p_benefit))
    if len(lines) > 2:
        yield Held("Without any one study", _without_one(lines, ours, _p(v)))
    else:
        yield Held("Each study alone", _each_alone(v))
    if v.without_doubtful is not None and len(v.names) > 2:
        names = listed(v.names[name] for name in v.doubtful)
        yield Held(
            f"Without {names}, whose numbers taken here have serious audit findings", _now(v.without_doubtful, ours, v)
        )
    elif v.doubtful and v.without_doubtful is None:
        yield Held("Without the studies with serious audit findings", "nothing is left: every study has them.")
    if v.said_to_be_randomised is not None:
        line = v.said_to_be_randomised
        yield Held(f"If {line.what} as well", _now(line, ours, v))
    if v.randomised_alone is not None and len(v.names) > 2:
        yield Held("Randomised studies alone", _now(v.randomised_alone, ours, v))
    p = v.p_overstated(OVERSTATED)
    if p is not None:
        face = "" if v.at_face_value is None else f" Taken at face value they would give {_p(v)} {v.at_face_value.p}."
        yield Held(
            f"If studies that were not randomised overstate the {vocabulary(v.spec).claim} by a factor of {short(OVERSTATED)}",
            f"{_p(v)} is {probability(p)}{_kept(standing(vocabulary(v.spec).of_claim(p)), ours.standing, v)}.{face}",
        )
    if v.direct_alone is not None and v.in_full is not None:
        yield Held(
            "If the discounted studies count for nothing",
            f"{_now(v.direct_alone, ours, v)} In full they would give {_p(v)} {v.in_full.p}.{indirect_share(v)}",
        )
    if v.common is not None:
        yield Held("If all studies shared one effect", _now(v.common, ours, v))


def indirect_share(v: Variants) -> str:
    """Say how much of the pooled mean indirect evidence holds; empty where there is none."""
    share = v.view.indirect_share
    return "" if share is None else f" As analysed, indirect evidence holds {percent(share, 0)} of the pooled mean."


def _p(v: Variants) -> str:
    return vocabulary(v.spec).p_claim


def _without_one(lines: Sequence[Variant], ours: Variant, p: str) -> str:
    low, high = lines[0], lines[-1]
    said = f"{p} runs from {low.p} ({low.what}) to {high.p} ({high.what})"
    changed = [line.what for line in lines if line.standing != ours.standing]
    if not changed:
        return f"{said}: no single study decides the verdict."
    return f"{said}; the verdict is another {listed(changed, 'or')}."


def _each_alone(v: Variants) -> str:
    """Of two studies: what is left when the other is left out."""
    names = [line.study.id for group in v.view.groups for line in group.lines]
    parts = [
        f"{v.names[other]} alone gives {_p(v)} {line.p}{_kept(line.standing, v.as_it_is.standing, v)}"
        for line, other in zip(v.without_each, reversed(names), strict=True)
    ]
    return f"{'; '.join(parts)}.{_why_less(v)}"


def _why_less(v: Variants) -> str:
    """Say why two studies that both show something show less together than one of them; empty where they do not."""
    words, ours = vocabulary(v.spec), v.as_it_is
    best = max(words.of_claim(line.p_benefit) for line in v.without_each)
    if v.common is None or best <= words.of_claim(ours.p_benefit):
        return ""
    return (
        f" Together they say less than one of them alone ({probability(best)}), because the question is another: the mean of such studies, of "
        f"which one by itself tells nothing. Two studies hardly tell how far effects scatter, so the prior of τ decides how far the interval reaches; with one effect in both "
        f"{_p(v)} would be {v.common.p}."
    )


def _now(line: Variant, ours: Variant, v: Variants) -> str:
    measure = vocabulary(v.spec).measure
    left = f" ({studies_counted(line.studies)})" if line.studies != ours.studies else ""
    return f"the {measure} is {line.ratio} ({line.interval}) and {_p(v)} {line.p}{left}{_kept(line.standing, ours.standing, v)}."


def _kept(now: str, ours: str, v: Variants) -> str:
    if now == ours:
        return ": the same verdict"
    words = vocabulary(v.spec)
    if words.harmful:
        established = {
            "harm": f": a {words.claim} would be established",
            "survives": f": a {words.other} would be established",
        }
        return established.get(now, ": it would not be settled")
    return {"survives": ": it would survive", "open": ": it would not survive", "harm": ": it would point to harm"}[now]
