"""A curve blurred by a random effect, by the trapezoid rule, and the Savage-Dickey ratio of a curve."""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from crlm_bayes.arrays import Floats
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior


def blur(curve: EvidenceCurve, omega: float) -> Callable[[Floats], Floats]:
    """Integrate an effect that scatters around θ: log of ∫ L(t) N(t; θ, ω²) dt as a function of θ.

    This is the random-effects step: with ω = 0 the curve itself comes back.
    """
    if omega == 0:
        return curve.log_likelihood
    # the trapezoid rule is spectrally accurate once its step is half of both widths, the normal's and the curve's
    nodes = 2 * int(np.ceil(16 * max(1.0, omega / curve.width))) + 1
    z = np.linspace(-8.0, 8.0, min(nodes, 2001))
    log_weight = -0.5 * z**2
    log_weight -= np.log(np.exp(log_weight).sum())

    def log_likelihood(theta: Floats) -> Floats:
        return np.asarray(
            logsumexp(curve.log_likelihood(np.asarray(theta)[..., None] + omega * z) + log_weight, axis=-1)
        )

    return log_likelihood


def savage_dickey(curve: EvidenceCurve, prior: Prior) -> float:
    """Log Bayes factor of no effect (θ = 0) against the prior; above 0 it favours no effect.

    The posterior density at 0 over the prior density there (Dickey & Lientz 1970), which is the likelihood at 0
    over its average under the prior: nothing underflows, however far out 0 lies.
    """
    return float(curve.log_likelihood(0.0)) - curve.apply(prior).log_evidence
