"""How an evidence curve goes on beyond its grid, from its slope and curvature at the end.

A likelihood either goes on falling (a normal curve as a parabola, most tables along a line) or it levels off (a table
of two arms that are completely separated): then the slope dies away exponentially.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from crlm_bayes.arrays import Floats

LEVEL = 1e-6
"""What slope and curvature together change over the length of the grid, below which a curve is level."""


@dataclass(frozen=True)
class Tail:
    """One side of a curve, `side` -1 or 1, from θ = `end` outwards.

    Attributes
    ----------
    slope, bend : float
        First and second derivative of the log likelihood with respect to the distance from the end.
    """

    side: int
    end: float
    slope: float
    bend: float

    def extend(self, values: Floats, theta: Floats) -> Floats:
        """Add to values that stay at the end value what the curve changes beyond it."""
        distance = self.side * (theta - self.end)
        beyond = distance > 0
        if not beyond.any():
            return values
        return np.asarray(values + self.change(np.where(beyond, distance, 0.0)))

    def change(self, distance: Floats) -> Floats:
        """Log likelihood at a distance from the end, less that at the end."""
        if self.slope <= 0 and self.bend <= 0:  # falls ever faster
            return distance * (self.slope + 0.5 * self.bend * distance)
        if self.slope * self.bend < 0:  # levels off
            rate = -self.bend / self.slope
            return np.asarray(-self.slope / rate * np.expm1(-rate * distance))
        return np.zeros_like(distance)


def at_ends(
    spline: "scipy.interpolate.BSpline", low: float, high: float, mode: float, stretch: float
) -> tuple[Tail, Tail]:
    """Tails of a spline in u, θ = mode + stretch sinh u, on both sides of its knots."""
    first, second = spline.derivative(1), spline.derivative(2)

    def tail(side: int, u: float) -> Tail:
        pace = stretch * np.cosh(u)  # dθ/du
        slope = float(first(u)) / pace
        bend = (float(second(u)) - slope * stretch * np.sinh(u)) / pace**2
        length = stretch * (np.sinh(high) - np.sinh(low))
        level = abs(slope) * length < LEVEL and abs(bend) * length**2 < LEVEL
        return Tail(side, mode + stretch * float(np.sinh(u)), *((0.0, 0.0) if level else (side * slope, float(bend))))

    return tail(-1, low), tail(1, high)
