"""Evidence curves: the log integrated likelihood of one effect, and what any prior makes of it.

A curve is what a study says about the log ratio θ once every nuisance parameter has been integrated out. A prior is a
multiplication, a summary an integral on a grid: exact to the accuracy of the quadrature, without Monte Carlo error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BSpline, make_interp_spline

from crlm_bayes.conventions import LOWER, UPPER
from crlm_bayes.priors import Mixture, Normal, Prior
from crlm_bayes.quadrature import DROP, cumulative

Floats = NDArray[np.float64]

REACH = 16.0
"""Curves are tabulated for |θ| up to this: ratios of one in nine million."""

KNOTS = 401
FIRST_LOOK = 97
FLAT = 0.01
"""Curvature below which a likelihood is taken to have no maximum: a standard error of 10 on a log ratio."""
POINTS = 1201


@dataclass(frozen=True)
class EvidenceCurve:
    """log L(θ) for the log ratio θ, treatment over control, up to a constant.

    Attributes
    ----------
    mode : float
        Where the likelihood is greatest (at the edge of the grid where it has no maximum).
    width : float
        Standard error that the curvature at the mode implies.
    knots : array, shape (K,)
        Nodes in u, with θ = mode + width sinh(u): dense at the mode, wide in the tails.
    log_likelihood_at_knots : array, shape (K,)
        0 at its maximum.
    """

    mode: float
    width: float
    knots: Floats
    log_likelihood_at_knots: Floats
    _spline: BSpline = field(repr=False, compare=False)

    @classmethod
    def tabulate(cls, log_likelihood: Callable[[Floats], Floats], knots: int = KNOTS) -> "EvidenceCurve":
        """Tabulate a vectorised log likelihood on a grid that follows its own mode and width."""
        mode, width = 0.0, 0.5
        for _ in range(4):  # coarse looks, until one resolves the peak
            before = width
            look, _values, spline = _tabulate(log_likelihood, mode, width, FIRST_LOOK)
            mode, width = _mode_and_width(mode, width, look, spline)
            if width > 0.2 * before:
                break
        return cls(mode, width, *_tabulate(log_likelihood, mode, width, knots))

    @property
    def grid(self) -> Floats:
        """θ at the knots."""
        return self.mode + self.width * np.sinh(self.knots)

    def log_likelihood(self, theta: ArrayLike) -> Floats:
        """Log likelihood at θ (any shape) by quintic spline; beyond the grid it stays at its end values."""
        u = np.arcsinh((np.asarray(theta, dtype=float) - self.mode) / self.width)
        return np.asarray(self._spline(np.clip(u, self.knots[0], self.knots[-1])))

    def apply(self, prior: Prior) -> "GridPosterior":
        """Multiply by a prior and normalise."""
        theta = _window(self, prior)
        log_density = self.log_likelihood(theta) + prior.logpdf(theta)
        top = log_density.max()
        density = np.exp(log_density - top)
        cdf = cumulative(density, theta)
        return GridPosterior(theta, density / cdf[-1], cdf / cdf[-1], float(top + np.log(cdf[-1])))


@dataclass(frozen=True)
class GridPosterior:
    """A posterior of θ on a grid that covers it.

    Attributes
    ----------
    theta, density, cdf : array, shape (G,)
    log_evidence : float
        Log marginal likelihood, up to the constant of the curve.
    """

    theta: Floats
    density: Floats
    cdf: Floats
    log_evidence: float

    def p_below(self, x: float) -> float:
        """P(θ < x)."""
        if x <= self.theta[0]:
            return 0.0
        if x >= self.theta[-1]:
            return 1.0
        i = int(np.searchsorted(self.theta, x, side="right")) - 1
        step = self.theta[i + 1] - self.theta[i]
        part = (x - self.theta[i]) / step
        d0, d1 = self.density[i], self.density[i + 1]
        inside = step * part * (d0 + 0.5 * part * (d1 - d0))
        whole = step * 0.5 * (d0 + d1)
        exact = self.cdf[i + 1] - self.cdf[i]
        return float(self.cdf[i] + inside * (exact / whole if whole > 0 else 1.0))

    def quantile(self, p: float) -> float:
        """θ below which the posterior holds probability `p`."""
        i = int(np.clip(np.searchsorted(self.cdf, p) - 1, 0, len(self.theta) - 2))
        low, high = float(self.theta[i]), float(self.theta[i + 1])
        for _ in range(32):  # a cell of the grid halved to nothing
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.p_below(middle) < p else (low, middle)
        return 0.5 * (low + high)

    @property
    def median(self) -> float:
        """Posterior median."""
        return self.quantile(0.5)

    @property
    def interval(self) -> tuple[float, float]:
        """Equal-tailed interval of the convention's probability."""
        return self.quantile(LOWER), self.quantile(UPPER)

    def expect(self, f: Callable[[Floats], Floats]) -> float:
        """Posterior expectation of f(θ)."""
        return float(cumulative(f(self.theta) * self.density, self.theta)[-1])

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return self.expect(lambda t: t)

    @property
    def sd(self) -> float:
        """Posterior standard deviation."""
        centre = self.mean
        return float(np.sqrt(self.expect(lambda t: (t - centre) ** 2)))


