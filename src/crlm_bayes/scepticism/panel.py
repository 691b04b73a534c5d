"""How much scepticism a claim bears: the prior panel, critical priors, E-values. Exact curves, no PyMC.

θ is turned here so that negative favours the treatment; ratios are given as reported.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crlm_bayes import rule
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.priors.density import Prior
from crlm_bayes.scepticism.critical import SD_RANGE, critical_sd, p_benefit
from crlm_bayes.scepticism.e_values import Outcome, e_value, e_value_of_interval
from crlm_bayes.scepticism.normal_forms import estimate, matthews_sd, scepticism_limit, wald_limits
from crlm_bayes.words.numbers import LEVEL
from crlm_bayes.words.shown import Shown

__all__ = [
    "SD_RANGE",
    "PriorVerdict",
    "Scepticism",
    "critical_sd",
    "e_value",
    "examine",
    "matthews_sd",
    "p_benefit",
    "scepticism_limit",
    "verdict",
]


@dataclass(frozen=True)
class PriorVerdict:
    """What one prior makes of one curve; ratios in the direction reported."""

    prior: str
    median: float
    lower: float
    upper: float
    p_benefit: float
    p_mcid: float
    p_harm: float

    @property
    def survives(self) -> bool:
        """Whether the benefit survives this prior."""
        return rule.survives(self.p_benefit)


class Panel(Shown, tuple[PriorVerdict, ...]):
    """What several priors make of one curve, in their order."""

    __slots__ = ()

    def heading(self) -> str:
        """Say what it is in one line."""
        return f"Posterior under {len(self)} priors; ratios as reported, {LEVEL} equal-tailed intervals"

    def rows(self) -> list[dict[str, Any]]:
        """One row a prior, in the names of `estimates.csv`."""
        return [
            {
                "prior": v.prior,
                "median": v.median,
                "eti95_lower": v.lower,
                "eti95_upper": v.upper,
                "p_benefit": v.p_benefit,
                "p_mcid": v.p_mcid,
                "p_harm": v.p_harm,
                "survives": v.survives,
            }
            for v in self
        ]


@dataclass(frozen=True)
class Scepticism:
    """Everything that the evidence curve of one analysis says to a sceptic.

    Attributes
    ----------
    panel : tuple of PriorVerdict
        In the order of the analysis.
    likelihood : (float, float)
        Mode and width of the curve: the estimate and standard error of the log ratio, without a prior. For drawing;
        where `has_estimate` is False they mean nothing.
    has_estimate : bool
        Whether the likelihood falls on both sides (:func:`crlm_bayes.scepticism.normal_forms.estimate`); it does not where nobody
        has the event in one arm and everybody in the other.
    matthews_limit : float or None
        Scepticism limit (Matthews 2018), as a ratio on the side of benefit: the claim falls to a sceptic who holds
        95% of ratios between it and its inverse. None where the 95% interval includes no effect or shows harm, and
        where there is no estimate.
    critical_sd : float or None
        The sd of the N(0, sd²) prior under which P(benefit) is exactly at the threshold, on the exact curve; the
        claim survives every wider one. None where it survives none.
    e_value, e_value_ci : float or None
        VanderWeele & Ding (2017); of the estimate and of the limit nearest no effect. None where there is no estimate.
    outcome : Outcome
        Whether that takes the outcome for rare or common.
    """

    panel: Panel
    likelihood: tuple[float, float]
    has_estimate: bool
    matthews_limit: float | None
    critical_sd: float | None
    e_value: float | None
    e_value_ci: float | None
    outcome: Outcome


def examine(
    curve: EvidenceCurve, spec: AnalysisSpec, priors: Mapping[str, Prior], outcome: Outcome = Outcome.UNTOLD
) -> Scepticism:
    """Put one evidence curve before the prior panel of its analysis; critical priors and limits are of its claim.

    Parameters
    ----------
    outcome : Outcome
        How common the outcome is, for E-values.
    """
    panel = Panel(verdict(curve.apply(spec.effect_prior(priors[name])), spec, name) for name in spec.effect_priors)
    sign = spec.claim_sign
    likelihood, sd = (curve.mode, curve.width), critical_sd(curve, sign)
    if estimate(curve) is None:
        return Scepticism(panel, likelihood, False, None, sd, None, None, outcome)
    low, high = wald_limits(*likelihood)
    limit = scepticism_limit(*sorted((sign * low, sign * high)))
    return Scepticism(
        panel,
        likelihood,
        True,
        None if limit is None else math.exp(sign * limit),
        sd,
        e_value(math.exp(curve.mode), spec.measure, outcome=outcome),
        e_value_of_interval(math.exp(low), math.exp(high), spec.measure, outcome=outcome),
        outcome,
    )


def verdict(posterior: GridPosterior, spec: AnalysisSpec, prior: str) -> PriorVerdict:
    """Summarise a posterior of the log ratio in the words of the panel."""
    lower, upper = posterior.interval
    mcid = math.log(spec.mcid)

    def p_beyond(x: float) -> float:
        """P(θ beyond x on the side of benefit)."""
        return rule.p_benefit(posterior.p_below(x), spec.sign)

    return PriorVerdict(
        prior,
        math.exp(posterior.median),
        math.exp(lower),
        math.exp(upper),
        p_beyond(0.0),
        p_beyond(mcid),
        1 - p_beyond(-mcid),
    )
