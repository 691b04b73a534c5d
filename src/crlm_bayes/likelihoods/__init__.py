"""Likelihoods: one file per statistical idea, each with its equation, PyMC builder and exact evidence curve."""

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.contract import Shape
from crlm_bayes.likelihoods.registry import module_of

__all__ = ["Shape", "evidence_curve", "module_of"]


def evidence_curve(evidence: Evidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Return the exact evidence curve of an analysis: the log ratio's integrated likelihood."""
    curve: EvidenceCurve = module_of(spec.model).curve(evidence, spec)
    return curve
