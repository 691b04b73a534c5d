"""The tables of a study document, one model each; keys are those of the documented format."""

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StrictBool, model_validator

from crlm_bayes.documents.numbers import (
    Printed,
    PrintedMonths,
    PrintedNumber,
    PrintedP,
    PrintedPercent,
    PrintedPositive,
)
from crlm_bayes.toml import Frozen, Measure, Text, Word

Count = Annotated[int, Field(ge=0, strict=True)]

Size = Annotated[int, Field(ge=1, strict=True)]

Level = Annotated[float, Field(gt=0.5, lt=1, strict=True)]

Interval = tuple[Printed, Printed]

Sided = Literal["one", "two"]
"""Of how many sides a printed p value is; two where the print does not say that it is one."""


def _p_has_sides(p: PrintedNumber | None, sided: Sided) -> None:
    if sided == "one" and p is None:
        raise ValueError("sided = 'one' is said of a p value, and none is given")


class Entry(Frozen):
    """A printed fact and where it is printed; `KEYS` are the fields that tell it from others of its table."""

    KEYS: ClassVar[tuple[str, ...]] = ()

    locator: Text
    note: str = ""


class Centre(Frozen):
    """A centre and its number of patients."""

    name: Text
    n: Size


class Arm(Frozen):
    """A treatment arm; `role` decides what an analysis contrasts. `n` is left out where no source prints it."""

    id: Word
    role: Literal["control", "treatment", "other"]
    label: Text
    n: Size | None = None


class CountEntry(Entry):
    """A binary endpoint in one arm."""

    KEYS = ("endpoint", "arm", "centre")

    endpoint: Word
    arm: Word
    centre: Text | None = None
    events: Count | None = None
    n: Size
    percent: PrintedPercent | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "CountEntry":
        if self.events is None and self.percent is None:
            raise ValueError("needs events, percent, or both")
        if self.events is not None and self.events > self.n:
            raise ValueError(f"events {self.events} are above n {self.n}")
        return self


class PercentageEntry(Entry):
    """A printed percentage of an arm whose denominator is not printed: it can be shown, not counted."""

    KEYS = ("endpoint", "arm")

    endpoint: Word
    arm: Word
    percent: PrintedPercent


class SurvivalEntry(Entry):
    """A printed point of a survival curve."""

    KEYS = ("endpoint", "arm", "months")

    endpoint: Word
    arm: Word
    months: PrintedMonths
    percent: PrintedPercent | None = None
    alive: Count | None = None
    at_risk: Count | None = None
    ci: tuple[PrintedPercent, PrintedPercent] | None = None
    level: Level = 0.95

    @model_validator(mode="after")
    def _says_something(self) -> "SurvivalEntry":
        if self.percent is None and self.alive is None:
            raise ValueError("needs percent, alive, or both")
        if self.months.value <= 0:
            raise ValueError("months must be above 0: everybody is event-free at 0")
        if self.ci and self.ci[0].value > self.ci[1].value:
            raise ValueError(f"ci {self.ci[0]} to {self.ci[1]} runs downwards")
        return self


class MedianEntry(Entry):
    """A median time; without an arm it is that of all patients."""

    KEYS = ("endpoint", "arm")

    endpoint: Word
    arm: Word | None = None
    months: PrintedMonths
    interval: Interval | None = None
    interval_kind: Literal["ci", "iqr", "unstated"] = "unstated"
    level: Level | None = None


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
        _p_has_sides(self.p, self.sided)
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


class EventsEntry(Entry):
    """Total events of a time-to-event endpoint; without an arm they are those of all patients."""

    KEYS = ("endpoint", "arm")

    endpoint: Word
    arm: Word | None = None
    events: Count


class TestEntry(Entry):
    """A printed test result, of an endpoint or of a baseline variable.

    `favours` is the arm that the paper says did better, `between` the two arms that are compared where a study has more. A log-rank test may print observed minus expected events of one
    arm (`o_minus_e`, with its `variance` and that `arm`).
    """

    __test__ = False  # not a pytest class
    KEYS = ("endpoint", "variable", "test", "months", "pair", "arm")

    endpoint: Word | None = None
    variable: Text | None = None
    test: Literal["chi2", "logrank", "t", "wald", "exact"]
    months: PrintedMonths | None = None
    statistic: Printed | None = None
    p: PrintedP | None = None
    sided: Sided = "two"
    favours: Word | None = None
    between: tuple[Word, Word] | None = None
    arm: Word | None = None
    o_minus_e: Printed | None = None
    variance: PrintedPositive | None = None

    @property
    def pair(self) -> str | None:
        """The two arms of `between` in one word."""
        return "-v-".join(self.between) if self.between else None

    @model_validator(mode="after")
    def _concerns_one_thing(self) -> "TestEntry":
        _p_has_sides(self.p, self.sided)
        if (self.endpoint is None) == (self.variable is None):
            raise ValueError("needs either endpoint or variable")
        if self.statistic is None and self.p is None and self.o_minus_e is None:
            raise ValueError("needs statistic, p, or o_minus_e with its variance and arm")
        observed = (self.o_minus_e, self.variance, self.arm)
        if any(observed) and not all(observed):
            raise ValueError("o_minus_e, variance and arm go together")
        return self


class ContinuousEntry(Entry):
    """Mean and standard deviation of a variable in one arm.

    `values` says what the values of single patients can be (`whole` numbers; `binary`: 0 or 1) and `range` the least and
    the greatest that they can be, where that is known.
    """

    KEYS = ("variable", "arm")

    variable: Text
    arm: Word
    mean: Printed
    sd: Printed
    n: Size
    values: Literal["any", "whole", "binary"] = "any"
    range: tuple[Printed, Printed] | None = None


class BaselineEntry(Entry):
    """One category of a baseline table in one arm."""

    KEYS = ("variable", "category", "arm")

    variable: Text
    category: Text
    arm: Word
    events: Count
    n: Size
    percent: PrintedPercent | None = None

    @model_validator(mode="after")
    def _events_fit(self) -> "BaselineEntry":
        if self.events > self.n:
            raise ValueError(f"events {self.events} are above n {self.n}")
        return self
