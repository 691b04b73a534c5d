"""What a prior says on the ratio scale, as reported: what a reader needs to judge it."""

import math
from dataclasses import dataclass

from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import LOWER, UPPER, turned


@dataclass(frozen=True)
class PriorContent:
    """Probability content of one effect prior.

    Attributes
    ----------
    lower, upper : float
        Equal-tailed 95% of ratios, in the direction reported.
    p_benefit, p_mcid, p_harm : float
        Prior probability of any benefit, of a ratio beyond the smallest one worth having, and of harm beyond its
        inverse.
    events : float or None
        Weight in events, 4 / sd²: a trial with that many events and equal arms has the same standard error of a log
        hazard ratio (Spiegelhalter, Abrams & Myles 2004). None where the prior has no variance.
    """

    lower: float
    upper: float
    p_benefit: float
    p_mcid: float
    p_harm: float
    events: float | None


def content(prior: Prior, sign: int, mcid: float) -> PriorContent:
    """Say what a prior holds, on the scale of a reported ratio.

    Parameters
    ----------
    prior : Prior
        Of the log ratio on the benefit scale: negative favours the treatment.
    sign : int
        1 where ratios below 1 favour the treatment, else -1.
    mcid : float
        Smallest ratio worth having, as reported.
    """
    reported, worth = turned(prior, sign), sign * math.log(mcid)
    variance = prior.variance
    return PriorContent(
        math.exp(reported.quantile(LOWER)),
        math.exp(reported.quantile(UPPER)),
        float(prior.cdf(0.0)),
        float(prior.cdf(worth)),
        1 - float(prior.cdf(-worth)),
        4 / variance if variance else None,
    )
