"""What a paper says in words: arithmetic with its numbers, the order of events in time, and how it chose its size."""

from typing import Final, Literal, Self

from pydantic import model_validator

from crlm_bayes.documents.printed.entries import Entry, Size
from crlm_bayes.documents.printed.numbers import Printed, PrintedMonths, PrintedNumber, PrintedP, PrintedPercent
from crlm_bayes.toml import Text, Word

Order = Literal["before", "after"]

Arithmetic = Literal["minus", "plus", "times", "percent_more", "difference_points", "equals"]

ORDERS: Final = ("before", "after")

Rate = tuple[PrintedPercent, ...]


class StatementEntry(Entry):
    """One statement that can be recomputed, in the words of the transcriber and the numbers of the print.

    Attributes
    ----------
    says : str
        The statement in words.
    left, right : str, optional
        Printed numbers, left out where the paper prints none; for an order in time two events, by name
        (``first dose``, ``surgery``).
    relation
        `minus`, `plus`: left and right make `gives`. `times`: left is `gives` times right. `percent_more`: left is
        `gives` percent above right, in points or as a share of right, since papers write both so. `difference_points`:
        left is `gives` points above right. `equals`: one number, printed twice. `before`, `after`: left comes before or
        after right, by `gives` `unit` where that is printed.
    qualifier : {"about", "at_least", "at_most"}, optional
        How `gives` is qualified; a number with "about" stands for all that round to its last digit that is not 0.
    """

    KEYS = ("left", "relation", "right", "gives")

    says: Text
    left: Text | None = None
    relation: Arithmetic | Order
    right: Text | None = None
    gives: Printed | None = None
    qualifier: Literal["about", "at_least", "at_most"] | None = None
    unit: Literal["days", "weeks", "months", "years"] | None = None

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        both = self.left is not None and self.right is not None
        if self.is_order:
            if not both:
                raise ValueError(f"'{self.relation}' needs two events, left and right")
            if (self.gives is None) != (self.unit is None):
                raise ValueError("in an order of events, gives and unit go together")
            return self
        if self.unit is not None:
            raise ValueError("unit is for orders of events; a number has the unit of the print")
        if self.relation == "equals" and not (both and self.gives is None):
            raise ValueError("'equals' needs left and right, and no gives")
        if self.relation != "equals" and self.gives is None:
            raise ValueError(f"'{self.relation}' needs gives")
        for text in (self.left, self.right):
            if text is not None:
                PrintedNumber.parse(text)
        return self

    @property
    def is_order(self) -> bool:
        """Whether it is about events in time, not about numbers."""
        return self.relation in ORDERS

    @property
    def operands(self) -> tuple[PrintedNumber, PrintedNumber] | None:
        """Left and right as printed numbers; None where one is not printed, or for events."""
        if self.is_order or self.left is None or self.right is None:
            return None
        return PrintedNumber.parse(self.left), PrintedNumber.parse(self.right)


class SampleSizeEntry(Entry):
    """The calculation of the sample size, as the paper states it.

    Attributes
    ----------
    rates : two tuples of printed percentages
        Assumed for the two arms, each one number or the ends of a range; of a log-rank test the shares without the event.
    alpha, power : printed numbers
        Error of the first kind (``0.05``) and power in percent (``80``).
    n_per_arm : int
        Patients that the calculation is said to need in each arm, before any allowance for dropout.
    dropout : printed percentage, optional
    enrolled_per_arm : int, optional
        With the allowance for dropout.
    test : {"rates", "logrank"}, optional
        A comparison of two rates at a time, or of whole curves; left out where the paper does not say.
    """

    endpoint: Word | None = None
    months: PrintedMonths | None = None
    rates: tuple[Rate, Rate]
    alpha: PrintedP
    sides: Literal[1, 2] | None = None
    power: PrintedPercent
    n_per_arm: Size
    dropout: PrintedPercent | None = None
    enrolled_per_arm: Size | None = None
    test: Literal["rates", "logrank"] | None = None

    @model_validator(mode="after")
    def _compares_two_rates(self) -> Self:
        for rate in self.rates:
            if not 1 <= len(rate) <= 2:
                raise ValueError("a rate is one percentage or the two ends of a range")
            if any(not 0 < end.value < 100 for end in rate):
                raise ValueError("a rate lies between 0 and 100, ends left out")
        if not 0 < self.alpha.value < 1 or not 0 < self.power.value < 100:
            raise ValueError("alpha lies between 0 and 1, power between 0 and 100")
        return self
