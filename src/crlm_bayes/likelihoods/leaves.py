"""The likelihoods of one study, by name."""

from types import ModuleType
from typing import Final

from crlm_bayes.likelihoods import binomial, log_ratio, piecewise_exponential

LEAVES: Final[dict[str, ModuleType]] = {
    "binomial": binomial,
    "piecewise_exponential": piecewise_exponential,
    "log_ratio": log_ratio,
}
