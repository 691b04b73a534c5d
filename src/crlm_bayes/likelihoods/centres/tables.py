r"""Outcomes printed by centre and arm: a hierarchical model whose integrals are sums on a lattice.

.. math::

    r_{ca} \sim \mathrm{Bin}(n_{ca}, p_{ca}), \quad
    \mathrm{logit}\,p_{ca} = \alpha + u_c + (\theta + v_c)\, x_a, \quad
    u_c \sim N(0, \tau_u^2),\ v_c \sim N(0, \tau_v^2)

With a = α + u_c and d = θ + v_c the likelihood of centre c is a table over (a, d). Given τ_u and τ_v it is blurred along
both axes, each blur a matrix; the centres are multiplied, α is summed out, and Gauss-Legendre nodes average over τ_u and
τ_v. Sums on a lattice no wider than a standard deviation are accurate to nine digits (trapezoid rule, normal tails).
"""

from dataclasses import dataclass

import numpy as np
import scipy

from crlm_bayes.arrays import Floats, legendre, log_sum
from crlm_bayes.documents.analysis_parts import CentrePriors
from crlm_bayes.evidence.values import CentreEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.binomial import log_binomial
from crlm_bayes.likelihoods.contract import ARM_POSITION
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.spreads import SpreadPrior

NODES = 12

WIDEST = 5.0
"""Standard deviations between centres beyond this are taken for this: odds that differ by a factor of ten thousand."""

RARE = 0.999
"""Prior probability up to which the lattice makes room for a standard deviation."""

ROOM = 4.0
"""Standard deviations that the lattice holds on either side of what is blurred."""

NARROW = 0.9
"""Number of steps below which a normal kernel is replaced by five points with its moments."""

FEW = 8
"""Centres that are multiplied before a logarithm is taken: few enough not to underflow where it matters."""

LEAST = 1e-300

SLIGHT = 1e-70
"""Likelihoods, relative to their maxima, and kernels below this are taken for 0."""


@dataclass(frozen=True)
class Spread:
    """A standard deviation between centres at nodes that integrate over its prior.

    Attributes
    ----------
    v, tau, log_weight : array, shape (NODES,)
        Place on (0, 1), value, and log of the prior's weight.
    """

    prior: SpreadPrior
    v: Floats
    tau: Floats
    log_weight: Floats

    @classmethod
    def over(cls, prior: SpreadPrior, nodes: int = NODES) -> "Spread":
        """Gauss-Legendre in p = v⁴ (35 - 84 v + 70 v² - 20 v³), which is dense at both ends of the prior."""
        x, w = legendre(nodes)
        v = 0.5 * (x + 1)
        tau = np.minimum(prior.quantile(share_at(v)), WIDEST)
        return cls(prior, v, tau, np.log(0.5 * w * 140 * v**3 * (1 - v) ** 3))

    @property
    def room(self) -> float:
        """How far the lattice must reach for it."""
        return min(float(self.prior.quantile(RARE)), WIDEST)


def share_at(v: Floats) -> Floats:
    """Prior probability below a place on (0, 1)."""
    return np.asarray(v**4 * (35 - 84 * v + 70 * v**2 - 20 * v**3))


def _plain(values: Floats) -> Floats:
    """Put 0 for what is negligible: products of such numbers would leave the range in which processors are fast."""
    return np.where(values > SLIGHT, values, 0.0)


@dataclass(frozen=True)
class Lattice:
    """Even points, of which an inner part serves the common value and all serve the centres' own.

    Attributes
    ----------
    points : array, shape (N,)
    inner : slice
    """

    points: Floats
    inner: slice

    @classmethod
    def around(cls, middle: float, step: float, reach: float, room: float) -> "Lattice":
        """Inner points within `reach` of the middle, and all within `reach` + `room`."""
        wide, near = int(np.ceil((reach + room) / step)), int(np.ceil(reach / step))
        return cls(
            np.asarray(middle + step * np.arange(-wide, wide + 1), dtype=float), slice(wide - near, wide + near + 1)
        )

    @property
    def step(self) -> float:
        """Distance of neighbours."""
        return float(self.points[1] - self.points[0])

    def blur(self, tau: float) -> Floats:
        """Matrix from values at all points to their averages under N(inner point, τ²)."""
        apart = (self.points[self.inner, None] - self.points) / self.step
        t = (tau / self.step) ** 2
        if t >= NARROW**2:
            return _plain(np.exp(-0.5 * apart**2 / t) / np.sqrt(2 * np.pi * t))
        far = (3 * t**2 - t) / 24  # five points with the second and fourth moments of the normal
        near = 0.5 * t - 4 * far
        weights = {0: 1 - 2 * near - 2 * far, 1: near, 2: far}
        distance = np.abs(np.rint(apart))
        return np.asarray(sum(w * (distance == k) for k, w in weights.items()))


