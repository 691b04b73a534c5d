"""The tables of a study document, one model each; keys are those of the documented format."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from crlm_bayes.documents.printed.numbers import (
    Printed,
    PrintedMonths,
    PrintedNumber,
    PrintedP,
    PrintedPercent,
    PrintedPositive,
)
from crlm_bayes.toml import Frozen, Text, Word

Count = Annotated[int, Field(ge=0, strict=True)]

Size = Annotated[int, Field(ge=1, strict=True)]

Level = Annotated[float, Field(gt=0.5, lt=1, strict=True)]

Interval = tuple[Printed, Printed]

Sided = Literal["one", "two"]
"""Of how many sides a printed p value is; two where the print does not say that it is one."""


def p_has_sides(p: PrintedNumber | None, sided: Sided) -> None:
    """Refuse a p value that says it is of one side where none is printed."""
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
        p_has_sides(self.p, self.sided)
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
