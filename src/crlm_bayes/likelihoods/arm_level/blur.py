r"""Log likelihood of arms whose log odds scatter: a binomial likelihood blurred by a normal distribution, in every arm.

.. math::

    \ell_a(\eta; \tau) = \log \int \mathrm{Bin}(r_a; n_a, \sigma(u))\, N(u; \eta, \tau^2)\, du

The integrand is log-concave. Its mode is found by Newton steps in a bracket, and the trapezoid rule in t, with
u = mode + s sinh(t), is spectrally accurate for it (Trefethen & Weideman 2014).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats, log_sum

Slopes = Callable[[Floats], tuple[Floats, Floats]]
"""First and second derivative of a strictly concave function."""

TAIL = 4.25
"""t at which a trapezoid rule ends: 35 times the width at the mode."""

CLOSE = 0.05
"""Distance from the mode, in widths, at which the search ends: a rule need not be centred."""


class Side(NamedTuple):
    """Arms on one side: arrays of shape (A,)."""

    events: Floats
    n: Floats


def peak(slopes: Slopes, start: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Find the modes of strictly concave functions, one for each entry, and the widths that the curvature there implies.

    Parameters
    ----------
    slopes : callable
        Maps points to first and second derivatives, all of one shape.
    start, low, high : array
        Where to begin, and a bracket of each mode.
    """
    x = np.clip(start, low, high)
    slope, bend = slopes(x)
    for _ in range(60):
        # a Newton step in widths: not small where the function is far from a parabola, however flat it is there
        if np.all(np.abs(slope) < CLOSE * np.sqrt(-bend)):
            break
        low, high = np.where(slope > 0, x, low), np.where(slope > 0, high, x)
        newton = x - slope / bend
        x = np.where((newton > low) & (newton < high), newton, 0.5 * (low + high))
        slope, bend = slopes(x)
    return x, 1 / np.sqrt(-bend)


def rule(step: float, tail: float = TAIL) -> tuple[Floats, Floats]:
    """Nodes in units of the width at the mode, and log weights."""
    t = np.arange(-np.ceil(tail / step), np.ceil(tail / step) + 1) * step
    return np.sinh(t), np.log(step * np.cosh(t))


def plain(side: Side, eta: Floats) -> Floats:
    """Log likelihood of all arms at one log odds, without the constants of the data; shape of `eta`."""
    r, n = side.events.sum(), side.n.sum()
    return np.asarray(r * eta + n * scipy.special.log_expit(-eta))


def blurred(side: Side, eta: Floats, tau: float, step: float, start: Floats) -> tuple[Floats, Floats]:
    """Log likelihood of all arms where each scatters about `eta`, shape (G,), with standard deviation `tau`.

    Returns the modes of the integrands as well, shape (A, G): the `start` for a slightly larger spread.
    """
    if tau == 0:
        return plain(side, eta), start
    r, n, precision = side.events[:, None], side.n[:, None], tau**-2

    def slopes(u: Floats) -> tuple[Floats, Floats]:
        p = scipy.special.expit(u)
        return r - n * p - precision * (u - eta), -n * p * (1 - p) - precision

    pull = tau**2 * (r - n * scipy.special.expit(eta))  # where the mode would be, did the likelihood not bend
    mode, width = peak(slopes, start, eta + np.minimum(pull, 0.0), eta + np.maximum(pull, 0.0))

    def integrals(centre: Floats, width: Floats, tail: float) -> Floats:
        nodes, log_weights = rule(step, tail)
        u = centre[..., None] + width[..., None] * nodes
        log_f = (
            r[..., None] * u + n[..., None] * scipy.special.log_expit(-u) - 0.5 * precision * (u - eta[:, None]) ** 2
        )
        return np.asarray(log_sum(log_f + log_weights) + np.log(width / tau) - LOG_SQRT_2PI)

    # at least as steep as the normal density, so that nothing is left beyond 9 τ
    total = integrals(mode, width, min(TAIL, float(np.arcsinh(9 * tau / width.min()))))
    flat = np.minimum(r, n - r) < 0.5
    if tau > 1 and flat.any():  # a likelihood that levels off has an edge, which no rule about the mode would see
        edge = np.broadcast_to(np.log((r + 1 / n) / (n - r + 1 / n)) / 2, mode.shape)
        near = flat & (np.abs(eta - edge) < 5 * tau)
        total = np.where(near, integrals(edge, np.ones_like(edge), float(np.arcsinh(14 * tau))), total)
    return np.asarray(total.sum(axis=0)), mode
