"""What an analysis cannot say, in words: from its design, its print and its model."""

from collections.abc import Iterator
from typing import Final

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.several.pooled_view import FUNNEL
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.documents.study import title_of
from crlm_bayes.evidence.values import RatioEvidence, SynthesisEvidence
from crlm_bayes.likelihoods.leaves import LEAVES
from crlm_bayes.prose.captions import ARMS_COMPARED
from crlm_bayes.prose.centres import SENSITIVITY
from crlm_bayes.prose.robustness import is_adjusted
from crlm_bayes.words.nouns import DESIGNS, capital, endpoint_noun, in_words, listed
from crlm_bayes.words.numbers import short

SECOND_HAND = "another paper’s account"
"""Where the numbers of a paper come from that was not read."""

CONFOUNDED = "Confounding is not modelled here: the interval says what chance can do, not what selection can do."

REANALYSIS = (
    "This is a reanalysis made after the results were published. Priors, structure, the smallest ratio worth having and the rule are fixed in "
    "documents whose digests are given here, but they were written with the results in print.",
    "It rests on published summaries, not on the data of single patients: no covariate, censoring time or subgroup can be looked at again.",
    "Printed numbers are rounded, and they are taken at their printed value.",
)


def limits_of(answer: Answer) -> list[str]:
    """List the limits of an analysis, the gravest first."""
    return limits_of_synthesis(answer) if answer.spec.is_synthesis else _limits_of_one(answer)


def _limits_of_one(answer: Answer) -> list[str]:
    spec, study, evidence = answer.spec, answer.question.study, answer.question.evidence
    said = []
    if study.design != "rct":
        said.append(
            f"The study is a {DESIGNS[study.design]}. Who was treated was not left to chance. {CONFOUNDED} The E-value tells how strong "
            "confounding would have to be."
        )
    said += [f"{capital(way)}: {what}." for way, what in biases_of(answer)]
    said += [
        *REANALYSIS,
        "It is one reading of the print. Other defensible readings of the same paper are analyses of their own: the page "
        "of all analyses puts them side by side. Readings of the same patients are never multiplied together.",
    ]
    if spec.structure == "centres":
        said.append(SENSITIVITY)
    said += LEAVES[spec.likelihood].limits(spec, study, evidence)
    if study.source == "secondary":
        said.append(f"The paper itself was not read: its numbers come from {SECOND_HAND}.")
    return said


BIASES: Final = {
    "confounding": "confounding by the choice of treatment",
    "selection": "selection of patients by what came later",
    "adjusted_after_treatment": "adjustment for what came after the treatment",
    "measurement": "an outcome that was measured unequally",
}
"""Ways in which a comparison may be biased."""


def biases_of(answer: Answer) -> list[tuple[str, str]]:
    """Name the ways in which what the paper describes may bias this analysis; of adjustment only where it is adjusted."""
    adjusted = is_adjusted(answer.question)
    found = [entry for entry in answer.question.study.biases if adjusted or entry.kind != "adjusted_after_treatment"]
    return [(BIASES[entry.kind], entry.says) for entry in found]


CONVERTED = ("logrank", "percent", "observed_expected")
"""Readings that give numbers only by way of an assumption."""

FEW = 5
"""With fewer studies than this the spread between them is known from its prior rather than from the data."""


def limits_of_synthesis(answer: Answer) -> list[str]:
    """List the limits of an analysis of several studies, the gravest first."""
    return [*_of_structure(answer), *_of_studies(answer), *_of_print(answer), *_of_all(answer)]


def _of_structure(answer: Answer) -> Iterator[str]:
    spec, studies = answer.spec, answer.question.studies
    observational = [title_of(study) for study in studies if study.design != "rct"]
    if spec.structure == "arm_level":
        yield (
            f"{ARMS_COMPARED}. Nothing makes arms of different studies comparable: this is weaker than any other way to take them."
        )
    if observational:
        said = f"{listed(observational)} {'was' if len(observational) == 1 else 'were'} not randomised. "
        yield said + (
            "Their bias is modelled, but nothing in the data tells how large it is: what is said of it is mostly its prior."
            if spec.structure == "bias_adjusted"
            else CONFOUNDED
        )
    if spec.structure == "common":
        yield "One effect in all studies is an assumption; where effects differ, the interval is too narrow."
    elif spec.structure != "arm_level":
        yield (
            "Exchangeability is an assumption: the studies differ in timing, regimen and patients, and the model knows these differences only as "
            "scatter. The pooled effect is the mean of such studies, not that of any one group of patients."
        )
    if len(studies) < FEW and spec.structure != "common":
        yield f"With {in_words(len(studies))} studies the spread between them is hardly learnt from the data: its prior decides how far the interval of the pooled effect reaches."
    discounts = [title_of(s) for s in studies if spec.reading_of(s.id).discount != 1]
    if discounts:
        yield (
            f"{listed(discounts)} answer a neighbouring question. How much they should count is a judgement; the conclusion is shown for every weight from "
            "nothing to all."
        )


