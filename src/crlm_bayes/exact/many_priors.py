"""Thousands of normal priors on one evidence curve at once: what scepticism maps, searches and simulations ask for.

Every prior gets its own window, split into panels that are short where the prior is narrow and where the curve bends;
Gauss-Legendre quadrature in each panel, and the polynomial through its nodes for whatever lies inside one (thresholds,
quantiles). The answers are those of :meth:`crlm_bayes.exact.curve.EvidenceCurve.apply`, without its grid per prior.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats, legendre
from crlm_bayes.errors import InvalidInput
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.rule import LOWER, UPPER

Integers = NDArray[np.intp]

FALL = 27.0
"""A window ends where the density is e^-27, 2e-12, of its maximum."""

ROOT_FALL = float(np.sqrt(FALL))

NODES = 8
"""Of the Gauss-Legendre rule in each panel."""

EVEN = 10
"""Panels of equal length."""

BENT, BENT_WITHOUT_MODE = 11, 24
"""Panels of equal length in arcsinh of the distance from the mode: short near the mode of the curve."""

GOLDEN = 0.6180339887498949

SEARCH = 193
"""Nodes among which maxima are looked for."""

CHUNK = 512
"""Priors at a time: their nodes stay in the cache."""

QUANTILES = np.array([0.5, LOWER, UPPER])


@dataclass(frozen=True)
class Survey:
    """What each of many priors makes of one curve, on the scale of the curve.

    Attributes
    ----------
    p_below : array, shape (*S, T)
        P(θ < threshold).
    log_evidence : array, shape S
        Log marginal likelihood, up to the constant of the curve.
    median, lower, upper : array, shape S
        Posterior median and equal-tailed interval of the convention's probability.
    """

    p_below: Floats
    log_evidence: Floats
    median: Floats
    lower: Floats
    upper: Floats


def survey(
    curve: EvidenceCurve,
    mean: ArrayLike,
    sd: ArrayLike,
    thresholds: Sequence[float] = (0.0,),
    *,
    bias: ArrayLike = 0.0,
    weight: ArrayLike = 1.0,
) -> Survey:
    """Apply N(mean, sd²) priors to a curve; all arguments but `thresholds` broadcast to one shape S.

    Parameters
    ----------
    mean, sd : array_like
        Of the prior, on the scale of the curve.
    thresholds : sequence of float
        Log ratios θ at which P(θ < threshold) is asked for.
    bias : array_like
        The study estimates θ + bias: L(θ + bias) takes the place of L(θ).
    weight : array_like
        Power of the likelihood, from 0 (the prior alone) to 1.

    Raises
    ------
    InvalidInput
        If a value is not finite, an sd not positive, or a weight outside 0 to 1.
    """
    arrays = [np.asarray(values, dtype=float) for values in (mean, sd, bias, weight)]
    _check(*arrays)
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    m, s, b, w = (np.broadcast_to(a, shape).ravel() for a in arrays)
    cuts = np.asarray(thresholds, dtype=float)
    # on the scale of what the study estimates the bias moves the prior and the thresholds
    found = np.empty((m.size, len(cuts) + 4))
    nodes = _search_grid(curve, float(np.max(np.abs(m + b) + 12 * s, initial=0.0)))
    values = curve.log_likelihood(nodes)
    for start in range(0, m.size, CHUNK):
        part = slice(start, start + CHUNK)
        found[part] = _answers(curve, nodes, values, m[part] + b[part], s[part], w[part], cuts + b[part, None])
    found[:, -3:] -= b[:, None]
    p_below, log_evidence, *quantiles = found[:, :-4], *(found[:, k].reshape(shape) for k in range(-4, 0))
    return Survey(p_below.reshape(*shape, len(cuts)), log_evidence, *quantiles)


def _check(mean: Floats, sd: Floats, bias: Floats, weight: Floats) -> None:
    for name, values, allowed, fits in (
        ("mean", mean, "finite", True),
        ("sd", sd, "above 0", np.all(sd > 0)),
        ("bias", bias, "finite", True),
        ("weight", weight, "0 to 1", np.all((weight >= 0) & (weight <= 1))),
    ):
        if not (np.all(np.isfinite(values)) and fits):
            raise InvalidInput(f"survey: {name}", "has a value that does not fit", allowed=allowed)


def _search_grid(curve: EvidenceCurve, reach: float) -> Floats:
    """Nodes among which maxima are looked for: fine at the mode, and out to wherever a prior may lead."""
    ends = (np.arcsinh((x - curve.mode) / curve.stretch) for x in (-reach, reach))
    low, high = (float(end) for end in ends)
    u = np.linspace(min(low, -1.0) - 1.0, max(high, 1.0) + 1.0, SEARCH)
    return np.asarray(curve.mode + curve.stretch * np.sinh(u))


def _answers(
    curve: EvidenceCurve, nodes: Floats, values: Floats, mean: Floats, sd: Floats, weight: Floats, cuts: Floats
) -> Floats:
    """Probabilities below the cuts, log evidence, median and limits, for a chunk of priors."""

    def log_density(points: Floats, rows: Integers | slice = slice(None)) -> Floats:
        """Log of likelihood times prior, but for the prior's constant; points of shape (rows, k)."""
        z = (points - mean[rows, None]) / sd[rows, None]
        z *= z
        z *= -0.5
        z += weight[rows, None] * curve.quick(points)
        return z

    edges = _panels(curve, *_window(log_density, nodes, values, mean, sd, weight))
    x, weights, inside = _rule()
    half = 0.5 * np.diff(edges)
    points = edges[:, :-1, None] + half[..., None] * (x + 1)
    log_f = log_density(points.reshape(len(mean), -1)).reshape(points.shape)
    top = log_f.max(axis=(1, 2))
    log_f -= top[:, None, None]
    density = np.exp(log_f)
    mass = half * (density @ weights)
    below = np.zeros_like(edges)
    np.cumsum(mass, axis=1, out=below[:, 1:])
    total = below[:, -1]
    answers = np.empty((len(mean), cuts.shape[1] + 4))
    rows = np.arange(len(mean))
    for k in range(cuts.shape[1]):
        cut = np.clip(cuts[:, k], edges[:, 0], edges[:, -1])
        j = np.clip((edges <= cut[:, None]).sum(axis=1) - 1, 0, half.shape[1] - 1)
        part = (density[rows, j] @ inside).T
        local = (cut - edges[rows, j]) / half[rows, j] - 1
        answers[:, k] = np.clip((below[rows, j] + half[rows, j] * _polynomial(part, local)) / total, 0, 1)
    answers[:, -4] = top + np.log(total) - np.log(sd) - LOG_SQRT_2PI
    wanted = total[:, None] * QUANTILES
    j = np.clip((below[:, None, :] <= wanted[..., None]).sum(axis=2) - 1, 0, half.shape[1] - 1)
    rows = rows[:, None]
    part = (density[rows, j].reshape(-1, NODES) @ inside).T
    local = _root(np.ascontiguousarray(part), ((wanted - below[rows, j]) / half[rows, j]).ravel())
    answers[:, -3:] = edges[rows, j] + half[rows, j] * (local.reshape(j.shape) + 1)
    return answers


