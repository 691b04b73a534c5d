"""What an audit found, in sentences for pages and figures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crlm_bayes.audits.counts.denominators import FEWEST, Scan
from crlm_bayes.audits.finding import SEVERITIES
from crlm_bayes.audits.identifiers import identifier
from crlm_bayes.audits.p_values.comparison import Comparison, is_significant, written
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.study import title_of
from crlm_bayes.rule import ALPHA, significant
from crlm_bayes.words.nouns import capital, counted, listed, tally

FEW: Final = 4
"""So many serious findings of a study are all shown on the first screen of an analysis, whatever they touch."""


def in_short(audits: Mapping[str, StudyAudit]) -> str:
    """Say in how many papers a serious finding was made, and of how much that is; empty without any paper."""
    if not audits:
        return ""
    rows, grave = (
        sum(one.transcribed for one in audits.values()),
        sum(bool(one.of("serious")) for one in audits.values()),
    )
    said = (
        f"{counted(grave, 'paper')} {'has' if grave == 1 else 'have'} serious findings"
        if grave
        else "no paper has a serious finding"
    )
    return f"{capital(said)}, of {counted(len(audits), 'paper')} with {counted(rows, 'transcribed row')}."


TABLE_OF_AUDITS: Final = "Every paper: how many of its rows were transcribed, how many of the checks apply to what it prints, and what they found."


def answer(result: StudyAudit) -> str:
    """Say in one sentence what the audit of a study found."""
    if all(f.check == identifier.name for f in result.findings):
        rest = "".join(f" {f.message}" for f in result.findings)
        return f"{_nothing(result)}{rest}"
    parts = [
        f"{tally(f.severity for f in result.findings)} in {counted(result.checks, 'check')} that {_apply(result.checks)}"
    ]
    prints = by_print(result.comparisons)
    if any(c.changes_sides for c in prints):
        parts.append(_small(on_p_values(prints)))
    parts += [on_percentages(scan) for scan in result.scans if scan.conspicuous]
    return capital("; ".join(parts)) + "."


def _nothing(result: StudyAudit) -> str:
    """Say that nothing was found, and in how much; nothing can be found where nothing is transcribed."""
    if not result.transcribed:
        return NOTHING_TRANSCRIBED
    rows = counted(result.transcribed, "transcribed row")
    return capital(
        f"{counted(result.checks, 'check')} that {_apply(result.checks)} to {rows} found nothing that does not add up."
    )


def _apply(checks: int) -> str:
    return "applies" if checks == 1 else "apply"


def by_print(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """Keep one comparison for each printed p value, the gravest: it may be held against counts and a statistic."""
    kept: dict[tuple[str, str], Comparison] = {}
    for c in comparisons:
        kept[c.subject, c.printed.text] = min(kept.get((c.subject, c.printed.text), c), c, key=rank)
    return list(kept.values())


def rank(row: Comparison) -> int:
    """Sort by severity, the gravest first; what agrees comes last."""
    return SEVERITIES.index(row.severity) if row.severity else len(SEVERITIES)


def on_p_values(prints: Sequence[Comparison]) -> str:
    """Say what became of the printed p values."""
    all_of, failing = len(prints), sum(not c.agrees for c in prints)
    printed = [c for c in prints if is_significant(c.printed)]
    lost = sum(c.changes_sides for c in printed)
    gained = sum(c.changes_sides for c in prints) - lost
    start = "Recomputed from the paper’s own numbers, "
    become = f"become{'s' if gained == 1 else ''} significant"
    if lost:
        which = f"{lost} of {len(printed)} significant p values" if len(printed) > 1 else "the only significant p value"
        return (
            f"{start}{which} lose{'s' if lost == 1 else ''} significance{f' and {gained} {become}' if gained else ''}"
        )
    if gained:
        return f"{start}{gained} of {counted(all_of, 'p value')} {become}"
    if failing:
        return f"{start}{failing} of {counted(all_of, 'p value')} {'differ' if failing > 1 else 'differs'}; none changes sides of {ALPHA}"
    if all_of:
        return f"{capital(counted(all_of, 'printed p value'))} can be recomputed, and {'all agree' if all_of > 1 else 'it agrees'}"
    return "No printed p value can be recomputed from the paper’s own numbers"


def on_percentages(scan: Scan) -> str:
    """Say how many percentages are impossible, and with how many patients they would not be."""
    few, all_of = len(scan.misfits), len(scan.percents)
    if not few:
        return f"All {all_of} percentages for arms of {scan.n} patients are possible"
    start = f"{few} of {all_of} percentages for arms of {scan.n} patients {'is' if few == 1 else 'are'} impossible"
    if scan.conspicuous:
        return f"{start}; {scan.explained} of these are possible with {scan.best}"
    return start if few < FEWEST else f"{start}; no other number of patients makes them possible beyond chance"


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


def not_drawn(prints: Sequence[Comparison], rows: Sequence[Comparison]) -> str:
    """Say how many p values are not drawn, and that they agree, unless some of them do not."""
    others = [c for c in prints if c not in rows]
    agree = sum(c.agrees for c in others)
    if not rows or not others:
        return ""
    said = [f"{counted(agree, 'other printed p value')} that agree{'s' if agree == 1 else ''}"] if agree else []
    if failing := len(others) - agree:
        said.append(f"for want of room {counted(failing, 'other')} that {'do' if failing > 1 else 'does'} not agree")
    return f"Not drawn: {listed(said)}."


NOTHING_TRANSCRIBED: Final = "No number of it is transcribed, so that nothing can be checked."

NOTHING_DRAWN: Final = f"There is nothing to draw: no printed p value that can be recomputed is below {ALPHA} or differs, and the percentages show no pattern."

TRIED: Final = "number of patients tried as the denominator (log scale)"


def key(*, changed: bool) -> list[str]:
    """Say what the marks of p values stand for; `changed` where one lies on the other side of the threshold."""
    marks = ["○ as printed", "● recomputed, by the usual test that comes nearest", "thin line: by all usual tests"]
    return [*marks, f"◆ bold: on the other side of {ALPHA}"] if changed else marks


def beside_percentages(misfits: int) -> str:
    """Say what the heights of the lines are."""
    return f"how many of the {misfits} impossible percentages each number of patients makes possible"


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


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
