"""The priors of :mod:`crlm_bayes.elicited` in a PyMC model: the same formulas, with gradients."""

from typing import Any

import numpy as np

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
