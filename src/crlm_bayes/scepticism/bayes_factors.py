"""Bayes factors of no effect, θ = 0 exactly, against a prior on the effect; exact on the evidence curve.

The effect has no direction here: a prior that expects harm counts as an effect too.
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from crlm_bayes.arrays import Floats
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.rule import INTERVAL

LARGEST = 700.0
"""Log Bayes factors are cut off here before they are exponentiated: nothing becomes infinite."""


@dataclass(frozen=True)
class BayesFactor:
    """Evidence for an effect, distributed as some prior says, against no effect at all.

    Attributes
    ----------
    log_bf10 : float
        Natural logarithm; above 0 where the data speak for an effect.
    """

    log_bf10: float

    @property
    def bf10(self) -> float:
        """How much more probable the data are with the effect."""
        return _exp(self.log_bf10)

    def prior_needed(self, belief: float = INTERVAL) -> float:
        """Prior probability of an effect that leads to the posterior probability `belief`, within (0, 1)."""
        return float(prior_needed(self.log_bf10, belief))


def prior_needed(log_bf10: ArrayLike, belief: float = INTERVAL) -> Floats:
    """Prior probabilities of an effect that lead to the posterior probability `belief`, within (0, 1)."""
    return np.asarray(scipy.special.expit(scipy.special.logit(belief) - np.asarray(log_bf10, dtype=float)))


def from_evidence(curve: EvidenceCurve, log_evidence: float) -> BayesFactor:
    """Bayes factor of a prior whose log evidence on the curve is known.

    BF01 = L(0) / ∫ L(θ) π(θ) dθ, which is the Savage-Dickey ratio of posterior to prior density at 0 (Dickey 1971,
    Ann Math Stat 42:204-223).
    """
    return BayesFactor(log_evidence - float(curve.log_likelihood(0.0)))


def largest(curve: EvidenceCurve) -> BayesFactor:
    """Bayes factor of the prior that has all its mass at the mode: no prior does better for an effect.

    BF01 = L(0) / max L(θ) (Edwards, Lindman & Savage 1963, Psychol Rev 70:193-242); exp(-z² / 2) on
    a normal curve. It exists also where the likelihood has no maximum inside the grid.
    """
    top = max(0.0, float(curve.log_likelihood(curve.mode)))  # between the knots it may be slightly higher
    return from_evidence(curve, top)


def _exp(x: float) -> float:
    return math.exp(max(-LARGEST, min(LARGEST, x)))
