r"""A printed ratio with its uncertainty, taken as normal on the log scale.

.. math:: y \sim N(\theta, \mathrm{se}^2)

y is the log of the printed ratio, turned to treatment over control; se comes from its interval (any level), its printed
standard error, its p value or the number of events (:mod:`crlm_bayes.evidence.ratios`), or both come from a log-rank test
(:mod:`crlm_bayes.evidence.logrank`). There is no nuisance parameter.

Where the print gives the size of the effect but not its direction, y is the size and the likelihood the even mixture

.. math:: \tfrac12 N(y; \theta, \mathrm{se}^2) + \tfrac12 N(-y; \theta, \mathrm{se}^2),

which is even in θ: it says how far from no effect, and nothing of the side. It has no one estimate.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from crlm_bayes.arrays import LOG_SQRT_2PI, Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.exact.curve import KNOTS, REACH, EvidenceCurve
from crlm_bayes.likelihoods.contract import Equation, Shape, Stack
from crlm_bayes.words.numbers import short

if TYPE_CHECKING:
    import xarray as xr

NOUN = "normal on the log ratio"

EXCHANGEABLE = "what the authors took as exchangeable, given their covariates, is taken over with their estimate"

EVIDENCE = RatioEvidence

STACKS = (
    Stack("ratios", "ratio", ("log_ratio", "se")),
    Stack("sizes", "ratio", ("log_ratio", "se"), spread="unknown"),
)
"""`sizes` are ratios whose direction is unknown."""

FIGURE = None
"""No curve of either arm is fitted."""

FINE = 1001
"""Points at which the greatest likelihood is looked for."""

EFFECT = Equation(r"\theta = \log(\text{ratio})", "θ = log(ratio)", "the effect")

EQUATIONS = (
    Equation(
        r"y \sim \mathrm{Normal}(\theta,\; \mathrm{se}^2)",
        "y ~ Normal(θ, se²)",
        "log of the printed ratio, turned to treatment over control",
    ),
    EFFECT,
)

EQUATIONS_UNKNOWN = (
    Equation(
        r"y \sim \tfrac12\,\mathrm{Normal}(\theta,\; \mathrm{se}^2) + \tfrac12\,\mathrm{Normal}(-\theta,\; \mathrm{se}^2)",
        "y ~ 1/2 Normal(θ, se²) + 1/2 Normal(-θ, se²)",
        "size of the log ratio; which arm did better is not printed",
    ),
    EFFECT,
)
"""Likelihood where the direction is unknown."""


def equations(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the likelihood, of a log-rank test also that of an unknown direction."""
    return (*EQUATIONS, *(EQUATIONS_UNKNOWN[:1] if spec.reading == "logrank" else ()))


def nuisance(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """No nuisance parameter."""
    return ()


def limits(spec: AnalysisSpec, study: Study, evidence: RatioEvidence) -> list[str]:
    """Of the estimate that is taken over, and of the risk that an absolute effect starts from."""
    said = [
        "A hazard ratio is recovered from a p value and a number of events: its size is right where hazards are "
        "proportional and nobody was left out of the test."
        if spec.reading == "logrank"
        else "The printed ratio is believed as it stands, with the model and the covariates that its authors chose."
    ]
    if evidence.control_survival is not None:
        said.append(
            "The absolute effect takes the printed survival of the control arm as known; its own uncertainty is not in the interval."
        )
    return said


def stack(evidence: RatioEvidence) -> Stack:
    """Ratios, or sizes."""
    return STACKS[evidence.direction == "unknown"]


def data(evidence: RatioEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the model's `pm.Data`."""
    return {"log_ratio": evidence.log_ratio, "se": evidence.se}


def shape(evidence: RatioEvidence, spec: AnalysisSpec) -> Shape:
    """What a compiled model is specific to: `spread` says that the direction is unknown."""
    return Shape("log_ratio", spread="unknown" if evidence.direction == "unknown" else "")


def build(theta: Any, shape: Shape, block: str = "") -> None:
    """Add the likelihood to the PyMC model in context; with `shape.intervals` that of several ratios at once."""
    import pymc as pm

    size, dims = ((shape.intervals,), f"{block}ratio") if shape.intervals else ((), None)
    se, y = pm.Data("se", np.ones(size), dims=dims), pm.Data("log_ratio", np.zeros(size), dims=dims)
    if shape.spread == "unknown":
        import pytensor.tensor as pt

        both = pt.stack([theta, -theta], axis=-1)
        width = se[:, None] if dims else se
        pm.NormalMixture("y", w=np.array([0.5, 0.5]), mu=both, sigma=width, observed=y, dims=dims)
    else:
        pm.Normal("y", theta, se, observed=y, dims=dims)


def log_likelihood(evidence: RatioEvidence, theta: Floats) -> Floats:
    """Log likelihood by NumPy."""
    z = (evidence.log_ratio - theta) / evidence.se
    constant = -np.log(evidence.se) - LOG_SQRT_2PI
    if evidence.direction == "known":
        return np.asarray(constant - 0.5 * z**2)
    other = (evidence.log_ratio + theta) / evidence.se
    return np.asarray(constant + np.logaddexp(-0.5 * z**2, -0.5 * other**2) - np.log(2))


def curve(evidence: RatioEvidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Evidence curve: the likelihood itself.

    Where the direction is unknown it has no mode: two maxima are no estimate, nor is the one between them of effects
    below a standard error. Its knots are dense around no effect, so that it is exactly even, and fine enough at y.
    """
    if evidence.direction == "known":
        peak = (evidence.log_ratio, evidence.se)
        return EvidenceCurve.tabulate(lambda theta: log_likelihood(evidence, theta), peak=peak)
    end = float(np.arcsinh(REACH / evidence.se))
    knots = end * np.linspace(-1.0, 1.0, KNOTS)
    values = log_likelihood(evidence, evidence.se * np.sinh(knots))
    # a maximum lies between no effect and y, or its mirror
    values -= max(values.max(), log_likelihood(evidence, np.linspace(0.0, evidence.log_ratio, FINE)).max())
    return EvidenceCurve.through(0.0, evidence.se, knots, values, evidence.se, has_mode=False)


def coordinates(evidence: RatioEvidence) -> dict[str, list[Any]]:
    """No dimensions."""
    return {}


def sample_nuisance(
    evidence: RatioEvidence, spec: AnalysisSpec, theta: Floats, rng: np.random.Generator
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """No nuisance parameters."""
    return {}


def replicate(parameters: "xr.Dataset", evidence: RatioEvidence, rng: np.random.Generator) -> "xr.Dataset":
    """Draw log ratios; their sizes where the direction is unknown."""
    theta = parameters["theta"]
    drawn = rng.normal(theta.values, evidence.se)
    return theta.copy(data=np.abs(drawn) if evidence.direction == "unknown" else drawn).to_dataset(name="y")


def observed(evidence: RatioEvidence) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Observed log ratio."""
    return {"y": ((), np.asarray(evidence.log_ratio))}


def derive(parameters: "xr.Dataset", evidence: RatioEvidence, spec: AnalysisSpec) -> "xr.Dataset":
    """Absolute effect of a hazard ratio at the printed control survival, taken as known; nothing where it is 0 or 1."""
    import xarray as xr

    if spec.measure != "hr" or evidence.control_survival is None:
        return xr.Dataset()
    months, survival = evidence.control_survival
    if not 0 < survival < 1:
        return xr.Dataset()
    theta: Any = parameters["theta"]
    treated = (survival ** np.exp(theta)).expand_dims(months=[short(months)], axis=-1)
    return xr.Dataset({"risk_difference": treated - survival})
