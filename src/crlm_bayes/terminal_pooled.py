"""What the terminal says of a synthesis beside its panel: spread, a new study, weights; under the primary prior."""

import math
from typing import Any

from crlm_bayes.evidence import SynthesisEvidence
from crlm_bayes.inquiry import Inquiry
from crlm_bayes.posterior import GridPosterior
from crlm_bayes.syntheses import synthesis_of
from crlm_bayes.synthesis import Pooled


def pooled_of(inquiry: Inquiry) -> Pooled | None:
    """Pool the studies as they are printed, whatever bias or discount is assumed of the whole; None for one study."""
    question, evidence = inquiry.question, inquiry.question.evidence
    if not isinstance(evidence, SynthesisEvidence):
        return None
    prior = question.spec.effect_prior(question.priors[question.spec.primary])
    return synthesis_of(evidence, question.spec).under(prior)


def pooled_numbers(inquiry: Inquiry) -> dict[str, Any]:
    """Keys `tau`, `predictive` and `weights` of a synthesis; none for one study.

    `tau` is None for a common effect. `predictive` is a ratio, as reported.
    """
    pooled = pooled_of(inquiry)
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
