"""Evidence curves, each computed once: a study that serves many analyses is tabulated for the first."""

from dataclasses import fields
from typing import Any, Final

from crlm_bayes.digests import digest, plain
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.single import SingleEvidence
from crlm_bayes.evidence.values import ArmLevelEvidence, CentreEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.contract import Model
from crlm_bayes.memory import Memory

CURVES: Final = Memory(
    "curves",
    "arrays.py", "rule.py", "toml.py", "priors/**/*.py", "documents/**/*.py", "exact/**/*.py", "evidence/**/*.py",
    "likelihoods/**/*.py",
)  # fmt: skip

NAMES: Final = {"study", "arms", "labels", "rows"}
"""What evidence is called and where it is printed: its numbers are beside that."""

SAID: Final = {
    "id", "title", "question", "endpoint", "studies", "reading", "adjusted", "hypothetical", "asks", "answers", "effect_priors", "primary",
    "accepts", "mcid", "effective_n", "effective_events", "per_study", "biased_designs", "moderator",
}  # fmt: skip
"""Keys of an analysis that its evidence has taken up, or that come after the curve; a curve may hang on all others."""


def curve_of(
    module: Model, evidence: SingleEvidence | ArmLevelEvidence | CentreEvidence, spec: AnalysisSpec
) -> EvidenceCurve:
    """Return the evidence curve by the module of a likelihood or of a structure, for evidence of its kind."""
    numbers = {f.name: getattr(evidence, f.name) for f in fields(evidence) if f.name not in NAMES}
    stated = {k: _without_reasons(plain(getattr(spec, k))) for k in type(spec).model_fields if k not in SAID}
    key = digest(type(evidence).__name__, numbers, stated)  # which with the structure tell the module
    return CURVES.recall(key, lambda: module.curve(evidence, spec))


def _without_reasons(value: Any) -> Any:
    """The same prior may be given another rationale by another analysis."""
    if isinstance(value, dict):
        return {key: _without_reasons(inner) for key, inner in value.items() if key != "rationale"}
    return value
