"""Power-scaling sensitivity: what a somewhat weaker or stronger prior, or likelihood, would do to a posterior.

Prior or likelihood is raised to the power α (Kallioinen et al. 2024). On the posterior draws this is importance
sampling by ArviZ, whose Pareto k tells whether the weights can be trusted; on the exact curve it is a multiplication.
Sensitivity is the cumulative Jensen-Shannon distance between the posterior and the scaled one, for each doubling of α.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import scipy

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.priors.density import Prior

ALPHAS: Final = (0.8, 1.25)
"""Powers to which prior or likelihood is raised: a fifth less, and by the same factor more."""

SENSITIVE: Final = 0.05
"""Sensitivity from which it counts (Kallioinen et al. 2024): for a doubling, a normal mean moves by about sd/4."""

DRAWS: Final = 4000
"""The distance is measured over the range of the draws; on a curve, over that of this many."""


class Diagnosis(StrEnum):
    """What prior and likelihood sensitivity say together (Kallioinen et al. 2024)."""

    DATA = "the data decide"
    BOTH = "prior and data both move it"
    PRIOR = "the prior decides"
    NEITHER = "neither moves it"


MEANINGS: Final = {
    Diagnosis.BOTH: "Both the prior and the data move the {}: it is a compromise between them, as it must be under a prior that "
    "is meant to weigh.",
    Diagnosis.DATA: "The data decide the {}; a somewhat weaker or stronger prior hardly moves it.",
    Diagnosis.PRIOR: "The prior decides the {}; the data are too few to move it.",
    Diagnosis.NEITHER: "Neither a somewhat different prior nor a somewhat different weight of the data moves the {}.",
}
"""What a diagnosis says of the effect; to be filled with its name."""


@dataclass(frozen=True)
class ExactScaling:
    """The exact posterior with one component, ``prior`` or ``likelihood``, raised to both powers of :data:`ALPHAS`.

    Attributes
    ----------
    medians : (float, float)
        Of the ratio as reported, at the lower and upper power.
    p_benefit : (float, float)
    sensitivity : float
    """

    component: str
    medians: tuple[float, float]
    p_benefit: tuple[float, float]
    sensitivity: float


def diagnose(prior: float, likelihood: float) -> Diagnosis:
    """Read the two sensitivities of one parameter together."""
    if prior >= SENSITIVE:
        return Diagnosis.BOTH if likelihood >= SENSITIVE else Diagnosis.PRIOR
    return Diagnosis.DATA if likelihood >= SENSITIVE else Diagnosis.NEITHER


def exact_scaling(curve: EvidenceCurve, spec: AnalysisSpec, prior: Prior) -> tuple[ExactScaling, ExactScaling]:
    """Scale the prior, then the likelihood, on the exact curve.

    The prior of the effect is scaled exactly as in :func:`power_scaling`. The likelihood scaled here is the integrated
    one; NUTS scales it before the nuisance parameters are integrated out, which differs by what their priors say.

    Parameters
    ----------
    prior : Prior
        As documented (negative favours the treatment).
    """
    turned = spec.effect_prior(prior)
    base = curve.apply(turned)
    by_prior = [prior_raised(curve, turned, a, base) for a in ALPHAS]
    by_likelihood = [raised(curve, a).apply(turned) for a in ALPHAS]
    return _summary("prior", base, by_prior, spec.sign), _summary("likelihood", base, by_likelihood, spec.sign)


def _summary(component: str, base: GridPosterior, scaled: list[GridPosterior], sign: int) -> ExactScaling:
    distances = [distance(base, other) / abs(math.log2(a)) for other, a in zip(scaled, ALPHAS, strict=True)]
    lower, upper = (other.p_benefit(sign) for other in scaled)
    medians = (math.exp(scaled[0].median), math.exp(scaled[1].median))
    return ExactScaling(component, medians, (lower, upper), sum(distances) / 2)


def raised(curve: EvidenceCurve, power: float) -> EvidenceCurve:
    """Raise the likelihood of a curve to a power: as much evidence as that many such studies would hold."""
    return EvidenceCurve.tabulate(lambda theta: power * curve.log_likelihood(theta))


def prior_raised(curve: EvidenceCurve, prior: Prior, power: float, base: GridPosterior) -> GridPosterior:
    """Raise the prior to a power near 1, on the points of the posterior `base` under the prior itself."""
    return GridPosterior.on_panels(lambda theta: curve.log_likelihood(theta) + power * prior.logpdf(theta), base.theta)


def distance(p: GridPosterior, q: GridPosterior) -> float:
    """Cumulative Jensen-Shannon distance, in 0 to 1, over the range in which :data:`DRAWS` draws of `p` would lie.

    The square root of the divergence (base 2, symmetrised) over its upper bound ∫P + ∫Q, the larger of that of the
    distribution functions and that of their complements (Nguyen & Vreeken 2015; Kallioinen et al. 2024).
    """
    grid = np.linspace(p.quantile(0.5 / DRAWS), p.quantile(1 - 0.5 / DRAWS), 2001)
    step = grid[1] - grid[0]
    f, g = (np.interp(grid, d.theta, d.cdf) for d in (p, q))
    return max(_divergence(f, g, step), _divergence(1 - f, 1 - g, step))


def _divergence(f: Floats, g: Floats, step: float) -> float:
    middle = 0.5 * (f + g)
    both = sum(
        float(np.trapezoid(scipy.special.xlogy(h, h) - scipy.special.xlogy(h, middle), dx=step)) for h in (f, g)
    ) / math.log(2)
    return math.sqrt(max(both, 0.0) / float(np.trapezoid(f + g, dx=step)))
