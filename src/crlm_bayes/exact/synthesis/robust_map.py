"""A robust prior for a new study from those that were seen: their predictive effect, and a wide component.

Meta-analytic-predictive priors (Neuenschwander et al. 2010) with a component that lets the new data speak when they
disagree (Schmidli et al. 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from crlm_bayes.arrays import Floats
from crlm_bayes.errors import InvalidInput
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.members import Member, Structure
from crlm_bayes.exact.synthesis.synthesis import synthesise
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Mixture, Normal
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.words.numbers import fixed, short

CLOSE = 0.002
"""Largest error of a distribution function that a mixture of normals may make."""

COMPONENTS = (2, 3, 4, 5, 6)

STEPS = 600


@dataclass(frozen=True)
class RobustMap:
    """A predictive effect, as it is and as a mixture of normals, and the wide component beside it.

    Attributes
    ----------
    predictive : GridPosterior
        The effect in a new study, exact.
    approximation : Mixture
        Two to six normals for it.
    cdf_error : float
        Largest difference of their distribution functions.
    weight : float
        Prior probability of the wide component.
    wide : Normal
    prior : Mixture
        Both together.
    """

    predictive: GridPosterior
    approximation: Mixture
    cdf_error: float
    weight: float
    wide: Normal
    prior: Mixture


def robust_map(
    members: Sequence[Member],
    heterogeneity: SpreadPrior | None,
    prior: Prior,
    *,
    weight: float,
    wide: Normal,
    rationale: str,
) -> RobustMap:
    """Derive a robust prior from studies.

    Parameters
    ----------
    heterogeneity : SpreadPrior or None
        Prior of τ.
    prior : Prior
        Of μ among the studies that were seen.
    weight : float
        Prior probability of the wide component, above 0 and below 1: that nothing is learnt from them.
    wide : Normal
    rationale : str
        Why this prior; kept with it.

    Raises
    ------
    InvalidInput
        If the weight is not a probability between 0 and 1, or normals cannot follow the predictive effect.
    """
    if not 0 < weight < 1:
        raise InvalidInput("robust prior: weight", short(weight), allowed="above 0, below 1")
    predictive = synthesise(members, Structure(heterogeneity)).under(prior).predictive
    for number in COMPONENTS:
        shares, means, sds = _normals(predictive, number)
        error = float(
            np.abs(scipy.special.ndtr((predictive.theta[:, None] - means) / sds) @ shares - predictive.cdf).max()
        )
        if error < CLOSE:
            break
    else:
        raise InvalidInput(
            "robust prior", f"{COMPONENTS[-1]} normals leave an error of {fixed(error, 4)}", allowed=short(CLOSE)
        )
    approximation = _mixture(shares, means, sds, rationale)
    both = np.append((1 - weight) * shares, weight), np.append(means, wide.mean), np.append(sds, wide.sd)
    return RobustMap(predictive, approximation, error, weight, wide, _mixture(*both, rationale))


def _mixture(shares: Floats, means: Floats, sds: Floats, rationale: str) -> Mixture:
    shares = shares / shares.sum()
    return Mixture(
        dist="mixture",
        weights=tuple(map(float, shares)),
        means=tuple(map(float, means)),
        sds=tuple(map(float, sds)),
        rationale=rationale,
    )


def _normals(predictive: GridPosterior, number: int) -> tuple[Floats, Floats, Floats]:
    """Shares, means and sds of normals nearest to a density in Kullback-Leibler divergence, by EM on its grid."""
    x, mass = predictive.theta, predictive.weights * predictive.density
    shares = np.full(number, 1 / number)
    means = np.full(number, predictive.median) + 1e-3 * predictive.sd * np.arange(number)
    quartiles = predictive.quantile(0.75) - predictive.quantile(0.25)
    sds = quartiles * np.geomspace(0.4, 0.8 * 2.0 ** (number - 1), number)
    for _ in range(STEPS):
        log_parts = -0.5 * ((x[:, None] - means) / sds) ** 2 - np.log(sds) + np.log(shares)
        parts = np.exp(log_parts - log_parts.max(axis=1, keepdims=True))
        parts *= (mass / parts.sum(axis=1))[:, None]
        shares = parts.sum(axis=0)
        means = parts.T @ x / shares
        sds = np.sqrt(np.maximum(((x[:, None] - means) ** 2 * parts).sum(axis=0) / shares, 1e-12))
    return shares / shares.sum(), means, sds
