"""Reverse-Bayes: closed forms against the exact curve, published values, and what does not exist."""

import math
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.scepticism.bayes_factors import LARGEST, BayesFactor, largest
from crlm_bayes.scepticism.conflict import moved, tail_probability
from crlm_bayes.scepticism.critical import FAR, critical_advocacy, critical_sd, fail_safe_means, p_benefit, p_benefits
from crlm_bayes.scepticism.normal_forms import (
    advocacy_limit,
    advocacy_prior,
    estimate,
    matthews_sd,
    p_intrinsic,
    p_intrinsic_matthews,
    p_value,
    scepticism_limit,
    sufficiently_sceptical_sd,
    wald_limits,
)
from crlm_bayes.scepticism.replication import replication, sceptical_z
from crlm_bayes.scepticism.reverse_bayes import ReverseBayes, reverse_bayes
from oracles.reverse_bayes import (
    bayes_factor,
    bf01,
    conflict,
    intrinsic_threshold,
    intrinsic_threshold_matthews,
    minimum_bf01,
    p_evidence,
    p_null,
)

Z = stats.norm.ppf(0.975)
ESTIMATES = [(-0.281, 0.119), (-0.736, 0.362), (-0.25, 0.2), (-0.05, 0.3), (-1.5, 0.3), (0.1, 0.2), (0.6, 0.25)]
CASES = {
    "separated": ((0, 50), (50, 50)),
    "separated the other way": ((50, 50), (0, 50)),
    "one patient each": ((0, 1), (1, 1)),
}


def normal_curve(y: float, se: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)


def normal(mean: float, sd: float) -> Normal:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="t")


def fail_safe_mean(curve: EvidenceCurve, sign: int, sd: float) -> float | None:
    return fail_safe_means(curve, sign, [sd])[0]


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


# replication


@pytest.mark.parametrize("z", [(2.0, 3.0), (3.5, 0.7), (-2.2, 1.1), (5.0, 5.0), (0.3, 0.2)])
@pytest.mark.parametrize("c", [0.01, 0.5, 0.999999, 1.0, 1.000001, 2.0, 50.0])
def test_sceptical_z_solves_its_equation(z: tuple[float, float], c: float) -> None:
    o, r = z[0] ** 2, z[1] ** 2
    root = optimize.brentq(lambda s: (o / s - 1) * (r / s - 1) - c, 1e-9, min(o, r), xtol=1e-14)
    assert sceptical_z(*z, c) ** 2 == pytest.approx(root, rel=1e-9)
    if c != 1 and abs(c - 1) > 1e-3:  # the closed form as printed
        a, h = (o + r) / 2, 2 / (1 / o + 1 / r)
        assert sceptical_z(*z, c) ** 2 == pytest.approx((math.sqrt(a * (a + (c - 1) * h)) - a) / (c - 1))


def test_sceptical_z_of_equal_studies_is_half_the_harmonic_mean() -> None:
    assert sceptical_z(2.0, 3.0, 1.0) ** 2 == pytest.approx(1 / (1 / 4 + 1 / 9))
    assert sceptical_z(3.0, 3.0, 1.0) == pytest.approx(3 / math.sqrt(2))  # that is p for intrinsic credibility


def test_sceptical_z_has_its_limits() -> None:
    assert sceptical_z(1e8, 2.5, 1.0) == pytest.approx(2.5)  # original beyond doubt
    assert sceptical_z(2.5, 1e8, 1.0) == pytest.approx(2.5)
    assert sceptical_z(2.0, 3.0, 1e-12) == pytest.approx(2.0)
    assert sceptical_z(2.0, 3.0, 1e12) == pytest.approx(0, abs=0.01)
    assert sceptical_z(0.0, 3.0, 2.0) == sceptical_z(3.0, 0.0, 0.5) == sceptical_z(0.0, 0.0, 1.0) == 0


