"""Arrays that every room uses: their type, sums of logarithms, Gauss nodes."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _log_sum(values: Floats) -> Floats:
    """Log of the sum of exponentials along the last axis; one value at least is finite."""
    top = values.max(axis=-1)
    return np.asarray(top + np.log(np.exp(values - top[..., None]).sum(axis=-1)))


@cache
def _legendre(nodes: int) -> tuple[Floats, Floats]:
    x, w = np.polynomial.legendre.leggauss(nodes)
    return x, w
