"""One analysis, done: everything that tables, figures and pages are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crlm_bayes.audit import StudyAudit
from crlm_bayes.curves import EvidenceCurve
from crlm_bayes.evidence import Evidence
from crlm_bayes.priors import Prior
from crlm_bayes.published import Study
from crlm_bayes.scepticism import Scepticism
from crlm_bayes.spec import AnalysisSpec

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True)
class Question:
    """An analysis before it is fitted: validated documents, the study's audit, and the evidence assembled from them."""

    spec: AnalysisSpec
    study: Study
    evidence: Evidence
    priors: Mapping[str, Prior]
    audit: StudyAudit

    @property
    def entries(self) -> tuple[str, ...]:
        """References of the entries that the evidence rests on."""
        return tuple(dict.fromkeys(row.entry for row in self.evidence.rows))


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

    @property
    def spec(self) -> AnalysisSpec:
        """The analysis."""
        return self.question.spec

    @property
    def passed(self) -> bool:
        """Whether every fit passed the diagnostics gate."""
        return all(fit["gate"]["passed"] for fit in self.record["fits"].values())
