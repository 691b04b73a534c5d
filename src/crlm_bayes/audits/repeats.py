"""The same result printed for two different comparisons, and results that stand in each other's place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Final

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.means import t_tests
from crlm_bayes.audits.means.t_tests import Tested, tested
from crlm_bayes.audits.names import arm_name
from crlm_bayes.audits.p_values import tables
from crlm_bayes.audits.p_values.comparison import Comparison
from crlm_bayes.audits.p_values.statistics import NOUNS, span
from crlm_bayes.audits.p_values.tables import tabulations
from crlm_bayes.audits.p_values.tabulated import Arms, Tabulated
from crlm_bayes.documents.printed.entries import ContinuousEntry, TestEntry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import TINY, Range, decimals, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import endpoint_noun, listed

DIGITS: Final = 3
"""Significant digits from which on equal numbers are no ordinary coincidence."""

MOST_ARMS: Final = 4
"""Arms up to which every order of them is tried."""


@dataclass(frozen=True)
class Repeat:
    """One of several tests that print one result.

    Attributes
    ----------
    known : Tabulated or Tested or None
        The printed tables or means, where the study prints them.
    """

    test: TestEntry
    known: Tabulated | Tested | None

    @property
    def follows(self) -> bool:
        """Whether the statistic is that of its own table."""
        if self.known is None or self.test.statistic is None:
            return False
        said = stands_for(self.test.statistic)
        return any(value.meets(said) for value in self.known.statistics.values())

    @property
    def what(self) -> str:
        """What is tested, with its counts where they are known."""
        months = f" at {self.test.months} months" if self.test.months else ""
        name = endpoint_noun(self.test.endpoint) if self.test.endpoint else self.test.variable
        return f"{name}{months}{'' if self.known is None else f' ({_written(self.known)})'}"

    @property
    def shapes(self) -> frozenset[object]:
        """The tables or means, whatever the order of arms and categories."""
        if isinstance(self.known, Tested):
            return frozenset([tuple(sorted((row.mean.decimal, row.sd.decimal, row.n) for row in self.known.rows))])
        return frozenset(map(_shape, self.known.tables)) if self.known else frozenset()


def significant(number: PrintedNumber) -> int:
    """How many significant digits are printed: 2 for 0.047, 3 for 12.5; none for 0.00."""
    return len(number.decimal.as_tuple().digits) if number.decimal else 0


@check("Is one test result printed for two different comparisons?")
def duplicate_test(study: Study) -> Iterable[Trouble]:
    """Look for a statistic and a p value that are printed together more than once.

    Tables that are the same but for the order of their arms or categories share their result, and so do different tables
    that both give it. Without the tables it is a note.
    """
    known: dict[int, Tabulated | Tested] = {id(found.test): found for found in tabulations(study)}
    known |= {id(found.test): found for found in tested(study)}
    groups: dict[tuple[object, ...], list[Repeat]] = {}
    for test in study.tests:
        if test.statistic is None or test.p is None or decimals(test.statistic) < 2 or test.statistic.bound:
            continue
        repeat = Repeat(test, known.get(id(test)))
        groups.setdefault((test.statistic.decimal, test.p.decimal, test.p.bound), []).append(repeat)
    for group in groups.values():
        different = _different(group)
        if len(different) < 2:
            continue
        first = different[0].test
        assert first.statistic is not None and first.p is not None, "grouped by them"
        sure = all(repeat.known is not None for repeat in different)
        if not sure and significant(first.statistic) < DIGITS:
            continue
        nouns = list(dict.fromkeys(NOUNS.get(repeat.test.test, "statistic") for repeat in different))
        result = f"{nouns[0] if len(nouns) == 1 else 'statistic'} {first.statistic} with p {_equal(first.p)}"
        following = [repeat for repeat in different if repeat.follows]
        reason = "whose numbers differ" if sure else "which are different comparisons"
        tail = f"; it follows from those of {following[0].what} only" if len(following) == 1 and sure else ""
        message = f"The same {result} is printed for {listed(repeat.what for repeat in different)}, {reason}{tail}."
        entries = [
            entry
            for repeat in different
            for entry in (repeat.known.entries if repeat.known else (reference("tests", repeat.test),))
        ]
        yield Trouble(
            "-".join(str(x) for r in different for x in (r.test.endpoint or r.test.variable, r.test.months) if x),
            "warning" if sure else "note", tuple(dict.fromkeys(entries)),
            tuple(repeat.test.locator for repeat in different), result,
            listed(_recomputed(repeat) for repeat in different), message,
        )  # fmt: skip


def _different(group: Sequence[Repeat]) -> list[Repeat]:
    """Tests of different things with different tables, unless every table gives the result by itself."""
    kept: list[Repeat] = []
    for repeat in group:
        if not any(_same_thing(repeat, other) for other in kept):
            kept.append(repeat)
    return [] if all(repeat.follows for repeat in kept) else kept


def _same_thing(a: Repeat, b: Repeat) -> bool:
    """Whether two tests are of one comparison (the log-rank test is the score test of a Cox model) or of one table."""
    one, other = a.test, b.test
    if (one.endpoint, one.variable) == (other.endpoint, other.variable):
        months = (one.months.value if one.months else None, other.months.value if other.months else None)
        if months[0] == months[1] or None in months:
            return True
    return bool(a.shapes & b.shapes)


def _shape(table: Arms) -> Arms:
    """Write a table so that orders of arms and of categories, and in two by two tables the two margins, are one."""
    ways = [table, tuple(zip(*table, strict=True))] if len(table) == len(table[0]) == 2 else [table]
    if len(table) > MOST_ARMS:
        return tuple(sorted(zip(*table, strict=True)))
    return min(tuple(sorted(zip(*order, strict=True))) for way in ways for order in permutations(way))


def _written(known: Tabulated | Tested) -> str:
    if isinstance(known, Tested):
        return " v ".join(f"{row.mean} ± {row.sd}" for row in known.rows)
    table = known.tables[0]
    if len(table[0]) == 2:
        return " v ".join(f"{row[0]}/{sum(row)}" for row in table)
    return " v ".join(", ".join(map(str, row)) for row in table)


def _recomputed(repeat: Repeat) -> str:
    if repeat.known is None:
        return f"{repeat.what}: not printed"
    name, value = next(iter(repeat.known.statistics.items()))
    return f"{repeat.what}: {name} {span(value)}"


def _equal(p: PrintedNumber) -> str:
    return f"{p.bound} {p.decimal}" if p.bound else f"= {p}"


@check("Are the same mean and standard deviation printed twice?")
def duplicate_mean(study: Study) -> Iterable[Trouble]:
    """Look for means that are printed with the same standard deviation more than once."""
    groups: dict[tuple[object, object], list[ContinuousEntry]] = {}
    for row in study.continuous:
        if min(significant(row.mean), significant(row.sd)) >= DIGITS:
            group = groups.setdefault((row.mean.decimal, row.sd.decimal), [])
            if all((row.variable, row.arm) != (other.variable, other.arm) for other in group):
                group.append(row)
    for group in groups.values():
        if len(group) < 2:
            continue
        places = [f"{row.variable} in {arm_name(study, row.arm)}" for row in group]
        result = f"{group[0].mean} ± {group[0].sd}"
        yield Trouble(
            "-".join(f"{row.variable}-{row.arm}" for row in group), "note",
            tuple(reference("continuous", row) for row in group), tuple(row.locator for row in group), result,
            listed(places), f"The same mean and standard deviation, {result}, are printed for {listed(places)}.",
        )  # fmt: skip


@check("Do two p values stand in each other's place?")
def swapped(study: Study) -> Iterable[Trouble]:
    """Look for pairs of p values that follow from each other's counts or means and not from their own."""
    wrong = [
        (c, stands_for(c.printed))
        for c in (*tables.comparisons(study), *t_tests.comparisons(study))
        if not c.printed.bound and significant(c.printed) > 1 and not c.agrees
    ]
    for (one, p_one), (other, p_other) in combinations(wrong, 2):
        if not (_gives(one, p_other) and _gives(other, p_one)) or (one.as_if_one_sided and other.as_if_one_sided):
            continue
        message = (
            f"The p value {one.printed} printed for {one.subject} is that of {other.basis}, and the p value {other.printed} "
            f"printed for {other.subject} is that of {one.basis}: they seem to stand in each other's place."
        )
        yield Trouble(
            f"{one.subject}-{other.subject}", "warning", tuple(dict.fromkeys((*one.entries, *other.entries))),
            tuple(dict.fromkeys((*one.locators, *other.locators))), f"p {one.printed} and {other.printed}",
            f"p {other.printed} and {one.printed}", message,
        )  # fmt: skip


def _gives(comparison: Comparison, p: Range) -> bool:
    return any(v.p.low <= p.high + TINY and p.low <= v.p.high + TINY for v in comparison.variants)
