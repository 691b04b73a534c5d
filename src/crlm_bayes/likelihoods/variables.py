"""Priors as PyMC variables: the densities of :mod:`crlm_bayes.priors`, by the same formulas, with gradients."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from crlm_bayes.arrays import LOG_SQRT_2PI
from crlm_bayes.likelihoods.contract import Shape
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.spreads import ScalePrior


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
        t = disconnected_grad(t)
        t = t - (value(t) - inside) / slope(t)
        pace = slope(t)
        z = scores[k] + t + (x - inside) / pace
        return -0.5 * z**2 - LOG_SQRT_2PI - pt.log(pace)

    return pm.CustomDist(name, scores, values, slopes, logp=logp, signature="(k),(k),(k)->()")


At = Callable[[Any], Any]
"""Moves a location by what is added to the effect."""


def _normal(name: str, at: At, _: int) -> Any:
    import pymc as pm

    return pm.Normal(name, at(_number("mean", 0.0)), _number("sd", 1.0))


def _student_t(name: str, at: At, _: int) -> Any:
    import pymc as pm

    mean, sd = _number("mean", 0.0), _number("sd", 1.0)
    return pm.StudentT(name, nu=_number("df", 3.0), mu=at(mean), sigma=sd)


def _cauchy(name: str, at: At, _: int) -> Any:
    import pymc as pm

    return pm.Cauchy(name, alpha=at(_number("mean", 0.0)), beta=_number("sd", 1.0))


def _mixture(name: str, at: At, k: int) -> Any:
    import pymc as pm

    weights = _number("weights", np.full(k, 1 / k))
    means, sds = _number("means", np.zeros(k)), _number("sds", np.ones(k))
    return pm.NormalMixture(name, w=weights, mu=at(means), sigma=sds)


def _two_piece(name: str, at: At, _: int) -> Any:
    mode, below = _number("mode", 0.0), _number("sd_below", 1.0)
    return two_piece(name, at(mode), below, _number("sd_above", 1.0))


def _quantiles(name: str, at: At, k: int) -> Any:
    even = np.arange(k, dtype=float)
    scores, values = _number("scores", even), _number("values", even)
    return quantiles(name, scores, at(values), _number("slopes", np.ones(k)))


EFFECT: Final[Mapping[str, Callable[[str, At, int], Any]]] = {
    "Normal": _normal,
    "StudentT": _student_t,
    "Cauchy": _cauchy,
    "Mixture": _mixture,
    "TwoPiece": _two_piece,
    "Quantiles": _quantiles,
}
"""How the log ratio is made under a prior of each family (its class), and the length of its data."""


def _number(name: str, placeholder: Any) -> Any:
    import pymc as pm

    return pm.Data(f"prior_{name}", placeholder)


def effect_variable(shape: Shape, name: str = "theta", shift: Any = None) -> Any:
    """Add the log ratio, plus `shift` where there is one, under a prior of the shape's family to the PyMC model in context."""

    def at(location: Any) -> Any:
        return location if shift is None else location + shift

    return EFFECT[shape.prior](name, at, shape.components)


def prior_data(prior: Prior) -> dict[str, Any]:
    """Values of the effect prior's `pm.Data`."""
    return {f"prior_{name}": value for name, value in prior.data().items()}


def components(prior: Prior) -> int:
    """How many numbers each of a prior's data has: 1 but for mixtures and quantiles."""
    return max(np.size(value) for value in prior.data().values())


def walk_variable(name: str, length: int, mean: Any, sd: Any, dim: str = "interval", shift: Any = None) -> Any:
    """Add the walk to the PyMC model in context, with its step in `pm.Data("step_sd")`; dims `dim`.

    What is added is the walk plus `shift`, one number for each step, where there is one.
    """
    import pymc as pm
    import pytensor.tensor as pt

    step_sd = pm.Data("step_sd", 1.0)
    values = [pm.Normal(f"{name}_1", mean if shift is None else mean + shift[0], sd)]
    for k in range(2, length + 1):
        before = values[-1] if shift is None else values[-1] - shift[k - 2] + shift[k - 1]
        values.append(pm.Normal(f"{name}_{k}", before, step_sd))
    return pm.Deterministic(name, pt.stack(values), dims=dim)


def spread_data(name: str, prior: ScalePrior) -> dict[str, float]:
    """Values of the `pm.Data` that :func:`spread_variable` makes."""
    return {f"{name}_{key}": value for key, value in prior.data().items()}


def _half_normal(name: str, sd: Any, unknown: bool) -> Any:
    import pymc as pm

    return pm.HalfNormal(name, sd, default_transform=_softplus(sd)) if unknown else pm.HalfNormal(name, sd)


def _half_student_t(name: str, sd: Any, _: bool) -> Any:
    import pymc as pm

    return pm.HalfStudentT(name, nu=pm.Data(f"{name}_df", 3.0), sigma=sd)


def _half_cauchy(name: str, sd: Any, _: bool) -> Any:
    import pymc as pm

    return pm.HalfCauchy(name, sd)


def _log_normal(name: str, sd: Any, _: bool) -> Any:
    import pymc as pm

    return pm.LogNormal(name, pm.Data(f"{name}_mean", 0.0), sd)


SPREAD: Final[Mapping[str, Callable[[str, Any, bool], Any]]] = {
    "half_normal": _half_normal,
    "half_student_t": _half_student_t,
    "half_cauchy": _half_cauchy,
    "log_normal": _log_normal,
}
"""How a standard deviation is made under a prior of each family (its word in documents), whose sd is a `pm.Data`."""


def spread_variable(name: str, dist: str, unknown: bool = False) -> Any:
    """Add a standard deviation with a prior of the given family to the PyMC model in context.

    Parameters
    ----------
    unknown : bool
        The data say next to nothing about it: NUTS moves a half-normal one on a scale on which its prior is even.
    """
    import pymc as pm

    return SPREAD[dist](name, pm.Data(f"{name}_sd", 1.0), unknown)


def _softplus(scale: Any) -> Any:
    """Above 0 by scale · log(1 + eˣ): a half-normal has one curvature on the right, where the logarithm has 2 (x/scale)²."""
    import pytensor.tensor as pt
    from pymc.logprob.transforms import Transform

    class Softplus(Transform):  # type: ignore[misc] # PyMC has no types
        name = "softplus"

        def forward(self, value: Any, *inputs: Any) -> Any:
            return pt.log(pt.expm1(value / scale))

        def backward(self, value: Any, *inputs: Any) -> Any:
            return scale * pt.softplus(value)

        def log_jac_det(self, value: Any, *inputs: Any) -> Any:
            return pt.log(scale) - pt.softplus(-value)

    return Softplus()
