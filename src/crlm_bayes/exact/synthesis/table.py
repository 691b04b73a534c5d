r"""The blurred log likelihoods of all studies at once.

.. math:: \ell_i(m, v) = \log \int L_i(x)^{\delta_i} \, N(x; m, v^2) \, dx

for all m on a line and all v on a ladder of spreads. The kernel N(x; m, v²) is the same for every study, so a spread
is one matrix product over a common axis x that resolves every curve. Where the kernel is narrower than the axis the
integral is taken by Gauss-Hermite rules on the curves themselves. All sums are of positive terms: relative accuracy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats, hermite
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis.grids import Axis, Grid, SpreadGrid

Flags = NDArray[np.bool_]

RESOLVE = 0.35
"""Step of the axis over the width of the sharpest curve: with it a blur as wide as a step is integrated to 1e-7."""

DEEP = 300.0
"""Below exp(-300) of a curve's maximum a blurred likelihood is filled in by the law of normal curves."""

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
    on_axis = np.where(log_on_axis > -DEEP - 30, np.exp(np.maximum(log_on_axis, -DEEP - 30)), 0.0)
    short = np.zeros(table.shape, dtype=bool)
    for c, v in enumerate(spreads.points[1:], 1):
        z2 = ((axis.points - line.points[:, None]) / v) ** 2
        kernel = np.where(z2 < 2 * DEEP, np.exp(-0.5 * np.minimum(z2, 2 * DEEP)), 0.0)
        kernel *= axis.weights / (v * np.sqrt(2 * np.pi))
        sums = kernel @ on_axis
        short[c] = sums < np.exp(-DEEP)
        table[c] = np.log(np.maximum(sums, np.exp(-DEEP)))
    _directly(table, short, columns, line, spreads, axis, scales)
    _fill(table, short, spreads, np.array(scales) / np.sqrt(np.maximum(power, 1e-12)))
    table[:, :, power == 0] = 0.0
    return table


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
    """Replace what the axis cannot resolve: spreads below its step there, and below the width of the curve.

    A power below 1 makes a curve wider, and its tails matter further out: each power has rules of its own.
    """
    v, m_all = spreads.points, line.points
    narrow = v[:, None] < axis.spacing(m_all)
    narrow[0] = False
    slopes_at = line.differentiation(m_all)
    done: dict[tuple[int, float], int] = {}
    for i, column in enumerate(columns):
        first = done.setdefault((id(column.curve), column.power), i)
        if first < i or column.power == 0:
            table[:, :, i], short[:, :, i] = table[:, :, first], short[:, :, first]
            continue
        power, scale = column.power, scales[i] / np.sqrt(column.power)
        plain = power * column.curve.log_likelihood(m_all)
        slope = slopes_at @ plain
        bend = np.clip(-(slopes_at @ slope), 0.0, scale**-2)
        # deep down the law of normal curves serves: those rows are never likely
        rows, least = narrow & (plain > -2 * DEEP), 0.0
        for most, nodes in RULES:
            here = rows & (v > least * scale)[:, None] & (v <= most * scale)[:, None]
            least = most
            if not here.any():
                continue
            c, m = np.nonzero(here)
            z, log_w = _hermite(nodes)
            # the product of curve and kernel, were the curve normal: its middle and its sd
            shrink = 1 / (1 + v[c] ** 2 * bend[m])
            x = (v[c] ** 2 * slope[m] * shrink)[:, None] + (v[c] * np.sqrt(shrink))[:, None] * z
            kernel = 0.5 * np.log(shrink)[:, None] - 0.5 * (x / v[c, None]) ** 2 + 0.5 * z**2 + log_w
            terms = power * column.curve.log_likelihood(m_all[m, None] + x) + kernel
            top = terms.max(axis=1)
            table[c, m, i] = top + np.log(np.exp(terms - top[:, None]).sum(axis=1))
            short[c, m, i] = False


def _fill(table: Floats, short: Flags, spreads: SpreadGrid, widths: Floats) -> None:
    """Fill what is too deep for a sum as for a normal curve: -1/(ℓ + log(1 + v²/w²)/2) is linear in v².

    The line runs from v = 0 to the first sum above, or has the slope of a normal curve where there is none.
    """
    if not short.any():
        return
    v2 = (spreads.points**2)[:, None, None]
    last = len(table) - 1
    first = np.where(short.any(axis=0), last + 1 - short[::-1].argmax(axis=0), 0)  # above the last short one
    found = np.minimum(first, last)
    v2_there = np.maximum(spreads.points[found] ** 2, np.finfo(float).tiny)
    there = np.take_along_axis(table, found[None], axis=0)[0] + 0.5 * np.log1p(v2_there / widths**2)
    at_zero = 1 / np.maximum(-table[0], 1.0)
    slope = np.where(first <= last, (1 / np.maximum(-there, 1.0) - at_zero) / v2_there, at_zero / widths**2)
    law = -1 / (at_zero + np.maximum(slope, 0.0) * v2) - 0.5 * np.log1p(v2 / widths**2)
    table[short] = law[short]
