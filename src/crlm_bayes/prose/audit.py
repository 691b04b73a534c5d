"""What an audit found, in sentences for pages and figures."""

from collections.abc import Iterable, Mapping
from typing import Final

from crlm_bayes.audits.counts.denominators import FEWEST
from crlm_bayes.audits.p_values.comparison import Comparison, written
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.study import title_of
from crlm_bayes.rule import ALPHA, significant
from crlm_bayes.words.nouns import capital, counted, in_words, tally

FEW: Final = 4
"""So many serious findings of a study are all shown on the first screen of an analysis, whatever they touch."""


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
    return any(
        c.severity is not None or significant(c.printed.value) or c.printed.bound == "<" for c in result.comparisons
    )


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
