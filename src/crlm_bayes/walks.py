"""A random walk as prior of the log hazards of successive intervals: neighbours are alike."""

from typing import Literal

import numpy as np

from crlm_bayes.documents import Frozen
from crlm_bayes.priors import Finite, Floats, Normal, Positive
from crlm_bayes.published.entries import Text


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
