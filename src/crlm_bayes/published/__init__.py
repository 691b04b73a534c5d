"""Published data: what papers print, number by number, never corrected."""

from crlm_bayes.published.claims import CLAIMS_FILE, Claim, check_claims, read_claims
from crlm_bayes.published.numbers import PrintedNumber
from crlm_bayes.published.reader import read_studies, read_study, study_paths
from crlm_bayes.published.study import Study

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