@pytest.mark.parametrize("pair", [((-0.5, 0.2), (-0.3, 0.1)), ((0.5, 0.2), (0.5, 0.21)), ((-0.8, 0.2), (-0.7, 0.2))])
def test_sceptical_p_is_above_both_ordinary_ones(pair: tuple[tuple[float, float], tuple[float, float]]) -> None:
    told = replication(*pair)
    assert told.p_two_sided > max(p_value(told.z_original), p_value(told.z_replica))
    assert told.p_one_sided == pytest.approx(told.p_two_sided / 2)
    assert told.same_direction


def test_replication_that_points_the_other_way_is_no_success() -> None:
    same, other = replication((-0.8, 0.2), (-0.7, 0.2)), replication((-0.8, 0.2), (0.7, 0.2))
    assert not other.same_direction
    assert other.p_two_sided == same.p_two_sided
    assert other.p_one_sided == pytest.approx(1 - same.p_one_sided) and other.p_one_sided > 0.5
    assert other.relative_effect == pytest.approx(-0.875)


def test_replication_does_not_care_for_the_scale_or_which_side_is_benefit() -> None:
    one = replication((-0.5, 0.2), (-0.3, 0.1))
    for k in (-1.0, 3.0):
        two = replication((k * -0.5, abs(k) * 0.2), (k * -0.3, abs(k) * 0.1))
        assert (two.p_two_sided, two.p_one_sided, two.p_conflict) == pytest.approx(
            (one.p_two_sided, one.p_one_sided, one.p_conflict)
        )


@pytest.mark.parametrize("z_original", [1.5, 1.97, 2.5, 4.0])
@pytest.mark.parametrize("z_replica", [0.5, 2.0, 2.8, 4.0])
@pytest.mark.parametrize("c", [0.5, 1.0, 4.0])
def test_success_is_conflict_of_the_replication_with_the_sceptic(z_original: float, z_replica: float, c: float) -> None:
    """Held 2020: p_S <= 5% exactly where the sceptical prior at 5% exists and conflicts at 5%."""
    told = replication((z_original, 1.0), (z_replica / math.sqrt(c), 1 / math.sqrt(c)))
    assert told.variance_ratio == pytest.approx(c)
    assert (told.sceptical_sd is None) == (told.p_conflict is None) == (z_original < Z)
    assert (told.p_two_sided <= 0.05) == (told.p_conflict is not None and told.p_conflict <= 0.05)


def test_studies_without_any_effect_have_a_sceptical_p_of_one() -> None:
    for pair in (((0.0, 0.2), (-0.3, 0.1)), ((-0.3, 0.1), (0.0, 0.2)), ((0.0, 0.2), (0.0, 0.2))):
        told = replication(*pair)
        assert (told.p_two_sided, told.p_one_sided) == (1.0, 0.5)
    assert replication((0.0, 0.2), (-0.3, 0.1)).relative_effect is None


# fail-safe mean


