"""Log ratios written as ratios."""

import math

from crlm_bayes.format import ratio, span
from crlm_bayes.posterior import GridPosterior


def ratio_of(log_ratio: float) -> str:
    """Write one log ratio as a ratio."""
    return ratio(math.exp(log_ratio))


def ratio_span(limits: tuple[float, float]) -> str:
    """Write the limits of a log ratio as an interval of the ratio."""
    return span(math.exp(limits[0]), math.exp(limits[1]))


def ratio_estimate(posterior: GridPosterior) -> str:
    """Write median and interval of a log ratio as those of the ratio."""
    return f"{ratio_of(posterior.median)} ({ratio_span(posterior.interval)})"
