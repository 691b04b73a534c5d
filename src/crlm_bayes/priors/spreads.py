"""Priors on a standard deviation between effects (over intervals, studies or centres); there is no default scale."""

import math
from abc import abstractmethod
from typing import Annotated, Literal, override

import numpy as np
import scipy
from numpy.typing import ArrayLike
from pydantic import Field

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats
from crlm_bayes.priors.density import Density, Finite, Positive
from crlm_bayes.toml import Text
from crlm_bayes.words.numbers import short


class ScalePrior(Density):
    """A proper density on the positive half line."""

    rationale: Text

    @property
    @abstractmethod
    def words(self) -> str:
        """Its name in a few words: ``half-normal, scale 0.5``."""

    @abstractmethod
    def data(self) -> dict[str, float]:
        """Numbers that the density is computed from, by name."""

    @abstractmethod
    def quantile(self, p: ArrayLike) -> Floats:
        """Value below which the prior holds probability `p`, same shape."""

    @abstractmethod
    def log_density(self, x: Floats) -> Floats:
        """Log density at positive `x`, same shape."""

    def logpdf(self, x: ArrayLike) -> Floats:
        """Log density at `x`, same shape: -inf below 0, the limit from above at 0."""
        points = np.asarray(x, dtype=float)
        floor = np.maximum(points, np.finfo(float).tiny)
        return np.where(points < 0, -np.inf, self.log_density(floor))

    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        """Draw `size` independent values."""
        return self.quantile(rng.uniform(size=size))


class HalfNormal(ScalePrior):
    """The absolute value of N(0, sd²)."""

    dist: Literal["half_normal"]
    sd: Positive

    @override
    def quantile(self, p: ArrayLike) -> Floats:
        return np.asarray(self.sd * scipy.special.ndtri(0.5 + 0.5 * np.asarray(p, dtype=float)))

    @override
    def log_density(self, x: Floats) -> Floats:
        return 0.5 * math.log(2 / math.pi) - math.log(self.sd) - 0.5 * (x / self.sd) ** 2

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{HalfNormal}}({short(self.sd, 4)})"

    @property
    @override
    def plain(self) -> str:
        return f"HalfNormal({short(self.sd, 4)})"

    @property
    @override
    def words(self) -> str:
        return f"half-normal, scale {short(self.sd)}"

    @override
    def data(self) -> dict[str, float]:
        return {"sd": self.sd}


class HalfStudentT(ScalePrior):
    """The absolute value of a t with `df` degrees of freedom and scale `sd`."""

    dist: Literal["half_student_t"]
    df: Positive
    sd: Positive

    @override
    def quantile(self, p: ArrayLike) -> Floats:
        return np.asarray(self.sd * scipy.special.stdtrit(self.df, 0.5 + 0.5 * np.asarray(p, dtype=float)))

    @override
    def log_density(self, x: Floats) -> Floats:
        constant = scipy.special.gammaln((self.df + 1) / 2) - scipy.special.gammaln(self.df / 2) + math.log(2 / self.sd)
        constant -= 0.5 * math.log(self.df * math.pi)
        return np.asarray(constant - (self.df + 1) / 2 * np.log1p((x / self.sd) ** 2 / self.df))

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{HalfStudent}}_{{{short(self.df, 4)}}}({short(self.sd, 4)})"

    @property
    @override
    def plain(self) -> str:
        return f"Half-Student-t(df {short(self.df, 4)}, {short(self.sd, 4)})"

    @property
    @override
    def words(self) -> str:
        return f"half-t with {short(self.df)} df, scale {short(self.sd)}"

    @override
    def data(self) -> dict[str, float]:
        return {"df": self.df, "sd": self.sd}


class HalfCauchy(ScalePrior):
    """The absolute value of a Cauchy with scale `sd`."""

    dist: Literal["half_cauchy"]
    sd: Positive

    @override
    def quantile(self, p: ArrayLike) -> Floats:
        return np.asarray(self.sd * np.tan(0.5 * math.pi * np.asarray(p, dtype=float)))

    @override
    def log_density(self, x: Floats) -> Floats:
        return math.log(2 / (math.pi * self.sd)) - np.log1p((x / self.sd) ** 2)

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{HalfCauchy}}({short(self.sd, 4)})"

    @property
    @override
    def plain(self) -> str:
        return f"HalfCauchy({short(self.sd, 4)})"

    @property
    @override
    def words(self) -> str:
        return f"half-Cauchy, scale {short(self.sd)}"

    @override
    def data(self) -> dict[str, float]:
        return {"sd": self.sd}


class LogNormal(ScalePrior):
    """exp(N(mean, sd²)), stated for the standard deviation itself, not for its square."""

    dist: Literal["log_normal"]
    mean: Finite
    sd: Positive

    @override
    def quantile(self, p: ArrayLike) -> Floats:
        return np.asarray(np.exp(self.mean + self.sd * scipy.special.ndtri(np.asarray(p, dtype=float))))

    @override
    def log_density(self, x: Floats) -> Floats:
        log_x = np.log(x)
        z = (log_x - self.mean) / self.sd
        return np.asarray(-0.5 * z**2 - log_x - math.log(self.sd) - LOG_SQRT_2PI)

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{LogNormal}}({short(self.mean, 4)},\; {short(self.sd, 4)}^2)"

    @property
    @override
    def plain(self) -> str:
        return f"LogNormal({short(self.mean, 4)}, {short(self.sd, 4)}²)"

    @property
    @override
    def words(self) -> str:
        return f"log-normal, median {short(float(self.quantile(0.5)), 2)}"

    @override
    def data(self) -> dict[str, float]:
        return {"mean": self.mean, "sd": self.sd}


SpreadPrior = Annotated[HalfNormal | HalfStudentT | HalfCauchy | LogNormal, Field(discriminator="dist")]
