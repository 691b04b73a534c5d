"""Everything that a model says of its draws, of all at once: parameters on their own scale, what follows from them.

It is the very model that is evaluated, by NumPy: nothing is compiled for it.
"""

from collections.abc import Callable
from typing import Any

import pymc as pm
import pytensor.tensor as pt
import xarray as xr
from pytensor.graph.replace import clone_replace, vectorize_graph

from crlm_bayes.arrays import Floats
from crlm_bayes.sampling.compiled import Density

Expansion = Callable[[Floats, Floats], xr.Dataset]


def expansion(density: Density) -> Expansion:
    """Make the function that computes every parameter and every deterministic variable of a model.

    Returns
    -------
    callable
        From unconstrained draws, (chain, draw, n), and the vector of data to a Dataset without coordinates.
    """
    model = density.model
    shown = [*model.free_RVs, *model.deterministics]
    draw, data = pt.tensor("draw", dtype="float64", shape=(density.parameters.size,)), pt.vector("data")
    given = dict(zip(model.value_vars, density.parameters.split(draw).values(), strict=True))
    one = clone_replace(model.replace_rvs_by_values(shown), given | density.given(data))
    draws = pt.tensor3("draws")
    function = pm.compile([draws, data], vectorize_graph(one, {draw: draws}), mode="FAST_COMPILE")
    dims = [model.named_vars_to_dims.get(v.name, ()) for v in shown]

    def expand(draws: Floats, data: Floats) -> xr.Dataset:
        found = zip(shown, dims, function(draws, data), strict=True)
        values: dict[str, Any] = {v.name: (("chain", "draw", *own), value) for v, own, value in found}
        return xr.Dataset(values)

    return expand
