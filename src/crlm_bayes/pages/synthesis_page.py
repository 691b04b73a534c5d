"""What the template of a page of several studies is filled with, beside what every analysis has."""

from collections.abc import Mapping
from typing import Any

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.result import Result
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.documents.study import title_of
from crlm_bayes.pages.audit_page import doubts, findings_of_all
from crlm_bayes.pages.study_page import shared
from crlm_bayes.pages.tables.members import effect_rows, study_rows
from crlm_bayes.pages.tables.parameters import parameter_rows
from crlm_bayes.prose.pooled import holds, learnt, scatter, studies_in_words
from crlm_bayes.words.numbers import LEVEL, number, probability, ratio_of, ratio_span, short, span


def synthesis_context(result: Result, figures: Mapping[str, str]) -> dict[str, Any]:
    """Fill the page of an analysis of several studies; what needs pooled effects is empty where arms are compared."""
    variants = result.variants if result.synthesis is not None else None
    found = findings_of_all(result.question)
    return shared(result, figures) | {
        "variants": variants,
        "found_all": found,
        "doubts": doubts(found),
        "taken": studies_in_words(result),
        "scatter": scatter(result) if variants else "",
        "learnt": learnt(result) if variants else [],
        "holds": holds(variants) if variants else [],
        "key": _key(result) if variants else [],
        "studies": study_rows(result),
        "effects": effect_rows(result),
        "parameters": parameter_rows(variants) if variants else [],
        "borrowed": "studies that are discounted"
        if variants and variants.discounted
        else "studies that were not randomised",
        "titles": {study.id: title_of(study) for study in result.question.studies},
        "bases": _bases(result),
        "population": "in patients as these studies enrolled them",
    }


def _key(answer: Answer) -> list[tuple[str, str, str]]:
    """Heading, value and note of what the summary shows beside the pooled ratio."""
    pooled = answer.pooled
    if pooled.tau is None:
        return []
    new = pooled.predictive
    good = new.p_benefit(answer.spec.sign)
    return [
        (
            "Spread of studies, τ",
            number(pooled.tau.median),
            f"{LEVEL}: {span(*pooled.tau.interval, write=number)}",
        ),
        (
            "In a new study",
            ratio_of(new.median),
            f"{LEVEL}: {ratio_span(new.interval)}; good side {probability(good)}",
        ),
    ]


def _bases(answer: Answer) -> list[tuple[str, str]]:
    """What the analysis states beyond the print: study, and on which basis."""
    spec, said = answer.spec, []
    for study in answer.question.studies:
        own = spec.of_study(study.id)
        for stated in (own.effective_n, own.effective_events):
            if stated is not None:
                said.append((title_of(study), f"effective numbers: {stated.basis}"))
        complete = study.complete_follow_up_months
        if study.complete_follow_up_basis and complete is not None and LIKELIHOODS[own.likelihood].intervals:
            months = f"complete follow-up to {short(complete)} months"
            said.append((title_of(study), f"{months}: {study.complete_follow_up_basis}"))
        basis = spec.reading_of(study.id).basis
        if basis:
            said.append((title_of(study), basis))
    return said
