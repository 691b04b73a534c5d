r"""The location m = μ + β of the shifted group, after the data.

.. math:: p(m, \tau, \sigma \mid \text{data}) \propto p(\tau) \, p(\sigma) \, e^{G(m, \sqrt{\tau^2 + \sigma^2})}
          \int \pi(\mu) \, e^{F(\mu, \tau)} \, N(m; \mu + b, s^2) \, d\mu

F is the log likelihood of the members that are not shifted, G that of the group.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats, hermite, log_sum
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.quadrature import DROP
from crlm_bayes.exact.synthesis.blur import log_product
from crlm_bayes.exact.synthesis.engine import Engine
from crlm_bayes.exact.synthesis.grids import Grid, SpreadGrid
from crlm_bayes.exact.synthesis.scatter import DROPPED, edges_of, line_about, mixture, normalised
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal

POINTS = 121


def others(engine: Engine, log_layers: Floats, mu: Floats, prior: Prior) -> Floats:
    """Log density of μ and mass of τ and δ by prior and the members that are not shifted, at any μ: (K, T, P)."""
    free = engine.of_free(engine.everyone) @ engine.free.line.interpolation(mu).T
    return np.asarray(free + prior.logpdf(mu) + engine.tau.log_weights[:, None] + log_layers[:, None, None])


@dataclass(frozen=True)
class GroupLocation:
    """Nodes of m, and the log posterior of δ, τ and m there, apart from the group's own likelihood.

    Attributes
    ----------
    line : Grid
        Nodes of m, G of them, dense where its posterior lies.
    log_others : array, shape (K, T, G)
    """

    engine: Engine
    log_layers: Floats
    nodes: GridPosterior
    prior: Prior
    line: Grid
    log_others: Floats

    @classmethod
    def of(cls, engine: Engine, log_layers: Floats, nodes: GridPosterior, prior: Prior) -> "GroupLocation":
        """Find where m lies after the data: first on the group's own line, then closer."""
        assert engine.structure.shift is not None
        shift = engine.structure.shift.mean
        group = engine.group_of_all

        def look(line: Grid) -> tuple[Floats, Floats]:
            log_others = _moved(engine, log_layers, nodes, prior, shift, line.points)
            log_density = log_others + group @ engine.group.line.interpolation(line.points).T
            return log_others, log_sum(log_sum(log_density, axis=1), axis=0)

        # wherever μ is, moved by what the prior of β allows, and wherever the group is
        low, high = nodes.theta[[0, -1]] + shift.mean + np.array([-9, 9]) * shift.sd
        line = Grid.over(engine.group.line.centre, engine.group.line.stretch, low, high, 2 * POINTS)
        for _ in range(2):
            _, log_density = look(line)
            inside = np.flatnonzero(log_density > log_density.max() - DROP)
            best = np.flatnonzero(log_density > log_density.max() - 0.5)
            first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, len(line.knots) - 1)
            near = line.points[[max(best[0] - 1, 0), min(best[-1] + 1, len(line.knots) - 1)]]
            middle = float(line.points[int(log_density.argmax())])
            low, high = line.points[[first, last]]
            line = Grid.over(middle, float(np.ptp(near)) / 2, low, high, POINTS)
        return cls(engine, log_layers, nodes, prior, line, look(line)[0])

    @cached_property
    def at_line(self) -> Floats:
        """Takes what is tabulated for the group to the nodes of m: matrix (M, G)."""
        return np.ascontiguousarray(self.engine.group.line.interpolation(self.line.points).T)

    @cached_property
    def log_mass(self) -> Floats:
        """Log posterior probability of δ, τ, σ and m at their nodes: (K, T, S, G); exponentials sum to 1."""
        engine = self.engine
        shape = (len(engine.tau.points), len(engine.sigma.points), len(self.line.knots))
        layers = [
            (engine.to_both @ (sums @ self.at_line)).reshape(shape) for sums in engine.group.sums(engine.everyone)
        ]
        log_p = np.stack(layers) + self.log_others[:, :, None] + engine.sigma.log_weights[:, None]
        log_p += self.line.log_weights
        top = log_p.max()
        return np.asarray(log_p - top - np.log(np.exp(log_p - top).sum()))

    @cached_property
    def posterior(self) -> GridPosterior:
        """Posterior of m."""
        log_density = log_sum(log_sum(log_sum(self.log_mass, axis=2), axis=1), axis=0) - self.line.log_weights
        return normalised(self.line, log_density, np.zeros_like, np.empty(0))

    @cached_property
    def log_sigma(self) -> Floats:
        """Log posterior probability at the nodes of σ."""
        return log_sum(log_sum(log_sum(self.log_mass, axis=3), axis=1), axis=0)

    @cached_property
    def expected_mu(self) -> Floats:
        """E[μ | m, τ, δ, data] at the nodes of m: (K, T, G)."""
        assert self.engine.structure.shift is not None
        shift = self.engine.structure.shift.mean
        below = float(self.nodes.theta[0]) - 20 * shift.sd - 1
        raised = _moved(
            self.engine,
            self.log_layers,
            self.nodes,
            self.prior,
            shift,
            self.line.points,
            lambda mu: np.log(mu - below),
        )
        return np.asarray(np.exp(raised - self.log_others) + below)

    @cached_property
    def shift(self) -> GridPosterior:
        """Posterior of β."""
        engine, mu = self.engine, self.nodes.theta
        assert engine.structure.shift is not None
        prior = engine.structure.shift.mean
        base = others(engine, self.log_layers, mu, self.prior) + np.log(self.nodes.weights)
        group = engine.group_of_all
        log_tau = log_sum(log_sum(log_sum(self.log_mass, axis=3), axis=2), axis=0)
        kept = log_tau > log_tau.max() - DROPPED
        base, group = base[:, kept], group[:, kept]

        def log_likelihood(beta: Floats) -> Floats:
            values = []
            for b in beta:
                log_p = base + group @ engine.group.line.interpolation(mu + b).T
                values.append(float(log_sum(log_p.ravel())))
            return np.array(values)

        points = prior.mean + prior.sd * np.linspace(-9, 9, 37)
        for size in (33, 61):
            log_density = log_likelihood(points) + prior.logpdf(points)
            inside = np.flatnonzero(log_density > log_density.max() - DROP)
            first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, len(points) - 1)
            points = np.linspace(points[first], points[last], size)
        spline = scipy.interpolate.make_interp_spline(points, log_likelihood(points), k=5)
        return GridPosterior.on_panels(
            lambda b: spline(b) + prior.logpdf(b), np.linspace(points[0], points[-1], 4 * len(points))
        )

    def estimated(self, i: int) -> GridPosterior:
        """What a shifted member estimates: its effect and its bias, N(m, τ² + σ²) before its data."""
        engine, curve = self.engine, self.engine.members[i].curve
        both = np.hypot(engine.tau.points[:, None], engine.sigma.points).ravel()
        if both[-1] == 0:  # neither τ nor σ: the location itself
            return self.posterior
        powers = engine.powers[:, i]
        size = len(self.line.knots)
        # pairs of τ and σ with the same sum of squares are one: the mass is shared out on a fine ladder
        ladder = SpreadGrid.up_to(float(both[-1]), float(engine.scales.min()), 0.06)
        position = np.arcsinh(both / ladder.scale) / ladder.step
        lower = np.minimum(position.astype(np.intp), ladder.size - 2)
        upper_share = position - lower
        without = []
        for k in range(len(powers)):
            own = (engine.to_both @ (engine.group.of(i, k) @ self.at_line)).reshape(self.log_mass.shape[1:])
            without.append((self.log_mass[k] - own).reshape(len(both), size))
        top = max(float(w.max()) for w in without)
        masses = np.zeros((len(powers), ladder.size, size))
        for k, log_w in enumerate(without):
            mass = np.exp(log_w - top)
            np.add.at(masses[k], lower, (1 - upper_share)[:, None] * mass)
            np.add.at(masses[k], lower + 1, upper_share[:, None] * mass)
        if np.ptp(powers) == 0:
            masses, powers = masses.sum(axis=0, keepdims=True), powers[:1]
        used = np.flatnonzero(masses.max(axis=(0, 2)) > np.exp(-DROPPED) * masses.max())
        log_mass = np.moveaxis(np.log(np.maximum(masses[:, used], 1e-300)), 0, 2)
        probability = np.exp(log_sum(log_sum(log_sum(self.log_mass, axis=2), axis=1), axis=0))
        wide = used[masses.max(axis=(0, 2))[used] > 1e-13 * masses.max()][-1]
        line = line_about(self.line.points, probability / probability.sum(), 8 * float(ladder.points[wide]))
        quadrature = np.exp(self.line.log_weights)
        log_density = mixture(self.line.points, quadrature, log_mass, ladder.points[used], line.points)
        with_own = log_density + powers * curve.log_likelihood(line.points)[:, None]
        return normalised(line, log_sum(with_own), np.zeros_like, edges_of(curve))


