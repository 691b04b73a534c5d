r"""Counts whose log odds scatter, by brute force: no grid, spline, rule or curve of the package is used.

A table of two arms whose log odds ratio scatters about μ,

.. math::

    \log \int\!\!\int \mathrm{Bin}(r_c; n_c, \sigma(\alpha - \theta/2)) \, \mathrm{Bin}(r_t; n_t, \sigma(\alpha + \theta/2))
    \, N(\alpha; 0, s^2) \, N(\theta; \mu, \tau^2) \, d\alpha \, d\theta

and one arm whose log odds do. Both integrands are log-concave: the mode is found, and the trapezoid rule taken along
the axes of the Hessian there, stretched by sinh so that it ends 50 widths out.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from crlm_bayes.arrays import Floats

Table = tuple[float, float, float, float]
"""Events and patients of the control arm, events and patients of the treated."""

SPREAD_STEP = 0.15


def rule(s: float = 1.0) -> tuple[Floats, Floats]:
    """Nodes in widths, and log weights; a plateau that only a wide prior of the baseline ends needs more of them."""
    step = 0.1 if s > 5 else 0.2
    x = np.arange(-4.6, 4.6 + step / 2, step)
    return np.sinh(x), np.log(step * np.cosh(x))


def spreads(sd: float, largest: float) -> tuple[Floats, Floats]:
    """Values of a spread from 0 (almost) to `largest`, and log weights with the half-normal prior of scale `sd` in them."""
    x = np.arange(0, np.arcsinh(largest / (0.1 * sd)) + SPREAD_STEP, SPREAD_STEP)
    spread = 0.1 * sd * np.maximum(np.sinh(x), 1e-3)
    log_weights = np.log(0.1 * sd * np.cosh(x) * SPREAD_STEP) - 0.5 * (spread / sd) ** 2
    log_weights[0] -= np.log(2)
    return spread, log_weights


def pooled(tables: Sequence[Table], s: float, sd: float, mu: Floats, largest: float = 14.0) -> Floats:
    """Log likelihood of μ, up to a constant: τ ~ HN(sd) integrated out as far as `largest`."""
    each, count = np.unique(np.array(tables, dtype=float), axis=0, return_counts=True)
    tau, log_weights = spreads(sd, largest)
    joint = [[sum(c * table(tuple(e), s, m, t) for e, c in zip(each, count, strict=True)) for t in tau] for m in mu]
    return np.asarray(logsumexp(np.array(joint) + log_weights, axis=1))


def table(counts: Table, s: float, mu: float, tau: float) -> float:
    """Log likelihood of one table without its binomial coefficients."""
    rc, nc, rt, nt = counts

    def log_f(alpha: Floats, theta: Floats) -> Floats:
        a, b = alpha - theta / 2, alpha + theta / 2
        # log σ(-x) = log σ(x) - x
        likelihood = nc * log_expit(a) - (nc - rc) * a + nt * log_expit(b) - (nt - rt) * b
        return np.asarray(likelihood - 0.5 * (alpha / s) ** 2 - 0.5 * ((theta - mu) / tau) ** 2)

    def slopes(x: Floats) -> tuple[Floats, Floats]:
        p, q = expit(x[0] - x[1] / 2), expit(x[0] + x[1] / 2)
        a, b, v, w = rc - nc * p, rt - nt * q, nc * p * (1 - p), nt * q * (1 - q)
        slope = np.array([a + b - x[0] / s**2, (b - a) / 2 - (x[1] - mu) / tau**2])
        return slope, np.array([[v + w + s**-2, (w - v) / 2], [(w - v) / 2, (v + w) / 4 + tau**-2]])

    x = np.array([0.0, mu])
    for _ in range(200):
        slope, bend = slopes(x)
        move = np.linalg.solve(bend, slope)
        while log_f(*(x + move)) < log_f(*x) and np.abs(move).max() > 1e-9:
            move = move / 2
        x = x + move
        if np.abs(move).max() < 1e-9:
            break
    root = np.linalg.cholesky(np.linalg.inv(slopes(x)[1]))
    nodes, log_weights = rule(s)
    alpha = x[0] + root[0, 0] * nodes[:, None]
    theta = x[1] + root[1, 0] * nodes[:, None] + root[1, 1] * nodes
    total = logsumexp(log_f(alpha, theta) + log_weights[:, None] + log_weights)
    return float(total + np.log(root[0, 0] * root[1, 1]) - np.log(2 * np.pi * s * tau))


def arm(events: float, n: float, eta: Floats, tau: float) -> Floats:
    """Log likelihood of one arm whose log odds scatter about each of `eta`, without its binomial coefficient."""
    pull = eta + tau**2 * (events - n * expit(eta))
    low, high = np.minimum(eta, pull), np.maximum(eta, pull)
    for _ in range(80):
        u = (low + high) / 2
        rises = events - n * expit(u) > (u - eta) / tau**2
        low, high = np.where(rises, u, low), np.where(rises, high, u)
    width = (n * expit(u) * expit(-u) + tau**-2) ** -0.5
    nodes, log_weights = rule()
    x = u[:, None] + width[:, None] * nodes
    log_f = n * log_expit(x) - (n - events) * x - 0.5 * ((x - eta[:, None]) / tau) ** 2
    return np.asarray(logsumexp(log_f + log_weights, axis=1) + np.log(width / tau) - 0.5 * np.log(2 * np.pi))


def arms_apart(arms: Sequence[tuple[bool, float, float]], s: float, sd: float, theta: Floats) -> Floats:
    """Log likelihood, up to a constant, of the log odds ratio of arms (treated, events, n) that scatter by τ ~ HN(sd).

    Parameters
    ----------
    theta : array
        Multiples of 0.2: α lies on a grid, and so do the log odds of every arm.
    """
    step = 0.1
    alpha = np.arange(-700, 701)
    eta = step * np.arange(-900, 901)
    moves = np.rint(theta / 2 / step).astype(int)
    layers = []
    for tau, log_weight in zip(*spreads(sd, 14.0), strict=True):
        of = {one: arm(one[1], one[2], eta, tau) for one in set(arms)}
        at = [sum(of[one][alpha + 900 + (move if one[0] else -move)] for one in arms) for move in moves]
        layers.append(logsumexp(np.array(at) - 0.5 * (step * alpha / s) ** 2, axis=1) + log_weight)
    return np.asarray(logsumexp(layers, axis=0))
