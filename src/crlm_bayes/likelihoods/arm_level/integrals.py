r"""The integrals behind the evidence curve of arms that are compared across studies.

.. math::

    L(\theta) = \int\!\!\int e^{A(\alpha - \theta/2;\, \tau) + B(\alpha + \theta/2;\, \tau)}\, p(\alpha)\, p(\tau)\, d\alpha\, d\tau

A is the sum of the blurred log likelihoods of the arms without the treatment, B of those with it. They are tabulated
over η for every τ once; the integral over α is that of a log-concave function, and taken as the blur itself is. What is
tabulated is what the spread changes, A(η; τ) - A(η; 0): without spread nothing is interpolated.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.exact.quadrature import DROP
from crlm_bayes.likelihoods.arm_level.blur import Side, blurred, peak, plain, rule
from crlm_bayes.likelihoods.arm_level.spreads import ArmSpreads
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.spreads import ScalePrior


class Resolution(NamedTuple):
    """How finely everything is resolved; tests double it.

    `spreads` is the number of τ within the least width that the integrand can have in log τ, `knots` the number of η,
    `step` that of t in the trapezoid rules.
    """

    spreads: float = 1.0
    knots: int = 141
    step: float = 0.2


USUAL = Resolution()


@dataclass(frozen=True)
class Ladder:
    """Log likelihood of one side at every τ.

    Attributes
    ----------
    added : tuple of PPoly
        A(η; τ) - A(η; 0) as functions of k, with η = centre + sinh(k), one for each τ.
    highest : array
        Maximum of A(η; τ) at each τ.
    """

    side: Side
    centre: float
    added: "tuple[scipy.interpolate.PPoly, ...]"
    highest: Floats

    @classmethod
    def over(cls, side: Side, tau: Floats, low: float, high: float, resolution: Resolution) -> "Ladder":
        """Tabulate for η between `low` and `high`, and rising τ."""
        r, n = side.events.sum() + 0.5, side.n.sum() + 1
        centre = float(np.clip(np.log(r / (n - r)), low, high))
        knots = np.linspace(np.arcsinh(low - centre), np.arcsinh(high - centre), resolution.knots)
        eta = centre + np.sinh(knots)
        base, mode = plain(side, eta), np.broadcast_to(eta, (len(side.n), len(eta)))
        added, highest = [], []
        for t in tau:
            values, mode = blurred(side, eta, float(t), resolution.step, mode)
            added.append(_pieces(knots, values - base))
            highest.append(values.max())
        return cls(side, centre, tuple(added), np.array(highest))

    def value(self, i: int, eta: Floats) -> Floats:
        """A(η; τ_i)."""
        k = np.clip(np.arcsinh(eta - self.centre), *self.added[i].x[[0, -1]])  # beyond, nothing has any weight
        return np.asarray(plain(self.side, eta) + self.added[i](k))

    def slopes(self, i: int, eta: Floats) -> tuple[Floats, Floats]:
        """First and second derivative of A(η; τ_i) in η."""
        away = eta - self.centre
        k, stretch = np.arcsinh(away), np.hypot(1.0, away)  # dη/dk
        first, second = self.added[i](k, 1), self.added[i](k, 2)
        p, n = scipy.special.expit(eta), self.side.n.sum()
        slope = self.side.events.sum() - n * p + first / stretch
        return slope, -n * p * (1 - p) + (second - first * away / stretch) / stretch**2


def _pieces(knots: Floats, values: Floats) -> "scipy.interpolate.PPoly":
    """Quintic spline as pieces, which are evaluated five times as fast."""
    spline = scipy.interpolate.make_interp_spline(knots, values, k=5)
    return scipy.interpolate.PPoly.from_spline((spline.t, spline.c, spline.k))


class ArmIntegrals:
    """log L(θ): tabulated over η and τ once, and integrated for as many θ as are asked for.

    Parameters
    ----------
    without, treated : Side
    baseline, heterogeneity : prior of α, prior of τ
    reach : float
        Largest |θ| that will be asked for.
    """

    def __init__(
        self,
        without: Side,
        treated: Side,
        baseline: Normal,
        heterogeneity: ScalePrior,
        reach: float,
        resolution: Resolution = USUAL,
    ) -> None:
        self._baseline, self._step = baseline, resolution.step
        self._far = 12 * baseline.sd + 12
        ends = baseline.mean - self._far - reach / 2, baseline.mean + self._far + reach / 2
        spreads = ArmSpreads.of(heterogeneity, Side(*np.hstack([without, treated])), resolution.spreads)
        self._without, self._treated = (
            Ladder.over(side, spreads.tau, *ends, resolution) for side in (without, treated)
        )
        self._log_weights = spreads.log_weights
        # no θ is more likely at a τ than both maxima together; far tails of a curve end where these no longer matter
        best = self._log_weights + self._without.highest + self._treated.highest
        self._matter = np.flatnonzero(best > best.max() - DROP)

    def log_likelihood(self, theta: Floats) -> Floats:
        """Log likelihood of the log odds ratio, up to the constant of the data, shape (T,)."""
        mode, given = np.full(theta.shape, self._baseline.mean), []
        for i in self._matter.tolist():
            values, mode = self._given(i, theta, mode)
            given.append(values + self._log_weights[i])
        return log_sum(np.stack(given, axis=-1))

    def _given(self, i: int, theta: Floats, start: Floats) -> tuple[Floats, Floats]:
        """Log likelihood given τ, α integrated out; and the modes of the integrands."""
        without, treated, prior = self._without, self._treated, self._baseline

        def slopes(alpha: Floats) -> tuple[Floats, Floats]:
            a, b = without.slopes(i, alpha - theta / 2), treated.slopes(i, alpha + theta / 2)
            slope = a[0] + b[0] - (alpha - prior.mean) / prior.sd**2
            # curvature by interpolation may be wrong in sign where there is next to none
            return slope, np.minimum(a[1] + b[1], 0.0) - prior.sd**-2

        low, high = (np.full(theta.shape, prior.mean + sign * self._far) for sign in (-1, 1))
        mode, width = peak(slopes, start, low, high)
        nodes, log_weights = rule(self._step)
        alpha = mode[:, None] + width[:, None] * nodes
        log_f = without.value(i, alpha - theta[:, None] / 2) + treated.value(i, alpha + theta[:, None] / 2)
        return log_sum(log_f + prior.logpdf(alpha) + log_weights) + np.log(width), mode