def _of_studies(answer: Answer) -> Iterator[str]:
    studies = answer.question.studies
    doubtful = [title_of(study) for study in studies if study.relevance == "doubtful"]
    if doubtful:
        yield f"{listed(doubtful)} {'is' if len(doubtful) == 1 else 'are'} held to be doubtful by the collection itself."
    serious = dict.fromkeys(f.study for f in answer.question.findings if f.severity == "serious")
    if serious:
        names = listed(title_of(answer.question.audits[name].study) for name in serious)
        yield (
            f"Numbers of {names} contradict each other and are taken all the same, accepted by name. A contradiction tells nothing of its cause, and the model "
            "cannot weigh it; the answer without them is shown."
        )
    second = [title_of(study) for study in studies if study.source == "secondary"]
    if second:
        yield f"{listed(second)} {'was' if len(second) == 1 else 'were'} not read: the numbers come from {SECOND_HAND}."
    yield (
        "The risk of bias of the studies is shown by design, source and audit; no formal tool (RoB 2, ROBINS-I) was applied, by one person or by two."
    )
    yield (
        "Whether some patients are counted in two studies cannot be told from what is printed. Studies are taken to be independent."
    )
    yield (
        "The studies were named by the analysis document, not found by a systematic search of its own. What was never published, or published only where "
        "it was significant, is missing, and no model here corrects for it"
        + ("." if len(studies) >= FUNNEL else f"; with fewer than {in_words(FUNNEL)} studies no funnel could show it.")
    )


def _of_print(answer: Answer) -> Iterator[str]:
    spec, evidence = answer.spec, answer.question.evidence
    titles = {study.id: title_of(study) for study in answer.question.studies}
    endpoints = dict.fromkeys(spec.of_study(name).endpoint for name in spec.studies)
    if len(endpoints) > 1:
        yield (
            f"{listed(endpoint_noun(e) for e in endpoints).capitalize()} are pooled as one: they begin at different times and count different events, and a ratio of one "
            "need not be that of another."
        )
    if isinstance(evidence, SynthesisEvidence):
        converted = [titles[name] for name in spec.studies if spec.of_study(name).reading in CONVERTED]
        if converted:
            yield (
                f"The numbers of {listed(converted)} are reconstructed, from percentages or from a test and a number of events; each step is stated with the rows. "
                "Their size is right where hazards are proportional and nobody was left out."
            )
        stated = [titles[name] for name in spec.studies if _has_stated_numbers(answer, name)]
        if stated:
            yield f"For {listed(stated)} the number of patients or events behind the print is stated by the analysis, on the basis given with it."
        lost = [titles[m.study] for m in evidence.members if _without_direction(m.evidence)]
        if lost:
            yield (
                f"What was read of {listed(lost)} does not say which arm did better. Both directions are taken as equally likely, which can only dilute what they say."
            )


def _has_stated_numbers(answer: Answer, name: str) -> bool:
    own = answer.spec.of_study(name)
    return own.effective_n is not None or own.effective_events is not None


def _without_direction(evidence: object) -> bool:
    return isinstance(evidence, RatioEvidence) and evidence.direction == "unknown"


def _of_all(answer: Answer) -> Iterator[str]:
    yield from REANALYSIS
    if answer.spec.measure == "hr":
        yield (
            "Hazards are taken as proportional over the time that each study followed its patients; follow-up differs between studies."
        )
    if answer.synthesis is not None:
        yield "Absolute effects put the pooled ratio on one printed control risk, taken as known; other patients have other risks."
    yield "It is one way of taking these studies together. Others are shown on this page and on the page of all analyses; they rest on the same patients and are never multiplied together."


def bases(answer: Answer) -> list[tuple[str, str]]:
    """Say what an analysis states beyond the print: study, and on which basis."""
    spec, said = answer.spec, []
    for study in answer.question.studies:
        own = spec.of_study(study.id) if spec.is_synthesis else spec
        for stated in (own.effective_n, own.effective_events):
            if stated is not None:
                said.append((title_of(study), f"effective numbers: {stated.basis}"))
        complete = study.complete_follow_up_months
        if study.complete_follow_up_basis and complete is not None and LIKELIHOODS[own.likelihood].intervals:
            months = f"complete follow-up to {short(complete)} months"
            said.append((title_of(study), f"{months}: {study.complete_follow_up_basis}"))
        basis = spec.reading_of(study.id).basis if spec.is_synthesis else ""
        if basis:
            said.append((title_of(study), basis))
    return said