def closed_fail_safe(y: float, se: float, sd: float) -> float:
    return -(sd**2) * (Z * math.sqrt(se**-2 + sd**-2) + y / se**2)


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
@pytest.mark.parametrize("sd", [0.05, 0.1357, 0.205, 0.355, 1.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_fail_safe_mean_of_a_normal_curve_is_the_closed_form(y: float, se: float, sd: float, sign: int) -> None:
    exact = closed_fail_safe(y, se, sd)
    found = fail_safe_mean(normal_curve(sign * y, se), sign, sd)
    if exact < -FAR:
        assert found is None
    else:
        assert found == pytest.approx(min(exact, FAR), abs=1e-6)


def test_fail_safe_mean_at_the_critical_sd_is_no_effect() -> None:
    curve = normal_curve(-0.281, 0.119)
    sd = critical_sd(curve, 1)
    assert sd is not None
    assert fail_safe_mean(curve, 1, sd) == pytest.approx(0.0, abs=1e-7)
    wider, narrower = fail_safe_means(curve, 1, [1.2 * sd, 0.8 * sd])
    assert wider is not None and narrower is not None and wider > 0 > narrower


@pytest.mark.parametrize(
    "name", ["pfs_chen2025_landmark", "orr_chen2025_counts", "dcr_yan2025_counts", "hypertension_yan2025_counts"]
)
def test_fail_safe_means_of_the_bundled_curves_solve_their_definition(
    name: str, curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec]
) -> None:
    curve, sign = curve_of(name), analyses[name].sign
    sds = [0.02, 0.1357, 0.355, 1.0]
    for sd, found in zip(sds, fail_safe_means(curve, sign, sds), strict=True):
        if found is None:
            assert p_benefit(curve, sign, sd, -FAR) < 0.975
        else:
            assert p_benefit(curve, sign, sd, found) == pytest.approx(0.975, abs=1e-7)
            assert p_benefit(curve, sign, sd, found - 0.05) > 0.975 > p_benefit(curve, sign, sd, found + 0.05)


def test_fail_safe_mean_has_ends() -> None:
    assert fail_safe_mean(normal_curve(2.0, 0.2), 1, 1.0) is None
    assert fail_safe_mean(normal_curve(2.0, 0.2), -1, 1.0) == FAR
    assert fail_safe_mean(normal_curve(-3.0, 0.01), 1, 0.5) == FAR


@pytest.mark.parametrize("sd", [0.001, 0.005, 0.02])
def test_fail_safe_mean_of_a_very_sure_reader_is_close_to_the_edge_of_his_own_belief(sd: float) -> None:
    found = fail_safe_mean(normal_curve(-0.3, 0.15), 1, sd)
    assert found == pytest.approx(closed_fail_safe(-0.3, 0.15, sd), abs=1e-7)
    assert found == pytest.approx(-Z * sd, rel=0.2)


def test_many_priors_at_once_are_the_same_as_one_by_one() -> None:
    curve = normal_curve(0.3, 0.2)
    many = p_benefits(curve, -1, np.array([[0.1], [0.4]]), np.array([-0.2, 0.0, 0.3]))
    assert many.shape == (2, 3)
    for i, sd in enumerate((0.1, 0.4)):
        for j, mean in enumerate((-0.2, 0.0, 0.3)):
            assert many[i, j] == pytest.approx(p_benefit(curve, -1, sd, mean), abs=1e-8)


# Bayes factors


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.0, 0.205), (0.22314, 0.2153), (-0.28768, 0.1749)])
def test_bayes_factor_of_a_normal_curve_is_the_closed_form(y: float, se: float, mean: float, sd: float) -> None:
    exact = stats.norm.logpdf(y, mean, math.hypot(se, sd)) - stats.norm.logpdf(y, 0, se)
    found = bayes_factor(normal_curve(y, se), normal(mean, sd))
    assert found.log_bf10 == pytest.approx(exact, abs=1e-6)
    assert found.bf10 * bf01(found) == pytest.approx(1)


@pytest.mark.parametrize(
    "prior",
    [
        normal(-0.2, 0.3),
        StudentT(dist="student_t", df=3, mean=0.0, sd=0.3, rationale="t"),
        Cauchy(dist="cauchy", mean=0.0, sd=0.3, rationale="t"),
        Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.2, 0.0), sds=(0.15, 1.5), rationale="t"),
    ],
    ids=lambda p: p.dist,
)
def test_bayes_factor_is_the_savage_dickey_ratio(prior: Prior, curve_of: Callable[[str], EvidenceCurve]) -> None:
    curve = curve_of("orr_yan2025_counts")
    posterior = curve.apply(prior)
    at_zero = np.interp(0.0, posterior.theta, np.log(np.maximum(posterior.density, 1e-300)))
    ratio = math.exp(float(at_zero)) / math.exp(float(prior.logpdf(0.0)))
    assert bf01(bayes_factor(curve, prior)) == pytest.approx(ratio, rel=1e-3)


def test_no_prior_beats_the_one_at_the_mode(curve_of: Callable[[str], EvidenceCurve], priors: dict[str, Prior]) -> None:
    curve = curve_of("pfs_chen2025_landmark")
    assert all(bayes_factor(curve, prior).log_bf10 < largest(curve).log_bf10 for prior in priors.values())
    near = bayes_factor(curve, normal(curve.mode, 1e-3)).log_bf10
    assert near == pytest.approx(largest(curve).log_bf10, abs=1e-4)


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
def test_minimum_bayes_factor_of_a_normal_curve_is_that_of_z(y: float, se: float) -> None:
    assert bf01(largest(normal_curve(y, se))) == pytest.approx(minimum_bf01(y / se), abs=1e-6)


