"""Closed forms of reverse-Bayes for one normal estimate: which prior makes or breaks its significance.

The benefit scale is used where a direction matters: negative values favour the treatment. L < U are the limits of the
95% interval of a log ratio, σ its standard error, z the estimate over σ, z_p = Φ⁻¹(p).
"""

import math

import scipy

from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.rule import ALPHA, Z

GOLDEN_RATIO = (1 + math.sqrt(5)) / 2


def estimate(curve: EvidenceCurve) -> tuple[float, float] | None:
    """Mode and width of a curve: the log ratio and its standard error as a normal summary, on the curve's own scale.

    Returns
    -------
    (float, float) or None
        None where there is no estimate: the curve has no single maximum (its direction is not known), or at one end of the grid or both the likelihood has not fallen below
        exp(-z²/2) of its maximum, so that the 95% likelihood interval has no end (nobody has the event in one arm and
        everybody in the other).
    """
    if not curve.has_mode:
        return None
    ends = curve.log_likelihood_at_knots[[0, -1]]
    return None if ends.max() > -0.5 * Z**2 else (curve.mode, curve.width)


def wald_limits(mean: float, se: float) -> tuple[float, float]:
    """95% limits of a normal estimate."""
    return mean - Z * se, mean + Z * se


def scepticism_limit(low: float, high: float) -> float | None:
    """Matthews' scepticism limit from a 95% interval on the benefit scale.

    SL = (U - L)² / (4 √(U L)) (Matthews 2018, R Soc Open Sci 5:171047), returned on the side of benefit.

    Returns
    -------
    float or None
        None where the interval includes 0 or shows harm.
    """
    if high >= 0:
        return None
    # each root by itself: the product of tiny limits would vanish
    return -((high - low) ** 2) / (4 * math.sqrt(-high) * math.sqrt(-low))


def matthews_sd(low: float, high: float) -> float | None:
    """Standard deviation of Matthews' critical sceptical prior N(0, (SL / z)²); None as for the limit."""
    limit = scepticism_limit(low, high)
    return None if limit is None else -limit / Z


def advocacy_limit(low: float, high: float) -> float | None:
    """Matthews' advocacy limit from a 95% interval that includes 0, on the benefit scale.

    AL = -(U + L)(U - L)² / (2 U L) (Matthews 2018, R Soc Open Sci 5:171047). An advocate who holds 95% of effects
    between AL and 0, that is the prior N(AL / 2, (AL / 2 / z)²), finds the posterior interval to end exactly at 0; so
    does the benefit survive for every advocate who keeps nearer to 0. On the benefit scale AL is negative.

    Returns
    -------
    float or None
        None where the interval excludes 0 or ends there (no advocate is needed), and where the estimate is 0 or on
        the side of harm (no advocate is enough).
    """
    if not low < 0 < high or low + high >= 0:
        return None
    return (low + high) * (high - low) / (2 * low) * ((high - low) / -high)


def advocacy_prior(limit: float) -> tuple[float, float]:
    """Mean and sd of the prior that puts 95% between an advocacy limit and 0: AL / 2 and |AL| / 2 / z."""
    return limit / 2, abs(limit) / 2 / Z


def sufficiently_sceptical_sd(mean: float, se: float, alpha: float = ALPHA) -> float | None:
    """Find the sd τ of the N(0, τ²) prior that just makes an estimate not significant at the two-sided level `alpha`.

    τ² = σ² / (z² / z_α² - 1) with z_α = Φ⁻¹(1 - α / 2) (Held 2019, R Soc Open Sci 6:181534); at 5% it is the sd of
    Matthews' critical prior. It does not ask for a direction.

    Returns
    -------
    float or None
        None where the estimate is not significant: no prior is needed to make it so.
    """
    excess = (mean / se / _z_two_sided(alpha)) ** 2 - 1
    return se / math.sqrt(excess) if excess > 0 else None


def p_value(z: float) -> float:
    """Two-sided p value, 2 (1 - Φ(|z|))."""
    return float(2 * scipy.special.ndtr(-abs(z)))


def p_intrinsic(z: float) -> float:
    """P value for intrinsic credibility, 2 (1 - Φ(|z| / √2)) (Held 2019, R Soc Open Sci 6:181534).

    An estimate is intrinsically credible at level α where it conflicts at that level with the prior that would just
    make it not significant at α; this is the smallest such α. Half of it is the probability that an equal study,
    under a flat prior, would point the other way.
    """
    return p_value(z / math.sqrt(2))


def p_intrinsic_matthews(z: float) -> float:
    """P value for intrinsic credibility in the sense of Matthews (2018): 2 (1 - Φ(|z| / √φ)), φ = (1 + √5) / 2.

    There an estimate is intrinsically credible where it lies beyond its own scepticism limit.
    """
    return p_value(z / math.sqrt(GOLDEN_RATIO))


def _z_two_sided(alpha: float) -> float:
    return -float(scipy.special.ndtri(alpha / 2))
