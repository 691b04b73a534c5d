"""Printed ratios on the log scale, every number the interval that it stands for."""

import math
from dataclasses import dataclass
from typing import Final

import scipy

from crlm_bayes.audits.finding import Severity, Trouble
from crlm_bayes.audits.names import named
from crlm_bayes.audits.p_values.statistics import magnitude
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.ratios import ContrastEntry, FactorEntry, RatioEntry
from crlm_bayes.documents.printed.rounding import Range, stands_for, would_print
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import spelled_out

MEASURES: Final = {"hr": "hazard ratio", "or": "odds ratio", "rr": "risk ratio"}


@dataclass(frozen=True)
class Ratio:
    """An entry with its name and its numbers on the log scale, each a range."""

    entry: str
    subject: str
    row: RatioEntry

    @property
    def name(self) -> str:
        """The subject for a sentence."""
        return spelled_out(self.subject)

    @property
    def noun(self) -> str:
        """``hazard ratio``."""
        return MEASURES[self.row.measure]

    @property
    def z(self) -> float:
        """Normal deviate of the level of the interval."""
        return float(scipy.special.ndtri((1 + self.row.level) / 2))

    @property
    def value(self) -> Range:
        """Logarithm of the ratio."""
        return Range(*self.row.log_interval)

    def like(self, ratio: float) -> str:
        """Write another ratio to the decimals of this one: ``0.44``, or ``exp(-0.82)`` where only logarithms are printed."""
        if self.row.value is not None:
            return would_print(ratio, self.row.value)
        assert self.row.coefficient is not None, "one of the two is printed"
        return f"exp({would_print(math.log(ratio), self.row.coefficient)})"

    @property
    def limits(self) -> tuple[Range, Range] | None:
        """Logarithms of the limits."""
        return (_log(self.row.ci[0]), _log(self.row.ci[1])) if self.row.ci else None

    @property
    def se(self) -> Range | None:
        """Standard error of the logarithm that the limits imply."""
        if self.limits is None:
            return None
        low, high = self.limits
        return Range(max(0.0, high.low - low.high) / (2 * self.z), (high.high - low.low) / (2 * self.z))

    @property
    def printed_se(self) -> Range | None:
        """Standard error as printed; None also where it could not be one."""
        if self.row.se is None or stands_for(self.row.se).high <= 0:
            return None
        return Range(max(0.0, stands_for(self.row.se).low), stands_for(self.row.se).high)

    @property
    def effect(self) -> Range:
        """Coefficient as printed, else the logarithm of the ratio."""
        return self.value if self.row.coefficient is None else stands_for(self.row.coefficient)

    @property
    def wald_kinds(self) -> tuple[bool, bool]:
        """Whether the printed Wald statistic can be a chi-square, and whether it can be its root."""
        if self.row.wald is None:
            return False, False
        wald = stands_for(self.row.wald)
        if wald.high < 0:
            return False, True
        if self.printed_se is None:
            return True, True
        z = over(self.effect, self.printed_se)
        squared, plain = Range(z.low**2, z.high**2).meets(wald), z.meets(magnitude(wald))
        return (squared, plain) if squared or plain else (True, True)

    def trouble(
        self,
        severity: Severity,
        printed: str,
        recomputed: str,
        message: str,
        part: str = "",
        also: tuple[str, ...] = (),
    ) -> Trouble:
        """Make a trouble of this entry; `part` tells it from others of the same check, `also` are further entries."""
        subject = f"{self.subject} {part}" if part else self.subject
        return Trouble(subject, severity, (self.entry, *also), (self.row.locator,), printed, recomputed, message)


def ratios(study: Study) -> list[Ratio]:
    """Every printed ratio with its subject: ``os, drug v control (adjusted HR)``."""
    contrasts = (Ratio(reference("contrasts", row), subject, row) for subject, row in named(study.contrasts, _contrast))
    factors = (Ratio(reference("factors", row), subject, row) for subject, row in named(study.factors, _factor))
    return [*contrasts, *factors]


def _contrast(row: ContrastEntry) -> str:
    return f"{row.endpoint}, {row.numerator} v {row.denominator} ({_kind(row)})"


def _factor(row: FactorEntry) -> str:
    return f"{row.endpoint}, {row.factor} {row.category} v {row.reference} ({_kind(row)})"


def _kind(row: RatioEntry) -> str:
    return f"{'adjusted' if row.adjusted else 'unadjusted'} {row.measure.upper()}"


def over(effect: Range, se: Range) -> Range:
    """Absolute effect over standard error, both anywhere within their ranges."""
    size = magnitude(effect)
    return Range(size.low / se.high if se.high > 0 else math.inf, size.high / se.low if se.low > 0 else math.inf)


def _log(printed: PrintedNumber) -> Range:
    low, high = printed.interval
    return Range(math.log(low) if low > 0 else -math.inf, math.log(high))


def written(row: RatioEntry) -> str:
    """Write a ratio with its limits: ``0.426 (0.231 to 0.787)``."""
    return f"{row.written} ({row.ci[0]} to {row.ci[1]})" if row.ci else row.written
