r"""Several studies, each with its own exact likelihood, and effects that relate as the structure says.

.. math::

    y_i \sim L_i(\theta_i + b_i)^{\delta_i}, \qquad \theta_i \sim N(\mu, \tau^2)

μ is called ``theta`` in the model: it is the effect that priors are put on and that everything downstream reads. Each
study keeps its own nuisance parameters; studies of one likelihood are one block of the compiled model
(:mod:`crlm_bayes.likelihoods.studies.blocks`), and what is drawn carries the study's name afterwards.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import RatioEvidence, SynthesisEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods import log_ratio
from crlm_bayes.likelihoods.contract import Effect, FitFigure, Shape, room
from crlm_bayes.likelihoods.studies import blocks
from crlm_bayes.likelihoods.studies.blocks import module
from crlm_bayes.likelihoods.studies.effects import CHEBYSHEV, SHIFTING, study_effects
from crlm_bayes.likelihoods.studies.equations import equations as equations
from crlm_bayes.likelihoods.studies.equations import nuisance as nuisance
from crlm_bayes.likelihoods.studies.exact import log_normaliser, members_of, synthesis_of
from crlm_bayes.likelihoods.variables import spread_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.spreads import ScalePrior

if TYPE_CHECKING:
    import xarray as xr

FIGURE = FitFigure("forest_plot", "Forest plot")

STUDIES = 16
"""That every compiled model has room for."""


def shape(evidence: SynthesisEvidence, spec: AnalysisSpec) -> Shape:
    """What a compiled model is specific to."""
    tau, bias = spec.priors.heterogeneity, spec.priors.bias_spread
    return Shape(
        "synthesis",
        spread=tau.dist if tau else "",
        effects=spec.structure,
        blocks=blocks.rooms(evidence),
        studies=room(len(evidence.members), STUDIES),
        learnt=any(member.learnt for member in evidence.members),
        bias_spread=bias.dist if bias else "",
    )


def build_around(effect: Effect, shape: Shape) -> None:
    """Add the pooled effect and the studies to the PyMC model in context."""
    import pymc as pm

    model = pm.modelcontext(None)
    model.add_coord("study", range(shape.studies))
    effects = study_effects(effect, shape)
    blocks.build(shape.blocks, effects.estimated, effects.weight)


def data(evidence: SynthesisEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the model's `pm.Data`, priors of everything but the pooled effect included."""
    priors = spec.priors
    values: dict[str, Any] = {"weight": np.array([member.discount for member in evidence.members])}
    if spec.structure in SHIFTING:
        values["shifted"] = np.array([float(member.shifted) for member in evidence.members])
    if priors.heterogeneity is not None:
        values |= spread_data("tau", priors.heterogeneity)
    for name, prior in (("bias_mean", priors.bias_mean), ("moderator", priors.moderator)):
        if prior is not None:
            values |= {f"{name}_mean": spec.sign * prior.mean, f"{name}_sd": prior.sd}
    if priors.bias_spread is not None:
        values |= spread_data("bias_spread", priors.bias_spread)
    if priors.discount is not None:
        values |= {"discount_a": priors.discount.a, "discount_b": priors.discount.b} | _normaliser(evidence, spec)
        values["learnt"] = np.array([float(member.learnt) for member in evidence.members])
    return values | blocks.data(evidence, spec)


