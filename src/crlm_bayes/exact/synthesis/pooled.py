"""The posterior of a synthesis under one prior of μ."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.quadrature import DROP
from crlm_bayes.exact.synthesis.engine import Engine
from crlm_bayes.exact.synthesis.location import GroupLocation
from crlm_bayes.exact.synthesis.members import SYNTHESES
from crlm_bayes.exact.synthesis.quadratures import Nodes, log_beta
from crlm_bayes.exact.synthesis.scatter import Scatter
from crlm_bayes.exact.synthesis.unbiased import bias_free
from crlm_bayes.exact.synthesis.weights import Weight, weights
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.rule import Z
from crlm_bayes.words.numbers import LEVEL
from crlm_bayes.words.shown import Shown

PANELS = 40
"""Panels of the posterior of μ over which everything else is averaged."""


@dataclass(frozen=True)
class Effect:
    """The effect of one study: what it printed, and what remains of that beside the others.

    Attributes
    ----------
    name : str
    estimate : float or None
        Mode of the study's own curve; None where it has none.
    limits : pair of float or None
        Of the 95% interval: :data:`crlm_bayes.rule.Z` widths on both sides.
    effect : GridPosterior
        Of the effect θ_i in its population, free of bias: θ_i ~ N(μ, τ²) before the data.
    estimated : GridPosterior
        Of what the study estimates: θ_i plus its bias for a shifted member, else the same value.
    """

    name: str
    estimate: float | None
    limits: tuple[float, float] | None
    effect: GridPosterior
    estimated: GridPosterior


@dataclass(frozen=True, repr=False)
class Pooled(Shown):
    """Marginal posteriors, each a :class:`~crlm_bayes.exact.posterior.GridPosterior`; computed when first asked for.

    Attributes
    ----------
    identity : str
        Digest of the synthesis and the prior.
    log_layers : array, shape (K,)
        Log weight of each node of the discount, normalising constant included.
    curve : EvidenceCurve
        Of μ.
    prior : Prior
        Of μ.
    """

    identity: str
    engine: Engine
    log_layers: Floats
    discount: Nodes
    curve: EvidenceCurve
    prior: Prior

    def heading(self) -> str:
        """Say what it is in one line."""
        return f"{len(self.effects)} studies together: log ratios as reported, with {LEVEL} equal-tailed intervals"

    def rows(self) -> list[dict[str, Any]]:
        """Pooled effect, spread, effect in a new study, and the effect of every study with its weight."""
        named = {"mu": self.mu, "tau": self.tau, "predictive": self.predictive, "beta": self.beta, "delta": self.delta}
        found = [_shown(name, posterior, None) for name, posterior in named.items() if posterior is not None]
        shares = {weight.name: weight.share for weight in self.weights}
        found += [_shown(effect.name, effect.effect, shares[effect.name]) for effect in self.effects]
        return found

    @SYNTHESES.part
    def mu(self) -> GridPosterior:
        """The pooled effect."""
        return self.curve.apply(self.prior)

    @cached_property
    def nodes(self) -> GridPosterior:
        """The posterior of μ on fewer points, over which everything else is averaged."""
        edges = self.mu.theta[::4]
        edges = np.append(edges[: -1 : max(len(edges) // PANELS, 1)], edges[-1])
        return GridPosterior.on_panels(lambda mu: self.curve.log_likelihood(mu) + self.prior.logpdf(mu), edges)

    @cached_property
    def log_joint(self) -> Floats:
        """Log posterior probability of δ, τ and μ at their nodes, shape (K, T, Q); its exponentials sum to 1."""
        engine = self.engine
        log_p = engine.joint_of_all @ engine.free.line.interpolation(self.nodes.theta).T
        log_p += engine.tau.log_weights[:, None] + self.log_layers[:, None, None]
        log_p -= log_sum(log_sum(log_p, axis=0), axis=0)
        mass = np.maximum(self.nodes.weights * self.nodes.density, np.finfo(float).tiny)
        return log_p + np.log(mass)

    @SYNTHESES.part
    def tau(self) -> GridPosterior | None:
        """Standard deviation of the effects between studies; None without heterogeneity."""
        prior = self.engine.structure.heterogeneity
        if prior is None:
            return None
        return _of_spread(prior, self.engine.tau, log_sum(log_sum(self.log_joint, axis=2), axis=0))

    @SYNTHESES.part
    def delta(self) -> GridPosterior | None:
        """The unknown discount; None where there is none."""
        power, nodes = self.engine.structure.discount, self.discount
        if power is None:
            return None
        angle = np.arcsin(np.sqrt(nodes.points))
        log_mass = log_sum(log_sum(self.log_joint, axis=2))
        spline = scipy.interpolate.make_interp_spline(angle, log_mass - nodes.log_weights, k=5)
        # the rule is of open ends: its first and last node lie inside of them
        start = max(float(angle[0] - 0.9 * (angle[1] - angle[0])), 0.0)
        end = min(float(angle[-1] + 0.9 * (angle[-1] - angle[-2])), 0.5 * np.pi)
        low, high = np.clip(np.sin([start, end]) ** 2, 1e-15, 1 - 1e-15)
        steep = np.concatenate([np.geomspace(low, high, 80), 1 - np.geomspace(1 - low, 1 - high, 80)])
        edges = np.unique(np.concatenate([np.sin(np.linspace(start, end, 120)) ** 2, steep]).clip(low, high))
        return GridPosterior.on_panels(
            lambda delta: log_beta(power, delta) + spline(np.arcsin(np.sqrt(delta))), _apart(edges)
        )

    @cached_property
    def location(self) -> GroupLocation:
        """The group's location μ + β beside everything else; only where there is a shift."""
        return GroupLocation.of(self.engine, self.log_layers, self.nodes, self.prior)

    @SYNTHESES.part
    def beta(self) -> GridPosterior | None:
        """The shift of the flagged members; None without one."""
        return self.location.shift if self.engine.structure.shift else None

    @SYNTHESES.part
    def shifted(self) -> GridPosterior | None:
        """Where the shifted members lie, μ + β: the effect in the group of a moderator; None without a shift."""
        return self.location.posterior if self.engine.structure.shift else None

    @SYNTHESES.part
    def sigma(self) -> GridPosterior | None:
        """Standard deviation of the biases about β; None where the structure has none."""
        shift = self.engine.structure.shift
        if shift is None or shift.spread is None:
            return None
        return _of_spread(shift.spread, self.engine.sigma, self.location.log_sigma)

    @cached_property
    def _scatter(self) -> Scatter:
        return Scatter.about_mu(self.engine, self.nodes, self.prior, self.log_joint)

    @SYNTHESES.part
    def predictive(self) -> GridPosterior:
        """The effect in a new study, free of bias: N(μ, τ²) over the posterior; μ itself for a common effect."""
        if self.engine.structure.heterogeneity is None:
            return self.mu
        return self._scatter.new()

    @SYNTHESES.part
    def effects(self) -> tuple[Effect, ...]:
        """Every member's effect, in the order of the members."""
        return tuple(self._effect(i) for i in range(len(self.engine.members)))

    def _effect(self, i: int) -> Effect:
        member = self.engine.members[i]
        curve = member.printed or member.curve
        estimate = curve.mode if curve.has_mode else None
        limits = (curve.mode - Z * curve.width, curve.mode + Z * curve.width) if curve.has_mode else None
        common = self.engine.structure.heterogeneity is None
        if member.shifted:
            estimated = self.location.estimated(i)
            effect = self.mu if common else bias_free(i, self.location, self.log_joint, self.mu, self.location.shift)
        else:
            effect = estimated = self.mu if common else self._scatter.members[i]
        return Effect(member.name, estimate, limits, effect, estimated)

    @SYNTHESES.part
    def weights(self) -> tuple[Weight, ...]:
        """Share of each member, in order, and of the prior of μ, last, in the posterior mean of μ; they sum to 1."""
        location = self.location if self.engine.structure.shift else None
        return weights(self.engine, self.nodes.theta, self.log_joint, location)

    def p_below(self, mu: float) -> float:
        """P(μ < a log ratio)."""
        return self.mu.p_below(mu)


