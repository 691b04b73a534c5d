"""The likelihoods of one study, by name; a synthesis stacks its studies in this order."""

from typing import Final

from crlm_bayes.likelihoods import binomial, log_ratio, piecewise_exponential
from crlm_bayes.likelihoods.contract import Likelihood

LEAVES: Final[dict[str, Likelihood]] = {
    "piecewise_exponential": piecewise_exponential,
    "binomial": binomial,
    "log_ratio": log_ratio,
}
