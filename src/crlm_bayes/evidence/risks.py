"""How many have the event by the end of follow-up in each arm: whether an outcome is rare."""

from collections.abc import Mapping

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.single import SingleEvidence
from crlm_bayes.evidence.values import ArmLevelEvidence, CentreEvidence, Evidence, SynthesisEvidence


def risks(evidence: Evidence, spec: AnalysisSpec, studies: Mapping[str, Study]) -> tuple[float | None, ...]:
    """Return the proportion with the event of every arm that is compared; None of an arm whose print tells none.

    It is that of the evidence itself, or else what the study prints of the endpoint beside it: counts, or survival at
    the last landmark that both arms have.

    Parameters
    ----------
    studies : mapping of id to Study
        Those at hand; of others the evidence alone is asked.
    """
    if isinstance(evidence, SynthesisEvidence):
        each = ((m.evidence, spec.of_study(m.study).endpoint) for m in evidence.members)
        return tuple(risk for one, endpoint in each for risk in _of_one(one, endpoint, studies))
    if isinstance(evidence, ArmLevelEvidence):
        return tuple(arm.events / arm.n for arm in evidence.compared)
    return _of_one(evidence.pooled if isinstance(evidence, CentreEvidence) else evidence, spec.endpoint, studies)


def _of_one(evidence: SingleEvidence, endpoint: str, studies: Mapping[str, Study]) -> tuple[float | None, ...]:
    if evidence.risks is not None:
        return evidence.risks
    study = studies.get(evidence.study)
    if study is None:
        return None, None
    counted = tuple(_counted(study, endpoint, arm) for arm in evidence.arms)
    return counted if None not in counted else _at_the_end(study, endpoint, evidence.arms)


def _counted(study: Study, endpoint: str, arm: str) -> float | None:
    found = [c for c in study.counts if (c.endpoint, c.arm, c.centre) == (endpoint, arm, None)]
    if len(found) != 1:
        return None
    (count,) = found
    if count.events is not None:
        return count.events / count.n
    return None if count.percent is None else count.percent.value / 100


def _at_the_end(study: Study, endpoint: str, arms: tuple[str, str]) -> tuple[float | None, ...]:
    alive = [
        {
            s.months.value: s.percent.value / 100
            for s in study.survival
            if (s.endpoint, s.arm) == (endpoint, arm) and s.percent
        }
        for arm in arms
    ]
    both = set(alive[0]) & set(alive[1])
    return tuple(1 - points[max(both)] for points in alive) if both else (None, None)
