"""The robustness of a claim: how much scepticism, bias, discount and confounding it bears before it falls.

One profile for each analysis, everything on the exact curve; the numbers behind one figure and a few sentences.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crlm_bayes import rule
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import Z, turned
from crlm_bayes.scepticism.critical import SD_RANGE
from crlm_bayes.scepticism.e_values import Outcome, e_value
from crlm_bayes.scepticism.panel import Scepticism, examine
from crlm_bayes.scepticism.tipping import bearing_limits, lacking
from crlm_bayes.words.shown import Shown


@dataclass(frozen=True)
class Bearing:
    """What a claim bears under one prior.

    Attributes
    ----------
    prior : str
    p_benefit : float
        Of the data as they are.
    survives : bool
        Whether the claim does, of a benefit or of a harm.
    bias : float or None
        Log ratio by which the study may overstate what is claimed before survival is lost. None where the claim does not
        survive to begin with; infinite where even a factor of a hundred does not bring it down.
    discount : float or None
        Share of the evidence that may be discounted before survival is lost; 1 where the prior alone says as much.
    confounding : float or None
        E-value of that bias: the risk ratio by which one factor must be tied to treatment and to outcome to cause it.
        None also where there is no estimate that it could explain.
    """

    prior: str
    p_benefit: float
    survives: bool
    bias: float | None
    discount: float | None
    confounding: float | None


@dataclass(frozen=True, repr=False)
class Robustness(Shown):
    """How much scepticism, bias, discount and confounding one claim bears before it falls.

    Attributes
    ----------
    bearings : tuple of Bearing
        In the order of the analysis.
    primary : str
    centred : mapping of prior name to sd
        The normal priors centred on no effect: the archetypes of the sceptical axis.
    critical_sd : float or None
        The claim falls to a N(0, sd²) prior narrower than this; None where it survives none.
    critical_range : (float, float) or None
        95% of the ratios of that prior.
    null_events : float or None
        Weight of that prior in events, 4 / sd²: a trial with that many events that found no effect would bring the
        claim down (Spiegelhalter, Abrams & Myles 2004). The fail-safe number of the claim.
    e_value, e_value_ci : float or None
        Of the estimate and of its limit, without a prior (VanderWeele & Ding 2017). None without an estimate.
    outcome : Outcome
        Whether they take the outcome for rare or common.
    needed : float or None
        Ratio that data of this precision have to find for the claim to survive the primary prior: with it, or one that
        is better, it does. Of a claim that stands it is the estimate at its limit of bias. None without an estimate, and
        where a hundredfold move would not reach it.
    """

    bearings: tuple[Bearing, ...]
    primary: str
    centred: Mapping[str, float]
    critical_sd: float | None
    critical_range: tuple[float, float] | None
    null_events: float | None
    e_value: float | None
    e_value_ci: float | None
    outcome: Outcome
    needed: float | None

    def heading(self) -> str:
        """Say what it is in one line."""
        return "What the claim bears under each prior"

    def rows(self) -> list[dict[str, Any]]:
        """One row a prior: the log ratio of bias, the share of the evidence and the E-value at which survival is lost."""
        return [asdict(one) for one in self.bearings]

    @property
    def headline(self) -> Bearing:
        """What the claim bears under the primary prior."""
        return next(one for one in self.bearings if one.prior == self.primary)


def confounding(ratio: float, bias: float, sign: int, measure: str, outcome: Outcome = Outcome.UNTOLD) -> float:
    """E-value of a bias: the confounding that would make a study overstate the benefit by `bias`, a log ratio.

    For the bias that is the whole estimate it is the E-value of the estimate (VanderWeele & Ding 2017).
    """
    return math.inf if math.isinf(bias) else e_value(ratio, measure, ratio * math.exp(sign * bias), outcome)


def null_events(critical_sd: float | None) -> float | None:
    """Weight in events of the critical prior, 4 / sd²; None where no prior of the searched range is critical."""
    return None if critical_sd is None or critical_sd <= SD_RANGE[0] else 4 / critical_sd**2


def robustness(
    curve: EvidenceCurve, spec: AnalysisSpec, priors: Mapping[str, Prior], found: Scepticism | None = None
) -> Robustness:
    """Find how much one claim bears under each prior of its analysis.

    Parameters
    ----------
    found : Scepticism, optional
        What :func:`examine` says of the same curve, where it is known already.
    """
    found = found or examine(curve, spec, priors)
    used = {name: priors[name] for name in spec.effect_priors}
    survives = rule.survives if spec.asks == "benefit" else rule.points_to_harm
    standing = [seen.prior for seen in found.panel if survives(seen.p_benefit)]
    claimed = [turned(used[name], spec.facing) for name in standing]
    borne = dict(zip(standing, bearing_limits(curve, spec.claim_sign, claimed), strict=True))
    estimate = math.exp(found.likelihood[0])
    bearings = []
    for seen in found.panel:
        bias = discount = strength = None
        if seen.prior in borne:  # the panel decides; what stands by less than a rounding error bears nothing more
            bias, discount = (limit or 0.0 for limit in borne[seen.prior])
            if found.has_estimate:
                strength = confounding(estimate, bias, spec.claim_sign, spec.measure, found.outcome)
        bearings.append(Bearing(seen.prior, seen.p_benefit, seen.prior in borne, bias, discount, strength))
    sd = found.critical_sd
    return Robustness(
        tuple(bearings),
        spec.primary,
        {name: p.normal[1] for name, p in used.items() if p.normal is not None and p.normal[0] == 0},
        sd,
        None if sd is None else (math.exp(-Z * sd), math.exp(Z * sd)),
        null_events(sd),
        found.e_value,
        found.e_value_ci,
        found.outcome,
        _needed(curve, spec, priors[spec.primary], found, next(b for b in bearings if b.prior == spec.primary)),
    )


def _needed(
    curve: EvidenceCurve, spec: AnalysisSpec, prior: Prior, found: Scepticism, primary: Bearing
) -> float | None:
    if not found.has_estimate:
        return None
    worse = primary.bias
    if worse is None:
        better = lacking(curve, spec.claim_sign, turned(prior, spec.facing))
        worse = math.inf if better is None else -better
    return None if math.isinf(worse) else math.exp(curve.mode + spec.claim_sign * worse)
