"""A prior in words: the probability that it puts on each side of the ratios that matter."""

import math
from typing import Final, Literal

from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import LOWER, UPPER, turned
from crlm_bayes.words.nouns import MEASURES, prior_name
from crlm_bayes.words.numbers import LEVEL, percent, ratio, threshold

_NO_VIEW: Final = 1e-6
"""A probability of benefit this near to one half is a belief without direction."""


def statement(prior: Prior, better: Literal["lower", "higher"], measure: str, mcid: float | None = None) -> str:
    """Say what a prior believes, in the direction that the ratio is reported.

    ``believes that 95% of hazard ratios lie between 0.67 and 1.49; gives a 14% chance to one below 0.80``. A prior with
    a view on direction also says which ratio it expects and what chance it gives to any benefit.

    Parameters
    ----------
    prior : Prior
        On the benefit scale.
    better : {"lower", "higher"}
        Which side of 1 favours the treatment.
    mcid : float, optional
        Ratio whose chance is given; 0.80, or 1.25 where higher is better.
    """
    lower = better == "lower"
    reported = turned(prior, 1 if lower else -1)
    worth = mcid if mcid is not None else (0.80 if lower else 1.25)
    noun = MEASURES[measure]
    low, median, high = (math.exp(reported.quantile(p)) for p in (LOWER, 0.5, UPPER))
    benefit = float(prior.cdf(0.0))
    beyond = float(prior.cdf(math.log(worth) if lower else -math.log(worth)))
    spread = f"that {LEVEL} of {noun}s lie between {ratio(low)} and {ratio(high)}"
    large = f"one {'below' if lower else 'above'} {threshold(worth)}"
    if abs(benefit - 0.5) < _NO_VIEW:
        return f"believes {spread}; gives {_chance(beyond)} to {large}"
    return (
        f"expects {'an' if noun[0] in 'aeiou' else 'a'} {noun} of {ratio(median)} and believes {spread}; "
        f"gives {_chance(benefit)} to any benefit and {_chance(beyond)} to {large}"
    )


def primary_prior(name: str, rationale: str) -> str:
    """Say which prior is the primary one, and why it is as it is."""
    return f"The primary prior is the {prior_name(name)} one ({rationale})."


def _chance(p: float) -> str:
    """Write a probability as a chance in whole percent."""
    if p < 0.005:
        return "less than a 1% chance"
    if p >= 0.995:
        return "more than a 99% chance"
    whole = percent(p, 0)
    return f"{'an' if whole in ('11%', '18%') or whole.startswith('8') else 'a'} {whole} chance"
