"""What every prior provides, whatever it is of: its density as a value, and all that others need to know of it. No PyMC here.

A new family of priors on the effect is one class, its word in :data:`crlm_bayes.priors.families.EffectPrior`, and, for
the sampler, one function in :mod:`crlm_bayes.likelihoods.variables`; for the explorer in a page, its density in JavaScript.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from crlm_bayes.arrays import Floats
from crlm_bayes.toml import Frozen, Text

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True)]

Finite = Annotated[float, Field(allow_inf_nan=False, strict=True)]


class Density(Frozen, ABC):
    """How a density is written."""

    @property
    @abstractmethod
    def latex(self) -> str:
        """In LaTeX."""

    @property
    @abstractmethod
    def plain(self) -> str:
        """In plain text."""

    @property
    def cell(self) -> str:
        """In the cell of a table."""
        return self.plain


class Prior(Density):
    """A proper density on the real line.

    Attributes
    ----------
    rationale : str
    parts : str
        What stands between the brackets where a prior is written in one line: ``mean, sd``.
    keys : tuple of str
        The fields that those numbers are, in order; none where the family is not written as numbers alone.
    """

    parts: ClassVar[str]
    keys: ClassVar[tuple[str, ...]] = ()
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
    @abstractmethod
    def variance(self) -> float | None:
        """Variance; None where it does not exist."""

    @property
    def normal(self) -> tuple[float, float] | None:
        """Mean and sd of a normal density, for which much has a closed form; None for all others."""
        return None

    @abstractmethod
    def data(self) -> dict[str, float | Floats]:
        """Numbers that the density is computed from, by name."""

    @abstractmethod
    def payload(self) -> dict[str, Any]:
        """What a page needs to compute the density: JSON values, with `dist`, the word of the family."""

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
