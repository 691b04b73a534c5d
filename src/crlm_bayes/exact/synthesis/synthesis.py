"""A synthesis: everything that the studies together say about μ, as an evidence curve."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.digests import digest
from crlm_bayes.errors import UnknownName
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.engine import Chosen, Engine
from crlm_bayes.exact.synthesis.members import SYNTHESES, Member, Structure, check
from crlm_bayes.exact.synthesis.pooled import Pooled
from crlm_bayes.exact.synthesis.quadratures import ABSENT, Nodes, weight_nodes
from crlm_bayes.priors.density import Prior

FEW = 4
"""Fewer members than this get grids of their own."""


@dataclass(frozen=True)
class PooledAt:
    """The posterior of μ without a member, or once it has been added.

    Attributes
    ----------
    name : str
        The member.
    median, lower, upper : float
        Posterior median and 95% equal-tailed interval of μ.
    p_below : float
        P(μ < 0).
    """

    name: str
    median: float
    lower: float
    upper: float
    p_below: float

    @classmethod
    def of(cls, name: str, mu: GridPosterior) -> "PooledAt":
        """Summarise a posterior."""
        return cls(name, mu.median, *mu.interval, mu.p_below(0.0))


@dataclass(frozen=True)
class Synthesis:
    """Members and how their effects relate; nothing is computed before it is asked for.

    The prior of μ is put on afterwards, by :meth:`under`.
    """

    members: tuple[Member, ...]
    structure: Structure
    _under: dict[Prior, Pooled] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def identity(self) -> str:
        """Digest of the members, by what their curves say, and of the structure."""
        members = [
            (m.name, m.curve.identity, m.shifted, m.discount, m.discounted, m.printed and m.printed.identity)
            for m in self.members
        ]
        return digest(members, self.structure)

    @SYNTHESES.part
    def delta(self) -> Nodes:
        """Quadrature over the unknown discount; one node where there is none."""
        power = self.structure.discount
        return ABSENT if power is None else weight_nodes(power)

    @cached_property
    def powers(self) -> Floats:
        """Weight of each member's log likelihood in each layer, one for each node of the discount: (K, n)."""
        fixed = np.array([member.discount for member in self.members])
        unknown = np.array([member.discounted for member in self.members])
        return np.where(unknown, self.delta.points[:, None], fixed)

    @cached_property
    def engine(self) -> Engine:
        """Tables for all members together, or all but one."""
        return Engine(self.members, self.structure, self.powers)

    @cached_property
    def engine_of_few(self) -> Engine:
        """Tables for some of the members together, FEW at least."""
        return Engine(self.members, self.structure, self.powers, fewest=FEW)

    @cached_property
    def curve(self) -> EvidenceCurve:
        """Evidence curve of μ: τ, β, σ and δ integrated out."""
        return self.curve_of(self.engine.everyone)

    def curve_of(self, chosen: Chosen) -> EvidenceCurve:
        """Evidence curve of μ from some members only, shape of `chosen` (n,)."""
        return SYNTHESES.recall(digest(self.identity, chosen), lambda: self._tabulated(chosen))

    def _tabulated(self, chosen: Chosen) -> EvidenceCurve:
        number = int(chosen.sum())
        if 0 < number < min(FEW, len(self.members)):  # the grids of all may be too coarse for one or two
            few = tuple(member for member, taken in zip(self.members, chosen, strict=True) if taken)
            return Synthesis(few, self.structure).curve
        engine = self.engine if number >= len(self.members) - 1 else self.engine_of_few
        line = engine.free.line
        spline = scipy.interpolate.make_interp_spline(line.knots, self._log_likelihood(chosen, engine), k=5)
        return EvidenceCurve.tabulate(lambda mu: np.asarray(spline(line.position(mu))))

    def _log_likelihood(self, chosen: Chosen, engine: Engine) -> Floats:
        """Log likelihood at the knots of μ, shape (M,)."""
        return log_sum(engine.given_mu(chosen) + self.log_layers(chosen, engine)[:, None], axis=0)

    def log_layers(self, chosen: Chosen, engine: Engine) -> Floats:
        """Log weight of each layer: the prior of δ over the normalising constant c(δ), shape (K,).

        c(δ) is the evidence of the discounted members alone, at power δ, under the initial prior of μ (Duan, Ye & Smith
        2006; Neuenschwander, Branson & Spiegelhalter 2009).
        """
        power = self.structure.discount
        if power is None:
            return self.delta.log_weights
        group = chosen & np.array([member.discounted for member in self.members])
        line, log_likelihood, initial = engine.free.line, engine.given_mu(group), power.initial
        if initial.sd < 4 * float(line.spacing(np.array([initial.mean]))[0]):
            x = initial.mean + initial.sd * np.linspace(-8, 8, 65)
            weighted = log_likelihood @ line.interpolation(x).T + initial.logpdf(x) + np.log(initial.sd / 4)
        else:
            weighted = log_likelihood + initial.logpdf(line.points) + line.log_weights
        return np.asarray(self.delta.log_weights - log_sum(weighted))

    @SYNTHESES.part
    def layers(self) -> Floats:
        """:meth:`log_layers` of all members."""
        return self.log_layers(self.engine.everyone, self.engine)

    def under(self, prior: Prior) -> Pooled:
        """Posterior of everything under a prior of μ (of the reported log ratio); the same prior gives the same value."""
        if prior not in self._under:
            self._under[prior] = Pooled(
                digest(self.identity, prior), self.engine, self.layers, self.delta, self.curve, prior
            )
        return self._under[prior]

    def leave_one_out(self, prior: Prior) -> tuple[PooledAt, ...]:
        """What is known of μ without each member, in the order of the members."""
        found = []
        for i, member in enumerate(self.members):
            chosen = self.engine.everyone.copy()
            chosen[i] = False
            found.append(PooledAt.of(member.name, self.curve_of(chosen).apply(prior)))
        return tuple(found)

    def cumulative(self, order: Sequence[str], prior: Prior) -> tuple[PooledAt, ...]:
        """What is known of μ after each member, added in the order of these names.

        Raises
        ------
        UnknownName
            If a name is no member's.
        """
        places = {member.name: i for i, member in enumerate(self.members)}
        chosen, found = np.zeros(len(self.members), dtype=bool), []
        for name in order:
            if name not in places:
                raise UnknownName.among("synthesis: order", "member", name, places)
            chosen[places[name]] = True
            found.append(PooledAt.of(name, self.curve_of(chosen).apply(prior)))
        return tuple(found)


def synthesise(members: Sequence[Member], structure: Structure) -> Synthesis:
    """Check members and structure and put them together.

    Raises
    ------
    InvalidInput
        See :func:`crlm_bayes.exact.synthesis.members.check`.
    """
    check(members, structure)
    return Synthesis(tuple(members), structure)
