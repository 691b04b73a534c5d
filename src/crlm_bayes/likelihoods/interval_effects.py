"""How the effects of successive intervals of a survival curve relate: one effect in all, or effects that scatter."""

from collections.abc import Sequence

import numpy as np

from crlm_bayes.arrays import Floats, legendre
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.mixing import average
from crlm_bayes.likelihoods.contract import Equation
from crlm_bayes.priors.spreads import SpreadPrior

PROPORTIONAL = (
    Equation(
        r"\theta_k = \theta = \log \mathrm{HR}",
        "θ_k = θ = log HR",
        "the effect, the same in every interval: treatment over control",
    ),
)

NON_PROPORTIONAL = (
    Equation(
        r"\theta_k = \theta + \omega (z_k - \bar z), \quad z_k \sim \mathrm{Normal}(0,\; 1)",
        "θ_k = θ + ω (z_k - z̄),  z_k ~ Normal(0, 1)",
        "the effect θ is the average of the log hazard ratios of the intervals, which scatter about it",
    ),
)


def averaged_curve(parts: Sequence[EvidenceCurve], variation: SpreadPrior | None) -> EvidenceCurve:
    """Evidence curve of the (average) effect from those of the intervals, which are independent given θ and ω."""
    if variation is None:
        return EvidenceCurve.tabulate(lambda theta: np.sum([p.log_likelihood(theta) for p in parts], axis=0))
    omegas, log_w = _spread_nodes(variation)
    averages = [average(parts, float(omega)) for omega in omegas]

    def log_integrated(theta: Floats) -> Floats:
        values = np.array([given_omega(theta) for given_omega in averages]) + log_w[:, None]
        return np.asarray(np.logaddexp.reduce(values, axis=0))

    return EvidenceCurve.tabulate(log_integrated, knots=161)  # each value is a sum of convolutions


def _spread_nodes(variation: SpreadPrior, nodes: int = 32) -> tuple[Floats, Floats]:
    """Values of ω and log weights that integrate over its prior.

    Gauss-Legendre in p = v⁴ (35 - 84 v + 70 v² - 20 v³), which is dense at both ends of the prior.
    """
    x, w = legendre(nodes)
    v = 0.5 * (x + 1)
    p = v**4 * (35 - 84 * v + 70 * v**2 - 20 * v**3)
    return variation.quantile(p), np.log(0.5 * w * 140 * v**3 * (1 - v) ** 3)
