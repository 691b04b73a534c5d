"""Standard deviations between effects as PyMC variables: the model side of :mod:`crlm_bayes.scales`."""

from typing import Any

from crlm_bayes.scales import ScalePrior


def spread_data(name: str, prior: ScalePrior) -> dict[str, float]:
    """Values of the `pm.Data` that :func:`spread_variable` makes."""
    return {f"{name}_{key}": getattr(prior, key) for key in ("mean", "df", "sd") if hasattr(prior, key)}


def spread_variable(name: str, dist: str) -> Any:
    """Add a standard deviation with a prior of the given family to the PyMC model in context."""
    import pymc as pm

    sd = pm.Data(f"{name}_sd", 1.0)
    match dist:
        case "half_normal":
            return pm.HalfNormal(name, sd)
        case "half_student_t":
            return pm.HalfStudentT(name, nu=pm.Data(f"{name}_df", 3.0), sigma=sd)
        case "half_cauchy":
            return pm.HalfCauchy(name, sd)
        case _:
            return pm.LogNormal(name, pm.Data(f"{name}_mean", 0.0), sd)
