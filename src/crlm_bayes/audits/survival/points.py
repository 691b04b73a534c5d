"""Printed points of survival curves: the values that they leave open and how much they rest on.

The printed numbers of an arm bound its Kaplan-Meier estimate S(t) (Kaplan and Meier 1958). Those known to be event-free
at t are a lower bound of n S(t), whatever the censoring, because the estimate hands the weight of the censored on; an
upper bound only where nobody is censored before t. Those at risk at t are a lower bound of n S just before t.
"""

import math
from dataclasses import dataclass
from typing import Final

import scipy

from crlm_bayes.audits.names import is_complete
from crlm_bayes.documents.printed.entries import SurvivalEntry
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import EVENT_FREE

UNKNOWN_CENSORING: Final = 0.5
"""Share of an arm's information that is left where nothing tells how many are censored."""


@dataclass(frozen=True)
class Landmark:
    """A printed point of a curve.

    Attributes
    ----------
    share : Range
        Values of S(t), between 0 and 1, that the print leaves open.
    n : int
        Patients of the arm.
    information : float
        Patients without censoring who would give S(t) its standard error.
    """

    row: SurvivalEntry
    share: Range
    n: int
    information: float

    @property
    def months(self) -> float:
        """Time in months."""
        return self.row.months.value

    @property
    def reference(self) -> str:
        """Name of the entry."""
        return reference("survival", self.row)

    @property
    def middle(self) -> float:
        """S(t) as printed."""
        return (self.share.low + self.share.high) / 2

    def se(self, share: float) -> float:
        """Binomial standard error of S(t) if it is `share`."""
        return math.sqrt(share * (1 - share) / self.information)

    def written(self) -> str:
        """Write the point: ``42.2%``, or ``16 of 38`` where no percentage is printed."""
        return share_text(self.row, self.n)

    def among(self) -> str:
        """Write the point with the number of patients: ``42.2% of 38 patients``."""
        return (
            f"{self.row.percent}% of {self.n} patients"
            if self.row.percent is not None
            else f"{self.written()} patients"
        )


def landmarks(study: Study, endpoint: str, arm: str) -> list[Landmark]:
    """Points of one curve in order of time; counts alone only where nobody is censored before; none without an n."""
    if arm not in study.sizes:
        return []
    n = study.sizes[arm]
    rows = [row for row in study.survival if (row.endpoint, row.arm) == (endpoint, arm)]
    points = []
    for row in sorted(rows, key=lambda row: row.months.value):
        if row.percent is not None:
            share = proportion(row)
        elif row.alive is not None and is_complete(study, row):
            share = Range(row.alive / n, row.alive / n)
        else:
            continue
        points.append(Landmark(row, share, n, _information(study, row, share, n)))
    return points


def proportion(row: SurvivalEntry) -> Range:
    """Values of S(t) that the printed percentage leaves open."""
    assert row.percent is not None, "asked only of entries that print one"
    said = stands_for(row.percent)
    return Range(max(0.0, said.low / 100), min(1.0, said.high / 100))


def share_text(row: SurvivalEntry, n: int) -> str:
    """Write S(t) as it is printed."""
    return f"{row.percent}%" if row.percent is not None else f"{row.alive} of {n}"


def free_of(endpoint: str) -> str:
    """Name those without the event: ``progression-free``."""
    return EVENT_FREE.get(endpoint, "event-free")


def _information(study: Study, row: SurvivalEntry, share: Range, n: int) -> float:
    """Find how many uncensored patients S(t) is worth: all, those of its interval, at risk / S (Peto 1977), or half."""
    middle = (share.low + share.high) / 2
    if is_complete(study, row) or not 0 < middle < 1:
        return n
    if row.ci is not None and row.ci[0].value < row.ci[1].value:
        se = (row.ci[1].value - row.ci[0].value) / 200 / quantile(row.level)
        return max(1.0, min(n, middle * (1 - middle) / se**2))
    if row.at_risk is not None:
        return max(1.0, min(n, row.at_risk / middle))
    return max(1.0, UNKNOWN_CENSORING * n)


def quantile(level: float) -> float:
    """Normal quantile of a two-sided interval."""
    return float(scipy.special.ndtri(0.5 + level / 2))


def least_interval(share: float, n: float, level: float) -> tuple[float, float]:
    """Return the narrowest of the plain, log, log-log and logit intervals of a share of n patients, inside 0 to 1."""
    z, odds = quantile(level), share / (1 - share)
    se = math.sqrt(share * (1 - share) / n)
    relative = z * se / share
    loglog = math.exp(min(relative / -math.log(share), 700.0))
    logit = math.exp(min(z * se / (share * (1 - share)), 700.0))
    intervals = (
        (max(0.0, share - z * se), min(1.0, share + z * se)),
        (share * math.exp(-relative), min(1.0, share * math.exp(relative))),
        (share**loglog, share ** (1 / loglog)),
        (odds / logit / (1 + odds / logit), odds * logit / (1 + odds * logit)),
    )
    return min(intervals, key=lambda interval: interval[1] - interval[0])
