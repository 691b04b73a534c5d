r"""A printed ratio with its uncertainty, taken as normal on the log scale.

.. math:: y \sim N(\theta, \mathrm{se}^2)

y is the log of the printed ratio, turned to treatment over control; se comes from its interval (any level), its printed
standard error or its p value (:func:`crlm_bayes.printed_ratio.standard_error`). There is no nuisance parameter.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from crlm_bayes.curves import EvidenceCurve, Floats
from crlm_bayes.evidence import RatioEvidence
from crlm_bayes.likelihoods.contract import Shape
from crlm_bayes.spec import AnalysisSpec

if TYPE_CHECKING:
    import xarray as xr

EQUATIONS = (
    (
        r"y \sim \mathrm{Normal}(\theta,\; \mathrm{se}^2)",
        "y ~ Normal(θ, se²)",
        "log of the printed ratio, turned to treatment over control",
    ),
    (r"\theta = \log(\text{ratio})", "θ = log(ratio)", "the effect"),
)


def data(evidence: RatioEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the model's `pm.Data`."""
    return {"log_ratio": evidence.log_ratio, "se": evidence.se}


def shape(evidence: RatioEvidence, spec: AnalysisSpec) -> Shape:
    """What a compiled model is specific to."""
    return Shape("log_ratio")


def build(theta: Any, shape: Shape) -> None:
    """Add the likelihood to the PyMC model in context."""
    import pymc as pm

    pm.Normal("y", theta, pm.Data("se", 1.0), observed=pm.Data("log_ratio", 0.0))


def log_likelihood(evidence: RatioEvidence, theta: Floats) -> Floats:
    """Log likelihood by NumPy."""
    z = (evidence.log_ratio - theta) / evidence.se
    return np.asarray(-0.5 * z**2 - np.log(evidence.se) - 0.5 * np.log(2 * np.pi))


def curve(evidence: RatioEvidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Evidence curve: the normal likelihood itself."""
    return EvidenceCurve.tabulate(lambda theta: log_likelihood(evidence, theta))


def coordinates(evidence: RatioEvidence) -> dict[str, list[Any]]:
    """No dimensions."""
    return {}


def sample_nuisance(
    evidence: RatioEvidence, spec: AnalysisSpec, theta: Floats, rng: np.random.Generator
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """No nuisance parameters."""
    return {}


def replicate(parameters: "xr.Dataset", evidence: RatioEvidence, rng: np.random.Generator) -> "xr.DataArray":
    """Draw log ratios."""
    theta = parameters["theta"]
    return theta.copy(data=rng.normal(theta.values, evidence.se))


def observed(evidence: RatioEvidence) -> tuple[tuple[str, ...], Floats]:
    """Observed log ratio."""
    return (), np.asarray(evidence.log_ratio)


def derive(parameters: "xr.Dataset", evidence: RatioEvidence, spec: AnalysisSpec) -> "xr.Dataset":
    """Absolute effect of a hazard ratio at the printed control survival, taken as known; else nothing."""
    import xarray as xr

    if spec.measure != "hr" or evidence.control_survival is None:
        return xr.Dataset()
    months, survival = evidence.control_survival
    theta: Any = parameters["theta"]
    treated = (survival ** np.exp(theta)).expand_dims(months=[f"{months:g}"], axis=-1)
    return xr.Dataset({"risk_difference": treated - survival})
