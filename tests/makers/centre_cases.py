"""Miniature multicentre studies, and a stand-in for an analysis of centres."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from crlm_bayes.documents.analysis_parts import CentrePriors
from crlm_bayes.evidence.values import BinomialEvidence, CentreEvidence, SurvivalEvidence
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.nuisance import FixedCorrelation, UniformCorrelation
from crlm_bayes.priors.spreads import HalfNormal

ARMS, LABELS = ("control", "drug"), ("Control", "Drug")
SIZES = (118, 41, 88, 39, 33, 16)
RESPONSE = BinomialEvidence("mini2020", ARMS, LABELS, np.array([111.0, 79.0]), np.array([217.0, 118.0]))
PROGRESSION = SurvivalEvidence(
    "mini2020", ARMS, LABELS, np.array([0.0, 12.0, 36.0]),
    np.array([[217.0, 118.0], [188.0, 110.0]]), np.array([[188.0, 110.0], [60.0, 49.0]]),
    np.array([[0.866, 0.932], [0.276, 0.415]]),
)  # fmt: skip
DEATH = SurvivalEvidence(
    "mini2020", ARMS, LABELS, np.array([0.0, 12.0, 36.0]),
    np.array([[217.0, 118.0], [214.0, 117.0]]), np.array([[214.0, 117.0], [124.0, 79.0]]),
    np.array([[0.986, 0.992], [0.57, 0.667]]),
)  # fmt: skip
ENDPOINTS = {"response": RESPONSE, "progression": PROGRESSION, "death": DEATH}


def normal(mean: float = 0.0, sd: float = 0.355) -> Normal:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="test")


def half(sd: float) -> HalfNormal:
    return HalfNormal(dist="half_normal", sd=sd, rationale="test")


def uniform(low: float, high: float) -> UniformCorrelation:
    return UniformCorrelation(dist="uniform", low=low, high=high, rationale="test")


def fixed(value: float) -> FixedCorrelation:
    return FixedCorrelation(dist="fixed", value=value, rationale="test")


def latent_priors(u: float = 0.5, v: float = 0.2, pi: float = 0.7, rho: Any = None) -> CentrePriors:
    return CentrePriors(
        baseline_spread=half(u), effect_spread=half(v), allocation_spread=half(pi),
        allocation_correlation=rho or uniform(-0.5, 0.5),
    )  # fmt: skip


def table_priors(u: float = 0.7, v: float = 0.5) -> CentrePriors:
    return CentrePriors(baseline_spread=half(u), effect_spread=half(v))


def latent(
    pooled: BinomialEvidence | SurvivalEvidence, sizes: Sequence[int] = SIZES, treated: int = 118
) -> CentreEvidence:
    names = tuple(f"centre {i}" for i in range(1, len(sizes) + 1))
    return CentreEvidence("mini2020", ARMS, LABELS, names, np.array(sizes, dtype=float), treated, pooled)


def tables(events: Any, n: Any) -> CentreEvidence:
    r, m = np.array(events, dtype=float), np.array(n, dtype=float)
    pooled = BinomialEvidence("mini2020", ARMS, LABELS, r.sum(axis=0), m.sum(axis=0))
    names = tuple(f"centre {i}" for i in range(1, len(m) + 1))
    return CentreEvidence("mini2020", ARMS, LABELS, names, m.sum(axis=1), int(m[:, 1].sum()), pooled, events=r, n=m)


def analysis(evidence: CentreEvidence, priors: CentrePriors, better: str = "lower", **changes: Any) -> Any:
    """What the code reads of an analysis; a log hazard per month where the endpoint is survival."""
    survival = evidence.intervals > 0
    baseline = normal(-3.5066, 2.0) if survival else normal(0.0, 1.5)
    sign = 1 if better == "lower" else -1
    return SimpleNamespace(**{
        "id": "mini", "model": "centres", "structure": "centres", "endpoint": "pfs" if survival else "orr",
        "likelihood": "piecewise_exponential" if survival else "binomial", "measure": "hr" if survival else "or",
        "better": better, "sign": sign, "mcid": 0.8 if sign == 1 else 1.25, "reading": "landmark" if survival else "counts",
        "proportional": True, "effective_n": None,
        "effect_prior": lambda prior: prior if sign == 1 else prior.turned(),
        "priors": SimpleNamespace(baseline=baseline, centres=priors, time_variation=None), "asks": "benefit", "claim_sign": sign, **changes,
    })  # fmt: skip
