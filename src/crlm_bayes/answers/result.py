"""One analysis, done: everything that tables, figures and pages are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.answer import TippingMaps
from crlm_bayes.answers.question import Question
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import CentreEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.scepticism.panel import Scepticism
from crlm_bayes.scepticism.reverse_bayes import ReverseBayes, reverse_bayes
from crlm_bayes.scepticism.robustness import Robustness, robustness
from crlm_bayes.scepticism.tipping import bias_map, discount_map, mean_sd_map

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from crlm_bayes.answers.pooled_view import SynthesisView
    from crlm_bayes.exact.synthesis.pooled import Pooled
    from crlm_bayes.exact.synthesis.synthesis import Synthesis
    from crlm_bayes.likelihoods.centres.map import CentreMap


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
        from crlm_bayes.answers.pooled_view import (
            synthesis_view,  # it is asked of questions, which stand in this module
        )

        assert self.synthesis is not None, "asked only of analyses of several studies"
        return synthesis_view(self.question, self.synthesis, self.pooled)

    @cached_property
    def centre_map(self) -> "CentreMap | None":
        """P(benefit) over what is assumed of the centres; None unless only their sizes are printed."""
        from crlm_bayes.likelihoods.centres.map import centre_map

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
