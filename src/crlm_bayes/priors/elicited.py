"""Priors as people state them: a best guess with unequal doubts on both sides, or quantiles of their own."""

import math
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar, Literal, Self, override

import numpy as np
import scipy
from numpy.typing import ArrayLike
from pydantic import model_validator

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats
from crlm_bayes.priors.density import Finite, Positive, Prior
from crlm_bayes.words.numbers import short

SMALLEST = 1e-9
"""Probabilities nearer than this to 0 or 1 say nothing that could be meant."""


class TwoPiece(Prior):
    """Split normal: halves of normal densities with different sd, joined at the mode at equal height (Fechner 1897)."""

    parts: ClassVar[str] = "mode, sd below, sd above"
    keys: ClassVar[tuple[str, ...]] = ("mode", "sd_below", "sd_above")
    dist: Literal["two_piece"]
    mode: Finite
    sd_below: Positive
    sd_above: Positive

    def _sd(self, x: Floats) -> Floats:
        return np.where(x < self.mode, self.sd_below, self.sd_above)

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        points = np.asarray(x, dtype=float)
        z = (points - self.mode) / self._sd(points)
        return np.asarray(-0.5 * z**2 - math.log((self.sd_below + self.sd_above) / 2) - LOG_SQRT_2PI)

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        points = np.asarray(x, dtype=float)
        sd = self._sd(points)
        tail = 2 * sd / (self.sd_below + self.sd_above) * scipy.special.ndtr(-np.abs(points - self.mode) / sd)
        return np.asarray(np.where(points < self.mode, tail, 1 - tail))

    @override
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        below = rng.uniform(size=size) < self.sd_below / (self.sd_below + self.sd_above)
        away = np.abs(rng.normal(size=size))
        return self.mode + np.where(below, -self.sd_below, self.sd_above) * away

    @override
    def turned(self) -> Self:
        return self.model_copy(update={"mode": 0.0 - self.mode, "sd_below": self.sd_above, "sd_above": self.sd_below})

    @override
    def moved(self, by: float) -> Self:
        return self.model_copy(update={"mode": self.mode + by})

    @property
    @override
    def centre(self) -> float:
        return self.mode

    @property
    @override
    def spread(self) -> float:
        return max(self.sd_below, self.sd_above)

    @property
    @override
    def scales(self) -> tuple[tuple[float, float], ...]:
        return (self.mode, self.sd_below), (self.mode, self.sd_above)

    @property
    @override
    def breaks(self) -> tuple[float, ...]:
        return (self.mode,)

    @property
    @override
    def variance(self) -> float:
        """Variance: (1 - 2/π) (difference of the sds)² + their product."""
        return (1 - 2 / math.pi) * (self.sd_above - self.sd_below) ** 2 + self.sd_above * self.sd_below

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{SplitNormal}}({short(self.mode, 4)},\; {short(self.sd_below, 4)}^2,\; {short(self.sd_above, 4)}^2)"

    @property
    @override
    def plain(self) -> str:
        return f"SplitNormal({short(self.mode, 4)}, {short(self.sd_below, 4)}² below, {short(self.sd_above, 4)}² above)"

    @override
    def data(self) -> dict[str, float | Floats]:
        return {"mode": self.mode, "sd_below": self.sd_below, "sd_above": self.sd_above}

    @override
    def payload(self) -> dict[str, Any]:
        return {"dist": self.dist, "mode": self.mode, "below": self.sd_below, "above": self.sd_above}


