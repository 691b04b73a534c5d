"""Priors of the centres: how far they differ, and whether those with a better prognosis treat more.

Nothing has a default: a study of few centres says little about any of these, so what an analysis assumes is stated in
its document with a rationale.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, cast

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from crlm_bayes.documents import Frozen
from crlm_bayes.errors import InvalidInput
from crlm_bayes.priors import Floats
from crlm_bayes.published.entries import Text
from crlm_bayes.scales import SpreadPrior

if TYPE_CHECKING:
    from crlm_bayes.spec import AnalysisSpec

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


class CentrePriors(Frozen):
    """What an analysis assumes about its centres.

    Attributes
    ----------
    baseline_spread : SpreadPrior
        Of τ_u, the standard deviation between centres of the log odds, or log hazard, at the middle of the arms.
    effect_spread : SpreadPrior
        Of τ_v, the standard deviation between centres of the effect.
    allocation_spread : SpreadPrior, optional
        Of τ_π, the standard deviation between centres of the log odds of being treated; required where outcomes are
        not printed by centre, and without a role where they are.
    allocation_correlation : CorrelationPrior, optional
        Of ρ, the correlation of that with u_c; likewise. u_c > 0 means more events: of a response, better prognosis; of
        death or progression, worse.
    """

    baseline_spread: SpreadPrior
    effect_spread: SpreadPrior
    allocation_spread: SpreadPrior | None = None
    allocation_correlation: CorrelationPrior | None = None


def centre_priors_of(spec: "AnalysisSpec") -> CentrePriors:
    """Return the priors of the centres of an analysis.

    Raises
    ------
    InvalidInput
        If the analysis states none.
    """
    found = cast(Any, spec.priors).centres
    if not isinstance(found, CentrePriors):
        raise InvalidInput(f"analysis {spec.id}: priors.centres", "is required with structure 'centres'")
    return found


def check_centre_priors(priors: CentrePriors, *, tables: bool, where: str) -> None:
    """Check that the priors fit what is printed.

    Raises
    ------
    InvalidInput
        If outcomes are printed by centre and priors of the allocation are given, or the other way round.
    """
    for key in ("allocation_spread", "allocation_correlation"):
        given = getattr(priors, key) is not None
        if given and tables:
            raise InvalidInput(f"{where}: priors.centres.{key}", "has no role where outcomes are printed by centre")
        if not given and not tables:
            what = "is required where only the sizes of the centres are printed"
            raise InvalidInput(f"{where}: priors.centres.{key}", what)
