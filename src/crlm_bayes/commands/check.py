"""`check` and `schema`: what is wrong with the documents, and what they may hold."""

import sys
from pathlib import Path
from typing import Any

from crlm_bayes.api import check
from crlm_bayes.documents.admission import AdmissionRegister
from crlm_bayes.documents.claims import ClaimBook
from crlm_bayes.documents.judgements import JudgementBook
from crlm_bayes.documents.prior_book import PriorBook
from crlm_bayes.documents.study import Study
from crlm_bayes.documents.variation.multiverse import AnalysisDocument


def check_rows(data: Path | None, models: Path | None) -> dict[str, Any]:
    """Object of `check --json`."""
    faults, counts = check(data, models)
    return {"faults": faults, **counts}


def print_check(found: dict[str, Any]) -> None:
    """Print each fault to stderr, or that there is none to stdout."""
    for fault in found["faults"]:
        print(f"error: {fault}", file=sys.stderr)
    if not found["faults"]:
        print(f"{found['studies']} studies and {found['analyses']} analyses are valid")


def schemas() -> dict[str, Any]:
    """JSON Schema of the six kinds of document."""
    return {
        "study": Study.model_json_schema(),
        "analysis": AnalysisDocument.model_json_schema(),
        "priors": PriorBook.model_json_schema(),
        "claims": ClaimBook.model_json_schema(),
        "admission": AdmissionRegister.model_json_schema(),
        "judgements": JudgementBook.model_json_schema(),
    }
