"""What every prior provides: a proper density on the real line, as a value. No PyMC here."""

from abc import ABC, abstractmethod
from typing import Annotated, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from crlm_bayes.toml import Frozen, Text

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True)]

Finite = Annotated[float, Field(allow_inf_nan=False, strict=True)]

Floats = NDArray[np.float64]


class Prior(Frozen, ABC):
    """A proper density on the real line."""

    rationale: Text

    @abstractmethod
    def logpdf(self, x: ArrayLike) -> Floats:
        """Log density at `x`, same shape."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Floats:
        """P(value <= x), same shape."""

    @abstractmethod
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        """Draw `size` independent values."""

    @abstractmethod
    def turned(self) -> Self:
        """Return the prior of minus the value."""

    @abstractmethod
    def moved(self, by: float) -> Self:
        """Return the same shape, moved along the axis."""

    @property
    @abstractmethod
    def centre(self) -> float:
        """A point in the middle of the density."""

    @property
    @abstractmethod
    def spread(self) -> float:
        """The largest scale of the density, for choosing grids."""

    @property
    def scales(self) -> tuple[tuple[float, float], ...]:
        """Points and scales by which a grid must be fine enough for the density: one for each part."""
        return ((self.centre, self.spread),)

    @property
    def breaks(self) -> tuple[float, ...]:
        """Points where the density is not smooth."""
        return ()

    def quantile(self, p: float) -> float:
        """Value below which the prior holds probability `p`, by bisection on the cdf (12 digits)."""
        low, high = self.centre - self.spread, self.centre + self.spread
        while self.cdf(low) > p:
            low -= high - low
        while self.cdf(high) < p:
            high += high - low
        for _ in range(100):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.cdf(middle) < p else (low, middle)
        return 0.5 * (low + high)
