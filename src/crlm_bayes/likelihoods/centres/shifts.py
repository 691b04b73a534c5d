"""By how much centres set the arms apart from the average centre, so that NUTS can sample what the data determine.

The data determine the log odds, or log hazards, of the *arms*. Those of the average centre lie away from them by a
shift that depends on how centres and their patients differ, of which the data say almost nothing: sampled as they are,
effect and intercept would have to follow it along a narrow curve. NUTS samples them with the shift added. The joint
density is the same, as a shift does not depend on what it is added to (the Jacobian is 1). Any shift would be right;
these hold the arms where they were observed, exactly, since an approximation leaves a curve where centres differ most.
"""

from typing import Any, NamedTuple

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.evidence.values import BinomialEvidence, SurvivalEvidence
from crlm_bayes.likelihoods.contract import ARM_POSITION


class Shifts(NamedTuple):
    """Of the effect (scalar) and of the intercept (scalar, or one for each interval), as tensors."""

    effect: Any
    intercept: Any


def shift_data(pooled: BinomialEvidence | SurvivalEvidence) -> dict[str, Floats]:
    """Values of the `pm.Data` of :func:`shifts_of`: where the arms were observed, and how much that says.

    Half an event and half a patient without one are added: arms without events are somewhere too.
    """
    if isinstance(pooled, SurvivalEvidence):
        share = (pooled.survivors + 0.5) / (pooled.at_risk + 1)
        events = pooled.at_risk - pooled.survivors + 0.5
        return {"arm_observed": np.log(-np.log(share)), "arm_information": events}
    share = (pooled.events + 0.5) / (pooled.n + 1)
    return {"arm_observed": np.log(share / (1 - share)), "arm_information": (pooled.n + 1) * share * (1 - share)}


def share_of_data(pooled: BinomialEvidence | SurvivalEvidence, spread: float) -> float:
    """Share of the data in what is known of the effect, beside a prior of that `spread`.

    A prior as sharp as the data holds the effect itself, not what it is with the shift added: the shift of the effect
    is taken at this share, which is where neither ties effect and shift together.
    """
    information = np.atleast_2d(shift_data(pooled)["arm_information"])
    of_effect = float((information.prod(axis=1) / information.sum(axis=1)).sum())
    return of_effect / (of_effect + spread**-2)


def shifts_of(offsets: Any, weights: Any, intervals: int) -> Shifts:
    """Shifts due to centres that make up `weights` of the patients of the arms.

    Parameters
    ----------
    offsets : tensor, shape (C, 2)
        Log odds or log hazards of the centres in both arms, less intercept and average effect.
    weights : tensor, shape (C, 2)
    intervals : int
        0 for a binary outcome.
    """
    import pymc as pm
    import pytensor.tensor as pt

    dims, size = (("interval", "arm"), (intervals, 2)) if intervals else (("arm",), (2,))
    observed = pm.Data("arm_observed", np.full(size, -1.0), dims=dims)
    information = pm.Data("arm_information", np.ones(size), dims=dims)
    taken = pm.Data("share_of_data", 1.0)
    shift = (
        pt.stack(_log_hazards(offsets, weights, observed, intervals))
        if intervals
        else _log_odds(offsets, weights, observed)
    )
    of_effect = information.prod(axis=-1) / information.sum(axis=-1)
    effect = taken * (of_effect * (shift[..., 1] - shift[..., 0])).sum() / of_effect.sum()
    rest = (information * (shift - effect * ARM_POSITION)).sum(axis=-1) / information.sum(axis=-1)
    return Shifts(effect, rest)


def _log_odds(offsets: Any, weights: Any, observed: Any) -> Any:
    """Of the arms, less those of the average centre, (2,)."""
    from crlm_bayes.likelihoods.centres.roots import MixtureRoot

    return observed - MixtureRoot(hazards=False)(offsets.T, weights.T, observed)


def _log_hazards(offsets: Any, weights: Any, observed: Any, intervals: int) -> list[Any]:
    """Of the arms, less those of the average centre, (2,) for each interval: the worse centres leave first."""
    import pytensor.tensor as pt

    from crlm_bayes.likelihoods.centres.roots import MixtureRoot

    offsets, left, shifts = offsets.T, weights.T, []
    for k in range(intervals):
        left = left / left.sum(axis=1, keepdims=True)
        x = MixtureRoot(hazards=True)(offsets, left, observed[k])
        left = left * pt.exp(-pt.exp(x[:, None] + offsets))
        shifts.append(observed[k] - x)
    return shifts
