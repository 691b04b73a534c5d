"""How often the audit is wrong about simulated papers: false alarms on consistent ones, slips found in altered ones."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from pydantic import ValidationError

from crlm_bayes.audits.finding import Finding
from crlm_bayes.audits.registry import audit_study
from crlm_bayes.errors import InvalidInput
from makers.papers.altered_papers import KINDS, Altered
from makers.papers.paper_printing import Document
from makers.papers.simulated_papers import simulate_paper, study_of

ROUNDS = 12
"""How often the pool is gone through for a kind of slip that few papers offer, each time with other draws."""


@dataclass
class Pool:
    """Consistent papers of consecutive seeds, simulated and audited once."""

    size: int
    seed: int = 1
    first: int = 0

    @cached_property
    def papers(self) -> list[Document]:
        """The documents."""
        return [
            simulate_paper(np.random.default_rng([self.seed, i])) for i in range(self.first, self.first + self.size)
        ]

    @cached_property
    def findings(self) -> list[frozenset[Finding]]:
        """What the audit says of each."""
        return [frozenset(audit_study(study_of(paper))) for paper in self.papers]

    def altered(self, kind: str, wanted: int) -> Iterator[tuple[int, Altered]]:
        """Papers with one slip of a kind, and the number of the consistent paper."""
        order = sorted(KINDS).index(kind)
        found = 0
        for round_of_pool in range(ROUNDS):
            for i, paper in enumerate(self.papers):
                slip = KINDS[kind](paper, np.random.default_rng([self.seed, i, order, round_of_pool]))
                if slip is not None:
                    found += 1
                    yield i, slip
                if found == wanted:
                    return


@dataclass
class Rate:
    """Slips of one kind: how many were made, how many found, and what was missed."""

    kind: str
    papers: int = 0
    found: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Share of slips that are found."""
        return self.found / self.papers

    @property
    def standard_error(self) -> float:
        """Binomial standard error of the rate."""
        return math.sqrt(self.rate * (1 - self.rate) / self.papers)

    def __str__(self) -> str:
        by = ", ".join(f"{check} {times}" for check, times in self.checks.most_common(3))
        return (
            f"{self.kind:20s} {self.found:5d} of {self.papers:5d}   {self.rate:6.1%} ± {self.standard_error:.1%}   {by}"
        )


def alarms(pool: Pool) -> Iterator[tuple[int, Finding]]:
    """Findings on consistent papers, with the number of the paper."""
    for i, findings in enumerate(pool.findings):
        yield from ((i, finding) for finding in sorted(findings, key=lambda finding: finding.id))


def alarm_table(pool: Pool) -> str:
    """How many consistent papers have a finding of each check, by severity."""
    papers: Counter[tuple[str, str]] = Counter()
    for findings in pool.findings:
        papers.update({(f.severity, f.check) for f in findings})
    lines = [
        f"{severity:8s} {check:24s} {times:5d} of {pool.size} papers"
        for (severity, check), times in sorted(papers.items())
    ]
    return "\n".join(lines) or f"no finding on {pool.size} papers"


def rate_of(kind: str, pool: Pool, wanted: int) -> Rate:
    """Make slips of one kind and see how many the audit finds.

    A slip is found if a finding of any severity that the consistent paper did not have names an altered entry. A slip that
    the reader of documents refuses is found before the audit.
    """
    rate = Rate(kind)
    for i, slip in pool.altered(kind, wanted):
        rate.papers += 1
        try:
            after = audit_study(study_of(slip.document))
        except (InvalidInput, ValidationError):
            rate.found += 1
            rate.checks["refused by the reader"] += 1
            continue
        news = [finding for finding in after if finding not in pool.findings[i] and names(finding, slip.references)]
        rate.found += bool(news)
        rate.checks.update({finding.check for finding in news})
        if not news:
            rate.missed.append(f"paper {i}: {slip.what}")
    return rate


def names(finding: Finding, references: Iterable[str]) -> bool:
    """Whether a finding names one of the altered entries; for a centre, which is no entry, whether it is of centres."""
    return any(
        reference in finding.entries or (reference.startswith("centres/") and finding.check.startswith("centres"))
        for reference in references
    )
