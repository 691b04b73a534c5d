"""The model of an analysis in mathematics: the same lines for the terminal and for the report."""

from collections.abc import Mapping
from types import ModuleType
from typing import NamedTuple

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.likelihoods.centres import equations as centre_equations
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Mixture, Normal, StudentT
from crlm_bayes.priors.nuisance import Beta, FixedCorrelation, RandomWalk, UniformCorrelation
from crlm_bayes.priors.spreads import HalfStudentT, LogNormal
from crlm_bayes.toml import Frozen


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


def _prior_line(latex: str, plain: str, prior: Frozen, words: str) -> Equation:
    tex, text = density(prior)
    return Equation(rf"{latex} \sim {tex}", f"{plain} ~ {text}", words)


def density(prior: Frozen) -> tuple[str, str]:
    """Write a density in LaTeX and in plain text."""
    match prior:
        case Normal():
            return (
                rf"\mathrm{{Normal}}({prior.mean:.4g},\; {prior.sd:.4g}^2)",
                f"Normal({prior.mean:.4g}, {prior.sd:.4g}²)",
            )
        case StudentT():
            return (
                rf"\mathrm{{Student}}_{{{prior.df:.4g}}}({prior.mean:.4g},\; {prior.sd:.4g})",
                f"Student-t(df {prior.df:.4g}, {prior.mean:.4g}, {prior.sd:.4g})",
            )
        case Mixture():
            parts = list(zip(prior.weights, prior.means, prior.sds, strict=True))
            tex = " + ".join(rf"{w:.4g}\,\mathrm{{Normal}}({m:.4g},\; {s:.4g}^2)" for w, m, s in parts)
            return tex, " + ".join(f"{w:.4g} Normal({m:.4g}, {s:.4g}²)" for w, m, s in parts)
        case TwoPiece():
            below, above = f"{prior.sd_below:.4g}", f"{prior.sd_above:.4g}"
            return (
                rf"\mathrm{{SplitNormal}}({prior.mode:.4g},\; {below}^2,\; {above}^2)",
                f"SplitNormal({prior.mode:.4g}, {below}² below, {above}² above)",
            )
        case Quantiles():
            pairs = ", ".join(f"{100 * p:.4g}% {v:.4g}" for p, v in zip(prior.probabilities, prior.values, strict=True))
            return rf"\mathrm{{Quantiles}}({pairs.replace('%', r'\%')})", f"Quantiles({pairs})"
        case HalfStudentT():
            return (
                rf"\mathrm{{HalfStudent}}_{{{prior.df:.4g}}}({prior.sd:.4g})",
                f"Half-Student-t(df {prior.df:.4g}, {prior.sd:.4g})",
            )
        case Beta():
            return rf"\mathrm{{Beta}}({prior.a:.4g},\; {prior.b:.4g})", f"Beta({prior.a:.4g}, {prior.b:.4g})"
        case UniformCorrelation():
            return (
                rf"\mathrm{{Uniform}}({prior.low:.4g},\; {prior.high:.4g})",
                f"Uniform({prior.low:.4g}, {prior.high:.4g})",
            )
        case FixedCorrelation():
            return rf"\text{{fixed at }} {prior.value:.4g}", f"fixed at {prior.value:.4g}"
        case LogNormal():
            return (
                rf"\mathrm{{LogNormal}}({prior.mean:.4g},\; {prior.sd:.4g}^2)",
                f"LogNormal({prior.mean:.4g}, {prior.sd:.4g}²)",
            )
    name = {"cauchy": "Cauchy", "half_normal": "HalfNormal", "half_cauchy": "HalfCauchy"}[prior.dist]  # type: ignore[attr-defined]
    numbers = [getattr(prior, key) for key in ("mean", "sd") if hasattr(prior, key)]
    inside = ", ".join(f"{x:.4g}" for x in numbers)
    return rf"\mathrm{{{name}}}({inside})", f"{name}({inside})"