def _moved(
    engine: Engine,
    log_layers: Floats,
    nodes: GridPosterior,
    prior: Prior,
    shift: Normal,
    m: Floats,
    log_factor: Callable[[Floats], Floats] = np.zeros_like,
) -> Floats:
    """Log of ∫ factor(μ) others(μ, τ) N(m; μ + b, s²) dμ at any m: (K, T, P)."""
    mu = nodes.theta
    probability = nodes.density / nodes.density.max()
    inside = np.flatnonzero(probability > 1e-10)
    apart = float(np.diff(mu)[max(inside[0] - 1, 0) : inside[-1] + 1].max())
    if shift.sd >= apart:
        log_f = others(engine, log_layers, mu, prior) + np.log(nodes.weights) + log_factor(mu)
        kernel = -0.5 * ((m[:, None] - shift.mean - mu) / shift.sd) ** 2 - np.log(shift.sd) - LOG_SQRT_2PI
        rows = log_f.reshape(-1, len(mu))
        return log_product(rows, kernel).reshape(*log_f.shape[:2], len(m))
    z, w = hermite(21)
    points = m[:, None] - shift.mean - shift.sd * np.sqrt(2) * z
    values = others(engine, log_layers, points.ravel(), prior) + log_factor(points.ravel())
    values = values.reshape(len(log_layers), -1, *points.shape)
    return log_sum(values + np.log(w / np.sqrt(np.pi)))
