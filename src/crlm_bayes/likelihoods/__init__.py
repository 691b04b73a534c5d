"""Likelihoods: one file per statistical idea, each with its equation, PyMC builder and exact evidence curve."""

from crlm_bayes.curves import EvidenceCurve
from crlm_bayes.evidence import Evidence
from crlm_bayes.likelihoods.contract import Shape, module_of
from crlm_bayes.spec import AnalysisSpec

__all__ = ["Shape", "evidence_curve", "module_of"]


def evidence_curve(evidence: Evidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Return the exact evidence curve of an analysis: the log ratio's integrated likelihood."""
    curve: EvidenceCurve = module_of(spec.model).curve(evidence, spec)
    return curve
