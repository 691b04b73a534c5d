r"""The joint likelihood of μ and τ, and of what moves a group, from tables of blurred curves.

.. math::
    p(\text{data} \mid \mu, \tau, \delta) = \prod_{i \notin S} e^{\ell_i(\mu, \tau)}
        \int\!\!\int N(\beta; b, s^2) \, p(\sigma) \prod_{i \in S} e^{\ell_i(\mu + \beta, \sqrt{\tau^2 + \sigma^2})}
        \, d\beta \, d\sigma

S are the shifted members. A *layer* is one set of powers of the members: there is one for plain data, and one for each
node of an unknown discount or each point of a path of discounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.exact.curve import REACH
from crlm_bayes.exact.synthesis.blur import gaussian_blur
from crlm_bayes.exact.synthesis.grids import Grid, SpreadGrid
from crlm_bayes.exact.synthesis.members import Member, Structure
from crlm_bayes.exact.synthesis.quadratures import ABSENT, Nodes, farthest, spread_nodes
from crlm_bayes.exact.synthesis.table import Column, blurred, sharpness

KNOTS = 201

LADDER = 0.16
"""Step of the tabulated spreads in arcsinh(v / scale)."""

FAINT = 0.05
"""Members with less weight than this are not counted on to end the integral over a spread."""

Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Block:
    """A table of some members at every power that the layers give them.

    Attributes
    ----------
    who : tuple of int
        Members in it, as places among all.
    line, spreads :
        Where it is tabulated: M locations, C spreads.
    table : array, shape (C, M, columns)
    column : array of int, shape (K, len(who))
        Column of each member in each layer.
    """

    who: tuple[int, ...]
    line: Grid
    spreads: SpreadGrid
    table: Floats
    column: NDArray[np.intp]

    def sums(self, chosen: Chosen) -> Floats:
        """Log likelihood of the chosen members together, shape (K, C, M)."""
        counts = np.zeros((self.table.shape[2], len(self.column)))
        for k, columns in enumerate(self.column):
            np.add.at(counts[:, k], columns, chosen[list(self.who)].astype(float))
        return np.ascontiguousarray(np.moveaxis(self.table @ counts, 2, 0))

    def of(self, member: int, layer: int) -> Floats:
        """Table of one member in one layer, shape (C, M)."""
        return self.table[:, :, self.column[layer, self.who.index(member)]]


@dataclass(frozen=True)
class Engine:
    """Tables of a synthesis, built when first asked for.

    Attributes
    ----------
    members, structure :
        As checked.
    powers : array, shape (K, n)
        Weight of each member's log likelihood in each layer.
    fewest : int, optional
        Number of members that are taken together at least: the fewer, the farther τ reaches. All but one by default.
    """

    members: tuple[Member, ...]
    structure: Structure
    powers: Floats
    fewest: int | None = None

    @cached_property
    def everyone(self) -> Chosen:
        """All members chosen."""
        return np.ones(len(self.members), dtype=bool)

    @cached_property
    def scales(self) -> Floats:
        """Smallest scale on which each curve bends."""
        return np.array([sharpness(member.curve) for member in self.members])

    @cached_property
    def free(self) -> Block:
        """Table of the members that are not shifted, at μ."""
        return self._block([i for i, member in enumerate(self.members) if not member.shifted], 0.0, self.tau)

    @cached_property
    def group(self) -> Block:
        """Table of the shifted members, at μ + β."""
        assert self.structure.shift is not None
        prior = self.structure.shift.mean
        who = [i for i, member in enumerate(self.members) if member.shifted]
        largest = np.hypot(self.tau.points[-1], self.sigma.points[-1])
        return self._block(who, abs(prior.mean) + 8 * prior.sd, Nodes(np.array([largest]), np.zeros(1)))

    def _block(self, who: Sequence[int], beyond: float, spread: Nodes) -> Block:
        pairs = {(i, float(power)): None for layer in self.powers for i, power in enumerate(layer) if i in who}
        order = {pair: column for column, pair in enumerate(pairs)}
        column = np.array([[order[i, float(layer[i])] for i in who] for layer in self.powers], dtype=np.intp)
        centre, stretch = self._middle(who or range(len(self.members)))
        reach = REACH + beyond
        line = Grid.over(centre, stretch, -reach, reach, KNOTS)
        scales = [float(self.scales[i]) for i, _ in pairs]
        spreads = SpreadGrid.up_to(float(spread.points[-1]), min(scales, default=1.0), LADDER)
        columns = [Column(self.members[i].curve, power) for i, power in pairs]
        table = blurred(columns, line, spreads, scales) if columns else np.zeros((spreads.size, KNOTS, 0))
        return Block(tuple(who), line, spreads, table, column.reshape(len(self.powers), len(who)))

    def _middle(self, who: Sequence[int]) -> tuple[float, float]:
        """Pooled mean and standard error by moments (DerSimonian & Laird 1986): only the place of a grid."""
        curves = [self.members[i].curve for i in who]
        known = [(c.mode, c.width) for c in curves if c.has_mode and abs(c.mode) < REACH]
        if not known:
            return 0.0, 1.0
        y, se = np.array(known).T
        weight = se**-2.0
        mean = weight @ y / weight.sum()
        excess = weight @ (y - mean) ** 2 - (len(y) - 1)
        spare = weight.sum() - (weight**2).sum() / weight.sum()
        varied = self.structure.heterogeneity is not None or self.structure.shift is not None
        tau2 = max(excess / spare, 0.0) if varied and len(y) > 1 else 0.0
        weight = 1 / (se**2 + tau2)
        return float(weight @ y / weight.sum()), float(1 / np.sqrt(weight.sum()))

    def _spread(self, role: str) -> Nodes:
        shift = self.structure.shift
        prior = self.structure.heterogeneity if role == "tau" else shift.spread if shift else None
        if prior is None:
            return ABSENT
        full = [
            member.curve.has_mode and bool(self.powers[:, i].min() > FAINT) and (role == "tau" or member.shifted)
            for i, member in enumerate(self.members)
        ]
        least = sum(full) if self.fewest is None else min(self.fewest, sum(full))
        return spread_nodes(prior, float(self.scales.min()), farthest(prior, least), sum(full))

    @cached_property
    def tau(self) -> Nodes:
        """Quadrature over τ."""
        return self._spread("tau")

    @cached_property
    def sigma(self) -> Nodes:
        """Quadrature over σ."""
        return self._spread("sigma")

    @cached_property
    def to_tau(self) -> Floats:
        """Takes what is tabulated on the ladder of the free members to the nodes of τ: matrix (T, C)."""
        return self.free.spreads.interpolation(self.tau.points)

    @cached_property
    def to_both(self) -> Floats:
        """Takes the ladder of the group to sqrt(τ² + σ²) at all pairs of nodes: matrix (T S, C)."""
        both = np.hypot(self.tau.points[:, None], self.sigma.points)
        return self.group.spreads.interpolation(both.ravel())

    def of_group(self, chosen: Chosen) -> Floats:
        """Log likelihood of the group's location and τ, σ integrated out, at the group's knots: (K, T, G)."""
        sums = self.group.sums(chosen)
        size = len(self.sigma.points)
        layers = []
        for layer in sums:
            both = (self.to_both @ layer).reshape(-1, size, layer.shape[1])
            # a node of τ at a time: what is summed stays in the processor's cache, four times as fast
            layers.append(np.stack([log_sum(at + self.sigma.log_weights[:, None], axis=0) for at in both]))
        return np.stack(layers)

    def of_free(self, chosen: Chosen) -> Floats:
        """Log likelihood of μ and τ from the members that are not shifted, at the knots of μ: (K, T, M)."""
        return np.asarray(self.to_tau @ self.free.sums(chosen))

    def joint(self, chosen: Chosen) -> Floats:
        """Log likelihood of μ and τ from the chosen members, β and σ integrated out, at the knots of μ: (K, T, M)."""
        total = self.of_free(chosen)
        shift = self.structure.shift
        if shift is None or not any(chosen[i] for i in self.group.who):
            return total
        prior = shift.mean
        return total + gaussian_blur(
            self.group.line,
            self.group_of_all if chosen.all() else self.of_group(chosen),
            self.free.line.points + prior.mean,
            prior.sd,
        )

    @cached_property
    def group_of_all(self) -> Floats:
        """:meth:`of_group` of everyone."""
        return self.of_group(self.everyone)

    @cached_property
    def joint_of_all(self) -> Floats:
        """:meth:`joint` of everyone."""
        return self.joint(self.everyone)

    def given_mu(self, chosen: Chosen) -> Floats:
        """Log likelihood of μ alone, τ integrated out too, at the knots of μ: (K, M)."""
        joint = self.joint_of_all if chosen.all() else self.joint(chosen)
        return log_sum(joint + self.tau.log_weights[:, None], axis=1)
