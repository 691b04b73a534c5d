"""Absolute effects on survival, from cumulative hazards: survival at landmarks and restricted mean survival."""

from typing import TYPE_CHECKING, Any

import numpy as np

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import SurvivalEvidence
from crlm_bayes.words.numbers import short

if TYPE_CHECKING:
    import xarray as xr


def derive(parameters: "xr.Dataset", evidence: SurvivalEvidence, spec: AnalysisSpec) -> "xr.Dataset":
    """Survival at the landmarks, its difference, and restricted mean survival to the last landmark."""
    import xarray as xr

    hazard: Any = parameters[
        "cumulative_hazard"
    ]  # numpy functions of a DataArray give a DataArray, which their types deny
    months = [short(t) for t in evidence.times[1:]]
    total = hazard.cumsum("interval")
    survival: Any = np.exp(-total)
    survival = survival.assign_coords(interval=months).rename(interval="months").transpose(..., "arm", "months")
    width = xr.DataArray(np.diff(evidence.times), dims="interval", coords={"interval": hazard["interval"]})
    inside: Any = np.exp(-(total - hazard)) * width * -np.expm1(-hazard) / hazard
    rmst = inside.sum("interval").expand_dims(months=[months[-1]], axis=-1)
    control, treatment = evidence.arms
    derived = {
        "survival": survival,
        "risk_difference": survival.sel(arm=treatment, drop=True) - survival.sel(arm=control, drop=True),
        "rmst": rmst,
        "rmst_difference": rmst.sel(arm=treatment, drop=True) - rmst.sel(arm=control, drop=True),
    }
    if not spec.proportional:
        derived["hr_interval"] = np.exp(parameters["theta_interval"])
    return xr.Dataset({k: v.reset_coords(drop=True) for k, v in _separate_months(derived).items()})


def _separate_months(derived: dict[str, "xr.DataArray"]) -> dict[str, "xr.DataArray"]:
    """Keep the one-landmark quantities off the axis of all landmarks, so that no empty cells arise."""
    return {k: v.rename(months="horizon") if k.startswith("rmst") else v for k, v in derived.items()}