@dataclass(frozen=True)
class CentreTables:
    """The likelihood of θ, τ_u and τ_v, and what it was made of.

    Attributes
    ----------
    tables : array, shape (C, A, D)
        Likelihood of each centre, 1 at its maximum on the lattice.
    log_values : array, shape (NODES, NODES, T)
        Log likelihood of θ at the inner points of `d`, given τ_u and τ_v.
    """

    evidence: CentreEvidence
    alpha: Normal
    a: Lattice
    d: Lattice
    spread_u: Spread
    spread_v: Spread
    tables: Floats
    log_values: Floats

    @classmethod
    def of(cls, evidence: CentreEvidence, alpha: Normal, priors: CentrePriors, pooled: EvidenceCurve) -> "CentreTables":
        """Tabulate the centres, and integrate over everything but θ, τ_u and τ_v."""
        assert evidence.events is not None and evidence.n is not None
        spread_u, spread_v = Spread.over(priors.baseline_spread), Spread.over(priors.effect_spread)
        r, n = evidence.events.sum(), evidence.n.sum()
        p = (r + 0.5) / (n + 1)
        sd = float(1 / np.sqrt(n * p * (1 - p) + alpha.sd**-2))
        middle, centres = float(np.log(p / (1 - p))), np.sqrt(len(evidence.centres))
        reach_a = 7 * sd + ROOM * spread_u.room / centres + abs(pooled.mode) / 4
        a = Lattice.around(middle, sd, reach_a, ROOM * spread_u.room)
        width = pooled.width if pooled.has_mode else 0.5
        reach_d = (7 * width if pooled.has_mode else 12.0) + ROOM * spread_v.room / centres
        d = Lattice.around(pooled.mode, 0.75 * width, reach_d, ROOM * spread_v.room)
        eta = a.points[:, None, None] + d.points[:, None] * ARM_POSITION
        cells = log_binomial(evidence.events[:, None, None], evidence.n[:, None, None], eta).sum(axis=-1)
        tables = _plain(np.exp(cells - cells.max(axis=(1, 2), keepdims=True)))
        draft = cls(evidence, alpha, a, d, spread_u, spread_v, tables, np.empty(0))
        values = np.empty((NODES, NODES, d.inner.stop - d.inner.start))
        for i in range(NODES):
            rows = draft.blurred_in_a(i)
            for j in range(NODES):
                values[i, j] = log_sum(draft.log_joint(rows, j), axis=0)
        return cls(evidence, alpha, a, d, spread_u, spread_v, tables, values)

    @property
    def theta(self) -> Floats:
        """Points of θ, shape (T,)."""
        return self.d.points[self.d.inner]

    def blurred_in_a(self, i: int) -> Floats:
        """Tables of the centres blurred by the i-th τ_u: over α and d, shape (C, A', D)."""
        return np.asarray(self.a.blur(float(self.spread_u.tau[i])) @ self.tables)

    def blurred(self, rows: Floats, j: int) -> Floats:
        """Tables blurred by the j-th τ_v too: over α and θ, shape (C, A', T); one product of matrices."""
        spread = self.d.blur(float(self.spread_v.tau[j])).T
        return np.asarray((rows.reshape(-1, len(spread)) @ spread).reshape(*rows.shape[:2], -1))

    def log_joint(self, rows: Floats, j: int) -> Floats:
        """Log likelihood of all centres with the prior of α, over α and θ, given the j-th τ_v; shape (A', T)."""
        both = self.blurred(rows, j)
        log_alpha = self.alpha.logpdf(self.a.points[self.a.inner]) + np.log(self.a.step)
        total = np.zeros(both.shape[1:])
        for i in range(0, len(both), FEW):
            total += np.log(np.maximum(both[i : i + FEW].prod(axis=0), LEAST))
        return np.asarray(total + log_alpha[:, None])

    def curve(self) -> EvidenceCurve:
        """Evidence curve of θ: τ_u and τ_v averaged over their priors. Beyond the lattice it goes on straight."""
        log_weight = self.spread_u.log_weight[:, None] + self.spread_v.log_weight
        values = log_sum((self.log_values + log_weight[..., None]).reshape(-1, len(self.theta)), axis=0)
        spline = scipy.interpolate.make_interp_spline(self.theta, values, k=5)
        slope = spline.derivative()
        low, high = float(self.theta[0]), float(self.theta[-1])
        rise, fall = max(float(slope(low)), 0.0), min(float(slope(high)), 0.0)

        def log_likelihood(theta: Floats) -> Floats:
            beyond = rise * np.minimum(theta - low, 0) + fall * np.maximum(theta - high, 0)
            return np.asarray(spline(np.clip(theta, low, high)) + beyond)

        return EvidenceCurve.tabulate(log_likelihood)
