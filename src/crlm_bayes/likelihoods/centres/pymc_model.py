"""The PyMC side of the centres: non-centred, treated shares solved inside the model, arms held where they are known."""

from typing import Any, NamedTuple

import numpy as np

from crlm_bayes.likelihoods.centres.shifts import shifts_of
from crlm_bayes.likelihoods.contract import ARM_POSITION, Effect
from crlm_bayes.likelihoods.variables import spread_variable, walk_variable

LEAST = 1e-300
"""Keeps logarithms finite where hazards are so large that nobody is left."""


def build(effect: Effect, shape: "CentreShape") -> None:
    """Add effect, centres and likelihood to the PyMC model in context.

    Parameters
    ----------
    effect : Effect
        Adds the effect under its prior.
    """
    import pymc as pm

    pm.modelcontext(None).add_coord("centre", np.arange(shape.centres))
    tau_u, tau_v = (
        spread_variable(f"{k}_spread", d, not shape.tables)
        for k, d in zip(("baseline", "effect"), shape.spreads, strict=False)
    )
    u_z, v_z = (pm.Normal(f"{k}_z", 0, 1, dims="centre") for k in ("baseline", "effect"))
    sizes = pm.Data("sizes", np.full(shape.centres, 4.0), dims="centre")
    u = pm.Deterministic("centre_baseline", tau_u * u_z, dims="centre")
    if shape.tables:
        theta = effect("theta", None)
        effects = pm.Deterministic("centre_effect", theta + tau_v * v_z, dims="centre")
        _tables(u[:, None] + effects[:, None] * ARM_POSITION, (sizes * u).sum() / sizes.sum())
        return
    weights = _weights(u_z, sizes, shape)
    scatter = u[:, None] + (tau_v * v_z)[:, None] * ARM_POSITION
    shifts = shifts_of(scatter, weights, shape.intervals)
    theta = pm.Deterministic("theta", effect("theta_average", shifts.effect) - shifts.effect)
    pm.Deterministic("centre_effect", theta + tau_v * v_z, dims="centre")
    offsets = scatter + theta * ARM_POSITION
    if shape.intervals:
        _survival(offsets, weights, shifts.intercept, shape)
    else:
        _binomial(offsets, weights, shifts.intercept)


def _alpha(shift: Any) -> Any:
    """The intercept, sampled with a shift added, which is what the data tell: the same joint density."""
    import pymc as pm

    average = pm.Normal("alpha_average", pm.Data("alpha_mean", 0.0) + shift, pm.Data("alpha_sd", 1.5))
    return pm.Deterministic("alpha", average - shift)


def _tables(offsets: Any, shift: Any) -> None:
    """Binomial counts by centre and arm."""
    import pymc as pm
    import pytensor.tensor as pt

    count = len(pm.modelcontext(None).coords["centre"])
    events = pm.Data("events", np.ones((count, 2)), dims=("centre", "arm"))
    n = pm.Data("n", np.full((count, 2), 2.0), dims=("centre", "arm"))
    eta = _alpha(shift) + offsets
    pm.Deterministic("cell_probability", pt.sigmoid(eta), dims=("centre", "arm"))
    _observe(events, n, -pt.softplus(-eta), -pt.softplus(eta), ("centre", "arm"))


def _weights(u_z: Any, sizes: Any, shape: "CentreShape") -> Any:
    """Share of each centre among the patients of each arm, (C, 2)."""
    import pymc as pm
    import pytensor.tensor as pt

    from crlm_bayes.likelihoods.centres.roots import MixtureRoot

    treated = pm.Data("treated", 2.0 * shape.centres)
    tau = spread_variable("allocation_spread", shape.spreads[2], True)
    e_z = pm.Normal("allocation_z", 0, 1, dims="centre")
    if shape.correlated:
        low, high = pm.Data("correlation_low", -1.0), pm.Data("correlation_high", 1.0)
        rho = pm.Deterministic("allocation_correlation", low + (high - low) * pm.Uniform("correlation_unit", 0, 1))
    else:
        rho = pm.Data("correlation_value", 0.0)
    deviation = tau * (rho * u_z + pt.sqrt((1 - rho) * (1 + rho)) * e_z)
    total = sizes.sum()
    wanted = pt.log(treated / (total - treated))

    a = MixtureRoot(hazards=False)(deviation[None], sizes[None], wanted[None])[0]
    share = pm.Deterministic("treated_share", pt.sigmoid(a + deviation), dims="centre")
    patients = sizes[:, None] * pt.stack([1 - share, share], axis=1)
    return patients / patients.sum(axis=0)


