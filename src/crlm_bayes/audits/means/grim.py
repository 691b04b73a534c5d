"""Means and standard deviations of whole numbers: can any patients have them?

All arithmetic on sums and sums of squares is exact, so that nothing that patients could have is ever called impossible.
"""

import math
from collections.abc import Iterable
from fractions import Fraction

from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.names import named
from crlm_bayes.documents.printed.entries import ContinuousEntry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import decimals, would_print
from crlm_bayes.documents.study import Study, reference


@check("Can whole numbers have each printed mean?")
def grim(study: Study) -> Iterable[Trouble]:
    """Find means that no sum of whole numbers gives (GRIM, Brown and Heathers 2017)."""
    for subject, row in _entries(study):
        if row.values == "any" or sums(row):
            continue
        below = math.floor(Fraction(row.mean.decimal) * row.n)
        near = " and ".join(f"{k}/{row.n} = {would_print(k / row.n, row.mean)}" for k in (below, below + 1))
        message = (
            f"No {row.n} whole numbers have the printed mean {row.mean} of {subject}: the nearest sums give {near}."
        )
        yield _trouble(subject, row, "warning", f"mean {row.mean} of {row.n}", near, message)


@check("Can whole numbers have each printed standard deviation?")
def grimmer(study: Study) -> Iterable[Trouble]:
    """Find standard deviations that no sum of squares gives (GRIMMER, Anaya 2016; analytic form, Allard 2018).

    The sum of squares is whole, odd where the sum is odd, and not below that of values as even as their sum allows.
    """
    for subject, row in _entries(study):
        if row.values != "whole" or row.n < 2 or _sd_trouble(subject, row) or not sums(row):
            continue
        if any(_has_squares(row, total, row.n - 1) for total in sums(row)):
            continue
        population = any(_has_squares(row, total, row.n) for total in sums(row))
        yield _impossible_sd(subject, row, "whole numbers", population)


@check("Do mean and standard deviation of each binary variable agree?")
def debit(study: Study) -> Iterable[Trouble]:
    """Compare standard deviations of zeros and ones with their means (DEBIT, Heathers and Brown 2019)."""
    for subject, row in _entries(study):
        if row.values != "binary" or row.n < 2 or _sd_trouble(subject, row):
            continue
        counts = [k for k in sums(row) if 0 <= k <= row.n]
        if not counts or any(_has_variance(row, k, row.n - 1) for k in counts):
            continue
        population = any(_has_variance(row, k, row.n) for k in counts)
        shown = " or ".join(
            sorted({would_print(_sd(Fraction(k * (row.n - k), row.n * (row.n - 1))), row.sd) for k in counts})
        )
        yield _impossible_sd(subject, row, "zeros and ones", population, shown)


@check("Is each mean and standard deviation possible for values of that kind?")
def sd_range(study: Study) -> Iterable[Trouble]:
    """Find standard deviations that are negative, too small for a fractional mean, or too large for the range."""
    for subject, row in _entries(study):
        found = _sd_trouble(subject, row)
        if found is not None:
            yield found


def sums(row: ContinuousEntry) -> range:
    """Sums of whole numbers whose mean rounds to the printed one."""
    low, high = _exact(row.mean)
    return range(math.ceil(low * row.n), math.floor(high * row.n) + 1)


def _entries(study: Study) -> list[tuple[str, ContinuousEntry]]:
    """Means and standard deviations that are no bounds."""
    found = named(study.continuous, lambda row: f"{row.variable} ({row.arm})")
    return [(subject, row) for subject, row in found if not (row.mean.bound or row.sd.bound)]


def _exact(printed: PrintedNumber) -> tuple[Fraction, Fraction]:
    """Both ends of what a print stands for, without rounding."""
    half = Fraction(1, 2 * 10 ** decimals(printed))
    return Fraction(printed.decimal) - half, Fraction(printed.decimal) + half


def _squares(row: ContinuousEntry, freedom: int) -> tuple[Fraction, Fraction]:
    """Range of the sum of squared deviations, with n or n - 1 in the denominator of the variance."""
    low, high = _exact(row.sd)
    return max(Fraction(0), low) ** 2 * freedom, high**2 * freedom


def _has_squares(row: ContinuousEntry, total: int, freedom: int) -> bool:
    low, high = _squares(row, freedom)
    centre = Fraction(total**2, row.n)
    least = max(math.ceil(low + centre), _least_squares(total, row.n))
    least += (least - total) % 2
    return least <= math.floor(high + centre)


