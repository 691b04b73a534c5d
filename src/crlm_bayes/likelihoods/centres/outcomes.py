r"""Outcomes of an arm that is a mixture of centres: log likelihood, score and information of the nuisance parameters.

A *scenario* is one way in which the centres may be: offsets o_ca (log odds, or log hazard, of centre c in arm a beside
what all have in common) and weights w_ca (its share of the arm's patients). J scenarios stand along one axis.

.. math::

    \bar p_a = \sum_c w_{ca}\, \mathrm{logit}^{-1}(\alpha + \theta x_a + o_{ca}), \qquad
    \bar S_a(t_k) = \sum_c w_{ca} \exp\bigl(-\Lambda_k e^{\theta x_a + o_{ca}}\bigr), \quad
    \Lambda_k = \sum_{l \le k} \lambda_l (t_l - t_{l-1})

The curve of an arm is that of its patients, so its conditional survival q_k = S̄(t_k) / S̄(t_{k-1}) belongs to
nobody's hazard: those at high risk die first.

Throughout, nuisance parameters `x` have shape (..., J, K) and the effect `theta` a shape that broadcasts to (..., J).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.evidence.values import BinomialEvidence, SurvivalEvidence
from crlm_bayes.likelihoods.contract import ARM_POSITION

LEAST = 1e-300

STEEPEST = 700.0
"""Bound of an exponent: what lies beyond is impossible anyway."""


class Scenarios(NamedTuple):
    """Arrays of shape (J, 2, C): exp of the offsets, and weights that sum to 1 over the centres."""

    ratios: Floats
    weights: Floats

    def at(self, chosen: Any) -> "Scenarios":
        """Some of the scenarios."""
        return Scenarios(self.ratios[chosen], self.weights[chosen])


class Slopes(NamedTuple):
    """Log likelihood (..., J); score (..., J, 2, K) and expected information (..., J, 2, K, K) of `x`, by arm."""

    value: Floats
    score: Floats
    information: Floats


@dataclass(frozen=True)
class BinomialMixture:
    """Events of two arms; the nuisance parameter is α."""

    evidence: BinomialEvidence

    @property
    def size(self) -> int:
        """Number of nuisance parameters."""
        return 1

    def start(self) -> Floats:
        """A place to look for the mode, shape (K,)."""
        r, n = self.evidence.events.sum(), self.evidence.n.sum()
        return np.array([np.log((r + 0.5) / (n - r + 0.5))])

    def log_likelihood(self, x: Floats, theta: Floats, scenarios: Scenarios) -> Floats:
        """Log likelihood, without the constant of the data, shape (..., J)."""
        p, q, _ = self._probabilities(x, theta, scenarios)
        return self._value(p, q)

    def _value(self, p: Floats, q: Floats) -> Floats:
        r, n = self.evidence.events, self.evidence.n
        return np.asarray(np.log(np.maximum(p, LEAST)) @ r + np.log(np.maximum(q, LEAST)) @ (n - r))

    def slopes(self, x: Floats, theta: Floats, scenarios: Scenarios) -> Slopes:
        """Log likelihood with its score and expected information."""
        p, q, slope = self._probabilities(x, theta, scenarios)
        pq = np.maximum(p * q, LEAST)
        r, n = self.evidence.events, self.evidence.n
        score = slope * (r * q - (n - r) * p) / pq
        return Slopes(self._value(p, q), score[..., None], (n * slope**2 / pq)[..., None, None])

    def _probabilities(self, x: Floats, theta: Floats, scenarios: Scenarios) -> tuple[Floats, Floats, Floats]:
        """Probability of an event, of none, and its slope in α, each of shape (..., J, 2)."""
        eta = x + np.asarray(theta)[..., None] * ARM_POSITION
        none = 1 / (1 + np.exp(np.minimum(eta, STEEPEST))[..., None] * scenarios.ratios)
        lost = scenarios.weights * none
        q = _total(lost)
        slope = q - np.einsum("...c,...c->...", lost, none)
        p = np.einsum("...c,...c->...", np.broadcast_to(scenarios.weights, none.shape), 1 - none)
        return p, q, slope


@dataclass(frozen=True)
class SurvivalMixture:
    """Survivors of the intervals of two arms; the nuisance parameters are the log λ_k."""

    evidence: SurvivalEvidence

    @property
    def size(self) -> int:
        """Number of nuisance parameters."""
        return len(self.evidence.survivors)

    @property
    def months(self) -> Floats:
        """Lengths of the intervals, shape (K,)."""
        return np.diff(self.evidence.times)

    def start(self) -> Floats:
        """A place to look for the mode, shape (K,)."""
        n, s = (counts.sum(axis=1) for counts in (self.evidence.at_risk, self.evidence.survivors))
        return np.asarray(np.log(-np.log((s + 0.25) / (n + 0.5)) / self.months))

    def log_likelihood(self, x: Floats, theta: Floats, scenarios: Scenarios) -> Floats:
        """Log likelihood, without the constant of the data, shape (..., J)."""
        alive, died, _ = self._survival(x, theta, scenarios, sloped=False)
        return self._value(alive, died)

    def _value(self, alive: Floats, died: Floats) -> Floats:
        s, n = self.evidence.survivors.T, self.evidence.at_risk.T
        log_alive, log_died = (np.log(np.maximum(y, LEAST)) for y in (alive, died))
        total = (n - s) * log_died + s * log_alive
        total[..., 1:] -= n[:, 1:] * log_alive[..., :-1]
        return np.asarray(np.einsum("...ak->...", total))

    def slopes(self, x: Floats, theta: Floats, scenarios: Scenarios) -> Slopes:
        """Log likelihood with its score and expected information."""
        alive, died, falls = self._survival(x, theta, scenarios, sloped=True)
        s, n, size = self.evidence.survivors.T, self.evidence.at_risk.T, self.size
        before, earlier = np.ones_like(alive), np.zeros_like(falls)
        before[..., 1:], earlier[..., 1:] = np.maximum(alive[..., :-1], LEAST), falls[..., :-1]
        q, p = alive / before, np.maximum(died / before, LEAST)
        variance = np.maximum(p * q, LEAST)
        steps = self._steps(x)[..., None, :]  # dΛ_k / d log λ_m for all k >= m
        own, since = -falls / before, (q * earlier - falls) / before  # of q_k, for m = k and for m < k
        score, information = np.empty_like(alive), np.empty((*alive.shape, size))
        pull, weight = (s - n * q) / variance, n / variance
        for m in range(size):
            slope = np.concatenate([own[..., m : m + 1], since[..., m + 1 :]], axis=-1)
            score[..., m] = steps[..., m] * np.einsum("...k,...k->...", slope, pull[..., m:])
            information[..., m, m] = steps[..., m] ** 2 * np.einsum("...k,...k->...", slope**2, weight[..., m:])
            for k in range(m):
                both = np.einsum("...k,...k,...k->...", since[..., m:], slope, weight[..., m:])
                information[..., m, k] = information[..., k, m] = steps[..., m] * steps[..., k] * both
        return Slopes(self._value(alive, died), score, information)

    def _steps(self, x: Floats) -> Floats:
        """Cumulative hazard of each interval at the middle of the arms, shape (..., J, K)."""
        return np.asarray(np.exp(np.minimum(x, 300.0)) * self.months)

    def _survival(
        self, x: Floats, theta: Floats, scenarios: Scenarios, *, sloped: bool
    ) -> tuple[Floats, Floats, Floats]:
        """Survival at the ends of the intervals, deaths within, and the fall of survival with Λ; (..., J, 2, K)."""
        steps = self._steps(x)[..., None, None, :]
        ratios = np.exp(np.asarray(theta)[..., None] * ARM_POSITION)[..., None] * scenarios.ratios
        alive, died, falls = (np.empty((*x.shape[:-1], 2, self.size)) for _ in range(3))
        left = scenarios.weights  # of each centre's patients, as a share of the arm
        for k in range(self.size):
            hazard = -np.minimum(steps[..., k] * ratios, STEEPEST)
            died[..., k] = -np.einsum("...c,...c->...", np.expm1(hazard), np.broadcast_to(left, hazard.shape))
            left = np.exp(hazard) * left
            alive[..., k] = _total(left)
            if sloped:
                falls[..., k] = np.einsum("...c,...c->...", left, ratios)
        return alive, died, falls


def _total(values: Floats) -> Floats:
    """Sum over the last axis, which is short: faster than the reduction of NumPy."""
    return np.asarray(np.einsum("...c->...", values))


Mixture = BinomialMixture | SurvivalMixture


def mixture_of(evidence: BinomialEvidence | SurvivalEvidence) -> Mixture:
    """Choose the mixture for the evidence of a study as a whole."""
    return BinomialMixture(evidence) if isinstance(evidence, BinomialEvidence) else SurvivalMixture(evidence)
