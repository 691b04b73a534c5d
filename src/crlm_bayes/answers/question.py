"""An analysis before it is fitted: documents, audits, evidence and priors."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from crlm_bayes.audits.finding import Finding
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import is_biased
from crlm_bayes.documents.study import Study, said_to_be
from crlm_bayes.evidence.values import CentreEvidence, Evidence
from crlm_bayes.memory import Memory
from crlm_bayes.priors.density import Prior
from crlm_bayes.words.marks import Footing
from crlm_bayes.words.shown import Shown

ANSWERS: Final = Memory(
    "answers",
    "arrays.py", "rule.py", "toml.py", "words/**/*.py", "priors/**/*.py", "documents/**/*.py", "exact/**/*.py",
    "audits/**/*.py", "scepticism/**/*.py", "evidence/**/*.py", "likelihoods/**/*.py", "answers/**/*.py",
)  # fmt: skip
"""Questions as they were read, and what exact curves say of them."""

SYNTHESIS: Final = "synthesis"
"""Group of the analyses of several studies."""


@dataclass(frozen=True, repr=False)
class Question(Shown):
    """An analysis before it is fitted: validated documents, the audits of its studies, and the evidence assembled from them.

    `audits` holds each study with its findings, by id, in the order of the analysis. `priors` are the panel of the analysis; `others` stand beside it on the exact curve only.
    """

    spec: AnalysisSpec
    audits: Mapping[str, StudyAudit]
    evidence: Evidence
    priors: Mapping[str, Prior]
    others: Mapping[str, Prior] = field(default_factory=dict)

    def heading(self) -> str:
        """Say what it is in one line."""
        spec = self.spec
        return f"{spec.title} [{spec.id}]: {spec.likelihood} by {spec.reading}, {spec.structure}; priors {', '.join(spec.effect_priors)}"

    def rows(self) -> list[dict[str, Any]]:
        """The printed rows that the evidence rests on."""
        return [asdict(row) for row in self.evidence.rows]

    @property
    def group(self) -> str:
        """Under whose name tables and pages list it: the study, or ``synthesis``."""
        return SYNTHESIS if self.spec.is_synthesis else self.study.id

    @property
    def footing(self) -> Footing:
        """What its answer rests on: a supposition, studies not known to be randomised at face value, or neither."""
        spec = self.spec
        if spec.hypothetical:
            return "what_if"
        modelled = spec.structure == "bias_adjusted"
        alone = not spec.is_synthesis  # among others, what is only said to be randomised has a line of its own
        doubted = [s for s in self.studies if s.design in spec.biased_designs or (alone and said_to_be(s))]
        taken = [s for s in doubted if not (modelled and is_biased(spec, s))]
        return "face_value" if taken else "sound"

    @property
    def audit(self) -> StudyAudit:
        """The audit of its one study."""
        (audit,) = self.audits.values()
        return audit

    @property
    def study(self) -> Study:
        """Its one study."""
        return self.audit.study

    @property
    def studies(self) -> tuple[Study, ...]:
        """All its studies."""
        return tuple(audit.study for audit in self.audits.values())

    @property
    def evidence_of_arms(self) -> Evidence:
        """The evidence of whole arms, where centres are told apart."""
        return self.evidence.pooled if isinstance(self.evidence, CentreEvidence) else self.evidence

    @property
    def entries(self) -> tuple[str, ...]:
        """References of the entries that the evidence rests on."""
        return tuple(dict.fromkeys(row.entry for row in self.evidence.rows))

    @property
    def findings(self) -> list[Finding]:
        """Findings of the audits that concern what the evidence rests on."""
        rows = self.evidence.rows
        return [f for name, a in self.audits.items() for f in a.about([r.entry for r in rows if r.study == name])]
