r"""Who was treated where is not printed: ways in which the centres may have been.

.. math::

    \mathrm{logit}\,\pi_c = a + \tau_\pi\bigl(\rho\, u_c / \tau_u + \sqrt{1 - \rho^2}\, \varepsilon_c\bigr), \quad
    \textstyle\sum_c n_c \pi_c = n_{\mathrm{treated}}, \quad
    u_c \sim N(0, \tau_u^2),\ v_c \sim N(0, \tau_v^2),\ \varepsilon_c \sim N(0, 1)

Centre c makes up a share n_c π_c of the treated and n_c (1 - π_c) of the controls; its log odds, or log hazard, is that
of the study plus u_c + (θ + v_c) x_a. The data say almost nothing about τ_u, τ_v, τ_π and ρ: what comes of it is a
sensitivity analysis, which shows what a claim bears and not what is true.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis_parts import CentrePriors
from crlm_bayes.evidence.values import CentreEvidence
from crlm_bayes.likelihoods.centres.outcomes import Scenarios
from crlm_bayes.likelihoods.centres.points import CentrePoints
from crlm_bayes.likelihoods.contract import ARM_POSITION

NEWTON = 60

FOUND = 1e-12

ROUGH = 1e-3
"""Accuracy of `a` before the last step, which squares it, where only a good approximation is wanted."""


class CentreSpreads(NamedTuple):
    """Assumptions about the centres, τ_u, τ_v, τ_π, ρ: numbers, or arrays of shape (J, 1), one for each point."""

    baseline: float | Floats
    effect: float | Floats
    allocation: float | Floats
    correlation: float | Floats

    def at(self, chosen: NDArray[np.intp]) -> "CentreSpreads":
        """The assumptions at some of the points."""
        return CentreSpreads(*(x if np.ndim(x) == 0 else np.asarray(x)[chosen] for x in self))


NONE = CentreSpreads(0.0, 0.0, 0.0, 0.0)


def spreads_of(priors: CentrePriors, points: CentrePoints) -> CentreSpreads:
    """Draw the assumptions from their priors, by the points' own coordinates."""
    assert priors.allocation_spread is not None and priors.allocation_correlation is not None, "checked when assembled"
    chosen = (priors.baseline_spread, priors.effect_spread, priors.allocation_spread, priors.allocation_correlation)
    return CentreSpreads(*(prior.quantile(points.hyper[:, k : k + 1]) for k, prior in enumerate(chosen)))


def treated_shares(deviations: Floats, sizes: Floats, treated: float, accuracy: float = FOUND) -> Floats:
    """Solve Σ n_c π_c = treated with logit π_c = a + deviation.

    Newton's method on the logit of the overall share, which is nearly straight in `a`, kept inside its bracket.

    Parameters
    ----------
    deviations : array, shape (J, C)
    sizes : array, shape (C,)
    treated : float
        Above 0 and below the sum of the sizes.
    accuracy : float
        Of `a`; the last step is quadratically better.

    Returns
    -------
    array, shape (J, C)
        Treated shares π.
    """
    wanted = np.log(treated / (sizes.sum() - treated))
    low, high = wanted - deviations.max(axis=1), wanted - deviations.min(axis=1)
    away = np.exp(-deviations)
    a = wanted - deviations @ sizes / sizes.sum()
    for _ in range(NEWTON):
        share = 1 / (1 + np.exp(-a)[:, None] * away)
        inside = share @ sizes
        outside = sizes.sum() - inside
        gap = np.log(inside / outside) - wanted
        low, high = np.where(gap < 0, a, low), np.where(gap > 0, a, high)
        after = a - gap * inside * outside / ((inside - np.square(share) @ sizes) * sizes.sum())
        after = np.where((after >= low) & (after <= high), after, 0.5 * (low + high))
        moved, a = np.abs(after - a).max(), after
        if moved < accuracy:
            break
    return np.asarray(1 / (1 + np.exp(-a)[:, None] * away))


def scenarios_of(
    evidence: CentreEvidence, points: CentrePoints, spreads: CentreSpreads, accuracy: float = FOUND
) -> Scenarios:
    """What every point says about the centres under some assumptions."""
    rho = spreads.correlation
    deviations = spreads.allocation * (rho * points.u + np.sqrt(1 - np.square(rho)) * points.e)
    share = treated_shares(np.asarray(deviations), evidence.sizes, evidence.treated, accuracy)
    patients = np.stack([evidence.sizes * (1 - share), evidence.sizes * share], axis=1)
    scatter = np.asarray(spreads.effect * points.v)[:, None, :] * ARM_POSITION[:, None]
    offsets = np.asarray(spreads.baseline * points.u)[:, None, :] + scatter
    return Scenarios(np.exp(offsets), patients / patients.sum(axis=2, keepdims=True))
