"""Replication success: does a second study convince a sceptic whom the first was just unable to convince.

The sceptical p value (Held 2020, J R Stat Soc A 183:431-448), without recalibration ("nominal").
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import scipy

from crlm_bayes.rule import ALPHA
from crlm_bayes.scepticism.normal_forms import p_value, sufficiently_sceptical_sd


@dataclass(frozen=True)
class Replication:
    """An original study and its replication.

    Attributes
    ----------
    z_original, z_replica : float
        Estimates over their standard errors.
    variance_ratio : float
        c = σ_o² / σ_r²; in equal trials the ratio of the numbers of events, replication over original.
    relative_effect : float or None
        Estimate of the replication over that of the original; None where the original is exactly 0.
    z_sceptical : float
        At least 0, and at most the smaller of both |z|.
    p_two_sided : float
        Sceptical p value that does not ask whether both point the same way.
    p_one_sided : float
        Sceptical p value in the direction of the original: above 0.5 where the replication points the other way.
    sceptical_sd : float or None
        Sd of the sufficiently sceptical prior of the original, at the two-sided 5% level; None where the original is
        not significant.
    p_conflict : float or None
        Two-sided tail probability of the replication under that prior (Box 1980); at most 0.05 exactly where the
        two-sided sceptical p value is. None where there is no such prior.
    """

    z_original: float
    z_replica: float
    variance_ratio: float
    relative_effect: float | None
    z_sceptical: float
    p_two_sided: float
    p_one_sided: float
    sceptical_sd: float | None
    p_conflict: float | None

    @property
    def same_direction(self) -> bool:
        """Whether both estimates lie on the same side of no effect."""
        return self.z_original * self.z_replica > 0


def replication(original: tuple[float, float], replica: tuple[float, float]) -> Replication:
    """Judge a replication; both studies as (estimate, standard error) of the log ratio, on the same scale."""
    (y, se), (y_r, se_r) = original, replica
    z, z_r, c = y / se, y_r / se_r, (se / se_r) ** 2
    z_s = sceptical_z(z, z_r, c)
    # where one estimate is exactly 0 the sceptical z is 0 too, and either way gives 0.5
    one_sided = float(scipy.special.ndtr(-z_s if z * z_r > 0 else z_s))
    sd = sufficiently_sceptical_sd(y, se, ALPHA)
    p_conflict = None if sd is None else p_value(y_r / math.hypot(sd, se_r))
    relative = y_r / y if y != 0 else None
    return Replication(z, z_r, c, relative, z_s, p_value(z_s), one_sided, sd, p_conflict)


def sceptical_z(z_original: float, z_replica: float, variance_ratio: float) -> float:
    """Z value of the sceptical p value: the root z_S >= 0 of (z_o²/z_S² - 1)(z_r²/z_S² - 1) = c.

    Held (2020), J R Stat Soc A 183:431-448: with the arithmetic mean z_A² and the harmonic mean z_H² of both squares,
    z_S² = z_H² / 2 for c = 1 and z_S² = (√(z_A² (z_A² + (c - 1) z_H²)) - z_A²) / (c - 1) otherwise. Both are
    z_A² z_H² / (√(z_A² (z_A² + (c - 1) z_H²)) + z_A²), which loses no digits near c = 1.

    Limits: the smaller |z| for c → 0; |z_r| where the original is beyond doubt; 0 where either estimate is 0.
    """
    o, r = z_original**2, z_replica**2
    if o == 0 or r == 0:
        return 0.0
    harmonic, arithmetic = 2 / (1 / o + 1 / r), (o + r) / 2
    root = math.sqrt(arithmetic) * math.sqrt(max(0.0, arithmetic + (variance_ratio - 1) * harmonic))
    return math.sqrt(arithmetic * harmonic / (root + arithmetic))


class Estimated(NamedTuple):
    """One analysis with its estimate: mode and width of its curve on the benefit scale; `timing` is the study's."""

    analysis: str
    study: str
    endpoint: str
    measure: str
    reading: str
    estimate: tuple[float, float]
    timing: str = ""


class Pair(NamedTuple):
    """An original, what is taken as its replication, and how convincing the two are together."""

    original: Estimated
    replica: Estimated
    found: Replication

    @property
    def same_question(self) -> bool:
        """Whether both treated at the same time; if not, one does not repeat the other."""
        return self.original.timing == self.replica.timing


def pairs(analyses: Iterable[Estimated]) -> list[Pair]:
    """Hold each analysis against those of other studies with the same endpoint, measure and reading."""
    every = list(analyses)
    return [
        Pair(original, replica, replication(original.estimate, replica.estimate))
        for original in every
        for replica in every
        if original.study != replica.study
        and (original.endpoint, original.measure, original.reading)
        == (replica.endpoint, replica.measure, replica.reading)
    ]
