"""Arms of several studies, with and without a treatment, as evidence for a comparison that nobody randomised.

Arms are taken one by one, so that single-arm studies have a place. Whatever else differs between the studies that had
the treatment and those that had not (patients, partners of the treatment, who judged the outcome) is part of the
contrast: an unadjusted indirect comparison, fit for a sensitivity analysis and for nothing more.
"""

from collections.abc import Mapping
from dataclasses import replace

import scipy

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import compared_arms
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import UnknownName
from crlm_bayes.evidence.shares import arm_share
from crlm_bayes.evidence.single import PrintedRow
from crlm_bayes.evidence.values import ArmLevelEvidence, ComparedArm
from crlm_bayes.rule import LOWER, UPPER


def assemble_arms(spec: AnalysisSpec, studies: Mapping[str, Study]) -> ArmLevelEvidence:
    """Find what is printed of the endpoint in every arm that an analysis compares.

    Each study is read as `per_study` has it. The number of patients is that of the printed count, so that arms of
    unknown size are no obstacle.

    Parameters
    ----------
    studies : mapping of id to Study
        At least those of the analysis.

    Raises
    ------
    InvalidInput, UnknownName
        If an arm is named that is not there, or a study does not print what the analysis needs.
    """
    compared: list[ComparedArm] = []
    rows: list[PrintedRow] = []
    for name in spec.studies:
        own, study = spec.of_study(name), studies[name]
        where = f"analysis {spec.id}: study {name}"
        if own.endpoint not in study.endpoints:
            raise UnknownName.among(where, "endpoint", own.endpoint, study.endpoints)
        for arm, treated in compared_arms(spec, study, f"analysis {spec.id}"):
            share = arm_share(own, study, arm.id, where)
            compared.append(ComparedArm(name, arm.id, arm.label, treated, share.events, share.n))
            how = f"{share.row.how}; arm taken as {'with' if treated else 'without'} the treatment"
            rows.append(replace(share.row, study=name, how=how))
    return ArmLevelEvidence(tuple(compared), tuple(rows))


def exact_interval(events: float, n: float) -> tuple[float, float]:
    """Equal-tailed 95% interval of a proportion by the binomial distribution (Clopper & Pearson 1934).

    Parameters
    ----------
    events, n : float
        Events may be fractional: the limits are quantiles of beta distributions, which know no whole numbers.

    Returns
    -------
    float, float
        Lower and upper limit, proportions.
    """
    lower = float(scipy.special.betaincinv(events, n - events + 1, LOWER)) if events > 0 else 0.0
    upper = float(scipy.special.betaincinv(events + 1, n - events, UPPER)) if events < n else 1.0
    return lower, upper
