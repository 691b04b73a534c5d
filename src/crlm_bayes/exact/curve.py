"""Evidence curves: the log integrated likelihood of one effect, and what any prior makes of it.

A curve is what a study says about the log ratio θ once every nuisance parameter has been integrated out. A prior is a
multiplication, a summary an integral on a grid: exact to the accuracy of the quadrature, without Monte Carlo error.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import ArrayLike

from crlm_bayes.arrays import Floats
from crlm_bayes.errors import InvalidInput
from crlm_bayes.exact import tails
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.quadrature import DROP
from crlm_bayes.priors.density import Prior
from crlm_bayes.words.numbers import short

REACH = 24.0
"""Curves are tabulated for |θ| up to this: ratios down to 4e-11."""

KNOTS = 401

DEGREE = 5

FINE = 4096

FIRST_LOOK = 97

FLAT = 0.01
"""Curvature below which a likelihood is taken to have no maximum: a standard error of 10 on a log ratio."""

POINTS = 1201
"""Number of points that carry a posterior under a plain prior, about."""

REGION = 25.0

FAR = 28.0
"""Tails are looked at to sinh 28, 7e11, times the scale of a prior."""


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
        Nodes in u, with θ = mode + stretch sinh(u): dense at the mode, wide in the tails.
    log_likelihood_at_knots : array, shape (K,)
        0 at its maximum.
    pieces : pair of array
        Knots and coefficients of the quintic spline through them.
    stretch : float
        The width of the curve as it was tabulated.
    has_mode : bool
        Whether the likelihood has a maximum inside; without one there is no estimate, and `mode` and `width` are those
        of the grid.
    """

    mode: float
    width: float
    knots: Floats
    log_likelihood_at_knots: Floats
    pieces: tuple[Floats, Floats] = field(repr=False, compare=False)
    stretch: float
    has_mode: bool = True

    @classmethod
    def tabulate(
        cls, log_likelihood: Callable[[Floats], Floats], knots: int = KNOTS, peak: tuple[float, float] | None = None
    ) -> "EvidenceCurve":
        """Tabulate a vectorised log likelihood on a grid that follows its own mode and width.

        Parameters
        ----------
        peak : (float, float), optional
            Mode and width where they are known; else they are found on a spline, to about 1e-6 of the width.
        """
        if peak is not None and peak[1] ** -2 >= FLAT:
            mode, width = peak
            return cls.through(mode, width, *_tabulate(log_likelihood, mode, width, knots), width, has_mode=True)
        mode, width, peaks = 0.0, 0.5, True
        for _ in range(4):  # coarse looks, until one resolves the peak
            before = width
            look, values = _tabulate(log_likelihood, mode, width, FIRST_LOOK)
            spline = scipy.interpolate.make_interp_spline(look, values, k=DEGREE)
            mode, width, peaks = _mode_and_width(mode, width, look, spline)
            if width > 0.2 * before:
                break
        return cls.through(mode, width, *_tabulate(log_likelihood, mode, width, knots), width, peaks)

    @classmethod
    def through(
        cls, mode: float, width: float, knots: Floats, values: Floats, stretch: float, has_mode: bool
    ) -> "EvidenceCurve":
        """The curve through values at knots in u."""
        spline = scipy.interpolate.make_interp_spline(knots, values, k=DEGREE)
        return cls(mode, width, knots, values, (spline.t, spline.c), stretch, has_mode)

    @cached_property
    def identity(self) -> str:
        """Digest of all that the curve says, to the last bit."""
        numbers = np.array([self.mode, self.width, self.stretch, self.has_mode])
        return hashlib.sha256(b"".join(x.tobytes() for x in (numbers, self.knots, *self.pieces))).hexdigest()

    @cached_property
    def _spline(self) -> "scipy.interpolate.BSpline":
        return scipy.interpolate.BSpline(*self.pieces, DEGREE)

    @property
    def grid(self) -> Floats:
        """θ at the knots."""
        return self.mode + self.stretch * np.sinh(self.knots)

    @cached_property
    def _fine(self) -> tuple[Floats, Floats]:
        """Coefficients of cubic pieces (highest power first) on FINE even cells in u, and θ at the ends."""
        u = np.linspace(self.knots[0], self.knots[-1], FINE + 1)
        return np.ascontiguousarray(scipy.interpolate.CubicSpline(u, self._spline(u)).c.T), self.grid[[0, -1]]

    def quick(self, theta: Floats) -> Floats:
        """Log likelihood as by :meth:`log_likelihood`, to 1e-9 of its size, from a fine table: for millions of points."""
        pieces, (low, high) = self._fine
        step = (self.knots[-1] - self.knots[0]) / FINE
        u = np.arcsinh((theta - self.mode) / self.stretch)
        u -= self.knots[0]
        cell = np.minimum(np.maximum(u / step, 0.0), FINE - 1).astype(np.intp)
        u -= cell * step
        c = pieces[cell]
        values = np.asarray(((c[..., 0] * u + c[..., 1]) * u + c[..., 2]) * u + c[..., 3])
        beyond = (theta < low) | (theta > high)
        if beyond.any():
            values[beyond] = self.log_likelihood(theta[beyond])
        return values

    @cached_property
    def error(self) -> float:
        """Accuracy of the tabulation: what half of the knots change in the log likelihood, wherever it matters.

        The largest difference at the knots left out, where the log likelihood is within REGION of its maximum. The
        spline is of fifth order: the curve itself is closer still by a factor of thirty or more.
        """
        values = self.log_likelihood_at_knots
        half = scipy.interpolate.make_interp_spline(self.knots[::2], values[::2], k=DEGREE)
        matters = (values > -REGION)[1:-1:2]
        gap = np.abs(half(self.knots[1:-1:2]) - values[1:-1:2])
        return float(gap[matters].max(initial=0.0))

    @cached_property
    def _tails(self) -> tuple[tails.Tail, tails.Tail]:
        return tails.at_ends(self._spline, self.knots[0], self.knots[-1], self.mode, self.stretch)

    def log_likelihood(self, theta: ArrayLike) -> Floats:
        """Log likelihood at θ (any shape) by quintic spline; beyond the grid it goes on as it ends there."""
        theta = np.asarray(theta, dtype=float)
        u = np.arcsinh((theta - self.mode) / self.stretch)
        values = np.asarray(self._spline(np.clip(u, self.knots[0], self.knots[-1])))
        for tail in self._tails:
            values = tail.extend(values, theta)
        return values

    def apply(self, prior: Prior) -> GridPosterior:
        """Multiply by a prior and normalise."""
        return GridPosterior.on_panels(lambda t: self.log_likelihood(t) + prior.logpdf(t), _edges(self, prior))

    def shifted(self, bias: float) -> "EvidenceCurve":
        """L(θ + bias): the study is taken to estimate the effect plus `bias`."""
        return replace(self, mode=self.mode - bias)

    def tempered(self, weight: float) -> "EvidenceCurve":
        """L(θ) to the power `weight`, above 0 and at most 1: a discount."""
        if not 0 < weight <= 1:
            raise InvalidInput("weight of a study", f"{short(weight)} does not fit", allowed="above 0, at most 1")
        return replace(
            self,
            width=self.width / float(np.sqrt(weight)),
            log_likelihood_at_knots=weight * self.log_likelihood_at_knots,
            pieces=(self.pieces[0], weight * self.pieces[1]),
        )


