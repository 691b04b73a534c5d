"""Tipping points: how far prior, bias or discount must go before a claim falls. Exact curves, no PyMC.

Everything is on the benefit scale: negative log ratios favour the treatment, whichever way the study reports.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from crlm_bayes.arrays import Floats
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.many_priors import survey
from crlm_bayes.exact.roots import _crossing, _probits, _roots
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import Z, p_benefit, turned

MEANS: Final = (math.log(0.6), math.log(1 / 0.6))
"""Ends of the prior means of a map, log ratios."""

SDS: Final = (0.02, 1.2)
"""Ends of the prior standard deviations of a map."""

MOST_MAPPED_BIAS: Final = math.log(1.5)

MOST_MAPPED_DISCOUNT: Final = 0.95

MOST_BIAS: Final = math.log(100.0)
"""Overstatement up to which a limit is searched: a ratio wrong by a factor of a hundred."""

LOOKS, LOOK = 3, 9
"""Rounds and points of the search for a limit; each round covers an eighth of the one before."""

EDGE = 1e-15


@dataclass(frozen=True)
class TippingMap:
    """P(benefit) where two things vary.

    Attributes
    ----------
    across : array, shape (A,)
        Prior means, overstatements (both log ratios on the benefit scale) or shares of the evidence discounted.
    sds : array, shape (S,)
        Standard deviations of the normal prior; evenly spaced logarithms.
    p_benefit : array, shape (S, A)
    """

    across: Floats
    sds: Floats
    p_benefit: Floats


def mean_sd_map(curve: EvidenceCurve, sign: int, means: int = 41, sds: int = 27) -> TippingMap:
    """P(benefit) under N(mean, sd²), as many means and sds as asked for."""
    across, down = np.linspace(*MEANS, means), _sds(sds)
    return TippingMap(across, down, _p_benefit(curve, sign, across, down[:, None]))


def bias_map(curve: EvidenceCurve, sign: int, points: int = 19, sds: int = 21) -> TippingMap:
    """P(benefit) under N(0, sd²) if the study overstates the log ratio of benefit by so much."""
    across, down = np.linspace(0.0, MOST_MAPPED_BIAS, points), _sds(sds)
    return TippingMap(across, down, _p_benefit(curve, sign, 0.0, down[:, None], overstated=across))


def discount_map(curve: EvidenceCurve, sign: int, points: int = 19, sds: int = 21) -> TippingMap:
    """P(benefit) under N(0, sd²) if the likelihood counts with power 1 - d, d the share discounted."""
    across, down = np.linspace(0.0, MOST_MAPPED_DISCOUNT, points), _sds(sds)
    return TippingMap(across, down, _p_benefit(curve, sign, 0.0, down[:, None], kept=1 - across))


def bearing_limits(curve: EvidenceCurve, sign: int, priors: Sequence[Prior]) -> list[tuple[float | None, float | None]]:
    """Find the overstatement of benefit, and the discount, at which survival is lost under each of the priors.

    Parameters
    ----------
    priors : sequence of Prior
        On the benefit scale, as in `priors.toml`.

    Returns
    -------
    list of (float or None, float or None)
        The overstatement is a log ratio, infinite where a factor of a hundred does not suffice. The discount is the
        share of the evidence set aside, 1 where the prior alone would let the claim survive. Both are None where the
        claim does not survive as it stands.
    """
    twice = [*priors, *priors]

    def p_benefits(overstated: Floats, kept: Floats) -> Floats:
        return _under(curve, sign, twice, overstated, kept)

    found = falls(p_benefits, np.repeat([False, True], len(priors)))
    return list(zip(found[: len(priors)], found[len(priors) :], strict=True))


def lacking(curve: EvidenceCurve, sign: int, prior: Prior) -> float | None:
    """Find how much farther towards benefit the estimate would have to lie for the claim to survive a prior.

    The curve is moved as it is: a study of this precision that found more.

    Parameters
    ----------
    prior : Prior
        On the benefit scale, as in `priors.toml`.

    Returns
    -------
    float or None
        A log ratio, 0 where the claim survives as it stands. None where a hundredfold effect would not suffice.
    """

    def excess(moved: Floats) -> Floats:
        return _probits(_under(curve, sign, [prior], -moved, np.ones_like(moved))) - Z

    looks = np.linspace(0.0, MOST_BIAS, 8 * LOOK)
    enough = np.flatnonzero(excess(looks[None])[0] >= 0)
    if len(enough) == 0:
        return None
    i = int(enough[0])
    return float(_roots(excess, looks[i - 1 : i], looks[i : i + 1])[0]) if i else 0.0


def _sds(size: int) -> Floats:
    return np.asarray(np.geomspace(*SDS, size))


def _p_benefit(
    curve: EvidenceCurve,
    sign: int,
    mean: ArrayLike,
    sd: ArrayLike,
    overstated: ArrayLike = 0.0,
    kept: ArrayLike = 1.0,
) -> Floats:
    """P(benefit) under normal priors on the benefit scale; the estimate is the truth minus what is overstated."""
    reported = sign * np.asarray(mean, dtype=float)
    seen = survey(curve, reported, sd, bias=-sign * np.asarray(overstated, dtype=float), weight=kept)
    return p_benefit(seen.p_below[..., 0], sign)


def _under(curve: EvidenceCurve, sign: int, priors: Sequence[Prior], overstated: Floats, kept: Floats) -> Floats:
    """P(benefit) under each prior (rows) at each of its points: normal priors at once, others one by one."""
    p = np.empty(overstated.shape)
    moments = {i: prior.normal for i, prior in enumerate(priors) if prior.normal is not None}
    normal = list(moments)
    if moments:
        mean, sd = np.array(list(moments.values())).T[..., None]
        p[normal] = _p_benefit(curve, sign, mean, sd, overstated[normal], kept[normal])
    for i, prior in enumerate(priors):
        if i not in normal:
            p[i] = [
                _p_of_other(curve, sign, prior, float(b), float(w)) for b, w in zip(overstated[i], kept[i], strict=True)
            ]
    return p


def _p_of_other(curve: EvidenceCurve, sign: int, prior: Prior, overstated: float, kept: float) -> float:
    """P(benefit) under a prior that is not normal: the curve as the doubt has it, put before the prior."""
    reported = turned(prior, sign)
    if kept == 0:
        return p_benefit(float(reported.cdf(0.0)), sign)
    return curve.shifted(-sign * overstated).tempered(kept).apply(reported).p_benefit(sign)


def falls(p_benefits: Callable[[Floats, Floats], Floats], discounted: NDArray[np.bool_]) -> list[float | None]:
    """Find where P(benefit) first falls below the threshold as the bias, or the share discounted, grows from nothing.

    Ever finer looks bracket the place; through four points around it the inverse is interpolated by a cubic.

    Parameters
    ----------
    p_benefits : callable
        From overstatements and shares kept, shape (R, k) each, to P(benefit) of R claims.
    discounted : array, shape (R,)
        Whether the discount is looked for; else the bias.

    Returns
    -------
    list of float or None
        As by :func:`bearing_limits`.
    """
    rows, which = np.arange(len(discounted)), discounted[:, None]
    low, high = np.zeros(len(rows)), np.where(discounted, 1.0, MOST_BIAS)
    start = np.zeros(len(rows))
    points = excess = np.zeros((len(rows), LOOK))
    for look in range(LOOKS):
        points = np.linspace(low, high, LOOK, axis=-1)
        p = p_benefits(np.where(which, 0.0, points), np.where(which, 1 - points, 1.0))
        excess = scipy.special.ndtri(np.clip(p, EDGE, 1 - EDGE)) - Z
        start = excess[:, 0] if look == 0 else start
        i = np.argmax(excess < 0, axis=-1).clip(1)
        low, high = points[rows, i - 1], points[rows, i]
    found: list[float | None] = []
    for row in rows:
        if start[row] < 0:
            found.append(None)
        elif not (excess[row] < 0).any():
            found.append(1.0 if discounted[row] else math.inf)
        else:
            found.append(_crossing(points[row], excess[row], int(np.argmax(excess[row] < 0))))
    return found
