"""Made-up syntheses: studies of every kind, without sampling; draws are those of the prior."""

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd
import xarray as xr

from crlm_bayes.answers.question import Question
from crlm_bayes.answers.result import Result
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.single import SingleEvidence
from crlm_bayes.evidence.values import (
    BinomialEvidence,
    RatioEvidence,
    StudyEvidence,
    SurvivalEvidence,
    SynthesisEvidence,
)
from crlm_bayes.likelihoods.studies import model as numpy_twin
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal
from makers.made_results import dataset

PRIORS: dict[str, Prior] = {
    name: Normal(dist="normal", mean=mean, sd=sd, rationale="test")
    for name, mean, sd in (("reference", 0.0, 1.0), ("strongly_sceptical", 0.0, 0.14), ("enthusiastic", -0.29, 0.17))
}
PRIMARY = "strongly_sceptical"
LABELS = ("Chemotherapy", "Chemotherapy plus Drug")
NORMAL = {"dist": "normal", "mean": -0.05, "sd": 0.2, "rationale": "test"}
HALF = {"dist": "half_normal", "sd": 0.1, "rationale": "test"}
EVERY = ["forest_plot", "influence", "cumulative", "heterogeneity", "borrowing", "tau_priors", "funnel"]
FITTED = ["predictive", "prior_predictive"]


def ratio(y: float, se: float, known: bool = True) -> RatioEvidence:
    return RatioEvidence("", ("a", "b"), LABELS, y, se, direction="known" if known else "unknown")


def separated() -> BinomialEvidence:
    return BinomialEvidence("", ("a", "b"), LABELS, np.array([0.0, 14.0]), np.array([14.0, 14.0]))


def survival() -> SurvivalEvidence:
    at_end = np.array([[0.8, 0.86], [0.4, 0.55]])
    at_risk = np.vstack([np.ones(2), at_end[:-1]]) * 60
    return SurvivalEvidence("", ("a", "b"), LABELS, np.array([0.0, 12, 36]), at_risk, at_end * 60, at_end)


def made(
    evidence: list[SingleEvidence], structure: str, *, measure: str = "hr", better: str = "lower", fitted: bool = True,
    designs: tuple[str, ...] = ("rct", "cohort"), weight: float | str = 1.0, secondary: int = 0, **priors: Any,
) -> Result:  # fmt: skip
    """An analysis of several studies; the last `secondary` ones are indirect, of some weight. Draws are of the prior."""
    n = len(evidence)
    names = [f"study{2024 - (7 * i) % 19}{chr(97 + i)}" for i in range(n)]
    studies = {
        name: Study(
            id=name, citation="made", design=cast("Any", designs[i % len(designs)]), year=2024 - (7 * i) % 19,
            timing="neoadjuvant" if i % 3 else "perioperative", resectability="resected", source="primary", n=None if i == 1 else 60 + 997 * i,
            name="Annals of the Surgery of Metastases" if i == 2 else None,
            relevance="indirect" if i >= n - secondary else "direct",
        )
        for i, name in enumerate(names)
    }  # fmt: skip
    of_kind = {BinomialEvidence: "binomial", SurvivalEvidence: "piecewise_exponential", RatioEvidence: "log_ratio"}
    per_study = {
        name: {"likelihood": of_kind[type(one)], "discount": weight if i >= n - secondary else 1.0}
        for i, (name, one) in enumerate(zip(names, evidence, strict=True))
    }
    nuisance = {"baseline": {"dist": "normal", "mean": -3.0, "sd": 2.0, "rationale": "test"}, **priors}
    document: dict[str, Any] = {
        "id": "made", "title": "Made up", "question": "?", "endpoint": "pfs", "measure": measure, "better": better,
        "studies": names, "likelihood": "log_ratio", "reading": "contrast", "structure": structure,
        "effect_priors": list(PRIORS), "primary": PRIMARY, "mcid": 0.8 if better == "lower" else 1.25,
        "per_study": per_study, "priors": nuisance,
    }  # fmt: skip
    if structure == "meta_regression":
        document["moderator"] = {"key": "timing", "levels": ["neoadjuvant"]}
    spec = AnalysisSpec.model_validate(document)
    members = [
        StudyEvidence(
            name, replace(one, study=name),
            shifted={"bias_adjusted": studies[name].design != "rct", "meta_regression": bool(i % 3)}.get(structure, False),
            discount=1.0 if weight == "learnt" or i < n - secondary else float(weight),
            learnt=weight == "learnt" and i >= n - secondary,
        )
        for i, (name, one) in enumerate(zip(names, evidence, strict=True))
    ]  # fmt: skip
    assembled = SynthesisEvidence(tuple(members))
    question = Question(spec, audit_studies(studies), assembled, PRIORS)
    trees = {PRIMARY: tree_of(spec, assembled)} if fitted else {}
    return Result(question, estimates=pd.DataFrame(), trees=trees, record={"fits": {}})


