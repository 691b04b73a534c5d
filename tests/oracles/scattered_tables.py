r"""Tables of two arms whose log odds ratios scatter, by brute force: no grid, spline or curve of the package is used.

.. math::

    \log \int\!\!\int \mathrm{Bin}(r_c; n_c, \sigma(\alpha - \theta/2)) \, \mathrm{Bin}(r_t; n_t, \sigma(\alpha + \theta/2))
    \, N(\alpha; 0, s^2) \, N(\theta; \mu, \tau^2) \, d\alpha \, d\theta

The integrand is log-concave: its mode by Newton steps with halving, then the trapezoid rule in both directions of the
Hessian there, stretched by sinh, so that it ends 35 widths out.
"""

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from crlm_bayes.arrays import Floats

STEP, REACH = 0.1, 4.6


def log_likelihood(table: tuple[float, float, float, float], s: float, mu: float, tau: float) -> float:
    """Log likelihood of (r_c, n_c, r_t, n_t) with the mean `mu` and the standard deviation `tau` of the log odds ratio."""
    rc, nc, rt, nt = table

    def log_f(alpha: Floats, theta: Floats) -> Floats:
        a, b = alpha - theta / 2, alpha + theta / 2
        counts = rc * log_expit(a) + (nc - rc) * log_expit(-a) + rt * log_expit(b) + (nt - rt) * log_expit(-b)
        return counts - 0.5 * (alpha / s) ** 2 - 0.5 * ((theta - mu) / tau) ** 2

    def slopes(x: Floats) -> tuple[Floats, Floats]:
        p, q = expit(x[0] - x[1] / 2), expit(x[0] + x[1] / 2)
        a, b, v, w = rc - nc * p, rt - nt * q, nc * p * (1 - p), nt * q * (1 - q)
        slope = np.array([a + b - x[0] / s**2, (b - a) / 2 - (x[1] - mu) / tau**2])
        bend = np.array([[v + w + s**-2, (w - v) / 2], [(w - v) / 2, (v + w) / 4 + tau**-2]])
        return slope, bend

    x = np.array([0.0, mu])
    for _ in range(200):
        slope, bend = slopes(x)
        move = np.linalg.solve(bend, slope)
        here, scale = log_f(*x), 1.0
        while log_f(*(x + scale * move)) < here and scale > 1e-9:
            scale /= 2
        x = x + scale * move
        if np.abs(scale * move).max() < 1e-9:
            break
    # theta first, alpha given theta: no direction is cut off where the other is wide
    t = np.arange(-REACH, REACH + STEP / 2, STEP)
    nodes, weights = np.sinh(t), np.log(STEP * np.cosh(t))
    root = np.linalg.cholesky(np.linalg.inv(slopes(x)[1]))
    alpha = x[0] + root[0, 0] * nodes[:, None]
    theta = x[1] + root[1, 0] * nodes[:, None] + root[1, 1] * nodes
    total = logsumexp(log_f(alpha, theta) + weights[:, None] + weights)
    return float(total + np.log(root[0, 0] * root[1, 1]) - np.log(2 * np.pi * s * tau))
