"""The closed registry: the module of each likelihood of one study, and of each structure that has a model of its own."""

from typing import Final

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence, SynthesisEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.arm_level import model as arm_level
from crlm_bayes.likelihoods.centres import model as centres
from crlm_bayes.likelihoods.contract import Model
from crlm_bayes.likelihoods.curves import curve_of
from crlm_bayes.likelihoods.leaves import LEAVES
from crlm_bayes.likelihoods.studies import model as synthesis

MODELS: Final[dict[str, Model]] = {**LEAVES, "synthesis": synthesis, "arm_level": arm_level, "centres": centres}


def module_of(model: str) -> Model:
    """Return the module of a likelihood or of a structure."""
    return MODELS[model]


def evidence_curve(evidence: Evidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Return the exact evidence curve of an analysis: the log ratio's integrated likelihood."""
    if isinstance(evidence, SynthesisEvidence):
        return synthesis.curve(evidence, spec)
    return curve_of(module_of(spec.model), evidence, spec)
