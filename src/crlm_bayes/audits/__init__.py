"""The audit: does what a paper prints add up?

Every check recomputes within the rounding of the print: a printed number is an interval, and a finding is raised only if
no value inside it is consistent. Checks are functions from a study to troubles, in one registry.
"""

from crlm_bayes.audits.finding import SEVERITIES, Check, Finding, Severity
from crlm_bayes.audits.registry import CHECKS, audit_studies, audit_study
from crlm_bayes.audits.study_audit import StudyAudit

__all__ = ["CHECKS", "SEVERITIES", "Check", "Finding", "Severity", "StudyAudit", "audit_studies", "audit_study"]
