"""How much scepticism a claim bears: the prior panel, critical priors, E-values. Exact curves, no PyMC.

θ is turned here so that negative favours the treatment; ratios are given as reported.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from crlm_bayes.conventions import SURVIVES
from crlm_bayes.curves import EvidenceCurve, GridPosterior
from crlm_bayes.priors import Normal, Prior
from crlm_bayes.spec import AnalysisSpec

Z = float(ndtri(SURVIVES))
SD_RANGE = (0.005, 10.0)
"""Prior standard deviations searched for the critical one."""


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
        return self.p_benefit >= SURVIVES


@dataclass(frozen=True)
class Scepticism:
    """Everything that the evidence curve of one analysis says to a sceptic.

    Attributes
    ----------
    panel : tuple of PriorVerdict
        In the order of the analysis.
    likelihood : (float, float)
        Mode and width of the curve: the estimate and standard error of the log ratio, without a prior.
    matthews_limit : float or None
        Scepticism limit (Matthews 2018), as a ratio on the side of benefit: the claim falls to a sceptic who holds
        95% of ratios between it and its inverse. None where the 95% interval includes no effect or shows harm.
    critical_sd : float or None
        The sd of the N(0, sd²) prior under which P(benefit) is exactly at the threshold, on the exact curve; the
        claim survives every wider one. None where it survives none.
    e_value, e_value_ci : float
        VanderWeele & Ding (2017), common outcome; of the estimate and of the limit nearest no effect.
    """

    panel: tuple[PriorVerdict, ...]
    likelihood: tuple[float, float]
    matthews_limit: float | None
    critical_sd: float | None
    e_value: float
    e_value_ci: float


def examine(curve: EvidenceCurve, spec: AnalysisSpec, priors: Mapping[str, Prior]) -> Scepticism:
    """Put one evidence curve before the prior panel of its analysis."""
    panel = tuple(verdict(curve.apply(spec.effect_prior(priors[name])), spec, name) for name in spec.effect_priors)
    low, high = curve.mode - Z * curve.width, curve.mode + Z * curve.width
    limit = scepticism_limit(*sorted((spec.sign * low, spec.sign * high)))
    nearest_limit = 0.0 if low < 0 < high else min(low, high, key=abs)
    return Scepticism(
        panel,
        (curve.mode, curve.width),
        None if limit is None else math.exp(spec.sign * limit),
        critical_sd(curve, spec.sign),
        e_value(math.exp(curve.mode), spec.measure),
        e_value(math.exp(nearest_limit), spec.measure),
    )


def verdict(posterior: GridPosterior, spec: AnalysisSpec, prior: str) -> PriorVerdict:
    """Summarise a posterior of the log ratio in the words of the panel."""
    lower, upper = posterior.interval
    mcid = math.log(spec.mcid)

    def p_beyond(x: float) -> float:
        """P(θ beyond x on the side of benefit)."""
        below = posterior.p_below(x)
        return below if spec.sign == 1 else 1 - below

    return PriorVerdict(
        prior,
        math.exp(posterior.median),
        math.exp(lower),
        math.exp(upper),
        p_beyond(0.0),
        p_beyond(mcid),
        1 - p_beyond(-mcid),
    )


def p_benefit(curve: EvidenceCurve, sign: int, sd: float, mean: float = 0.0) -> float:
    """P(benefit) under N(mean, sd²) on the benefit scale (negative favours the treatment)."""
    below = curve.apply(Normal(dist="normal", mean=sign * mean, sd=sd, rationale="searched")).p_below(0.0)
    return below if sign == 1 else 1 - below


def critical_sd(curve: EvidenceCurve, sign: int, threshold: float = SURVIVES) -> float | None:
    """Find the sd of a N(0, sd²) prior under which P(benefit) equals the threshold.

    On a normal curve this is Matthews' critical prior. Where P(benefit) crosses more than once, the widest crossing
    is returned: above it the claim survives.

    Returns
    -------
    float or None
        None where the claim survives no sceptical prior; the lower end of the range where it survives all.
    """

    def excess(log_sd: float) -> float:
        return p_benefit(curve, sign, math.exp(log_sd)) - threshold

    grid = np.linspace(math.log(SD_RANGE[0]), math.log(SD_RANGE[1]), 16)
    above = np.array([excess(float(x)) >= 0 for x in grid])
    if not above.any():
        return None
    crossings = np.flatnonzero(~above[:-1] & above[1:])
    if len(crossings) == 0:
        return float(SD_RANGE[0])
    i = int(crossings[-1])
    root: float = brentq(excess, float(grid[i]), float(grid[i + 1]), xtol=1e-10)
    return math.exp(root)


def scepticism_limit(low: float, high: float) -> float | None:
    """Matthews' scepticism limit from a 95% interval on the log scale, negative favouring the treatment.

    SL = (U - L)² / (4 √(U L)), returned on the side of benefit.

    Returns
    -------
    float or None
        None where the interval includes 0 or shows harm.
    """
    if high >= 0:
        return None
    return -((high - low) ** 2) / (4 * math.sqrt(high * low))


def matthews_sd(low: float, high: float) -> float | None:
    """Standard deviation of Matthews' critical sceptical prior N(0, (SL / z)²)."""
    limit = scepticism_limit(low, high)
    return None if limit is None else -limit / Z


def e_value(ratio: float, measure: str) -> float:
    """E-value for a common outcome: the confounding, on the risk ratio scale, that would explain the ratio away.

    A hazard ratio becomes RR = (1 - 0.5^√HR) / (1 - 0.5^√(1/HR)), an odds ratio √OR; E = x + √(x (x - 1)) with
    x = max(RR, 1/RR) (VanderWeele & Ding 2017).
    """
    if measure == "hr":
        risk = (1 - 0.5 ** math.sqrt(ratio)) / (1 - 0.5 ** math.sqrt(1 / ratio))
    else:
        risk = math.sqrt(ratio) if measure == "or" else ratio
    x: float = max(risk, 1 / risk)
    return x + math.sqrt(x * (x - 1))
