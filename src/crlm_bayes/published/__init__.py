"""Published data: what papers print, number by number, never corrected."""

from crlm_bayes.published.numbers import PrintedNumber
from crlm_bayes.published.reader import read_studies, read_study, study_paths
from crlm_bayes.published.study import Study

__all__ = ["PrintedNumber", "Study", "read_studies", "read_study", "study_paths"]
