"""Tables of effects: ratios between arms, differences, and rows of regression tables."""

import math
from typing import Self

from pydantic import StrictBool, model_validator

from crlm_bayes.documents.printed.entries import Entry, Interval, Level, Sided, Size, p_has_sides
from crlm_bayes.documents.printed.numbers import Printed, PrintedMonths, PrintedP, PrintedPositive
from crlm_bayes.toml import Measure, Text, Word


class RatioEntry(Entry):
    """A ratio with whatever its regression table prints beside it: limits, p, coefficient, standard error, Wald.

    Where no ratio is printed (`value`), its logarithm is (`coefficient`).
    """

    endpoint: Word
    measure: Measure
    value: PrintedPositive | None = None
    ci: tuple[PrintedPositive, PrintedPositive] | None = None
    level: Level = 0.95
    p: PrintedP | None = None
    sided: Sided = "two"
    coefficient: Printed | None = None
    se: Printed | None = None
    wald: Printed | None = None
    adjusted: StrictBool

    @model_validator(mode="after")
    def _is_a_ratio(self) -> Self:
        p_has_sides(self.p, self.sided)
        log = self.coefficient
        if self.value is None and log is None:
            raise ValueError("needs value, or coefficient where only the logarithm of the ratio is printed")
        if self.value is None and log is not None and (log.bound or abs(log.value) > 20):  # exp(20): half a billion
            raise ValueError(f"coefficient {log} is no logarithm of a ratio; without value it lies between -20 and 20")
        if any(x is not None and x.value <= 0 for x in (self.value, *(self.ci or ()))):
            raise ValueError("a ratio and its limits are above 0")
        if self.ci and self.ci[0].value > self.ci[1].value:
            raise ValueError(f"ci {self.ci[0]} to {self.ci[1]} runs downwards")
        return self

    @property
    def log_ratio(self) -> float:
        """Logarithm of the ratio: of its print, else the printed logarithm."""
        return self._logs[1]

    @property
    def log_interval(self) -> tuple[float, float]:
        """All logarithms of the ratio that the print leaves open."""
        return self._logs[0], self._logs[2]

    @property
    def _logs(self) -> tuple[float, float, float]:
        number = self.value or self.coefficient
        assert number is not None, "one of the two is printed"
        low, high = number.interval
        return (math.log(low), math.log(number.value), math.log(high)) if self.value else (low, number.value, high)

    @property
    def written(self) -> str:
        """The ratio for a sentence: ``0.426`` as printed, or ``exp(-0.821)`` of the printed logarithm."""
        return f"exp({self.coefficient})" if self.value is None else str(self.value)

    @property
    def adjusted_word(self) -> str:
        """``adjusted`` or ``unadjusted``."""
        return "adjusted" if self.adjusted else "unadjusted"


class ContrastEntry(RatioEntry):
    """An effect estimate between two arms, in the direction printed.

    `row` is the arm on whose row, or of which, the paper prints the ratio, where that is another than the numerator.
    """

    KEYS = ("endpoint", "measure", "numerator", "denominator", "adjusted_word")

    numerator: Word
    denominator: Word
    row: Word | None = None

    @model_validator(mode="after")
    def _compares_two(self) -> Self:
        if self.numerator == self.denominator:
            raise ValueError(f"numerator and denominator are both '{self.numerator}'")
        return self


class DifferenceEntry(Entry):
    """A difference between two arms in percentage points: `minuend` minus `subtrahend`."""

    KEYS = ("endpoint", "minuend", "subtrahend", "months")

    endpoint: Word
    minuend: Word
    subtrahend: Word
    months: PrintedMonths | None = None
    points: Printed
    ci: Interval | None = None
    level: Level = 0.95
    p: PrintedP | None = None


class FactorEntry(RatioEntry):
    """A covariate of a regression table that is not the arm."""

    KEYS = ("endpoint", "factor", "category", "adjusted_word")

    factor: Text
    category: Text
    reference: Text
    n: Size | None = None
    n_reference: Size | None = None
