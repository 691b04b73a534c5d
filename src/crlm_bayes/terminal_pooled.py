"""What the terminal says of a synthesis beside its panel: spread, a new study, weights; under the primary prior."""

import math
from typing import Any

from crlm_bayes.inquiry import Inquiry
from crlm_bayes.posterior import GridPosterior


def pooled_numbers(inquiry: Inquiry) -> dict[str, Any]:
    """Keys `tau`, `predictive` and `weights` of a synthesis; none for one study.

    `tau` is None for a common effect. `predictive` is a ratio, as reported.
    """
    pooled = inquiry.pooled
    if pooled is None:
        return {}
    new = _numbers(pooled.predictive)
    return {
        "tau": None if pooled.tau is None else _numbers(pooled.tau),
        "predictive": {key: math.exp(value) for key, value in new.items()},
        "weights": {weight.name: weight.share for weight in pooled.weights},
    }


def _numbers(posterior: GridPosterior) -> dict[str, float]:
    lower, upper = posterior.interval
    return {"median": posterior.median, "lower": lower, "upper": upper}
