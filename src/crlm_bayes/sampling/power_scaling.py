"""Power-scaling sensitivity from draws, by Pareto-smoothed importance sampling (Kallioinen et al. 2024)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.scepticism.scaling import ALPHAS, Diagnosis, diagnose

if TYPE_CHECKING:
    import xarray as xr

MAX_K: Final = 0.7
"""Pareto k up to which importance weights can be trusted (Vehtari et al. 2024)."""

EFFECT: Final = "theta"


@dataclass(frozen=True)
class Scaled:
    """Sensitivity to one component, with the Pareto k of the importance weights at both ends of :data:`ALPHAS`."""

    sensitivity: float
    k_lower: float
    k_upper: float

    @property
    def trusted(self) -> bool:
        """Whether the importance weights can be relied on at both ends (a k that is no number cannot)."""
        return all(k <= MAX_K for k in (self.k_lower, self.k_upper))


@dataclass(frozen=True)
class Scaling:
    """One parameter of a posterior by NUTS.

    Attributes
    ----------
    parameter : str
        ``theta``, ``log_hazard[0-12]``.
    effect_prior, likelihood : Scaled
    nuisance_priors : Scaled or None
        All priors but that of the effect, scaled together; None where there are none.
    diagnosis : Diagnosis
        From the likelihood and the parameter's own prior: of the effect for the effect, else the nuisance priors.
    """

    parameter: str
    effect_prior: Scaled
    nuisance_priors: Scaled | None
    likelihood: Scaled
    diagnosis: Diagnosis

    @property
    def trusted(self) -> bool:
        """Whether every importance weight behind this row can be relied on."""
        return all(x.trusted for x in (self.effect_prior, self.nuisance_priors, self.likelihood) if x is not None)


def power_scaling(tree: "xr.DataTree", parameters: Sequence[str] | None = None) -> tuple[Scaling, ...]:
    """Scale prior and likelihood of one fit by importance sampling, the effect first.

    Parameters
    ----------
    tree : DataTree
        With groups posterior, log_prior and log_likelihood.
    parameters : sequence of str, optional
        Names in the group log_prior; all of them, if not given.
    """
    import arviz as az

    from crlm_bayes.sampling.gate import flatten

    priors = [str(name) for name in tree["log_prior"].data_vars]
    nuisance = [name for name in priors if name != EFFECT]
    wanted = list(parameters or [EFFECT, *nuisance])
    components = {"effect": ("prior", [EFFECT]), "nuisance": ("prior", nuisance), "likelihood": ("likelihood", None)}
    scaled: dict[str, dict[str, Scaled]] = {}
    for key, (group, names) in components.items():
        if names == []:
            continue
        found = az.psense(tree, var_names=wanted, group=group, group_var_names=names, alphas=ALPHAS)
        lower, upper = _pareto_k(tree[f"log_{group}"].to_dataset(), names)
        flat = flatten(found.expand_dims(chain=1, draw=1))
        scaled[key] = {name: Scaled(float(x[0, 0]), lower, upper) for name, x in flat.items()}
    rows = []
    for name, likelihood in scaled["likelihood"].items():
        effect, rest = scaled["effect"][name], scaled.get("nuisance", {}).get(name)
        own = effect if rest is None or name.startswith(EFFECT) else rest
        rows.append(Scaling(name, effect, rest, likelihood, diagnose(own.sensitivity, likelihood.sensitivity)))
    return tuple(sorted(rows, key=lambda row: row.parameter != EFFECT))


def _pareto_k(logs: "xr.Dataset", names: list[str] | None) -> tuple[float, float]:
    """Pareto k of the importance weights at both powers, over everything that is scaled together."""
    from arviz_stats.base.array import array_stats

    stats: Any = array_stats  # untyped

    chosen = logs if names is None else logs[names]
    parts = [
        v.sum([d for d in v.dims if d not in ("chain", "draw")]).transpose("chain", "draw").values
        for v in chosen.data_vars.values()
    ]
    total: Floats = np.sum(parts, axis=0)
    # weights, not their logarithms: with log_weights=True ArviZ 1.3 fits the tail of the logarithms themselves
    weights = [np.exp((a - 1) * total - ((a - 1) * total).max()) for a in ALPHAS]
    lower, upper = (float(stats.pareto_khat(w, tail="right")) for w in weights)
    return lower, upper
