"""Intervals and p values of fourfold tables as statistics packages print them, by SciPy or by brute force.

Nothing here is taken from the package under test.
"""

import math
from typing import Literal

import numpy as np
from scipy import optimize, stats
from scipy.special import ndtri
from scipy.stats.contingency import odds_ratio, relative_risk

from makers.papers.paper_statistics import fisher, pearson

type Pair = tuple[float, float]

type Fourfold = tuple[int, int, int, int]


def odds_limits(table: Fourfold, level: float) -> dict[str, Pair]:
    """Limits of the odds ratio of a of n over b of m."""
    a, n, b, m = table
    z, se = float(ndtri(0.5 + level / 2)), math.sqrt(1 / a + 1 / (n - a) + 1 / b + 1 / (m - b))
    log = math.log(a * (m - b) / (b * (n - a)))
    exact = odds_ratio([[a, b], [n - a, m - b]], kind="conditional").confidence_interval(level)
    return {"wald": (math.exp(log - z * se), math.exp(log + z * se)), "exact": (exact.low, exact.high)}


def risk_limits(table: Fourfold, level: float) -> dict[str, Pair]:
    """Limits of the risk ratio of a of n over b of m."""
    a, n, b, m = table
    z, log = float(ndtri(0.5 + level / 2)), math.log(a * m / (b * n))
    katz = relative_risk(a, n, b, m).confidence_interval(level)
    poisson = z * math.sqrt(1 / a + 1 / b)
    return {"katz": (katz.low, katz.high), "poisson": (math.exp(log - poisson), math.exp(log + poisson))}


def difference_limits(table: Fourfold, level: float) -> dict[str, Pair]:
    """Limits of a/n - b/m."""
    a, n, b, m = table
    z, p, q = float(ndtri(0.5 + level / 2)), a / n, b / m
    d, se = p - q, math.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    p1, q1 = (a + 1) / (n + 2), (b + 1) / (m + 2)
    caffo = math.sqrt(p1 * (1 - p1) / (n + 2) + q1 * (1 - q1) / (m + 2))
    found = {"wald": (d - z * se, d + z * se), "caffo": (p1 - q1 - z * caffo, p1 - q1 + z * caffo)}
    methods: dict[str, Literal["wilson", "wilsoncc"]] = {"newcombe": "wilson", "newcombe corrected": "wilsoncc"}
    for name, method in methods.items():
        one, two = (stats.binomtest(k, size).proportion_ci(level, method) for k, size in ((a, n), (b, m)))
        found[name] = (
            d - math.hypot(p - one.low, two.high - q),
            d + math.hypot(one.high - p, q - two.low),
        )
    found["score"] = (_score_limit(table, z, -1), _score_limit(table, z, 1))
    return found


def _score_limit(table: Fourfold, z: float, side: int) -> float:
    """Difference at which the score statistic is z, the nuisance found by search (Mee 1984)."""
    a, n, b, m = table
    d = a / n - b / m

    def excess(x: float) -> float:
        low, high = max(0.0, -x) + 1e-9, min(1.0, 1.0 - x) - 1e-9

        def loss(q: float) -> float:
            p = q + x
            return -(a * math.log(p) + (n - a) * math.log1p(-p) + b * math.log(q) + (m - b) * math.log1p(-q))

        q = float(optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-9}).x)
        p = q + x
        return abs(d - x) / math.sqrt(p * (1 - p) / n + q * (1 - q) / m) - z

    return float(optimize.brentq(excess, d + side * 1e-6, side * (1 - 1e-6), xtol=1e-7))


def p_values(table: Fourfold) -> dict[str, float]:
    """Two-sided p values of a of n against b of m."""
    a, n, b, m = table
    cells = np.array([[a, b], [n - a, m - b]], float)
    log = math.log(a * (m - b) / (b * (n - a)))
    wald = abs(log) / math.sqrt(1 / a + 1 / (n - a) + 1 / b + 1 / (m - b))
    return {
        "pearson": pearson(cells).p,
        "yates": pearson(cells, yates=True).p,
        "fisher": fisher(cells).p,
        "wald": float(2 * stats.norm.sf(wald)),
    }
