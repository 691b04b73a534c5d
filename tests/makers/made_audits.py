"""Findings, comparisons and audits made for a test."""

from dataclasses import replace
from typing import Any

from crlm_bayes.audits.counts.denominators import Scan, scans
from crlm_bayes.audits.finding import Finding, Severity
from crlm_bayes.audits.p_values.comparison import Comparison, Variant
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import Range
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

QUESTIONS = (
    ("p_of_counts", "Does each p value follow from its counts?"),
    ("count_percent", "Is each percentage that of its count & its <n>?"),
)


def compared(printed: str, *found: float | tuple[float, float], subject: str = "os at 36 months") -> Comparison:
    ranges = [Range(*p) if isinstance(p, tuple) else Range(p, p) for p in found]
    variants = tuple(Variant(f"test {i}", p) for i, p in enumerate(ranges))
    return Comparison(
        subject, "the printed counts 16/38 v 24/38", (), ("Table 4",), PrintedNumber.parse(printed), variants
    )


LOST, LOST_TOO = compared("0.038", 0.063, 0.104), compared("<0.001", (0.2, 0.3), subject="dcr")
GAINED = compared("0.3", 0.01, subject="mean age")
NEAR, AGREES = compared("0.039", 0.041, subject="bmi"), compared("0.041", 0.041, 0.06, subject="pfs")
QUIET = compared("0.47", 0.4701, subject="sex")


def scan_of(*percents: str, n: int = 38) -> tuple[Scan, ...]:
    """Percentages of the control arm; one a row."""
    rows = [{"endpoint": f"e{i}", "arm": "control", "n": n, "percent": p} for i, p in enumerate(percents)]
    return tuple(scans(ministudy((n, n), counts=rows)))


OF_90 = ("41.1", "46.7", "68.9", "75.6", "91.1", "51.1", "72.2", "26.7", "45.6", "15.6", "31.1", "50.0")


def found(
    number: int, severity: Severity = "serious", entries: tuple[str, ...] = ("counts/orr/drug",), **changes: Any
) -> Finding:
    return replace(
        Finding(
            f"mini2020.count_percent.subject-{number}",
            "mini2020",
            severity,
            "count_percent",
            ("Table 3; Abstract", "Table 3"),
            f"{number}.5% of 38",
            f"{number}/38",
            f"The printed {number}.5% does not follow from {number} of 38 patients.",
            entries,
        ),
        **changes,
    )


def audited(*findings: Finding, study: Study | None = None, **parts: Any) -> StudyAudit:
    return StudyAudit(
        study or ministudy(),
        findings,
        parts.get("comparisons", ()),
        parts.get("scans", ()),
        tuple(name for name, _ in QUESTIONS),
    )
