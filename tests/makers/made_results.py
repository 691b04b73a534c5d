"""Made-up results of one study: the exact posterior, and draws of it in the shape that NUTS leaves."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from crlm_bayes.answers.question import Question
from crlm_bayes.answers.result import Result
from crlm_bayes.answers.tables import curve_estimates, nuts_estimates
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.values import BinomialEvidence, Evidence, RatioEvidence, SurvivalEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.registry import evidence_curve, module_of
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal

LABELS = ("Chemotherapy", "Chemotherapy plus Drug")
ARMS = ("control", "drug")
PRIORS: dict[str, Prior] = {
    "reference": Normal(dist="normal", mean=0.0, sd=1.0, rationale="test"),
    "strongly_sceptical": Normal(dist="normal", mean=0.0, sd=0.2, rationale="test"),
    "enthusiastic": Normal(dist="normal", mean=-0.4, sd=0.2, rationale="test"),
}
STUDY = Study(
    id="made2020",
    citation="made",
    design="rct",
    timing="adjuvant",
    resectability="resected",
    source="primary",
)


def binomial(
    events: Sequence[float] = (30, 45), n: Sequence[float] = (80, 80), labels: tuple[str, str] = LABELS
) -> Evidence:
    return BinomialEvidence("made2020", ARMS, labels, np.array(events, dtype=float), np.array(n, dtype=float))


def survival(
    printed: Sequence[Sequence[float]] = ((0.8, 0.9), (0.4, 0.6)),
    times: Sequence[float] = (0, 12, 36),
    n: float = 100,
    labels: tuple[str, str] = LABELS,
) -> Evidence:
    at_end = np.array(printed)
    at_risk = np.vstack([np.ones(2), at_end[:-1]]) * n
    return SurvivalEvidence("made2020", ARMS, labels, np.array(times, dtype=float), at_risk, at_end * n, at_end)


def ratio(log_ratio: float = -0.3, se: float = 0.12, labels: tuple[str, str] = LABELS) -> Evidence:
    return RatioEvidence("made2020", ARMS, labels, log_ratio, se)


def made(
    evidence: Evidence, better: str = "lower", priors: dict[str, Prior] = PRIORS, fitted: bool = True, **changes: Any
) -> Result:
    """An analysis whose draws come from the exact posterior of the ratio, with a nuisance that follows the data."""
    likelihood = {BinomialEvidence: "binomial", SurvivalEvidence: "piecewise_exponential", RatioEvidence: "log_ratio"}[
        type(evidence)
    ]
    baseline = {"dist": "normal", "mean": 0.0 if likelihood == "binomial" else -3.5, "sd": 2.0, "rationale": "test"}
    nuisance: dict[str, Any] = {} if likelihood == "log_ratio" else {"baseline": baseline}
    if changes.get("proportional") is False:
        nuisance["time_variation"] = {"dist": "half_normal", "sd": 0.25, "rationale": "test"}
    document = {
        "id": "made",
        "title": "Made up",
        "question": "?",
        "endpoint": "pfs",
        "measure": "or" if likelihood == "binomial" else "hr",
        "better": better,
        "studies": ["made2020"],
        "likelihood": likelihood,
        "reading": "counts",
        "structure": "single",
        "effect_priors": list(priors),
        "primary": list(priors)[min(1, len(priors) - 1)],
        "mcid": 0.8 if better == "lower" else 1.25,
        "priors": nuisance,
    }
    spec = AnalysisSpec.model_validate(document | changes)
    curve, rng = evidence_curve(evidence, spec), np.random.default_rng(1)
    trees = {name: tree_of(spec, evidence, curve, prior, rng) for name, prior in priors.items() if fitted}
    nuts = [nuts_estimates(spec, evidence, name, tree["posterior"].to_dataset()) for name, tree in trees.items()]
    estimates = pd.concat([curve_estimates(spec, curve, priors), *nuts], ignore_index=True)
    record = {"fits": {name: {"gate": {"passed": True, "failures": []}} for name in trees}}
    question = Question(spec, audit_studies({STUDY.id: STUDY}), evidence, priors)
    return Result(question, estimates=estimates, trees=trees, record=record)


def tree_of(
    spec: AnalysisSpec, evidence: Evidence, curve: EvidenceCurve, prior: Prior, rng: np.random.Generator
) -> xr.DataTree:
    chains, draws = 4, 60
    module, turned = module_of(spec.likelihood), spec.effect_prior(prior)
    exact = curve.apply(turned)
    theta = np.interp(rng.uniform(size=chains * draws), exact.cdf, exact.theta)
    values = {"theta": ((), theta), **nuisance_of(spec, evidence, theta, rng)}
    posterior = dataset(values, module.coordinates(evidence), chains)
    before = turned.sample(200, rng)
    prior_draws = {"theta": ((), before), **module.sample_nuisance(evidence, spec, before, rng)}
    prior_set = dataset(prior_draws, module.coordinates(evidence), 1)
    seen = module.observed(evidence)
    labels = {d: module.coordinates(evidence)[d] for dims, _ in seen.values() for d in dims}
    groups = {
        "posterior": posterior,
        "posterior_predictive": module.replicate(posterior, evidence, rng),
        "prior": prior_set,
        "prior_predictive": module.replicate(prior_set, evidence, rng),
        "observed_data": xr.Dataset(seen, coords=labels),
    }
    return xr.DataTree.from_dict(groups)


def nuisance_of(spec: AnalysisSpec, evidence: Evidence, theta: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    x = np.array([-0.5, 0.5])
    if isinstance(evidence, BinomialEvidence):
        share = (evidence.events.sum() + 0.5) / (evidence.n.sum() + 1)
        alpha = rng.normal(math.log(share / (1 - share)), 0.15, len(theta))
        return {"alpha": ((), alpha), "probability": (("arm",), 1 / (1 + np.exp(-alpha[:, None] - theta[:, None] * x)))}
    if isinstance(evidence, SurvivalEvidence):
        share = (evidence.survivors.sum(axis=1) + 0.5) / (evidence.at_risk.sum(axis=1) + 1)
        log_hazard = rng.normal(np.log(-np.log(share)), 0.1, (len(theta), len(share)))
        each = theta[:, None] + (0 if spec.proportional else rng.normal(0, 0.2, len(share))) * np.ones(len(share))
        hazard = np.exp(log_hazard[..., None] + each[..., None] * x)
        extra = {} if spec.proportional else {"theta_interval": (("interval",), each)}
        return {"log_hazard": (("interval",), log_hazard), "cumulative_hazard": (("interval", "arm"), hazard)} | extra
    return {}


def dataset(values: dict[str, Any], coordinates: dict[str, list[Any]], chains: int) -> xr.Dataset:
    arrays = {k: (("chain", "draw", *dims), v.reshape(chains, -1, *v.shape[1:])) for k, (dims, v) in values.items()}
    used = {d for dims, _ in values.values() for d in dims}
    return xr.Dataset(arrays, coords={d: coordinates[d] for d in used})
