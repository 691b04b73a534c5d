"""Many normal estimates under one prior of any family: Gauss-Legendre quadrature on panels of their own.

The panels of each posterior are short where the likelihood, the prior or the posterior is narrow, and end where the
prior is not smooth. Inside a panel the polynomial through its nodes gives thresholds and quantiles, as in
:mod:`crlm_bayes.exact.many_priors`. A prior that is itself normal has closed forms
(:mod:`crlm_bayes.scepticism.normal_estimates`).
"""

from typing import Final, NamedTuple

import numpy as np

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats
from crlm_bayes.exact.many_priors import NODES, QUANTILES, Integers, _polynomial, _root, _rule
from crlm_bayes.exact.quadrature import DROP
from crlm_bayes.priors.density import Prior

CHUNK: Final = 256
"""Estimates at a time: their nodes stay in the cache."""

FAR: Final = 28.0
"""A prior is looked at up to sinh 28 times its scale away."""

PARTS: Final = 32
"""Panels for each of the scales that a posterior has."""


class Posteriors(NamedTuple):
    """What a prior makes of N estimates.

    Attributes
    ----------
    p_below : array, shape (N, T)
    quantiles : array, shape (N, 3)
        Median, lower and upper limit.
    log_evidence : array, shape (N,)
        Log marginal likelihood, constants and all.
    """

    p_below: Floats
    quantiles: Floats
    log_evidence: Floats


def posteriors(prior: Prior, y: Floats, se: Floats, cuts: Floats) -> Posteriors:
    """Put estimates y with standard errors before a prior, all on the same scale.

    Parameters
    ----------
    y, se : array, shape (N,)
    cuts : array, shape (N, T)
        Values at which P(θ < cut) is asked for.
    """
    parts = [slice(i, i + CHUNK) for i in range(0, len(y), CHUNK)]
    found = [_posteriors(prior, y[part], se[part], cuts[part]) for part in parts]
    if not found:
        return Posteriors(np.empty(cuts.shape), np.empty((0, 3)), np.empty(0))
    return Posteriors(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _posteriors(prior: Prior, y: Floats, se: Floats, cuts: Floats) -> Posteriors:
    def log_density(points: Floats) -> Floats:
        """Log of likelihood times prior at points of shape (N, k)."""
        z = (points - y[:, None]) / se[:, None]
        return np.asarray(prior.logpdf(points) - 0.5 * z**2)

    edges = _panels(prior, *_window(prior, y, se), y, se)
    x, weights, inside = _rule()
    half = 0.5 * np.diff(edges)
    points = edges[:, :-1, None] + half[..., None] * (x + 1)
    log_f = log_density(points.reshape(len(y), -1)).reshape(points.shape)
    top = log_f.max(axis=(1, 2))
    density = np.exp(log_f - top[:, None, None])
    below = np.zeros_like(edges)
    np.cumsum(half * (density @ weights), axis=1, out=below[:, 1:])
    total = below[:, -1:]
    rows = np.arange(len(y))[:, None]
    last = half.shape[1] - 1

    def parts(j: Integers) -> Floats:
        """Integrals from the start of panel j, one column a row: coefficients, lowest power first."""
        return np.ascontiguousarray((density[rows, j].reshape(-1, NODES) @ inside).T)

    cut = np.clip(cuts, edges[:, :1], edges[:, -1:])
    j = np.clip((edges[:, None, :] <= cut[..., None]).sum(axis=2) - 1, 0, last)
    local = (cut - edges[rows, j]) / np.where(half[rows, j] > 0, half[rows, j], 1.0) - 1
    passed = _polynomial(parts(j), local.ravel()).reshape(j.shape)
    p_below = np.clip((below[rows, j] + half[rows, j] * passed) / total, 0, 1)
    wanted = total * QUANTILES
    j = np.clip((below[:, None, :] <= wanted[..., None]).sum(axis=2) - 1, 0, last)
    local = _root(parts(j), ((wanted - below[rows, j]) / half[rows, j]).ravel()).reshape(j.shape)
    log_evidence = top + np.log(total[:, 0]) - np.log(se) - LOG_SQRT_2PI
    return Posteriors(p_below, edges[rows, j] + half[rows, j] * (local + 1), log_evidence)


def _window(prior: Prior, y: Floats, se: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Ends of what matters of each posterior, its greatest density's place, and its own scale there."""
    near, far = np.linspace(-12, 12, 97), np.sinh(np.linspace(-FAR, FAR, 141))
    fixed = np.concatenate([c + s * grid for c, s in prior.scales for grid in (near, far)])
    of_prior = prior.logpdf(fixed)
    own = y[:, None] + se[:, None] * near
    points = np.concatenate([np.broadcast_to(fixed, (len(y), len(fixed))), own], axis=1)
    values = np.concatenate([np.broadcast_to(of_prior, (len(y), len(fixed))), prior.logpdf(own)], axis=1)
    values = values - 0.5 * ((points - y[:, None]) / se[:, None]) ** 2
    order = np.argsort(points, axis=1)
    points, values = np.take_along_axis(points, order, 1), np.take_along_axis(values, order, 1)
    rows, last = np.arange(len(y)), points.shape[1] - 1
    low = high = peak = points[:, 0]
    for _ in range(3):  # ever finer looks at what matters
        inside = values > values.max(axis=1, keepdims=True) - DROP
        first = np.maximum(inside.argmax(axis=1) - 1, 0)
        final = np.minimum(last - inside[:, ::-1].argmax(axis=1) + 1, last)
        low, high = points[rows, first], points[rows, final]
        best = values.argmax(axis=1)
        around = points[rows, np.maximum(best - 1, 0)], points[rows, np.minimum(best + 1, last)]
        points = np.sort(
            np.concatenate([np.linspace(low, high, 65, axis=1), np.linspace(*around, 33, axis=1)], axis=1), axis=1
        )
        values, last = prior.logpdf(points) - 0.5 * ((points - y[:, None]) / se[:, None]) ** 2, points.shape[1] - 1
    best = values.argmax(axis=1)
    peak = points[rows, best]
    inside = values > values.max(axis=1, keepdims=True) - 0.5
    spread = (
        points[rows, np.minimum(last - inside[:, ::-1].argmax(axis=1) + 1, last)]
        - points[rows, np.maximum(inside.argmax(axis=1) - 1, 0)]
    )
    return low, high, peak, 0.5 * np.maximum(spread, 1e-9 * (high - low))


def _panels(prior: Prior, low: Floats, high: Floats, peak: Floats, scale: Floats, y: Floats, se: Floats) -> Floats:
    """Edges of the panels: even ones, those of the likelihood, the prior and the posterior, and where the prior breaks."""
    edges = [np.linspace(low, high, PARTS + 1, axis=1)]
    everywhere = [(np.full_like(y, c), np.full_like(y, s)) for c, s in prior.scales]
    for c, s in [(peak, scale), (y, se), *everywhere]:
        u = np.linspace(np.arcsinh((low - c) / s), np.arcsinh((high - c) / s), PARTS + 1, axis=1)[:, 1:-1]
        edges.append(c[:, None] + s[:, None] * np.sinh(u))
    edges.append(np.broadcast_to(np.array(prior.breaks, dtype=float), (len(y), len(prior.breaks))))
    return np.sort(np.clip(np.concatenate(edges, axis=1), low[:, None], high[:, None]), axis=1)
