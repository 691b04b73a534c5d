r"""Centres of one study: outcomes by centre and arm, or, where only sizes are printed, a sensitivity analysis.

Outcomes printed by centre: :mod:`crlm_bayes.likelihoods.centres.tables` has the equations. Sizes alone:
:mod:`crlm_bayes.likelihoods.centres.allocation`; each arm's outcome is then the average over its patients, whose
distribution over the centres is unknown. θ is the effect within a centre, averaged over centres; what is reported in
absolute terms is standardised: both arms with the patients of all centres.
"""

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import CentrePriors
from crlm_bayes.evidence.centres import centre_priors_of
from crlm_bayes.evidence.values import BinomialEvidence, CentreEvidence, SurvivalEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods import binomial, piecewise_exponential
from crlm_bayes.likelihoods.centres import pymc_model
from crlm_bayes.likelihoods.centres.allocation import treated_shares
from crlm_bayes.likelihoods.centres.equations import equations as equations
from crlm_bayes.likelihoods.centres.equations import nuisance as nuisance
from crlm_bayes.likelihoods.centres.latent_curves import latent_curve
from crlm_bayes.likelihoods.centres.pymc_model import CentreShape
from crlm_bayes.likelihoods.centres.shifts import share_of_data, shift_data
from crlm_bayes.likelihoods.centres.tables import CentreTables
from crlm_bayes.likelihoods.contract import ARM_POSITION, Effect
from crlm_bayes.likelihoods.variables import spread_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.nuisance import RandomWalk, UniformCorrelation
from crlm_bayes.words.numbers import short

if TYPE_CHECKING:
    import xarray as xr

Drawn = dict[str, tuple[tuple[str, ...], Floats]]

FIGURE = None
"""The fit is of centres, not of arms."""

SPREADS = ("baseline_spread", "effect_spread", "allocation_spread")


def shape(evidence: CentreEvidence, spec: AnalysisSpec) -> CentreShape:
    """What a compiled model is specific to."""
    priors = centre_priors_of(spec)
    return CentreShape(
        "centres",
        len(evidence.centres),
        evidence.intervals,
        evidence.tables,
        tuple(prior.dist for _, prior in _spreads(priors)),
        isinstance(priors.allocation_correlation, UniformCorrelation),
        isinstance(spec.priors.baseline, RandomWalk),
    )


def _spreads(priors: CentrePriors) -> list[tuple[str, Any]]:
    return [(key, prior) for key in SPREADS if (prior := getattr(priors, key)) is not None]


def build_around(effect: Effect, shape: CentreShape) -> None:
    """Add effect and likelihood to the PyMC model in context; the effect is the log ratio, averaged over centres."""
    pymc_model.build(effect, shape)


