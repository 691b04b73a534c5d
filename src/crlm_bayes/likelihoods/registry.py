"""The closed registry: the module of each likelihood and structure."""

from types import ModuleType


def module_of(model: str) -> ModuleType:
    """Return the module of a likelihood or of a structure (the closed registry)."""
    from crlm_bayes.likelihoods import binomial, log_ratio, piecewise_exponential
    from crlm_bayes.likelihoods.arm_level import model as arm_level
    from crlm_bayes.likelihoods.centres import model as centres
    from crlm_bayes.likelihoods.studies import model as synthesis

    registry = {
        "binomial": binomial,
        "piecewise_exponential": piecewise_exponential,
        "log_ratio": log_ratio,
        "synthesis": synthesis,
        "arm_level": arm_level,
        "centres": centres,
    }
    return registry[model]
