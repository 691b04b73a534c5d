"""Replication by the sceptical p: published values, symmetries, limits."""

import math

import pytest
from scipy import optimize

from crlm_bayes.scepticism.normal_forms import (
    p_value,
)
from crlm_bayes.scepticism.replication import replication, sceptical_z
from makers.curves import Z


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
