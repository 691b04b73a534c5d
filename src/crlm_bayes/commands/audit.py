"""The audit as people read it in the terminal, and as `audit --json` prints it."""

from collections.abc import Mapping
from typing import Any, Final

from crlm_bayes.audits.finding import SEVERITIES, Severity
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.commands.console import heading, say, stdout
from crlm_bayes.documents.study import title_of
from crlm_bayes.prose.audit import answer
from crlm_bayes.prose.terminal.lines import has_findings, without_findings
from crlm_bayes.words.nouns import SEVERITY_SIGNS

STYLES: Final[Mapping[Severity, str]] = {"serious": "bold red", "warning": "yellow", "note": "dim"}


def finding_rows(audits: Mapping[str, StudyAudit]) -> list[dict[str, Any]]:
    """Rows of `audit --json`: study by study, the gravest first."""
    keys = ("id", "study", "severity", "check", "locator", "printed", "recomputed", "message")
    return [{key: getattr(f, key) for key in keys} for found in audits.values() for f in found.findings]


def print_audits(audits: Mapping[str, StudyAudit]) -> None:
    """Print every finding to stdout, the gravest studies first; those without any in one line."""
    console = stdout()
    found = sorted((one for one in audits.values() if has_findings(one)), key=_gravity)
    for one in found:
        heading(console, title_of(one.study), one.study.id)
        say(console, answer(one))
        for finding in one.findings:
            sign = f"{SEVERITY_SIGNS[finding.severity]} {finding.severity}: "
            say(console, (sign, STYLES[finding.severity]), finding.message, indent=2, hang=2)
            say(console, f"{finding.locator}  {finding.id}", indent=4, style="dim")
        console.print()
    rest = [one for one in audits.values() if not has_findings(one)]
    if rest:
        say(console, without_findings(rest, others=bool(found)))


def _gravity(audit: StudyAudit) -> tuple[int, ...]:
    """Sort by the number of serious findings, then of warnings, then of notes, most first."""
    return tuple(-len(audit.of(severity)) for severity in SEVERITIES)
