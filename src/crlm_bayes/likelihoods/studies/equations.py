"""Equations of a synthesis: how the effects of studies relate, and the likelihood of each study."""

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.likelihoods.contract import Equation
from crlm_bayes.likelihoods.leaves import LEAVES

EQUATIONS = (
    Equation(
        r"y_i \sim L_i(\theta_i + b_i)^{\delta_i}",
        "y_i ~ L_i(θ_i + b_i)^δ_i",
        "each study by its own likelihood, weighted by its discount (1: as it stands)",
    ),
)

COMMON = (Equation(r"\theta_i = \mu, \quad b_i = 0", "θ_i = μ,  b_i = 0", "one effect in all studies"),)

RANDOM = (
    Equation(
        r"\theta_i \sim \mathrm{Normal}(\mu,\; \tau^2)", "θ_i ~ Normal(μ, τ²)", "effects scatter around the pooled one"
    ),
)

UNBIASED = (Equation(r"b_i = 0", "b_i = 0", "no study is taken to be biased"),)

BIAS = (
    Equation(
        r"b_i = 0 \text{ (randomised)}, \quad b_i \sim \mathrm{Normal}(\beta,\; \sigma_b^2) \text{ (not randomised)}",
        "b_i = 0 (randomised),  b_i ~ Normal(β, σ_b²) (not randomised)",
        "bias of studies that were not randomised; negative flatters the treatment",
    ),
)

MODERATED = (
    Equation(
        r"\theta_i \sim \mathrm{Normal}(\mu + \gamma m_i,\; \tau^2)",
        "θ_i ~ Normal(μ + γ m_i, τ²)",
        "m_i = 1 in the group of the moderator, else 0: μ belongs to the rest",
    ),
)


def equations(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write how studies inform effects, how effects and biases relate, and every likelihood once with its studies."""
    effects = {"common": COMMON, "meta_regression": MODERATED}.get(spec.structure, RANDOM)
    bias = {"bias_adjusted": BIAS, "common": ()}.get(spec.structure, UNBIASED)
    return (*EQUATIONS, *effects, *bias, *_of_members(spec))


def _of_members(spec: AnalysisSpec) -> list[Equation]:
    found: dict[str, list[str]] = {}
    for study in spec.studies:
        found.setdefault(spec.of_study(study).likelihood, []).append(study)
    lines = []
    for likelihood, studies in found.items():
        first, *others = LEAVES[likelihood].equations(spec.of_study(studies[0]))
        lines += [first._replace(words=f"{first.words} ({', '.join(studies)})"), *others]
    return lines


def nuisance(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the prior of the baseline, which studies with one share."""
    with_one = [own for study in spec.studies if LIKELIHOODS[(own := spec.of_study(study)).likelihood].baseline]
    return LEAVES[with_one[0].likelihood].nuisance(with_one[0]) if with_one else ()
