"""A random walk as prior of the log hazards of successive intervals: neighbours are alike."""

from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from crlm_bayes.priors.density import Finite, Floats, Positive
from crlm_bayes.priors.families import Normal
from crlm_bayes.toml import Frozen, Text


class RandomWalk(Frozen):
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


Correlation = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False, strict=True)]


class UniformCorrelation(Frozen):
    """A correlation, uniform between `low` and `high`."""

    dist: Literal["uniform"]
    low: Correlation
    high: Correlation
    rationale: Text

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        return self

    def quantile(self, p: ArrayLike) -> Floats:
        """Value below which the prior holds probability `p`, same shape."""
        return np.asarray(self.low + (self.high - self.low) * np.asarray(p, dtype=float))


class FixedCorrelation(Frozen):
    """A correlation that is taken to be known."""

    dist: Literal["fixed"]
    value: Correlation
    rationale: Text

    def quantile(self, p: ArrayLike) -> Floats:
        """The value, for every `p`; same shape."""
        return np.full(np.shape(p), self.value)


CorrelationPrior = Annotated[UniformCorrelation | FixedCorrelation, Field(discriminator="dist")]


class Beta(Frozen):
    """Beta(a, b) on the weight of discounted evidence: 0 leaves it out, 1 takes it as it stands."""

    dist: Literal["beta"]
    a: Positive
    b: Positive
    rationale: Text
