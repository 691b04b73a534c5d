"""One contingency table, or the few that a print allows, under every usual test: p values and chi-squares."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from crlm_bayes.audits.p_values import exact_tests
from crlm_bayes.audits.p_values.comparison import Comparison, Variant, half_by_statistic, sided_as, two_sided
from crlm_bayes.audits.p_values.logrank_range import Orders, logrank_range
from crlm_bayes.documents.printed.entries import TestEntry
from crlm_bayes.documents.printed.rounding import Range, stands_for

FEW: Final = 5
"""Expected count below which papers turn to an exact test (Cochran 1954)."""

PEARSON, CORRECTED, FISHER = "Pearson chi-square", "continuity-corrected chi-square", "Fisher's exact test"

LOGRANK, TIED = "log-rank over all orders of events", "log-rank with any ties as well"

N_MINUS_1, RATIO, TREND, HALTON = "N - 1 chi-square", "likelihood ratio", "linear trend", "Fisher-Freeman-Halton test"

Fourfold = Callable[[int, int, int, int], float]

P_VALUES: Final[Mapping[str, Fourfold]] = {
    PEARSON: exact_tests.pearson,
    CORRECTED: exact_tests.yates,
    FISHER: exact_tests.fisher,
    N_MINUS_1: exact_tests.n_minus_1,
    RATIO: exact_tests.likelihood_ratio,
}

STATISTICS: Final[Mapping[str, Fourfold]] = {
    PEARSON: exact_tests.pearson_statistic,
    CORRECTED: exact_tests.yates_statistic,
    N_MINUS_1: exact_tests.n_minus_1_statistic,
    RATIO: exact_tests.likelihood_ratio_statistic,
}

type Arms = tuple[tuple[int, ...], ...]
"""A table of counts with a row for each arm."""


@dataclass(frozen=True)
class Tabulated:
    """A printed test with every table that the printed numbers allow.

    Attributes
    ----------
    tables : tuple
        One where counts are printed, several where percentages leave counts open.
    known : Arms or None
        The table without a category of unknown values: it has a share of the patients, but often no part in the test.
    even : bool
        Whether the open counts allow equal shares, and with them a p value of 1.
    orders : Orders or None
        Events by printed times, where the test may be a log-rank test. Of one that is said to be, there are no tables.
    """

    test: TestEntry
    subject: str
    basis: str
    entries: tuple[str, ...]
    locators: tuple[str, ...]
    tables: tuple[Arms, ...]
    even: bool = False
    known: Arms | None = None
    orders: Orders | None = None

    @property
    def comparison(self) -> Comparison | None:
        """The printed p value beside those of the tables; None where none is printed or none can be recomputed."""
        test = self.test
        if test.p is None:
            return None
        variants = sided_as(test.sided, self._variants(two_sided(test.p, test.sided)), test.p)
        if not variants:
            return None
        return Comparison(self.subject, self.basis, self.entries, self.locators, test.p, variants, test.sided)

    @property
    def statistics(self) -> dict[str, Range]:
        """Every chi-square of the tables and of the orders of events; none where not all that may be are known."""
        found = _ranges(self.tables, _statistics, [0.0] if self.even else []) | self._without_unknown(_statistics)
        said = stands_for(self.test.statistic) if self.test.statistic else None
        of_orders = self._of_orders(lambda found: said is None or any(x.meets(said) for x in found), found.values())
        return {} if of_orders is None else found | of_orders

    def _of_orders(
        self,
        fit: Callable[[Iterable[Range]], bool],
        others: Iterable[Range],
        turn: Callable[[Range], Range] = lambda x: x,
    ) -> dict[str, Range] | None:
        """Log-rank statistics, turned; ties, which take seconds, where nothing else fits; None where not all are known."""
        if self.orders is None:
            return {}
        plain = logrank_range(self.orders)
        found = {LOGRANK: turn(plain)} if plain else {}
        if fit([*others, *found.values()]):
            return found
        tied = logrank_range(self.orders, ties=True) if plain else None
        return found | {TIED: turn(tied)} if tied else None

    def _without_unknown(self, compute: Callable[[Arms], Mapping[str, float]]) -> dict[str, Range]:
        found = _ranges((self.known,), compute, []) if self.known else {}
        return {f"{name} without unknown": value for name, value in found.items()}

    def _variants(self, said: Range) -> tuple[Variant, ...]:
        found = _ranges(self.tables, _p_values, [1.0] if self.even else []) | self._without_unknown(_p_values)
        if not self.tables or _is_fourfold(self.tables[0]):
            first = (FISHER,) if self.test.test == "exact" else ()
        else:
            first = (HALTON,) if self.test.test == "exact" else ()
            sparse = any(exact_tests.least_expected(table) < FEW for table in self.tables)
            if first or (sparse and not any(p.meets(said) for p in found.values())):
                halton = [p for table in self.tables if (p := exact_tests.freeman_halton(table)) is not None]
                if len(halton) < len(self.tables):  # too large to enumerate: what the paper may have done is not known
                    return ()
                found[HALTON] = Range(min(halton), max(halton))
        of_orders = self._of_orders(lambda ps: any(p.meets(said) for p in ps), found.values(), _p_of)
        if of_orders is None:
            return ()
        found |= of_orders
        test = self.test
        half = None
        if test.statistic is not None and test.p is not None:
            half = half_by_statistic(test.p, _p_of(stands_for(test.statistic)))
        one_sided = _ranges(self.tables, _tails, []) | self._without_unknown(_tails)
        names = [*first, *(name for name in found if name not in first)]
        return tuple(
            Variant(
                name,
                found[name],
                one_sided.get(name) if name.startswith(FISHER) else None,
                half if name in one_sided or name in (LOGRANK, TIED) else False,
            )
            for name in names
        )


def _is_fourfold(table: Arms) -> bool:
    return len(table) == 2 and len(table[0]) == 2


def _ranges(
    tables: Sequence[Arms], compute: Callable[[Arms], Mapping[str, float]], also: Sequence[float]
) -> dict[str, Range]:
    each = [compute(table) for table in tables]
    if not each:
        return {}
    values = {name: [*also, *(found[name] for found in each)] for name in each[0]}
    return {name: Range(min(x), max(x)) for name, x in values.items()}


def _tails(table: Arms) -> dict[str, float]:
    """One-sided p values of the tests whose one-sided p value a paper may print without saying so."""
    if not _is_fourfold(table):
        return {}
    (a, c), (b, d) = table
    counts = a, a + c, b, b + d
    halves = {name: P_VALUES[name](*counts) / 2 for name in (PEARSON, CORRECTED)}
    return halves | {FISHER: exact_tests.fisher_one_sided(*counts)}


def _p_of(chi2: Range) -> Range:
    """P values of chi-squares on one degree of freedom."""
    return Range(exact_tests.p_of_chi2(chi2.high), exact_tests.p_of_chi2(chi2.low))


def _p_values(table: Arms) -> dict[str, float]:
    return _recomputed(table, P_VALUES, lambda test: test.p)


def _statistics(table: Arms) -> dict[str, float]:
    return _recomputed(table, STATISTICS, lambda test: test.statistic)


def _recomputed(
    table: Arms, fourfold: Mapping[str, Fourfold], take: Callable[[exact_tests.TableTest], float]
) -> dict[str, float]:
    if _is_fourfold(table):
        (a, c), (b, d) = table
        return {name: compute(a, a + c, b, b + d) for name, compute in fourfold.items()}
    found = {PEARSON: take(exact_tests.pearson_table(table)), RATIO: take(exact_tests.likelihood_ratio_table(table))}
    if len(table) == 2:
        found[TREND] = take(exact_tests.linear_trend(table))
    if len(table[0]) == 2:  # more than two arms: the paper may have tested a pair of them
        for (i, (a, c)), (j, (b, d)) in combinations(enumerate(table, 1), 2):
            for name in (PEARSON, CORRECTED, FISHER):
                if name in fourfold:
                    found[f"{name}, arms {i} and {j}"] = fourfold[name](a, a + c, b, b + d)
    return found
