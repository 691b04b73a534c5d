"""Syntheses by the hundred that differ in one thing: tables that serve several are made once, and only as far as they matter.

:class:`~crlm_bayes.exact.synthesis.engine.Engine` follows the spreads τ and σ to where the likelihood of an effect far out
could hang on them. Here the integrals end where what is left out cannot change a posterior: a spread v bounds the
likelihood of each study by ∫L / (v √2π), so that a node whose log weight plus these bounds is :data:`BELOW` under what the
studies reach together adds nothing. Curves are those of the engine to about 1e-9 wherever a posterior has mass.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats
from crlm_bayes.digests import digest
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis.engine import Block, Engine
from crlm_bayes.exact.synthesis.quadratures import ABSENT, Nodes
from crlm_bayes.exact.synthesis.synthesis import Synthesis

BELOW = 40.0
"""Of a node that is left out, in logarithms: 4e-18 of the likelihood at its best."""

FARTHER = 4.0
"""Ends of tables are powers of it, so that analyses with nearly the same end have the same table."""

BEYOND = 4.0
"""Log ratios that tables of the shifted members go beyond the reach of effects: the farthest of any usual prior of bias."""

Shelf = dict[tuple[Hashable, ...], Any]
"""Tables by what they rest on."""


@dataclass(frozen=True)
class NearEngine(Engine):
    """An engine whose integrals end where they stop to matter, and whose tables stand on a shelf."""

    shelf: Shelf = field(default_factory=dict)

    def _kept[T](self, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
        if key not in self.shelf:
            self.shelf[key] = make()
        found: T = self.shelf[key]
        return found

    @cached_property
    def _bounds(self) -> Floats:
        """Log ∫L of every member, in the layer of its greatest weight; infinite where it has no mode: (n,)."""
        found = []
        for i, member in enumerate(self.members):
            power = float(self.powers[:, i].min())
            curve = member.curve
            if not curve.has_mode or power == 0:
                found.append(np.inf)
                continue
            found.append(float(np.log(np.trapezoid(np.exp(power * curve.log_likelihood_at_knots), curve.grid))))
        return np.array(found)

    def _spread(self, role: str) -> Nodes:
        nodes = super()._spread(role)
        if nodes is ABSENT:
            return nodes
        v = np.maximum(nodes.points, 1e-300)
        who = [i for i, member in enumerate(self.members) if role == "tau" or member.shifted]
        bound = sum(np.minimum(0.0, self._bounds[i] - LOG_SQRT_2PI - np.log(v)) for i in who)
        matters = np.flatnonzero(nodes.log_weights + bound > self._reached(nodes, who) - BELOW)
        last = int(matters[-1]) + 1 if len(matters) else len(v)
        return Nodes(nodes.points[:last], nodes.log_weights[:last])

    def _reached(self, nodes: Nodes, who: list[int]) -> float:
        """Log of what some members reach together at one effect, at the node that suits them best: as if normal."""
        known = [i for i in who if self.members[i].curve.has_mode]
        y = np.array([self.members[i].curve.mode for i in known])
        width = np.array([self.members[i].curve.width for i in known]) / np.sqrt(
            np.maximum(self.powers.max(axis=0)[known], 1e-3)
        )
        v2 = width**2 + nodes.points[:, None] ** 2
        centre = (y / v2).sum(axis=1) / (1 / v2).sum(axis=1) if known else np.zeros(len(nodes.points))
        log_l = np.log(width) - 0.5 * np.log(v2) - 0.5 * (y - centre[:, None]) ** 2 / v2
        return float((nodes.log_weights + log_l.sum(axis=1)).max())

    def _block(self, who: Any, beyond: float, spread: Nodes) -> Block:
        largest = float(spread.points[-1])
        if largest > 0:
            largest = FARTHER ** np.ceil(np.log(largest) / np.log(FARTHER))
        if beyond:
            beyond = BEYOND * np.ceil(beyond / BEYOND)
        curves = tuple((member.curve.identity, member.shifted) for member in self.members)
        varied = self.structure.heterogeneity is not None or self.structure.shift is not None  # moves the middle
        key = ("block", curves, tuple(who), self.powers.tobytes(), beyond, largest, varied)
        return self._kept(
            key, lambda: super(NearEngine, self)._block(who, beyond, Nodes(np.array([largest]), np.zeros(1)))
        )

    @cached_property
    def group_of_all(self) -> Floats:
        """Log likelihood of the group's location, of everyone: whatever the mean of the bias is thought to be."""
        nodes = (self.tau.points, self.tau.log_weights, self.sigma.points, self.sigma.log_weights)
        key = ("group", id(self.group), *(part.tobytes() for part in nodes))  # the block stays on the shelf
        return self._kept(key, lambda: self.of_group(self.everyone))


@dataclass(frozen=True)
class NearSynthesis(Synthesis):
    """A synthesis for its curve alone, with tables from a shelf that others share."""

    shelf: Shelf = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def identity(self) -> str:
        """Digest of the synthesis and of how near it looks."""
        return digest("near", BELOW, FARTHER, BEYOND, Synthesis(self.members, self.structure).identity)

    @cached_property
    def engine(self) -> NearEngine:
        """Tables for all members together."""
        return NearEngine(self.members, self.structure, self.powers, shelf=self.shelf)


def near_curve(synthesis: Synthesis, shelf: Shelf) -> EvidenceCurve:
    """Evidence curve of μ with tables from a shelf."""
    return NearSynthesis(synthesis.members, synthesis.structure, shelf=shelf).curve
