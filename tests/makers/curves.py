"""Curves, tables and landmarks from a few numbers."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import stats

from crlm_bayes.evidence.values import BinomialEvidence, SurvivalEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.spreads import ScalePrior

BASE = Normal(dist="normal", mean=-3.5066, sd=2.0, rationale="test")
FLAT = Normal(dist="normal", mean=0.0, sd=1.5, rationale="test")


def normal(mean: float, sd: float) -> Normal:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="test")


def normal_curve(y: float, se: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)


def settings(baseline: Any, spread: ScalePrior | None = None, average: str = "information") -> Any:
    return SimpleNamespace(priors=SimpleNamespace(baseline=baseline, time_variation=spread), average=average)


def table(r: tuple[float, float], n: tuple[float, float]) -> BinomialEvidence:
    return BinomialEvidence("s", ("c", "t"), ("C", "T"), np.array(r, dtype=float), np.array(n, dtype=float))


def landmarks(times: tuple[float, ...], n: Any, s: Any) -> SurvivalEvidence:
    at_risk, survivors = np.array(n, dtype=float), np.array(s, dtype=float)
    return SurvivalEvidence(
        "s", ("c", "t"), ("C", "T"), np.array([0.0, *times]), at_risk, survivors, survivors / at_risk
    )


CHEN_PFS = landmarks((12, 36), [(217, 118), (188, 110)], [(188, 110), (60, 49)])


def deviation(curve: EvidenceCurve, theta: np.ndarray, log_likelihood: np.ndarray) -> float:
    """Greatest difference of two log likelihoods that are known up to a constant."""
    gap = curve.log_likelihood(theta) - log_likelihood
    return float(np.ptp(gap))


def around(curve: EvidenceCurve, widths: float, size: int = 25) -> np.ndarray:
    return curve.mode + curve.width * np.linspace(-widths, widths, size)


TABLES = [
    ((111, 79), (217, 118)), ((26, 18), (38, 38)), ((3, 9), (38, 38)), ((0, 5), (20, 20)), ((0, 0), (30, 30)), ((30, 30), (30, 30)),
    ((20, 0), (20, 20)), ((0, 1), (1, 1)), ((900, 1000), (20000, 20000)), ((51.15 * 2.17, 66.95 * 1.18), (217, 118)), ((0.4, 2.6), (9, 7)),
]  # fmt: skip


Z = stats.norm.ppf(0.975)
ESTIMATES = [(-0.281, 0.119), (-0.736, 0.362), (-0.25, 0.2), (-0.05, 0.3), (-1.5, 0.3), (0.1, 0.2), (0.6, 0.25)]


def closed_fail_safe(y: float, se: float, sd: float) -> float:
    return -(sd**2) * (Z * math.sqrt(se**-2 + sd**-2) + y / se**2)
