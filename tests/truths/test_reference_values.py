"""Posterior median (95% interval), P(benefit) and critical sd of four analyses against a separate implementation.

Source: a table of reference values that was computed with other code before this program was written, from the same
priors, log λ_k ~ N(log 0.03, 2²) per month and α ~ N(0, 1.5²). The tolerance is part of the claim: ±0.002 on ratios and
probabilities, ±0.0005 on the critical sd.
"""

import math
from collections.abc import Callable

import pytest

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.scepticism.panel import Scepticism, examine

TABLE = {
    # alive 188, 60 of 217 v 110, 49 of 118 at 12, 36 months
    "pfs_chen2025_landmark": {
        "reference": (0.674, 0.503, 0.896, 0.9969),
        "neutral": (0.710, 0.542, 0.924, 0.9947),
        "sceptical": (0.767, 0.607, 0.966, 0.9878),
        "strongly_sceptical": (0.831, 0.684, 1.007, 0.9704),
    },
    # 0.755 (0.598-0.954), turned from control over treatment
    "pfs_chen2025_adjusted_hr": {
        "reference": (0.758, 0.601, 0.956, 0.9902),
        "neutral": (0.777, 0.623, 0.970, 0.9871),
        "sceptical": (0.811, 0.662, 0.993, 0.9790),
        "strongly_sceptical": (0.854, 0.716, 1.018, 0.9613),
    },
    # alive 214, 124 of 217 v 117, 79 of 118
    "os_chen2025_landmark": {
        "reference": (0.727, 0.498, 1.043, 0.9581),
        "neutral": (0.774, 0.555, 1.069, 0.9398),
        "sceptical": (0.837, 0.637, 1.095, 0.9024),
        "strongly_sceptical": (0.894, 0.721, 1.106, 0.8487),
    },
    # 111 of 217 v 79 of 118 (odds ratio)
    "orr_chen2025_counts": {
        "reference": (1.872, 1.194, 2.964, 0.9969),
        "neutral": (1.581, 1.078, 2.327, 0.9905),
        "sceptical": (1.330, 0.984, 1.799, 0.9680),
        "strongly_sceptical": (1.180, 0.938, 1.485, 0.9210),
    },
}
CRITICAL_SD = {
    "pfs_chen2025_landmark": 0.1462,
    "pfs_chen2025_adjusted_hr": 0.1799,
    "os_chen2025_landmark": None,
    "orr_chen2025_counts": 0.2276,
}


@pytest.fixture(scope="module")
def examined(
    curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec], priors: dict[str, Prior]
) -> dict[str, Scepticism]:
    return {name: examine(curve_of(name), analyses[name], priors) for name in TABLE}


@pytest.mark.parametrize(("analysis", "prior"), [(a, p) for a, row in TABLE.items() for p in row])
def test_panel_agrees_with_the_reference_table(analysis: str, prior: str, examined: dict[str, Scepticism]) -> None:
    (found,) = [v for v in examined[analysis].panel if v.prior == prior]
    median, lower, upper, p_benefit = TABLE[analysis][prior]
    assert (found.median, found.lower, found.upper) == pytest.approx((median, lower, upper), abs=0.002)
    assert found.p_benefit == pytest.approx(p_benefit, abs=0.002)
    assert found.survives == (p_benefit >= 0.975)


@pytest.mark.parametrize("analysis", CRITICAL_SD)
def test_critical_sd_agrees_with_the_reference_table(analysis: str, examined: dict[str, Scepticism]) -> None:
    expected = CRITICAL_SD[analysis]
    found = examined[analysis].critical_sd
    assert found is None if expected is None else found == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(
    ("analysis", "survivors", "at_risk"),
    [
        ("pfs_chen2025_landmark", [[188, 110], [60, 49]], [[217, 118], [188, 110]]),
        ("os_chen2025_landmark", [[214, 117], [124, 79]], [[217, 118], [214, 117]]),
        ("pfs_yan2025_landmark", [[19, 27], [10, 17], [6, 12]], [[38, 38], [19, 27], [10, 17]]),
        ("os_yan2025_landmark", [[27, 33], [16, 24], [10, 19]], [[38, 38], [27, 33], [16, 24]]),
    ],
)
def test_landmark_analysis_rests_on_the_patients_it_says(
    analysis: str, survivors: list[list[int]], at_risk: list[list[int]], evidence_of: Callable[[str], object]
) -> None:
    evidence = evidence_of(analysis)
    assert evidence.survivors.tolist() == survivors  # type: ignore[attr-defined]
    assert evidence.at_risk.tolist() == at_risk  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("analysis", "events", "n"),
    [
        ("orr_chen2025_counts", [111, 79], [217, 118]),
        ("r0_chen2025_counts", [199, 112], [217, 118]),
        ("complication_chen2025_counts", [45, 21], [217, 118]),
        ("orr_yan2025_counts", [18, 26], [38, 38]),
        ("dcr_yan2025_counts", [29, 34], [38, 38]),
        ("hypertension_yan2025_counts", [3, 9], [38, 38]),
    ],
)
def test_count_analysis_rests_on_the_events_it_says(
    analysis: str, events: list[int], n: list[int], evidence_of: Callable[[str], object]
) -> None:
    evidence = evidence_of(analysis)
    assert (evidence.events.tolist(), evidence.n.tolist()) == (events, n)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("analysis", "ratio", "low", "high"),
    [
        ("pfs_chen2025_adjusted_hr", 1 / 1.324, 1 / 1.673, 1 / 1.048),
        ("os_chen2025_adjusted_hr", 1 / 1.288, 1 / 1.737, 1 / 0.955),
        ("pfs_yan2025_adjusted_hr", 0.426, 0.231, 0.787),
    ],
)
def test_hazard_ratio_analysis_is_treatment_over_control(
    analysis: str, ratio: float, low: float, high: float, evidence_of: Callable[[str], object]
) -> None:
    evidence = evidence_of(analysis)
    assert evidence.log_ratio == pytest.approx(math.log(ratio), abs=1e-12)  # type: ignore[attr-defined]
    assert evidence.se == pytest.approx(math.log(high / low) / (2 * 1.959963984540054), abs=1e-12)  # type: ignore[attr-defined]
