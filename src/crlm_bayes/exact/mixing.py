"""Effects that scatter about one value: the evidence curve of that value, given how much they scatter.

Gauss-Hermite rules about the peak of each integrand, for each value of θ (adaptive quadrature, Naylor & Smith 1982): what is
integrated is nearly normal wherever it lies, so that nothing is lost far out in the tails.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.exact.curve import EvidenceCurve

NODES: Final = {1: 41, 2: 21, 3: 9, 4: 7, 5: 5}
"""Points of the rule in each direction, by the number of directions: to 1e-6 of a log likelihood up to two, to 3e-5 up to five."""

MOST: Final = max(NODES) + 1
"""Effects whose weighted average has a curve."""

STEPS, LONGEST, APART = 30, 2.0, 0.05
"""Newton steps to a peak, the longest of them, and the distance of differences in widths of a curve."""


def average(curves: Sequence[EvidenceCurve], omega: float, weights: Floats) -> Callable[[Floats], Floats]:
    """Log likelihood of the weighted average θ of K effects that scatter: θ_k = θ + ω (z_k - Σ w z), z_k ~ N(0, 1).

    Moving all z_k by the same moves no θ_k, so there are K - 1 directions to integrate over, K at most :data:`MOST`.
    With ω = 0 all effects are equal and the curves are multiplied.

    Parameters
    ----------
    weights : array, shape (K,)
        They sum to 1; Σ w_k θ_k is θ.
    """
    if omega == 0 or len(curves) == 1:
        return lambda theta: np.asarray(np.sum([curve.log_likelihood(theta) for curve in curves], axis=0))
    across = np.linalg.svd(np.ones((1, len(curves))))[2][1:].T  # orthonormal, each direction sums to 0
    return _integrated(curves, omega * (across - weights @ across))


def centre(curves: Sequence[EvidenceCurve], omega: float) -> Callable[[Floats], Floats]:
    """Log likelihood of the centre θ of effects that are exchangeable, θ_k ~ N(θ, ω²): each curve blurred by itself."""
    if omega == 0:
        return average(curves, omega, np.ones(len(curves)) / len(curves))
    blurred = [_integrated([curve], np.array([[omega]])) for curve in curves]
    return lambda theta: np.asarray(np.sum([one(theta) for one in blurred], axis=0))


def _integrated(curves: Sequence[EvidenceCurve], moves: Floats) -> Callable[[Floats], Floats]:
    """Log of ∫ Π L_k(θ + (moves v)_k) N(v; 0, I) dv; `moves` has shape (K, directions)."""
    directions = moves.shape[1]
    x, w = np.polynomial.hermite_e.hermegauss(NODES[directions])
    nodes = np.stack([m.ravel() for m in np.meshgrid(*[x] * directions, indexing="ij")], axis=-1)
    log_w = np.log(w / w.sum())
    log_weights = np.sum([m.ravel() for m in np.meshgrid(*[log_w] * directions, indexing="ij")], axis=0)
    log_weights = log_weights + 0.5 * (nodes**2).sum(axis=1)

    def log_likelihood(theta: Floats) -> Floats:
        flat = np.atleast_1d(np.asarray(theta, dtype=float)).ravel()
        peak, root = _peak(curves, moves, flat)
        v = peak[:, None] + nodes @ root.swapaxes(1, 2)
        log_f = log_weights - 0.5 * (v**2).sum(axis=2)
        for curve, move in zip(curves, moves, strict=True):
            log_f = log_f + curve.quick(flat[:, None] + v @ move)
        return np.asarray(log_sum(log_f) + np.linalg.slogdet(root)[1]).reshape(np.shape(theta))

    return log_likelihood


def _peak(curves: Sequence[EvidenceCurve], moves: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Peak of each integrand, shape (T, d), and a root of the inverse of its curvature there, (T, d, d)."""
    v = np.zeros((len(theta), moves.shape[1]))
    for step in range(STEPS + 1):
        slope, bend = -v, np.broadcast_to(np.eye(v.shape[1]), (len(theta), *moves.shape[1:] * 2)).copy()
        for curve, move in zip(curves, moves, strict=True):
            apart, at = APART * curve.width, theta + v @ move
            low, middle, high = (curve.quick(at + shift) for shift in (-apart, 0.0, apart))
            slope = slope + ((high - low) / (2 * apart))[:, None] * move
            fall = np.maximum((2 * middle - low - high) / apart**2, 0.0)
            bend += fall[:, None, None] * np.outer(move, move)
        if step == STEPS:
            break
        newton = np.linalg.solve(bend, slope[..., None])[..., 0]
        length = np.linalg.norm(newton, axis=1, keepdims=True)
        v = v + newton * np.minimum(1.0, LONGEST / np.maximum(length, 1e-12))
        if length.max() < 1e-3:
            break
    return v, np.linalg.inv(np.linalg.cholesky(bend)).swapaxes(1, 2)
