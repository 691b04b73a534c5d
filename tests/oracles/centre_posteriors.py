"""What outcomes by centre say beside the average effect: spreads, the centres' own effects, a new centre."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

from crlm_bayes.arrays import log_sum
from crlm_bayes.likelihoods.centres.tables import LEAST, NODES, SLIGHT, WIDEST, CentreTables, Spread, share_at
from crlm_bayes.priors.density import Prior

Floats = NDArray[np.float64]

FINE = 12
"""Points for each step of the lattice where a posterior is read."""


@dataclass(frozen=True)
class Marginal:
    """A posterior of one number, as probabilities of rising points."""

    points: Floats
    probability: Floats

    @classmethod
    def smooth(cls, points: Floats, density: Floats) -> "Marginal":
        """From a density on a lattice, its logarithm interpolated by a cubic spline."""
        log_density = make_interp_spline(points, np.log(np.maximum(density / density.max(), LEAST)), k=3)
        fine = np.linspace(points[0], points[-1], FINE * len(points))
        p = np.exp(np.minimum(log_density(fine), 1.0))
        return cls(fine, p / p.sum())

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return float(self.points @ self.probability)

    def quantile(self, p: float) -> float:
        """Value below which it holds probability `p`; every point stands for its surroundings."""
        below = np.cumsum(self.probability) - 0.5 * self.probability
        return float(np.interp(p, below, self.points))

    def p_below(self, x: float) -> float:
        """P(value < x)."""
        return float(np.interp(x, self.points, np.cumsum(self.probability) - 0.5 * self.probability))


@dataclass(frozen=True)
class CentrePosterior:
    """What outcomes by centre say under a prior of the effect.

    Attributes
    ----------
    baseline_spread, effect_spread : Marginal
        τ_u and τ_v.
    effects : tuple of Marginal
        θ + v_c of each centre, in the order printed, log odds ratios as reported.
    new : Marginal
        The effect in a centre yet to come.
    """

    baseline_spread: Marginal
    effect_spread: Marginal
    effects: tuple[Marginal, ...]
    new: Marginal


def spread_posteriors(tables: CentreTables, prior: Prior) -> tuple[Marginal, Marginal]:
    """Posteriors of τ_u and τ_v under a prior of θ, on the scale of the reported log ratio."""
    given = _given(tables, prior)
    return (
        _spread_posterior(tables.spread_u, given, tables.spread_v.log_weight),
        _spread_posterior(tables.spread_v, given.T, tables.spread_u.log_weight),
    )


def _given(tables: CentreTables, prior: Prior) -> Floats:
    """Log marginal likelihood given τ_u and τ_v, shape (NODES, NODES)."""
    return log_sum(tables.log_values + prior.logpdf(tables.theta) + np.log(tables.d.step), axis=2)


def centre_posterior(tables: CentreTables, prior: Prior) -> CentrePosterior:
    """Posteriors beside that of θ, which is the curve's.

    Parameters
    ----------
    prior : Prior
        Of θ, on the scale of the reported log ratio.
    """
    log_theta = prior.logpdf(tables.theta) + np.log(tables.d.step)
    log_weight = tables.spread_u.log_weight[:, None] + tables.spread_v.log_weight
    given = _given(tables, prior)
    weight = np.exp(given + log_weight - (given + log_weight).max())
    weight /= weight.sum()
    own = np.zeros((len(tables.tables), len(tables.d.points)))
    new = np.zeros(len(tables.d.points))
    for i in range(NODES):
        rows = tables.blurred_in_a(i)
        for j in np.flatnonzero(weight[i] > 1e-9):
            spread = tables.d.blur(float(tables.spread_v.tau[j]))
            joint = np.exp(tables.log_joint(rows, int(j)) + log_theta - given[i, j])
            new += weight[i, j] * (joint.sum(axis=0) @ spread)
            mine = tables.blurred(rows, int(j))
            others = np.where(mine > SLIGHT, joint / np.maximum(mine, SLIGHT), 0.0)
            own += weight[i, j] * np.einsum("cad,cad->cd", rows, others @ spread)
    return CentrePosterior(
        *spread_posteriors(tables, prior),
        tuple(Marginal.smooth(tables.d.points, p) for p in own),
        Marginal.smooth(tables.d.points, new),
    )


def _spread_posterior(spread: Spread, given: Floats, other: Floats) -> Marginal:
    """Posterior of a standard deviation: its prior times what its likelihood, smooth in v, says between the nodes."""
    log_ratio = make_interp_spline(spread.v, log_sum(given + other, axis=1), k=3)
    v = (np.arange(2000) + 0.5) / 2000
    log_p = log_ratio(np.clip(v, spread.v[0], spread.v[-1])) + 3 * np.log(v * (1 - v))
    p = np.exp(log_p - log_p.max())
    return Marginal(np.minimum(spread.prior.quantile(share_at(v)), WIDEST), p / p.sum())