def _tabulate(
    log_likelihood: Callable[[Floats], Floats], mode: float, width: float, size: int
) -> tuple[Floats, Floats]:
    """Knots in u, and the log likelihood there, 0 at its maximum."""
    low, high = np.arcsinh((-REACH - mode) / width), np.arcsinh((REACH - mode) / width)
    knots = np.linspace(low, high, size)
    values = log_likelihood(mode + width * np.sinh(knots))
    return knots, values - values.max()


def _mode_and_width(
    mode: float, width: float, knots: Floats, spline: "scipy.interpolate.BSpline"
) -> tuple[float, float, bool]:
    """Find the mode on the spline, the width from the curvature there, and whether there is a maximum at all."""
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
        return float(np.clip(mode + width * np.sinh(u), -6, 6)), 2.0, False
    return float(mode + width * np.sinh(u)), float(max(1 / np.sqrt(bend), 1e-4)), True


def _edges(curve: EvidenceCurve, prior: Prior) -> Floats:
    """Edges of the panels: over everything that matters, fine wherever prior, curve or posterior are narrow.

    A tail is followed until its mass for each unit of the logarithm of the distance is negligible: priors of heavy
    tails on a likelihood that levels off reach out to ratios without a name.
    """
    scales = [*prior.scales, (curve.mode, curve.stretch)]
    far = np.sinh(np.linspace(-FAR, FAR, 141))
    near = np.linspace(-12, 12, 97)
    points = np.unique(np.concatenate([curve.grid, *(c + s * grid for c, s in scales for grid in (far, near))]))
    centre, spread = prior.centre, prior.spread
    for size in (129, 65, 65):
        log_density = curve.log_likelihood(points) + prior.logpdf(points)
        log_mass = log_density + np.log1p(np.abs(points - centre) / spread)
        inside = np.flatnonzero((log_density > log_density.max() - DROP) & (log_mass > log_mass.max() - DROP))
        first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, len(points) - 1)
        best = int(log_density.argmax())
        peak = np.linspace(points[max(best - 1, 0)], points[min(best + 1, len(points) - 1)], 33)
        even = np.linspace(points[first], points[last], size)
        points = np.unique(np.concatenate([points[first : last + 1], even, peak]))
    log_density = curve.log_likelihood(points) + prior.logpdf(points)
    top = points[log_density > log_density.max() - 0.5]
    peak_scale = max(float(top[-1] - top[0]) / 2, 1e-9 * curve.stretch)
    low, high = float(points[0]), float(points[-1])
    scales.append((float(points[log_density.argmax()]), peak_scale))
    each = POINTS // 16
    parts = [np.linspace(low, high, each + 1), np.array([x for x in prior.breaks if low < x < high])]
    for c, s in scales:
        u = np.linspace(np.arcsinh((low - c) / s), np.arcsinh((high - c) / s), each + 1)[1:-1]
        parts.append(c + s * np.sinh(u))
    edges = np.unique(np.concatenate(parts))
    edges = edges[(edges >= low) & (edges <= high)]
    return edges[np.diff(edges, prepend=-np.inf) > 1e-6 * min(peak_scale, (high - low) / POINTS)]
