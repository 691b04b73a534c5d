"""Absolute effects of a synthesis: the pooled ratio put on a control risk that a direct study prints.

The difference rises or falls throughout with the ratio, so its median and limits are those of the ratio, carried over.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.evidence.values import RatioEvidence, SynthesisEvidence
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
    treatment, difference : EstimateRow
        `p_benefit` of the difference is that of the ratio: both favour the treatment or neither does.
    rising : bool
        Whether more is good.
    """

    id: str
    study: str
    label: str
    endpoint: str
    months: str
    control: float
    treatment: EstimateRow
    difference: EstimateRow
    rising: bool


class Needed(NamedTuple):
    """A number needed to treat, of one kind, with the part of its interval that is of that kind.

    Attributes
    ----------
    kind : str
        ``nntb``: for one more patient to benefit; ``nnth``: to be harmed.
    median : float or None
        None where the median of the difference is of the other kind.
    lower, upper : float
        Above 0, `upper` infinite where the interval of the difference holds no difference.
    """

    kind: str
    median: float | None
    lower: float
    upper: float


def numbers_needed(difference: EstimateRow, *, rising: bool) -> list[Needed]:
    """Invert a difference, treatment minus control, with its limits: the kind of the median first (Altman 1998).

    An interval that holds no difference is two of numbers needed to treat, each to infinity: from NNTB a through ∞ to
    NNTH b. A difference of nothing, without an interval, has none.
    """
    median, lower, upper = (x or 0.0 for x in (difference.median, difference.lower, difference.upper))
    middle, worst, best = (median, lower, upper) if rising else (-median, -upper, -lower)
    found = [
        Needed(kind, 1 / centre if centre > 0 else None, 1 / near, 1 / far if far > 0 else math.inf)
        for kind, centre, near, far in (("nntb", middle, best, worst), ("nnth", -middle, -worst, -best))
        if near > 0
    ]
    return sorted(found, key=lambda n: n.median is None)


def without_risk(answer: Answer) -> list[tuple[str, float]]:
    """Name the studies that print a control risk of 0 or 1, which no ratio changes, with it."""
    evidence, studies = answer.question.evidence, answer.question.studies
    if isinstance(evidence, RatioEvidence) and evidence.control_survival is not None:
        risks = [(studies[0], evidence.control_survival[1])]
    else:
        risks = [(study, control) for study, _, _, _, control in _risks(answer)]
    return [(title_of(study), control) for study, control in risks if control in (0, 1)]


def carried(answer: Answer) -> list[Carried]:
    """Put the pooled ratio on the control risk of every direct study that prints one, under the primary prior.

    A risk of 0 or 1 is no such risk: whatever the ratio, nothing comes of it. A meta-regression takes the ratio of the
    study's own group. Of a harm every study is taken that counts in full: who is harmed need not be resected.
    """
    found = []
    for study, label, moderated, months, control in _risks(answer):
        if 0 < control < 1:
            rising = bool(months) or answer.spec.better == "higher"
            head = study.id, title_of(study), label, answer.spec.of_study(study.id).endpoint, months
            group = answer.pooled.shifted if moderated else None  # a bias is no part of the effect
            found.append(Carried(*head, control, *_carry(control, answer.spec, group or answer.pooled.mu), rising))
    return found


def _risks(answer: Answer) -> Iterator[tuple[Study, str, bool, str, float]]:
    """Give every study that prints a control risk to be taken: with the arm's label, whether it is in a moderator's group, months and risk."""
    evidence = answer.question.evidence
    if answer.synthesis is None or not isinstance(evidence, SynthesisEvidence):
        return
    studies = {study.id: study for study in answer.question.studies}
    for member in evidence.members:
        study, risk = studies[member.study], member.evidence.control_risk
        wanted = answer.spec.asks == "harm" or study.relevance in (None, "direct")
        if wanted and member.discount == 1 and not member.learnt and risk is not None:
            yield study, member.evidence.labels[0], answer.spec.moderator is not None and member.shifted, *risk


def _carry(control: float, spec: AnalysisSpec, mu: GridPosterior) -> tuple[EstimateRow, EstimateRow]:
    """With the treatment, and the difference."""
    treated = _transform(control, spec.measure)
    lower, upper = mu.interval
    middle, ends = treated(mu.median), sorted((treated(lower), treated(upper)))
    p_benefit = mu.p_benefit(spec.sign)
    return (
        EstimateRow(middle, *ends),
        EstimateRow(middle - control, ends[0] - control, ends[1] - control, p_benefit),
    )


def _transform(control: float, measure: str) -> Callable[[float], float]:
    """The proportion with treatment, given a log ratio; the control's lies between 0 and 1."""
    match measure:
        case "hr":
            return lambda theta: control ** math.exp(theta)
        case "or":
            odds = control / (1 - control)
            return lambda theta: odds * math.exp(theta) / (1 + odds * math.exp(theta))
    return lambda theta: min(control * math.exp(theta), 1.0)
