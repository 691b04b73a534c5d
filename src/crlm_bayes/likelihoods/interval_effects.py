r"""How the effects of successive intervals of a survival curve relate: one effect in all, or effects that scatter.

.. math:: \theta_k = \theta + \omega \Bigl(z_k - \sum_j w_j z_j\Bigr), \quad
          w_k \propto d_k \, \frac{n_{k0} n_{k1}}{(n_{k0} + n_{k1})^2}

Averaged by information θ is Σ w_k θ_k: w_k is the share of interval k in the variance of the log-rank statistic, with d_k events
and n_k0, n_k1 at risk at its start, which is the information on the log hazard ratio where it is small (Schoenfeld 1981)
and is the same whichever arm is called control. Taken as exchangeable w = 0: θ_k ~ N(θ, ω²).
"""

from collections.abc import Sequence

import numpy as np

from crlm_bayes.arrays import Floats, legendre
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import SurvivalEvidence
from crlm_bayes.exact.curve import KNOTS, EvidenceCurve
from crlm_bayes.exact.mixing import average, centre
from crlm_bayes.likelihoods.contract import Equation
from crlm_bayes.priors.spreads import SpreadPrior

FEW = 161
"""Knots of a curve whose values take long."""

PROPORTIONAL = (
    Equation(
        r"\theta_k = \theta = \log \mathrm{HR}",
        "θ_k = θ = log HR",
        "the effect, the same in every interval: treatment over control",
    ),
)

AVERAGED = (
    Equation(
        r"\theta_k = \theta + \omega \bigl(z_k - \textstyle\sum_j w_j z_j\bigr), \quad z_k \sim \mathrm{Normal}(0,\; 1)",
        "θ_k = θ + ω (z_k - Σ_j w_j z_j),  z_k ~ Normal(0, 1)",
        "the effect θ is the average Σ w_k θ_k of the log hazard ratios of the intervals, which scatter about it",
    ),
    Equation(
        r"w_k \propto d_k\, n_{k0}\, n_{k1} / (n_{k0} + n_{k1})^2",
        "w_k ∝ d_k n_k0 n_k1 / (n_k0 + n_k1)²",
        "weight of an interval: its information, by its events and those at risk in both arms",
    ),
)

EXCHANGEABLE = (
    Equation(
        r"\theta_k = \theta + \omega z_k, \quad z_k \sim \mathrm{Normal}(0,\; 1)",
        "θ_k = θ + ω z_k,  z_k ~ Normal(0, 1)",
        "the effect θ is the centre about which the log hazard ratios of the intervals scatter, these and any others",
    ),
)


def effect_equations(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write how the effects of the intervals relate."""
    if spec.proportional:
        return PROPORTIONAL
    return AVERAGED if spec.average == "information" else EXCHANGEABLE


def interval_shares(evidence: SurvivalEvidence, spec: AnalysisSpec) -> Floats:
    """Weights w_k of the average, shape (K,): by information, equal where nobody has the event; 0 if exchangeable."""
    if spec.average == "exchangeable":
        return np.zeros(len(evidence.survivors))
    died, n = (evidence.at_risk - evidence.survivors).sum(axis=1), evidence.at_risk
    information = died * n.prod(axis=1) / np.maximum(n.sum(axis=1), 1e-300) ** 2
    total = float(information.sum())
    return np.asarray(information / total if total > 0 else np.full(len(n), 1 / len(n)))


def scattered_curve(
    parts: Sequence[EvidenceCurve], variation: SpreadPrior, evidence: SurvivalEvidence, spec: AnalysisSpec
) -> EvidenceCurve:
    """Evidence curve of θ from those of the intervals, which are independent given θ and ω; ω is integrated out."""
    omegas, log_w = _spread_nodes(variation)
    weights = interval_shares(evidence, spec)
    each = [average(parts, float(x), weights) if weights.any() else centre(parts, float(x)) for x in omegas]

    def log_integrated(theta: Floats) -> Floats:
        values = np.array([given_omega(theta) for given_omega in each]) + log_w[:, None]
        return np.asarray(np.logaddexp.reduce(values, axis=0))

    few = len(parts) > 2 and weights.any()  # each value is a sum of integrals in several directions
    return EvidenceCurve.tabulate(log_integrated, knots=FEW if few else KNOTS)


def _spread_nodes(variation: SpreadPrior, nodes: int = 32) -> tuple[Floats, Floats]:
    """Values of ω and log weights that integrate over its prior.

    Gauss-Legendre in p = v⁴ (35 - 84 v + 70 v² - 20 v³), which is dense at both ends of the prior.
    """
    x, w = legendre(nodes)
    v = 0.5 * (x + 1)
    p = v**4 * (35 - 84 * v + 70 * v**2 - 20 * v**3)
    return variation.quantile(p), np.log(0.5 * w * 140 * v**3 * (1 - v) ** 3)
