"""What of a posterior is kept, and how: every draw that a table rests on, and of what can be made again a part."""

from typing import Any, Final

import numpy as np
import xarray as xr

TABULATED: Final = ("posterior", "sample_stats")
"""Groups that tables and diagnostics are made from: all that is kept of a posterior that the page does not draw."""

JUDGED: Final = ("diverging", "energy")
"""Statistics of the sampler that the gate looks at."""

PRIOR_DRAWS: Final = 1000
"""Draws of the prior, and of what it predicts, that are kept: enough for a figure, and the seed gives them again."""

SINGLE: Final = ("log_likelihood", "log_prior", "prior", "prior_predictive", "posterior_predictive")
"""Groups in single precision: functions of the draws, of which weights and figures are made, no table."""

COMPRESSED: Final = {"zlib": True, "complevel": 4, "shuffle": True}


def rounded(tree: xr.DataTree) -> xr.DataTree:
    """Round draws and statistics to single precision, as they are saved: 1e-7 of what Monte Carlo error leaves of 1e-2."""
    groups = {name: node.to_dataset() for name, node in tree.children.items()}
    groups |= {name: widened(groups[name].map(_single, keep_attrs=True)) for name in TABULATED}
    made = xr.DataTree.from_dict(groups)
    made.attrs = dict(tree.attrs)
    return made


def widened(group: xr.Dataset) -> xr.Dataset:
    """Take single precision as double, in which everything is computed."""
    return group.map(lambda x: x.astype(np.float64) if x.dtype == np.float32 else x, keep_attrs=True)


def lean(tree: xr.DataTree) -> xr.DataTree:
    """Shorten what no table rests on; figures and pages are made from this, whether it was just sampled or read again."""
    groups: dict[str, xr.Dataset] = {}
    for name, node in tree.children.items():
        group = node.to_dataset()
        if name in ("prior", "prior_predictive"):
            group = group.isel(draw=slice(PRIOR_DRAWS))
        groups[name] = group.map(_single, keep_attrs=True) if name in SINGLE else group
    made = xr.DataTree.from_dict(groups)
    made.attrs = dict(tree.attrs)
    return made


def _single(values: xr.DataArray) -> xr.DataArray:
    return values.astype(np.float32) if values.dtype == np.float64 else values


def tabulated(tree: xr.DataTree) -> xr.DataTree:
    """Keep what tables and diagnostics are made from."""
    groups = {name: tree[name].to_dataset() for name in TABULATED}
    stats = groups["sample_stats"]
    groups["sample_stats"] = stats[[name for name in JUDGED if name in stats]]
    made = xr.DataTree.from_dict(groups)
    made.attrs = dict(tree.attrs)
    return made


def encoding(tree: xr.DataTree) -> dict[str, dict[str, Any]]:
    """Compress every variable; what was rounded loses nothing by it."""
    groups = {node.path: node.to_dataset() for node in tree.subtree if node.variables}
    single = {f"/{name}" for name in TABULATED}

    def one(path: str, values: xr.Variable) -> dict[str, Any]:
        return COMPRESSED | ({"dtype": "float32"} if path in single and values.dtype == np.float64 else {})

    return {
        path: {str(name): one(path, values) for name, values in group.variables.items() if values.ndim}
        for path, group in groups.items()
    }
