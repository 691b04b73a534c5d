"""Counts that are pinned down by percentages and a p value together.

A percentage that no whole number of patients gives, or that several give, leaves the counts open; the printed p value of
a test between the two arms may leave one pair only.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final, NamedTuple

from crlm_bayes.audits.counts.percentages import counts_survivors
from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.names import arm_names
from crlm_bayes.audits.p_values.comparison import two_sided
from crlm_bayes.audits.p_values.exact_tests import fisher, pearson, yates
from crlm_bayes.documents.printed.entries import Arm, CountEntry, SurvivalEntry, TestEntry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import Range, counts_printing, decimals, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import endpoint_noun

FourfoldTest = Callable[[int, int, int, int], float]

PEARSON, YATES, FISHER = "Pearson chi-square", "continuity-corrected chi-square", "Fisher's exact test"

TESTS: Final[Mapping[str, FourfoldTest]] = {PEARSON: pearson, YATES: yates, FISHER: fisher}
"""Two-sided tests of a of n against b of m; the usual one first."""

REACH: Final = 2
"""How many patients a count may lie from a percentage that no whole number gives."""

MOST: Final = 100
"""Pairs of counts beyond which percentages leave so much open that a p value can pin nothing."""


class Pin(NamedTuple):
    """A pair of counts that gives the printed p value by the named test."""

    counts: tuple[int, int]
    test: str


@dataclass(frozen=True)
class Side:
    """One arm of a test: what is printed of it, and the counts that this allows.

    Attributes
    ----------
    arm, entry, locator : str
    n : int
    printed : str
        ``57.0% of 217``, or ``124 of 217`` where the count is printed.
    counts : tuple of int
        The printed count, those that print the percentage, or those near it.
    possible : bool
        Whether some whole number of patients gives the print.
    """

    arm: str
    entry: str
    locator: str
    n: int
    printed: str
    counts: tuple[int, ...]
    possible: bool

    @property
    def is_open(self) -> bool:
        """Whether the print alone does not settle the count."""
        return not self.possible or len(self.counts) > 1


@dataclass(frozen=True)
class Pins:
    """What a printed p value leaves of the counts of two arms.

    Attributes
    ----------
    endpoint : str
    months : str or None
        None where the endpoint has no time.
    kind : str
        What the test is printed to be: ``chi2`` or ``exact``.
    sides : two Side
        In the order of the arms.
    p : PrintedNumber
    pins : tuple of Pin
        The pairs that reproduce the p value, all by the most usual test that has any.
    others : tuple of Pin
        Further pairs that do so by less usual tests.
    entries, locators : tuple of str
        Of both arms and of the test.
    """

    endpoint: str
    months: str | None
    kind: str
    sides: tuple[Side, Side]
    p: PrintedNumber
    pins: tuple[Pin, ...]
    others: tuple[Pin, ...]
    entries: tuple[str, ...]
    locators: tuple[str, ...]

    @property
    def possible(self) -> bool:
        """Whether both prints are possible with whole numbers of patients."""
        return all(side.possible for side in self.sides)


def near(percent: PrintedNumber, n: int, reach: int = REACH) -> tuple[int, ...]:
    """Counts that print a percentage of n patients; where there are none, those within `reach` patients of it."""
    if printing := counts_printing(percent, n):
        return tuple(printing)
    share, half = Fraction(percent.decimal) / 100, Fraction(1, 200 * 10 ** decimals(percent))
    low, high = math.ceil((share - half) * n - reach), math.floor((share + half) * n + reach)
    return tuple(range(max(0, low), min(n, high) + 1))


def pinned(percents: Sequence[PrintedNumber], ns: Sequence[int], p: PrintedNumber, reach: int = REACH) -> list[Pin]:
    """Find the pairs of counts that reproduce a printed p value.

    Parameters
    ----------
    percents : two PrintedNumber
        Printed percentages of two arms.
    ns : two int
        Patients in the arms.
    p : PrintedNumber
        Printed two-sided p value, or a bound.
    reach : int
        Patients that a count may lie from a percentage that no whole number gives.

    Returns
    -------
    list of Pin
        All by Pearson's test where that reproduces the p value for any pair; else by the continuity-corrected test,
        else by Fisher's. Empty where no test reproduces it.
    """
    (first, second), (n, m) = percents, ns
    sides = (near(first, n, reach), near(second, m, reach))
    return next((found for test in TESTS if (found := _by_test(sides, (n, m), stands_for(p), test))), [])


def pins(study: Study, reach: int = REACH) -> list[Pins]:
    """Look for counts behind every chi-square or exact test whose percentages leave a choice.

    Two arms, at least one without a printed count and with no or several whole numbers behind its percentage; survival
    only where percentages are shares of patients.
    """
    return [found for test in study.tests if (found := _of_test(study, test, reach))]


@check("Do the percentages and the p value of a test together leave whole numbers of patients?")
def pinned_counts(study: Study) -> Iterable[Trouble]:
    """Note the only counts that reproduce a p value; warn where an impossible percentage has none near it that do."""
    names = arm_names(study)
    for found in pins(study):
        at = f" at {found.months} months" if found.months else ""
        arms = " and ".join(f"{side.printed} in {names[side.arm]}" for side in found.sides)
        start = f"For {endpoint_noun(found.endpoint)}{at} ({arms})"
        p = f"p {'' if found.p.bound else '= '}{found.p}"
        printed = f"{' v '.join(side.printed for side in found.sides)}, {p}"
        subject = " ".join(filter(None, (found.endpoint, found.months, "exact" if found.kind == "exact" else "")))
        where = "that print these percentages" if found.possible else "near the printed percentages"
        if len(found.pins) == 1:
            pin, ns = found.pins[0], [side.n for side in found.sides]
            other = ", ".join(f"{other.test} also with {_written(other, ns)}" for other in found.others)
            message = (
                f"{start}, {_written(pin, ns)} are the only counts {where} that give the printed {p} by {pin.test}"
                f"{f' ({other})' if other else ''}."
            )
            recomputed = "; ".join(f"{_written(x, ns)} ({x.test})" for x in (pin, *found.others))
            yield Trouble(subject, "note", found.entries, found.locators, printed, recomputed, message)
        elif not found.pins and not found.possible and not (found.months and study.survival_tests):
            # where each percentage is possible, the check of chi-square tests has tried its counts
            tried = " v ".join(f"{side.counts[0]} to {side.counts[-1]} of {side.n}" for side in found.sides)
            message = f"{start}, no counts within {REACH} patients of the percentages give the printed {p}."
            yield Trouble(subject, "warning", found.entries, found.locators, printed, f"none of {tried}", message)


def _written(pin: Pin, ns: Sequence[int]) -> str:
    return " v ".join(f"{k}/{n}" for k, n in zip(pin.counts, ns, strict=True))


def _by_test(sides: Sequence[Sequence[int]], ns: Sequence[int], said: Range, test: str) -> list[Pin]:
    (first, second), (n, m) = sides, ns
    values = ((a, b, TESTS[test](a, n, b, m)) for a, b in product(first, second))
    return [Pin((a, b), test) for a, b, value in values if Range(value, value).meets(said)]


def _of_test(study: Study, test: TestEntry, reach: int) -> Pins | None:
    if test.p is None or test.endpoint is None or test.test not in ("chi2", "exact") or len(study.arms) != 2:
        return None
    first, second = (_side(study, test, arm, reach) for arm in study.arms)
    if first is None or second is None or not (first.is_open or second.is_open):
        return None
    if len(first.counts) * len(second.counts) > MOST:
        return None
    order = [FISHER, PEARSON, YATES] if test.test == "exact" else list(TESTS)
    months = None if test.months is None else str(test.months)
    sides, ns = (first.counts, second.counts), (first.n, second.n)
    found, halves = (
        [pin for name in order for pin in _by_test(sides, ns, two_sided(test.p, side), name)]
        for side in (test.sided, "one")
    )
    if halves and not found:
        return None  # as if one-sided
    best = tuple(pin for pin in found if pin.test == found[0].test)
    pairs = {pin.counts for pin in best}
    others = tuple(pin for pin in found if pin.counts not in pairs)
    entries = (first.entry, second.entry, reference("tests", test))
    locators = tuple(dict.fromkeys((first.locator, second.locator, test.locator)))
    return Pins(test.endpoint, months, test.test, (first, second), test.p, best, others, entries, locators)


def _side(study: Study, test: TestEntry, arm: Arm, reach: int) -> Side | None:
    row: CountEntry | SurvivalEntry | None
    if test.months is None:
        row = next((r for r in study.counts if (r.endpoint, r.arm, r.centre) == (test.endpoint, arm.id, None)), None)
        table, n, count = "counts", row.n if row else 0, row.events if row else None
    elif arm.n is None:
        return None
    else:
        at = (test.endpoint, arm.id, test.months.value)
        row = next((r for r in study.survival if (r.endpoint, r.arm, r.months.value) == at), None)
        table, n, count = "survival", arm.n, row.alive if row else None
        if row and count is None and not counts_survivors(study, row):
            return None
    if row is None:
        return None
    if count is not None:
        return Side(arm.id, reference(table, row), row.locator, n, f"{count} of {n}", (count,), True)
    assert row.percent is not None, "an entry has a count, a percentage, or both"
    printed, possible = f"{row.percent}% of {n}", bool(counts_printing(row.percent, n))
    return Side(arm.id, reference(table, row), row.locator, n, printed, near(row.percent, n, reach), possible)