def tree_of(spec: AnalysisSpec, evidence: SynthesisEvidence) -> xr.DataTree:
    rng = np.random.default_rng(1)
    theta = PRIORS[PRIMARY].sample(400, rng)
    values = {"theta": ((), theta), **numpy_twin.sample_nuisance(evidence, spec, theta, rng)}
    labels, seen = numpy_twin.coordinates(evidence), numpy_twin.observed(evidence)
    drawn = dataset(cast("Any", values), labels, 4)
    new = numpy_twin.replicate(drawn, evidence, rng)
    used = {d: labels[d] for dims, _ in seen.values() for d in dims}
    groups = {"posterior": drawn, "posterior_predictive": new, "prior_predictive": new}
    return xr.DataTree.from_dict({**groups, "observed_data": xr.Dataset(seen, coords=used)})


def scattered(n: int) -> list[SingleEvidence]:
    rng = np.random.default_rng(3)
    return [
        ratio(float(y), float(se)) for y, se in zip(rng.normal(-0.25, 0.2, n), rng.uniform(0.08, 0.5, n), strict=True)
    ]


CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "two, common": (
        {"evidence": [ratio(-0.4, 0.2), survival()], "structure": "common"},
        ["forest_plot", "influence", "cumulative", "borrowing", "tau_priors"],
    ),
    "two, random, all randomised": (
        {"evidence": scattered(2), "structure": "random", "designs": ("rct",), "heterogeneity": HALF},
        ["forest_plot", "influence", "cumulative", "heterogeneity", "tau_priors"],
    ),
    "twelve, of every kind": (
        {
            "evidence": [separated(), ratio(0.3, 0.2, known=False), *scattered(10)], "structure": "random",
            "measure": "or", "better": "higher", "heterogeneity": HALF, "weight": 0.5, "secondary": 2,
        },
        EVERY,
    ),
    "three, biased": (
        {
            "evidence": [ratio(-0.3, 0.2), ratio(-0.6, 0.1), ratio(0.2, 0.25, known=False)], "structure": "bias_adjusted",
            "heterogeneity": HALF, "bias_mean": NORMAL, "bias_spread": HALF,
        },
        EVERY[:-1],
    ),
    "three, learnt": (
        {
            "evidence": scattered(3), "structure": "random", "better": "higher", "heterogeneity": HALF,
            "weight": "learnt", "secondary": 1, "discount": {"dist": "beta", "a": 2.0, "b": 2.0, "rationale": "test"},
        },
        EVERY[:-1],
    ),
    "fifteen, common": (
        {"evidence": scattered(15), "structure": "common", "better": "higher", "designs": ("rct",)},
        ["forest_plot", "influence", "cumulative", "tau_priors", "funnel"],
    ),
    "four, moderated": (
        {"evidence": scattered(4), "structure": "meta_regression", "heterogeneity": HALF | {"sd": 0.3}, "moderator": NORMAL},
        EVERY[:-1],
    ),
}  # fmt: skip
