"""Intervals of a of n against b of m by every usual method: odds ratios, risk ratios and differences of two shares.

Ratios are on the log scale, differences between -1 and 1. Score and likelihood intervals hold the effect at a value and
give the nuisance its likeliest one (Miettinen and Nurminen 1985); their limits are where the statistic reaches its quantile.
"""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from crlm_bayes.audits.survival.points import quantile

type Limits = tuple[float, float]

FARTHEST: Final = 30.0
"""Log ratio beyond which no limit is looked for."""

HALVINGS: Final = 60
"""Halvings of the space in which a limit is looked for."""


def odds_ratio_limits(a: int, n: int, b: int, m: int, level: float) -> dict[str, Limits]:
    """Limits of the log odds ratio of a of n over b of m, no cell empty.

    Woolf 1955; Gart 1966 (a half added); score and likelihood as above; Fisher's exact and mid-p (Berry and Armitage 1995);
    Cornfield 1956 with the continuity correction of Fleiss.
    """
    z = quantile(level)
    return {
        "Woolf": _wald(_log_odds(a, n, b, m), _se_odds(a, n, b, m), z),
        "Woolf, 1/2 added": _wald(
            _log_odds(a + 0.5, n + 1, b + 0.5, m + 1), _se_odds(a + 0.5, n + 1, b + 0.5, m + 1), z
        ),
        "score": _searched(lambda x: _score_odds(x, a, n, b, m), _log_odds(a, n, b, m), z),
        "Cornfield": _searched(lambda x: _score_odds(x, a, n, b, m, 0.5), _log_odds(a, n, b, m), z),
        "likelihood": _searched(lambda x: _root_of_deviance(x, a, n, b, m, _held_odds), _log_odds(a, n, b, m), z),
        "exact": _conditional(a, n, b, m, level, 1.0),
        "mid-p": _conditional(a, n, b, m, level, 0.5),
    }


def risk_ratio_limits(a: int, n: int, b: int, m: int, level: float) -> dict[str, Limits]:
    """Limits of the log risk ratio of a of n over b of m, neither empty.

    Katz 1978; the same with a half added (Walter 1975); score (Koopman 1984); likelihood; Poisson regression.
    """
    z, log = quantile(level), math.log(a * m / (b * n))
    a_, b_, n_, m_ = a + 0.5, b + 0.5, n + 0.5, m + 0.5
    return {
        "Katz": _wald(log, math.sqrt(max(0.0, 1 / a - 1 / n + 1 / b - 1 / m)), z),
        "Katz, 1/2 added": _wald(math.log(a_ * m_ / (b_ * n_)), math.sqrt(1 / a_ - 1 / n_ + 1 / b_ - 1 / m_), z),
        "score": _searched(lambda x: _score_risk(x, a, n, b, m), log, z),
        "likelihood": _searched(lambda x: _root_of_deviance(x, a, n, b, m, _held_risk), log, z),
        "Poisson regression": _wald(log, math.sqrt(1 / a + 1 / b), z),
    }


def difference_limits(a: int, n: int, b: int, m: int, level: float) -> dict[str, Limits]:
    """Limits of a/n - b/m.

    Wald, also corrected for continuity and with a pooled variance; Newcombe 1998 (Wilson's limits combined), also corrected;
    score (Mee 1984; Miettinen and Nurminen 1985); Agresti and Caffo 2000.
    """
    z, p, q = quantile(level), a / n, b / m
    d, se = p - q, math.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    common, corrected = (a + b) / (n + m), (1 / n + 1 / m) / 2
    p_, q_ = (a + 1) / (n + 2), (b + 1) / (m + 2)
    found = {
        "Wald": (d - z * se, d + z * se),
        "Wald, corrected": (d - z * se - corrected, d + z * se + corrected),
        "Wald, pooled": _wald(d, math.sqrt(common * (1 - common) * (1 / n + 1 / m)), z),
        "Newcombe": _newcombe(d, _wilson(a, n, z), _wilson(b, m, z), p, q),
        "Newcombe, corrected": _newcombe(d, _wilson(a, n, z, 0.5), _wilson(b, m, z, 0.5), p, q),
        "Agresti and Caffo": _wald(p_ - q_, math.sqrt(p_ * (1 - p_) / (n + 2) + q_ * (1 - q_) / (m + 2)), z),
        "Mee": _searched(lambda x: _score_difference(x, a, n, b, m), d, z, 1.0),
        "Miettinen and Nurminen": _searched(
            lambda x: _score_difference(x, a, n, b, m) * math.sqrt((n + m - 1) / (n + m)), d, z, 1.0
        ),
    }
    return {name: (max(-1.0, low), min(1.0, high)) for name, (low, high) in found.items()}