@pytest.mark.parametrize(("z", "printed"), [(1.64, "3.8"), (1.96, "6.8"), (2.17, "11"), (2.58, "28")])
def test_minimum_bayes_factors_are_the_published_ones(z: float, printed: str) -> None:
    """Goodman 1999, Ann Intern Med 130:1005-1013: 1/3.8, 1/6.8, 1/11 and 1/28 for p 0.10, 0.05, 0.03 and 0.01."""
    assert 1 / minimum_bf01(z) == pytest.approx(largest(normal_curve(-z, 1.0)).bf10, abs=1e-4)
    assert f"{largest(normal_curve(-z, 1.0)).bf10:.{1 if '.' in printed else 0}f}" == printed


@pytest.mark.parametrize("log_bf10", [-3.0, 0.0, 2.3, 15.0])
def test_probabilities_follow_the_odds(log_bf10: float) -> None:
    bf = BayesFactor(log_bf10)
    for prior_null in (0.1, 0.5, 0.9):
        odds = prior_null / (1 - prior_null) * bf01(bf)
        assert p_null(bf, prior_null) == pytest.approx(odds / (1 + odds))
    needed = bf.prior_needed()
    assert 0 < needed < 1
    assert p_null(bf, 1 - needed) == pytest.approx(0.05, rel=1e-6)
    assert BayesFactor(0.0).prior_needed() == pytest.approx(0.95)
    assert BayesFactor(math.log(19)).prior_needed() == pytest.approx(0.5)


def test_overwhelming_bayes_factors_stay_finite() -> None:
    for curve in (normal_curve(-3.0, 0.01), normal_curve(12.0, 0.05)):
        bf = bayes_factor(curve, normal(0, 1))
        assert bf.log_bf10 > LARGEST
        assert math.isfinite(bf.bf10)
        assert p_null(bf) == pytest.approx(0) and 0 <= bf.prior_needed() < 1e-100
    assert BayesFactor(1e5).bf10 < math.inf and BayesFactor(-1e5).bf10 > 0 and BayesFactor(-1e5).prior_needed() == 1


# conflict


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.22314, 0.2153), (-0.28768, 0.1749), (0.0, 0.01)])
def test_conflict_of_a_normal_curve_is_boxs(y: float, se: float, mean: float, sd: float) -> None:
    z = (y - mean) / math.hypot(se, sd)
    found = conflict(normal_curve(y, se), normal(mean, sd))
    assert found is not None
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(z)), abs=1e-6)
    assert found.log_evidence_ratio == pytest.approx(-(z**2) / 2, abs=2e-6 * (1 + z**2))
    assert p_evidence(found) == pytest.approx(found.p, abs=2e-3 if abs(z) < 0.01 else 2e-6)


@pytest.mark.parametrize(
    "prior",
    [
        StudentT(dist="student_t", df=3, mean=0.1, sd=0.3, rationale="t"),
        Cauchy(dist="cauchy", mean=0.1, sd=0.3, rationale="t"),
        Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.2, 0.3), sds=(0.15, 1.5), rationale="t"),
    ],
    ids=lambda p: p.dist,
)
@pytest.mark.parametrize("y", [-1.5, -0.2, 0.1, 2.0])
def test_tail_probability_of_other_priors_is_the_integral(prior: Prior, y: float) -> None:
    def integrand(theta: float) -> float:
        return float(np.exp(prior.logpdf(theta))) * float(stats.norm.cdf((y - theta) / 0.25))

    below = sum(integrate.quad(integrand, a, b, limit=200)[0] for a, b in ((-np.inf, -3), (-3, 0), (0, 3), (3, np.inf)))
    assert tail_probability((y, 0.25), prior) == pytest.approx(2 * min(below, 1 - below), abs=1e-6)


