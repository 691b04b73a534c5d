"""Where a mixture of centres has the outcome that it must have: a root that PyTensor may ask for.

The unknown is the intercept x at which an arm, made up of centres with weights w and offsets o, has the log odds
log Σ w σ(x + o) / Σ w σ(-x - o), or the log cumulative hazard log(-log Σ w exp(-exp(x + o))), that is wanted. Both rise
with x, and the root lies between wanted - max o and wanted - min o: Newton's method, halved where it would leave them.
Loaded by models only.
"""

import itertools
import math
from typing import Any, Final

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.replace import _vectorize_node, _vectorize_not_needed
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from crlm_bayes.arrays import Floats

STEPS: Final = 100
"""More than halving alone needs."""

CLOSE: Final = 1e-13
"""A step shorter than this is the last one, in units of 1 + |x|."""


def odds_gap(x: Floats, wanted: Floats, offsets: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Log odds of the mixture less those wanted, and their slope in x; the last axis are the centres."""
    p, q = 1 / (1 + np.exp(-x[..., None] - offsets)), 1 / (1 + np.exp(x[..., None] + offsets))
    inside, outside = (weights * p).sum(axis=-1), (weights * q).sum(axis=-1)
    slope = (weights * p * q).sum(axis=-1) * weights.sum(axis=-1) / (inside * outside)
    return np.log(inside / outside) - wanted, slope


def hazard_gap(x: Floats, wanted: Floats, offsets: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Log cumulative hazard of the mixture less that wanted, and its slope in x; weights add up to 1."""
    hazard = np.exp(x[..., None] + offsets)
    left = (weights * np.exp(-hazard)).sum(axis=-1)
    lost = -np.log1p((weights * np.expm1(-hazard)).sum(axis=-1))
    return np.log(lost) - wanted, (weights * np.exp(-hazard) * hazard).sum(axis=-1) / (left * lost)


def solve(hazards: bool, offsets: Floats, weights: Floats, wanted: Floats) -> Floats:
    """Solve many at once: (…, C), (…, C), (…) to (…)."""
    gap = hazard_gap if hazards else odds_gap
    low, high = wanted - offsets.max(axis=-1), wanted - offsets.min(axis=-1)
    x = wanted - (weights * offsets).sum(axis=-1) / weights.sum(axis=-1)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for _ in range(STEPS):
            away, slope = gap(x, wanted, offsets, weights)
            low, high = np.where(away < 0, x, low), np.where(away < 0, high, x)
            new = x - away / slope
            new = np.where((new >= low) & (new <= high), new, 0.5 * (low + high))
            moved, x = np.abs(new - x), new
            if not (moved > CLOSE * (1 + np.abs(x))).any():
                break
    return np.asarray(x)


def _broadcast(shapes: tuple[tuple[int | None, ...], ...]) -> tuple[int | None, ...]:
    """The static shape of what is broadcast: a length is 1 where all are, unknown where none but that is known."""
    found = []
    for lengths in itertools.zip_longest(*(shape[::-1] for shape in shapes), fillvalue=1):
        known = {n for n in lengths if n not in (1, None)}
        found.append(known.pop() if known else None if None in lengths else 1)
    return tuple(found[::-1])


class MixtureRoot(Op):  # type: ignore[misc] # PyTensor has no types
    """The root of every arm: offsets (arm, centre), weights (arm, centre) and what is wanted (arm) to x (arm).

    Parameters
    ----------
    hazards : bool
        Whether log cumulative hazards are wanted, not log odds.
    """

    __props__ = ("hazards",)

    def __init__(self, hazards: bool) -> None:
        self.hazards = hazards

    def make_node(self, *inputs: Any) -> Any:
        """Take any leading dimensions: draws."""
        offsets, weights, wanted = map(pt.as_tensor, inputs)
        leading = (offsets.type.shape[:-1], weights.type.shape[:-1], wanted.type.shape)
        return Apply(self, [offsets, weights, wanted], [pt.tensor(dtype="float64", shape=_broadcast(leading))])

    def infer_shape(self, node: Any, shapes: Any) -> Any:
        """Of the arms."""
        offsets, weights, wanted = shapes
        return [pt.broadcast_shape(offsets[:-1], weights[:-1], wanted, arrays_are_shapes=True)]

    def pullback(self, inputs: Any, outputs: Any, gradients: Any) -> Any:
        """Where the gap g stays 0, x moves by -∂g/∂input over ∂g/∂x."""
        offsets, weights, _ = inputs
        (x,), (gradient,) = outputs, gradients
        eta = x[..., None] + offsets
        if self.hazards:
            hazard = pt.exp(eta)
            outside = pt.expm1(-hazard)
            total = 1 + (weights * outside).sum(axis=-1, keepdims=True)
            scale = -1 / (total * pt.log(total))
            of_offsets, of_weights = weights * pt.exp(-hazard) * hazard * scale, -outside * scale
        else:
            p, q = pt.sigmoid(eta), pt.sigmoid(-eta)
            inside, outside = ((weights * part).sum(axis=-1, keepdims=True) for part in (p, q))
            of_offsets, of_weights = weights * p * q * (1 / inside + 1 / outside), p / inside - q / outside
        pace = gradient / of_offsets.sum(axis=-1)
        return [-of_offsets * pace[..., None], -of_weights * pace[..., None], pace]

    def perform(self, node: Any, inputs: Any, outputs: Any) -> None:
        """By NumPy, of all draws at once."""
        outputs[0][0] = solve(self.hazards, *inputs)


_vectorize_node.register(MixtureRoot, _vectorize_not_needed)


def _one(hazards: bool) -> Any:
    """The same for one arm of one draw, to be compiled."""

    def gap(x: float, wanted: float, offsets: Floats, weights: Floats) -> tuple[float, float]:
        inside, outside, slope, total = 0.0, 0.0, 0.0, 0.0
        for o, w in zip(offsets, weights):  # noqa: B905 # numba knows no strict
            if hazards:
                hazard = math.exp(x + o)
                alive = w * math.exp(-hazard)
                inside += alive
                outside += w * math.expm1(-hazard)
                slope += alive * hazard
            else:
                p, q = 1 / (1 + math.exp(-x - o)), 1 / (1 + math.exp(x + o))
                inside += w * p
                outside += w * q
                slope += w * p * q
                total += w
        if hazards:
            lost = -math.log1p(outside)
            return math.log(lost) - wanted, slope / (inside * lost)
        return math.log(inside / outside) - wanted, slope * total / (inside * outside)

    inner = numba_njit(gap)

    def one(wanted: float, offsets: Floats, weights: Floats) -> float:
        low, high = wanted - offsets.max(), wanted - offsets.min()
        x = wanted - (weights * offsets).sum() / weights.sum()
        for _ in range(STEPS):
            away, slope = inner(x, wanted, offsets, weights)
            if away < 0:
                low = x
            else:
                high = x
            new = x - away / slope
            if not (new >= low and new <= high):
                new = 0.5 * (low + high)
            moved, x = abs(new - x), new
            if not moved > CLOSE * (1 + abs(x)):
                break
        return float(x)

    return numba_njit(one)


@register_funcify_default_op_cache_key(MixtureRoot)  # type: ignore[untyped-decorator]
def _compiled(op: Any, node: Any, **_: Any) -> Any:
    one = _one(op.hazards)

    @numba_njit  # type: ignore[untyped-decorator]
    def roots(offsets: Floats, weights: Floats, wanted: Floats) -> Floats:
        found = np.empty(len(wanted))
        for arm in range(len(wanted)):
            found[arm] = one(wanted[arm], offsets[arm], weights[arm])
        return found

    return roots
