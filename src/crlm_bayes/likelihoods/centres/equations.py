"""Equations of the centres: for the terminal and for the report."""

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.evidence.centres import centre_priors_of
from crlm_bayes.likelihoods.contract import ARM_POSITION_LATEX, Equation, prior_line
from crlm_bayes.likelihoods.leaves import LEAVES

BETWEEN = (
    Equation(
        r"u_c \sim \mathrm{Normal}(0,\; \tau_u^2), \quad v_c \sim \mathrm{Normal}(0,\; \tau_v^2)",
        "u_c ~ Normal(0, τ_u²),  v_c ~ Normal(0, τ_v²)",
        "centres differ in prognosis and in the effect",
    ),
)

TABLES = (
    Equation(
        r"r_{ca} \sim \mathrm{Binomial}(n_{ca},\; p_{ca})", "r_ca ~ Binomial(n_ca, p_ca)", "events in arm a of centre c"
    ),
    Equation(
        r"\operatorname{logit} p_{ca} = \alpha + u_c + (\theta + v_c)\, x_a, " + ARM_POSITION_LATEX,
        "logit p_ca = α + u_c + (θ + v_c) x_a,  x_control = -1/2, x_treatment = +1/2",
        "the effect θ is the average over centres",
    ),
    *BETWEEN,
)

ALLOCATION = (
    Equation(
        r"\operatorname{logit} \pi_c = a + \tau_\pi \bigl(\rho\, u_c / \tau_u + \sqrt{1 - \rho^2}\, \varepsilon_c\bigr),"
        r" \quad \varepsilon_c \sim \mathrm{Normal}(0,\; 1)",
        "logit π_c = a + τ_π (ρ u_c / τ_u + √(1 - ρ²) ε_c),  ε_c ~ Normal(0, 1)",
        "share of the patients of centre c that were treated: not printed, so this is a sensitivity analysis",
    ),
    Equation(
        r"\textstyle\sum_c n_c \pi_c = n_{\text{treatment}}",
        "Σ n_c π_c = n_treatment",
        "which fixes a: the arms are as large as printed",
    ),
    *BETWEEN,
)

LATENT_BINOMIAL = (
    Equation(
        r"r_a \sim \mathrm{Binomial}(n_a,\; \bar p_a), \quad \bar p_a = \textstyle\sum_c w_{ca}\, p_{ca}",
        "r_a ~ Binomial(n_a, p̄_a),  p̄_a = Σ_c w_ca p_ca",
        "events in arm a, whose patients come from centre c with share w_ca: n_c π_c of the treated, n_c (1 - π_c) of controls",
    ),
    *TABLES[1:2],
    *ALLOCATION,
)

LATENT_SURVIVAL = (
    Equation(
        r"s_{ka} \sim \mathrm{Binomial}\bigl(n_{ka},\; \bar S_a(t_k) / \bar S_a(t_{k-1})\bigr)",
        "s_ka ~ Binomial(n_ka, S̄_a(t_k) / S̄_a(t_{k-1}))",
        "survivors of interval k in arm a, of those at risk at its start",
    ),
    Equation(
        r"\bar S_a(t_k) = \textstyle\sum_c w_{ca} \exp\bigl(-\Lambda_k\, e^{u_c + (\theta + v_c) x_a}\bigr), \quad"
        r" \Lambda_k = \sum_{l \le k} \lambda_l (t_l - t_{l-1}), " + ARM_POSITION_LATEX,
        "S̄_a(t_k) = Σ_c w_ca exp(-Λ_k exp(u_c + (θ + v_c) x_a)),  Λ_k = Σ_{l≤k} λ_l (t_l - t_{l-1})",
        "survival of arm a is that of its patients, of whom centre c has a share w_ca; u_c > 0 is a worse prognosis",
    ),
    *ALLOCATION,
)

SPREADS = {
    "baseline_spread": Equation(r"\tau_u", "τ_u", "standard deviation of prognosis between centres"),
    "effect_spread": Equation(r"\tau_v", "τ_v", "standard deviation of the effect between centres"),
    "allocation_spread": Equation(
        r"\tau_\pi", "τ_π", "standard deviation between centres of the logit of the share treated"
    ),
    "allocation_correlation": Equation(r"\rho", "ρ", "correlation of that share with prognosis (u_c)"),
}


def equations(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the likelihood: outcomes are printed by centre where nothing is assumed of the allocation."""
    if centre_priors_of(spec).allocation_spread is None:
        return TABLES
    return LATENT_SURVIVAL if LIKELIHOODS[spec.likelihood].intervals else LATENT_BINOMIAL


def nuisance(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the prior of the baseline, and what is assumed about centres."""
    assumed = centre_priors_of(spec)
    stated = [(symbol, prior) for key, symbol in SPREADS.items() if (prior := getattr(assumed, key)) is not None]
    return (*LEAVES[spec.likelihood].nuisance(spec), *(prior_line(symbol, prior) for symbol, prior in stated))
