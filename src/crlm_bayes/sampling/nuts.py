"""The only caller of a sampler: one compiled model serves every prior and every study of its shape.

NUTS moves unconstrained parameters; what the model says of a draw is computed of all draws afterwards
(:mod:`crlm_bayes.sampling.expand`). Prior and posterior predictive draws come from the NumPy twin of the same
likelihood, which the tests hold to the PyMC model.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import nutpie
import pyarrow
import xarray as xr
from nutpie.compile_pymc import CompiledPyMCModel

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence, SynthesisEvidence
from crlm_bayes.likelihoods.contract import Around, Shape
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.likelihoods.studies.blocks import of_studies
from crlm_bayes.likelihoods.variables import components, prior_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.sampling import native
from crlm_bayes.sampling.compiled import Density
from crlm_bayes.sampling.expand import Expansion, expansion
from crlm_bayes.sampling.models import LOG_LIKELIHOOD, LOG_PRIOR, model_of
from crlm_bayes.sampling.settings import Settings

KEPT_STATS = ("diverging", "energy", "depth", "n_steps", "mean_tree_accept", "step_size", "maxdepth_reached")

DRAW = "parameters"


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


class Program(NamedTuple):
    """The model of a shape, ready to be sampled."""

    density: Density
    expand: Expansion


@cache
def program(shape: Shape) -> Program:
    """Make the model of a shape ready, once per process."""
    density = Density(model_of(shape), repr(shape))
    return Program(density, expansion(density))


def shape_of(spec: AnalysisSpec, evidence: Evidence, prior: Prior) -> Shape:
    """Say which compiled model an analysis under a prior needs."""
    shape: Shape = module_of(spec.model).shape(evidence, spec)
    return shape._replace(prior=type(prior).__name__, components=components(prior))


def values_of(spec: AnalysisSpec, evidence: Evidence, prior: Prior) -> dict[str, Any]:
    """Values of the model's `pm.Data` for an analysis under a prior of the reported log ratio."""
    module = module_of(spec.model)
    values = {**module.data(evidence, spec), **prior_data(prior)}
    return values | module.data_under(prior, evidence, spec) if isinstance(module, Around) else values


