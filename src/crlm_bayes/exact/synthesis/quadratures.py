"""Quadrature over the scales and the weight that are integrated out: τ, σ and δ, each under its prior."""

from dataclasses import dataclass

import numpy as np
import scipy

from crlm_bayes.arrays import Floats, legendre
from crlm_bayes.exact.curve import REACH
from crlm_bayes.exact.synthesis.members import PowerPrior
from crlm_bayes.priors.spreads import SpreadPrior

STEP = 0.06
"""Step in arcsinh of a spread: a posterior of the spread of 100 studies has a sd of 0.07 there."""

FARTHEST = 1e8

DELTAS = 24

NEGLIGIBLE = 1e-13


@dataclass(frozen=True)
class Nodes:
    """Nodes of one parameter, and log weights in which its prior density is contained."""

    points: Floats
    log_weights: Floats


ABSENT = Nodes(np.zeros(1), np.zeros(1))
"""A spread that the structure does not have is 0."""


def farthest(prior: SpreadPrior, informative: int) -> float:
    """Where the integral over a spread may end: little prior is left, or little likelihood.

    With n curves of finite mass the likelihood of a spread falls as its power -n; one is allowed for that is left out.
    Little prior is not enough at an effect far out, or where studies contradict each other: n of them at the distance
    REACH are at most as likely as their scatter, exp(-n REACH² / 2v²), lets them be.
    """
    last = float(prior.quantile(1 - NEGLIGIBLE))
    if informative:
        v = np.geomspace(last, max(last, FARTHEST), 400)
        log_density = prior.logpdf(v) - 0.5 * informative * (REACH / v) ** 2
        last = float(v[np.flatnonzero(log_density > log_density.max() + np.log(NEGLIGIBLE))[-1]])
    return min(last, FARTHEST, REACH * 10.0 ** (10 / informative) if informative else FARTHEST)


def spread_nodes(prior: SpreadPrior | None, scale: float, largest: float, informative: int) -> Nodes:
    """Trapezoid rule in arcsinh of a spread, from 0: what is integrated is even in the spread, or nothing at 0."""
    if prior is None:
        return ABSENT
    quartiles = prior.quantile([0.25, 0.75])
    step = min(STEP, 0.7 / np.sqrt(2 * max(informative, 1)), 0.4 * float(np.log(quartiles[1] / quartiles[0])))
    scale = min(scale, float(prior.quantile(0.5)), 3 * float(prior.quantile(0.001)))
    u = step * np.arange(int(np.ceil(np.arcsinh(largest / scale) / step)) + 1)
    points = scale * np.sinh(u)
    log_weights = prior.logpdf(points) + np.log(step * scale * np.cosh(u))
    log_weights[0] -= np.log(2)
    kept = log_weights > log_weights.max() - 400
    return Nodes(points[kept], log_weights[kept])


def weight_nodes(prior: PowerPrior) -> Nodes:
    """Gauss-Legendre rule for δ in the angle φ, δ = sin² φ, between far quantiles of its Beta prior."""
    tails = scipy.special.betaincinv(prior.a, prior.b, np.array([1e-10, 1 - 1e-10]))
    low, high = np.arcsin(np.sqrt(tails))
    x, w = legendre(DELTAS)
    angle = low + 0.5 * (high - low) * (x + 1)
    delta = np.sin(angle) ** 2
    log_weights = log_beta(prior, delta) + np.log(w * np.sin(2 * angle))
    return Nodes(delta, log_weights - np.log(np.exp(log_weights).sum()))


def log_beta(prior: PowerPrior, delta: Floats) -> Floats:
    """Log density of Beta(a, b)."""
    return np.asarray(
        scipy.special.xlogy(prior.a - 1, delta)
        + scipy.special.xlog1py(prior.b - 1, -delta)
        - scipy.special.betaln(prior.a, prior.b)
    )
