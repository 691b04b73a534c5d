"""Evidence curves of a study whose centres are known by their sizes only, given assumptions or averaged over them.

Two steps. At very many points (u, v, ε) the likelihood of θ is approximated: a peak found by scoring steps, with the
shape of the curve of the study as a whole. At a few of them, evenly spaced in the order of their peaks, it is computed;
the ratio to the approximation there corrects the average over all. The study without differences between centres goes
through the same steps and its curve is known exactly, so that without any spread exactly that curve comes back.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.documents.analysis_parts import CentrePriors
from crlm_bayes.evidence.values import CentreEvidence
from crlm_bayes.exact.curve import REACH, EvidenceCurve
from crlm_bayes.likelihoods.centres.allocation import NONE, ROUGH, CentreSpreads, scenarios_of, spreads_of
from crlm_bayes.likelihoods.centres.integrals import NuisancePrior, Peaks, log_integrals, mode_of, nuisance_prior, peaks
from crlm_bayes.likelihoods.centres.outcomes import Mixture, Scenarios, mixture_of
from crlm_bayes.likelihoods.centres.points import CentrePoints, centre_points
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.nuisance import RandomWalk

FALLEN = -22.0
"""Log likelihood, beside its maximum, below which nothing matters."""

TABLE = 1001

ENDS = (-REACH / 2, REACH / 2)
"""A peak is sought between these; a likelihood that levels off has none."""


class Effort(NamedTuple):
    """How many points and nodes: `base` and `draws` are primes, `kept` is even; four times `base` points are used."""

    base: int
    kept: int
    draws: int
    nodes: int


FULL = Effort(32749, 256, 31, 41)

QUICK = Effort(1021, 32, 7, 21)


@dataclass(frozen=True)
class LatentAllocation:
    """Curves of one study under assumptions about its centres; the same points serve them all.

    Attributes
    ----------
    pooled : EvidenceCurve
        The exact curve of the same study without regard to centres.
    mode : array, shape (K,)
        Nuisance parameters at the mode of the study as a whole.
    peak : Peaks
        Of the study without differences between centres.
    shape : array, shape (2, TABLE)
        θ in standard deviations from the mode, and the log likelihood there, without differences between centres.
    """

    evidence: CentreEvidence
    mixture: Mixture
    prior: NuisancePrior
    pooled: EvidenceCurve
    points: CentrePoints
    effort: Effort
    mode: Floats
    peak: Peaks
    shape: Floats

    @classmethod
    def prepare(
        cls,
        evidence: CentreEvidence,
        baseline: Normal | RandomWalk,
        pooled: EvidenceCurve,
        effort: Effort = FULL,
        seed: int = 0,
    ) -> "LatentAllocation":
        """Choose points, and compute what does not depend on the assumptions."""
        mixture = mixture_of(evidence.pooled)
        prior = nuisance_prior(baseline, mixture.size)
        order = np.argsort(np.argsort(-evidence.sizes, kind="stable"), kind="stable")
        points = centre_points(effort.base, tuple(int(i) for i in order), seed)
        none = scenarios_of(evidence, points.at(np.zeros(1, dtype=np.intp)), NONE)
        mode, _ = mode_of(mixture, prior, mixture.start()[None], np.array([pooled.mode]), none)
        peak = peaks(mixture, prior, none, pooled.mode, mode[0], ENDS)
        z = np.sinh(np.linspace(-1, 1, TABLE) * np.arcsinh(2 * REACH / pooled.width))
        shape = np.array([z, pooled.log_likelihood(pooled.mode + pooled.width * z)])
        return cls(evidence, mixture, prior, pooled, points, effort, mode[0], peak, shape)

    def curve(self, spreads: CentreSpreads) -> EvidenceCurve:
        """Evidence curve of θ under assumptions; without any spread the curve of the study as a whole comes back."""
        found = self._peaks(scenarios_of(self.evidence, self.points, spreads, ROUGH))
        mode, width = self.pooled.mode, self.pooled.width
        centre = mode + float(np.median(found.theta) - self.peak.theta[0])
        stretch = float(np.hypot(self._scale * found.sd.mean(), found.theta.std()))
        kept, log_weight = self._kept(found)
        low, high = ((end - centre) / stretch for end in self._ends(found.at(kept), log_weight))
        u = np.linspace(math.asinh(low), math.asinh(high), self.effort.nodes)
        theta = centre + stretch * np.sinh(u)

        def wider(theta: Floats) -> Floats:  # the pooled curve, moved and stretched: what is left is nearly flat
            return self.pooled.log_likelihood(mode + (theta - centre) * width / stretch)

        log_values = self._log_change(theta, found, kept, log_weight, spreads) + self.pooled.log_likelihood(theta)
        spline = scipy.interpolate.make_interp_spline(u, log_values - wider(theta), k=5)

        def log_likelihood(theta: Floats) -> Floats:
            inside = np.clip(np.arcsinh((theta - centre) / stretch), u[0], u[-1])
            return np.asarray(wider(theta) + spline(inside))

        return EvidenceCurve.tabulate(log_likelihood)

    def _log_change(
        self, theta: Floats, found: Peaks, kept: NDArray[np.intp], log_weight: Floats, spreads: CentreSpreads
    ) -> Floats:
        """Log of the likelihood under the assumptions over that without differences between centres, shape (T,)."""
        scenarios = scenarios_of(self.evidence, self.points.at(kept), spreads.at(kept))
        alone = scenarios_of(self.evidence, self.points.at(kept[:1]), NONE)
        some = found.at(kept)
        exact = log_integrals(self.mixture, self.prior, theta, scenarios, some, self.effort.draws)
        none = log_integrals(self.mixture, self.prior, theta, alone, self.peak, self.effort.draws)[:, 0]
        ratio = log_sum(exact + log_weight) - log_sum(self._approximations(theta, some) + log_weight)
        return self._average(theta, found) + ratio - none

    def _peaks(self, scenarios: Scenarios) -> Peaks:
        return peaks(self.mixture, self.prior, scenarios, self.pooled.mode, self.mode, ENDS)

    def _kept(self, found: Peaks) -> tuple[NDArray[np.intp], Floats]:
        """Points in the order of their peaks, denser towards both ends, and their log weights."""
        count, kept = len(found.theta), self.effort.kept
        angle = np.pi * (np.arange(kept) + 0.5) / kept
        ranks = (0.5 * (1 - np.cos(angle)) * count).astype(np.intp)
        weight = np.sin(angle)
        return np.argsort(found.theta, kind="stable")[ranks], np.log(weight / weight.sum())

    def _ends(self, some: Peaks, log_weight: Floats) -> tuple[float, float]:
        """θ between which everything lies that matters, by the approximations at the kept points."""
        theta = np.unique(np.concatenate([some.theta, self.pooled.grid[::8]]))
        value = log_sum(self._approximations(theta, some) + log_weight)
        matters = np.flatnonzero(value > value.max() + FALLEN)
        return float(theta[max(matters[0] - 1, 0)]), float(theta[min(matters[-1] + 1, len(theta) - 1)])

    @property
    def _scale(self) -> float:
        """Width of the exact curve in units of the standard deviation that the information gives."""
        return self.pooled.width / float(self.peak.sd[0])

    def _approximations(self, theta: Floats, found: Peaks) -> Floats:
        """Approximate log likelihoods at θ, shape (T, J): the curve of the study as a whole, moved and stretched."""
        shift = self.pooled.mode - float(self.peak.theta[0])
        z = (theta[:, None] - found.theta - shift) / (found.sd * self._scale)
        return np.asarray(self._shape_at(z) + found.log_area)

    def _shape_at(self, z: Floats) -> Floats:
        """Linear between the nodes of the shape, as `np.interp`, which would search for the place of every point."""
        nodes, values = self.shape
        last = len(nodes) - 2
        place = np.clip((np.arcsinh(z) / np.arcsinh(nodes[-1]) + 1) * (0.5 * (last + 1)), 0, last).astype(np.intp)
        place -= (z < nodes[place]) & (place > 0)  # where rounding took the next
        place += (z >= nodes[place + 1]) & (place < last)
        within = np.clip(z, nodes[0], nodes[-1]) - nodes[place]
        return np.asarray((np.diff(values) / np.diff(nodes))[place] * within + values[place])

    def _average(self, theta: Floats, found: Peaks) -> Floats:
        """Log of the average of the approximations at θ, shape (T,)."""
        total = np.concatenate([log_sum(self._approximations(t[None], found)) for t in theta])
        return np.asarray(total - math.log(len(found.theta)))


def latent_curve(
    evidence: CentreEvidence,
    baseline: Normal | RandomWalk,
    priors: CentrePriors,
    pooled: EvidenceCurve,
    effort: Effort = FULL,
    seed: int = 0,
) -> EvidenceCurve:
    """Evidence curve of θ, averaged over the priors of the assumptions."""
    engine = LatentAllocation.prepare(evidence, baseline, pooled, effort, seed)
    return engine.curve(spreads_of(priors, engine.points))
