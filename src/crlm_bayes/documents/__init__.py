"""Published data: what papers print, number by number, never corrected."""

from crlm_bayes.documents.claims import CLAIMS_FILE, Claim, check_claims, read_claims
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.reader import read_studies, read_study, study_paths
from crlm_bayes.documents.study import Study

__all__ = [
    "CLAIMS_FILE",
    "Claim",
    "PrintedNumber",
    "Study",
    "check_claims",
    "read_claims",
    "read_studies",
    "read_study",
    "study_paths",
]
