"""Effects that scatter, given how much: normal curves have closed forms, whatever the number of effects and the weights."""

import math

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.errors import InvalidInput
from crlm_bayes.exact.mixing import MOST, average, centre
from makers.curves import normal_curve

Y, SE = np.array([-0.5, 0.1, -0.9, 0.3, -0.2, -0.4]), np.array([0.2, 0.1, 0.3, 0.5, 0.15, 0.25])
THETA = np.linspace(-3, 2, 41)


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("omega", [0.0, 0.01, 0.3, 2.0])
def test_a_weighted_average_of_normal_effects_has_a_normal_curve(k: int, omega: float) -> None:
    """y ~ N(θ, se² + ω² (I - 1 wᵀ)(I - w 1ᵀ)): of any weights, in the far tails too."""
    weights = np.arange(1, k + 1) ** 2 / (np.arange(1, k + 1) ** 2).sum()
    across = np.eye(k) - weights
    cov = np.diag(SE[:k] ** 2) + omega**2 * across @ across.T
    wanted = np.array([stats.multivariate_normal.logpdf(Y[:k], np.full(k, t), cov) for t in THETA])
    found = average([normal_curve(y, s) for y, s in zip(Y[:k], SE[:k], strict=True)], omega, weights)(THETA)
    np.testing.assert_allclose(found - found.max(), wanted - wanted.max(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("omega", [0.0, 0.01, 0.3, 2.0])
def test_the_centre_of_exchangeable_normal_effects_has_a_normal_curve(omega: float) -> None:
    wanted = stats.norm.logpdf(Y, THETA[:, None], np.hypot(SE, omega)).sum(axis=1)
    found = centre([normal_curve(y, s) for y, s in zip(Y, SE, strict=True)], omega)(THETA)
    np.testing.assert_allclose(found - found.max(), wanted - wanted.max(), rtol=1e-6, atol=1e-6)


def test_an_interval_without_information_moves_the_average_by_its_scatter_alone() -> None:
    """Weight 0: the others are averaged as if it were not there."""
    curves = [normal_curve(y, s) for y, s in zip(Y[:3], SE[:3], strict=True)]
    flat = normal_curve(0.0, 9.0)
    with_it = average([*curves[:2], flat], 0.3, np.array([0.4, 0.6, 0.0]))(THETA)
    without = average(curves[:2], 0.3, np.array([0.4, 0.6]))(THETA)
    assert np.ptp(with_it - without + 0.5 * (THETA / math.hypot(9, 0.3)) ** 2) < 2e-2


def test_more_intervals_than_can_be_averaged_are_refused_with_the_way_out(make_study, make_spec) -> None:  # type: ignore[no-untyped-def]
    from crlm_bayes.evidence.assemble import of_study

    months = [6 * (i + 1) for i in range(MOST + 1)]
    points = [
        {"endpoint": "pfs", "arm": arm, "months": str(m), "alive": 90 - 5 * i}
        for arm in ("control", "treated")
        for i, m in enumerate(months)
    ]
    study = make_study((100, 100), survival=points, complete_follow_up_months=months[-1])
    spread = {"time_variation": {"dist": "half_normal", "sd": 0.25, "rationale": "t"}}
    change = {"proportional": False, "priors": spread}
    with pytest.raises(InvalidInput) as caught:
        of_study(make_spec("piecewise_exponential", **change), study)
    line = str(caught.value)
    assert "\n" not in line and f"of {MOST} intervals at most" in line and "'exchangeable'" in line
    evidence = of_study(make_spec("piecewise_exponential", average="exchangeable", **change), study)
    assert len(evidence.survivors) == MOST + 1  # type: ignore[attr-defined]
