"""The model of an analysis in mathematics: the same lines for the terminal and for the report."""

from collections.abc import Mapping
from types import ModuleType
from typing import NamedTuple

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.likelihoods.centres import equations as centre_equations
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.priors.density import Density, Prior
from crlm_bayes.priors.nuisance import RandomWalk


class Equation(NamedTuple):
    """One line of a model: LaTeX, plain text, and what it says in words."""

    latex: str
    plain: str
    words: str


def equations(spec: AnalysisSpec, priors: Mapping[str, Prior]) -> list[Equation]:
    """Likelihood, then nuisance priors, then the effect prior under each name, as the model takes them."""
    module = module_of(spec.model)
    lines = [Equation(*line) for line in _equations(spec)]
    if spec.model == "synthesis":
        lines += _between_studies(spec) + _of_members(spec)
    elif spec.model == "piecewise_exponential":
        lines += [Equation(*line) for line in (module.PROPORTIONAL if spec.proportional else module.NON_PROPORTIONAL)]
    baseline = spec.priors.baseline
    if baseline is not None:
        latex, plain, words = _baseline_module(spec).NUISANCE
        lines += (
            _walk_lines(baseline) if isinstance(baseline, RandomWalk) else [_prior_line(latex, plain, baseline, words)]
        )
    lines += _of_centres(spec)
    for key, (latex, plain, words) in NUISANCES.items():
        prior = getattr(spec.priors, key)
        if prior is not None:
            turned = spec.effect_prior(prior) if key in TURNED else prior
            words = words.replace("studies", "arms") if spec.model == "arm_level" else words
            lines.append(_prior_line(latex, plain, turned, words))
    latex, plain = (r"\mu", "μ") if spec.model == "synthesis" else (r"\theta", "θ")
    lines += [_prior_line(latex, plain, spec.effect_prior(priors[name]), name) for name in spec.effect_priors]
    return lines


NUISANCES = {
    "time_variation": (r"\omega", "ω", "standard deviation between intervals"),
    "heterogeneity": (r"\tau", "τ", "standard deviation between studies"),
    "bias_mean": (r"\beta", "β", "mean bias of studies that were not randomised"),
    "bias_spread": (r"\sigma_b", "σ_b", "standard deviation of bias between those studies"),
    "moderator": (r"\gamma", "γ", "difference between the group of the moderator and the rest"),
    "discount": (r"\delta", "δ", "weight of the discounted studies, in common"),
}

TURNED = ("bias_mean", "moderator")
"""Documented on the benefit scale, as effect priors are."""


def _equations(spec: AnalysisSpec) -> tuple[tuple[str, str, str], ...]:
    module = module_of(spec.model)
    if spec.priors.centres is not None:
        return centre_equations.lines(spec.priors.centres, spec.likelihood)
    unknown = module.EQUATIONS_UNKNOWN[:1] if spec.model == "log_ratio" and spec.reading == "logrank" else ()
    found: tuple[tuple[str, str, str], ...] = (*module.EQUATIONS, *unknown)
    return found


CENTRES = {
    "baseline_spread": (r"\tau_u", "τ_u", "standard deviation of prognosis between centres"),
    "effect_spread": (r"\tau_v", "τ_v", "standard deviation of the effect between centres"),
    "allocation_spread": (r"\tau_\pi", "τ_π", "standard deviation between centres of the logit of the share treated"),
    "allocation_correlation": (r"\rho", "ρ", "correlation of that share with prognosis (u_c)"),
}


def _of_centres(spec: AnalysisSpec) -> list[Equation]:
    assumed = spec.priors.centres
    found = [(key, getattr(assumed, key)) for key in CENTRES] if assumed is not None else []
    return [_prior_line(CENTRES[key][0], CENTRES[key][1], prior, CENTRES[key][2]) for key, prior in found if prior]


def _baseline_module(spec: AnalysisSpec) -> ModuleType:
    """The module whose baseline has the prior: of the likelihood, or of the studies of a synthesis that have one."""
    if spec.model == "synthesis":
        return module_of(next(of for s in spec.studies if (of := spec.of_study(s).likelihood) != "log_ratio"))
    return module_of(spec.likelihood if spec.model == "centres" else spec.model)


def _between_studies(spec: AnalysisSpec) -> list[Equation]:
    module = module_of("synthesis")
    effects = {"common": module.COMMON, "meta_regression": module.MODERATED}.get(spec.structure, module.RANDOM)
    bias = {"bias_adjusted": module.BIAS, "common": ()}.get(spec.structure, module.UNBIASED)
    return [Equation(*line) for line in (*effects, *bias)]


def _of_members(spec: AnalysisSpec) -> list[Equation]:
    """Equations of every likelihood among the studies, each once, with the studies that have it."""
    found: dict[str, list[str]] = {}
    for study in spec.studies:
        found.setdefault(spec.of_study(study).likelihood, []).append(study)
    lines = []
    for likelihood, studies in found.items():
        module = module_of(likelihood)
        own = [
            *_equations(spec.of_study(studies[0])),
            *(module.PROPORTIONAL if likelihood == "piecewise_exponential" else ()),
        ]
        for i, (latex, plain, words) in enumerate(own):
            lines.append(Equation(latex, plain, f"{words} ({', '.join(studies)})" if i == 0 else words))
    return lines


def _walk_lines(walk: RandomWalk) -> list[Equation]:
    first = _prior_line(r"\log \lambda_1", "log λ_1", walk.start, "log hazard per month of the first interval")
    latex = rf"\log \lambda_k \sim \mathrm{{Normal}}(\log \lambda_{{k-1}},\; {walk.step_sd:.4g}^2)"
    plain = f"log λ_k ~ Normal(log λ_{{k-1}}, {walk.step_sd:.4g}²)"
    return [first, Equation(latex, plain, "neighbouring intervals have similar hazards")]


def _prior_line(latex: str, plain: str, prior: Density, words: str) -> Equation:
    return Equation(rf"{latex} \sim {prior.latex}", f"{plain} ~ {prior.plain}", words)
