"""Prior-data conflict: is the estimate one that the prior could expect (Box 1980; Evans & Moshonov 2006).

Two answers, equal on a normal curve with a normal prior. The *tail probability* takes the curve for normal with its
mode y and width σ, and asks how far y lies out under its prior predictive distribution, prior * N(0, σ²). The *evidence
ratio* is exact on the curve: the evidence of the prior over that of the same prior moved to the mode.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from crlm_bayes.arrays import Floats
from crlm_bayes.priors.density import Prior

NODES = np.linspace(-9.0, 9.0, 3601)

_DENSITY: Floats = np.exp(-0.5 * NODES**2)

WEIGHTS = _DENSITY / _DENSITY.sum()


@dataclass(frozen=True)
class Conflict:
    """How badly a prior foresaw an estimate.

    Attributes
    ----------
    p : float
        Tail probability, two-sided, from the normal summary of the curve (Box 1980, J R Stat Soc A 143:383-430): small
        where prior and data are in conflict.
    log_evidence_ratio : float
        Log of the evidence of the prior over that of the same prior moved so that its centre is at the mode; exact.
        About 0 where there is no conflict (slightly above it on a skewed curve); -z²/2 on a normal curve, z the
        predictive z of the estimate.
    """

    p: float
    log_evidence_ratio: float


def moved(prior: Prior, centre: float) -> Prior:
    """Move a prior so that its centre is elsewhere, its shape unchanged."""
    return prior.moved(centre - prior.centre)


def tail_probability(found: tuple[float, float], prior: Prior) -> float:
    """Two-sided tail probability of an estimate (y, σ) under its prior predictive distribution (Box 1980).

    Under a prior that is not normal twice the smaller of both tails of ∫ cdf(y - σ x) φ(x) dx.
    """
    y, width = found
    if prior.normal is not None:
        mean, sd = prior.normal
        return float(normal_tail_probability(y, width, mean, sd))
    below = float(prior.cdf(y - width * NODES) @ WEIGHTS)
    return 2 * min(below, 1 - below, 0.5)


def normal_tail_probability(y: ArrayLike, se: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Floats:
    """Tail probability under priors N(m, s²), 2 (1 - Φ(|y - m| / √(σ² + s²))) (Box 1980); arrays broadcast."""
    return np.asarray(2 * scipy.special.ndtr(-np.abs(np.subtract(y, mean)) / np.hypot(se, sd)))
