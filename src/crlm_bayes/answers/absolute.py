"""Absolute effects of a synthesis: the pooled ratio put on a control risk that a direct study prints.

The difference rises or falls throughout with the ratio, so its median and limits are those of the ratio, carried over.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow
from crlm_bayes.documents.study import title_of
from crlm_bayes.evidence.values import SynthesisEvidence
from crlm_bayes.exact.posterior import GridPosterior


class Carried(NamedTuple):
    """The pooled effect on one control risk.

    Attributes
    ----------
    id, study, label : str
        Whose control arm it is, by id and as named, and what that arm is called.
    endpoint : str
        Of that study, where studies of like endpoints are pooled.
    months : str
        Empty for an endpoint without a time.
    control : float
        As printed, taken as known.
    treatment, difference, nnt : EstimateRow
        `nnt` by the limits of the difference (Altman 1998): positive for benefit.
    """

    id: str
    study: str
    label: str
    endpoint: str
    months: str
    control: float
    treatment: EstimateRow
    difference: EstimateRow
    nnt: EstimateRow


def carried(answer: Answer) -> list[Carried]:
    """Put the pooled ratio on the control risk of every direct study that prints one, under the primary prior."""
    evidence = answer.question.evidence
    if answer.synthesis is None or not isinstance(evidence, SynthesisEvidence):
        return []
    studies = {study.id: study for study in answer.question.studies}
    found = []
    for member in evidence.members:
        study = studies[member.study]
        if study.relevance not in (None, "direct") or member.discount < 1 or member.learnt:
            continue
        if member.evidence.control_risk is not None:
            months, control = member.evidence.control_risk
            # the ratio of its own group; a bias is no part of the effect
            group = answer.pooled.shifted if answer.spec.moderator is not None and member.shifted else None
            mu = group or answer.pooled.mu
            good = bool(months) or answer.spec.better == "higher"
            own = answer.spec.of_study(member.study)
            head = study.id, title_of(study), member.evidence.labels[0], own.endpoint, months
            found.append(Carried(*head, control, *_carry(control, mu, answer.spec.measure, good)))
    return found


def _carry(control: float, mu: GridPosterior, measure: str, good: bool) -> tuple[EstimateRow, EstimateRow, EstimateRow]:
    """With the treatment, the difference, and the number needed to treat."""
    treated = _transform(control, measure)
    lower, upper = mu.interval
    middle, ends = treated(mu.median), sorted((treated(lower), treated(upper)))
    median, low, high = middle - control, ends[0] - control, ends[1] - control
    best, worst = (high, low) if good else (-low, -high)
    nnt = _estimate(_inverse(median if good else -median), _inverse(best), _inverse(worst))
    return _estimate(middle, *ends), _estimate(median, low, high), nnt


def _transform(control: float, measure: str) -> Callable[[float], float]:
    """The proportion with treatment, given a log ratio."""
    match measure:
        case "hr":
            return lambda theta: control ** math.exp(theta)
        case "or":
            odds = control / (1 - control) if control < 1 else math.inf
            return lambda theta: 1.0 if math.isinf(odds) else odds * math.exp(theta) / (1 + odds * math.exp(theta))
    return lambda theta: min(control * math.exp(theta), 1.0)


def _inverse(x: float) -> float:
    return math.inf if x == 0 else 1 / x


def _estimate(median: float, lower: float, upper: float) -> EstimateRow:
    return EstimateRow(median, lower, upper, None, None, None, None, None, None)
