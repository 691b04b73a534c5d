"""Prior distributions as values: density, probability content, rationale. No PyMC here.

Priors on the effect are written for the log ratio with negative values favouring the treatment; :meth:`turned` gives
the same belief where a ratio above 1 favours the treatment (response), and is called in one place
(:meth:`crlm_bayes.documents.analysis.AnalysisSpec.effect_prior`).
"""

import math
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, override

import numpy as np
import scipy
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats
from crlm_bayes.priors.density import Finite, Positive, Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.words.numbers import short


def family_word(family: type[Prior]) -> str:
    """Word of a family in documents: ``normal``."""
    return str(get_args(family.model_fields["dist"].annotation)[0])


def student_constant(df: float) -> float:
    """Log of the constant of Student's t density with scale 1."""
    return float(scipy.special.gammaln((df + 1) / 2) - scipy.special.gammaln(df / 2) - 0.5 * math.log(df * math.pi))


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

    @override
    def data(self) -> dict[str, float | Floats]:
        return {"mean": self.mean, "sd": self.sd}

    @override
    def payload(self) -> dict[str, Any]:
        return {"dist": family_word(type(self)), "mean": self.mean, "sd": self.sd}


class Normal(LocationScale):
    """N(mean, sd²)."""

    parts: ClassVar[str] = "mean, sd"
    keys: ClassVar[tuple[str, ...]] = ("mean", "sd")
    dist: Literal["normal"]

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        z = self.standardised(x)
        return -0.5 * z**2 - math.log(self.sd) - LOG_SQRT_2PI

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        return np.asarray(scipy.special.ndtr(self.standardised(x)))

    @override
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        return rng.normal(self.mean, self.sd, size)

    @property
    @override
    def variance(self) -> float | None:
        return self.sd**2

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{Normal}}({short(self.mean, 4)},\; {short(self.sd, 4)}^2)"

    @property
    @override
    def plain(self) -> str:
        return f"Normal({short(self.mean, 4)}, {short(self.sd, 4)}²)"

    @property
    @override
    def normal(self) -> tuple[float, float]:
        return self.mean, self.sd

    def joint_precision(self, size: int) -> tuple[Floats, float]:
        """Precision of `size` independent values, shape (size, size), and its log determinant."""
        return np.eye(size) / self.sd**2, -2 * size * math.log(self.sd)


class StudentT(LocationScale):
    """Student's t with `df` degrees of freedom, location `mean` and scale `sd`."""

    parts: ClassVar[str] = "mean, scale, df"
    keys: ClassVar[tuple[str, ...]] = ("mean", "sd", "df")
    dist: Literal["student_t"]
    df: Positive

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        z = self.standardised(x)
        constant = scipy.special.gammaln((self.df + 1) / 2) - scipy.special.gammaln(self.df / 2)
        constant -= 0.5 * math.log(self.df * math.pi) + math.log(self.sd)
        return np.asarray(constant - (self.df + 1) / 2 * np.log1p(z**2 / self.df))

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        return np.asarray(scipy.special.stdtr(self.df, self.standardised(x)))

    @override
    def sample(self, size: int, rng: np.random.Generator) -> Floats:
        return self.mean + self.sd * rng.standard_t(self.df, size)

    @property
    @override
    def variance(self) -> float | None:
        return self.sd**2 * self.df / (self.df - 2) if self.df > 2 else None

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{Student}}_{{{short(self.df, 4)}}}({short(self.mean, 4)},\; {short(self.sd, 4)})"

    @property
    @override
    def plain(self) -> str:
        return f"Student-t(df {short(self.df, 4)}, {short(self.mean, 4)}, {short(self.sd, 4)})"

    @override
    def payload(self) -> dict[str, Any]:
        return super().payload() | {"df": self.df, "constant": student_constant(self.df)}

    @override
    def data(self) -> dict[str, float | Floats]:
        return super().data() | {"df": self.df}


class Cauchy(LocationScale):
    """Cauchy with location `mean` and scale `sd`."""

    parts: ClassVar[str] = "centre, scale"
    keys: ClassVar[tuple[str, ...]] = ("mean", "sd")
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

    @property
    @override
    def variance(self) -> float | None:
        return None

    @property
    @override
    def latex(self) -> str:
        return rf"\mathrm{{Cauchy}}({short(self.mean, 4)}, {short(self.sd, 4)})"

    @property
    @override
    def plain(self) -> str:
        return f"Cauchy({short(self.mean, 4)}, {short(self.sd, 4)})"


class Mixture(Prior):
    """Mixture of normals; weights are positive and sum to 1."""

    parts: ClassVar[str] = "weight: mean, sd; weight: mean, sd; ..."
    dist: Literal["mixture"]
    weights: tuple[Positive, ...]
    means: tuple[Finite, ...]
    sds: tuple[Positive, ...]

    @model_validator(mode="after")
    def _matches(self) -> Self:
        if not len(self.weights) == len(self.means) == len(self.sds) > 1:
            raise ValueError("weights, means and sds have one value for each of two or more components")
        if abs(sum(self.weights) - 1) > 1e-9:
            raise ValueError(f"weights sum to {short(sum(self.weights))}; they must sum to 1")
        return self

    def _z(self, x: ArrayLike) -> Floats:
        points = np.asarray(x, dtype=float)[..., None]
        return np.asarray((points - np.array(self.means)) / np.array(self.sds))

    @override
    def logpdf(self, x: ArrayLike) -> Floats:
        parts = -0.5 * self._z(x) ** 2 - np.log(self.sds) - LOG_SQRT_2PI + np.log(self.weights)
        return np.asarray(scipy.special.logsumexp(parts, axis=-1))

    @override
    def cdf(self, x: ArrayLike) -> Floats:
        below: Floats = scipy.special.ndtr(self._z(x)) @ np.array(self.weights)
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

    @property
    def _parts(self) -> list[tuple[float, float, float]]:
        return list(zip(self.weights, self.means, self.sds, strict=True))

    @property
    @override
    def variance(self) -> float | None:
        second = sum(w * (s**2 + m**2) for w, m, s in self._parts)
        return second - self.centre**2

    @property
    @override
    def latex(self) -> str:
        return " + ".join(
            rf"{short(w, 4)}\,\mathrm{{Normal}}({short(m, 4)},\; {short(s, 4)}^2)" for w, m, s in self._parts
        )

    @property
    @override
    def plain(self) -> str:
        return " + ".join(f"{short(w, 4)} Normal({short(m, 4)}, {short(s, 4)}²)" for w, m, s in self._parts)

    @override
    def payload(self) -> dict[str, Any]:
        return {"dist": self.dist, "weights": list(self.weights), "means": list(self.means), "sds": list(self.sds)}

    @override
    def data(self) -> dict[str, float | Floats]:
        return {"weights": np.array(self.weights), "means": np.array(self.means), "sds": np.array(self.sds)}


AnyFamily = Normal | StudentT | Cauchy | Mixture | TwoPiece | Quantiles

EffectPrior = Annotated[AnyFamily, Field(discriminator="dist")]

FAMILIES: dict[str, type[Prior]] = {family_word(family): family for family in get_args(AnyFamily)}
"""The families of priors on the effect, by their words in documents."""
