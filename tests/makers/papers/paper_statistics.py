"""What a statistics package computes from patient data, written out for the simulated papers: numpy, no ties to fear.

Nothing here is taken from the package under test. Times are continuous, so the ways of treating ties coincide.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, gammaln, ndtr, stdtr

type Array = NDArray[np.float64]

LOG_FACTORIAL = gammaln(np.arange(2500) + 1.0)


class Test(NamedTuple):
    """A statistic, if the test has one, its p value, and that of one side if the test has sides."""

    __test__ = False
    statistic: float | None
    p: float
    one_sided: float | None = None


def pearson(table: Array, yates: bool = False) -> Test:
    """Chi-square test of an r x c table (rows: categories), with Yates' correction for a 2 x 2 table on request."""
    table = table[table.sum(axis=1) > 0]
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    gap = np.abs(table - expected)
    if yates:
        gap = gap - np.minimum(0.5, gap)
    statistic = float((gap**2 / expected).sum())
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    p = float(chdtrc(freedom, statistic))
    return Test(statistic, p, p / 2 if freedom == 1 else None)


def trend(table: Array) -> Test:
    """Linear-by-linear association of a table of categories (rows, scored by their order) by two groups."""
    n, rows = table.sum(), np.arange(len(table)) - np.average(np.arange(len(table)), weights=table.sum(axis=1))
    share = table[:, 1].sum() / n
    covariance, variance = rows @ table[:, 1] / n, rows**2 @ table.sum(axis=1) / n
    statistic = float((n - 1) * covariance**2 / (variance * share * (1 - share)))
    return Test(statistic, float(chdtrc(1, statistic)))


def fisher(table: Array) -> Test:
    """Fisher's exact test of a 2 x 2 table, two-sided by the probabilities of the tables."""
    (a, b), (c, d) = table.astype(int).tolist()
    top, left, n = a + b, a + c, a + b + c + d
    k = np.arange(max(0, top + left - n), min(top, left) + 1)
    f = LOG_FACTORIAL
    log = f[top] + f[n - top] + f[left] + f[n - left] - f[n] - f[k] - f[top - k] - f[left - k] - f[n - top - left + k]
    weights = np.exp(log)
    here = weights[a - k[0]]
    tails = weights[: a - k[0] + 1].sum(), weights[a - k[0] :].sum()
    return Test(None, min(1.0, float(weights[weights <= here * (1 + 1e-7)].sum())), float(min(tails)))


def wald(z: float) -> Test:
    """Test of a normal deviate."""
    p = float(2 * ndtr(-abs(z)))
    return Test(z, p, p / 2)


def t_test(a: Array, b: Array, welch: bool) -> Test:
    """Student's t test of two samples, with a pooled variance or Welch's."""
    va, vb, na, nb = a.var(ddof=1), b.var(ddof=1), len(a), len(b)
    if welch:
        se2 = va / na + vb / nb
        freedom = se2**2 / ((va / na) ** 2 / (na - 1) + (vb / nb) ** 2 / (nb - 1))
    else:
        freedom = na + nb - 2
        se2 = ((na - 1) * va + (nb - 1) * vb) / freedom * (1 / na + 1 / nb)
    t = float((a.mean() - b.mean()) / math.sqrt(se2))
    p = float(2 * stdtr(freedom, -abs(t)))
    return Test(t, p, p / 2)


