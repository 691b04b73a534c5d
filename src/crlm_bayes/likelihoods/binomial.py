r"""Events out of n in two arms.

.. math::

    r_a \sim \mathrm{Bin}(n_a, p_a), \quad \mathrm{logit}\,p_a = \alpha + \theta x_a, \quad
    x_{\mathrm{control}} = -\tfrac12,\ x_{\mathrm{treatment}} = \tfrac12, \quad \alpha \sim N(m, s^2)

θ is the log odds ratio. The nuisance α sits at the middle of the arms: a prior must not know which arm is called
control. Events may be fractional (a printed percentage of n), so the log likelihood is written out:
r log σ(η) + (n - r) log σ(-η) + log binomial coefficient with gamma functions.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.values import BinomialEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.quadrature import log_integral_concave
from crlm_bayes.likelihoods.contract import (
    ARM_POSITION,
    ARM_POSITION_LATEX,
    Equation,
    FitFigure,
    Shape,
    Stack,
    prior_line,
)
from crlm_bayes.priors.families import Normal

if TYPE_CHECKING:
    import xarray as xr

NOUN = "binomial"

EXCHANGEABLE = "patients of one arm are exchangeable"

EVIDENCE = BinomialEvidence

STACKS = (Stack("counts", "table", ("events", "n", "log_coefficient")),)

FIGURE = FitFigure("probability", "Fitted probabilities beside the printed proportions")

EQUATIONS = (
    Equation(
        r"r_a \sim \mathrm{Binomial}(n_a,\; p_a)",
        "r_a ~ Binomial(n_a, p_a)",
        "events in arm a",
    ),
    Equation(
        r"\operatorname{logit} p_a = \alpha + \theta\, x_a, " + ARM_POSITION_LATEX,
        "logit p_a = α + θ x_a,  x_control = -1/2, x_treatment = +1/2",
        "the nuisance sits at the middle of the arms",
    ),
    Equation(r"\theta = \log \mathrm{OR}", "θ = log OR", "the effect: treatment over control"),
)

NUISANCE = Equation(r"\alpha", "α", "logit of the event probability at the middle of the arms")


def log_coefficient(n: Floats, r: Floats) -> Floats:
    """Log of the binomial coefficient, for real n and r; arrays broadcast."""
    gammaln = scipy.special.gammaln
    return np.asarray(gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1))


def log_binomial(r: Floats, n: Floats, eta: Floats) -> Floats:
    """Log probability of `r` of `n` at log odds `eta`, for real r; arrays broadcast."""
    log_p, log_q = scipy.special.log_expit(eta), scipy.special.log_expit(-eta)
    return np.asarray(r * log_p + (n - r) * log_q + log_coefficient(n, r))


def baseline_of(spec: AnalysisSpec) -> Normal:
    """Prior of α; that there is one was checked when the analysis was read."""
    assert isinstance(spec.priors.baseline, Normal)
    return spec.priors.baseline


def equations(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the likelihood."""
    return EQUATIONS


