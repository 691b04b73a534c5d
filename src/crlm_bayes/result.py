"""One analysis, done: everything that tables, figures and pages are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crlm_bayes.audit import Finding, StudyAudit
from crlm_bayes.curves import EvidenceCurve
from crlm_bayes.evidence import CentreEvidence, Evidence
from crlm_bayes.priors import Prior
from crlm_bayes.published import Study
from crlm_bayes.replications import Estimated
from crlm_bayes.reverse_bayes import ReverseBayes, reverse_bayes
from crlm_bayes.robustness import Robustness, robustness
from crlm_bayes.scepticism import Scepticism
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.tipping import TippingMap, bias_map, discount_map, mean_sd_map

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from crlm_bayes.centre_sensitivity import CentreMap
    from crlm_bayes.synthesis import Pooled, Synthesis
    from crlm_bayes.synthesis_view import SynthesisView


def estimated(spec: AnalysisSpec, found: Scepticism) -> Estimated:
    """An analysis with the estimate of its curve, on the benefit scale."""
    mode, width = found.likelihood
    reading = spec.reading if spec.proportional else f"{spec.reading}, hazards not proportional"
    return Estimated(spec.id, spec.studies[0], spec.endpoint, spec.measure, reading, (spec.sign * mode, width))


class TippingMaps(NamedTuple):
    """The maps of one claim."""

    mean_sd: TippingMap
    bias: TippingMap
    discount: TippingMap


SYNTHESIS: Final = "synthesis"
"""Group of the analyses of several studies."""


@dataclass(frozen=True)
class Question:
    """An analysis before it is fitted: validated documents, the audits of its studies, and the evidence assembled from them.

    `audits` holds each study with its findings, by id, in the order of the analysis. `priors` are the panel of the analysis; `others` stand beside it on the exact curve only.
    """

    spec: AnalysisSpec
    audits: Mapping[str, StudyAudit]
    evidence: Evidence
    priors: Mapping[str, Prior]
    others: Mapping[str, Prior] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """Under whose name tables and pages list it: the study, or ``synthesis``."""
        return SYNTHESIS if self.spec.is_synthesis else self.study.id

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
    def entries(self) -> tuple[str, ...]:
        """References of the entries that the evidence rests on."""
        return tuple(dict.fromkeys(row.entry for row in self.evidence.rows))

    @property
    def findings(self) -> list[Finding]:
        """Findings of the audits that concern what the evidence rests on."""
        rows = self.evidence.rows
        return [f for name, a in self.audits.items() for f in a.about([r.entry for r in rows if r.study == name])]


@dataclass(frozen=True)
class AnalysisResult:
    """An analysis after it is fitted.

    Attributes
    ----------
    question : Question
    curve : EvidenceCurve
        Of the log ratio as reported.
    scepticism : Scepticism
    estimates : DataFrame
        As in `estimates.csv`.
    synthesis : Synthesis or None
        The exact synthesis of an analysis of several studies.
    trees : mapping of prior name to DataTree
        The fits.
    record : dict
        As in `run.json`: digests, versions, settings, `fits[prior]` with seconds, seed and gate
        (numbers, `passed`, `failures`).
    """

    question: Question
    curve: EvidenceCurve
    scepticism: Scepticism
    estimates: "pd.DataFrame"
    trees: Mapping[str, "xr.DataTree"]
    record: Mapping[str, Any]
    synthesis: "Synthesis | None" = None

    @property
    def spec(self) -> AnalysisSpec:
        """The analysis."""
        return self.question.spec

    @cached_property
    def pooled(self) -> "Pooled":
        """The synthesis under the primary prior."""
        assert self.synthesis is not None, "asked only of analyses of several studies"
        return self.synthesis.under(self.spec.effect_prior(self.question.priors[self.spec.primary]))

    @cached_property
    def view(self) -> "SynthesisView":
        """The synthesis as it is shown: influence, cumulative, what its assumptions decide."""
        from crlm_bayes.synthesis_view import synthesis_view  # it is asked of questions, which stand in this module

        assert self.synthesis is not None, "asked only of analyses of several studies"
        return synthesis_view(self.question, self.synthesis, self.pooled)

    @cached_property
    def centre_map(self) -> "CentreMap | None":
        """P(benefit) over what is assumed of the centres; None unless only their sizes are printed."""
        from crlm_bayes.centre_sensitivity import centre_map

        evidence, spec = self.question.evidence, self.spec
        if not isinstance(evidence, CentreEvidence) or evidence.tables:
            return None
        return centre_map(evidence, spec, self.question.priors[spec.primary], name=spec.primary)

    @cached_property
    def robustness(self) -> Robustness:
        """How much scepticism, bias, discount and confounding the claim bears."""
        return robustness(self.curve, self.spec, self.question.priors, self.scepticism)

    @cached_property
    def maps(self) -> TippingMaps:
        """P(benefit) over prior mean and width, bias and discount."""
        curve, sign = self.curve, self.spec.sign
        return TippingMaps(mean_sd_map(curve, sign), bias_map(curve, sign), discount_map(curve, sign))

    @cached_property
    def reverse(self) -> ReverseBayes:
        """Which beliefs the claim needs, and which it withstands."""
        return reverse_bayes(self.curve, self.spec.sign, self.question.priors, self.scepticism)

    @property
    def passed(self) -> bool:
        """Whether every fit passed the diagnostics gate."""
        return all(fit["gate"]["passed"] for fit in self.record["fits"].values())
