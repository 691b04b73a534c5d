"""Sums of exponentials, and a normal blur of functions that are given by their logarithms on a line."""

import numpy as np

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats, hermite, log_sum
from crlm_bayes.exact.synthesis.grids import Grid

DEEP = 300.0
"""Factors below exp(-300) of the greatest are taken as nothing, and sums below it are not trusted."""


def gaussian_blur(line: Grid, log_f: Floats, centres: Floats, sd: float) -> Floats:
    """Log of ∫ f(x) N(x; centre, sd²) dx, f on a line.

    By the trapezoid rule of the line where the normal is wider than its step, by a Gauss-Hermite rule on the
    interpolated logarithm where it is narrower. That rule lies about the centre: where f changes by more than e^6 over
    the sd, which studies that scatter never do near their top, it finds too little and never too much.

    Parameters
    ----------
    log_f : array, shape (..., M)
    centres : array, shape (P,)
    sd : float

    Returns
    -------
    array, shape (..., P)
    """
    result = np.empty((*log_f.shape[:-1], len(centres)))
    narrow = sd < line.spacing(centres)
    if narrow.any():
        z, w = hermite(21)
        points = centres[narrow, None] + sd * np.sqrt(2) * z
        inside = log_f @ line.interpolation(points.ravel()).T
        inside = inside.reshape(*log_f.shape[:-1], *points.shape)
        result[..., narrow] = log_sum(inside + np.log(w / np.sqrt(np.pi)))
    wide = np.flatnonzero(~narrow)
    kernel = -0.5 * ((line.points - centres[wide, None]) / sd) ** 2 - np.log(sd) - LOG_SQRT_2PI + line.log_weights
    rows = log_product(log_f.reshape(-1, log_f.shape[-1]), kernel)
    result[..., wide] = rows.reshape(*log_f.shape[:-1], len(wide))
    return result


def log_product(log_a: Floats, log_b: Floats) -> Floats:
    """Log of the matrix product of exp(log_a), shape (R, Q), with the transpose of exp(log_b), shape (P, Q): (R, P).

    A product of matrices where nothing underflows; columns in which something does are summed in logarithms.
    """
    tops = log_a.max(axis=1, keepdims=True), log_b.max(axis=1, keepdims=True)
    a, b = (
        np.where(log_x - top > -DEEP, np.exp(np.maximum(log_x - top, -DEEP)), 0.0)
        for log_x, top in zip((log_a, log_b), tops, strict=True)
    )
    product = a @ b.T
    short = (product < np.exp(-DEEP)).any(axis=0)
    result = np.log(np.maximum(product, np.exp(-DEEP))) + tops[0] + tops[1].T
    if short.any():
        result[:, short] = np.stack([log_sum(row + log_b[short]) for row in log_a])
    return np.asarray(result)
