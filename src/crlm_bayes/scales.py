"""Priors on a standard deviation between effects (over intervals, studies or centres); there is no default scale."""

import math
from abc import ABC, abstractmethod
from typing import Annotated, Literal, override

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field
from scipy import special

from crlm_bayes.documents import Frozen
from crlm_bayes.priors import Finite, Floats, Positive
from crlm_bayes.published.entries import Text


class ScalePrior(Frozen, ABC):
    """A proper density on the positive half line."""

    rationale: Text

    @abstractmethod
    def quantile(self, p: ArrayLike) -> Floats:
        """Value below which the prior holds probability `p`, same shape."""

    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        """Draw `size` independent values."""
        return self.quantile(rng.uniform(size=size))


class HalfNormal(ScalePrior):
    """The absolute value of N(0, sd²)."""

    dist: Literal["half_normal"]
    sd: Positive

    @override
    def quantile(self, p: ArrayLike) -> Floats:
        return np.asarray(self.sd * special.ndtri(0.5 + 0.5 * np.asarray(p, dtype=float)))


class HalfStudentT(ScalePrior):
    """The absolute value of a t with `df` degrees of freedom and scale `sd`."""

    dist: Literal["half_student_t"]
    df: Positive
    sd: Positive

    @override
    def quantile(self, p: ArrayLike) -> Floats:
        return np.asarray(self.sd * special.stdtrit(self.df, 0.5 + 0.5 * np.asarray(p, dtype=float)))


class HalfCauchy(ScalePrior):
    """The absolute value of a Cauchy with scale `sd`."""

    dist: Literal["half_cauchy"]
    sd: Positive

    @override
    def quantile(self, p: ArrayLike) -> Floats:
        return np.asarray(self.sd * np.tan(0.5 * math.pi * np.asarray(p, dtype=float)))


class LogNormal(ScalePrior):
    """exp(N(mean, sd²)), stated for the standard deviation itself, not for its square."""

    dist: Literal["log_normal"]
    mean: Finite
    sd: Positive

    @override
    def quantile(self, p: ArrayLike) -> Floats:
        return np.asarray(np.exp(self.mean + self.sd * special.ndtri(np.asarray(p, dtype=float))))


SpreadPrior = Annotated[HalfNormal | HalfStudentT | HalfCauchy | LogNormal, Field(discriminator="dist")]
