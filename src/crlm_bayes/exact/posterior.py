"""A posterior of one log ratio on panels of five even points: exact to the quadrature, without Monte Carlo error."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.rule import LOWER, UPPER, p_benefit

FARTHEST = 340.0

# Integrals over [0, k], k = 1 to 4, of the polynomial through f(0), …, f(4); the last row is Boole's rule.
QUARTIC = np.array(
    [[251, 646, -264, 106, -19], [232, 992, 192, 32, -8], [243, 918, 648, 378, -27], [224, 1024, 384, 1024, 224]]
) / np.array([[720], [720], [720], [720]])


@dataclass(frozen=True)
class GridPosterior:
    """A posterior of θ on a grid that covers it.

    Attributes
    ----------
    theta, density, cdf : array, shape (G,)
    weights : array, shape (G,)
        Of the quadrature: the integral of f(θ) is Σ weights f.
    log_evidence : float
        Log marginal likelihood, up to the constant of the curve.
    """

    theta: Floats
    density: Floats
    cdf: Floats
    weights: Floats
    log_evidence: float

    @classmethod
    def on_panels(cls, log_density: Callable[[Floats], Floats], edges: Floats) -> "GridPosterior":
        """Normalise a density on panels between rising edges, each with five even points; fifth order."""
        step = np.diff(edges) / 4
        theta = np.append((edges[:-1, None] + step[:, None] * np.arange(4)).ravel(), edges[-1])
        values = log_density(theta)
        top = float(values.max())
        density = np.exp(values - top)
        panels = np.column_stack([density[:-1].reshape(-1, 4), density[4::4]])
        inside = step[:, None] * (panels @ QUARTIC.T)
        starts = np.append(0.0, np.cumsum(inside[:, -1]))
        cdf = np.append(0.0, (starts[:-1, None] + inside).ravel())
        total = float(cdf[-1])
        weights = np.zeros_like(theta)
        for k in range(5):
            weights[k : len(theta) - 4 + k : 4] += step * QUARTIC[-1, k]
        # rounding must not make a distribution function fall where there is nothing
        return cls(theta, density / total, np.maximum.accumulate(cdf / total), weights, top + float(np.log(total)))

    def p_below(self, x: float) -> float:
        """P(θ < x)."""
        if x <= self.theta[0]:
            return 0.0
        if x >= self.theta[-1]:
            return 1.0
        i = int(np.searchsorted(self.theta, x, side="right")) - 1
        start, step, held, a, b = self._cell(i)
        part = (x - self.theta[i]) / step
        return start + held * _share(part, a, b)

    def p_benefit(self, sign: int) -> float:
        """P(benefit); `sign` is 1 where negative θ favour the treatment, else -1."""
        return p_benefit(self.p_below(0.0), sign)

    def quantile(self, p: float) -> float:
        """θ below which the posterior holds probability `p`: :meth:`p_below` solved within its cell."""
        i = int(np.clip(np.searchsorted(self.cdf, p) - 1, 0, len(self.theta) - 2))
        start, step, held, a, b = self._cell(i)
        wanted = min(max((p - start) / held, 0.0), 1.0) if held > 0 else 0.0
        # exact where the density is linear: (a + b) share = part (2 a + part (b - a)); then Newton
        part = min(wanted * (a + b) / (a + math.sqrt(a**2 + wanted * (b**2 - a**2))), 1.0) if a + b > 0 else wanted
        for _ in range(3):
            slope = _slope(part, a, b)
            part = min(max(part - (_share(part, a, b) - wanted) / slope, 0.0), 1.0) if slope > 0 else part
        return float(self.theta[i]) + part * step

    def _cell(self, i: int) -> tuple[float, float, float, float, float]:
        """Probability below a cell, its length, what it holds, and the density at both ends over that within."""
        start, step = float(self.cdf[i]), float(self.theta[i + 1] - self.theta[i])
        held = float(self.cdf[i + 1]) - start
        a, b = (float(d) * step / held if held > 0 else 1.0 for d in self.density[i : i + 2])
        if max(a, b) > 3:  # too uneven for a cubic to rise throughout
            a, b = 1.0, 1.0
        return start, step, held, a, b

    @property
    def median(self) -> float:
        """Posterior median."""
        return self.quantile(0.5)

    @property
    def interval(self) -> tuple[float, float]:
        """Equal-tailed interval of the convention's probability."""
        return self.quantile(LOWER), self.quantile(UPPER)

    def expect(self, f: Callable[[Floats], Floats]) -> float:
        """Posterior expectation of f(θ) over |θ| up to FARTHEST, so that ratios and their squares stay finite.

        Under a heavy-tailed prior and a likelihood that levels off the expectation of a ratio does not exist: what is
        returned then is huge.
        """
        sane = np.abs(self.theta) <= FARTHEST
        return float(self.weights[sane] @ (f(self.theta[sane]) * self.density[sane]))

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return self.expect(lambda t: t)

    @property
    def sd(self) -> float:
        """Posterior standard deviation."""
        centre = self.mean
        return float(np.sqrt(self.expect(lambda t: (t - centre) ** 2)))


def _share(part: float, a: float, b: float) -> float:
    """Share of a cell's probability below a part of its length: the cubic with slopes a and b at the ends."""
    return part * (a + part * (3 - 2 * a - b + part * (a + b - 2)))


def _slope(part: float, a: float, b: float) -> float:
    return a + part * (2 * (3 - 2 * a - b) + 3 * part * (a + b - 2))
