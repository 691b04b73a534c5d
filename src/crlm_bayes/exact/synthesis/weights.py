r"""Shares of the members and of the prior in the posterior mean of μ.

A member's weight is how far E[μ | data] moves when its curve is moved by a little, as a share of that little:
:math:`w_i = -\mathrm{Cov}(\mu, \partial \ell_i / \partial m)` over the posterior. By Stein's identity the weights of all
members and of the prior (:math:`-\mathrm{Cov}(\mu, \partial \log \pi / \partial \mu)`) sum to 1 exactly; for normal
curves and a fixed τ they are the inverse-variance weights. (For normal estimates and an unknown τ, averaged weights:
Röver 2020.) With a discount it is the curve that is moved, not the normalising constant.
"""

from dataclasses import dataclass

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.exact.synthesis.engine import Engine
from crlm_bayes.exact.synthesis.location import GroupLocation

PRIOR = "prior"


@dataclass(frozen=True)
class Weight:
    """Share in the pooled mean; `name` is the member's, or ``prior``.

    A share can be negative: a study far out that makes the others count for less.
    """

    name: str
    share: float


def weights(engine: Engine, mu: Floats, log_joint: Floats, location: GroupLocation | None) -> tuple[Weight, ...]:
    """Weights of all members in order, and of the prior, last.

    Parameters
    ----------
    mu : array, shape (Q,)
        Nodes of μ.
    log_joint : array, shape (K, T, Q)
        Log posterior probability of δ, τ and μ.
    location : GroupLocation or None
        Of the shifted group, where there is one.
    """
    names = [member.name for member in engine.members]
    shares = np.zeros(len(names))
    p = np.exp(log_joint)
    p /= p.sum()
    away = mu - float(p.sum(axis=(0, 1)) @ mu)
    slopes = engine.free.line.differentiation(mu).T
    for i in engine.free.who:
        for k, layer in enumerate(p):
            slope = engine.to_tau @ (engine.free.of(i, k) @ slopes)
            shares[i] -= float(((layer * slope) @ away).sum())
    if location is not None:
        mass = np.exp(location.log_mass)
        away = (location.expected_mu - float((mass.sum(axis=2) * location.expected_mu).sum()))[:, :, None]
        slopes = engine.group.line.differentiation(location.line.points).T
        for i in engine.group.who:
            for k, layer in enumerate(mass):
                slope = (engine.to_both @ (engine.group.of(i, k) @ slopes)).reshape(layer.shape)
                shares[i] -= float((layer * slope * away[k]).sum())
    rest = 1 - float(shares.sum())
    return tuple(Weight(n, float(s)) for n, s in zip([*names, PRIOR], [*shares, rest], strict=True))
