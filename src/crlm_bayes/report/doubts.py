"""What pages of a synthesis say of the audits of its studies."""

from collections.abc import Iterable
from dataclasses import dataclass

from crlm_bayes.report.audit import FindingRow, StudyFindings, study_findings
from crlm_bayes.result import Question
from crlm_bayes.words import READINGS, SEVERITY_NOUNS, counted


@dataclass(frozen=True)
class Doubt:
    """What the first screen of a synthesis says of one study: its serious findings about numbers that are taken."""

    name: str
    anchor: str
    count: str
    findings: tuple[FindingRow, ...]
    accepted: bool


def findings_of_all(question: Question) -> list[StudyFindings]:
    """Sort the findings of every study of a synthesis, those with serious ones about what it takes first."""
    rows, spec = question.evidence.rows, question.spec
    found = []
    for name, audit in question.audits.items():
        used = [row.entry for row in rows if row.study == name]
        takes = READINGS[spec.of_study(name).reading]
        found.append(study_findings(audit, used, spec.accepts, takes))
    return sorted(found, key=lambda one: not any(row.touches for row in one.first))


def doubts(found: Iterable[StudyFindings]) -> list[Doubt]:
    """Name the studies with serious findings about numbers that a synthesis takes."""
    said = []
    for one in found:
        rows = tuple(row for row in one.first if row.touches)
        if rows:
            count = counted(len(rows), SEVERITY_NOUNS["serious"])
            accepted = all(row.accepted for row in rows)
            said.append(Doubt(one.name, f"audit-{one.study}", count, rows, accepted))
    return said
