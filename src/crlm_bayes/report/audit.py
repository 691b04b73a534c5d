"""What pages say of the audit: a page of its own, and on other pages what in their paper does not add up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crlm_bayes.audit.denominators import FEWEST
from crlm_bayes.audit.finding import SEVERITIES, Finding, Severity
from crlm_bayes.audit.pvalues import Comparison, written
from crlm_bayes.audit.result import StudyAudit
from crlm_bayes.conventions import ALPHA
from crlm_bayes.published import Study
from crlm_bayes.report.captions import Drawing
from crlm_bayes.report.sources import address
from crlm_bayes.report.svg import inline
from crlm_bayes.words import SEVERITY_NOUNS, SEVERITY_SIGNS, capital, counted, in_words, tally, title_of

MEANINGS: Final[Mapping[Severity, str]] = {
    "serious": "no value inside the rounding of the print is consistent, and a conclusion hangs on it",
    "warning": "no value inside the rounding of the print is consistent, but no conclusion changes",
    "note": "an ordinary cause explains it and is named, or it is worth knowing without being a contradiction",
}
FEW: Final = 4
"""So many serious findings of a study are all shown on the first screen of an analysis, whatever they touch."""


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
    """One study on the page of the audit."""

    study: Study
    name: str
    answer: str
    link: str | None
    figure: Drawing | None
    groups: tuple[tuple[str, tuple[FindingRow, ...]], ...]
    asked: tuple[tuple[str, int], ...]


def audit_page(
    audits: Mapping[str, StudyAudit], figures: Mapping[str, str], questions: Sequence[tuple[str, str]]
) -> str:
    """Write the page of the audit of all studies.

    Parameters
    ----------
    audits : mapping of study id to StudyAudit
    figures : mapping of study id to SVG text
        Any may be absent; the page then says that it is not shown.
    questions : sequence of (str, str)
        The registry: name and question of everything that was asked.
    """
    from crlm_bayes.report.page import environment

    context = {
        "answers": index_findings(audits),
        "chapters": [_chapter(one, figures.get(key, ""), questions) for key, one in audits.items()],
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


def index_findings(audits: Mapping[str, StudyAudit]) -> list[tuple[str, str]]:
    """Say for the index, study by study, what the audit found: anchor on the page of the audit, sentence."""
    return [(f"audit-{key}", _sentence(one)) for key, one in audits.items()]


def index_rest(audits: Mapping[str, StudyAudit]) -> tuple[Mapping[str, StudyAudit], str]:
    """Choose the studies that the index speaks of one by one, and say in one sentence what there is of the rest.

    Where there are more than a few studies, only those with serious findings are spoken of.
    """
    chief = {key: one for key, one in audits.items() if one.of("serious")}
    rest = [one for key, one in audits.items() if key not in chief]
    if len(audits) <= FEW or not rest:
        return audits, ""
    found = [finding.severity for one in rest for finding in one.findings]
    several = f"{in_words(len(rest))} other stud{'y' if len(rest) == 1 else 'ies'}"
    return chief, f"{capital(several)} without a serious finding: {tally(found)} in all."


def answer(result: StudyAudit) -> str:
    """Say in one sentence what the audit of a study found."""
    if not result.findings:
        rows = counted(sum(1 for _ in result.study.entries()), "transcribed row")
        return capital(f"{counted(result.checks, 'check')} of {rows} found nothing that does not add up.")
    parts = [tally(f.severity for f in result.findings)]
    # a printed p value may be held against counts and against a statistic
    prints = {(c.subject, c.printed.text) for c in result.comparisons}
    moved = {(c.subject, c.printed.text) for c in result.comparisons if c.changes_sides}
    if moved:
        parts.append(
            f"{len(moved)} of {counted(len(prints), 'printed p value')} that can be recomputed "
            f"{'are' if len(moved) > 1 else 'is'} on the other side of {ALPHA}"
        )
    for scan in result.scans:
        if scan.conspicuous:
            parts.append(
                f"{scan.explained} of {len(scan.misfits)} percentages that no count of {scan.n} patients gives "
                f"would be possible with {scan.best}"
            )
    return capital("; ".join(parts)) + "."


def is_drawn(result: StudyAudit) -> bool:
    """Whether the figure of the audit has more to show than sentences."""
    return _rows_drawn(result) or _pattern_drawn(result)


def _rows_drawn(result: StudyAudit) -> bool:
    return any(c.severity is not None or c.printed.value < ALPHA or c.printed.bound == "<" for c in result.comparisons)


def _pattern_drawn(result: StudyAudit) -> bool:
    return any(len(scan.misfits) >= FEWEST for scan in result.scans)


def caption(result: StudyAudit) -> str:
    """Say how the figure of the audit is read."""
    parts = []
    if _rows_drawn(result):
        parts.append(
            "Printed p values (open marks) beside those that follow from the paper’s own numbers (filled marks; the thin "
            f"line spans all usual ways to test them). Shaded and bold: the two lie on different sides of {ALPHA}."
        )
    if _pattern_drawn(result):
        parts.append(
            "An impossible percentage is one that no whole number of the patients gives; one that is printed twice counts "
            "once. The lines show how many of them every other number of patients would make possible; multiples of a "
            "number that fits fit as well."
        )
    return " ".join(parts)


def label(result: StudyAudit) -> str:
    """Give the numbers of the figure to those who cannot see it."""
    rows = [f"{c.subject} printed {c.printed}, recomputed {written(c.nearest.p)}" for c in _failing(result.comparisons)]
    scans = [
        f"of {len(s.misfits)} percentages impossible with {s.n} patients, {s.explained} are possible with {s.best}"
        for s in result.scans
        if s.conspicuous
    ]
    said = "; ".join([*rows, *scans]) or "nothing that can be recomputed differs from the print"
    return f"Audit of {title_of(result.study)}: {said}"


def _failing(comparisons: Iterable[Comparison]) -> list[Comparison]:
    return [c for c in comparisons if not c.agrees]


def _sentence(result: StudyAudit) -> str:
    return f"{title_of(result.study)}: {_small(answer(result))}"


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


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
        tuple((asks, found.count(check)) for check, asks in questions),
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
