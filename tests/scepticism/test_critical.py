"""Fail-safe means: closed forms, and what does not exist."""

from collections.abc import Callable

import numpy as np
import pytest

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.scepticism.critical import FAR, critical_sd, fail_safe_means, p_benefit, p_benefits
from makers.curves import ESTIMATES, Z, closed_fail_safe, normal_curve


def fail_safe_mean(curve: EvidenceCurve, sign: int, sd: float) -> float | None:
    return fail_safe_means(curve, sign, [sd])[0]


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
