"""Prior distributions as values: density, probability content, rationale. No PyMC here.

Priors on the effect are written for the log ratio with negative values favouring the treatment; :meth:`turned` gives
the same belief where a ratio above 1 favours the treatment (response), and is called in one place
(:meth:`crlm_bayes.documents.analysis.AnalysisSpec.effect_prior`).
"""

import math
from typing import Annotated, Literal, Self, override

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator
from scipy import special

from crlm_bayes.priors.density import Finite, Floats, Positive, Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece

_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)


class LocationScale(Prior):
    """A symmetric density with location `mean` and scale `sd`."""

    mean: Finite
    sd: Positive

    def standardised(self, x: ArrayLike) -> Floats:
        """(x - mean) / sd, same shape."""
        return np.asarray((np.asarray(x, dtype=float) - self.mean) / self.sd)

    @override
    def turned(self) -> Self:
        return self.model_copy(update={"mean": 0.0 - self.mean})

    @override
    def moved(self, by: float) -> Self:
        return self.model_copy(update={"mean": self.mean + by})

    @property
    @override
    def centre(self) -> float:
        return self.mean

    @property
    @override
    def spread(self) -> float:
        return self.sd


class Normal(LocationScale):
    """N(mean, sd²)."""

    dist: Literal["normal"]

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        z = self.standardised(x)
        return -0.5 * z**2 - math.log(self.sd) - _LOG_SQRT_2PI

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        return np.asarray(special.ndtr(self.standardised(x)))

    @override
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        return rng.normal(self.mean, self.sd, size)


class StudentT(LocationScale):
    """Student's t with `df` degrees of freedom, location `mean` and scale `sd`."""

    dist: Literal["student_t"]
    df: Positive

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        z = self.standardised(x)
        constant = special.gammaln((self.df + 1) / 2) - special.gammaln(self.df / 2)
        constant -= 0.5 * math.log(self.df * math.pi) + math.log(self.sd)
        return np.asarray(constant - (self.df + 1) / 2 * np.log1p(z**2 / self.df))

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        return np.asarray(special.stdtr(self.df, self.standardised(x)))

    @override
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        return self.mean + self.sd * rng.standard_t(self.df, size)


class Cauchy(LocationScale):
    """Cauchy with location `mean` and scale `sd`."""

    dist: Literal["cauchy"]

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        z = self.standardised(x)
        return -np.log1p(z**2) - math.log(math.pi * self.sd)

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        z = self.standardised(x)
        return np.asarray(0.5 + np.arctan(z) / math.pi)

    @override
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        return self.mean + self.sd * rng.standard_cauchy(size)


class Mixture(Prior):
    """Mixture of normals; weights are positive and sum to 1."""

    dist: Literal["mixture"]
    weights: tuple[Positive, ...]
    means: tuple[Finite, ...]
    sds: tuple[Positive, ...]

    @model_validator(mode="after")
    def _matches(self) -> Self:
        if not len(self.weights) == len(self.means) == len(self.sds) > 1:
            raise ValueError("weights, means and sds have one value for each of two or more components")
        if abs(sum(self.weights) - 1) > 1e-9:
            raise ValueError(f"weights sum to {sum(self.weights):g}; they must sum to 1")
        return self

    def _z(self, x: ArrayLike) -> Floats:
        points = np.asarray(x, dtype=float)[..., None]
        return np.asarray((points - np.array(self.means)) / np.array(self.sds))

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        parts = -0.5 * self._z(x) ** 2 - np.log(self.sds) - _LOG_SQRT_2PI + np.log(self.weights)
        return np.asarray(special.logsumexp(parts, axis=-1))

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        below: Floats = special.ndtr(self._z(x)) @ np.array(self.weights)
        return below

    @override
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        which = rng.choice(len(self.weights), size=size, p=np.array(self.weights) / sum(self.weights))
        return np.asarray(rng.normal(np.array(self.means)[which], np.array(self.sds)[which]))

    @override
    def turned(self) -> Self:
        return self.model_copy(update={"means": tuple(0.0 - m for m in self.means)})

    @override
    def moved(self, by: float) -> Self:
        return self.model_copy(update={"means": tuple(m + by for m in self.means)})

    @property
    @override
    def centre(self) -> float:
        return float(np.dot(self.weights, self.means))

    @property
    @override
    def scales(self) -> tuple[tuple[float, float], ...]:
        return tuple(zip(self.means, self.sds, strict=True))

    @property
    @override
    def spread(self) -> float:
        return max(self.sds) + max(abs(m - self.centre) for m in self.means)


EffectPrior = Annotated[Normal | StudentT | Cauchy | Mixture | TwoPiece | Quantiles, Field(discriminator="dist")]