def _shown(name: str, posterior: GridPosterior, weight: float | None) -> dict[str, Any]:
    lower, upper = posterior.interval
    return {"quantity": name, "median": posterior.median, "eti95_lower": lower, "eti95_upper": upper, "weight": weight}


def _of_spread(prior: SpreadPrior, nodes: Nodes, log_mass: Floats) -> GridPosterior:
    """Posterior of a spread from the log probabilities at its nodes: what they say beyond the prior is smooth."""
    scale = float(nodes.points[len(nodes.points) // 4])
    u = np.arcsinh(nodes.points / scale)
    log_likelihood = log_mass - nodes.log_weights
    spline = scipy.interpolate.make_interp_spline(u, log_likelihood - log_likelihood.max(), k=5)
    inside = np.flatnonzero(log_mass > log_mass.max() - DROP)
    ends = u[max(inside[0] - 1, 0)], u[inside[-1]]
    edges = scale * np.sinh(np.linspace(*ends, 161))
    return GridPosterior.on_panels(lambda x: prior.logpdf(x) + spline(np.arcsinh(x / scale)), edges)


def _apart(edges: Floats) -> Floats:
    """Edges without near repetitions."""
    kept = np.diff(edges, prepend=-1.0) > 1e-12 * np.maximum(edges, 1e-3)
    kept[-1] = True
    return edges[kept]
