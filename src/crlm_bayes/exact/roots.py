"""Roots of smooth functions, many at once: brackets narrowed by inverse interpolation."""

from collections.abc import Callable

import numpy as np
import scipy

from crlm_bayes.arrays import Floats

SEARCH = 16
"""Points of one look at P(benefit)."""

LOOKS, MOST_LOOKS = 2, 12

STEEP = 0.1
"""Difference of probits across a bracket below which it is short enough for a cubic."""

CERTAIN = 9.0
"""Probits are cut off here, so that certainty stays finite."""


def _probits(p: Floats) -> Floats:
    return np.asarray(np.clip(scipy.special.ndtri(p), -CERTAIN, CERTAIN))


def _roots(excess: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Find the root of each of K functions between its own `low` and `high`, where it changes sign.

    Every look narrows all brackets at once by the factor of its points; once they are short the inverse function is
    taken for a cubic.

    Parameters
    ----------
    excess : callable
        From arguments, shape (K, n), to values of the same shape.
    """
    rows = np.arange(len(low))
    for look in range(MOST_LOOKS):
        x = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, SEARCH + 1)
        f = excess(x)
        crosses = (f[:, :-1] >= 0) != (f[:, 1:] >= 0)
        # a root at the very end of a bracket may just be missed
        cell = np.where(crosses.any(axis=1), crosses.argmax(axis=1), np.abs(f[:, :-1]).argmin(axis=1))
        low, high = x[rows, cell], x[rows, cell + 1]
        if look >= LOOKS - 1 and np.abs(f[rows, cell + 1] - f[rows, cell]).max() < STEEP:
            break
    near = np.clip(cell - 1, 0, SEARCH - 3)[:, None] + np.arange(4)
    return np.array([_inverse_at_zero(x[k, near[k]], f[k, near[k]]) for k in rows])


def _inverse_at_zero(x: Floats, f: Floats) -> float:
    """Argument at which a cubic for x as a function of f, through four points, has f = 0."""
    steps = np.diff(f)
    if not (np.all(steps > 0) or np.all(steps < 0)):  # flat to rounding: the nearest point is as good as any
        return float(x[np.abs(f).argmin()])
    total = 0.0
    for i in range(4):
        others = np.delete(f, i)
        total += float(x[i] * np.prod(others / (others - f[i])))
    return total


def _crossing(x: Floats, y: Floats, i: int) -> float:
    """Interpolate x as a cubic in y at 0 through the four points around cell (i - 1, i); by a line where y does not fall."""
    start = int(np.clip(i - 2, 0, len(x) - 4))
    near = slice(start, start + 4) if np.all(np.diff(y[start : start + 4]) < 0) else slice(i - 1, i + 1)
    a, b = x[near], y[near]
    weights = [np.prod([b[k] / (b[k] - b[j]) for k in range(len(b)) if k != j]) for j in range(len(b))]
    return float(np.clip(np.dot(weights, a), x[i - 1], x[i]))
