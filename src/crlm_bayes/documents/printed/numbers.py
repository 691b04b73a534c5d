"""Printed numbers: the text as printed, the value it states, and the interval it stands for."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from crlm_bayes.words.numbers import short

_PATTERN = re.compile(r"([<>]?)\s*([-+]?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as a paper prints it.

    Attributes
    ----------
    text : str
        The printed characters: ``"0.050"`` and ``"0.05"`` are different prints.
    bound : str
        ``"<"`` or ``">"`` where only a bound is printed, else empty.
    """

    text: str
    bound: str
    decimal: Decimal

    @classmethod
    def parse(cls, text: object) -> "PrintedNumber":
        """Read ``"0.05"``, ``"-0.854"`` or ``"<0.001"``.

        Raises
        ------
        ValueError
            If `text` is not a string that holds one number.
        """
        if isinstance(text, PrintedNumber):
            return text
        if not isinstance(text, str):
            raise ValueError("a printed number is written as a string, so that its printed precision survives")
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError('is not a printed number such as "27.6" or "<0.001"')
        return cls(text, match[1], Decimal(match[2]))

    @property
    def value(self) -> float:
        """The stated value."""
        return float(self.decimal)

    @property
    def half_unit(self) -> float:
        """Half a unit of the last printed place: 0.05 for ``"27.6"``."""
        exponent = self.decimal.as_tuple().exponent
        assert isinstance(exponent, int), "the pattern admits finite numbers only"
        return 0.5 * 10.0**exponent

    @property
    def interval(self) -> tuple[float, float]:
        """All values that round to the print (either way at a half), or the open side of a bound."""
        if self.bound == "<":
            return (float("-inf"), self.value)
        if self.bound == ">":
            return (self.value, float("inf"))
        return (self.value - self.half_unit, self.value + self.half_unit)

    def __str__(self) -> str:
        return self.text


def _within(low: float, high: float, noun: str, bound: bool = False) -> Any:
    def check(text: object) -> PrintedNumber:
        number = PrintedNumber.parse(text)
        if number.bound and not bound:
            raise ValueError(f"a {noun} is a number, not a bound; only p values and statistics may have < or >")
        if not low <= number.value <= high:
            raise ValueError(f"a {noun} lies between {short(low)} and {short(high)}")
        return number

    return BeforeValidator(check)


_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_PATTERN.pattern}$"})

Printed = Annotated[PrintedNumber, BeforeValidator(PrintedNumber.parse), _SCHEMA]

PrintedPercent = Annotated[PrintedNumber, _within(0, 100, "percentage"), _SCHEMA]

PrintedP = Annotated[PrintedNumber, _within(0, 1, "p value", bound=True), _SCHEMA]

PrintedMonths = Annotated[PrintedNumber, _within(0, 1e4, "time in months"), _SCHEMA]

PrintedPositive = Annotated[PrintedNumber, _within(0, 1e9, "ratio"), _SCHEMA]
