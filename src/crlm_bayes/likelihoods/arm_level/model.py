r"""Response in arms of several studies, compared without keeping to the comparison inside each study.

.. math::

    r_a \sim \mathrm{Bin}(n_a, p_a), \quad \mathrm{logit}\,p_a = \alpha + \theta x_a + \tau z_a, \quad z_a \sim N(0, 1), \quad
    x_a = -\tfrac12 \text{ without}, +\tfrac12 \text{ with the treatment}

Single-arm studies have a place in it, at a price: randomisation is broken, and whatever else differs between the arms is
part of θ. It is an unadjusted indirect comparison, a sensitivity analysis and never a headline. That arms differ for
other reasons is granted by τ, the standard deviation *between arms*, two of one study included: their likeness is not used.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import ArmLevelEvidence
from crlm_bayes.exact.curve import REACH, EvidenceCurve
from crlm_bayes.likelihoods.arm_level.blur import Side
from crlm_bayes.likelihoods.arm_level.integrals import USUAL, ArmIntegrals, Resolution
from crlm_bayes.likelihoods.binomial import baseline_of, counts_variable, log_coefficient
from crlm_bayes.likelihoods.contract import ARM_POSITION, Equation, FitFigure, Shape, prior_line, room
from crlm_bayes.likelihoods.variables import spread_data, spread_variable
from crlm_bayes.priors.spreads import SpreadPrior

if TYPE_CHECKING:
    import xarray as xr

FIGURE = FitFigure("arm_level", "Arms")

EQUATIONS = (
    Equation(
        r"r_a \sim \mathrm{Binomial}(n_a,\; p_a)",
        "r_a ~ Binomial(n_a, p_a)",
        "events in arm a, of whatever study: arms are compared without randomisation (sensitivity analysis)",
    ),
    Equation(
        r"\operatorname{logit} p_a = \alpha + \theta\, x_a + \tau z_a, \quad z_a \sim \mathrm{Normal}(0,\; 1), "
        r"\quad x_{\text{without}} = -\frac12,\; x_{\text{with}} = \frac12",
        "logit p_a = α + θ x_a + τ z_a,  z_a ~ Normal(0, 1),  x_without = -1/2, x_with = +1/2",
        "arms scatter for other reasons than the treatment: τ is between arms, those of one study included",
    ),
    Equation(
        r"\theta = \log \mathrm{OR}",
        "θ = log OR",
        "arms with the treatment over arms without it: an unadjusted indirect comparison, which no trial randomised",
    ),
)

ARMS = 16
"""That every compiled model has room for."""

NUISANCE = Equation(r"\alpha", "α", "logit of the event probability midway between arms without and with the treatment")


def positions(treated: tuple[bool, ...]) -> Floats:
    """Give x of every arm."""
    return np.asarray(ARM_POSITION[np.array(treated, dtype=int)])


def heterogeneity_of(spec: AnalysisSpec) -> SpreadPrior:
    """Prior of τ; that there is one was checked when the analysis was read."""
    assert spec.priors.heterogeneity is not None
    return spec.priors.heterogeneity


def equations(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the likelihood."""
    return EQUATIONS


