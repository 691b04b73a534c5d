r"""From what papers print of a comparison to a log ratio and its standard error: formulas alone.

O_1, O_2 are the events of two arms, n_1, n_2 their patients, D = O_1 + O_2, and z the normal deviate of a test.

=====================================  ===================================================================
printed                                formula
=====================================  ===================================================================
limits L, U at level 1 - α             se = (log U - log L) / (2 z_{1-α/2}) (Parmar, Torri & Stewart 1998)
estimate y and two-sided p             se = \|y\| / z, z = -Φ⁻¹(p/2) (Parmar, Torri & Stewart 1998)
estimate y and one-sided p             se = \|y\| / z, z = \|Φ⁻¹(p)\|
events of each arm                     V = O_1 O_2 / D (Rubinstein, Gail & Santner 1981; Tierney et al. 2007)
all events and patients of each arm    V = D n_1 n_2 / (n_1 + n_2)² (Schoenfeld 1983; Tierney et al. 2007)
all events                             V = D / 4: as many patients in one arm as in the other
observed - expected events, V          log HR = (O - E) / V, se = 1/√V (Yusuf, Peto et al. 1985)
log-rank p or χ², V                    \|log HR\| = z / √V, se = 1/√V (Parmar, Torri & Stewart 1998)
=====================================  ===================================================================

Two rules lead from events to V. The one by arm is taken wherever events are printed by arm. The information of a Cox
regression at its estimate is the sum over events of q (1 - q), q being the probability that the event belongs to the
treatment; the q sum to the events of that arm, so the information is O_1 O_2 / D less D times the variance of q: V by
arm errs only by what q drifts as patients leave. The rule by patients holds where there is no effect; with unequal arms
it misplaces the estimate by several times as much (simulated in the tests). Both give standard errors that are a little
too small, by some 5% where everybody is followed to a hazard ratio of one half.
"""

import math
from typing import NamedTuple

import scipy

from crlm_bayes.documents.printed.entries import Sided
from crlm_bayes.errors import InvalidInput
from crlm_bayes.words.numbers import as_percent, short


class Converted(NamedTuple):
    """A number and, for the record, the words that say how it was found."""

    value: float
    how: str


def z_of_p(p: float, sided: Sided = "two") -> float:
    """Size of the normal deviate of a p value: of a two-sided one infinite at 0, 0 at 1; of a one-sided one 0 at one half."""
    return abs(float(scipy.special.ndtri(p / 2 if sided == "two" else p)))


def z_of_chi2(statistic: float) -> float:
    """Size of the normal deviate of a χ² on one degree of freedom."""
    return math.sqrt(max(statistic, 0.0))


def se_from_limits(low: float, high: float, level: float, where: str) -> Converted:
    """Standard error of a log ratio from the limits of its interval, printed as ratios.

    Raises
    ------
    InvalidInput
        If the interval has no width.
    """
    if not 0 < low < high:
        raise InvalidInput(f"{where}: ci", "has no width", allowed="a lower limit below the upper")
    z = float(scipy.special.ndtri(0.5 + level / 2))
    return Converted(math.log(high / low) / (2 * z), f"se from the {as_percent(level)} interval")


def off_centre(estimate: float, low: float, high: float) -> float:
    """Log of a ratio less the middle of its limits on the log scale; 0 for an interval that is normal there."""
    return math.log(estimate) - (math.log(low) + math.log(high)) / 2


def se_from_p(log_ratio: float, p: float, where: str, sided: Sided = "two") -> Converted:
    """Standard error of a log ratio from the ratio and its p value.

    Raises
    ------
    InvalidInput
        If the ratio is 1, or p is 0 or 1, or one half if one-sided: nothing divided by nothing.
    """
    z = z_of_p(p, sided)
    if log_ratio == 0 or not 0 < z < math.inf:
        raise InvalidInput(
            where, f"a ratio of {short(math.exp(log_ratio))} with p = {short(p)} gives no standard error"
        )
    return Converted(abs(log_ratio) / z, f"se from the {sided}-sided p value")


def variance_by_arm(control: float, treated: float, where: str) -> Converted:
    """Log-rank variance from the events of each arm, V = O_1 O_2 / (O_1 + O_2); its inverse is 1/O_1 + 1/O_2.

    Raises
    ------
    InvalidInput
        If an arm has no event.
    """
    if min(control, treated) <= 0:
        what = f"{short(control)} and {short(treated)} events give no variance of a log hazard ratio"
        raise InvalidInput(where, what, allowed="events in both arms")
    value = control * treated / (control + treated)
    words = f"V = {short(control)} · {short(treated)} / {short(control + treated)} = {short(value, 4)}"
    return Converted(value, f"{words}, from the events of each arm (Rubinstein 1981)")


def variance_of_total(events: float, sizes: tuple[float, float] | None, where: str) -> Converted:
    """Log-rank variance from all events, V = D n_1 n_2 / (n_1 + n_2)²; D / 4 where no sizes of arms are known.

    Raises
    ------
    InvalidInput
        If there is no event.
    """
    if events <= 0:
        raise InvalidInput(where, f"{short(events)} events give no variance of a log hazard ratio", allowed="above 0")
    if sizes is None:
        value = events / 4
        return Converted(value, f"V = {short(events)} / 4 = {short(value, 4)}, as if the arms were of one size")
    first, second = sizes
    value = events * first * second / (first + second) ** 2
    words = f"V = {short(events)} · {short(first)} · {short(second)} / {short(first + second)}² = {short(value, 4)}"
    return Converted(value, f"{words}, from all events and the sizes of the arms (Schoenfeld 1983)")


def se_from_variance(variance: float) -> float:
    """Standard error of a log hazard ratio whose log-rank variance is V: 1/√V."""
    return 1 / math.sqrt(variance)


def size_from_z(z: float, variance: float) -> Converted:
    r"""Size of the log hazard ratio from the size of the log-rank deviate, \|z\| / √V."""
    return Converted(abs(z) / math.sqrt(variance), f"|log HR| = {short(abs(z), 4)} / √{short(variance, 4)}")


def log_ratio_from_score(o_minus_e: float, variance: float, where: str) -> Converted:
    """Log hazard ratio of an arm over the other from its observed minus expected events, (O - E) / V.

    One step from no effect: it falls short of large effects, and errs by a tenth at a hazard ratio of one half where
    arms are of unequal size.

    Raises
    ------
    InvalidInput
        If V is 0.
    """
    if variance <= 0:
        raise InvalidInput(f"{where}: variance", f"{short(variance)} gives no standard error", allowed="above 0")
    return Converted(o_minus_e / variance, f"(O - E) / V = {short(o_minus_e)} / {short(variance)}, se 1/√V (Peto)")