def p_values(a: int, n: int, b: int, m: int) -> dict[str, float]:
    """Two-sided p values of Wald's tests of the three effects and of the exact test by mid-p; no cell empty."""
    p, q = a / n, b / m
    tests = {
        "Wald, log odds ratio": _log_odds(a, n, b, m) / _se_odds(a, n, b, m),
        "Wald, log risk ratio": math.log(p / q) / math.sqrt(1 / a - 1 / n + 1 / b - 1 / m),
        "Wald, difference": (p - q) / math.sqrt(p * (1 - p) / n + q * (1 - q) / m),
    }
    upper = _tail(_tables(n, b, m, a), 0.0, a, 0.5)
    return {name: math.erfc(abs(z) / math.sqrt(2)) for name, z in tests.items()} | {
        "mid-p": min(1.0, 2 * min(upper, 1 - upper))
    }


def _wald(estimate: float, se: float, z: float) -> Limits:
    return estimate - z * se, estimate + z * se


def _log_odds(a: float, n: float, b: float, m: float) -> float:
    return math.log(a * (m - b) / (b * (n - a)))


def _se_odds(a: float, n: float, b: float, m: float) -> float:
    return math.sqrt(1 / a + 1 / (n - a) + 1 / b + 1 / (m - b))


def _searched(statistic: Callable[[float], float], estimate: float, z: float, reach: float = FARTHEST) -> Limits:
    """Limits at which a statistic that falls with the effect is z and -z."""
    limits = []
    for end, wanted in ((-reach, z), (reach, -z)):
        inside, outside = estimate, end
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            if abs(statistic(middle)) < abs(wanted):
                inside = middle
            else:
                outside = middle
        limits.append(inside)
    return limits[0], limits[1]


def _root(a: float, b: float, c: float) -> float:
    """Return the root of a x² + b x + c between 0 and 1."""
    if abs(a) < 1e-12:
        return -c / b
    turn = math.sqrt(max(0.0, b * b - 4 * a * c))
    roots = ((-b - turn) / (2 * a), (-b + turn) / (2 * a))
    return min(roots, key=lambda x: max(-x, x - 1, 0.0))


def _held_odds(x: float, a: int, n: int, b: int, m: int) -> tuple[float, float]:
    """Likeliest shares of both arms if the log odds ratio is x."""
    ratio, events = math.exp(x), a + b
    q = _root(m * (ratio - 1), n * ratio + m - events * (ratio - 1), -events)
    return q * ratio / (1 + q * (ratio - 1)), q


def _held_risk(x: float, a: int, n: int, b: int, m: int) -> tuple[float, float]:
    """Likeliest shares of both arms if the log risk ratio is x."""
    ratio = math.exp(x)
    q = _root((n + m) * ratio, -(n * ratio + a + m + b * ratio), a + b)
    return min(1.0, q * ratio), q


def _held_difference(d: float, a: int, n: int, b: int, m: int) -> tuple[float, float]:
    """Likeliest shares of both arms if their difference is d (the cubic of Farrington and Manning 1990)."""
    theta = m / n
    p, q = a / n, b / m
    c3, c2 = 1 + theta, -(1 + theta + p + theta * q + d * (theta + 2))
    c1, c0 = d * d + d * (2 * p + theta + 1) + p + theta * q, -p * d * (1 + d)
    v = c2**3 / (3 * c3) ** 3 - c2 * c1 / (6 * c3**2) + c0 / (2 * c3)
    u = math.copysign(math.sqrt(max(0.0, c2**2 / (3 * c3) ** 2 - c1 / (3 * c3))), v)
    w = (math.pi + math.acos(max(-1.0, min(1.0, v / u**3 if u else 0.0)))) / 3
    share = min(1.0, max(0.0, 2 * u * math.cos(w) - c2 / (3 * c3)))
    return share, min(1.0, max(0.0, share - d))