def test_mixture_of_one_kind_has_the_tail_of_the_normal() -> None:
    mixture = Mixture(dist="mixture", weights=(0.5, 0.5), means=(0.1, 0.1), sds=(0.3, 0.3), rationale="t")
    assert tail_probability((-0.6, 0.2), mixture) == pytest.approx(tail_probability((-0.6, 0.2), normal(0.1, 0.3)))
    assert moved(mixture, -1.0).centre == pytest.approx(-1.0)
    assert moved(mixture, -1.0).spread == pytest.approx(mixture.spread)


@pytest.mark.parametrize("name", ["orr_chen2025_counts", "pfs_chen2025_landmark", "dcr_yan2025_counts"])
def test_both_answers_to_conflict_are_close_on_the_bundled_curves(
    name: str, curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    for prior in priors.values():
        found = conflict(curve_of(name), analyses[name].effect_prior(prior))
        assert found is not None
        assert p_evidence(found) == pytest.approx(found.p, abs=0.03)


# everything about one analysis


def numbers(told: object) -> list[float]:
    """All numbers inside nested containers."""
    if isinstance(told, dict):
        return [x for value in told.values() for x in numbers(value)]
    if isinstance(told, (tuple, list)):
        return [x for value in told for x in numbers(value)]
    return [float(told)] if isinstance(told, (int, float)) else []


def test_everything_about_a_normal_curve_is_its_closed_form(priors: dict[str, Prior]) -> None:
    y, se = -0.281, 0.119
    told = reverse_bayes(normal_curve(y, se), 1, priors)
    assert told.estimate == pytest.approx((y, se), abs=1e-6)
    assert told.p == pytest.approx(p_value(y / se), abs=1e-6)
    assert told.p_intrinsic == pytest.approx(p_intrinsic(y / se), abs=1e-6)
    assert told.scepticism_limit == pytest.approx(scepticism_limit(*wald_limits(y, se)), abs=5e-6)
    assert told.sceptical_sd == pytest.approx(sufficiently_sceptical_sd(y, se), abs=5e-6)
    assert told.critical_sd == pytest.approx(sufficiently_sceptical_sd(y, se), abs=1e-6)
    assert told.advocacy_limit is told.advocacy_prior is told.critical_advocacy is None
    assert bf01(told.best) == pytest.approx(minimum_bf01(y / se), abs=1e-6)
    assert [one.prior for one in told.priors] == list(priors)
    for one in told.priors:
        prior = priors[one.prior]
        assert isinstance(prior, Normal) and one.fail_safe_mean is not None and one.conflict is not None
        assert one.fail_safe_mean == pytest.approx(closed_fail_safe(y, se, prior.sd), abs=1e-6)
        assert one.bayes_factor.log_bf10 == pytest.approx(bayes_factor(normal_curve(y, se), prior).log_bf10, abs=1e-7)
        assert one.conflict.p == pytest.approx(tail_probability((y, se), prior), abs=1e-6)
        alone = conflict(normal_curve(y, se), prior)
        assert alone is not None
        assert one.conflict.log_evidence_ratio == pytest.approx(alone.log_evidence_ratio, abs=1e-6)


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
def test_response_is_the_mirror_image_of_survival(y: float, se: float, priors: dict[str, Prior]) -> None:
    one, two = reverse_bayes(normal_curve(y, se), 1, priors), reverse_bayes(normal_curve(-y, se), -1, priors)
    assert numbers(asdict(one)) == pytest.approx(numbers(asdict(two)), abs=1e-6)


def test_claim_that_is_not_significant_has_an_advocate_and_no_sceptic(priors: dict[str, Prior]) -> None:
    told = reverse_bayes(normal_curve(-0.25, 0.2), 1, priors)
    assert told.scepticism_limit is told.sceptical_sd is told.critical_sd is None
    assert told.critical_advocacy == pytest.approx(told.advocacy_limit, abs=1e-5)
    assert told.advocacy_prior is not None and told.advocacy_prior[0] < 0


def test_harm_has_neither_sceptic_nor_advocate(priors: dict[str, Prior]) -> None:
    told = reverse_bayes(normal_curve(0.6, 0.2), 1, priors)
    assert told.scepticism_limit is told.sceptical_sd is told.critical_sd is None
    assert told.advocacy_limit is told.advocacy_prior is told.critical_advocacy is None
    assert told.p is not None and told.p < 0.05


def test_priors_that_are_not_normal_have_no_fail_safe_mean() -> None:
    cauchy = Cauchy(dist="cauchy", mean=-0.1, sd=0.3, rationale="t")
    curve = normal_curve(0.4, 0.2)
    (told,) = reverse_bayes(curve, -1, {"wild": cauchy}).priors
    assert told.fail_safe_mean is None
    assert told.bayes_factor == bayes_factor(curve, cauchy.turned())
    assert told.conflict == conflict(curve, cauchy.turned())


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("sign", [1, -1])
def test_complete_separation_has_no_estimate_but_bayes_factors(
    case: str, sign: int, make_case: Callable[..., tuple[AnalysisSpec, Evidence]], priors: dict[str, Prior]
) -> None:
    control, treated = CASES[case]
    spec, evidence = make_case("binomial", control=control, treated=treated)
    curve = evidence_curve(evidence, spec)
    assert estimate(curve) is None and conflict(curve, normal(0, 1)) is None
    told = reverse_bayes(curve, sign, priors)
    for name in ("estimate", "z", "p", "p_intrinsic", "p_intrinsic_matthews", "scepticism_limit", "sceptical_sd"):
        assert getattr(told, name) is None
    assert told.advocacy_limit is told.advocacy_prior is None
    assert all(one.conflict is None for one in told.priors)
    assert all(math.isfinite(one.bayes_factor.log_bf10) for one in told.priors)
    assert all(one.bayes_factor.log_bf10 < told.best.log_bf10 for one in told.priors)
    benefit = (case != "separated the other way") == (sign == -1)
    if case != "one patient each":
        assert (told.critical_sd is not None) == benefit


@pytest.mark.parametrize(
    ("control", "treated"), [((5, 38), (0, 38)), ((0, 217), (0, 118)), ((1, 100_000), (3, 100_000))]
)
def test_sparse_tables_that_have_a_maximum_have_an_estimate(
    control: tuple[int, int], treated: tuple[int, int], make_case: Callable[..., tuple[AnalysisSpec, Evidence]]
) -> None:
    spec, evidence = make_case("binomial", control=control, treated=treated)
    assert estimate(evidence_curve(evidence, spec)) is not None


@pytest.mark.parametrize(
    ("y", "se"), [(-0.3, 0.15), (-4.5, 2.5), (-0.003, 0.001), (8.0, 1.0), (-3.0, 0.01), (0.0, 0.1)]
)
def test_nothing_told_is_not_a_number(y: float, se: float, priors: dict[str, Prior]) -> None:
    told: ReverseBayes = reverse_bayes(normal_curve(y, se), 1, priors)
    assert np.all(np.isfinite(numbers(asdict(told))))
    assert told.estimate is not None


def test_bundled_analyses_are_told_in_numbers(
    curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    for name in ("orr_chen2025_counts", "os_chen2025_landmark", "hypertension_yan2025_counts"):
        told = reverse_bayes(curve_of(name), analyses[name].sign, priors)
        assert np.all(np.isfinite(numbers(asdict(told))))
        assert (told.critical_sd is None) or (told.critical_advocacy is None)


def test_pairs_are_two_studies_with_one_endpoint_read_in_one_way_each_way_round() -> None:
    from crlm_bayes.scepticism.replication import Estimated, pairs

    def of(study: str, endpoint: str = "os", reading: str = "landmark") -> Estimated:
        return Estimated(f"{endpoint}_{study}_{reading}", study, endpoint, "hr", reading, (-0.5, 0.2))

    every = [of("a"), of("b"), of("a", "pfs"), of("b", "pfs", "contrast"), of("a", reading="percent")]
    found = pairs(every)
    assert [(p.original.analysis, p.replica.analysis) for p in found] == [
        ("os_a_landmark", "os_b_landmark"),
        ("os_b_landmark", "os_a_landmark"),
    ]
    assert found[0].found == replication((-0.5, 0.2), (-0.5, 0.2))