def nuisance(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the prior of α."""
    return (prior_line(NUISANCE, baseline_of(spec)),)


def limits(spec: AnalysisSpec, study: Study, evidence: BinomialEvidence) -> list[str]:
    """No sentence of its own."""
    return []


def stack(evidence: BinomialEvidence) -> Stack:
    """The one block of its studies."""
    return STACKS[0]


def data(evidence: BinomialEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the model's `pm.Data`, priors of the nuisance included."""
    baseline = baseline_of(spec)
    return {
        "events": evidence.events,
        "n": evidence.n,
        "log_coefficient": log_coefficient(evidence.n, evidence.events),
        "alpha_mean": baseline.mean,
        "alpha_sd": baseline.sd,
    }


def shape(evidence: BinomialEvidence, spec: AnalysisSpec) -> Shape:
    """What a compiled model is specific to."""
    return Shape("binomial")


def build(theta: Any, shape: Shape, block: str = "") -> None:
    """Add the likelihood to the PyMC model in context; `theta` is its log odds ratio.

    With `shape.intervals` several tables at once, each with its own α and its own θ.
    """
    import pymc as pm
    import pytensor.tensor as pt

    table = f"{block}table"
    size, own = ((shape.intervals, 2), (table,)) if shape.intervals else ((2,), ())
    events = pm.Data("events", np.ones(size), dims=(*own, "arm"))
    n = pm.Data("n", np.full(size, 2.0), dims=(*own, "arm"))
    alpha = pm.Normal("alpha", pm.Data("alpha_mean", 0.0), pm.Data("alpha_sd", 1.5), dims=own or None)
    x = pt.as_tensor_variable(ARM_POSITION)
    eta = alpha[:, None] + theta[:, None] * x if own else alpha + theta * x
    pm.Deterministic("probability", pt.sigmoid(eta), dims=(*own, "arm"))
    counts_variable("y", n, eta, events, (*own, "arm"))


def counts_variable(name: str, n: Any, eta: Any, events: Any, dims: tuple[str, ...]) -> Any:
    """Add observed counts, which may be fractional, to the PyMC model in context; `eta` are log odds.

    The log coefficients are data: no draw changes them.
    """
    import pymc as pm
    import pytensor.tensor as pt

    def logp(value: Any, n: Any, eta: Any, constant: Any) -> Any:
        return value * -pt.softplus(-eta) + (n - value) * -pt.softplus(eta) + constant

    constant = pm.Data("log_coefficient", np.zeros_like(events.get_value()), dims=dims)

    return pm.CustomDist(name, n, eta, constant, logp=logp, signature="(),(),()->()", observed=events, dims=dims)


def log_likelihood(evidence: BinomialEvidence, theta: Floats, alpha: Floats) -> Floats:
    """Joint log likelihood by NumPy, arrays of θ and α broadcast."""
    total = np.zeros(np.broadcast_shapes(np.shape(theta), np.shape(alpha)))
    for x, r, n in zip(ARM_POSITION, evidence.events, evidence.n, strict=True):
        total = total + log_binomial(r, n, alpha + theta * x)
    return total


def curve(evidence: BinomialEvidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Evidence curve of the log odds ratio: α integrated out by quadrature."""
    baseline = baseline_of(spec)

    def log_integrated(theta: Floats) -> Floats:
        def log_f(alpha: Floats) -> Floats:
            return log_likelihood(evidence, theta[:, None], alpha) + baseline.logpdf(alpha)

        reach = 12 * baseline.sd + 12
        return log_integral_concave(log_f, baseline.mean - reach, baseline.mean + reach, theta.shape)

    return EvidenceCurve.tabulate(log_integrated)


def coordinates(evidence: BinomialEvidence) -> dict[str, list[Any]]:
    """Labels of the model's dimensions."""
    return {"arm": list(evidence.arms)}


def sample_nuisance(
    evidence: BinomialEvidence, spec: AnalysisSpec, theta: Floats, rng: np.random.Generator
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Draw α from its prior, one for each θ, and the event probabilities that follow."""
    alpha = baseline_of(spec).sample(len(theta), rng)
    probability = np.exp(scipy.special.log_expit(alpha[:, None] + theta[:, None] * ARM_POSITION))
    return {"alpha": ((), alpha), "probability": (("arm",), probability)}


def replicate(parameters: "xr.Dataset", evidence: BinomialEvidence, rng: np.random.Generator) -> "xr.Dataset":
    """Draw event counts, dims of `probability`."""
    probability = parameters["probability"]
    n = np.rint(evidence.n).astype(int)
    drawn = probability.copy(data=rng.binomial(n, probability.transpose(..., "arm").values).astype(float))
    return drawn.to_dataset(name="y")


def observed(evidence: BinomialEvidence) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Observed counts and their dims."""
    return {"y": (("arm",), evidence.events)}


def derive(parameters: "xr.Dataset", evidence: BinomialEvidence, spec: AnalysisSpec) -> "xr.Dataset":
    """Event probabilities, their difference (treatment minus control) and ratio."""
    import xarray as xr

    probability = parameters["probability"]
    control, treatment = (probability.sel(arm=arm, drop=True) for arm in evidence.arms)
    return xr.Dataset({"probability": probability, "risk_difference": treatment - control, "rr": treatment / control})
