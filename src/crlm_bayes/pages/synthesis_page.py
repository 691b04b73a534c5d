"""What the template of a page of several studies is filled with, beside what every analysis has."""

from collections.abc import Mapping
from typing import Any

from crlm_bayes.answers.result import Result
from crlm_bayes.documents.study import title_of
from crlm_bayes.pages.audit_page import findings_of_all
from crlm_bayes.pages.study_page import concerns, shared
from crlm_bayes.pages.tables.members import effect_rows, study_rows
from crlm_bayes.pages.tables.parameters import parameter_rows
from crlm_bayes.prose.several.pooled import assumed, holds, learnt, scatter, studies_in_words, weight_meaning


def synthesis_context(result: Result, figures: Mapping[str, str]) -> dict[str, Any]:
    """Fill the page of an analysis of several studies; what needs pooled effects is empty where arms are compared."""
    variants = result.variants if result.synthesis is not None else None
    found = findings_of_all(result.question)
    return (
        shared(result, figures)
        | concerns(found)
        | {
            "variants": variants,
            "found_all": found,
            "taken": studies_in_words(result),
            "scatter": scatter(result) if variants else "",
            "learnt": learnt(result) if variants else [],
            "holds": holds(variants) if variants else [],
            "weight_meaning": weight_meaning(result, full=True) if variants else "",
            "studies": study_rows(result),
            "effects": effect_rows(result),
            "parameters": parameter_rows(variants) if variants else [],
            "assumed": assumed(variants) if variants else None,
            "titles": {study.id: title_of(study) for study in result.question.studies},
        }
    )