def _binomial(offsets: Any, weights: Any, shift: Any) -> None:
    """Events of arms that are mixtures of centres."""
    import pymc as pm
    import pytensor.tensor as pt

    events = pm.Data("events", np.array([1.0, 1.0]), dims="arm")
    n = pm.Data("n", np.array([2.0, 2.0]), dims="arm")
    eta = _alpha(shift) + offsets
    p = pm.Deterministic("arm_probability", (weights * pt.sigmoid(eta)).sum(axis=0), dims="arm")
    _observe(events, n, pt.log(p), pt.log((weights * pt.sigmoid(-eta)).sum(axis=0)), ("arm",))


def _survival(offsets: Any, weights: Any, shift: Any, shape: "CentreShape") -> None:
    """Survivors of intervals in arms that are mixtures of centres."""
    import pymc as pm
    import pytensor.tensor as pt

    count = shape.intervals
    survivors = pm.Data("survivors", np.ones((count, 2)), dims=("interval", "arm"))
    n = pm.Data("n", np.full((count, 2), 2.0), dims=("interval", "arm"))
    months = pm.Data("months", np.ones(count), dims="interval")
    mean, sd = pm.Data("log_hazard_mean", -3.5), pm.Data("log_hazard_sd", 2.0)  # as for the intercept
    if shape.walk:
        average = walk_variable("log_hazard_average", count, mean, sd, shift=shift)
    else:
        average = pm.Normal("log_hazard_average", mean + shift, sd, dims="interval")
    log_hazard = pm.Deterministic("log_hazard", average - shift, dims="interval")
    left, lived, died = weights, [], []
    for k in range(count):  # (C, 2): of each centre's patients, as a share of the arm
        hazard = pt.exp(log_hazard[k] + offsets) * months[k]
        before = pt.log(left.sum(axis=0) + LEAST)
        died.append(pt.log((left * -pt.expm1(-hazard)).sum(axis=0) + LEAST) - before)
        left = left * pt.exp(-hazard)
        lived.append(pt.log(left.sum(axis=0) + LEAST) - before)
    log_alive = pt.stack(lived)
    pm.Deterministic("arm_survival", pt.exp(log_alive), dims=("interval", "arm"))
    _observe(survivors, n, log_alive, pt.stack(died), ("interval", "arm"))


def _observe(counts: Any, n: Any, log_p: Any, log_q: Any, dims: tuple[str, ...]) -> None:
    """Binomial counts, fractional where the print is, from the logs of both probabilities."""
    import pymc as pm
    import pytensor.tensor as pt

    constant = pm.Data("log_coefficient", np.zeros_like(counts.get_value()), dims=dims)

    def logp(value: Any, n: Any, log_p: Any, log_q: Any, constant: Any) -> Any:
        first = pt.switch(pt.gt(value, 0), value * log_p, 0.0)
        return first + pt.switch(pt.gt(n, value), (n - value) * log_q, 0.0) + constant

    pm.CustomDist("y", n, log_p, log_q, constant, logp=logp, signature="(),(),(),()->()", observed=counts, dims=dims)


class CentreShape(NamedTuple):
    """What a compiled model is specific to; `spreads` are the families of τ_u, τ_v and τ_π."""

    likelihood: str
    centres: int
    intervals: int
    tables: bool
    spreads: tuple[str, ...]
    correlated: bool = False
    walk: bool = False
    proportional: bool = True
    prior: str = "Normal"
    components: int = 1