class Curve:
    """Kaplan-Meier estimate: event times, survival after each, and Greenwood's sum of d / (Y (Y - d))."""

    def __init__(self, time: Array, event: NDArray[np.bool_]) -> None:
        order = np.argsort(time)
        self.observed = time[order]
        event = event[order]
        at_risk = np.arange(len(time), 0, -1)[event]
        self.times = self.observed[event]
        self.survival = np.cumprod(1 - 1 / at_risk)
        with np.errstate(divide="ignore"):
            self.greenwood = np.cumsum(np.where(at_risk > 1, 1 / (at_risk * (at_risk - 1.0)), np.inf))

    def at(self, months: float) -> float:
        """Survival at a time."""
        i = int(np.searchsorted(self.times, months, side="right"))
        return float(self.survival[i - 1]) if i else 1.0

    def at_risk(self, months: float) -> int:
        """How many are observed up to a time."""
        return len(self.observed) - int(np.searchsorted(self.observed, months))

    def limits(self, months: float, z: float) -> tuple[float, float] | None:
        """Greenwood's limits of survival at a time on the log(-log) scale; none at 0 and 1."""
        i = int(np.searchsorted(self.times, months, side="right")) - 1
        if i < 0 or not 0 < self.survival[i] < 1:
            return None
        low, high = self._limits(z)
        return float(low[i]), float(high[i])

    def _limits(self, z: float) -> tuple[Array, Array]:
        inside = self.survival < 1 - 1e-12
        log = np.log(np.where(inside, np.maximum(self.survival, 1e-300), 0.5))
        with np.errstate(over="ignore"):
            width = np.exp(z * np.sqrt(self.greenwood) / -log)
        return np.exp(log * width), np.exp(log / width)

    def quantile(self, level: float, middle: bool = False) -> float | None:
        """First time at which survival is at or below a level; with `middle` as R reports a flat stretch at it."""
        below = np.flatnonzero(self.survival <= level + 1e-12)
        if not len(below):
            return None
        i = int(below[0])
        if middle and abs(self.survival[i] - level) < 1e-12:
            following = self.times[i + 1] if i + 1 < len(self.times) else self.observed[-1]
            return float(self.times[i] + following) / 2
        return float(self.times[i])

    def median_by_density(self, z: float) -> tuple[float, float] | None:
        """Interval of the median as SPSS prints it: median +- z times sqrt(Greenwood) / density around the median."""
        median, early, late = self.quantile(0.5), self.times[self.survival >= 0.55], self.quantile(0.45)
        if median is None or late is None or not len(early) or not self.at(median):
            return None
        density = (self.at(float(early[-1])) - self.at(late)) / (late - float(early[-1]))
        i = int(np.searchsorted(self.times, median))
        se = float(self.survival[i] * math.sqrt(self.greenwood[i])) / density
        return (median - z * se, median + z * se) if math.isfinite(se) else None

    def median_by_limits(self, z: float) -> tuple[float, float] | None:
        """Interval of the median where the limits of the curve cross one half (Brookmeyer and Crowley 1982)."""
        low, high = self._limits(z)
        first, last = np.flatnonzero(low <= 0.5), np.flatnonzero(high <= 0.5)
        return (float(self.times[first[0]]), float(self.times[last[0]])) if len(first) and len(last) else None


def log_rank(time: Array, event: NDArray[np.bool_], group: NDArray[np.int64]) -> Test:
    """Log-rank test of two or more groups."""
    order = np.argsort(time)
    member = np.eye(int(group.max()) + 1)[group[order]]
    at_risk = np.cumsum(member[::-1], axis=0)[::-1]
    here = event[order]
    share = (at_risk / at_risk.sum(axis=1, keepdims=True))[here]
    gap = (member[here] - share).sum(axis=0)[1:]
    variance = (np.diag(share.sum(axis=0)) - share.T @ share)[1:, 1:]
    statistic = float(gap @ np.linalg.solve(variance, gap))
    p = float(chdtrc(len(gap), statistic))
    return Test(statistic, p, p / 2 if len(gap) == 1 else None)


def cox(time: Array, event: NDArray[np.bool_], covariates: Array) -> tuple[Array, Array]:
    """Coefficients and standard errors of a proportional hazards model, by Newton steps."""
    order = np.argsort(time)[::-1]
    x, here = covariates[order], event[order]
    products = x[:, :, None] * x[:, None, :]
    beta = np.zeros(x.shape[1])
    for _ in range(12):
        w = np.exp(x @ beta)
        s0 = np.cumsum(w)[here]
        mean = np.cumsum(w[:, None] * x, axis=0)[here] / s0[:, None]
        spread = (np.cumsum(w[:, None, None] * products, axis=0)[here] / s0[:, None, None]).sum(axis=0)
        information = spread - mean.T @ mean
        step = np.linalg.solve(information, (x[here] - mean).sum(axis=0))
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))
