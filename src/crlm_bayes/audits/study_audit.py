"""The audit of one study: what was looked at and what was found."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from crlm_bayes.audits.counts.denominators import Scan
from crlm_bayes.audits.finding import Finding, Severity
from crlm_bayes.audits.p_values.comparison import Comparison
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.words.nouns import tally
from crlm_bayes.words.shown import Shown


@dataclass(frozen=True, repr=False)
class StudyAudit(Shown):
    """Everything that pages, tables and figures say of one study.

    Attributes
    ----------
    findings : tuple of Finding
        The gravest first, then in the order of the registry.
    comparisons : tuple of Comparison
        Every printed p value that can be recomputed, also those that are reproduced.
    scans : tuple of Scan
        Denominators implied by the percentages of arms of one size.
    applied : tuple of str
        Names of the checks that apply to it (:mod:`crlm_bayes.audits.applied`), in the order of the registry.
    """

    study: Study
    findings: tuple[Finding, ...]
    comparisons: tuple[Comparison, ...]
    scans: tuple[Scan, ...]
    applied: tuple[str, ...]

    @property
    def checks(self) -> int:
        """How many checks apply."""
        return len(self.applied)

    @property
    def transcribed(self) -> int:
        """How many rows were transcribed of it."""
        return sum(1 for _ in self.study.entries())

    def heading(self) -> str:
        """Say what it is in one line."""
        return f"Audit of {title_of(self.study)}: {tally(f.severity for f in self.findings)} by {self.checks} checks"

    def rows(self) -> list[dict[str, Any]]:
        """One row a finding."""
        keys = ("severity", "check", "locator", "printed", "recomputed", "message")
        return [{key: getattr(finding, key) for key in keys} for finding in self.findings]

    def of(self, severity: Severity) -> list[Finding]:
        """Findings of one severity."""
        return [finding for finding in self.findings if finding.severity == severity]

    def about(self, entries: Collection[str]) -> list[Finding]:
        """Findings that concern any of the entries."""
        wanted = set(entries)
        return [finding for finding in self.findings if wanted & set(finding.entries)]