def data_under(prior: Prior, evidence: SynthesisEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """How far the scatter of each study pulls at the pooled effect: by its share of what is known of that, prior and all."""
    priors = spec.priors
    if priors.heterogeneity is None:
        return {"pull_apart": np.zeros(len(evidence.members))} if priors.moderator is not None else {}
    members = members_of(evidence, spec)
    shifted = np.array([member.shifted for member in members])
    variance = np.array([m.curve.width**2 / m.discount if m.discount > 0 else np.inf for m in members])
    variance = np.where([m.curve.has_mode for m in members], variance, np.inf) + _median(priors.heterogeneity) ** 2
    if priors.bias_mean is not None and priors.bias_spread is not None:
        variance = variance + shifted * (priors.bias_mean.sd**2 + _median(priors.bias_spread) ** 2)

    def pull(group: Any, sd: float) -> Floats:
        known = group / variance
        return np.asarray(known / (known.sum() + sd**-2))

    if priors.moderator is None:
        return {"pull": pull(np.ones(len(members)), prior.spread)}
    apart = float(np.hypot(prior.spread, priors.moderator.sd))
    return {"pull": pull(~shifted, prior.spread), "pull_apart": pull(shifted, apart)}


def _median(prior: ScalePrior) -> float:
    return float(prior.quantile(0.5))


def _normaliser(evidence: SynthesisEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Chebyshev series of the logarithm of the power prior's normaliser."""
    synthesis = synthesis_of(evidence, spec)
    k, log_c = log_normaliser(synthesis)
    nodes = np.polynomial.chebyshev.chebpts1(CHEBYSHEV)
    series = np.polynomial.chebyshev.chebfit(nodes, log_c(0.5 * (nodes + 1)), CHEBYSHEV - 1)
    constants = []
    for member, own in zip(evidence.members, synthesis.members, strict=True):
        if member.learnt:
            assert isinstance(member.evidence, RatioEvidence), "checked when the analysis was read"
            at_0 = log_ratio.log_likelihood(member.evidence, np.zeros(1))[0]
            constants.append(float(at_0 - own.curve.log_likelihood(0.0)))
    return {"log_normaliser": series, "discount_scale": k, "discount_constant": sum(constants)}


def curve(evidence: SynthesisEvidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Evidence curve of the pooled effect: everything else integrated out."""
    return synthesis_of(evidence, spec).curve


def coordinates(evidence: SynthesisEvidence) -> dict[str, list[Any]]:
    """Labels of the model's dimensions; those of one study start with its name."""
    labels: dict[str, list[Any]] = {
        "arm": list(evidence.arms),
        "study": [member.study for member in evidence.members],
        "biased_study": [member.study for member in evidence.members if member.shifted],
    }
    for member in evidence.members:
        own = module(member).coordinates(member.evidence)
        labels |= {f"{member.study}.{dim}": values for dim, values in own.items() if dim != "arm"}
    return labels


def sample_nuisance(
    evidence: SynthesisEvidence, spec: AnalysisSpec, theta: Floats, rng: np.random.Generator
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Draw heterogeneity, bias and study effects from their priors, and the nuisance parameters of every study."""
    size, n, priors = len(theta), len(evidence.members), spec.priors
    drawn: dict[str, tuple[tuple[str, ...], Floats]] = {}
    effect = np.repeat(theta[:, None], n, axis=1)
    shifted = np.array([member.shifted for member in evidence.members])
    if priors.heterogeneity is not None:
        tau = priors.heterogeneity.sample(size, rng)
        effect = effect + tau[:, None] * rng.standard_normal((size, n))
        drawn |= {"tau": ((), tau), "predictive": ((), theta + tau * rng.standard_normal(size))}
    if priors.moderator is not None:
        gamma = spec.sign * priors.moderator.sample(size, rng)
        effect = effect + gamma[:, None] * shifted
        drawn |= {"gamma": ((), gamma), "mu_moderated": ((), theta + gamma)}
    drawn["effect"] = (("study",), effect)
    estimated = effect
    if priors.bias_mean is not None and priors.bias_spread is not None:
        beta, spread = spec.sign * priors.bias_mean.sample(size, rng), priors.bias_spread.sample(size, rng)
        bias = beta[:, None] + spread[:, None] * rng.standard_normal((size, n))
        estimated = effect + shifted * bias
        drawn |= {"beta": ((), beta), "bias_spread": ((), spread), "estimated": (("study",), estimated)}
    if priors.discount is not None:
        drawn["delta"] = ((), rng.beta(priors.discount.a, priors.discount.b, size))
    for i, member in enumerate(evidence.members):
        own = module(member).sample_nuisance(member.evidence, spec.of_study(member.study), estimated[:, i], rng)
        drawn |= dict(blocks.cut(own, member))
    return drawn


def replicate(parameters: "xr.Dataset", evidence: SynthesisEvidence, rng: np.random.Generator) -> "xr.Dataset":
    """Draw new data of every study, given its own effect: ``trial2020.y``."""
    import xarray as xr

    estimated = parameters["estimated" if "estimated" in parameters else "effect"]
    drawn = []
    for i, member in enumerate(evidence.members):
        mine = f"{member.study}."
        own = {str(v): str(v).removeprefix(mine) for v in parameters.variables if str(v).startswith(mine)}
        block = parameters[[v for v in own if v in parameters.data_vars]].rename(own)
        block = block.assign(theta=estimated.isel(study=i, drop=True))
        new = module(member).replicate(block.drop_vars("study", errors="ignore"), member.evidence, rng)
        drawn.append(new.rename({v: blocks.own_name(member, str(v)) for v in new.variables}))
    merged: xr.Dataset = xr.merge(drawn)
    return merged


def observed(evidence: SynthesisEvidence) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """What every study observed, and its dims."""
    return {
        name: value
        for member in evidence.members
        for name, value in blocks.cut(module(member).observed(member.evidence), member)
    }


def derive(parameters: "xr.Dataset", evidence: SynthesisEvidence, spec: AnalysisSpec) -> "xr.Dataset":
    """The pooled effect under its name, and the ratio in a new study."""
    import xarray as xr

    derived = {"mu": parameters["theta"]}
    if "predictive" in parameters:
        ratio: Any = np.exp(parameters["predictive"])
        derived[f"predictive_{spec.measure}"] = ratio
    return xr.Dataset(derived)