def nuisance(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the prior of α."""
    return (prior_line(NUISANCE, baseline_of(spec)),)


def shape(evidence: ArmLevelEvidence, spec: AnalysisSpec) -> Shape:
    """What a compiled model is specific to: how many arms there is room for (`studies`), and the family of τ."""
    return Shape("arm_level", spread=heterogeneity_of(spec).dist, studies=room(len(evidence.treated), ARMS))


def build(theta: Any, shape: Shape, block: str = "") -> None:
    """Add the likelihood to the PyMC model in context; `theta` is its log odds ratio.

    What is sampled of an arm is its log odds, which its data determine; of an arm to spare it is a standard normal.
    """
    import pymc as pm
    import pytensor.tensor as pt

    size, dim = shape.studies, f"{block}study_arm"
    pm.modelcontext(None).add_coord(dim, range(size))
    events, n, position = (pm.Data(name, np.zeros(size), dims=dim) for name in ("events", "n", "position"))
    alpha = pm.Normal("alpha", pm.Data("alpha_mean", 0.0), pm.Data("alpha_sd", 1.5))
    tau = spread_variable("tau", shape.spread)
    used = pt.neq(position, 0)
    middle = alpha + theta * position
    eta = pm.Normal("log_odds", pt.switch(used, middle, 0.0), pt.switch(used, tau, 1.0), dims=dim)
    pm.Deterministic("z", (eta - middle) / tau, dims=dim)
    pm.Deterministic("arm_probability", pt.sigmoid(eta), dims=dim)
    pm.Deterministic("probability", pt.sigmoid(alpha + theta * pt.as_tensor_variable(ARM_POSITION)), dims="arm")

    counts_variable("y", n, eta, events, (dim,))


def data(evidence: ArmLevelEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the model's `pm.Data`, priors of everything but the effect included."""
    baseline = baseline_of(spec)
    return {
        "events": evidence.events,
        "n": evidence.n,
        "log_coefficient": log_coefficient(evidence.n, evidence.events),
        "position": positions(evidence.treated),
        "alpha_mean": baseline.mean,
        "alpha_sd": baseline.sd,
        **spread_data("tau", heterogeneity_of(spec)),
    }


def curve(evidence: ArmLevelEvidence, spec: AnalysisSpec, resolution: Resolution = USUAL) -> EvidenceCurve:
    """Evidence curve of the log odds ratio: the scatter of the arms, α and τ integrated out by quadrature."""
    # in an order of their own, so that that of the studies does not even change the last digit
    arms = sorted(zip(evidence.treated, evidence.events, evidence.n, strict=True))
    without, treated = (Side(*np.array([(r, n) for t, r, n in arms if t is side]).T) for side in (False, True))
    integrals = ArmIntegrals(without, treated, baseline_of(spec), heterogeneity_of(spec), REACH, resolution)
    return EvidenceCurve.tabulate(integrals.log_likelihood)


def coordinates(evidence: ArmLevelEvidence) -> dict[str, list[Any]]:
    """Labels of the model's dimensions; an arm carries the name of its study."""
    return {"arm": list(evidence.arms), "study_arm": [arm.name for arm in evidence.compared]}


def sample_nuisance(
    evidence: ArmLevelEvidence, spec: AnalysisSpec, theta: Floats, rng: np.random.Generator
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Draw α, τ and the scatter of the arms from their priors, and the event probabilities that follow."""
    size = len(theta)
    alpha, tau = baseline_of(spec).sample(size, rng), heterogeneity_of(spec).sample(size, rng)
    z = rng.standard_normal((size, len(evidence.compared)))
    eta = alpha[:, None] + theta[:, None] * positions(evidence.treated) + tau[:, None] * z
    return {
        "alpha": ((), alpha),
        "tau": ((), tau),
        "z": (("study_arm",), z),
        "log_odds": (("study_arm",), eta),
        "arm_probability": (("study_arm",), scipy.special.expit(eta)),
        "probability": (("arm",), scipy.special.expit(alpha[:, None] + theta[:, None] * ARM_POSITION)),
    }


def replicate(parameters: "xr.Dataset", evidence: ArmLevelEvidence, rng: np.random.Generator) -> "xr.Dataset":
    """Draw event counts of every arm, given its own probability."""
    probability = parameters["arm_probability"].transpose(..., "study_arm")
    n = np.rint(evidence.n).astype(int)
    drawn = probability.copy(data=rng.binomial(n, probability.values).astype(float))
    return drawn.to_dataset(name="y")


def observed(evidence: ArmLevelEvidence) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Observed counts and their dims."""
    return {"y": (("study_arm",), evidence.events)}


def derive(parameters: "xr.Dataset", evidence: ArmLevelEvidence, spec: AnalysisSpec) -> "xr.Dataset":
    """Event probability of every arm, and of the arm in the middle of each side with their difference and ratio.

    The middle is that of the logits: half of all such arms would have a higher probability.
    """
    import xarray as xr

    probability = parameters["probability"]
    control, treatment = (probability.sel(arm=arm, drop=True) for arm in evidence.arms)
    return xr.Dataset({
        "probability": probability,
        "arm_probability": parameters["arm_probability"],
        "risk_difference": treatment - control,
        "rr": treatment / control,
    })  # fmt: skip
