"""Critical priors on any evidence curve: how sceptical, how pessimistic, how hopeful a reader has to be.

Closed forms exist for normal curves only (:mod:`crlm_bayes.scepticism.normal_forms`); here P(benefit) is taken from the exact curve
and the prior searched for which it equals the threshold. Prior parameters are on the benefit scale: negative favours
the treatment, `sign` turns the curve (:attr:`crlm_bayes.documents.analysis.AnalysisSpec.sign`).
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from crlm_bayes import rule
from crlm_bayes.arrays import Floats
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.many_priors import survey
from crlm_bayes.exact.roots import SEARCH, _probits, _roots
from crlm_bayes.priors.families import Normal
from crlm_bayes.rule import SURVIVES, Z, survives

SD_RANGE = (0.005, 10.0)
"""Prior standard deviations searched for the critical one."""

FAR = 6.0
"""Prior means are searched up to this log ratio on either side: ratios of 400."""


def p_benefit(curve: EvidenceCurve, sign: int, sd: float, mean: float = 0.0) -> float:
    """P(benefit) under N(mean, sd²) on the benefit scale (negative favours the treatment)."""
    return curve.apply(Normal(dist="normal", mean=sign * mean, sd=sd, rationale="searched")).p_benefit(sign)


def p_benefits(curve: EvidenceCurve, sign: int, sd: ArrayLike, mean: ArrayLike = 0.0) -> Floats:
    """P(benefit) under many priors N(mean, sd²) at once; `sd` and `mean` broadcast."""
    return rule.p_benefit(survey(curve, sign * np.asarray(mean, dtype=float), sd).p_below[..., 0], sign)


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
    well. On a normal curve this is Matthews' advocacy limit (:func:`crlm_bayes.scepticism.normal_forms.advocacy_limit`).

    Returns
    -------
    float or None
        None where the likelihood falls towards benefit at no effect (no advocate is enough), and where every advocate
        up to 95% between exp(-2 :data:`FAR`) and 1 is convinced (there is no limit; no advocate may be needed).
    """
    grid = _log_grid(SD_RANGE[0], FAR)  # of |AL| / 2
    above = survives(p_benefits(curve, sign, np.exp(grid) / Z, -np.exp(grid)))
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
    is 0. On a normal curve it is :func:`normal_fail_safe_mean`.

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
    normal = normal_fail_safe_mean(sign * curve.mode, curve.width, sd)
    around = np.array([-1.5, 1.5]) * (sd**2 * precision)[:, None]  # three units of the probit
    low, high = np.clip(normal[:, None] + around, -FAR, FAR).T
    ends = excess(np.stack([low, high, np.full_like(sd, -FAR), np.full_like(sd, FAR)], axis=1))
    outside = (ends[:, 0] < 0) | (ends[:, 1] >= 0)
    roots = _roots(excess, np.where(outside, -FAR, low), np.where(outside, FAR, high))
    found: list[float | None] = []
    for root, at_low, at_high in zip(roots, *ends[:, 2:].T, strict=True):
        found.append(None if at_low < 0 else FAR if at_high >= 0 else float(root))
    return found


def normal_fail_safe_mean(y: Floats | float, se: Floats | float, sd: Floats | float) -> Floats:
    """Fail-safe mean of estimates y with standard error σ on the benefit scale, m = -sd² (z √(1/σ² + 1/sd²) + y/σ²)."""
    return np.asarray(-(sd**2) * (Z * np.sqrt(se**-2 + sd**-2) + y / se**2))


def _log_grid(low: float, high: float) -> Floats:
    return np.linspace(math.log(low), math.log(high), SEARCH)
