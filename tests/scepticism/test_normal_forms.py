"""Closed forms of Matthews and Held against published values, the exact curve, and themselves."""

import math
from collections.abc import Callable

import pytest
from scipy import stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.scepticism.conflict import tail_probability
from crlm_bayes.scepticism.critical import critical_advocacy, p_benefit
from crlm_bayes.scepticism.normal_forms import (
    advocacy_limit,
    advocacy_prior,
    matthews_sd,
    p_intrinsic,
    p_intrinsic_matthews,
    p_value,
    scepticism_limit,
    sufficiently_sceptical_sd,
    wald_limits,
)
from crlm_bayes.scepticism.replication import replication, sceptical_z
from makers.curves import Z, normal, normal_curve
from oracles.reverse_bayes import (
    intrinsic_threshold,
    intrinsic_threshold_matthews,
)


def conjugate_p_benefit(y: float, se: float, mean: float, sd: float) -> float:
    precision = se**-2 + sd**-2
    return float(stats.norm.cdf(-(y / se**2 + mean / sd**2) / math.sqrt(precision)))


def z_of(p: float) -> float:
    return float(stats.norm.isf(p / 2))


# published


def test_great_trial_with_an_informative_prior_gives_the_published_posterior() -> None:
    """Pocock & Spiegelhalter 1992: log OR -0.736 (se 0.362), prior N(-0.255, 0.130²)."""
    posterior = normal_curve(-0.736, 0.362).apply(normal(-0.255, 0.130))
    assert posterior.mean == pytest.approx(-0.310, abs=5e-4)
    assert posterior.sd == pytest.approx(0.122, abs=5e-4)
    assert posterior.p_below(0.0) == pytest.approx(0.994, abs=5e-4)
    assert p_benefit(normal_curve(-0.736, 0.362), 1, 0.130, -0.255) == pytest.approx(0.994, abs=5e-4)


@pytest.mark.parametrize(("p", "held", "matthews"), [
    (0.005, 0.04715865, 0.02733129),
    (0.01, 0.06854815, 0.04286821),
    (0.05, 0.16577627, 0.12335856),
])  # fmt: skip
def test_p_for_intrinsic_credibility_is_that_of_replicationsuccess(p: float, held: float, matthews: float) -> None:
    """R package ReplicationSuccess 1.3.1, documentation of pIntrinsic."""
    assert p_intrinsic(z_of(p)) == pytest.approx(held, abs=1e-8)
    assert p_intrinsic(-z_of(p)) == pytest.approx(held, abs=1e-8)
    assert p_intrinsic_matthews(z_of(p)) == pytest.approx(matthews, abs=1e-8)


@pytest.mark.parametrize(("alpha", "held", "matthews"), [
    (0.005, 7.19495236320815e-05, 0.000356161575901172),
    (0.01, 0.000269716956631484, 0.00105100270170506),
    (0.05, 0.00557459668078442, 0.0126628646365154),
])  # fmt: skip
def test_thresholds_for_intrinsic_credibility_are_the_published_ones(
    alpha: float, held: float, matthews: float
) -> None:
    """0.0056 (Held 2019) and 0.0127 (Matthews 2018) at 5%; digits from the tests of ReplicationSuccess."""
    assert intrinsic_threshold(alpha) == pytest.approx(held, rel=1e-10)
    assert intrinsic_threshold_matthews(alpha) == pytest.approx(matthews, rel=1e-10)
    assert p_intrinsic(z_of(held)) == pytest.approx(alpha, rel=1e-9)
    assert p_intrinsic_matthews(z_of(matthews)) == pytest.approx(alpha, rel=1e-9)


def test_thresholds_are_those_of_the_five_percent_level_unless_told_otherwise() -> None:
    assert intrinsic_threshold() == intrinsic_threshold(0.05)
    assert intrinsic_threshold_matthews() == intrinsic_threshold_matthews(0.05)


def test_sceptical_p_is_that_of_replicationsuccess() -> None:
    """R package ReplicationSuccess 1.3.1, documentation of pSceptical, zSceptical, pBox (no recalibration)."""
    assert sceptical_z(2, 3, 2) == pytest.approx(1.531634, abs=1e-6)
    assert sceptical_z(3, 2, 2) == pytest.approx(1.531634, abs=1e-6)
    told = replication((z_of(0.01), 1.0), (z_of(0.02) / math.sqrt(2), 1 / math.sqrt(2)))
    assert told.p_one_sided == pytest.approx(0.05790852, abs=1e-8)
    assert told.p_two_sided == pytest.approx(2 * 0.05790852, abs=2e-8)
    assert told.p_conflict == pytest.approx(0.2296482, abs=1e-7)
    turned = replication((z_of(0.02), 1.0), (z_of(0.01) * math.sqrt(2), math.sqrt(2)))
    assert turned.p_conflict == pytest.approx(0.08406085, abs=1e-8)


