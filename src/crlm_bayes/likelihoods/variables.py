"""The priors of :mod:`crlm_bayes.priors.elicited` in a PyMC model: the same formulas, with gradients."""

from typing import Any

import numpy as np
import pymc as pm

from crlm_bayes.likelihoods.contract import Shape
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.priors.spreads import ScalePrior

LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))


def two_piece(name: str, mode: Any, sd_below: Any, sd_above: Any) -> Any:
    """Add a variable with a split normal density to the PyMC model in context."""
    import pymc as pm
    import pytensor.tensor as pt

    def logp(value: Any, mode: Any, below: Any, above: Any) -> Any:
        sd = pt.switch(value < mode, below, above)
        return -0.5 * ((value - mode) / sd) ** 2 - pt.log(0.5 * (below + above)) - LOG_SQRT_2PI

    return pm.CustomDist(name, mode, sd_below, sd_above, logp=logp, signature="(),(),()->()")


def quantiles(name: str, scores: Any, values: Any, slopes: Any) -> Any:
    """Add a variable with stated quantiles to the PyMC model in context: a monotone cubic of the normal score.

    Parameters
    ----------
    scores, values, slopes : tensor, shape (K,)
        Normal scores, values, and derivatives of the value with respect to the score.
    """
    import pymc as pm
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_grad

    def logp(x: Any, scores: Any, values: Any, slopes: Any) -> Any:
        k = pt.clip((values <= x).sum() - 1, 0, values.shape[0] - 2)
        h = scores[k + 1] - scores[k]
        secant, d0, d1 = (values[k + 1] - values[k]) / h, slopes[k], slopes[k + 1]
        c2, c3 = (3 * secant - 2 * d0 - d1) / h, (d0 + d1 - 2 * secant) / h**2
        inside = pt.clip(x, values[0], values[-1])

        def value(t: Any) -> Any:
            return values[k] + t * (d0 + t * (c2 + t * c3))

        def slope(t: Any) -> Any:
            return d0 + t * (2 * c2 + t * 3 * c3)

        # the root by halving, then Newton steps; only the last of these carries the gradient, which is exact
        low, high = 0.0 * h, h
        for _ in range(16):
            middle = 0.5 * (low + high)
            short = value(middle) < inside
            low, high = pt.switch(short, middle, low), pt.switch(short, high, middle)
        t = 0.5 * (low + high)
        for _ in range(3):
            t = pt.clip(t - (value(t) - inside) / slope(t), 0.0, h)
        t = disconnected_grad(t)  # type: ignore[no-untyped-call]
        t = t - (value(t) - inside) / slope(t)
        pace = slope(t)
        z = scores[k] + t + (x - inside) / pace
        return -0.5 * z**2 - LOG_SQRT_2PI - pt.log(pace)

    return pm.CustomDist(name, scores, values, slopes, logp=logp, signature="(k),(k),(k)->()")


def _effect(shape: Shape) -> Any:
    """The log ratio under a prior of the shape's family."""
    if shape.prior == "Mixture":
        k = shape.components
        weights = pm.Data("prior_weights", np.full(k, 1 / k))
        means, sds = pm.Data("prior_means", np.zeros(k)), pm.Data("prior_sds", np.ones(k))
        return pm.NormalMixture("theta", w=weights, mu=means, sigma=sds)
    if shape.prior == "TwoPiece":
        mode, below, above = (
            pm.Data(f"prior_{k}", v) for k, v in (("mode", 0.0), ("sd_below", 1.0), ("sd_above", 1.0))
        )
        return two_piece("theta", mode, below, above)
    if shape.prior == "Quantiles":
        even = np.arange(shape.components, dtype=float)
        names = ("prior_scores", "prior_values", "prior_slopes")
        data = (pm.Data(name, v) for name, v in zip(names, (even, even, np.ones_like(even)), strict=True))
        return quantiles("theta", *data)
    mean, sd = pm.Data("prior_mean", 0.0), pm.Data("prior_sd", 1.0)
    if shape.prior == "StudentT":
        return pm.StudentT("theta", nu=pm.Data("prior_df", 3.0), mu=mean, sigma=sd)
    if shape.prior == "Cauchy":
        return pm.Cauchy("theta", alpha=mean, beta=sd)
    return pm.Normal("theta", mean, sd)


def prior_data(prior: Prior) -> dict[str, Any]:
    """Values of the effect prior's `pm.Data`."""
    match prior:
        case Mixture():
            return {
                "prior_weights": np.array(prior.weights),
                "prior_means": np.array(prior.means),
                "prior_sds": np.array(prior.sds),
            }
        case TwoPiece():
            return {"prior_mode": prior.mode, "prior_sd_below": prior.sd_below, "prior_sd_above": prior.sd_above}
        case Quantiles():
            return {
                "prior_scores": prior.scores,
                "prior_values": np.array(prior.values),
                "prior_slopes": prior.slopes,
            }
        case StudentT():
            return {"prior_mean": prior.mean, "prior_sd": prior.sd, "prior_df": prior.df}
        case Normal() | Cauchy():
            return {"prior_mean": prior.mean, "prior_sd": prior.sd}
    raise TypeError(f"no sampler for {type(prior).__name__}")


def walk_variable(name: str, length: int, mean: Any, sd: Any, dim: str = "interval") -> Any:
    """Add the walk to the PyMC model in context, with its step in `pm.Data("step_sd")`; dims `dim`."""
    import pymc as pm
    import pytensor.tensor as pt

    step_sd = pm.Data("step_sd", 1.0)
    values = [pm.Normal(f"{name}_1", mean, sd)]
    for k in range(2, length + 1):
        values.append(pm.Normal(f"{name}_{k}", values[-1], step_sd))
    return pm.Deterministic(name, pt.stack(values), dims=dim)


def spread_data(name: str, prior: ScalePrior) -> dict[str, float]:
    """Values of the `pm.Data` that :func:`spread_variable` makes."""
    return {f"{name}_{key}": getattr(prior, key) for key in ("mean", "df", "sd") if hasattr(prior, key)}


def spread_variable(name: str, dist: str) -> Any:
    """Add a standard deviation with a prior of the given family to the PyMC model in context."""
    import pymc as pm

    sd = pm.Data(f"{name}_sd", 1.0)
    match dist:
        case "half_normal":
            return pm.HalfNormal(name, sd)
        case "half_student_t":
            return pm.HalfStudentT(name, nu=pm.Data(f"{name}_df", 3.0), sigma=sd)
        case "half_cauchy":
            return pm.HalfCauchy(name, sd)
        case _:
            return pm.LogNormal(name, pm.Data(f"{name}_mean", 0.0), sd)