def data(evidence: CentreEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the model's `pm.Data`, priors of the nuisance included."""
    priors = centre_priors_of(spec)
    values: dict[str, Any] = {}
    for key, prior in _spreads(priors):
        values |= spread_data(key, prior)
    if evidence.tables:
        baseline = binomial.baseline_of(spec)
        values |= {"alpha_mean": baseline.mean, "alpha_sd": baseline.sd}
        assert evidence.n is not None and evidence.events is not None, "outcomes are printed by centre"
        constant = binomial.log_coefficient(evidence.n, evidence.events)
        return values | {
            "events": evidence.events, "n": evidence.n, "sizes": evidence.sizes, "log_coefficient": constant,
        }  # fmt: skip
    module = piecewise_exponential if evidence.intervals else binomial
    values |= module.data(evidence.pooled, spec)
    values |= {"sizes": evidence.sizes, "treated": float(evidence.treated)} | shift_data(evidence.pooled)
    correlation = priors.allocation_correlation
    if isinstance(correlation, UniformCorrelation):
        return values | {"correlation_low": correlation.low, "correlation_high": correlation.high}
    assert correlation is not None, "checked when assembled"
    return values | {"correlation_value": correlation.value}


def data_under(prior: Prior, evidence: CentreEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the model's `pm.Data` that depend on the prior of the effect."""
    return {} if evidence.tables else {"share_of_data": share_of_data(evidence.pooled, prior.spread)}


def tables_of(evidence: CentreEvidence, spec: AnalysisSpec) -> CentreTables:
    """The exact model of outcomes by centre: curve, and posterior of spreads and centre effects."""
    pooled = binomial.curve(evidence.pooled, spec) if isinstance(evidence.pooled, BinomialEvidence) else None
    assert pooled is not None, "outcomes by centre are binary"
    return CentreTables.of(evidence, binomial.baseline_of(spec), centre_priors_of(spec), pooled)


def pooled_curve(evidence: CentreEvidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Evidence curve of the same study without regard to centres."""
    if isinstance(evidence.pooled, SurvivalEvidence):
        return piecewise_exponential.curve(evidence.pooled, spec)
    return binomial.curve(evidence.pooled, spec)


def curve(evidence: CentreEvidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Evidence curve of the average log ratio, all that concerns centres averaged over its priors."""
    if evidence.tables:
        return tables_of(evidence, spec).curve()
    baseline = spec.priors.baseline
    assert baseline is not None, "checked when the analysis was read"
    return latent_curve(evidence, baseline, centre_priors_of(spec), pooled_curve(evidence, spec))


def coordinates(evidence: CentreEvidence) -> dict[str, list[Any]]:
    """Labels of the model's dimensions."""
    labels: dict[str, list[Any]] = {"arm": list(evidence.arms), "centre": _labels(evidence)}
    if isinstance(evidence.pooled, SurvivalEvidence):
        labels["interval"] = piecewise_exponential.coordinates(evidence.pooled)["interval"]
    return labels


def _labels(evidence: CentreEvidence) -> list[str]:
    """Names of the centres where outcomes are printed by centre; else numbers: nothing is known of any by itself."""
    return list(evidence.centres) if evidence.tables else [str(i + 1) for i in range(len(evidence.centres))]


def sample_nuisance(evidence: CentreEvidence, spec: AnalysisSpec, theta: Floats, rng: np.random.Generator) -> Drawn:
    """Draw everything that concerns centres from its prior, one set for each θ, and the outcomes that follow."""
    priors, size = centre_priors_of(spec), len(theta)
    tau = {key: prior.sample(size, rng) for key, prior in _spreads(priors)}
    z = {key: rng.standard_normal((size, len(evidence.centres))) for key in ("baseline_z", "effect_z", "allocation_z")}
    baseline, scatter = (tau[f"{k}_spread"][:, None] * z[f"{k}_z"] for k in ("baseline", "effect"))
    effect = theta[:, None] + scatter
    drawn: Drawn = {key: ((), value) for key, value in tau.items()}
    drawn |= {"centre_baseline": (("centre",), baseline), "centre_effect": (("centre",), effect)}
    offsets = baseline[..., None] + effect[..., None] * ARM_POSITION  # (draw, centre, arm)
    if evidence.tables:
        alpha = binomial.baseline_of(spec).sample(size, rng)
        drawn |= {"baseline_z": (("centre",), z["baseline_z"]), "effect_z": (("centre",), z["effect_z"])}
        cells = scipy.special.expit(alpha[:, None, None] + offsets)
        return drawn | {
            "alpha": ((), alpha),
            "cell_probability": (("centre", "arm"), cells),
        }
    assert priors.allocation_correlation is not None, "checked when assembled"
    drawn |= {key: (("centre",), value) for key, value in z.items()}
    rho = priors.allocation_correlation.quantile(rng.uniform(size=size))
    mixed = rho[:, None] * z["baseline_z"] + np.sqrt(1 - rho[:, None] ** 2) * z["allocation_z"]
    share = treated_shares(tau["allocation_spread"][:, None] * mixed, evidence.sizes, evidence.treated)
    drawn |= {"allocation_correlation": ((), rho), "treated_share": (("centre",), share)}
    patients = evidence.sizes[:, None] * np.stack([1 - share, share], axis=-1)
    weights = patients / patients.sum(axis=1, keepdims=True)
    if not evidence.intervals:
        alpha = binomial.baseline_of(spec).sample(size, rng)
        probability = (weights * scipy.special.expit(alpha[:, None, None] + offsets)).sum(axis=1)
        return drawn | {
            "alpha": ((), alpha),
            "arm_probability": (("arm",), probability),
        }
    assert isinstance(evidence.pooled, SurvivalEvidence)
    log_hazard = piecewise_exponential.sample_nuisance(evidence.pooled, spec, theta, rng)["log_hazard"][1]
    alive = _survival(log_hazard, np.exp(offsets), weights, np.diff(evidence.pooled.times))
    before = np.concatenate([np.ones((size, 1, 2)), alive[:, :-1]], axis=1)
    conditional = np.divide(
        alive, before, out=np.zeros_like(alive), where=before > 0
    )  # nobody is left: nobody survives
    drawn |= {"log_hazard": (("interval",), log_hazard)}
    return drawn | {"arm_survival": (("interval", "arm"), conditional)}


def _survival(log_hazard: Floats, ratios: Floats, weights: Floats, months: Floats) -> Floats:
    """Survival of arms at the ends of the intervals: (draw, K), (draw, C, 2), (draw or 1, C, 2) to (draw, K, 2)."""
    total = np.cumsum(np.exp(log_hazard) * months, axis=1)
    return np.stack([(weights * np.exp(-t[:, None, None] * ratios)).sum(axis=1) for t in total.T], axis=1)


def replicate(parameters: "xr.Dataset", evidence: CentreEvidence, rng: np.random.Generator) -> "xr.Dataset":
    """Draw outcomes as they are printed: by centre and arm, by arm, or by interval and arm; arms as allocated."""
    if evidence.tables:
        p, n, dims = parameters["cell_probability"], evidence.n, ("centre", "arm")
    elif isinstance(evidence.pooled, SurvivalEvidence):
        p, n, dims = parameters["arm_survival"], evidence.pooled.at_risk, ("interval", "arm")
    else:
        p, n, dims = parameters["arm_probability"], evidence.pooled.n, ("arm",)  # type: ignore[assignment]
    p = p.transpose(..., *dims)
    chance = np.clip(p.values, 0, 1)  # rounding
    return p.copy(data=rng.binomial(np.rint(n).astype(int), chance).astype(float)).to_dataset(name="y")  # type: ignore[arg-type]


def observed(evidence: CentreEvidence) -> Drawn:
    """Observed outcomes and their dims."""
    if evidence.events is not None:
        return {"y": (("centre", "arm"), evidence.events)}
    if isinstance(evidence.pooled, SurvivalEvidence):
        return {"y": (("interval", "arm"), evidence.pooled.survivors)}
    return {"y": (("arm",), evidence.pooled.events)}


def derive(parameters: "xr.Dataset", evidence: CentreEvidence, spec: AnalysisSpec) -> "xr.Dataset":
    """Absolute effects standardised over the centres' patients, and effects of centres with outcomes of their own.

    Binary: `probability`, `risk_difference`, `rr`. Survival: `survival`, `risk_difference` at the landmarks; `rmst`,
    `rmst_difference` to the last, exactly for the mixture of centres. With outcomes by centre: `centre_ratio`.
    """
    import xarray as xr

    arm = xr.DataArray(ARM_POSITION, dims="arm", coords={"arm": list(evidence.arms)})
    share = xr.DataArray(evidence.sizes / evidence.sizes.sum(), dims="centre", coords={"centre": _labels(evidence)})
    eta: Any = parameters["centre_baseline"] + parameters["centre_effect"] * arm
    control, treatment = evidence.arms
    derived: dict[str, Any] = {"centre_ratio": np.exp(parameters["centre_effect"])} if evidence.tables else {}
    if not isinstance(evidence.pooled, SurvivalEvidence):
        eta = eta + parameters["alpha"]
        probability = (share / (1 + np.exp(-eta))).sum("centre")
        c, t = (probability.sel(arm=a, drop=True) for a in evidence.arms)
        derived |= {"probability": probability.transpose(..., "arm"), "risk_difference": t - c, "rr": t / c}
        return xr.Dataset(derived)
    ratio: Any = np.exp(eta)
    hazards: Any = np.exp(parameters["log_hazard"])
    before: Any = xr.zeros_like(ratio)
    alive, area = [], 0.0
    for k, (start, end) in enumerate(itertools.pairwise(evidence.pooled.times)):
        rate = hazards.isel(interval=k, drop=True) * ratio
        lost = rate * (end - start)
        area = area + np.exp(-before) * (end - start) * -np.expm1(-lost) / lost
        before = before + lost
        alive.append((share * np.exp(-before)).sum("centre"))
    months = [short(t) for t in evidence.pooled.times[1:]]
    survival = xr.concat(alive, dim="months").assign_coords(months=months).transpose(..., "arm", "months")
    rmst = (share * area).sum("centre").expand_dims(horizon=[months[-1]], axis=-1)
    derived |= {
        "survival": survival,
        "risk_difference": survival.sel(arm=treatment, drop=True) - survival.sel(arm=control, drop=True),
        "rmst": rmst,
        "rmst_difference": rmst.sel(arm=treatment, drop=True) - rmst.sel(arm=control, drop=True),
    }
    return xr.Dataset(derived)
