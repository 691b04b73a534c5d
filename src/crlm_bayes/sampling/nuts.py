"""The only caller of a sampler: compile once per model shape, then change priors and data through `pm.Data`.

A compiled model serves every prior and every study of its shape (a compilation takes seconds, a fit a tenth of one).
Log likelihood and log prior are computed inside the compiled model, beside the draws; prior and posterior predictive
draws come from the NumPy twin of the same likelihood, which the tests hold to the PyMC model.
"""

import hashlib
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import xarray as xr

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence, SynthesisEvidence
from crlm_bayes.likelihoods.contract import Around, Plain, Shape
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.likelihoods.studies.blocks import of_studies
from crlm_bayes.likelihoods.variables import components, effect_variable, prior_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.sampling.settings import Settings

LOG_LIKELIHOOD = "log_likelihood_"

LOG_PRIOR = "log_prior_"

SHIFTED = {"theta_average": "theta"}
"""What is sampled with a shift added, and what its log prior is that of: the density of the one is that of the other."""

CAREFUL = {"centres": 0.995}
"""Structures whose posteriors have narrow places, with the acceptance that their steps must be small enough for."""

KEPT_STATS = ("diverging", "energy", "depth", "n_steps", "mean_tree_accept", "step_size", "maxdepth_reached")


@dataclass(frozen=True)
class Fit:
    """One posterior: an analysis under one prior.

    Attributes
    ----------
    analysis, prior : str
    tree : xarray.DataTree
        ArviZ groups posterior, prior, prior_predictive, posterior_predictive, log_likelihood, log_prior, sample_stats,
        observed_data. `theta` is the log ratio as reported.
    """

    analysis: str
    prior: str
    tree: xr.DataTree


def shape_of(spec: AnalysisSpec, evidence: Evidence, prior: Prior) -> Shape:
    """Say which compiled model an analysis under a prior needs."""
    shape: Shape = module_of(spec.model).shape(evidence, spec)
    return shape._replace(prior=type(prior).__name__, components=components(prior))


def model_of(shape: Shape) -> pm.Model:
    """Build the PyMC model of a shape, with placeholder data; coordinates are generic."""
    coords: dict[str, Any] = {"arm": ["control", "treatment"]}
    if shape.intervals:
        coords["interval"] = np.arange(shape.intervals)
    with pm.Model(coords=coords) as model:
        module = module_of(shape.likelihood)
        if isinstance(module, Around):
            module.build_around(partial(effect_variable, shape), shape)
        else:
            assert isinstance(module, Plain), "a model is built one way or the other"
            module.build(effect_variable(shape), shape)
        # what nutpie computes for every kept draw, beside the parameters
        for variable in model.free_RVs:
            dims = model.named_vars_to_dims.get(variable.name)
            name = SHIFTED.get(variable.name, variable.name)
            pm.Deterministic(LOG_PRIOR + name, pm.logp(variable, variable), dims=dims)
        for y in model.observed_RVs:
            logp = pm.logp(y, model.rvs_to_values[y])
            pm.Deterministic(LOG_LIKELIHOOD + y.name, logp, dims=model.named_vars_to_dims.get(y.name))
    return model


@cache
def compiled(shape: Shape) -> Any:
    """Compile the model of a shape for nutpie, once per process."""
    return nutpie.compile_pymc_model(model_of(shape))


def seed_of(seed: int, analysis: str, prior: str) -> int:
    """A seed for each fit that depends on its name alone, so that the set of fits does not matter."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{analysis}/{prior}".encode()).digest()[:4], "big")


def fit(spec: AnalysisSpec, evidence: Evidence, name: str, prior: Prior, settings: Settings) -> Fit:
    """Sample the posterior of an analysis under one named prior.

    Parameters
    ----------
    prior : Prior
        As documented (negative favours the treatment); it is turned here where the analysis needs it.

    Returns
    -------
    Fit
        With all groups; the gate is :mod:`crlm_bayes.sampling.gate`.
    """
    module, turned = module_of(spec.model), spec.effect_prior(prior)
    values = {**module.data(evidence, spec), **prior_data(turned)}
    if isinstance(module, Around):
        values |= module.data_under(turned, evidence)
    seed = seed_of(settings.seed, spec.id, name)
    program = compiled(shape_of(spec, evidence, turned)).with_data(
        **{k: np.asarray(v, dtype=float) for k, v in values.items()}
    )
    trace = nutpie.sample(
        program,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=settings.cores,
        seed=seed,
        target_accept=max(settings.target_accept, CAREFUL.get(spec.structure, 0.0)),
        save_warmup=False,
        progress_bar=False,
    )
    tree = _groups(trace, evidence, module.coordinates(evidence))
    rng = np.random.default_rng(seed)
    tree["posterior_predictive"] = xr.DataTree(module.replicate(tree["posterior"].to_dataset(), evidence, rng))
    prior_draws = _prior(spec, evidence, turned, settings.chains * settings.draws, rng)
    tree["prior"] = xr.DataTree(prior_draws)
    tree["prior_predictive"] = xr.DataTree(module.replicate(prior_draws, evidence, rng))
    seen = module.observed(evidence)
    used = tuple(dict.fromkeys(d for dims, _ in seen.values() for d in dims))
    tree["observed_data"] = xr.DataTree(xr.Dataset(seen, coords=_labels(module.coordinates(evidence), used)))
    tree.attrs = {"analysis": spec.id, "prior": name, "seed": seed}
    return Fit(spec.id, name, tree)


def _groups(trace: xr.DataTree, evidence: Evidence, labels: dict[str, list[Any]]) -> xr.DataTree:
    """Sort nutpie's draws into ArviZ groups and give variables and dimensions the names and labels of this analysis."""
    draws = trace["posterior"].to_dataset()

    def group(prefix: str) -> xr.Dataset:
        others = (LOG_LIKELIHOOD, LOG_PRIOR) if not prefix else ()
        names = [str(v) for v in draws.data_vars if str(v).startswith(prefix) and not str(v).startswith(others)]
        found = draws[names].rename({name: name.removeprefix(prefix) for name in names})
        if isinstance(evidence, SynthesisEvidence):
            found = of_studies(found, evidence)
        return found.assign_coords({dim: values for dim, values in labels.items() if dim in found.dims})

    stats = trace["sample_stats"].to_dataset()
    return xr.DataTree.from_dict(
        {
            "posterior": group(""),
            "log_likelihood": group(LOG_LIKELIHOOD),
            "log_prior": group(LOG_PRIOR),
            "sample_stats": stats[[k for k in KEPT_STATS if k in stats]],
        }
    )


def _labels(labels: dict[str, list[Any]], dims: tuple[str, ...]) -> dict[str, list[Any]]:
    return {d: labels[d] for d in dims}


def _prior(spec: AnalysisSpec, evidence: Evidence, prior: Prior, size: int, rng: np.random.Generator) -> xr.Dataset:
    theta = prior.sample(size, rng)
    module = module_of(spec.model)
    drawn = {"theta": ((), theta), **module.sample_nuisance(evidence, spec, theta, rng)}
    labels = module.coordinates(evidence)
    variables = {k: (("chain", "draw", *dims), values[None]) for k, (dims, values) in drawn.items()}
    used = {d for dims, _ in drawn.values() for d in dims}
    coords = {"chain": [0], "draw": np.arange(size), **_labels(labels, tuple(used))}
    return xr.Dataset(variables, coords=coords)
