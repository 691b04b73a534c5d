"""Sentences that the terminal alone says: verdicts in a line, and what there is to look at."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final

from crlm_bayes.audits.identifiers import identifier
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.study import title_of
from crlm_bayes.prose.verdicts import word_of
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.words.nouns import SIGNS, Vocabulary, in_words, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import LEVEL, estimate, ratio, span

NAME_ONE: Final = "Name an analysis for Bayes factors, conflict, the decision and other priors."

FEW: Final = 4
"""Studies up to which each is named."""

MORE: Final = "--verbose adds other trials as priors, and what each prior believes."


def verdict_line(row: Mapping[str, Any]) -> str:
    """Write a row of `verdicts.csv` in a line; a reading that asks what if has neither mark nor verdict."""
    words = vocabulary(SimpleNamespace(**row))
    shown = estimate(row["median"], row["eti95_lower"], row["eti95_upper"])
    numbers = f"{row['measure'].upper()} {shown}, {words.p_claim} {words.chance(row['p_benefit'])}"
    under = f"under the {prior_name(row['prior'])} prior"
    if row["mark"] == "what_if":
        return f"{numbers}, {under}"
    return f"{SIGNS[row['mark']]} {word_of(row['mark'], words)}: {numbers}, {under}"


def supposed(words: Vocabulary, v: PriorVerdict) -> str:
    """Say what would be so under a prior if what a reading supposes were so."""
    return (
        f"If what is supposed were so, the {words.measure} for {words.endpoint} under the {prior_name(v.prior)} prior would be "
        f"{ratio(v.median)} ({LEVEL} interval {span(v.lower, v.upper)}) and {words.p_claim} {words.chance(v.p_benefit)}. No verdict is drawn."
    )


def has_findings(audit: StudyAudit) -> bool:
    """Whether anything was found beside that the study cannot be looked up."""
    return any(finding.check != identifier.name for finding in audit.findings)


def without_findings(audits: Sequence[StudyAudit], *, others: bool) -> str:
    """Name in one line the studies in which nothing was found, and those of them that cannot be looked up.

    Parameters
    ----------
    others : bool
        Whether something was found in others.
    """
    studies = {title_of(audit.study): audit for audit in audits}
    many = f"{in_words(len(audits))} {'other ' * others}stud{'y' if len(audits) == 1 else 'ies'}"
    said = f"Nothing that does not add up was found in {many}: {listed(studies)}."
    lost = [name for name, audit in studies.items() if audit.findings]
    if not lost:
        return said
    return (
        f"{said} No DOI or PMID is given of {listed(lost) if len(lost) <= FEW else f'{in_words(len(lost))} of these'}."
    )
