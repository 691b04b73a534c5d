"""How numbers are written in the terminal, in figures and on pages; the only place that rounds.

No rounding may change a verdict: a ratio is never rounded onto 1, a probability never onto the threshold it misses.
"""

import math
import re
from collections.abc import Callable
from typing import Final, SupportsFloat

from crlm_bayes.rule import ALPHA, INTERVAL, LOWER, SURVIVES

ESTIMATE: Final = ["median", "eti95_lower", "eti95_upper"]
"""Columns of every table that make an estimate, in the order in which :func:`estimate` takes them."""

ABSENT: Final = "—"
"""Stands for a number that does not exist."""

MINUS: Final = "−"


def short(x: SupportsFloat, digits: int = 6) -> str:
    """Write a number with as many significant digits as it needs, up to `digits`; a hyphen for a minus."""
    return f"{float(x):.{digits}g}"


def fixed(x: SupportsFloat, decimals: int) -> str:
    """Write a number with fixed decimals, as a print has it: no commas, a hyphen for a minus."""
    return f"{float(x):.{decimals}f}"


def many(n: int) -> str:
    """Write a whole number that may be large: ``4,000``."""
    return f"{n:,}"


def as_percent(p: float) -> str:
    """Write a stated proportion in percent, with the digits that it has: ``95%``, ``99.5%``."""
    return f"{short(round(100 * p, 6))}%"


LEVEL: Final = as_percent(INTERVAL)
"""The probability of every interval, as written in headings."""

INTERVAL_WORDS: Final = f"median, {LEVEL} equal-tailed interval"


def times(x: SupportsFloat) -> str:
    """Write a factor: ``× 0.5``."""
    return f"× {short(x)}"


def _fixed(x: float, decimals: int) -> str:
    text = f"{x:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def _special(x: float | None) -> str | None:
    """Write what is no ordinary number."""
    if x is None or math.isnan(x):
        return ABSENT
    if math.isinf(x):
        return "∞" if x > 0 else f"{MINUS}∞"
    return None


def number(x: float | None, decimals: int = 2) -> str:
    """Write a number with fixed decimals."""
    return _special(x) or _fixed(float(x or 0.0), decimals)


def signed(x: float | None, decimals: int = 2) -> str:
    """Write a number with its sign, also where it is positive."""
    text = number(x, decimals)
    return f"+{text}" if x is not None and x > 0 and text not in (ABSENT, _fixed(0.0, decimals)) else text


ROUNDING: Final = 5e-7
"""What lies no farther from no effect than this is no effect: numbers are computed no better."""


def ratio(x: float | None) -> str:
    """Write a ratio with two decimals: fewer from 10 on, more below 0.1, and where it would look like 1 and is not."""
    special = _special(x)
    if special is not None or x is None:
        return special or ABSENT
    if x > 9999:
        return ">9,999"
    if 0 < x < 0.001:
        return "<0.001"
    if abs(x - 1) < ROUNDING:
        return _fixed(1.0, 2)
    decimals = 2 if x <= 0 else min(max(1 - math.floor(math.log10(x)), 2 if x < 9.995 else 1 if x < 99.95 else 0), 4)
    while float(f"{x:.{decimals}f}") == 1:
        decimals += 1
    return _fixed(x, decimals)


def threshold(x: float) -> str:
    """Write a ratio that a document states (an MCID): two decimals unless it has more."""
    exact = round(x, 12)  # without the noise of exp(log(x))
    return f"{exact:.2f}" if round(x, 2) == exact else f"{exact:.4g}"


def probability(p: float | None) -> str:
    """Write a probability with three decimals; more where it would look like a threshold that it misses."""
    special = _special(p)
    if special is not None or p is None:
        return special or ABSENT
    if p < 0.0005:
        return "<0.001"
    if p >= 0.9995:
        return ">0.999"
    decimals = 3
    while decimals < 8 and any(_rounds_across(p, edge, decimals) for edge in (SURVIVES, LOWER)):
        decimals += 1
    return f"{p:.{decimals}f}"


