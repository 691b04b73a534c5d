"""The models that the samplers are compared on: here as questions, and what the other programs are given of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import crlm_bayes as cb
from crlm_bayes.answers.question import Question
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.values import SurvivalEvidence, SynthesisEvidence
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.likelihoods.studies.exact import synthesis_of
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.spreads import LogNormal

TREATED = (3, 7, 5, 102, 28, 4, 98, 60, 25, 138, 64, 45, 9, 57, 25, 33, 28, 8, 6, 32, 27, 22)
OF_TREATED = (
    38,
    114,
    69,
    1533,
    355,
    59,
    945,
    632,
    278,
    1916,
    873,
    263,
    291,
    858,
    154,
    207,
    251,
    151,
    174,
    209,
    391,
    680,
)
CONTROLS = (3, 14, 11, 127, 27, 6, 152, 48, 37, 188, 52, 47, 16, 45, 31, 38, 12, 6, 3, 40, 43, 39)
OF_CONTROLS = (
    39,
    116,
    93,
    1520,
    365,
    52,
    939,
    471,
    282,
    1921,
    583,
    266,
    293,
    883,
    147,
    213,
    122,
    154,
    134,
    218,
    364,
    674,
)
"""Deaths and patients, with beta-blockers and without."""


@dataclass(frozen=True)
class Case:
    """A model in every program.

    Attributes
    ----------
    parameters : tuple of str
        Those that are compared, by the one name that all programs have for them.
    data : dict of name to number or array
        What the other programs are given.
    peers : dict of name to tuple
        How each is started: the program as `peer.R` knows it, the file of the model, and data beside those above.
    """

    name: str
    question: Question
    parameters: tuple[str, ...]
    data: Mapping[str, Any]
    peers: Mapping[str, tuple[str, str, Mapping[str, Any]]]

    @property
    def prior(self) -> Normal:
        """Prior of the effect, as the model has it."""
        prior = self.question.spec.effect_prior(self.question.priors[self.question.spec.primary])
        assert isinstance(prior, Normal)
        return prior

    def exact(self) -> dict[str, float]:
        """Posterior means without a sampler."""
        spec, evidence = self.question.spec, self.question.evidence
        if isinstance(evidence, SynthesisEvidence):
            pooled = synthesis_of(evidence, spec).under(self.prior)
            assert pooled.tau is not None
            return {"theta": pooled.mu.mean, "tau": pooled.tau.mean}
        return {"theta": module_of(spec.model).curve(evidence, spec).apply(self.prior).mean}


def survival() -> Case:
    """The piecewise exponential model of one bundled analysis."""
    question = cb.question("pfs_chen2025_landmark")
    evidence = question.evidence
    assert isinstance(evidence, SurvivalEvidence)
    counts = {
        f"{name}{arm}": values[:, arm]
        for name, values in (("n", evidence.at_risk), ("s", evidence.survivors))
        for arm in (0, 1)
    }
    data = {"K": len(evidence.survivors), **counts, "months": np.diff(evidence.times), **_priors(question)}
    peers: dict[str, tuple[str, str, Mapping[str, Any]]] = {
        "JAGS": ("jags", "piecewise.bug", {}),
        "Stan": ("stan", "piecewise.stan", {}),
    }
    return Case("piecewise exponential, 1 study of 2 intervals", question, ("theta",), data, peers)


def meta_analysis() -> Case:
    """The 22 trials of beta-blockers: deaths."""
    names = [f"trial{i + 1}" for i in range(len(TREATED))]
    studies = {
        name: Study.model_validate({
            "id": name, "citation": "Carlin 1992", "design": "rct", "timing": "adjuvant", "source": "secondary",
            "resectability": "not_applicable",
            "arms": [{"id": arm, "role": role, "label": arm, "n": n} for arm, role, _, n in arms],
            "counts": [{"endpoint": "death", "arm": arm, "events": r, "n": n, "locator": "Table 1"} for arm, _, r, n in arms],
        })
        for name, *numbers in zip(names, CONTROLS, OF_CONTROLS, TREATED, OF_TREATED, strict=True)
        for arms in [(("none", "control", *numbers[:2]), ("blocker", "treatment", *numbers[2:]))]
    }  # fmt: skip
    document = {
        "id": "blocker", "title": "Beta-blockers", "question": "Do beta-blockers prevent death?",
        "endpoint": "death", "measure": "or", "better": "lower", "studies": names, "likelihood": "binomial",
        "reading": "counts", "structure": "random", "effect_priors": ["reference"], "primary": "reference",
        "accepts": [], "mcid": 0.8,
        "priors": {
            "baseline": {"dist": "normal", "mean": 0.0, "sd": 1.5, "rationale": "benchmark"},
            "heterogeneity": {"dist": "log_normal", "mean": -1.28, "sd": 0.87, "rationale": "benchmark"},
        },
    }  # fmt: skip
    question = cb.question(document, studies=studies)
    tau = question.spec.priors.heterogeneity
    assert isinstance(tau, LogNormal)
    data = {"K": len(names), "r0": CONTROLS, "n0": OF_CONTROLS, "r1": TREATED, "n1": OF_TREATED, **_priors(question)}
    data |= {"tau_mean": tau.mean, "tau_sd": tau.sd}
    peers = {
        "JAGS": ("jags", "binomial_centred.bug", {}),
        "JAGS, non-centred": ("jags", "binomial_free.bug", {}),
        "JAGS, glm": ("jags-glm", "binomial_centred.bug", {}),
        "JAGS, non-centred, glm": ("jags-glm", "binomial_free.bug", {}),
        "Stan": ("stan", "binomial.stan", {"centred": 1}),
        "Stan, non-centred": ("stan", "binomial.stan", {"centred": 0}),
    }
    return Case("binomial random effects, 22 trials", question, ("theta", "tau"), data, peers)


def _priors(question: Question) -> dict[str, float]:
    """Priors of the effect, as the model has it, and of the nuisance parameters."""
    spec = question.spec
    effect, baseline = spec.effect_prior(question.priors[spec.primary]), spec.priors.baseline
    assert isinstance(effect, Normal) and isinstance(baseline, Normal)
    return {
        "prior_mean": effect.mean, "prior_sd": effect.sd, "baseline_mean": baseline.mean, "baseline_sd": baseline.sd,
    }  # fmt: skip
