r"""The blurred log likelihoods of all studies at once.

.. math:: \ell_i(m, v) = \log \int L_i(x)^{\delta_i} \, N(x; m, v^2) \, dx

for all m on a line and all v on a ladder of spreads. The kernel N(x; m, v²) is the same for every study, so a spread
is one matrix product over a common axis x that resolves every curve. Where the axis does not resolve the peak of an
integrand, or the product is too small for a number, a Gauss-Hermite rule about that peak is taken on the curve itself,
in logarithms. All sums are of positive terms: relative accuracy, however far out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats, hermite, log_sum
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis.grids import Axis, Grid, SpreadGrid

Flags = NDArray[np.bool_]

RESOLVE = 0.35
"""Step of the axis over the width of the sharpest curve: with it a blur as wide as a step is integrated to 1e-7."""

DEEP = 300.0
"""Sums below exp(-300) of a curve's maximum are not trusted."""

FAINTEST = DEEP + 30.0
"""Factors below exp(-330) are taken as nothing in them."""

RULES = ((0.12, 5), (0.3, 7), (0.55, 11), (1.0, 17), (np.inf, 33))
"""Gauss-Hermite nodes by the spread over the width of the curve."""


@dataclass(frozen=True)
class Column:
    """One curve at one power."""

    curve: EvidenceCurve
    power: float


def sharpness(curve: EvidenceCurve) -> float:
    """Smallest scale on which a curve bends where it matters: its width, or less where it has another mode."""
    theta, values = curve.grid, curve.log_likelihood_at_knots
    bend = np.abs(np.gradient(np.gradient(values, theta), theta))[2:-2]
    matters = (values > -30)[2:-2]
    sharpest = float(bend[matters].max(initial=0.0))
    return min(curve.width, 1 / np.sqrt(sharpest)) if sharpest > 0 else curve.width


def blurred(columns: Sequence[Column], line: Grid, spreads: SpreadGrid, scales: Sequence[float]) -> Floats:
    """Tabulate ℓ for every column.

    Parameters
    ----------
    columns : sequence of Column, n of them
    line : Grid
        m, M of them.
    spreads : SpreadGrid
        v, C of them, 0 first; C = 1 where there is no spread at all.
    scales : sequence of float
        :func:`sharpness` of each column's curve.

    Returns
    -------
    array, shape (C, M, n)
        Log likelihoods; a power of 0 gives 0 exactly.
    """
    curves = list({id(column.curve): column.curve for column in columns}.values())
    place = {id(curve): k for k, curve in enumerate(curves)}
    which = [place[id(column.curve)] for column in columns]
    power = np.array([column.power for column in columns])
    table = np.empty((spreads.size, len(line.knots), len(columns)))
    plain = np.stack([curve.log_likelihood(line.points) for curve in curves], axis=-1)
    table[0] = power * plain[:, which]
    if spreads.size == 1:
        return table
    axis = _axis(columns, line, spreads, min(scales))
    log_on_axis = np.stack([curve.log_likelihood(axis.points) for curve in curves], axis=-1)[:, which] * power
    on_axis = _exp(log_on_axis)
    short = np.zeros(table.shape, dtype=bool)
    for c, v in enumerate(spreads.points[1:], 1):
        kernel = _exp(-0.5 * ((axis.points - line.points[:, None]) / v) ** 2)
        kernel *= axis.weights / (v * np.sqrt(2 * np.pi))
        sums = kernel @ on_axis
        short[c] = sums < np.exp(-DEEP)
        table[c] = np.log(np.maximum(sums, np.exp(-DEEP)))
    _directly(table, short, columns, line, spreads, axis, scales)
    table[:, :, power == 0] = 0.0
    return table


def _exp(log_values: Floats) -> Floats:
    """Exponentials; 0 for what is faint."""
    return np.where(log_values > -FAINTEST, np.exp(np.maximum(log_values, -FAINTEST)), 0.0)


