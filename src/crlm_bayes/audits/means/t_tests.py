"""T tests: do the printed means, standard deviations and numbers of patients give the printed t and p value?"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.p_values.comparison import Comparison, Variant, equals, half_by_statistic, sided_as, troubles
from crlm_bayes.audits.p_values.statistics import (
    listed,
    magnitude,
    p_of_t_range,
    statistic_trouble,
    titled,
    welch_degrees,
)
from crlm_bayes.documents.printed.entries import ContinuousEntry, TestEntry
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import spelled_out

STUDENT, WELCH = "Student's t", "Welch's t"

WORD: Final = re.compile(r"[^\W\d_]{4,}")
"""Words by which a variable and a category can be told to belong together."""


@dataclass(frozen=True)
class Tested:
    """A printed t test with the means of its arms, the pairs of which may have been compared."""

    test: TestEntry
    subject: str
    rows: tuple[ContinuousEntry, ...]

    @property
    def pairs(self) -> list[tuple[ContinuousEntry, ContinuousEntry]]:
        """Every two arms, in the order of the arms."""
        return list(combinations(self.rows, 2))

    @property
    def basis(self) -> str:
        """The printed numbers that the test rests on."""
        return "the printed means " + " v ".join(f"{row.mean} ({row.sd}) of {row.n}" for row in self.rows)

    @property
    def entries(self) -> tuple[str, ...]:
        """The means, then the test."""
        return (*(reference("continuous", row) for row in self.rows), reference("tests", self.test))

    @property
    def locators(self) -> tuple[str, ...]:
        """Where the means and the test are printed."""
        return (*(row.locator for row in self.rows), self.test.locator)

    @property
    def comparison(self) -> Comparison | None:
        """The printed p value beside those of Student's and Welch's t."""
        test = self.test
        if test.p is None:
            return None
        variants = []
        for a, b in self.pairs:
            for name, t, df in t_tests(a, b, a.n, b.n):
                printed = p_of_t_range(stands_for(test.statistic), df) if test.statistic else None
                halved = half_by_statistic(test.p, printed) if printed else None
                variants.append(Variant(self._named(name, a, b), p_of_t_range(t, df), halved=halved))
        sided = sided_as(test.sided, variants, test.p)
        return Comparison(self.subject, self.basis, self.entries, self.locators, test.p, sided, test.sided)

    @property
    def statistics(self) -> dict[str, Range]:
        """Absolute values of Student's and Welch's t."""
        return {self._named(name, a, b): t for a, b in self.pairs for name, t, _ in t_tests(a, b, a.n, b.n)}

    def _named(self, name: str, a: ContinuousEntry, b: ContinuousEntry) -> str:
        return name if len(self.rows) == 2 else f"{name}, {a.arm} v {b.arm}"


def t_tests(a: ContinuousEntry, b: ContinuousEntry, n: int, m: int) -> Iterator[tuple[str, Range, Range]]:
    """Student's (1908) and Welch's (1947) absolute t with their degrees of freedom, for n and m patients.

    Ranges hold all means and standard deviations that round to the printed ones.
    """
    means = stands_for(a.mean), stands_for(b.mean)
    difference = magnitude(Range(means[0].low - means[1].high, means[0].high - means[1].low))
    (s, r), (u, w) = ((max(0.0, sd.low), sd.high) for sd in (stands_for(a.sd), stands_for(b.sd)))
    df = n + m - 2.0

    def pooled(sd: float, other: float) -> float:
        return math.sqrt(((n - 1) * sd**2 + (m - 1) * other**2) / df * (1 / n + 1 / m))

    def separate(sd: float, other: float) -> float:
        return math.sqrt(sd**2 / n + other**2 / m)

    yield STUDENT, _over(difference, Range(pooled(s, u), pooled(r, w))), Range(df, df)
    degrees = welch_degrees((Range(s, r), Range(u, w)), (n, m))
    yield WELCH, _over(difference, Range(separate(s, u), separate(r, w))), degrees


def tested(study: Study) -> list[Tested]:
    """T tests of variables for which the study prints means of at least two arms."""
    found = []
    for subject, test in titled(study):
        if test.test != "t" or test.variable is None:
            continue
        rows = [
            row for arm in study.arms for row in study.continuous if (row.variable, row.arm) == (test.variable, arm.id)
        ]
        usable = all(row.n > 1 and stands_for(row.sd).high > 0 and not (row.mean.bound or row.sd.bound) for row in rows)
        if len(rows) > 1 and usable and len({row.arm for row in rows}) == len(rows):
            found.append(Tested(test, subject, tuple(rows)))
    return found


def comparisons(study: Study) -> list[Comparison]:
    """Printed p values of t tests beside those of the printed means."""
    return [c for found in tested(study) if (c := found.comparison) is not None]


@check("Does each p value of a t test follow from the printed means and standard deviations?")
def t_test(study: Study) -> Iterable[Trouble]:
    """Recompute t tests; where the numbers of patients of a category that the study prints give the p value, say so."""
    for found in tested(study):
        comparison = found.comparison
        if comparison is None:
            continue
        for trouble in troubles([comparison]):
            if found.test.statistic is not None:
                trouble = replace(
                    trouble,
                    printed=f"t {found.test.statistic}, {trouble.printed}",
                    recomputed=f"{trouble.recomputed}; t: {listed(found.statistics)}",
                )
            other = _other_patients(study, found)
            if other is None:
                yield trouble
                continue
            message = (
                f"The printed p = {found.test.p} for {spelled_out(found.subject)} does not follow from {found.basis}, which give p "
                f"{equals(comparison.nearest.p)}, but from {other.sizes[0]} and {other.sizes[1]} patients, those with {other.name}."
            )
            yield replace(
                trouble,
                severity="note",
                message=message,
                recomputed=f"{trouble.recomputed}; with {other.sizes[0]} and {other.sizes[1]} patients {equals(other.p).removeprefix('= ')}",
                entries=(*trouble.entries[:-1], *other.entries, trouble.entries[-1]),
            )


@check("Does each printed t follow from the printed means and standard deviations?")
def t_statistic(study: Study) -> Iterable[Trouble]:
    """Recompute the t whose p value raised nothing, so that one contradiction is told once; the sign is ignored."""
    for found in tested(study):
        comparison, statistic = found.comparison, found.test.statistic
        if statistic is None or (comparison and comparison.severity):
            continue
        ranges = found.statistics
        if stands_for(statistic).high < 0:
            ranges = {name: Range(-t.high, -t.low) for name, t in ranges.items()}
        trouble = statistic_trouble(found.test, "t", found.subject, found.basis, ranges)
        if trouble is not None:
            yield replace(trouble, entries=found.entries, locators=found.locators)


@dataclass(frozen=True)
class _Patients:
    """Patients of a baseline category in both arms, with whom a t test has the printed p value."""

    name: str
    sizes: tuple[int, int]
    p: Range
    entries: tuple[str, ...]


def _other_patients(study: Study, found: Tested) -> _Patients | None:
    """Find a category, of a name that shares a word with the variable, whose patients give the printed p value."""
    if len(found.rows) != 2 or found.test.p is None or found.test.p.bound:
        return None
    (a, b), said, words = found.rows, stands_for(found.test.p), _words(f"{found.test.variable}")
    for first in study.baseline:
        if first.arm != a.arm or first.events < 2 or not words & _words(f"{first.variable} {first.category}"):
            continue
        for second in study.baseline:
            same = (second.variable, second.category, second.arm) == (first.variable, first.category, b.arm)
            if not same or second.events < 2:
                continue
            for _, t, df in t_tests(a, b, first.events, second.events):
                p = p_of_t_range(t, df)
                if p.meets(said):
                    name = f"{first.variable} ({first.category})"
                    entries = (reference("baseline", first), reference("baseline", second))
                    return _Patients(name, (first.events, second.events), p, entries)
    return None


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


def _over(difference: Range, se: Range) -> Range:
    low = difference.low / se.high if se.high > 0 else math.inf
    return Range(low, difference.high / se.low if se.low > 0 else math.inf)
