"""What the print of two arms can stand for, and the intervals and p values that every usual method makes of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from crlm_bayes.audits.counts import fourfold
from crlm_bayes.audits.counts.pinned import near
from crlm_bayes.audits.p_values.comparison import Variant
from crlm_bayes.audits.p_values.tabulated import P_VALUES
from crlm_bayes.documents.printed.entries import CountEntry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import Range, percent_fits, stands_for

type Method = Callable[[int, int, int, int, float], Mapping[str, fourfold.Limits]]

type Counts = tuple[int, int]
"""Least and greatest count."""

FOLLOWS: Final = 0.05
"""Share of the width of an interval up to which a limit is as good as printed.

Programs differ by quantiles, corrections and halves added; the usual methods are all tried, so that little more is needed.
"""

NEAR: Final = 0.15
"""The same, up to which limits that do not follow are only a note: strata, clusters and covariates can shift them so far."""


@dataclass(frozen=True)
class Part:
    """What the print of one arm can stand for: in words, as shares, and as whole numbers of patients."""

    words: str
    share: Range
    counts: Counts
    n: int


@dataclass(frozen=True)
class Reading:
    """One reading of the print of two arms."""

    first: Part
    second: Part

    @property
    def words(self) -> str:
        """``4/49 v 6/52``, or ``8% of 49 v 12% of 52``."""
        return f"{self.first.words} v {self.second.words}"

    @property
    def exact(self) -> bool:
        """Whether it rests on printed counts alone, so that nothing is left open."""
        return all(part.share.low == part.share.high for part in (self.first, self.second))

    @property
    def inside(self) -> bool:
        """Whether no cell of the table can be empty."""
        return all(part.counts[0] > 0 and part.counts[1] < part.n for part in (self.first, self.second))

    def corners(self) -> list[tuple[int, int, int, int]]:
        """Tables at the ends of what the print leaves open: the least first count with the greatest second one, and so on."""
        return [
            (a, self.first.n, b, self.second.n)
            for a, b in dict.fromkeys(product(self.first.counts, self.second.counts))
        ]

    def limits(self, method: Method, level: float) -> dict[str, tuple[Range, Range]]:
        """Ranges of both limits by every method."""
        each = [method(*table, level) for table in self.corners()]
        return {
            name: (_range(found[name][0] for found in each), _range(found[name][1] for found in each))
            for name in each[0]
        }

    def p_values(self) -> list[Variant]:
        """Ranges of p values by every usual test."""
        each = [
            {name: test(*table) for name, test in P_VALUES.items()} | fourfold.p_values(*table)
            for table in self.corners()
        ]
        # equal shares have a p value of 1
        also = [1.0] if not self.exact and self.first.share.meets(self.second.share) else []
        return [Variant(name, _range([*also, *(found[name] for found in each)])) for name in each[0]]


@dataclass(frozen=True)
class Fit:
    """How near limits by some method come to printed limits.

    Attributes
    ----------
    gap : float
        Distance of the farther limit, in widths of the interval.
    words : str
        Of the reading.
    """

    gap: float
    words: str
    method: str
    limits: tuple[Range, Range]


def parts(row: CountEntry) -> list[Part]:
    """Read a count, and a percentage as every share and whole number that prints it."""
    found = []
    if row.events is not None:
        share = row.events / row.n
        found.append(Part(f"{row.events}/{row.n}", Range(share, share), (row.events, row.events), row.n))
    if row.percent is not None:
        found.append(of_percent(row.percent, row.n))
    return found


def inner(pair: tuple[CountEntry, CountEntry]) -> list[Reading]:
    """Readings whose tables have no empty cell; a percentage beside the count that it follows from is none of its own."""

    def counted(row: CountEntry) -> list[Part]:
        follows = row.events is not None and row.percent is not None and percent_fits(row.percent, row.events, row.n)
        return parts(row)[:1] if follows else parts(row)

    return [reading for reading in readings(counted(pair[0]), counted(pair[1])) if reading.inside]


def of_percent(percent: PrintedNumber, n: int) -> Part:
    """Read a percentage of n patients: its shares, and the whole numbers that print it or are next to it."""
    said, counts = stands_for(percent), near(percent, n, 1)
    share = Range(max(0.0, said.low / 100), min(1.0, said.high / 100))
    return Part(f"{percent}% of {n}", share, (counts[0], counts[-1]), n)


def readings(first: Iterable[Part], second: Iterable[Part]) -> list[Reading]:
    """Every reading of two arms; that of the printed counts first."""
    return [Reading(a, b) for a, b in product(first, second)]


def fits(readings: Sequence[Reading], method: Method, level: float, printed: tuple[Range, Range]) -> list[Fit]:
    """Compare printed limits with those of every reading and method; the usual method of the first reading first."""
    found = []
    for reading in readings:
        for name, (low, high) in reading.limits(method, level).items():
            width = high.high - low.low
            gap = max(low.gap(printed[0]), high.gap(printed[1]))
            found.append(Fit(gap / width if width > 0 else gap, reading.words, name, (low, high)))
    return found


def side(low: Range, high: Range) -> int:
    """Which side of 0 an interval lies on; 0 where it holds 0 or rounding leaves it open."""
    return 1 if low.low > 0 else -1 if high.high < 0 else 0


def _range(values: Iterable[float]) -> Range:
    each = list(values)
    return Range(min(each), max(each))
