"""Grids on which the tables live, each with weights of a trapezoid rule and interpolation between its nodes.

Functions that are smooth on the scale of a grid are integrated and interpolated on it far better than the order of the
rules suggests: the trapezoid rule is spectrally accurate for what dies away at both ends (Trefethen & Weideman 2014).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats

Indices = NDArray[np.intp]

ORDER = 10
"""Nodes of local polynomial interpolation."""

_APART = np.arange(ORDER)[:, None] - np.arange(ORDER)

_SCALE = np.where(_APART == 0, 1, _APART).prod(axis=1).astype(float)


def _lagrange(t: Floats) -> Floats:
    """Weights (P, ORDER) of the even nodes 0, 1, … in the polynomial through them, at positions t, shape (P,)."""
    away = t[:, None] - np.arange(ORDER)
    before, after = np.ones_like(away), np.ones_like(away)
    before[:, 1:] = np.cumprod(away[:, :-1], axis=1)
    after[:, :-1] = np.cumprod(away[:, :0:-1], axis=1)[:, ::-1]
    return np.asarray(before * after / _SCALE)


def _lagrange_slopes(t: Floats) -> Floats:
    """Slopes of those weights."""
    away = np.broadcast_to(t[:, None, None] - np.arange(ORDER), (len(t), ORDER, ORDER)).copy()
    away[:, range(ORDER), range(ORDER)] = 1.0  # row k: the polynomial that is 1 at node k
    slopes = np.zeros((len(t), ORDER))
    for j in range(ORDER):
        others = away.copy()
        others[:, :, j] = 1.0
        others[:, j, j] = 0.0
        slopes += others.prod(axis=2)
    return np.asarray(slopes / _SCALE)


@dataclass(frozen=True)
class Grid:
    """Points of the real line, dense in the middle: x = centre + stretch sinh(u), u even.

    Attributes
    ----------
    knots : array, shape (M,)
        u, even.
    """

    centre: float
    stretch: float
    knots: Floats

    @classmethod
    def over(cls, centre: float, stretch: float, low: float, high: float, size: int) -> Self:
        """Cover `low` to `high`."""
        first, last = (float(np.arcsinh((end - centre) / stretch)) for end in (low, high))
        return cls(centre, stretch, np.linspace(first, last, size))

    @property
    def step(self) -> float:
        """Distance of the knots in u."""
        return float(self.knots[1] - self.knots[0])

    @cached_property
    def points(self) -> Floats:
        """The points at the knots."""
        return self.centre + self.stretch * np.sinh(self.knots)

    @cached_property
    def log_weights(self) -> Floats:
        """Log weights of the trapezoid rule in u."""
        return np.log(self.step * self.stretch * np.cosh(self.knots))

    def spacing(self, x: Floats) -> Floats:
        """Distance of neighbours near x."""
        return np.asarray(self.step * np.hypot(self.stretch, x - self.centre))

    def position(self, x: Floats) -> Floats:
        """Place of x in u, held within the ends: beyond them a table stays as it ends."""
        return np.clip(np.arcsinh((x - self.centre) / self.stretch), self.knots[0], self.knots[-1])

    def interpolation(self, x: Floats) -> Floats:
        """Matrix (P, M) that takes values at the knots to values at x, shape (P,)."""
        where, first = self._neighbours(x)
        return self._spread(_lagrange(where - first), first)

    def differentiation(self, x: Floats) -> Floats:
        """Matrix (P, M) that takes values at the knots to slopes, per unit of x, at x, shape (P,)."""
        where, first = self._neighbours(x)
        pace = self.spacing(x)[:, None]  # dx for a step of one knot
        return self._spread(_lagrange_slopes(where - first) / pace, first)

    def _neighbours(self, x: Floats) -> tuple[Floats, Indices]:
        where = (self.position(x) - self.knots[0]) / self.step
        first = np.floor(where).astype(np.intp) - ORDER // 2 + 1
        return where, np.clip(first, 0, len(self.knots) - ORDER)

    def _spread(self, weights: Floats, first: Indices) -> Floats:
        matrix = np.zeros((len(first), len(self.knots)))
        np.put_along_axis(matrix, first[:, None] + np.arange(ORDER), weights, axis=1)
        return matrix


@dataclass(frozen=True)
class SpreadGrid:
    """Standard deviations v = scale sinh(k step), k = 0, 1, …; what is tabulated on them is even in v.

    A blurred likelihood is a function of v² (the heat equation), smooth in arcsinh(v / scale) as long as `scale` is not
    above the width of the curve: the nodes follow the logarithm of v where v is large.
    """

    scale: float
    step: float
    size: int

    @classmethod
    def up_to(cls, largest: float, scale: float, step: float) -> Self:
        """Nodes from 0 to at least `largest`; 0 alone where there is no spread."""
        if largest == 0:
            return cls(scale, step, 1)
        return cls(scale, step, max(int(np.ceil(np.arcsinh(largest / scale) / step)) + 1, ORDER))

    @cached_property
    def points(self) -> Floats:
        """The nodes, 0 first."""
        return self.scale * np.sinh(self.step * np.arange(self.size))

    def interpolation(self, v: Floats) -> Floats:
        """Matrix (P, C) that takes values at the nodes to values at v, shape (P,); mirrored at 0."""
        if self.size == 1:
            return np.ones((len(v), 1))
        where = np.clip(np.arcsinh(v / self.scale) / self.step, 0.0, self.size - 1.0)
        first = np.minimum(np.floor(where).astype(np.intp) - ORDER // 2 + 1, self.size - ORDER)
        weights = _lagrange(where - first)
        matrix = np.zeros((len(v), self.size))
        np.add.at(matrix, (np.arange(len(v))[:, None], np.abs(first[:, None] + np.arange(ORDER))), weights)
        return matrix


@dataclass(frozen=True)
class Axis:
    """Points that resolve every curve: even in the middle, ever wider apart outside: x = centre + a k + b sinh(c k).

    Attributes
    ----------
    points, weights : array, shape (J,)
        Nodes and weights of the trapezoid rule in k.
    """

    points: Floats
    weights: Floats

    GROWTH = 0.08

    @classmethod
    def over(cls, core: tuple[float, float], step: float, low: float, high: float) -> Self:
        """Steps of about `step` over the core; out to `low` and `high`."""
        centre, half = 0.5 * (core[0] + core[1]), 0.5 * (core[1] - core[0]) / step
        # at the ends of the core the step has grown by a tenth
        bend = 0.1 * step / (cls.GROWTH * np.cosh(min(cls.GROWTH * half, 600.0)))

        def place(k: Floats) -> Floats:
            return np.asarray(step * k + bend * np.sinh(np.minimum(cls.GROWTH * np.abs(k), 690.0)) * np.sign(k))

        ends = []
        for distance in (centre - low, high - centre):
            furthest = half + np.arcsinh(max(distance, step) / step) / cls.GROWTH + 10
            k = np.arange(0.0, furthest + 1)
            ends.append(int(np.searchsorted(place(k), distance)) + 1)
        k = np.arange(-ends[0], ends[1] + 1.0)
        pace = step + bend * cls.GROWTH * np.cosh(np.minimum(cls.GROWTH * np.abs(k), 690.0))
        return cls(centre + place(k), pace)

    def spacing(self, x: Floats) -> Floats:
        """Distance of neighbours near x."""
        return np.interp(x, self.points, self.weights)
