"""What a new study says of the wide component of a robust prior: by the exact predictive, not by its normals."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import make_interp_spline
from scipy.special import expit, logit

from crlm_bayes.arrays import Floats
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.robust_map import RobustMap


def log_bayes_factor(found: RobustMap, curve: EvidenceCurve) -> float:
    """Log evidence of a new study's curve under the exact predictive, less that under the wide component."""
    theta, density = found.predictive.theta, found.predictive.density
    inside = np.flatnonzero(density > 1e-300 * density.max())
    inside = np.arange(inside[0], inside[-1] + 1)
    spline = make_interp_spline(theta[inside], np.log(np.maximum(density[inside], 1e-300)), k=3)
    low, high = theta[inside[[0, -1]]]
    own = curve.mode + curve.stretch * np.sinh(np.linspace(-8, 8, 97))
    edges = np.unique(np.concatenate([theta[inside][::4], [high], own[(own > low) & (own < high)]]))
    edges = edges[np.diff(edges, prepend=-np.inf) > 1e-9 * (high - low)]
    under_map = GridPosterior.on_panels(lambda x: spline(x) + curve.log_likelihood(x), edges).log_evidence
    return under_map - curve.apply(found.wide).log_evidence


def wide_after(found: RobustMap, curve: EvidenceCurve, weight: ArrayLike) -> Floats:
    """Posterior probability of the wide component given a new study, for any prior probability; same shape."""
    return np.asarray(expit(logit(np.asarray(weight, dtype=float)) - log_bayes_factor(found, curve)))