def _score_odds(x: float, a: int, n: int, b: int, m: int, correction: float = 0.0) -> float:
    p, q = _held_odds(x, a, n, b, m)
    expected = n * p
    information = 1 / (1 / (n * p * (1 - p)) + 1 / (m * q * (1 - q))) if 0 < p < 1 and 0 < q < 1 else 0.0
    gap = a - expected
    return math.copysign(max(0.0, abs(gap) - correction), gap) / math.sqrt(information) if information else math.inf


def _score_risk(x: float, a: int, n: int, b: int, m: int) -> float:
    p, q = _held_risk(x, a, n, b, m)
    variance = p * (1 - p) / n + math.exp(2 * x) * q * (1 - q) / m
    return (a / n - math.exp(x) * b / m) / math.sqrt(variance) if variance > 0 else math.inf


def _score_difference(d: float, a: int, n: int, b: int, m: int) -> float:
    p, q = _held_difference(d, a, n, b, m)
    variance = p * (1 - p) / n + q * (1 - q) / m
    return (a / n - b / m - d) / math.sqrt(variance) if variance > 0 else math.inf


def _log_likelihood(p: float, q: float, a: int, n: int, b: int, m: int) -> float:
    cells = ((a, p), (n - a, 1 - p), (b, q), (m - b, 1 - q))
    return math.fsum(k * math.log(max(share, 1e-300)) for k, share in cells if k)


def _root_of_deviance(
    x: float, a: int, n: int, b: int, m: int, held: Callable[[float, int, int, int, int], tuple[float, float]]
) -> float:
    best = _log_likelihood(a / n, b / m, a, n, b, m)
    return math.sqrt(max(0.0, 2 * (best - _log_likelihood(*held(x, a, n, b, m), a, n, b, m))))


def _tables(n: int, b: int, m: int, a: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Every count of the first arm that the margins allow, with the logarithm of its number of tables."""
    events = a + b
    k = np.arange(max(0, events - m), min(n, events) + 1)
    cells = (k, n - k, events - k, m - events + k)
    return k, -np.sum([scipy.special.gammaln(cell + 1) for cell in cells], axis=0)


def _tail(tables: tuple[NDArray[np.int64], NDArray[np.float64]], x: float, a: int, own: float) -> float:
    """P(A >= a) given the margins and the log odds ratio, of the table itself only the share `own`."""
    k, weights = tables
    logs = x * k + weights
    mass = np.exp(logs - logs.max())
    return float((mass[k > a].sum() + own * mass[k == a].sum()) / mass.sum())


def _conditional(a: int, n: int, b: int, m: int, level: float, own: float) -> Limits:
    """Limits at which each tail of the noncentral hypergeometric distribution holds half of the error."""
    half, limits, tables = (1 - level) / 2, [], _tables(n, b, m, a)
    for share, wanted in ((own, half), (1 - own, 1 - half)):
        low, high = -FARTHEST, FARTHEST
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if _tail(tables, middle, a, share) > wanted else (middle, high)
        limits.append((low + high) / 2)
    return limits[0], limits[1]


def _wilson(k: int, n: int, z: float, correction: float = 0.0) -> Limits:
    """Wilson's limits of a share (1927); with the continuity correction of Blyth and Still (1983) on request."""
    limits = []
    for side in (-1, 1):
        x = min(n, max(0.0, k + side * correction))
        middle, half = x + z * z / 2, z * math.sqrt(x * (n - x) / n + z * z / 4)
        limits.append(min(1.0, max(0.0, (middle + side * half) / (n + z * z))))
    return limits[0], limits[1]


def _newcombe(d: float, first: Limits, second: Limits, p: float, q: float) -> Limits:
    (low, high), (least, most) = first, second
    return d - math.hypot(p - low, most - q), d + math.hypot(high - p, q - least)
