r"""Effects that scatter about a location: in a new study, and in each study that was seen.

.. math:: p(\theta_i \mid \text{data}) \propto L_i(\theta_i) \int\!\!\int p(\mu, \tau \mid \text{the others})
          N(\theta_i; \mu, \tau^2) \, d\mu \, d\tau

The double integral is a mixture of normals over the nodes of μ and τ: a sum of positive terms. Where τ is below the
distance of the nodes of μ the normal is taken by a Gauss-Hermite rule over μ instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from crlm_bayes.arrays import Floats, hermite, log_sum
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.engine import Engine
from crlm_bayes.exact.synthesis.grids import Grid, Indices
from crlm_bayes.priors.density import Prior

POINTS = 241

DROPPED = 60.0
"""Nodes of a spread whose probability is below exp(-60) are left out of a mixture."""


def mixture(locations: Floats, quadrature: Floats, log_mass: Floats, spreads: Floats, x: Floats) -> Floats:
    """Log density at x of Σ mass N(x; location, spread²).

    Parameters
    ----------
    locations, quadrature : array, shape (Q,)
        Nodes and weights of a rule with which the masses sum to 1.
    log_mass : array, shape (T, Q, n)
        For n mixtures.
    spreads : array, shape (T,)
    x : array, shape (J,)

    Returns
    -------
    array, shape (J, n)
    """
    top = log_mass.max(axis=(0, 1))
    mass = np.exp(log_mass - top)
    bulk = mass.max(axis=(0, 2))
    inside = np.flatnonzero(bulk > 1e-10 * bulk.max())
    apart = float(np.diff(locations)[max(inside[0] - 1, 0) : inside[-1] + 1].max())
    total = np.zeros((len(x), log_mass.shape[2]))
    z, w = hermite(11)
    for t, spread in enumerate(spreads):
        if spread >= apart:
            kernel = np.exp(-0.5 * ((x[:, None] - locations) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
            total += kernel @ mass[t]
            continue
        log_density = scipy.interpolate.make_interp_spline(
            locations, log_mass[t] - top - np.log(quadrature)[:, None], k=5
        )
        if spread == 0:
            points, share = x[:, None], np.ones(1)
        else:
            points, share = x[:, None] + spread * np.sqrt(2) * z, w / np.sqrt(np.pi)
        within = (points >= locations[0]) & (points <= locations[-1])
        values = np.exp(np.minimum(log_density(points.clip(locations[0], locations[-1])), 50.0))
        total += np.einsum("jkn,jk,k->jn", values, within.astype(float), share)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(total) + top)


def line_about(locations: Floats, probability: Floats, reach: float) -> Grid:
    """Points for a density about these locations, dense where their probability lies."""
    centre = float(probability @ locations)
    sd = float(np.sqrt(probability @ (locations - centre) ** 2))
    return Grid.over(centre, 0.5 * sd, float(locations[0]) - reach, float(locations[-1]) + reach, POINTS)


def normalised(line: Grid, log_density: Floats, log_factor: Callable[[Floats], Floats], edges: Floats) -> GridPosterior:
    """Posterior from a log density at the knots of a line, times a factor."""
    finite = np.isfinite(log_density)
    first, last = np.flatnonzero(finite)[[0, -1]]
    spline = scipy.interpolate.make_interp_spline(line.knots[first : last + 1], log_density[first : last + 1], k=5)
    low, high = line.points[first], line.points[last]
    edges = np.unique(np.concatenate([line.points[first : last + 1 : 3], [low, high], edges]))
    edges = edges[(edges >= low) & (edges <= high)]
    near = np.diff(edges, prepend=-np.inf) > 1e-3 * line.spacing(edges)
    near[-1] = True
    return GridPosterior.on_panels(lambda x: spline(line.position(x)) + log_factor(x), edges[near])


def edges_of(curve: EvidenceCurve) -> Floats:
    """Edges fine enough for a curve."""
    return curve.mode + curve.width * np.sinh(np.linspace(-5, 5, 61))


def _powered(curve: EvidenceCurve, power: float) -> Callable[[Floats], Floats]:
    return lambda x: power * curve.log_likelihood(x)


@dataclass(frozen=True)
class Scatter:
    """The nodes of μ and τ after the data, about which the effects of the members that are not shifted scatter."""

    engine: Engine
    locations: Floats
    quadrature: Floats
    kept: Indices
    log_mass: Floats
    line: Grid

    @classmethod
    def about_mu(cls, engine: Engine, nodes: GridPosterior, prior: Prior, log_joint: Floats) -> "Scatter":
        """Keep the nodes of τ that matter."""
        log_tau = log_sum(log_sum(log_joint, axis=2), axis=0)
        kept = np.flatnonzero(log_tau > log_tau.max() - DROPPED)
        matter = engine.tau.points[log_tau > log_tau.max() - 30]
        probability = nodes.weights * nodes.density
        line = line_about(nodes.theta, probability / probability.sum(), 8 * float(matter[-1]))
        return cls(engine, nodes.theta, nodes.weights, kept, log_joint[:, kept], line)

    def new(self) -> GridPosterior:
        """A study that has not been seen."""
        log_mass = log_sum(self.log_mass, axis=0)[:, :, None]
        return normalised(self.line, self._mixture(log_mass)[:, 0], np.zeros_like, np.empty(0))

    @cached_property
    def members(self) -> dict[int, GridPosterior]:
        """Every member that is not shifted: its likelihood is taken out of the mixture, and put on its own effect."""
        engine, free = self.engine, self.engine.free
        plain = log_sum(self.log_mass, axis=0)
        at_nodes, to_kept = free.line.interpolation(self.locations).T, engine.to_tau[self.kept]
        layers = {i: range(len(engine.powers) if np.ptp(engine.powers[:, i]) > 0 else 1) for i in free.who}
        without = [
            (plain if len(layers[i]) == 1 else self.log_mass[k]) - to_kept @ (free.of(i, k) @ at_nodes)
            for i in free.who
            for k in layers[i]
        ]
        log_density = self._mixture(np.stack(without, axis=-1))
        found, first = {}, 0
        for i in free.who:
            columns, first = log_density[:, first : first + len(layers[i])], first + len(layers[i])
            curve, powers = engine.members[i].curve, engine.powers[list(layers[i]), i]
            if len(powers) == 1:
                found[i] = normalised(self.line, columns[:, 0], _powered(curve, powers[0]), edges_of(curve))
            else:  # with an unknown discount each layer has its own power of the likelihood
                log_p = log_sum(columns + powers * curve.log_likelihood(self.line.points)[:, None])
                found[i] = normalised(self.line, log_p, np.zeros_like, edges_of(curve))
        return found

    def _mixture(self, log_mass: Floats) -> Floats:
        spreads = self.engine.tau.points[self.kept]
        return mixture(self.locations, self.quadrature, log_mass, spreads, self.line.points)
