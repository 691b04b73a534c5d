"""The model of an analysis in mathematics: the same lines for the terminal and for the report."""

from collections.abc import Mapping
from typing import NamedTuple

from crlm_bayes.documents import Frozen
from crlm_bayes.elicited import Quantiles, TwoPiece
from crlm_bayes.likelihoods.contract import module_of
from crlm_bayes.priors import Mixture, Normal, Prior, StudentT
from crlm_bayes.scales import HalfStudentT, LogNormal
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.walks import RandomWalk


class Equation(NamedTuple):
    """One line of a model: LaTeX, plain text, and what it says in words."""

    latex: str
    plain: str
    words: str


def equations(spec: AnalysisSpec, priors: Mapping[str, Prior]) -> list[Equation]:
    """Likelihood, then nuisance priors, then the effect prior under each name, as the model takes them."""
    module = module_of(spec.likelihood)
    lines = [Equation(*line) for line in module.EQUATIONS]
    if spec.likelihood == "piecewise_exponential":
        lines += [Equation(*line) for line in (module.PROPORTIONAL if spec.proportional else module.NON_PROPORTIONAL)]
    baseline, variation = spec.priors.baseline, spec.priors.time_variation
    if baseline is not None:
        latex, plain, words = module.NUISANCE
        lines += (
            _walk_lines(baseline) if isinstance(baseline, RandomWalk) else [_prior_line(latex, plain, baseline, words)]
        )
    if variation is not None:
        lines.append(_prior_line(r"\omega", "ω", variation, "standard deviation between intervals"))
    lines += [_prior_line(r"\theta", "θ", spec.effect_prior(priors[name]), name) for name in spec.effect_priors]
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
        case LogNormal():
            return (
                rf"\mathrm{{LogNormal}}({prior.mean:.4g},\; {prior.sd:.4g}^2)",
                f"LogNormal({prior.mean:.4g}, {prior.sd:.4g}²)",
            )
    name = {"cauchy": "Cauchy", "half_normal": "HalfNormal", "half_cauchy": "HalfCauchy"}[prior.dist]  # type: ignore[attr-defined]
    numbers = [getattr(prior, key) for key in ("mean", "sd") if hasattr(prior, key)]
    inside = ", ".join(f"{x:.4g}" for x in numbers)
    return rf"\mathrm{{{name}}}({inside})", f"{name}({inside})"
