r"""Shares of the members and of the prior in the posterior mean of μ.

A member's weight is how far E[μ | data] moves when its curve is moved by a little, as a share of that little:
:math:`w_i = -\mathrm{Cov}(\mu, \partial \ell_i / \partial m)` over the posterior. By Stein's identity the weights of all
members and of the prior (:math:`-\mathrm{Cov}(\mu, \partial \log \pi / \partial \mu)`) sum to 1 exactly; for normal
curves and a fixed τ they are the inverse-variance weights. (For normal estimates and an unknown τ, averaged weights:
Röver 2020.) With a discount it is the curve that is moved, not the normalising constant.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from crlm_bayes.exact.synthesis.pooled import Pooled

PRIOR = "prior"


@dataclass(frozen=True)
class Weight:
    """Share in the pooled mean; `name` is the member's, or ``prior``.

    A share can be negative: a study far out that makes the others count for less.
    """

    name: str
    share: float


def weights(pooled: "Pooled") -> tuple[Weight, ...]:
    """Weights of all members in order, and of the prior, last."""
    engine, names = pooled.engine, [member.name for member in pooled.engine.members]
    shares = np.zeros(len(names))
    mu = pooled.nodes.theta
    p = np.exp(pooled.log_joint)
    p /= p.sum()
    away = mu - float(p.sum(axis=(0, 1)) @ mu)
    slopes = engine.free.line.differentiation(mu).T
    for i in engine.free.who:
        for k, layer in enumerate(p):
            slope = engine.to_tau @ (engine.free.of(i, k) @ slopes)
            shares[i] -= float(((layer * slope) @ away).sum())
    if engine.structure.shift is not None:
        location = pooled.location
        mass = np.exp(location.log_mass)
        away = (location.expected_mu - float((mass.sum(axis=2) * location.expected_mu).sum()))[:, :, None]
        slopes = engine.group.line.differentiation(location.line.points).T
        for i in engine.group.who:
            for k, layer in enumerate(mass):
                slope = (engine.to_both @ (engine.group.of(i, k) @ slopes)).reshape(layer.shape)
                shares[i] -= float((layer * slope * away[k]).sum())
    rest = 1 - float(shares.sum())
    return tuple(Weight(n, float(s)) for n, s in zip([*names, PRIOR], [*shares, rest], strict=True))
