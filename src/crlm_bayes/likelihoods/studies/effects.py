r"""How the effects of several studies relate, as a PyMC model: common, random, shifted by bias or by a moderator.

.. math::

    \theta_i = \mu + \tau z_i \; (+ \gamma m_i), \quad y_i \text{ informs } \theta_i + b_i, \quad
    b_i = 0 \text{ or } \beta + \sigma_b w_i, \quad z_i, w_i \sim N(0, 1)

Non-centred throughout: with few and wide studies the funnel of a centred model has no bottom. The exact engine for the
same models is :mod:`crlm_bayes.exact.synthesis`.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from crlm_bayes.likelihoods.contract import Effect, Shape
from crlm_bayes.likelihoods.variables import spread_variable

SHIFTING: Final = ("bias_adjusted", "meta_regression")
"""Structures that set some studies apart from the others."""


class Effects(NamedTuple):
    """Effects of the studies as model variables.

    Attributes
    ----------
    estimated : tensor, shape (n,)
        What each study estimates, its bias included.
    weight : tensor, shape (n,)
        Power of each study's likelihood: a number in `pm.Data`, or the learnt discount.
    """

    estimated: Any
    weight: Any


def study_effects(pooled: Effect, shape: Shape) -> Effects:
    """Add the pooled effect and those of all studies to the PyMC model in context; dims ``study``.

    What the data determine are the effects of the studies. The pooled effect, and the difference of a meta-regression, are
    sampled with the average scatter of their studies added, so that they need not follow it; `pull` says how far. The
    joint density is the same, as what is added does not depend on what it is added to (the Jacobian is 1).

    Parameters
    ----------
    pooled : Effect
        Adds the pooled effect under its prior.
    shape : Shape
        Of the synthesis.
    """
    import pymc as pm
    import pytensor.tensor as pt

    scatter: Any = pt.zeros(shape.studies)
    if shape.spread:
        tau = spread_variable("tau", shape.spread)
        scatter = tau * pm.Normal("z", 0, 1, dims="study")
        moved = (pm.Data("pull", np.zeros(shape.studies), dims="study") * scatter).sum()
        mu = pm.Deterministic("theta", pooled("theta_average", moved) - moved)
        pm.Deterministic("predictive", mu + tau * pm.Normal("z_new", 0, 1))
    else:
        mu, moved = pooled(), 0.0
    effect = mu + scatter
    shifted = pm.Data("shifted", np.zeros(shape.studies), dims="study") if shape.effects in SHIFTING else None
    if shape.effects == "meta_regression":
        apart = (pm.Data("pull_apart", np.zeros(shape.studies), dims="study") * scatter).sum() - moved
        average = pm.Normal("gamma_average", pm.Data("moderator_mean", 0.0) + apart, pm.Data("moderator_sd", 1.0))
        gamma = pm.Deterministic("gamma", average - apart)
        effect = effect + gamma * shifted
        pm.Deterministic("mu_moderated", mu + gamma)
    effect = pm.Deterministic("effect", effect, dims="study")
    estimated = effect
    if shape.effects == "bias_adjusted":
        beta = pm.Normal("beta", pm.Data("bias_mean_mean", 0.0), pm.Data("bias_mean_sd", 1.0))
        bias_spread = spread_variable("bias_spread", shape.bias_spread)
        bias = beta + bias_spread * pm.Normal("w", 0, 1, dims="study")
        estimated = pm.Deterministic("estimated", effect + shifted * bias, dims="study")
    return Effects(estimated, _weights(shape))


def _weights(shape: Shape) -> Any:
    """Power of each study's likelihood; the normaliser of the learnt one is added as a potential."""
    import pymc as pm
    import pytensor.tensor as pt

    weight = pm.Data("weight", np.ones(shape.studies), dims="study")
    if not shape.learnt:
        return weight
    delta = pm.Beta("delta", pm.Data("discount_a", 1.0), pm.Data("discount_b", 1.0))
    # log c(δ), the normaliser of the power prior (Duan, Ye & Smith 2006), as a Chebyshev series in log(1 + kδ)
    series, k = pm.Data("log_normaliser", np.zeros(CHEBYSHEV)), pm.Data("discount_scale", 1.0)
    x = 2 * pt.log1p(k * delta) / pt.log1p(k) - 1
    before, now = pt.as_tensor_variable(1.0), x
    total = series[0] + series[1] * x
    for term in range(2, CHEBYSHEV):
        before, now = now, 2 * x * now - before
        total = total + series[term] * now
    # c(δ) is that of likelihoods of maximum 1; the constant undoes what the model's own are at their maxima
    pm.Potential("power_prior_normaliser", -total - pm.Data("discount_constant", 0.0) * delta)
    learnt = pm.Data("learnt", np.zeros(shape.studies), dims="study")
    return learnt * delta + (1 - learnt) * weight


CHEBYSHEV = 24
"""Terms of the series of the normaliser's logarithm."""
