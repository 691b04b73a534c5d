"""Printed numbers as intervals: what a rounded print leaves open.

A print stands for every value that rounds to it, half a unit of its last place to either side, both ends included, so
that rounding half up and half to even are both allowed. Arithmetic on counts is exact, in integers.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.words.numbers import fixed

TINY: Final = 1e-9
"""Relative slack for floating point, far below any printed digit."""


@dataclass(frozen=True)
class Range:
    """All values from `low` to `high`."""

    low: float
    high: float

    def meets(self, other: "Range") -> bool:
        """Whether the two have a value in common, but for floating point."""
        slack = TINY * max(1.0, *(abs(x) for x in (self.low, self.high, other.low, other.high) if math.isfinite(x)))
        return self.low <= other.high + slack and other.low <= self.high + slack

    def gap(self, other: "Range") -> float:
        """Distance between the two; 0 where they meet."""
        return max(0.0, other.low - self.high, self.low - other.high)


def stands_for(number: PrintedNumber) -> Range:
    """All values that a print stands for; the open side of a bound."""
    return Range(*number.interval)


def would_print(value: float, like: PrintedNumber) -> str:
    """Write a value to as many decimals as a printed number has."""
    return fixed(value, decimals(like))


def decimals(number: PrintedNumber) -> int:
    """How many decimals are printed."""
    exponent = number.decimal.as_tuple().exponent
    assert isinstance(exponent, int), "printed numbers are finite"
    return max(0, -exponent)


def counts_printing(percent: PrintedNumber, n: int) -> range:
    """Return the counts k for which 100 k/n rounds to the printed percentage.

    The arithmetic is exact. The test is GRIM (Brown and Heathers 2017) for percentages.
    """
    unit = Decimal(1).scaleb(-decimals(percent))
    low, high = Fraction(percent.decimal) - Fraction(unit) / 2, Fraction(percent.decimal) + Fraction(unit) / 2
    return range(max(0, math.ceil(low * n / 100)), min(n, math.floor(high * n / 100)) + 1)


def percent_fits(percent: PrintedNumber, count: int, n: int) -> bool:
    """Whether count/n rounds to the printed percentage."""
    return count in counts_printing(percent, n)


def is_cut_off(percent: PrintedNumber, count: int, n: int) -> bool:
    """Whether count/n was cut off after the last printed decimal instead of rounded."""
    step = 10 ** decimals(percent)
    return Fraction(percent.decimal) == Fraction(100 * count * step // n, step)
