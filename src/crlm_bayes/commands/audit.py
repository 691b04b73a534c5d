"""The audit as people read it in the terminal, and as `audit --json` prints it."""

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crlm_bayes.audits.finding import Finding, Severity
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.study import title_of
from crlm_bayes.prose.audit import answer
from crlm_bayes.words.nouns import SEVERITY_SIGNS

STYLES: Final[Mapping[Severity, str]] = {"serious": "bold red", "warning": "yellow", "note": "dim"}


def finding_rows(audits: Mapping[str, StudyAudit]) -> list[dict[str, Any]]:
    """Rows of `audit --json`: study by study, the gravest first."""
    keys = ("id", "study", "severity", "check", "locator", "printed", "recomputed", "message")
    return [{key: getattr(f, key) for key in keys} for found in audits.values() for f in found.findings]


def print_audits(audits: Mapping[str, StudyAudit]) -> None:
    """Print every finding to stdout, study by study, the gravest first."""
    console = Console(highlight=False)
    for found in audits.values():
        study = found.study
        console.print(f"[bold]{title_of(study)}[/]  [dim]{study.id}[/]: {answer(found)}", soft_wrap=True)
        if found.findings:
            table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
            table.add_column(no_wrap=True)
            table.add_column(overflow="fold")
            for finding in found.findings:
                sign = Text(f"{SEVERITY_SIGNS[finding.severity]} {finding.severity}", style=STYLES[finding.severity])
                table.add_row(sign, _body(finding))
            console.print(table)
        console.print()


def _body(finding: Finding) -> Text:
    body = Text(finding.message)
    body.append(f"\n{finding.locator}  {finding.id}", style="dim")
    return body
