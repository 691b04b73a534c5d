"""Critical priors on any evidence curve: how sceptical, how pessimistic, how hopeful a reader has to be.

Closed forms exist for normal curves only (:mod:`crlm_bayes.credibility`); here P(benefit) is taken from the exact curve
and the prior searched for which it equals the threshold. Prior parameters are on the benefit scale: negative favours
the treatment, `sign` turns the curve (:attr:`crlm_bayes.spec.AnalysisSpec.sign`).
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from crlm_bayes.conventions import SURVIVES
from crlm_bayes.credibility import Z
from crlm_bayes.curves import EvidenceCurve
from crlm_bayes.priors import Normal
from crlm_bayes.survey import survey

Floats = NDArray[np.float64]

SD_RANGE = (0.005, 10.0)
"""Prior standard deviations searched for the critical one."""
SEARCH = 16
"""Points of one look at P(benefit)."""
FAR = 6.0
"""Prior means are searched up to this log ratio on either side: ratios of 400."""
LOOKS, MOST_LOOKS = 2, 12
STEEP = 0.1
"""Difference of probits across a bracket below which it is short enough for a cubic."""
CERTAIN = 9.0
"""Probits are cut off here, so that certainty stays finite."""


def p_benefit(curve: EvidenceCurve, sign: int, sd: float, mean: float = 0.0) -> float:
    """P(benefit) under N(mean, sd²) on the benefit scale (negative favours the treatment)."""
    below = curve.apply(Normal(dist="normal", mean=sign * mean, sd=sd, rationale="searched")).p_below(0.0)
    return below if sign == 1 else 1 - below


def p_benefits(curve: EvidenceCurve, sign: int, sd: ArrayLike, mean: ArrayLike = 0.0) -> Floats:
    """P(benefit) under many priors N(mean, sd²) at once; `sd` and `mean` broadcast."""
    below = survey(curve, sign * np.asarray(mean, dtype=float), sd).p_below[..., 0]
    return below if sign == 1 else 1 - below


def critical_sd(curve: EvidenceCurve, sign: int, threshold: float = SURVIVES) -> float | None:
    """Find the sd of a N(0, sd²) prior under which P(benefit) equals the threshold.

    On a normal curve this is Matthews' critical prior. Where P(benefit) crosses more than once, the widest crossing
    is returned: above it the claim survives.

    Returns
    -------
    float or None
        None where the claim survives no sceptical prior; the lower end of the range where it survives all.
    """
    grid = _log_grid(*SD_RANGE)
    above = p_benefits(curve, sign, np.exp(grid)) >= threshold
    if not above.any():
        return None
    crossings = np.flatnonzero(~above[:-1] & above[1:])
    if len(crossings) == 0:
        return float(SD_RANGE[0])
    i = int(crossings[-1])
    wanted = float(_probits(np.asarray(threshold)))
    root = _roots(lambda x: _probits(p_benefits(curve, sign, np.exp(x))) - wanted, grid[i : i + 1], grid[i + 1 : i + 2])
    return math.exp(float(root[0]))


def critical_advocacy(curve: EvidenceCurve, sign: int) -> float | None:
    """Find the advocacy limit on the exact curve: AL < 0 under whose prior P(benefit) equals :data:`SURVIVES`.

    The prior puts 95% between AL and 0, N(AL / 2, (AL / 2 / z)²); every advocate who keeps nearer to 0 is convinced as
    well. On a normal curve this is Matthews' advocacy limit (:func:`crlm_bayes.credibility.advocacy_limit`).

    Returns
    -------
    float or None
        None where the likelihood falls towards benefit at no effect (no advocate is enough), and where every advocate
        up to 95% between exp(-2 :data:`FAR`) and 1 is convinced (there is no limit; no advocate may be needed).
    """
    grid = _log_grid(SD_RANGE[0], FAR)  # of |AL| / 2
    above = p_benefits(curve, sign, np.exp(grid) / Z, -np.exp(grid)) >= SURVIVES
    crossings = np.flatnonzero(above[:-1] & ~above[1:])
    if not above[0] or len(crossings) == 0:
        return None
    i = int(crossings[0])

    def excess(x: Floats) -> Floats:
        return _probits(p_benefits(curve, sign, np.exp(x) / Z, -np.exp(x))) - Z

    return -2 * math.exp(float(_roots(excess, grid[i : i + 1], grid[i + 1 : i + 2])[0]))


def fail_safe_means(curve: EvidenceCurve, sign: int, sds: ArrayLike) -> list[float | None]:
    """How pessimistic the mean of a N(m, sd²) prior may be, for each sd, before the benefit no longer survives.

    P(benefit) falls as m rises towards harm, so there is one such m: the benefit survives at and below it. Positive
    values are room for pessimism; a negative one is the optimism that the claim has to borrow. At the critical sd it
    is 0. With y, σ² of a normal curve m = -sd² (z √(1/σ² + 1/sd²) + y/σ²).

    Returns
    -------
    list of float or None
        Log ratios on the benefit scale. None where the benefit does not survive even at m = -:data:`FAR`, a prior
        that expects a ratio of 1/400; :data:`FAR` itself where it survives every mean searched.
    """
    sd = np.asarray(sds, dtype=float)

    def excess(means: Floats) -> Floats:
        return _probits(p_benefits(curve, sign, sd[:, None], means)) - Z

    # the probit of P(benefit) is nearly a straight line in m: the normal answer is close to the root
    precision = np.sqrt(curve.width**-2 + sd**-2)
    normal = -(sd**2) * (Z * precision + sign * curve.mode / curve.width**2)
    around = np.array([-1.5, 1.5]) * (sd**2 * precision)[:, None]  # three units of the probit
    low, high = np.clip(normal[:, None] + around, -FAR, FAR).T
    ends = excess(np.stack([low, high, np.full_like(sd, -FAR), np.full_like(sd, FAR)], axis=1))
    outside = (ends[:, 0] < 0) | (ends[:, 1] >= 0)
    roots = _roots(excess, np.where(outside, -FAR, low), np.where(outside, FAR, high))
    found: list[float | None] = []
    for root, at_low, at_high in zip(roots, *ends[:, 2:].T, strict=True):
        found.append(None if at_low < 0 else FAR if at_high >= 0 else float(root))
    return found


def _log_grid(low: float, high: float) -> Floats:
    return np.linspace(math.log(low), math.log(high), SEARCH)


def _probits(p: Floats) -> Floats:
    return np.asarray(np.clip(ndtri(p), -CERTAIN, CERTAIN))


def _roots(excess: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Find the root of each of K functions between its own `low` and `high`, where it changes sign.

    Every look narrows all brackets at once by the factor of its points; once they are short the inverse function is
    taken for a cubic.

    Parameters
    ----------
    excess : callable
        From arguments, shape (K, n), to values of the same shape.
    """
    rows = np.arange(len(low))
    for look in range(MOST_LOOKS):
        x = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, SEARCH + 1)
        f = excess(x)
        crosses = (f[:, :-1] >= 0) != (f[:, 1:] >= 0)
        # a root at the very end of a bracket may just be missed
        cell = np.where(crosses.any(axis=1), crosses.argmax(axis=1), np.abs(f[:, :-1]).argmin(axis=1))
        low, high = x[rows, cell], x[rows, cell + 1]
        if look >= LOOKS - 1 and np.abs(f[rows, cell + 1] - f[rows, cell]).max() < STEEP:
            break
    near = np.clip(cell - 1, 0, SEARCH - 3)[:, None] + np.arange(4)
    return np.array([_inverse_at_zero(x[k, near[k]], f[k, near[k]]) for k in rows])


def _inverse_at_zero(x: Floats, f: Floats) -> float:
    """Argument at which a cubic for x as a function of f, through four points, has f = 0."""
    steps = np.diff(f)
    if not (np.all(steps > 0) or np.all(steps < 0)):  # flat to rounding: the nearest point is as good as any
        return float(x[np.abs(f).argmin()])
    total = 0.0
    for i in range(4):
        others = np.delete(f, i)
        total += float(x[i] * np.prod(others / (others - f[i])))
    return total
