"""The PyMC model of a shape."""

from functools import partial
from typing import Any

import numpy as np
import pymc as pm

from crlm_bayes.likelihoods.contract import Around, Plain, Shape
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.likelihoods.variables import effect_variable

LOG_LIKELIHOOD = "log_likelihood_"

LOG_PRIOR = "log_prior_"

SHIFTED = {"theta_average": "theta", "alpha_average": "alpha", "gamma_average": "gamma"}
"""What is sampled with a shift added, and what its log prior is that of: the density of the one is that of the other."""


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
        # what is kept of every draw, beside the parameters
        for variable in model.free_RVs:
            dims = model.named_vars_to_dims.get(variable.name)
            name = SHIFTED.get(variable.name, variable.name)
            pm.Deterministic(LOG_PRIOR + name, pm.logp(variable, variable), dims=dims)
        for y in model.observed_RVs:
            logp = pm.logp(y, model.rvs_to_values[y])
            pm.Deterministic(LOG_LIKELIHOOD + y.name, logp, dims=model.named_vars_to_dims.get(y.name))
    return model