class Quantiles(Prior):
    """The density that has exactly the quantiles stated.

    The value is a smooth rising function of the normal score z = Φ⁻¹(probability): a monotone cubic through the
    points stated (Fritsch & Butland 1984), and a straight line beyond them, that is with normal tails. Quantiles of a
    normal density give that density back.
    """

    parts: ClassVar[str] = "probability: value, probability: value, ..."
    dist: Literal["quantiles"]
    probabilities: tuple[Finite, ...]
    values: tuple[Finite, ...]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if not len(self.probabilities) == len(self.values) >= 3:
            raise ValueError("probabilities and values have one number for each of three or more quantiles")
        for p in self.probabilities:
            if not SMALLEST <= p <= 1 - SMALLEST:
                raise ValueError(f"probabilities lie between 0 and 1, both excluded; {short(p)} does not")
        for name in ("probabilities", "values"):
            numbers = getattr(self, name)
            for before, after in pairwise(numbers):
                if after <= before:
                    raise ValueError(f"{name} must rise; {short(after)} follows {short(before)}")
        return self

    @cached_property
    def scores(self) -> Floats:
        """Normal scores of the probabilities."""
        return np.asarray(scipy.special.ndtri(np.array(self.probabilities)))

    @cached_property
    def slopes(self) -> Floats:
        """Derivatives of the value with respect to z at the scores: weighted harmonic means of the secants."""
        h, v = np.diff(self.scores), np.diff(self.values)
        secants = v / h
        w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
        inner = (w1 + w2) / (w1 / secants[:-1] + w2 / secants[1:])
        return np.concatenate([secants[:1], inner, secants[-1:]])

    @cached_property
    def _cubics(self) -> Floats:
        """Coefficients of the value in powers of z - score, one row for each interval."""
        h = np.diff(self.scores)
        secants, d0, d1 = np.diff(self.values) / h, self.slopes[:-1], self.slopes[1:]
        return np.column_stack([self.values[:-1], d0, (3 * secants - 2 * d0 - d1) / h, (d0 + d1 - 2 * secants) / h**2])

    def value_at(self, z: ArrayLike) -> tuple[Floats, Floats]:
        """Value at normal scores, and its derivative."""
        scores = np.asarray(z, dtype=float)
        inside = np.clip(scores, self.scores[0], self.scores[-1])
        k = np.clip(np.searchsorted(self.scores, inside, side="right") - 1, 0, len(self.scores) - 2)
        t, c = inside - self.scores[k], self._cubics[k]
        slope = c[..., 1] + t * (2 * c[..., 2] + t * 3 * c[..., 3])
        value = c[..., 0] + t * (c[..., 1] + t * (c[..., 2] + t * c[..., 3]))
        return value + slope * (scores - inside), slope

    def score_of(self, x: ArrayLike) -> Floats:
        """Normal score of values, the inverse of :meth:`value_at`: Newton steps, halving where they leave."""
        points = np.asarray(x, dtype=float)
        k = np.clip(np.searchsorted(self.values, points, side="right") - 1, 0, len(self.values) - 2)
        low, high = self.scores[k], self.scores[k + 1]
        known = np.array(self.values)
        # beyond the ends the line through the end is exact at once
        low = np.where(points < known[0], self.scores[0] + (points - known[0]) / self.slopes[0] - 1, low)
        high = np.where(points > known[-1], self.scores[-1] + (points - known[-1]) / self.slopes[-1] + 1, high)
        z = low + (high - low) * np.clip((points - known[k]) / (known[k + 1] - known[k]), 0, 1)
        for _ in range(60):
            value, slope = self.value_at(z)
            short = value < points
            low, high = np.where(short, z, low), np.where(short, high, z)
            step = z + (points - value) / slope
            step = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
            if np.max(np.abs(step - z) / (1 + np.abs(step)), initial=0.0) < 1e-14:
                return np.asarray(step)
            z = step
        return np.asarray(z)

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        z = self.score_of(x)
        return np.asarray(-0.5 * z**2 - LOG_SQRT_2PI - np.log(self.value_at(z)[1]))

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        return np.asarray(scipy.special.ndtr(self.score_of(x)))

    @override
    def quantile(self, p: float) -> float:
        return float(self.value_at(scipy.special.ndtri(p))[0])

    @override
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        return self.value_at(rng.normal(size=size))[0]

    @override
    def turned(self) -> Self:
        # not a copy: what was computed from the numbers must not come along
        return type(self)(
            dist=self.dist,
            probabilities=tuple(round(1 - p, 15) for p in reversed(self.probabilities)),
            values=tuple(0.0 - v for v in reversed(self.values)),
            rationale=self.rationale,
        )

    @override
    def moved(self, by: float) -> Self:
        # not a copy either
        return type(self)(
            dist=self.dist,
            probabilities=self.probabilities,
            values=tuple(value + by for value in self.values),
            rationale=self.rationale,
        )

    @property
    @override
    def centre(self) -> float:
        return self.quantile(0.5)

    @property
    @override
    def spread(self) -> float:
        return float(self.slopes.max())

    @property
    @override
    def scales(self) -> tuple[tuple[float, float], ...]:
        return tuple(zip(self.values, (float(s) for s in self.slopes), strict=True))

    @property
    @override
    def breaks(self) -> tuple[float, ...]:
        return self.values

    @property
    @override
    def variance(self) -> float:
        """Variance, by the trapezoid rule in the normal score (six digits)."""
        z = np.linspace(-12, 12, 4801)
        weight = np.exp(-0.5 * z**2)
        value = self.value_at(z)[0]
        mean = np.average(value, weights=weight)
        return float(np.average((value - mean) ** 2, weights=weight))

    @property
    def _pairs(self) -> str:
        return ", ".join(
            f"{short(100 * p, 4)}% {short(v, 4)}" for p, v in zip(self.probabilities, self.values, strict=True)
        )

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{Quantiles}}({self._pairs.replace('%', r'\%')})"

    @property
    @override
    def plain(self) -> str:
        return f"Quantiles({self._pairs})"

    @override
    def data(self) -> dict[str, float | Floats]:
        return {"scores": self.scores, "values": np.array(self.values), "slopes": self.slopes}

    @override
    def payload(self) -> dict[str, Any]:
        points = {"scores": self.scores.tolist(), "values": list(self.values), "slopes": self.slopes.tolist()}
        return {"dist": self.dist} | points