def _axis(columns: Sequence[Column], line: Grid, spreads: SpreadGrid, sharpest: float) -> Axis:
    """Over every curve: to where it has fallen by DEEP, or as far as the widest kernel reaches where it does not."""
    low, high, middles = np.inf, -np.inf, []
    reach = 9 * float(spreads.points[-1])
    for column in columns:
        grid = column.curve.grid
        inside = np.flatnonzero(column.power * column.curve.log_likelihood_at_knots > -DEEP)
        first, last = inside[0], inside[-1]
        # a curve that has not fallen at the end of its own grid goes on
        low = min(low, grid[first - 1] if first > 0 else line.points[0] - reach)
        high = max(high, grid[last + 1] if last < len(grid) - 1 else line.points[-1] + reach)
        if column.curve.has_mode:
            middles.append(column.curve.mode)
    core = (min(middles, default=0.0), max(middles, default=0.0))
    low, high = max(low, line.points[0] - reach), min(high, line.points[-1] + reach)
    return Axis.over(core, RESOLVE * sharpest, low, high)


@cache
def _hermite(nodes: int) -> tuple[Floats, Floats]:
    """Points and log weights of the expectation under N(0, 1)."""
    x, w = hermite(nodes)
    return x * np.sqrt(2), np.log(w / np.sqrt(np.pi))


def _directly(
    table: Floats,
    short: Flags,
    columns: Sequence[Column],
    line: Grid,
    spreads: SpreadGrid,
    axis: Axis,
    scales: Sequence[float],
) -> None:
    """Replace what the axis does not resolve, by rules about the peaks of the integrands.

    A power below 1 makes a curve wider, and its tails matter further out: each power has rules of its own.
    """
    v_all, m_all = spreads.points, line.points
    # an integrand has its peak between m and the curve: at m the axis is coarsest
    coarse = v_all[:, None] < axis.spacing(m_all)
    coarse[0] = False
    done: dict[tuple[int, float], int] = {}
    for i, column in enumerate(columns):
        first = done.setdefault((id(column.curve), column.power), i)
        if first < i or column.power == 0:
            table[:, :, i] = table[:, :, first]
            continue
        power, scale = column.power, scales[i] / np.sqrt(column.power)
        c, k = np.nonzero(coarse | short[:, :, i])
        v, m = v_all[c], m_all[k]
        peak, width = _peaks(column, m, v)
        needed = (v < axis.spacing(peak)) | short[c, k, i]
        c, k, v, m, peak, width = (part[needed] for part in (c, k, v, m, peak, width))
        least = 0.0
        for most, nodes in RULES:
            here = (v > least * scale) & (v <= most * scale)
            least = most
            if not here.any():
                continue
            z, log_w = _hermite(nodes)
            x = peak[here, None] + width[here, None] * z
            kernel = -0.5 * ((x - m[here, None]) / v[here, None]) ** 2 + 0.5 * z**2 + log_w
            log_sums = log_sum(power * column.curve.log_likelihood(x) + kernel)
            table[c[here], k[here], i] = log_sums + np.log(width[here] / v[here])


def _peaks(column: Column, m: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Where L(x) N(x; m, v²) is greatest, and its width there: shape of `m` and `v`."""
    x, values = column.curve.grid, column.power * column.curve.log_likelihood_at_knots
    slope = np.gradient(values, x)
    bend = np.maximum(-np.gradient(slope, x), 0.0)
    # x m is all that m changes: the best knot of all, even where there are two peaks
    best = (values - 0.5 * (x / v[:, None]) ** 2 + x * (m / v**2)[:, None]).argmax(axis=1)
    low, high = x[np.maximum(best - 1, 0)], x[np.minimum(best + 1, len(x) - 1)]
    peak = np.clip(m, low, high)
    for _ in range(4):  # Newton steps: a rule need not be centred exactly
        pull = np.interp(peak, x, slope) - (peak - m) / v**2
        peak = np.clip(peak + pull / (np.interp(peak, x, bend) + v**-2), low, high)
    return peak, 1 / np.sqrt(np.interp(peak, x, bend) + v**-2)
