"""The papers that the index is about: each analysed by itself, what it prints and what is left of that, and its audit."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.printed.entries import TestEntry
from crlm_bayes.documents.printed.ratios import ContrastEntry
from crlm_bayes.documents.study import Study, design_words, title_of
from crlm_bayes.pages.tables.sources import TESTS, address, printed_p
from crlm_bayes.prose.index import endpoint_of, of_single_studies, of_the_print, place_of, what_becomes_of
from crlm_bayes.words.nouns import MEASURES, SEVERITY_NOUNS, SIGNS, capital, counted, endpoint_noun, study_name, tally
from crlm_bayes.words.numbers import ratio, span

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PaperLine:
    """One endpoint of a paper; `standing` and `sign` where all its readings have the same."""

    endpoint: str
    printed: str
    standing: str
    sign: str
    said: str


@dataclass(frozen=True)
class Paper:
    """One paper by itself; `audit` counts all that the audit found, `grave` what is serious; empty where it was not audited."""

    name: str
    about: str
    link: str | None
    lines: tuple[PaperLine, ...]
    audit: str
    grave: str
    anchor: str
    serious: bool


def papers(verdicts: "pd.DataFrame", audits: Mapping[str, StudyAudit]) -> list[Paper]:
    """Lay out each paper whose benefit is analysed by itself; where none is asked for a benefit, each that is analysed by itself."""
    table = of_single_studies(of_the_print(verdicts))
    if table.empty:
        return []
    rows = sorted(table[table["primary"].astype(bool)].itertuples(), key=place_of)
    chief = [row for row in rows if row.asks == "benefit"] or rows
    return [
        _paper(study, [row for row in rows if row.study == study], audits.get(study))
        for study in sorted({str(row.study) for row in chief})
    ]


def _paper(study: str, rows: list[Any], audit: StudyAudit | None) -> Paper:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(endpoint_of(row), []).append(row)
    lines = tuple(_line(endpoint, ours, audit.study if audit else None) for endpoint, ours in groups.items())
    if audit is None:
        design = next((str(row.design) for row in rows if isinstance(row.design, str)), "")
        return Paper(study_name(study), design, None, lines, "", "", "", False)
    patients = audit.study.patients
    facts = [design_words(audit.study), "" if patients is None else f"{patients} patients"]
    facts += [counted(len(audit.study.centres), "centre")] if audit.study.centres else []
    return Paper(
        title_of(audit.study),
        ", ".join(filter(None, facts)),
        address(audit.study),
        lines,
        capital(tally(finding.severity for finding in audit.findings)),
        counted(len(audit.of("serious")), SEVERITY_NOUNS["serious"]),
        f"audit-{study}",
        bool(audit.of("serious")),
    )


def _line(endpoint: str, rows: list[Any], study: Study | None) -> PaperLine:
    marks = {str(row.mark) for row in rows}
    mark = marks.pop() if len(marks) == 1 else ""
    printed = printed_result(study, str(rows[0].endpoint)) if study else ""
    return PaperLine(
        capital(endpoint_noun(endpoint)), printed, mark, SIGNS[mark] if mark else "", what_becomes_of(rows)
    )


def printed_result(study: Study, endpoint: str) -> str:
    """Write what a paper prints of its two arms: a ratio with limits, treatment over control, else a p value; empty without."""
    arms = {role: [arm.id for arm in study.arms if arm.role == role] for role in ("control", "treatment")}
    if any(len(found) != 1 for found in arms.values()):
        return ""
    treatment, both = arms["treatment"][0], {*arms["control"], *arms["treatment"]}
    ratios = [c for c in study.contrasts if c.endpoint == endpoint and {c.numerator, c.denominator} == both]
    tests = [t for t in study.tests if t.endpoint == endpoint and t.p and set(t.between or both) == both]
    whole = sorted(tests, key=lambda t: (t.test != "logrank", t.months is not None))
    limited = [c for c in ratios if c.ci]
    said = [_ratio(c, treatment) for c in limited] or [_test(t) for t in whole]
    return next(iter(said or [_ratio(c, treatment) for c in ratios]), "")


def _test(entry: TestEntry) -> str:
    when = f" at {entry.months} months" if entry.months else ""
    return f"{printed_p(entry)} ({TESTS[entry.test]}{when})"


def _ratio(entry: ContrastEntry, treatment: str) -> str:
    power = 1 if entry.numerator == treatment else -1
    limits = ""
    if entry.ci:
        low, high = sorted(x.value**power for x in entry.ci)
        limits = f" ({span(low, high)})"
    adjusted = ", adjusted" if entry.adjusted else ""
    p = f", {printed_p(entry)}" if entry.p else ""
    return f"{MEASURES[entry.measure]} {ratio(math.exp(power * entry.log_ratio))}{limits}{adjusted}{p}"
