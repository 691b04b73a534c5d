"""The model of an analysis in mathematics: the same lines for the terminal and for the report."""

from collections.abc import Mapping

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.likelihoods.contract import Equation, prior_line
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.priors.density import Prior

NUISANCES = {
    "time_variation": Equation(r"\omega", "ω", "standard deviation between intervals"),
    "heterogeneity": Equation(r"\tau", "τ", "standard deviation between studies"),
    "bias_mean": Equation(r"\beta", "β", "mean bias of studies that were not randomised"),
    "bias_spread": Equation(r"\sigma_b", "σ_b", "standard deviation of bias between those studies"),
    "moderator": Equation(r"\gamma", "γ", "difference between the group of the moderator and the rest"),
    "discount": Equation(r"\delta", "δ", "weight of the discounted studies, in common"),
}

OF_ONE = {
    "bias_mean": "mean bias of such a study, where the answer allows for it",
    "bias_spread": "standard deviation of bias between such studies, where the answer allows for it",
}
"""Of one study that may be biased."""

TURNED = ("bias_mean", "moderator")
"""Documented on the benefit scale, as effect priors are."""


def nuisance_words(spec: AnalysisSpec, key: str) -> str:
    """Name a parameter beside the effect."""
    if key in OF_ONE and not spec.is_synthesis:
        return OF_ONE[key]
    said = NUISANCES[key].words
    return said.replace("studies", "arms") if spec.model == "arm_level" else said


def equations(spec: AnalysisSpec, priors: Mapping[str, Prior]) -> list[Equation]:
    """Likelihood, then nuisance priors, then the effect prior under each name, as the model takes them."""
    module = module_of(spec.model)
    lines = [*module.equations(spec), *module.nuisance(spec)]
    for key, symbol in NUISANCES.items():
        prior = getattr(spec.priors, key)
        if prior is not None:
            turned = spec.effect_prior(prior) if key in TURNED else prior
            lines.append(prior_line(symbol._replace(words=nuisance_words(spec, key)), turned))
    latex, plain = (r"\mu", "μ") if spec.model == "synthesis" else (r"\theta", "θ")
    lines += [prior_line(Equation(latex, plain, name), spec.effect_prior(priors[name])) for name in spec.effect_priors]
    return lines