def seed_of(seed: int, analysis: str, prior: str) -> int:
    """A seed for each fit that depends on its name alone, so that the set of fits does not matter."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{analysis}/{prior}".encode()).digest()[:4], "big")


SMALLEST: Final = 0.995
"""Acceptance of the smallest steps."""


def acceptance(spec: AnalysisSpec) -> float:
    """Acceptance that the steps of an analysis are made for at first.

    Where a standard deviation is learnt from a few studies, arms or intervals a posterior has narrow places, which larger
    steps would leave out; more so where a discount or a difference between studies is learnt beside it, and most with
    latent centres. That of one study has none.
    """
    if spec.structure == "centres":
        return SMALLEST
    if spec.priors.discount is not None or spec.priors.moderator is not None:
        return 0.98
    if spec.structure != "single":
        return 0.95
    return 0.8 if spec.proportional and not isinstance(spec.priors.baseline, RandomWalk) else 0.95


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
    density, expand = program(shape_of(spec, evidence, turned))
    data, seed = density.filled(values_of(spec, evidence, turned)), seed_of(settings.seed, spec.id, name)
    for accept in dict.fromkeys((settings.target_accept or acceptance(spec), SMALLEST)):
        trace = sample(density, data, settings, seed, accept)
        if not trace["diverging"].any():  # else smaller steps, with the same seed
            break
    tree = _groups(expand(trace[DRAW].values, data), evidence, module.coordinates(evidence))
    tree["sample_stats"] = xr.DataTree(trace[list(KEPT_STATS)])
    rng = np.random.default_rng(seed)
    tree["posterior_predictive"] = xr.DataTree(module.replicate(tree["posterior"].to_dataset(), evidence, rng))
    prior_draws = _prior(spec, evidence, turned, settings.chains * settings.draws, rng)
    tree["prior"] = xr.DataTree(prior_draws)
    tree["prior_predictive"] = xr.DataTree(module.replicate(prior_draws, evidence, rng))
    seen = module.observed(evidence)
    used = tuple(dict.fromkeys(d for dims, _ in seen.values() for d in dims))
    tree["observed_data"] = xr.DataTree(xr.Dataset(seen, coords=_labels(module.coordinates(evidence), used)))
    tree.attrs = {"analysis": spec.id, "prior": name, "seed": seed, "target_accept": accept}
    return Fit(spec.id, name, tree)


def sample(density: Density, data: Floats, settings: Settings, seed: int, accept: float) -> xr.Dataset:
    """Sample unconstrained parameters by NUTS.

    Parameters
    ----------
    data : array, shape (n,)
        Values of everything in `pm.Data`, in the order of the density's layout.
    accept : float
        Acceptance that the steps are made for.

    Returns
    -------
    Dataset
        `parameters`, dims chain, draw and one for the n parameters; and the statistics of the sampler.
    """
    size, start = density.parameters.size, density.parameters.join(density.start)

    def initial(seed: int) -> Floats:
        return start + np.random.default_rng(seed).uniform(-1, 1, size)

    told = native.told(density.address, data)
    model = CompiledPyMCModel(
        dims={DRAW: ("parameter",)},
        compiled_logp_func=native.log_density(),
        compiled_expand_func=native.same(),
        initial_point_func=initial,
        shared_data={"data": data, "code": density.code},  # kept alive as long as they are used
        shared_var_keys={},
        user_data=told,
        n_expanded=size,
        shape_info=([DRAW], [slice(0, size)], [(size,)]),
        logp_func=None,
        expand_func=None,
        _n_dim=size,
        _shapes={DRAW: (size,)},
        _coords={"parameter": np.arange(size)},
    )
    running = nutpie.sample(
        model,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=settings.cores,
        seed=seed,
        target_accept=accept,
        save_warmup=False,
        progress_bar=False,
        blocking=False,
        return_raw_trace=True,
    )
    try:
        raw = running.wait()
    except KeyboardInterrupt:  # nutpie would answer it with the draws that it has
        running.cancel()
        raise
    return _dataset(*raw.get_arrow_trace())


def _dataset(draws: Sequence[Any], stats: Sequence[Any]) -> xr.Dataset:
    """What is kept of the Arrow tables of all chains, without the warm-up."""
    kept: dict[str, list[Floats]] = {}
    for draw, stat in zip(draws, stats, strict=True):
        after = ~pyarrow.array(stat.column("tuning")).to_numpy(zero_copy_only=False)
        moved = pyarrow.array(draw.column(DRAW)).flatten().to_numpy().reshape(len(after), -1)
        columns = {name: pyarrow.array(stat.column(name)).to_numpy(zero_copy_only=False) for name in KEPT_STATS}
        for name, values in {DRAW: moved, **columns}.items():
            kept.setdefault(name, []).append(values[after])
    dims = {name: ("chain", "draw", *(["parameter"] if name == DRAW else [])) for name in kept}
    return xr.Dataset({name: (dims[name], np.stack(values)) for name, values in kept.items()})


def _groups(draws: xr.Dataset, evidence: Evidence, labels: dict[str, list[Any]]) -> xr.DataTree:
    """Sort draws into ArviZ groups and give variables and dimensions the names and labels of this analysis."""

    def group(prefix: str) -> xr.Dataset:
        others = (LOG_LIKELIHOOD, LOG_PRIOR) if not prefix else ()
        names = [str(v) for v in draws.data_vars if str(v).startswith(prefix) and not str(v).startswith(others)]
        found = draws[names].rename({name: name.removeprefix(prefix) for name in names})
        found = found.assign_coords(chain=range(found.sizes["chain"]), draw=range(found.sizes["draw"]))
        if isinstance(evidence, SynthesisEvidence):
            found = of_studies(found, evidence)
        own = {dim: values for dim, values in labels.items() if dim in found.dims}
        return found.isel({dim: slice(len(values)) for dim, values in own.items()}).assign_coords(own)

    groups = {"posterior": group(""), "log_likelihood": group(LOG_LIKELIHOOD), "log_prior": group(LOG_PRIOR)}
    return xr.DataTree.from_dict(groups)


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
