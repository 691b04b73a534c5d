"""Numerical integration with known accuracy: log-concave integrands, and distribution functions on a uniform grid."""

from collections.abc import Callable

import numpy as np

from crlm_bayes.arrays import Floats, legendre

DROP = 46.0
"""Integrands are followed until they fall below exp(-46), 1e-20, of their maximum."""


def log_integral_concave(
    log_f: Callable[[Floats], Floats], low: float, high: float, shape: tuple[int, ...], nodes: int = 64
) -> Floats:
    """Integrate exp(log_f) over the real line for many integrands at once; each log_f is concave.

    The mode of every integrand is found by golden-section search between `low` and `high`, the points where it has
    fallen by :data:`DROP` by bisection, and Gauss-Legendre quadrature covers the part between, split at the mode.

    Parameters
    ----------
    log_f : callable
        Maps points of shape ``(*shape, m)`` to log integrands of the same shape.
    low, high : float
        A bracket that holds every mode and everything that matters.
    shape : tuple of int
        Shape of the family of integrands.
    nodes : int
        Gauss-Legendre nodes on each side of the mode.

    Returns
    -------
    array of `shape`
        Log integrals.
    """
    a, b = np.full(shape, low), np.full(shape, high)
    ratio = (np.sqrt(5) - 1) / 2
    c, d = b - ratio * (b - a), a + ratio * (b - a)
    fc, fd = log_f(c[..., None])[..., 0], log_f(d[..., None])[..., 0]
    for _ in range(30):
        left = fc > fd
        a, b = np.where(left, a, c), np.where(left, d, b)
        c_next, d_next = b - ratio * (b - a), a + ratio * (b - a)
        fresh = log_f(np.where(left, c_next, d_next)[..., None])[..., 0]
        fc, fd = np.where(left, fresh, fd), np.where(left, fc, fresh)
        c, d = c_next, d_next
    mode = 0.5 * (a + b)
    top = log_f(mode[..., None])[..., 0]
    ends = [_fall(log_f, mode, top, np.full(shape, end)) for end in (low, high)]
    x, w = legendre(nodes)
    total = np.zeros(shape)
    for end in ends:
        half = 0.5 * (end - mode)
        points = mode[..., None] + half[..., None] * (x + 1)
        total += np.abs(half) * (np.exp(log_f(points) - top[..., None]) @ w)
    return np.asarray(top + np.log(total))


def _fall(log_f: Callable[[Floats], Floats], mode: Floats, top: Floats, end: Floats) -> Floats:
    """Bisect for where the integrand has fallen by DROP between its mode and `end` (or `end` itself)."""
    inside, outside = mode.copy(), end.copy()
    never = log_f(end[..., None])[..., 0] > top - DROP
    for _ in range(18):
        middle = 0.5 * (inside + outside)
        above = log_f(middle[..., None])[..., 0] > top - DROP
        inside, outside = np.where(above, middle, inside), np.where(above, outside, middle)
    return np.where(never, end, outside)
