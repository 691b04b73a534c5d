"""Archetypes of belief computed from a few clinical numbers: a stated probability, or the smallest effect worth having.

Everything is on the benefit scale: a log ratio whose negative values favour the treatment, a ratio below 1 likewise.
"""

import math
from collections.abc import Mapping
from typing import Final

import scipy

from crlm_bayes.errors import InvalidInput
from crlm_bayes.priors.families import Normal
from crlm_bayes.words import numbers

NEUTRAL_SDS: Final[Mapping[str, float]] = {"weak": 5.0, "moderate": 0.355, "strong": 0.205}
"""Standard deviations of the neutral beliefs: next to flat, 95% of ratios in 0.5 to 2, 95% of ratios in 0.67 to 1.5."""

OPPOSITE: Final[Mapping[str, float]] = {"weak": 0.30, "moderate": 0.15, "strong": 0.05}
"""Probability that an optimist leaves to harm, and a pessimist to benefit, by strength of belief."""


def calibrated_sd(mean: float, threshold: float, probability: float, where: str = "prior") -> float:
    """Standard deviation of the normal with this mean that holds `probability` below `threshold`: (c - m) / z_p.

    Parameters
    ----------
    mean, threshold : float
        On the log scale.

    Raises
    ------
    InvalidInput
        If the probability is no probability, or lies on the side of 0.5 that the mean forbids.
    """
    if not all(math.isfinite(x) for x in (mean, threshold)):
        raise InvalidInput(
            where, f"log ratios {numbers.short(mean)} and {numbers.short(threshold)} are not both finite"
        )
    ratio, centre = numbers.threshold(math.exp(threshold)), numbers.threshold(math.exp(mean))
    if not 0 < probability < 1:
        raise InvalidInput(
            where,
            f"probability {numbers.short(probability)} of a ratio below {ratio}",
            allowed="a number above 0 and below 1",
        )
    if threshold == mean:
        raise InvalidInput(
            where,
            f"ratio {ratio} is the median itself, which says nothing of the spread",
            allowed="a threshold beside the median",
        )
    if probability == 0.5 or (probability > 0.5) != (threshold > mean):
        raise InvalidInput(
            where,
            f"probability {numbers.short(probability)} of a ratio below {ratio} contradicts the median ratio {centre}",
            allowed="above 0.5 and below 1" if threshold > mean else "above 0 and below 0.5",
        )
    return (threshold - mean) / float(scipy.special.ndtri(probability))


def from_statement(mean_ratio: float, threshold_ratio: float, probability: float, where: str = "prior") -> Normal:
    """Turn a clinical statement into a prior: median ratio m, and P(ratio < c) = p (Spiegelhalter et al. 2004).

    Parameters
    ----------
    mean_ratio, threshold_ratio : float
        Ratios whose values below 1 favour the treatment.

    Raises
    ------
    InvalidInput
        If a ratio is not above 0 or the probability contradicts the median.
    """
    for ratio in (mean_ratio, threshold_ratio):
        if not (math.isfinite(ratio) and ratio > 0):
            raise InvalidInput(where, f"ratio {numbers.short(ratio)}", allowed="a number above 0")
    mean = math.log(mean_ratio)
    sd = calibrated_sd(mean, math.log(threshold_ratio), probability, where)
    said = f"median ratio {numbers.threshold(mean_ratio)}, P(ratio below {numbers.threshold(threshold_ratio)}) = {numbers.short(probability)}"
    return Normal(dist="normal", mean=mean, sd=sd, rationale=said)


def zampieri_grid(mcid: float) -> dict[str, Normal]:
    """Nine priors: neutral, optimistic and pessimistic belief, each weak, moderate and strong (Zampieri et al. 2021).

    Neutral beliefs are N(0, 5²), N(0, 0.355²) and N(0, 0.205²). An optimist expects the effect m = log(mcid) on the side of
    benefit and leaves the probability p = 0.30, 0.15 or 0.05 to harm: sd = |m| / z(1 - p); a pessimist mirrors the optimist.
    Zampieri centres on the effect for which a trial was planned; here it is the smallest ratio worth having.

    Parameters
    ----------
    mcid : float
        Smallest ratio worth having; only its distance from 1 counts, so that 0.8 and 1.25 give the same grid.

    Returns
    -------
    dict of str to Normal
        ``neutral_weak`` to ``pessimistic_strong``, on the benefit scale.

    Raises
    ------
    InvalidInput
        If `mcid` is no ratio or is 1.
    """
    if not (math.isfinite(mcid) and mcid > 0 and mcid != 1):
        raise InvalidInput(
            "mcid", f"{numbers.short(mcid)} is no effect worth having", allowed="a ratio above 0 that is not 1"
        )
    size = abs(math.log(mcid))
    grid = {
        f"neutral_{strength}": Normal(
            dist="normal", mean=0.0, sd=sd, rationale=f"no view on direction, {strength} belief (Zampieri 2021)"
        )
        for strength, sd in NEUTRAL_SDS.items()
    }
    for belief, mean, other in (("optimistic", -size, "harm"), ("pessimistic", size, "any benefit")):
        for strength, p in OPPOSITE.items():
            said = f"expects a ratio of {numbers.threshold(math.exp(mean))}, {numbers.as_percent(p)} chance of {other} (Zampieri 2021)"
            sd = calibrated_sd(mean, 0.0, 1 - p if mean < 0 else p)
            grid[f"{belief}_{strength}"] = Normal(dist="normal", mean=mean, sd=sd, rationale=said)
    return grid
