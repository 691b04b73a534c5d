"""From what papers print to what a likelihood takes: (study, spec) to evidence, with every step on record."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import is_biased, is_moderated
from crlm_bayes.documents.analysis_parts import LIKELIHOODS, LikelihoodName
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence.arms import assemble_arms
from crlm_bayes.evidence.centres import assemble_centres
from crlm_bayes.evidence.landmarks import interval_counts
from crlm_bayes.evidence.logrank import logrank_evidence, observed_expected_evidence
from crlm_bayes.evidence.ratios import arms_of, ratio_evidence
from crlm_bayes.evidence.shares import arm_share
from crlm_bayes.evidence.single import PrintedRow, SingleEvidence
from crlm_bayes.evidence.values import (
    BinomialEvidence,
    CentreEvidence,
    Evidence,
    RatioEvidence,
    StudyEvidence,
    SurvivalEvidence,
    SynthesisEvidence,
)
from crlm_bayes.exact.mixing import MOST


def assemble(spec: AnalysisSpec, studies: Mapping[str, Study]) -> Evidence:
    """Turn the print that an analysis rests on into evidence.

    Parameters
    ----------
    studies : mapping of id to Study
        At least those of the analysis.

    Raises
    ------
    InvalidInput, UnknownName
        If a study does not print what the analysis needs.
    """
    if spec.structure == "centres":
        return _centres(spec, studies[spec.studies[0]])
    if not spec.is_synthesis:
        return of_study(spec, studies[spec.studies[0]])
    if spec.structure == "arm_level":
        return assemble_arms(spec, studies)
    members = tuple(_member(spec, studies[name]) for name in spec.studies)
    return SynthesisEvidence(members)


def _centres(spec: AnalysisSpec, study: Study) -> CentreEvidence:
    by_centre = any(c.endpoint == spec.endpoint and c.centre is not None for c in study.counts)
    pooled = None if by_centre and LIKELIHOODS[spec.likelihood].counted else of_study(spec, study)
    evidence = assemble_centres(spec, study, pooled)
    return replace(evidence, rows=tuple(replace(row, study=study.id) for row in evidence.rows))


def _member(spec: AnalysisSpec, study: Study) -> StudyEvidence:
    own = spec.reading_of(study.id)
    learnt = own.discount == "learnt"
    return StudyEvidence(
        study.id,
        of_study(spec.of_study(study.id), study),
        is_biased(spec, study) if spec.structure == "bias_adjusted" else is_moderated(spec, study),
        1.0 if own.discount == "learnt" else own.discount,
        learnt,
    )


def of_study(spec: AnalysisSpec, study: Study) -> SingleEvidence:
    """Assemble the evidence of one study; every row says whose it is.

    Raises
    ------
    InvalidInput, UnknownName
        As :func:`assemble`.
    """
    evidence = _of_study(spec, study)
    return replace(evidence, rows=tuple(replace(row, study=study.id) for row in evidence.rows))


def _of_study(spec: AnalysisSpec, study: Study) -> SingleEvidence:
    where = f"analysis {spec.id}: study {study.id}"
    if spec.endpoint not in study.endpoints:
        raise UnknownName.among(where, "endpoint", spec.endpoint, study.endpoints)
    return ASSEMBLERS[spec.likelihood](spec, study, where)


def _binomial(spec: AnalysisSpec, study: Study, where: str) -> BinomialEvidence:
    arms, labels = arms_of(study)
    shares = [arm_share(spec, study, arm, where) for arm in arms]
    events, n = np.array([share.events for share in shares]), np.array([share.n for share in shares])
    return BinomialEvidence(study.id, arms, labels, events, n, rows=tuple(share.row for share in shares))


def _survival(spec: AnalysisSpec, study: Study, where: str) -> SurvivalEvidence:
    arms, labels = arms_of(study)
    points = {
        arm: sorted(
            (s for s in study.survival if s.endpoint == spec.endpoint and s.arm == arm),
            key=lambda s: s.months.value,
        )
        for arm in arms
    }
    months = {arm: [p.months.value for p in points[arm]] for arm in arms}
    common = sorted(set(months[arms[0]]) & set(months[arms[1]]))
    if not common:
        raise InvalidInput(
            f"{where}: survival",
            f"no landmark of '{spec.endpoint}' is printed for both arms '{arms[0]}' and '{arms[1]}'",
        )
    if not spec.proportional and spec.average == "information" and len(common) > MOST:
        what = f"an average by information is of {MOST} intervals at most, and {len(common)} landmarks are printed"
        raise InvalidInput(f"{where}: average", what, allowed="average = 'exchangeable'")
    rows: list[PrintedRow] = []
    at_risk, survivors, printed = [], [], []
    for arm, role in zip(arms, ("control", "treatment"), strict=True):
        shared = [p for p in points[arm] if p.months.value in common]
        counts = interval_counts(spec, study, study.arm(role), shared, where)
        at_risk.append(counts.at_risk)
        survivors.append(counts.survivors)
        printed.append(counts.printed)
        rows.extend(counts.rows)
    times = np.array([0.0, *common])
    return SurvivalEvidence(
        study.id,
        arms,
        labels,
        times,
        np.array(at_risk).T,
        np.array(survivors).T,
        np.array(printed).T,
        rows=tuple(rows),
    )


def _ratio(spec: AnalysisSpec, study: Study, where: str) -> RatioEvidence:
    readings = {"logrank": logrank_evidence, "observed_expected": observed_expected_evidence}
    return readings.get(spec.reading, ratio_evidence)(spec, study, where)


ASSEMBLERS: Final[Mapping[LikelihoodName, Callable[[AnalysisSpec, Study, str], SingleEvidence]]] = {
    "binomial": _binomial,
    "piecewise_exponential": _survival,
    "log_ratio": _ratio,
}
"""What turns the print into the evidence of each likelihood; the last argument says where, for errors."""