def _rounds_across(p: float, edge: float, decimals: int) -> bool:
    """Whether rounding moves `p` from one side of the edge to the other."""
    # binary noise is no difference: the upper edge is computed as 1 minus the lower one
    edge, p, shown = round(edge, 12), round(p, 12), round(p, decimals)
    return (p >= edge) != (shown >= edge) if edge > 0.5 else (p <= edge) != (shown <= edge)


def p_value(p: float) -> str:
    """Write a p value with three decimals; more where it would look like the 0.05 that it misses."""
    if p < 0.0005:
        return "<0.001"
    if 0.9995 <= p < 1:
        return ">0.999"
    decimals = 3
    while decimals < 8 and round(p, decimals) == ALPHA != round(p, 12):
        decimals += 1
    return f"{p:.{decimals}f}"


def percent(x: float | None, decimals: int = 1) -> str:
    """Write a proportion as a percentage."""
    special = _special(x)
    return special or f"{_fixed(100 * float(x or 0.0), decimals)}%"


def points(x: float | None) -> str:
    """Write a difference of proportions in percentage points, without unit or sign."""
    special = _special(x)
    return special or _fixed(100 * abs(float(x or 0.0)), 1)


def signed_points(x: float | None) -> str:
    """Write a difference of proportions in percentage points with its sign."""
    return signed(None if x is None else 100 * x, 1)


def per_1000(x: float | None) -> str:
    """Write a difference of proportions as patients in 1,000, with its sign."""
    return signed(None if x is None else 1000 * x, 0)


def needed(x: float | None) -> str:
    """Write the size of a number needed to treat."""
    special = _special(None if x is None else abs(x))
    if special is not None or x is None:
        return special or ABSENT
    size = abs(x)
    return ">9,999" if size > 9999 else _fixed(size, 1 if size < 99.95 else 0)


def span(lower: float | None, upper: float | None, write: Callable[[float | None], str] = ratio) -> str:
    """Write an interval: ``0.61 to 0.97``."""
    return f"{write(lower)} to {write(upper)}"


def estimate(
    median: float | None, lower: float | None, upper: float | None, write: Callable[[float | None], str] = ratio
) -> str:
    """Write a median with its interval: ``0.77 (0.61 to 0.97)``."""
    return f"{write(median)} ({span(lower, upper, write)})"


def true_minus(text: str) -> str:
    """Give negative numbers in a text a true minus sign."""
    return re.sub(r"(?<![\w.])-(?=\d)", MINUS, text)


def share(x: float | None, decimals: int = 1) -> str:
    """Write a proportion in percent without the sign of percent."""
    return percent(x, decimals).removesuffix("%")


def percent_estimate(median: float, lower: float, upper: float) -> str:
    """Write a proportion with its interval: ``41.7% (30.2 to 53.9)``."""
    return f"{percent(median)} ({span(lower, upper, share)})"


def points_estimate(median: float, lower: float, upper: float) -> str:
    """Write a difference of proportions with its interval: ``+5.1 points (−2.0 to +12.3)``."""
    return f"{signed_points(median)} points ({span(lower, upper, signed_points)})"


def count(n: int) -> str:
    """Write how many there are: ``100,000``."""
    return f"{n:,}"


def duration(seconds: float | None) -> str:
    """Write a time in seconds or minutes."""
    if seconds is None:
        return ABSENT
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _exp(log_ratio: float) -> float:
    return math.exp(min(log_ratio, 700.0))  # beyond, a float holds no ratio


def ratio_of(log_ratio: float) -> str:
    """Write one log ratio as a ratio."""
    return ratio(_exp(log_ratio))


def ratio_span(limits: tuple[float, float]) -> str:
    """Write the limits of a log ratio as an interval of the ratio."""
    return span(_exp(limits[0]), _exp(limits[1]))


def ratio_estimate(median: float, limits: tuple[float, float]) -> str:
    """Write median and interval of a log ratio as those of the ratio."""
    return f"{ratio_of(median)} ({ratio_span(limits)})"
