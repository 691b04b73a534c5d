"""Tests of contingency tables: two-sided p values of a of n against b of m, and of a table of any size.

The functions of four counts return two-sided p values. A table in which a row or a column is empty says nothing about a
difference: its statistic is 0 and its p value 1, which is what a paper prints for it.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

TIES: Final = 1e-7
"""Relative slack within which two tables are equally probable (the choice of R's `fisher.test`)."""

MOST_TABLES: Final = 200_000
"""Most tables that are enumerated for an exact test (some milliseconds)."""

type Table = Sequence[Sequence[int]]
"""Counts, rows by columns."""


class TableTest(NamedTuple):
    """Statistic, degrees of freedom and p value of a table."""

    statistic: float
    df: int
    p: float


def p_of_chi2(statistic: float, df: int = 1) -> float:
    """Upper tail of the chi-square distribution; 1 where there is no degree of freedom or the statistic is not above 0."""
    if df < 1 or statistic <= 0:
        return 1.0
    return math.erfc(math.sqrt(statistic / 2)) if df == 1 else float(scipy.special.chdtrc(df, statistic))


def pearson_statistic(a: int, n: int, b: int, m: int) -> float:
    """Pearson's chi-square (1900) of a of n against b of m."""
    return _chi2(a, n, b, m, 0.0)


def yates_statistic(a: int, n: int, b: int, m: int) -> float:
    """Chi-square with Yates's continuity correction (1934), which is never larger than the deviation itself."""
    return _chi2(a, n, b, m, (n + m) / 2)


def n_minus_1_statistic(a: int, n: int, b: int, m: int) -> float:
    """Chi-square with N - 1 in place of N (Campbell 2007; linear-by-linear association in SPSS)."""
    return _chi2(a, n, b, m, 0.0) * (n + m - 1) / (n + m)


def likelihood_ratio_statistic(a: int, n: int, b: int, m: int) -> float:
    """G, twice the log likelihood ratio (Wilks 1938)."""
    events, total = a + b, n + m
    table = ((a, n, events), (n - a, n, total - events), (b, m, events), (m - b, m, total - events))
    return max(0.0, 2 * math.fsum(x * math.log(x * total / (row * column)) for x, row, column in table if x))


def pearson(a: int, n: int, b: int, m: int) -> float:
    """P value of :func:`pearson_statistic`."""
    return p_of_chi2(pearson_statistic(a, n, b, m))


def yates(a: int, n: int, b: int, m: int) -> float:
    """P value of :func:`yates_statistic`."""
    return p_of_chi2(yates_statistic(a, n, b, m))


def n_minus_1(a: int, n: int, b: int, m: int) -> float:
    """P value of :func:`n_minus_1_statistic`."""
    return p_of_chi2(n_minus_1_statistic(a, n, b, m))


def likelihood_ratio(a: int, n: int, b: int, m: int) -> float:
    """P value of :func:`likelihood_ratio_statistic`."""
    return p_of_chi2(likelihood_ratio_statistic(a, n, b, m))


def fisher(a: int, n: int, b: int, m: int) -> float:
    """Fisher's exact test (1935), two-sided: all tables with the same margins that are not more probable."""
    mass, here = _same_margins(a, n, b, m)
    return min(1.0, float(mass[mass <= mass[here] * (1 + TIES)].sum() / mass.sum())) if here is not None else 0.0


def fisher_one_sided(a: int, n: int, b: int, m: int) -> float:
    """Fisher's exact test, one-sided: all tables with the same margins and a difference as large on the same side."""
    mass, here = _same_margins(a, n, b, m)
    return float(min(mass[: here + 1].sum(), mass[here:].sum()) / mass.sum()) if here is not None else 0.0


def _same_margins(a: int, n: int, b: int, m: int) -> tuple[NDArray[np.float64], int | None]:
    """Relative probabilities of all tables with the same margins, and the place of the printed one; None far outside."""
    events, total = a + b, n + m
    if events in (0, total):
        return np.ones(1), 0
    # beyond 40 standard deviations and 100 counts nothing that a float can hold is left
    mean = events * n / total
    reach = 100 + 40 * math.sqrt(mean * (m / total) * (1 - events / total))
    low, high = max(0, events - m, math.floor(mean - reach)), min(events, n, math.ceil(mean + reach))
    if not low <= a <= high:
        return np.ones(1), None
    x = np.arange(low, high + 1, dtype=float)
    logs = -np.sum([scipy.special.gammaln(k + 1) for k in (x, n - x, events - x, m - events + x)], axis=0)
    return np.exp(logs - logs.max()), a - low


def pearson_table(counts: Table) -> TableTest:
    """Pearson's chi-square of a table of counts, rows by columns; empty rows and columns are left out."""
    return _table_test(counts, lambda x, expected: (x - expected) ** 2 / expected)


def likelihood_ratio_table(counts: Table) -> TableTest:
    """G of a table of counts, rows by columns; empty rows and columns are left out."""
    return _table_test(counts, lambda x, expected: 2 * x * math.log(x / expected) if x else 0.0)


def linear_trend(counts: Table) -> TableTest:
    """Linear-by-linear association of two rows with columns in their printed order (Mantel 1963, M² = (N - 1) r²)."""
    first, sizes = counts[0], [sum(column) for column in zip(*counts, strict=True)]
    n, total = sum(first), sum(sizes)
    mean = sum(score * size for score, size in enumerate(sizes)) / total
    spread = math.fsum(size * (score - mean) ** 2 for score, size in enumerate(sizes))
    if spread <= 0 or n in (0, total):
        return TableTest(0.0, 0, 1.0)
    shift = math.fsum(x * (score - mean) for score, x in enumerate(first))
    statistic = (total - 1) * shift**2 / (spread * n * (1 - n / total))
    return TableTest(statistic, 1, p_of_chi2(statistic))


def freeman_halton(counts: Table) -> float | None:
    """Fisher's exact test of a table with two rows or two columns (Freeman and Halton 1951), two-sided.

    All tables with the same margins that are not more probable than the one observed. None where the table is larger
    in both directions, or where there are more than :data:`MOST_TABLES` to enumerate.
    """
    rows, columns = _without_empty(counts)
    if min(len(rows), len(columns)) < 2:
        return 1.0
    pairs = rows if len(columns) == 2 else columns
    if len(pairs[0]) != 2:
        return None
    pairs = sorted(pairs, key=sum)
    sizes, events = [sum(pair) for pair in pairs], sum(pair[0] for pair in pairs)
    if math.prod(min(size, events) + 1 for size in sizes[:-1]) > MOST_TABLES:
        return None
    taken, logs = np.zeros(1), np.zeros(1)
    for size in sizes[:-1]:
        x = np.arange(min(size, events) + 1, dtype=float)
        taken = np.add.outer(taken, x).ravel()
        logs = np.add.outer(logs, -scipy.special.gammaln(x + 1) - scipy.special.gammaln(size - x + 1)).ravel()
    rest = events - taken
    possible = (rest >= 0) & (rest <= sizes[-1])
    logs = (
        logs[possible]
        - scipy.special.gammaln(rest[possible] + 1)
        - scipy.special.gammaln(sizes[-1] - rest[possible] + 1)
    )
    observed = -sum(math.lgamma(x + 1) for pair in pairs for x in pair)
    mass = np.exp(logs - logs.max())
    return min(1.0, float(mass[logs <= observed + TIES].sum() / mass.sum()))


def least_expected(counts: Table) -> float:
    """Smallest expected count of a table; below 5 the chi-square approximation is poor (Cochran 1954)."""
    rows, columns = _without_empty(counts)
    total = sum(map(sum, rows))
    return min(map(sum, rows)) * min(map(sum, columns)) / total if total else 0.0


def _chi2(a: int, n: int, b: int, m: int, correction: float) -> float:
    events, total = a + b, n + m
    if events in (0, total):
        return 0.0
    deviation = max(0.0, abs(a * m - b * n) - correction)
    return deviation / (n * m) * (deviation / events) * (total / (total - events))


def _without_empty(counts: Table) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Rows and columns of a table without those that are empty."""
    columns = [column for column in zip(*counts, strict=True) if sum(column)]
    rows = [row for row in zip(*columns, strict=True) if sum(row)]
    return rows, list(zip(*rows, strict=True))


def _table_test(counts: Table, term: Callable[[int, float], float]) -> TableTest:
    rows, columns = _without_empty(counts)
    heights, widths = [sum(row) for row in rows], [sum(column) for column in columns]
    total = sum(heights)
    df = max(0, len(rows) - 1) * max(0, len(columns) - 1)
    if df == 0:
        return TableTest(0.0, 0, 1.0)
    terms = (
        term(x, height * width / total)
        for row, height in zip(rows, heights, strict=True)
        for x, width in zip(row, widths, strict=True)
    )
    statistic = max(0.0, math.fsum(terms))
    return TableTest(statistic, df, p_of_chi2(statistic, df))