def _tabulate(
    log_likelihood: Callable[[Floats], Floats], mode: float, width: float, size: int
) -> tuple[Floats, Floats, BSpline]:
    """Knots in u, log likelihood there (0 at its maximum), and the spline through them."""
    low, high = np.arcsinh((-REACH - mode) / width), np.arcsinh((REACH - mode) / width)
    knots = np.linspace(low, high, size)
    values = log_likelihood(mode + width * np.sinh(knots))
    values = values - values.max()
    return knots, values, make_interp_spline(knots, values, k=5)


def _mode_and_width(mode: float, width: float, knots: Floats, spline: BSpline) -> tuple[float, float]:
    """Find the mode on the spline and the width from the curvature there, bounded to sensible values."""
    fine = np.linspace(knots[0], knots[-1], 4001)
    u = float(fine[int(np.argmax(spline(fine)))])
    slope, curvature = spline.derivative(1), spline.derivative(2)
    for _ in range(3):  # Newton steps; they stay where the spline has no interior maximum
        bend = float(curvature(u))
        step = -float(slope(u)) / bend if bend < 0 else 0.0
        u = float(np.clip(u + np.clip(step, -0.01, 0.01), knots[0], knots[-1]))
    stretch = width * np.cosh(u)  # dθ/du; at the mode the second derivative scales with its square
    bend = -float(curvature(u)) / stretch**2
    if bend < FLAT:  # no maximum: a grid around no effect serves a likelihood that levels off
        return float(np.clip(mode + width * np.sinh(u), -6, 6)), 2.0
    return float(mode + width * np.sinh(u)), float(max(1 / np.sqrt(bend), 1e-4))


def _window(curve: EvidenceCurve, prior: Prior) -> Floats:
    """A grid over everything that matters of prior times likelihood, uniform but for mixtures: one for each part."""
    if isinstance(prior, Mixture):
        parts = [
            Normal(dist="normal", mean=m, sd=s, rationale="part") for m, s in zip(prior.means, prior.sds, strict=True)
        ]
        points = np.unique(np.concatenate([_window(curve, part) for part in parts]))
        return points[np.diff(points, prepend=-np.inf) > 1e-9]
    around = prior.centre + prior.spread * np.concatenate(
        [np.linspace(-12, 12, 121), 30.0 * np.sinh(np.linspace(-4, 4, 81)) / np.sinh(4)]
    )
    candidates = np.union1d(curve.grid, around)
    log_density = curve.log_likelihood(candidates) + prior.logpdf(candidates)
    for _ in range(2):
        inside = np.flatnonzero(log_density > log_density.max() - DROP)
        low, high = max(inside[0] - 1, 0), min(inside[-1] + 1, len(candidates) - 1)
        candidates = np.linspace(candidates[low], candidates[high], 129)
        log_density = curve.log_likelihood(candidates) + prior.logpdf(candidates)
    inside = np.flatnonzero(log_density > log_density.max() - DROP)
    low, high = max(inside[0] - 1, 0), min(inside[-1] + 1, len(candidates) - 1)
    return np.linspace(candidates[low], candidates[high], POINTS)


def blur(curve: EvidenceCurve, omega: float) -> Callable[[Floats], Floats]:
    """Integrate an effect that scatters around θ: log of ∫ L(t) N(t; θ, ω²) dt as a function of θ.

    This is the random-effects step: with ω = 0 the curve itself comes back.
    """
    if omega == 0:
        return curve.log_likelihood
    # the trapezoid rule is spectrally accurate once its step is half of both widths, the normal's and the curve's
    nodes = 2 * int(np.ceil(16 * max(1.0, omega / curve.width))) + 1
    z = np.linspace(-8.0, 8.0, min(nodes, 2001))
    log_weight = -0.5 * z**2
    log_weight -= np.log(np.exp(log_weight).sum())

    def log_likelihood(theta: Floats) -> Floats:
        return _log_sum(curve.log_likelihood(np.asarray(theta)[..., None] + omega * z) + log_weight)

    return log_likelihood


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
        return np.asarray(constant + _log_sum(first + last[..., ::-1]))

    return log_likelihood


def _log_convolve(log_f: Floats, log_g: Floats) -> Floats:
    """Convolve along the last axis, on a grid of odd size centred on 0; beyond the grid nothing is left."""
    size = log_f.shape[-1]
    apart = np.arange(size)[:, None] - np.arange(size) + size // 2  # index of y - x
    inside = (apart >= 0) & (apart < size)
    shifted = np.where(inside, log_g[..., np.clip(apart, 0, size - 1)], -np.inf)
    return _log_sum(log_f[..., None, :] + shifted)


def _log_sum(values: Floats) -> Floats:
    """Log of the sum of exponentials along the last axis; one value at least is finite."""
    top = values.max(axis=-1)
    return np.asarray(top + np.log(np.exp(values - top[..., None]).sum(axis=-1)))
