r"""Values of τ, the standard deviation between arms, at which its integral is taken.

The trapezoid rule in x for τ = c sinh(x): where the prior is even in τ so is the integrand, and with c no larger than
the standard error of the largest arm its singularities are no nearer than π/2 (Trefethen & Weideman 2014).
"""

from typing import NamedTuple

import numpy as np
import scipy

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats
from crlm_bayes.exact.quadrature import DROP
from crlm_bayes.likelihoods.arm_level.blur import Side
from crlm_bayes.priors.spreads import ScalePrior

REST = 1e-15
"""Prior probability of the largest τ, which are left out: a θ far out may be likely with them alone."""

RARE = 1e-8
"""Prior probability of larger τ where the prior is taken to be steepest."""

WIDEST = 0.2
"""Largest step in x: exp(-S / 2τ²) is tame only up to π/4 from the real line."""


def least_width(prior: ScalePrior, tau: float, arms: int) -> float:
    """Least width of the integrand in log τ, where the prior falls as it does at `tau`.

    A likelihood of A arms is there as -A log τ - S / 2τ²; where its slope and that of the prior add up to nothing, its
    curvature is twice that of -A log τ and of the prior together.
    """
    h = 0.01
    below, here, above = prior.logpdf(tau * np.exp([-h, 0.0, h])) + np.array([-h, 0.0, h])
    slope, bend = (below - above) / (2 * h), (2 * here - below - above) / h**2
    return float(min((2 * (arms + max(slope, 0.0)) + max(bend, 0.0)) ** -0.5, WIDEST))


def highest(arms: Side, tau: Floats) -> Floats:
    """Bound of the log likelihood of all arms at each τ, whatever their η.

    No blur is above the maximum of what it blurs, nor above its integral, a beta function, over τ √2π.
    """
    r, n = arms.events, arms.n
    maximum = scipy.special.xlogy(r, r / n) + scipy.special.xlogy(n - r, 1 - r / n)
    log_tau = np.log(np.maximum(tau, np.finfo(float).tiny))
    return np.asarray(np.minimum(maximum, scipy.special.betaln(r, n - r) - log_tau[:, None] - LOG_SQRT_2PI).sum(axis=1))


class ArmSpreads(NamedTuple):
    """Values of τ and log weights of their integral, prior included."""

    tau: Floats
    log_weights: Floats

    @classmethod
    def of(cls, prior: ScalePrior, arms: Side, density: float) -> "ArmSpreads":
        """Choose those that may matter for all arms together, `density` of them within the least width."""
        small, median, rare, largest = prior.quantile([1e-5, 0.5, 1 - RARE, 1 - REST])
        # a density that is even in τ may be cut through at 0; one that dies away there must have done so before
        even = float(prior.logpdf(0.0)) > -DROP
        scale = min(2 / np.sqrt(arms.n.max()), float(median) / 3 if even else float(small))
        step = least_width(prior, float(rare), len(arms.n)) / density
        x = np.arange(np.ceil(np.arcsinh(largest / scale) / step) + 1) * step
        tau = scale * np.sinh(x)
        log_weights = prior.logpdf(tau) + np.log(scale * np.cosh(x) * step)
        log_weights[0] -= np.log(2)  # the other half lies below 0
        bound = log_weights + highest(arms, tau)
        chosen = bound > bound.max() - 1.5 * DROP  # bounds are not reached: the half is for what they lack
        return cls(tau[chosen], log_weights[chosen])
