"""Nuisance parameters of many scenarios at once: the mode of the likelihood, and the integral given θ.

The integral is importance sampling from a Student t at the mode, whose tails are wider than those of any normal prior,
by a few lattice points that are the same for all scenarios: what errors they make cancel in the ratio to the study
without differences between centres.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis_parts import Baseline
from crlm_bayes.likelihoods.centres.outcomes import Mixture, Scenarios
from crlm_bayes.likelihoods.centres.points import lattice
from crlm_bayes.likelihoods.contract import ARM_POSITION

DF = 6.0

CLOSE = 0.05
"""Squared distance from the mode, in standard deviations, at which the search ends: the proposal need not be centred."""

SEARCH = 8

STEP = 1.5
"""Longest step of the search, on a log scale."""

BLOCK = 40_000
"""Numbers that are worked on at once: as many as a processor keeps at hand."""

LEAST = 1e-6


class NuisancePrior(NamedTuple):
    """A normal prior of the nuisance parameters: mean (K,), precision (K, K), its log determinant."""

    mean: Floats
    precision: Floats
    log_det: float

    def logpdf(self, x: Floats) -> Floats:
        """Log density at `x`, shape (..., K)."""
        away = x - self.mean
        constant = 0.5 * (self.log_det - len(self.mean) * math.log(2 * math.pi))
        return np.asarray(constant - 0.5 * np.einsum("...k,km,...m->...", away, self.precision, away))


def nuisance_prior(baseline: Baseline, size: int) -> NuisancePrior:
    """Prior of α, or of the log λ_k: independent, or a walk."""
    return NuisancePrior(np.full(size, baseline.mean), *baseline.joint_precision(size))


class Peaks(NamedTuple):
    """Where the likelihood (with the prior of the nuisance parameters, without that of θ) is greatest, by scenario.

    `theta`, `x` (J, K): the place; `sd`: of θ there; `path` (J, K): how the best `x` moves with θ; `log_area`: Laplace's
    approximation of the log integral over `x` at the peak.
    """

    theta: Floats
    x: Floats
    sd: Floats
    path: Floats
    log_area: Floats

    def at(self, chosen: NDArray[np.intp]) -> "Peaks":
        """Those of some scenarios."""
        return Peaks(*(values[chosen] for values in self))


def peaks(
    mixture: Mixture,
    prior: NuisancePrior,
    scenarios: Scenarios,
    theta: float,
    x: Floats,
    ends: tuple[float, float],
    steps: int = 3,
) -> Peaks:
    """Find peaks by scoring steps from one place, in blocks; the last gradient completes them to second order.

    Parameters
    ----------
    theta, x : float, array of shape (K,)
        Where to start.
    ends : tuple of float
        θ is kept between them: there may be no peak.
    """
    count = len(scenarios.ratios)
    size = max(1, BLOCK // scenarios.ratios[0].size)
    parts = [
        _peaks(mixture, prior, scenarios.at(slice(i, i + size)), theta, x, ends, steps) for i in range(0, count, size)
    ]
    return Peaks(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _peaks(
    mixture: Mixture,
    prior: NuisancePrior,
    scenarios: Scenarios,
    theta: float,
    x: Floats,
    ends: tuple[float, float],
    steps: int,
) -> Peaks:
    count = len(scenarios.ratios)
    t, y = np.full(count, theta), np.tile(x, (count, 1))
    for i in range(steps):
        value, score, information = mixture.slopes(y, t, scenarios)
        root = cholesky(np.einsum("...akm->...km", information) + prior.precision)
        in_x = np.einsum("...ak->...k", score) - (y - prior.mean) @ prior.precision
        across = forward(root, (information.sum(axis=-1) * ARM_POSITION[:, None]).sum(axis=-2))
        own = (information.sum(axis=(-2, -1)) * ARM_POSITION**2).sum(axis=-1)
        half = forward(root, in_x)
        left = np.maximum(own - (across**2).sum(axis=-1), LEAST)
        pull = (score.sum(axis=-1) * ARM_POSITION).sum(axis=-1) - (across * half).sum(axis=-1)
        along = np.clip(t + np.clip(pull / left, -STEP, STEP), *ends) - t
        path = -back(root, across)
        step = np.clip(back(root, half), -STEP, STEP) + path * along[:, None]
        if i < steps - 1:
            t, y = t + along, y + step
    rest = 0.5 * (np.square(half).sum(axis=-1) + along * pull)
    log_det = 2 * np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
    log_area = value + prior.logpdf(y) + rest - 0.5 * log_det
    return Peaks(t + along, y + step, 1 / np.sqrt(left), path, log_area)


@cache
def draws_of(count: int, size: int) -> tuple[Floats, Floats]:
    """Student t draws by lattice, mirrored, (R, K); and minus their log density, (R,)."""
    p = np.clip(lattice(count, size, 0.5 / count), 0.5 / count, 1 - 0.5 / count)
    z = scipy.special.stdtrit(DF, p)
    z = np.concatenate([z, -z])
    constant = scipy.special.gammaln((DF + 1) / 2) - scipy.special.gammaln(DF / 2) - 0.5 * math.log(DF * math.pi)
    return z, -(constant - (DF + 1) / 2 * np.log1p(z**2 / DF)).sum(axis=1)


def log_integrals(
    mixture: Mixture, prior: NuisancePrior, theta: Floats, scenarios: Scenarios, start: Peaks, draws: int
) -> Floats:
    """Log likelihood of θ in each scenario, nuisance parameters integrated out.

    Parameters
    ----------
    theta : array, shape (T,)
    start : Peaks
        Of the scenarios: the search for the modes given θ begins on their path.
    draws : int
        A prime; twice as many are used.

    Returns
    -------
    array, shape (T, J)
    """
    noise, weight = draws_of(draws, mixture.size)
    every = Scenarios(*(x[:, None] for x in scenarios))  # one more axis, for the draws
    found = np.empty((len(theta), len(start.theta)))
    block = max(1, BLOCK // scenarios.ratios.size)
    for i in range(0, len(theta), block):
        here = theta[i : i + block, None]
        along = np.clip(here - start.theta, -4 * start.sd, 4 * start.sd)
        mode, root = mode_of(mixture, prior, start.x + start.path * along[..., None], here, scenarios)
        value = np.empty((*mode.shape[:-1], len(noise)))
        for t in range(len(here)):
            x = mode[t, :, None] + back(root[t, :, None], noise)
            value[t] = mixture.log_likelihood(x, here[t][:, None], every) + prior.logpdf(x) + weight
        top = value.max(axis=-1)
        total = top + np.log(np.exp(value - top[..., None]).mean(axis=-1))
        found[i : i + block] = total - np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
    return found


def mode_of(
    mixture: Mixture, prior: NuisancePrior, x: Floats, theta: Floats, scenarios: Scenarios
) -> tuple[Floats, Floats]:
    """Scoring steps to near the mode given θ, and the Cholesky root of the information there, (..., J, K, K)."""
    root = np.empty(0)
    for _ in range(SEARCH):
        _, score, information = mixture.slopes(x, theta, scenarios)
        root = cholesky(np.einsum("...akm->...km", information) + prior.precision)
        half = forward(root, np.einsum("...ak->...k", score) - (x - prior.mean) @ prior.precision)
        x = x + np.clip(back(root, half), -STEP, STEP)
        if np.square(half).sum(axis=-1).max() < CLOSE:
            break
    return x, root


def cholesky(matrices: Floats) -> Floats:
    """Lower triangles L with L Lᵀ = M of many small matrices, (..., K, K): loops over K, not over the many."""
    root = np.zeros_like(matrices)
    for i in range(matrices.shape[-1]):
        for j in range(i + 1):
            rest = matrices[..., i, j] - np.einsum("...k,...k->...", root[..., i, :j], root[..., j, :j])
            root[..., i, j] = np.sqrt(rest) if i == j else rest / root[..., j, j]
    return root


def forward(root: Floats, right: Floats) -> Floats:
    """Solve L y = b, (..., K)."""
    y = np.empty_like(right)
    for i in range(right.shape[-1]):
        y[..., i] = (right[..., i] - np.einsum("...k,...k->...", root[..., i, :i], y[..., :i])) / root[..., i, i]
    return y


def back(root: Floats, right: Floats) -> Floats:
    """Solve Lᵀ x = b, (..., K)."""
    size = right.shape[-1]
    x = np.empty(np.broadcast_shapes(root.shape[:-1], right.shape))
    for i in reversed(range(size)):
        known = np.einsum("...k,...k->...", root[..., i + 1 :, i], x[..., i + 1 :])
        x[..., i] = (right[..., i] - known) / root[..., i, i]
    return x
