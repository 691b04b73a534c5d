"""Reverse-Bayes of one prior at a time, by the exact engine, and what closed forms and odds make of it."""

import math

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import ALPHA
from crlm_bayes.scepticism.bayes_factors import BayesFactor, from_evidence
from crlm_bayes.scepticism.conflict import Conflict, moved, tail_probability
from crlm_bayes.scepticism.normal_forms import GOLDEN_RATIO, estimate, p_value


def bayes_factor(curve: EvidenceCurve, prior: Prior) -> BayesFactor:
    """Bayes factor of a prior, which is on the curve's own scale.

    BF01 = L(0) / ∫ L(θ) π(θ) dθ, which is the Savage-Dickey ratio of posterior to prior density at 0 (Dickey 1971,
    Ann Math Stat 42:204-223).
    """
    return from_evidence(curve, curve.apply(prior).log_evidence)


def minimum_bf01(z: float) -> float:
    """Minimum Bayes factor of a normal estimate, exp(-z² / 2) (Edwards, Lindman & Savage 1963; Goodman 1999)."""
    return math.exp(-0.5 * z**2)


def bf01(found: BayesFactor) -> float:
    """How much more probable the data are without an effect."""
    return math.exp(-found.log_bf10)


def p_null(found: BayesFactor, prior_null: float = 0.5) -> float:
    """Posterior probability of no effect; `prior_null`, within (0, 1), is its prior probability."""
    return float(expit(logit(prior_null) - found.log_bf10))


def conflict(curve: EvidenceCurve, prior: Prior) -> Conflict | None:
    """Compare a prior, on the curve's own scale, with the curve.

    Returns
    -------
    Conflict or None
        None where the curve has no estimate (:func:`crlm_bayes.scepticism.normal_forms.estimate`).
    """
    found = estimate(curve)
    if found is None:
        return None
    there = curve.apply(moved(prior, found[0])).log_evidence
    return Conflict(tail_probability(found, prior), curve.apply(prior).log_evidence - there)


def p_evidence(found: Conflict) -> float:
    """P(χ²₁ > -2 log of the evidence ratio): the exact ratio on the scale of the tail probability."""
    return float(2 * ndtr(-np.sqrt(max(0.0, -2 * found.log_evidence_ratio))))


def intrinsic_threshold(alpha: float = ALPHA) -> float:
    """Ordinary p at and below which an estimate is intrinsically credible: 2 (1 - Φ(√2 z_α)), 0.0056 at 5%.

    Held (2019), R Soc Open Sci 6:181534.
    """
    return p_value(math.sqrt(2) * -float(ndtri(alpha / 2)))


def intrinsic_threshold_matthews(alpha: float = ALPHA) -> float:
    """Ordinary p at which an estimate equals its own scepticism limit: 2 (1 - Φ(√φ z_α)), 0.0127 at 5%.

    |z| = z_α² / √(z² - z_α²) has the solution z² = φ z_α² with φ = (1 + √5) / 2 (Matthews 2018, R Soc Open Sci
    5:171047).
    """
    return p_value(math.sqrt(GOLDEN_RATIO) * -float(ndtri(alpha / 2)))
