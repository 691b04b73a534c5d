"""P values of contingency tables: do the printed counts give the printed p value and chi-square?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Final

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.p_values.comparison import Comparison, troubles
from crlm_bayes.audits.p_values.logrank_range import orders_of
from crlm_bayes.audits.p_values.statistics import is_unknown, listed, statistic_trouble, titled
from crlm_bayes.audits.p_values.tabulated import Arms, Tabulated
from crlm_bayes.documents.printed.entries import BaselineEntry, CountEntry, SurvivalEntry, TestEntry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import counts_printing
from crlm_bayes.documents.study import Study, reference

MOST_TABLES: Final = 64
"""How many tables are tried where percentages leave counts open; beyond, the counts are thinned evenly."""


@dataclass(frozen=True)
class Share:
    """Patients with an event in one arm: the counts that its print allows, and the percentage where only that is printed."""

    entry: str
    locator: str
    n: int
    counts: Sequence[int]
    percent: PrintedNumber | None = None

    def __str__(self) -> str:
        counts = f"{self.counts[0]}" if len(self.counts) == 1 else f"{self.counts[0]} to {self.counts[-1]}"
        return f"{counts}/{self.n}"


def tabulations(study: Study) -> list[Tabulated]:
    """Chi-square and exact tests for which the study prints the tables."""
    found = []
    for subject, test in titled(study):
        if test.test in ("chi2", "exact"):
            tabulated = (
                _of_shares(test, subject, _shares(study, test))
                if test.variable is None
                else _of_categories(study, test, subject)
            )
            if tabulated is not None and test.months is not None and "logrank" in study.survival_tests:
                # which test is meant is not said; of one that is not known nothing can be recomputed
                orders = orders_of(study, test)
                tabulated = None if orders is None else replace(tabulated, orders=orders)
            if tabulated is not None:
                found.append(tabulated)
    return found


def comparisons(study: Study) -> list[Comparison]:
    """Printed p values of chi-square and exact tests beside those of the printed tables."""
    return [c for tabulated in tabulations(study) if (c := tabulated.comparison) is not None]


@check("Does each p value of a chi-square or exact test follow from the printed counts?")
def chi_square(study: Study) -> Iterable[Trouble]:
    """Recompute the p values of tables."""
    for tabulated in tabulations(study):
        comparison, test = tabulated.comparison, tabulated.test
        for trouble in troubles([comparison] if comparison else []):
            if test.statistic is None or test.test != "chi2":
                yield trouble
                continue
            yield replace(
                trouble,
                printed=f"chi-square {test.statistic}, {trouble.printed}",
                recomputed=f"{trouble.recomputed}; chi-square: {listed(tabulated.statistics)}",
            )


@check("Does each printed chi-square follow from the printed counts?")
def chi_square_statistic(study: Study) -> Iterable[Trouble]:
    """Recompute the chi-squares whose p value raised nothing, so that one contradiction is told once."""
    for tabulated in tabulations(study):
        if tabulated.test.test != "chi2" or tabulated.test.statistic is None:
            continue
        trouble = statistic_trouble(
            tabulated.test, "chi-square", tabulated.subject, tabulated.basis, tabulated.statistics
        )
        if trouble is None:
            continue
        comparison = tabulated.comparison
        if comparison is None or comparison.severity is None:
            yield replace(trouble, entries=tabulated.entries, locators=tabulated.locators)


def _shares(study: Study, test: TestEntry) -> list[Share | None]:
    """Shares of an endpoint in the arms that have it, in the order of the arms; None for one without a whole number."""
    complete = study.complete_follow_up_months or 0.0
    shares: list[Share | None] = []
    for arm in study.arms:
        if test.months is None:
            counted = (x for x in study.counts if (x.endpoint, x.arm, x.centre) == (test.endpoint, arm.id, None))
            shares += [_share("counts", row, row.n, row.events) for row in counted]
        elif arm.n is not None:
            at = (test.endpoint, arm.id, test.months.value)
            alive = (row for row in study.survival if (row.endpoint, row.arm, row.months.value) == at)
            # a Kaplan-Meier percentage is a share of patients only while nobody is censored
            known = test.months.value <= complete
            shares += [
                _share("survival", row, arm.n, row.alive) if known or row.alive is not None else None for row in alive
            ]
    return shares


def _share(table: str, row: CountEntry | SurvivalEntry, n: int, count: int | None) -> Share | None:
    name = reference(table, row)
    if count is not None:
        return Share(name, row.locator, n, [count])
    assert row.percent is not None, "an entry has a count, a percentage, or both"
    counts = counts_printing(row.percent, n)
    return Share(name, row.locator, n, counts, row.percent) if counts else None


def _of_shares(test: TestEntry, subject: str, shares: Sequence[Share | None]) -> Tabulated | None:
    known = [share for share in shares if share is not None]
    if len(known) < 2 or len(known) < len(shares):
        return None
    options = [share.counts for share in known]
    if prod(map(len, options)) > MOST_TABLES:
        options = [[x[i * (len(x) - 1) // 7] for i in range(8)] if len(x) > 8 else x for x in options]
    tables = tuple(
        tuple((k, share.n - k) for k, share in zip(counts, known, strict=True)) for counts in product(*options)
    )
    lowest = max(Fraction(share.counts[0], share.n) for share in known)
    highest = min(Fraction(share.counts[-1], share.n) for share in known)
    written = " v ".join(map(str, known))
    basis = f"the printed counts {written}"
    if any(share.percent is not None for share in known):
        percents = " v ".join(f"{share.percent}%" if share.percent else str(share) for share in known)
        only = "the only counts" if len(tables) == 1 else "any counts"
        basis = f"{only} that print {percents}, {written}"
    return Tabulated(
        test,
        subject,
        basis,
        (*(share.entry for share in known), reference("tests", test)),
        (*(share.locator for share in known), test.locator),
        tables,
        len(tables) > 1 and lowest <= highest,
    )


def _of_categories(study: Study, test: TestEntry, subject: str) -> Tabulated | None:
    """Tabulate categories by arms; a single category against all others; nothing where categories are missing."""
    rows = [row for row in study.baseline if row.variable == test.variable]
    arms = [[row for row in rows if row.arm == arm.id] for arm in study.arms]
    arms = [of_arm for of_arm in arms if of_arm]
    names = [row.category for row in arms[0]] if arms else []
    if (
        len(arms) < 2
        or len(set(names)) < len(names)
        or any([row.category for row in of_arm] != names for of_arm in arms)
    ):
        return None
    table = tuple(map(_row, arms))
    if any(row is None for row in table):
        return None
    whole: Arms = tuple(row for row in table if row is not None)
    kept = [i for i, name in enumerate(names) if not is_unknown(name)]
    if len(names) <= 2:
        written = " v ".join(f"{of_arm[0].events}/{of_arm[0].n}" for of_arm in arms)
    else:
        written = " v ".join(f"{', '.join(map(str, row))}" for row in whole)
    return Tabulated(
        test,
        subject,
        f"the printed counts {written}",
        (*(reference("baseline", row) for of_arm in arms for row in of_arm), reference("tests", test)),
        (*(row.locator for of_arm in arms for row in of_arm), test.locator),
        (whole,),
        known=tuple(tuple(row[i] for i in kept) for row in whole) if 2 <= len(kept) < len(names) else None,
    )


def _row(categories: Sequence[BaselineEntry]) -> tuple[int, ...] | None:
    counts, sizes = tuple(row.events for row in categories), {row.n for row in categories}
    if len(sizes) > 1:
        return None
    (n,) = sizes
    if len(counts) == 1:
        return counts[0], n - counts[0]
    return counts if sum(counts) == n else None
