"""What a claim bears where nobody knows which centre treated whom: a sensitivity analysis, exact engine, no PyMC.

P(benefit) as a function of how much centres are assumed to differ in prognosis, and of how far those with a better
prognosis are assumed to treat more. The data say almost nothing about either: no place on the map is more likely than
another by these data.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.centres import centre_priors_of
from crlm_bayes.evidence.values import CentreEvidence
from crlm_bayes.likelihoods.centres.allocation import CentreSpreads
from crlm_bayes.likelihoods.centres.latent_curves import QUICK, Effort, LatentAllocation
from crlm_bayes.likelihoods.centres.model import pooled_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import Z

SPREADS: Final = tuple(float(x) for x in np.linspace(0, 1.5, 9))
"""Standard deviations between centres of the log odds, or log hazard, that are looked at."""

CORRELATIONS: Final = tuple(float(x) for x in np.linspace(-1, 1, 9))

SURE: Final = 1e-12


@dataclass(frozen=True)
class CentreMap:
    """P(benefit) over assumptions about centres.

    Attributes
    ----------
    spreads : array, shape (S,)
        Rising τ_u, 0 first.
    correlations : array, shape (R,)
        Rising; correlation, over the centres, of the log odds of being treated with a good prognosis. In the terms of the
        model this is ρ where an event is good (u > 0: more responses) and -ρ where it is bad (u > 0: a higher hazard).
    p_benefit, median : array, shape (S, R)
        Under the prior; the median as a ratio, as reported.
    effect_spread, allocation_spread : float
        τ_v and τ_π in all cells.
    prior : str
        Name of the prior.
    """

    spreads: Floats
    correlations: Floats
    p_benefit: Floats
    median: Floats
    effect_spread: float
    allocation_spread: float
    prior: str = ""


def centre_map(
    evidence: CentreEvidence,
    spec: AnalysisSpec,
    prior: Prior,
    spreads: Sequence[float] = SPREADS,
    correlations: Sequence[float] = CORRELATIONS,
    *,
    name: str = "",
    effect_spread: float | None = None,
    allocation_spread: float | None = None,
    effort: Effort = QUICK,
) -> CentreMap:
    """Compute P(benefit) and the median in every cell, at the same points in all.

    Parameters
    ----------
    prior : Prior
        On the benefit scale, as in `priors.toml`; `name` is what it is called there.
    correlations : sequence of float
        With a good prognosis, as in :class:`CentreMap`.
    effect_spread, allocation_spread : float, optional
        τ_v and τ_π; the medians of their priors in the analysis unless given.

    Raises
    ------
    InvalidInput
        If outcomes are printed by centre: then nothing about the allocation has to be assumed.
    """
    if evidence.tables:
        what = "outcomes are printed by centre; the allocation is known"
        raise InvalidInput(f"analysis {spec.id}: map of centres", what, allowed="a study that prints sizes only")
    baseline, priors = spec.priors.baseline, centre_priors_of(spec)
    assert baseline is not None and priors.allocation_spread is not None, "checked when assembled"
    tau_v = float(priors.effect_spread.quantile(0.5)) if effect_spread is None else effect_spread
    tau_pi = float(priors.allocation_spread.quantile(0.5)) if allocation_spread is None else allocation_spread
    engine = LatentAllocation.prepare(evidence, baseline, pooled_curve(evidence, spec), effort)
    turned = spec.effect_prior(prior)
    p, median = (np.empty((len(spreads), len(correlations))) for _ in range(2))
    for i, tau_u in enumerate(spreads):
        for j, good in enumerate(correlations):
            if tau_u == 0 and j:  # without differences in prognosis there is nothing to be correlated with
                p[i, j], median[i, j] = p[i, 0], median[i, 0]
                continue
            posterior = engine.curve(CentreSpreads(tau_u, tau_v, tau_pi, -spec.sign * good)).apply(turned)
            p[i, j], median[i, j] = posterior.p_benefit(spec.sign), math.exp(posterior.median)
    return CentreMap(np.array(spreads), np.array(correlations), p, median, tau_v, tau_pi, name)


def falls_at(found: CentreMap, row: int) -> float | None:
    """Smallest |correlation| at which the claim is lost in one row of the map; 0 if it is lost without any.

    Between cells the probit of P(benefit) is taken to be straight.

    Returns
    -------
    float or None
        None where it survives in the whole row.
    """
    z = scipy.special.ndtri(np.clip(found.p_benefit[row], SURE, 1 - SURE)) - Z
    fine = np.linspace(found.correlations[0], found.correlations[-1], 2001)
    lost = fine[np.interp(fine, found.correlations, z) < 0]
    if not len(lost):
        return None
    nearest = float(np.abs(lost).min())
    return 0.0 if nearest < 2e-3 else nearest


def spread_at_which_it_falls(found: CentreMap) -> float | None:
    """Smallest τ_u at which the claim is lost although allocation and prognosis are not correlated; None if it is not."""
    z = scipy.special.ndtri(
        np.clip([np.interp(0.0, found.correlations, row) for row in found.p_benefit], SURE, 1 - SURE)
    )
    fine = np.linspace(found.spreads[0], found.spreads[-1], 2001)
    lost = fine[np.interp(fine, found.spreads, z - Z) < 0]
    return float(lost[0]) if len(lost) else None