def _window(
    log_density: Callable[..., Floats], nodes: Floats, values: Floats, mean: Floats, sd: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Ends of what matters of each posterior: the greatest density is found first, then where it has fallen."""
    rows, last = np.arange(len(mean)), len(nodes) - 1
    z = (nodes - mean[:, None]) / sd[:, None]
    look = weight[:, None] * values - 0.5 * z**2
    # the best node, or the prior's mean where a narrow prior lies between nodes
    best = look.argmax(axis=1)
    top = look[rows, best]
    at_mean = log_density(mean[:, None])[:, 0]
    after = np.clip(np.searchsorted(nodes, mean), 1, last)
    near = at_mean > top
    low = nodes[np.where(near, after - 1, np.maximum(best - 1, 0))]
    high = nodes[np.where(near, after, np.minimum(best + 1, last))]
    peak = np.where(near, mean, nodes[best])
    top = np.where(near, at_mean, top)
    narrow = np.flatnonzero(high - low > sd)  # the maximum is too sharp for the nodes
    if len(narrow):
        found, height = _climb(lambda t: log_density(t, narrow), low[narrow], high[narrow], sd[narrow])
        better = height > top[narrow]
        peak[narrow], top[narrow] = np.where(better, found, peak[narrow]), np.where(better, height, top[narrow])
    above = look > (top - FALL)[:, None]
    some = above.any(axis=1)
    first = np.where(some, above.argmax(axis=1), last)
    final = np.where(some, last - above[:, ::-1].argmax(axis=1), 0)
    inside = np.stack([np.minimum(nodes[first], peak), np.maximum(nodes[final], peak)], axis=1)
    beyond = np.searchsorted(nodes, inside[:, 0]) - 1, np.searchsorted(nodes, inside[:, 1], side="right")
    outside = np.stack([nodes[beyond[0]], nodes[beyond[1]]], axis=1)
    f_in, f_out = log_density(inside), log_density(outside)
    for k in range(6):
        # the root of the fall is nearly linear: aim a little beyond the end, and halve every other time
        fall_in, fall_out = (np.sqrt(np.maximum(top[:, None] - f, 0)) for f in (f_in, f_out))
        aim = 0.5 if k % 2 else np.clip((1.02 * ROOT_FALL - fall_in) / np.maximum(fall_out - fall_in, 1e-9), 0, 1)
        between = inside + aim * (outside - inside)
        f = log_density(between)
        within = f > (top - FALL)[:, None]
        inside, outside = np.where(within, between, inside), np.where(within, outside, between)
        f_in, f_out = np.where(within, f, f_in), np.where(within, f_out, f)
    return outside[:, 0], outside[:, 1]


def _climb(log_density: Callable[[Floats], Floats], low: Floats, high: Floats, close: Floats) -> tuple[Floats, Floats]:
    """Points as close to maxima between brackets as asked for, and how high they are, by golden sections."""
    c, d = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    fc, fd = log_density(c[:, None])[:, 0], log_density(d[:, None])[:, 0]
    for _ in range(80):
        if not np.any(high - low > close):
            break
        left = fc > fd
        low, high = np.where(left, low, c), np.where(left, d, high)
        fresh = np.where(left, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        f = log_density(fresh[:, None])[:, 0]
        c, d, fc, fd = np.where(left, fresh, d), np.where(left, c, fresh), np.where(left, f, fd), np.where(left, fc, f)
    return np.where(fc > fd, c, d), np.maximum(fc, fd)


def _panels(curve: EvidenceCurve, low: Floats, high: Floats) -> Floats:
    """Edges of panels of each prior: even ones in θ and even ones in arcsinh, merged."""
    number = BENT if curve.has_mode else BENT_WITHOUT_MODE
    even = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, EVEN + 1)
    u, v = np.arcsinh((low - curve.mode) / curve.stretch), np.arcsinh((high - curve.mode) / curve.stretch)
    bent = u[:, None] + (v - u)[:, None] * np.linspace(0, 1, number + 1)[1:-1]
    bent = curve.mode + curve.stretch * np.sinh(bent)
    return np.sort(np.concatenate([even, np.clip(bent, low[:, None], high[:, None])], axis=1), axis=1)


@cache
def _rule() -> tuple[Floats, Floats, Floats]:
    """Gauss-Legendre nodes and weights, and the powers of x in ∫ from -1 to x of the polynomial through the nodes."""
    x, weights = legendre(NODES)
    powers = np.linalg.inv(np.vander(x, increasing=True)).T  # row k: the polynomial that is 1 at node k and 0 elsewhere
    inside = np.zeros((NODES, NODES + 1))
    inside[:, 1:] = powers / np.arange(1, NODES + 1)
    inside[:, 0] = -inside[:, 1:] @ (-1.0) ** np.arange(1, NODES + 1)
    return x, weights, inside


def _polynomial(coefficients: Floats, x: Floats) -> Floats:
    """Values of polynomials, one for each column of coefficients (lowest power first)."""
    total: Floats = coefficients[-1] * x
    for row in coefficients[-2:0:-1]:
        total += row
        total *= x
    total += coefficients[0]
    return total


def _root(coefficients: Floats, wanted: Floats) -> Floats:
    """Where rising polynomials reach what is wanted, within -1 to 1: Newton steps, halving where they leave."""
    slopes = coefficients[1:] * np.arange(1, len(coefficients))[:, None]
    low, high = np.full(len(wanted), -1.0), np.full(len(wanted), 1.0)
    x = 2 * wanted / coefficients.sum(axis=0) - 1
    for _ in range(50):
        excess = _polynomial(coefficients, x) - wanted
        short = excess < 0
        low, high = np.where(short, x, low), np.where(short, high, x)
        slope = _polynomial(slopes, x)
        step = x - excess / np.where(slope > 0, slope, np.inf)
        step = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
        if np.max(np.abs(step - x), initial=0.0) < 1e-10:
            return step
        x = step
    return x
