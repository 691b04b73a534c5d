"""The average of a curve over an interval, and its convolution."""

from collections.abc import Callable, Sequence

import numpy as np

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.exact.curve import REACH, EvidenceCurve


def average(curves: Sequence[EvidenceCurve], omega: float) -> Callable[[Floats], Floats]:
    """Log likelihood of the average of K effects that scatter about it: θ_k = θ + ω (z_k - z̄), z_k ~ N(0, 1).

    The deviations are normal with variance ω², given that they sum to 0, so the likelihood is a K-fold convolution of
    L_k(θ + x) N(x; 0, ω²) taken at 0; in logarithms throughout, so that nothing is lost far out in the tails. With
    ω = 0 all effects are equal and the curves are multiplied.
    """
    if omega == 0 or len(curves) == 1:
        return lambda theta: np.asarray(np.sum([curve.log_likelihood(theta) for curve in curves], axis=0))
    finest = min(omega, *(curve.width for curve in curves))
    reach = min(8 * omega, 2 * REACH)
    half = int(np.ceil(2 * reach / finest))
    x = np.linspace(-reach, reach, 2 * half + 1)
    k = len(curves)
    constant = (k - 1) * (np.log(x[1] - x[0]) - 0.5 * np.log(2 * np.pi * omega**2)) + 0.5 * np.log(k)

    def log_likelihood(theta: Floats) -> Floats:
        points = np.asarray(theta)[..., None] + x
        first, *between, last = (curve.log_likelihood(points) - 0.5 * (x / omega) ** 2 for curve in curves)
        for log_g in between:
            first = _log_convolve(first, log_g)
        return np.asarray(constant + log_sum(first + last[..., ::-1]))

    return log_likelihood


def _log_convolve(log_f: Floats, log_g: Floats) -> Floats:
    """Convolve along the last axis, on a grid of odd size centred on 0; beyond the grid nothing is left."""
    size = log_f.shape[-1]
    apart = np.arange(size)[:, None] - np.arange(size) + size // 2  # index of y - x
    inside = (apart >= 0) & (apart < size)
    shifted = np.where(inside, log_g[..., np.clip(apart, 0, size - 1)], -np.inf)
    return log_sum(log_f[..., None, :] + shifted)
