"""Archetypes computed from other trials: what a reader of those trials would expect of the next one.

Their printed log ratios are pooled with fixed weights, and the pooled effect is widened by a stated standard deviation
between trials: N(mu, se² + tau²), the predictive effect in a new trial (Higgins, Thompson & Spiegelhalter 2009 with tau
known). With few trials tau cannot be estimated, so a document states it; there is no default.
"""

import math
from dataclasses import dataclass

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.entries import ContrastEntry
from crlm_bayes.exact.curve import EvidenceCurve


@dataclass(frozen=True)
class Estimate:
    """One printed ratio of a trial, turned to the benefit scale.

    Attributes
    ----------
    log_ratio, se : float
        Treatment over control, negative favours the treatment.
    printed : str
        Study and ratio as printed.
    """

    log_ratio: float
    se: float
    printed: str


@dataclass(frozen=True)
class Pool:
    """Fixed-effect pool of log ratios.

    Attributes
    ----------
    mean, se : float
        Inverse-variance weighted mean and its standard error.
    between : float or None
        Standard deviation between the trials by the moment estimate of DerSimonian & Laird (1986), for comparison with the
        stated widening; None for one trial.
    """

    mean: float
    se: float
    between: float | None


def pool(estimates: list[Estimate]) -> Pool:
    """Pool log ratios by inverse variance; the spread between them by moments (DerSimonian & Laird 1986)."""
    weights = [1 / e.se**2 for e in estimates]
    total = sum(weights)
    mean = sum(w * e.log_ratio for w, e in zip(weights, estimates, strict=True)) / total
    if len(estimates) < 2:
        return Pool(mean, 1 / math.sqrt(total), None)
    q = sum(w * (e.log_ratio - mean) ** 2 for w, e in zip(weights, estimates, strict=True))
    scale = total - sum(w**2 for w in weights) / total
    between = max(0.0, (q - (len(estimates) - 1)) / scale)
    return Pool(mean, 1 / math.sqrt(total), math.sqrt(between))


def _printed(entry: ContrastEntry) -> str:
    """Write a ratio as printed: ``1.16 (95% CI 0.99 to 1.37)``."""
    if entry.ci is None:
        return f"{entry.value} (standard error {entry.se})" if entry.se else str(entry.value)
    return f"{entry.value} ({round(entry.level * 100, 6):g}% CI {entry.ci[0]} to {entry.ci[1]})"


def _curve(estimate: Estimate) -> EvidenceCurve:
    def log_likelihood(theta: Floats) -> Floats:
        return np.asarray(-0.5 * ((theta - estimate.log_ratio) / estimate.se) ** 2)

    return EvidenceCurve.tabulate(log_likelihood)