def _least_squares(total: int, n: int) -> int:
    """Sum of squares of n whole numbers that are as even as their sum allows."""
    quotient, rest = divmod(total, n)
    return n * quotient**2 + rest * (2 * quotient + 1)


def _has_variance(row: ContinuousEntry, k: int, freedom: int) -> bool:
    low, high = _squares(row, freedom)
    return low <= Fraction(k * (row.n - k), row.n) <= high


def _sd_trouble(subject: str, row: ContinuousEntry) -> Trouble | None:
    if row.values == "any" and row.range is None and row.sd.decimal >= 0:
        return None
    low, high = _exact(row.sd)
    said = f"mean {row.mean}, SD {row.sd}, n {row.n}"
    if high < 0:
        return _trouble(
            subject,
            row,
            "warning",
            said,
            "SD at least 0",
            f"The printed standard deviation {row.sd} of {subject} is negative.",
        )
    limits = _limits(row)
    if limits is not None and (_exact(row.mean)[1] < limits[0] or _exact(row.mean)[0] > limits[1]):
        shown = "0 to 1" if row.range is None else f"{row.range[0]} to {row.range[1]}"
        message = f"The printed mean {row.mean} of {subject} lies outside the range of its values, {shown}."
        return _trouble(subject, row, "warning", said, f"mean within {shown}", message)
    if row.n < 2 or row.values == "binary":  # of zeros and ones the standard deviation is known: debit
        return None
    if row.values == "whole" and sums(row):
        least = min(Fraction(_least_squares(total, row.n)) - Fraction(total**2, row.n) for total in sums(row))
        if high**2 * row.n < least:  # also with n in the denominator
            shown = would_print(_sd(least / (row.n - 1)), row.sd)
            message = (
                f"The printed standard deviation {row.sd} of {subject} is too small: {row.n} whole numbers with the mean {row.mean} "
                f"have one of at least {shown}."
            )
            return _trouble(subject, row, "warning", said, f"SD at least {shown}", message)
    if limits is not None and row.range is not None:
        most = _most_variance(row, *limits)
        if max(Fraction(0), low) ** 2 > most:
            shown = would_print(_sd(most), row.sd)
            message = (
                f"The printed standard deviation {row.sd} of {subject} is too large: {row.n} values from {row.range[0]} to "
                f"{row.range[1]} with the mean {row.mean} have one of at most {shown}."
            )
            return _trouble(subject, row, "warning", said, f"SD at most {shown}", message)
    return None


def _limits(row: ContinuousEntry) -> tuple[Fraction, Fraction] | None:
    """Least and greatest value; a limit with decimals was rounded, a whole one is the end of a scale."""
    if row.range is None:
        return (Fraction(0), Fraction(1)) if row.values == "binary" else None
    low, high = (_exact(x) if decimals(x) else (Fraction(x.decimal), Fraction(x.decimal)) for x in row.range)
    return low[0], high[1]


def _most_variance(row: ContinuousEntry, least: Fraction, greatest: Fraction) -> Fraction:
    """Variance of values at both ends of their range only (Bhatia and Davis 2000), for the mean that makes it largest."""
    low, high = _exact(row.mean)
    mean = min(max((least + greatest) / 2, low, least), high, greatest)
    return (mean - least) * (greatest - mean) * Fraction(row.n, row.n - 1)


def _sd(variance: Fraction) -> float:
    return math.sqrt(max(Fraction(0), variance))


def _impossible_sd(subject: str, row: ContinuousEntry, kind: str, population: bool, shown: str = "") -> Trouble:
    message = (
        f"No {row.n} {kind} with the printed mean {row.mean} of {subject} have the printed standard deviation {row.sd}"
    )
    if population:
        message += ", unless it was computed with n instead of n - 1"
    elif shown:
        message += f", but one of {shown}"
    return _trouble(
        subject,
        row,
        "note" if population else "warning",
        f"mean {row.mean}, SD {row.sd}, n {row.n}",
        f"SD {shown}" if shown else f"no sum of squares of {kind}",
        f"{message}.",
    )


def _trouble(
    subject: str, row: ContinuousEntry, severity: Severity, printed: str, recomputed: str, message: str
) -> Trouble:
    entry = reference("continuous", row)
    return Trouble(subject, severity, (entry,), (row.locator,), printed, recomputed, message)