# Matthews: advocacy


@pytest.mark.parametrize(("y", "se"), [(-0.25, 0.2), (-0.05, 0.3), (-0.1805, 0.2921), (-0.3, 0.1531)])
@pytest.mark.parametrize("sign", [1, -1])
def test_advocate_at_the_limit_is_just_convinced(y: float, se: float, sign: int) -> None:
    low, high = wald_limits(y, se)
    limit = advocacy_limit(low, high)
    assert limit is not None and limit < 0
    assert limit == pytest.approx(-(high + low) * (high - low) ** 2 / (2 * high * low))
    mean, sd = advocacy_prior(limit)
    assert (mean - Z * sd, mean + Z * sd) == pytest.approx((limit, 0.0))
    curve = normal_curve(sign * y, se)
    assert conjugate_p_benefit(y, se, mean, sd) == pytest.approx(0.975, abs=1e-9)
    assert p_benefit(curve, sign, sd, mean) == pytest.approx(0.975, abs=1e-6)
    nearer, farther = (advocacy_prior(k * limit) for k in (0.8, 1.25))
    assert p_benefit(curve, sign, nearer[1], nearer[0]) > 0.975 > p_benefit(curve, sign, farther[1], farther[0])


@pytest.mark.parametrize(("low", "high"), [(-0.5, -0.1), (-0.5, 0.0), (-0.2, 0.2), (-0.2, 0.5), (0.0, 0.5), (0.1, 0.5)])
def test_there_is_no_advocacy_limit_without_need_or_hope(low: float, high: float) -> None:
    assert advocacy_limit(low, high) is None


@pytest.mark.parametrize(("y", "se"), [(-0.25, 0.2), (-0.05, 0.3), (-0.1805, 0.2921)])
@pytest.mark.parametrize("sign", [1, -1])
def test_advocacy_limit_of_a_normal_curve_is_the_closed_form(y: float, se: float, sign: int) -> None:
    found = critical_advocacy(normal_curve(sign * y, se), sign)
    assert found == pytest.approx(advocacy_limit(*wald_limits(y, se)), abs=1e-6)


@pytest.mark.parametrize("y", [0.0, 0.1, 0.9])
def test_no_advocate_is_enough_for_an_estimate_that_shows_none_or_harm(y: float) -> None:
    assert critical_advocacy(normal_curve(y, 0.2), 1) is None


@pytest.mark.parametrize("name", ["os_chen2025_landmark", "complication_chen2025_counts", "r0_chen2025_counts"])
def test_advocacy_limit_of_the_bundled_curves_solves_its_definition(
    name: str, curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec]
) -> None:
    curve, sign = curve_of(name), analyses[name].sign
    limit = critical_advocacy(curve, sign)
    assert limit is not None
    mean, sd = advocacy_prior(limit)
    assert p_benefit(curve, sign, sd, mean) == pytest.approx(0.975, abs=1e-7)


# Held


@pytest.mark.parametrize(("y", "se"), [(-0.281, 0.119), (-0.736, 0.362), (0.6, 0.25), (-3.0, 0.01)])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_sufficiently_sceptical_prior_makes_the_estimate_just_not_significant(
    y: float, se: float, alpha: float
) -> None:
    sd = sufficiently_sceptical_sd(y, se, alpha)
    if abs(y / se) <= stats.norm.isf(alpha / 2):
        assert sd is None
        return
    assert sd is not None
    precision = se**-2 + sd**-2
    assert abs(y / se**2 / math.sqrt(precision)) == pytest.approx(stats.norm.isf(alpha / 2))
    if alpha == 0.05:
        assert sd == pytest.approx(matthews_sd(*wald_limits(-abs(y), se)))


@pytest.mark.parametrize("z", [0.0, 1.0, -1.95, 1.9599])
def test_estimate_that_is_not_significant_needs_no_sceptic(z: float) -> None:
    assert sufficiently_sceptical_sd(z, 1.0) is None


@pytest.mark.parametrize("z", [2.0, 2.493, 2.7, 2.78, 3.5])
def test_intrinsic_credibility_is_conflict_with_the_own_sceptic(z: float) -> None:
    """Held: the tail probability of the estimate under its own sceptic; Matthews: beyond its own limit."""
    sd = sufficiently_sceptical_sd(z, 1.0)
    assert sd is not None
    assert (tail_probability((z, 1.0), normal(0, sd)) <= 0.05) == (p_value(z) <= intrinsic_threshold())
    limit = scepticism_limit(*wald_limits(-z, 1.0))
    assert limit is not None
    assert (-z <= limit) == (p_value(z) <= intrinsic_threshold_matthews())


def test_p_for_intrinsic_credibility_is_twice_the_chance_that_an_equal_study_points_the_other_way() -> None:
    z = 2.3
    assert p_intrinsic(z) / 2 == pytest.approx(stats.norm(z, math.sqrt(2)).cdf(0))
