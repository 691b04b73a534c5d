r"""Log hazards of successive intervals as a random walk: an option of the piecewise-exponential likelihood.

.. math:: \log\lambda_1 \sim N(m, s^2), \quad \log\lambda_k \sim N(\log\lambda_{k-1}, \sigma^2)

The hazards are no longer independent given θ, so the curve integrates them out one after the other (a forward pass).
"""

from collections.abc import Callable

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.evidence.values import SurvivalEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.contract import Equation, prior_line
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.words.numbers import short

FIRST = Equation(r"\log \lambda_1", "log λ_1", "log hazard per month of the first interval")


def walk_lines(walk: RandomWalk) -> tuple[Equation, ...]:
    """Write the walk: its first value and its steps."""
    latex = rf"\log \lambda_k \sim \mathrm{{Normal}}(\log \lambda_{{k-1}},\; {short(walk.step_sd, 4)}^2)"
    plain = f"log λ_k ~ Normal(log λ_{{k-1}}, {short(walk.step_sd, 4)}²)"
    return prior_line(FIRST, walk.start), Equation(latex, plain, "neighbouring intervals have similar hazards")


def walk_curve(
    evidence: SurvivalEvidence,
    walk: RandomWalk,
    log_likelihood: Callable[[SurvivalEvidence, int, Floats, Floats], Floats],
) -> EvidenceCurve:
    """Evidence curve of the log hazard ratio: log hazards are integrated out one after the other on a grid.

    Parameters
    ----------
    log_likelihood : callable
        Log likelihood of one interval, from (evidence, interval, θ, log λ).
    """
    deaths = (evidence.at_risk - evidence.survivors).sum(axis=1)
    width = min(walk.step_sd, 1 / np.sqrt(deaths.max() + 1 / walk.sd**2))
    reach = 8 * walk.sd + 2 * walk.step_sd * len(deaths)
    eta = np.linspace(walk.mean - reach, walk.mean + reach, int(min(1 + 2 * reach / (0.4 * width), 3001)))
    z = (eta[:, None] - eta) / walk.step_sd
    kernel = np.exp(-0.5 * z**2) * (eta[1] - eta[0]) / (walk.step_sd * np.sqrt(2 * np.pi))

    def log_integrated(theta: Floats) -> Floats:
        log_density = np.broadcast_to(walk.start.logpdf(eta), (len(theta), len(eta)))
        total = np.zeros(len(theta))
        for k in range(len(deaths)):
            if k:
                log_density = np.log(np.maximum(np.exp(log_density) @ kernel, 1e-300))
            log_density = log_density + log_likelihood(evidence, k, theta[:, None], eta)
            top = log_density.max(axis=1, keepdims=True)
            total += top[:, 0]
            log_density = log_density - top
        return np.asarray(total + np.log(np.exp(log_density).sum(axis=1) * (eta[1] - eta[0])))

    return EvidenceCurve.tabulate(log_integrated)
