"""One contingency table, or the few that a print allows, under every usual test: p values and chi-squares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from crlm_bayes.audits.p_values import exact_tests
from crlm_bayes.audits.p_values.comparison import Comparison, Variant
from crlm_bayes.documents.entries import TestEntry
from crlm_bayes.documents.rounding import Range, stands_for

FEW: Final = 5
"""Expected count below which papers turn to an exact test (Cochran 1954)."""

PEARSON, CORRECTED, FISHER = "Pearson chi-square", "continuity-corrected chi-square", "Fisher's exact test"

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
    """

    test: TestEntry
    subject: str
    basis: str
    entries: tuple[str, ...]
    locators: tuple[str, ...]
    tables: tuple[Arms, ...]
    even: bool = False
    known: Arms | None = None

    @property
    def comparison(self) -> Comparison | None:
        """The printed p value beside those of the tables; None where none is printed or none can be recomputed."""
        if self.test.p is None:
            return None
        variants = self._variants(stands_for(self.test.p))
        return (
            Comparison(self.subject, self.basis, self.entries, self.locators, self.test.p, variants)
            if variants
            else None
        )

    @property
    def statistics(self) -> dict[str, Range]:
        """Every chi-square of the tables."""
        found = _ranges(self.tables, _statistics, [0.0] if self.even else [])
        return found | self._without_unknown(_statistics)

    def _without_unknown(self, compute: Callable[[Arms], Mapping[str, float]]) -> dict[str, Range]:
        found = _ranges((self.known,), compute, []) if self.known else {}
        return {f"{name} without unknown": value for name, value in found.items()}

    def _variants(self, said: Range) -> tuple[Variant, ...]:
        found = _ranges(self.tables, _p_values, [1.0] if self.even else []) | self._without_unknown(_p_values)
        if _is_fourfold(self.tables[0]):
            first = (FISHER,) if self.test.test == "exact" else ()
        else:
            first = (HALTON,) if self.test.test == "exact" else ()
            sparse = any(exact_tests.least_expected(table) < FEW for table in self.tables)
            if first or (sparse and not any(p.meets(said) for p in found.values())):
                halton = [p for table in self.tables if (p := exact_tests.freeman_halton(table)) is not None]
                if len(halton) < len(self.tables):  # too large to enumerate: what the paper may have done is not known
                    return ()
                found[HALTON] = Range(min(halton), max(halton))
        names = [*first, *(name for name in found if name not in first)]
        return tuple(Variant(name, found[name]) for name in names)


def _is_fourfold(table: Arms) -> bool:
    return len(table) == 2 and len(table[0]) == 2


def _ranges(
    tables: Sequence[Arms], compute: Callable[[Arms], Mapping[str, float]], also: Sequence[float]
) -> dict[str, Range]:
    each = [compute(table) for table in tables]
    values = {name: [*also, *(found[name] for found in each)] for name in each[0]}
    return {name: Range(min(x), max(x)) for name, x in values.items()}


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
