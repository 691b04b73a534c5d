"""What pages say of the audit: a page of its own, and on other pages what in their paper does not add up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crlm_bayes.answers.question import Question
from crlm_bayes.audits.finding import SEVERITIES, Finding, Severity
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.pages.captions import Drawing
from crlm_bayes.pages.html import environment
from crlm_bayes.pages.markup import inline
from crlm_bayes.pages.tables.sources import address
from crlm_bayes.prose.audit import FEW, NOTHING_DRAWN, TABLE_OF_AUDITS, answer, caption, in_short, is_drawn, label
from crlm_bayes.words.nouns import READINGS, SEVERITY_NOUNS, SEVERITY_SIGNS, counted, tally

MEANINGS: Final[Mapping[Severity, str]] = {
    "serious": "no value inside the rounding of the print is consistent, and a conclusion hangs on it",
    "warning": "no value inside the rounding of the print is consistent, but no conclusion changes",
    "note": "an ordinary cause explains it and is named, or it is worth knowing without being a contradiction",
}


@dataclass(frozen=True)
class FindingRow:
    """One finding as a page shows it.

    Attributes
    ----------
    anchor : str
        Its place on the page of the audit.
    touches : bool
        Whether it concerns a number that the analysis takes.
    accepted : bool
        Whether the analysis accepts it by name.
    """

    id: str
    anchor: str
    severity: Severity
    sign: str
    message: str
    printed: str
    recomputed: str
    locator: str
    touches: bool = False
    accepted: bool = False


@dataclass(frozen=True)
class StudyFindings:
    """What the page of an analysis says of the audit of its study.

    Attributes
    ----------
    count : str
        All findings by severity, in words.
    first : tuple of FindingRow
        Serious ones for the first screen.
    elsewhere : int
        Serious ones that the first screen counts only: they concern other numbers of the paper.
    rest : tuple of FindingRow
        All that the first screen does not show, those that touch the analysis first.
    takes : str
        What the analysis takes although a finding concerns it, in words.
    """

    study: str
    name: str
    count: str
    first: tuple[FindingRow, ...]
    elsewhere: int
    rest: tuple[FindingRow, ...]
    takes: str

    @property
    def accepted(self) -> str:
        """What the analysis does about those of the first screen, in a sentence; empty where it accepts none."""
        n = sum(row.accepted for row in self.first)
        if not n:
            return ""
        them = "it" if n == len(self.first) == 1 else "them" if n == len(self.first) else f"{n} of them"
        return f"This analysis accepts {them} by name" + (f": it takes the {self.takes}." if self.takes else ".")


@dataclass(frozen=True)
class Chapter:
    """One study on the page of the audit.

    `numbers` are of serious findings, warnings and notes; `asked` what applied to it, with how often it found something.
    """

    study: Study
    name: str
    answer: str
    link: str | None
    figure: Drawing | None
    groups: tuple[tuple[str, tuple[FindingRow, ...]], ...]
    asked: tuple[tuple[str, int], ...]
    transcribed: int
    numbers: tuple[int, ...]
    count: str


def audit_page(
    audits: Mapping[str, StudyAudit], figures: Mapping[str, str], questions: Sequence[tuple[str, str]]
) -> str:
    """Write the page of the audit of all studies.

    Parameters
    ----------
    audits : mapping of study id to StudyAudit
    figures : mapping of study id to SVG text
        Any may be absent; the page then says nothing of it.
    questions : sequence of (str, str)
        The registry: name and question of everything that was asked.
    """
    every = [_chapter(one, figures.get(key, ""), questions) for key, one in audits.items()]
    grave = sorted((one for one in every if one.numbers[0]), key=lambda one: [-n for n in one.numbers])
    others = [one for one in every if one.groups and not one.numbers[0]]
    context = {
        "said": in_short(audits),
        "grave": grave,
        "others": others,
        "every": sorted(every, key=lambda one: ([-n for n in one.numbers], one.name)),
        "counts": TABLE_OF_AUDITS,
        "nothing_drawn": NOTHING_DRAWN,
        "meanings": [(SEVERITY_SIGNS[severity], severity, MEANINGS[severity]) for severity in SEVERITIES],
    }
    return environment().get_template("audit.html.jinja").render(context)


def study_findings(
    result: StudyAudit, used_entries: Collection[str], accepts: Collection[str], takes: str = ""
) -> StudyFindings:
    """Sort the findings of a study for the page of an analysis.

    Parameters
    ----------
    result : StudyAudit
        Of the whole study.
    used_entries : collection of str
        References of the entries that the analysis takes.
    accepts : collection of str
        Ids of the findings that the analysis accepts.
    takes : str
        What it takes, in words: ``printed counts``.
    """
    used = set(used_entries)
    rows = [
        _row(finding, bool(used & set(finding.entries)), finding.id in accepts) for finding in _sorted(result.findings)
    ]
    serious = [row for row in rows if row.severity == "serious"]
    first = serious if len(serious) <= FEW else [row for row in serious if row.touches or row.accepted]
    shown = {row.id for row in first}
    rest = sorted((row for row in rows if row.id not in shown), key=lambda row: not row.touches)
    return StudyFindings(
        result.study.id,
        title_of(result.study),
        tally(f.severity for f in result.findings),
        tuple(first),
        len(serious) - len(first),
        tuple(rest),
        takes,
    )


def _chapter(result: StudyAudit, svg: str, questions: Sequence[tuple[str, str]]) -> Chapter:
    study, found = result.study, [finding.check for finding in result.findings]
    name = f"audit_{study.id}"
    groups = [(severity, tuple(_row(finding) for finding in result.of(severity))) for severity in SEVERITIES]
    return Chapter(
        study,
        title_of(study),
        answer(result),
        address(study),
        Drawing(name, inline(svg, name, label(result)), caption(result)) if is_drawn(result) else None,
        tuple((SEVERITY_NOUNS[severity], rows) for severity, rows in groups if rows),
        tuple((asks, found.count(check)) for check, asks in questions if check in result.applied),
        result.transcribed,
        tuple(len(result.of(severity)) for severity in SEVERITIES),
        tally(finding.severity for finding in result.findings),
    )


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _row(finding: Finding, touches: bool = False, accepted: bool = False) -> FindingRow:
    return FindingRow(
        finding.id,
        f"finding-{finding.id}",
        finding.severity,
        SEVERITY_SIGNS[finding.severity],
        finding.message,
        finding.printed,
        finding.recomputed,
        finding.locator,
        touches,
        accepted,
    )


@dataclass(frozen=True)
class StudyDoubt:
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


def doubts(found: Iterable[StudyFindings]) -> list[StudyDoubt]:
    """Name the studies with serious findings about numbers that a synthesis takes."""
    said = []
    for one in found:
        rows = tuple(row for row in one.first if row.touches)
        if rows:
            count = counted(len(rows), SEVERITY_NOUNS["serious"])
            accepted = all(row.accepted for row in rows)
            said.append(StudyDoubt(one.name, f"audit-{one.study}", count, rows, accepted))
    return said
