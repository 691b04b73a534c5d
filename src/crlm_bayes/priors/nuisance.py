"""Priors of what is neither the effect nor a standard deviation: a random walk, correlations, a weight."""

from typing import Annotated, Literal, Self, override

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from crlm_bayes.arrays import Floats
from crlm_bayes.priors.density import Density, Finite, Positive
from crlm_bayes.priors.families import Normal
from crlm_bayes.toml import Text
from crlm_bayes.words.numbers import short


class RandomWalk(Density):
    """x_1 ~ N(mean, sd²), x_k ~ N(x_{k-1}, step_sd²)."""

    dist: Literal["random_walk"]
    mean: Finite
    sd: Positive
    step_sd: Positive
    rationale: Text

    @property
    def start(self) -> Normal:
        """Prior of the first value."""
        return Normal(dist="normal", mean=self.mean, sd=self.sd, rationale=self.rationale)

    def sample(self, size: int, length: int, rng: np.random.Generator) -> Floats:
        """Draw `size` walks of `length` values, shape (size, length)."""
        steps = rng.normal(0, self.step_sd, (size, length))
        steps[:, 0] = rng.normal(self.mean, self.sd, size)
        return np.asarray(np.cumsum(steps, axis=1))

    def joint_precision(self, size: int) -> tuple[Floats, float]:
        """Precision of the first `size` values, shape (size, size), and its log determinant."""
        scale = np.array([self.sd, *[self.step_sd] * (size - 1)])
        root = (np.eye(size) - np.eye(size, k=-1)) / scale[:, None]
        return root.T @ root, -2 * float(np.log(scale).sum())

    @property
    @override
    def latex(self) -> str:
        return rf"{self.start.latex} \text{{, steps }} \mathrm{{Normal}}(0,\; {short(self.step_sd, 4)}^2)"

    @property
    @override
    def plain(self) -> str:
        return f"{self.start.plain}, steps Normal(0, {short(self.step_sd, 4)}²)"


Correlation = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False, strict=True)]


class UniformCorrelation(Density):
    """A correlation, uniform between `low` and `high`."""

    dist: Literal["uniform"]
    low: Correlation
    high: Correlation
    rationale: Text

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low {short(self.low)} is not below high {short(self.high)}")
        return self

    def quantile(self, p: ArrayLike) -> Floats:
        """Value below which the prior holds probability `p`, same shape."""
        return np.asarray(self.low + (self.high - self.low) * np.asarray(p, dtype=float))

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{Uniform}}({short(self.low, 4)},\; {short(self.high, 4)})"

    @property
    @override
    def plain(self) -> str:
        return f"Uniform({short(self.low, 4)}, {short(self.high, 4)})"


class FixedCorrelation(Density):
    """A correlation that is taken to be known."""

    dist: Literal["fixed"]
    value: Correlation
    rationale: Text

    def quantile(self, p: ArrayLike) -> Floats:
        """The value, for every `p`; same shape."""
        return np.full(np.shape(p), self.value)

    @property
    @override
    def latex(self) -> str:
        return rf"\text{{fixed at }} {short(self.value, 4)}"

    @property
    @override
    def plain(self) -> str:
        return f"fixed at {short(self.value, 4)}"

    @property
    @override
    def cell(self) -> str:
        return f"{short(self.value, 4)}, known"


CorrelationPrior = Annotated[UniformCorrelation | FixedCorrelation, Field(discriminator="dist")]


class Beta(Density):
    """Beta(a, b) on the weight of discounted evidence: 0 leaves it out, 1 takes it as it stands."""

    dist: Literal["beta"]
    a: Positive
    b: Positive
    rationale: Text

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{Beta}}({short(self.a, 4)},\; {short(self.b, 4)})"

    @property
    @override
    def plain(self) -> str:
        return f"Beta({short(self.a, 4)}, {short(self.b, 4)})"
