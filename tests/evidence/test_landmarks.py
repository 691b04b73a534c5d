"""What a printed survival stands for: how many were at risk, how many survived the interval."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.assemble import of_study
from crlm_bayes.evidence.values import SurvivalEvidence

Build = Callable[..., SurvivalEvidence]
Z = stats.norm.ppf(0.975)


@pytest.fixture
def evidence(make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]) -> Build:
    """Evidence from the points of the control arm; the treated arm has the same unless it is given."""

    def build(
        control: list[dict[str, Any]],
        treated: list[dict[str, Any]] | None = None,
        n: tuple[int, int] = (100, 100),
        spec: dict[str, Any] | None = None,
        **study: Any,
    ) -> SurvivalEvidence:
        rows = [{"endpoint": "pfs", "arm": "control", **p} for p in control] + [
            {"endpoint": "pfs", "arm": "treated", **p} for p in treated or control
        ]
        made = of_study(make_spec("piecewise_exponential", **(spec or {})), make_study(n, survival=rows, **study))
        assert isinstance(made, SurvivalEvidence)
        return made

    return build


def points(*pairs: tuple[str, str], **more: Any) -> list[dict[str, Any]]:
    return [{"months": m, "percent": p, **more} for m, p in pairs]


# complete follow-up


@pytest.mark.parametrize(
    ("printed", "n", "survivors"),
    [
        ([("12", "86.6"), ("36", "27.6")], 217, [188, 60]),
        ([("12", "93.2"), ("36", "41.5")], 118, [110, 49]),
        ([("12", "98.6"), ("36", "57.0")], 217, [214, 124]),
        ([("12", "99.2"), ("36", "66.7")], 118, [117, 79]),
        ([("12", "100"), ("36", "0")], 7, [7, 0]),
        ([("12", "50.0")], 7, [4]),
    ],
)
def test_complete_follow_up_gives_the_nearest_whole_patient(
    printed: list[tuple[str, str]], n: int, survivors: list[int], evidence: Build
) -> None:
    found = evidence(points(*printed), n=(n, n), complete_follow_up_months=36)
    assert found.survivors[:, 0].tolist() == survivors
    assert found.at_risk[:, 0].tolist() == [n, *survivors[:-1]]
    np.testing.assert_allclose(found.printed[:, 0], [float(p) / 100 for _, p in printed])


def test_whole_patients_of_chen_overall_survival_reproduce_its_printed_p() -> None:
    """124 of 217 v 79 of 118 gives p = 0.079 by chi-square: the nearest integers are the ones the paper had."""
    table = np.array([[124, 93], [79, 39]])
    assert round(float(stats.chi2_contingency(table, correction=False).pvalue), 3) == 0.079


def test_printed_count_is_preferred_to_the_percentage(evidence: Build) -> None:
    found = evidence([{"months": "12", "percent": "72.2", "alive": 27}], n=(38, 38), complete_follow_up_months=36)
    assert found.survivors.tolist() == [[27, 27]]
    assert found.printed[0, 0] == pytest.approx(0.722)
    assert found.rows[0].how == "printed count"


def test_percent_reading_keeps_the_fraction(evidence: Build) -> None:
    found = evidence(
        points(("12", "86.6"), ("36", "27.6")), n=(217, 217), spec={"reading": "percent"}, complete_follow_up_months=36
    )
    np.testing.assert_allclose(found.survivors[:, 0], [187.922, 59.892])
    np.testing.assert_allclose(found.at_risk[:, 0], [217, 187.922])


def test_count_without_percentage_prints_its_own_share(evidence: Build) -> None:
    found = evidence([{"months": "12", "alive": 27}], n=(38, 38), complete_follow_up_months=12)
    assert found.printed[0, 0] == pytest.approx(27 / 38)


def test_landmark_at_the_end_of_complete_follow_up_is_still_complete(evidence: Build) -> None:
    assert evidence(points(("36", "50.0")), complete_follow_up_months=36).survivors.tolist() == [[50, 50]]


def test_landmark_after_complete_follow_up_is_an_error(evidence: Build) -> None:
    with pytest.raises(
        InvalidInput,
        match=r"survival \(pfs, control\): the landmark at 60 months is after complete follow-up \(36 months\)",
    ):
        evidence(points(("36", "50.0"), ("60", "30.0")), complete_follow_up_months=36)


def test_counts_that_rise_after_rounding_are_an_error(evidence: Build) -> None:
    with pytest.raises(InvalidInput, match="survivors rise between landmarks"):
        evidence(
            [{"months": "12", "alive": 27}, {"months": "24", "percent": "72.2"}],
            n=(40, 40),
            complete_follow_up_months=36,
        )


# numbers at risk


def test_numbers_at_risk_without_censoring_are_the_plain_counts(evidence: Build) -> None:
    """d = q N where everybody who survives is still at risk."""
    found = evidence(
        [{"months": "12", "percent": "80.0", "at_risk": 80}, {"months": "36", "percent": "30.0", "at_risk": 30}]
    )
    np.testing.assert_allclose(found.at_risk[:, 0], [100, 80])
    np.testing.assert_allclose(found.survivors[:, 0], [80, 30])


def test_numbers_at_risk_with_censoring_follow_the_actuarial_formula(evidence: Build) -> None:
    found = evidence(
        [{"months": "12", "percent": "80.0", "at_risk": 60}, {"months": "36", "percent": "40.0", "at_risk": 10}]
    )
    deaths, n = [], []
    for q, before, after in ((0.2, 100, 60), (0.5, 60, 10)):
        deaths.append(q * (before + after) / (2 - q))
        n.append(deaths[-1] / q)
    np.testing.assert_allclose(found.at_risk[:, 0], n)
    np.testing.assert_allclose((found.at_risk - found.survivors)[:, 0], deaths)


def test_actuarial_deaths_balance_the_patients(evidence: Build) -> None:
    """Who enters leaves as dead, censored or at risk, and half of the censored are not exposed: n = N - censored/2."""
    found = evidence([{"months": "12", "percent": "73.0", "at_risk": 51}])
    deaths = found.at_risk[0, 0] - found.survivors[0, 0]
    censored = 100 - 51 - deaths
    assert censored > 0
    assert found.at_risk[0, 0] == pytest.approx(100 - censored / 2)


def test_interval_without_deaths_still_counts_who_was_at_risk(evidence: Build) -> None:
    found = evidence(
        [{"months": "12", "percent": "100", "at_risk": 60}, {"months": "36", "percent": "50.0", "at_risk": 20}]
    )
    assert found.at_risk[0, 0] == found.survivors[0, 0] == pytest.approx(80)


def test_actuarial_reading_recovers_deaths_of_a_simulated_trial(evidence: Build) -> None:
    """Exponential deaths, uniform censoring: expected deaths from the printed curve and numbers at risk, within 1%."""
    rng = np.random.default_rng(7)
    n = 40_000
    death, censoring = rng.exponential(30, n), rng.uniform(0, 60, n)
    rows, expected, survival = [], [], 1.0
    for start, stop in ((0, 6), (6, 12), (12, 18)):
        entering = np.sum((death > start) & (censoring > start))
        died = np.sum((death > start) & (death <= stop) & (censoring > death))
        left = np.sum((death > stop) & (censoring > stop))
        # Kaplan-Meier of the whole curve at the landmark, by its own definition
        times = np.sort(death[(death > start) & (death <= stop) & (censoring > death)])
        at_risk = entering - np.searchsorted(
            np.sort(np.minimum(death, censoring)[np.minimum(death, censoring) > start]), times
        )
        survival *= np.prod(1 - 1 / at_risk)
        rows.append({"months": str(stop), "percent": f"{100 * survival:.4f}", "at_risk": int(left)})
        expected.append(died)
    found = evidence(rows, n=(n, n))
    np.testing.assert_allclose((found.at_risk - found.survivors)[:, 0], expected, rtol=0.01)


def test_numbers_at_risk_are_used_only_where_they_are_complete(evidence: Build) -> None:
    partial = [{"months": "12", "percent": "80.0", "at_risk": 60}, {"months": "36", "percent": "40.0"}]
    with pytest.raises(InvalidInput, match="numbers at risk are not printed at every landmark"):
        evidence(partial, spec={"reading": "at_risk"})
    with pytest.raises(InvalidInput, match="nothing tells how many patients"):
        evidence(partial)


def test_at_risk_reading_is_taken_even_where_follow_up_is_complete(evidence: Build) -> None:
    rows = [{"months": "12", "percent": "80.0", "at_risk": 60}]
    assert evidence(rows, complete_follow_up_months=12).at_risk[0, 0] == 100
    assert evidence(rows, spec={"reading": "at_risk"}, complete_follow_up_months=12).at_risk[0, 0] == pytest.approx(
        160 / 1.8
    )


# intervals


def greenwood(s: float, n: float, level: float = 0.95) -> tuple[str, str]:
    """Interval on the log scale for a proportion of n, as papers print it."""
    z = stats.norm.ppf(0.5 + level / 2)
    se = math.sqrt((1 - s) / (s * n))
    return f"{100 * s * math.exp(-z * se):.8f}", f"{100 * s * math.exp(z * se):.8f}"


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_interval_gives_back_the_n_that_it_was_made_of(level: float, evidence: Build) -> None:
    found = evidence([{"months": "12", "percent": "60.0", "ci": greenwood(0.6, 85, level), "level": level}])
    assert found.at_risk[0, 0] == pytest.approx(85, rel=1e-6)
    assert found.survivors[0, 0] == pytest.approx(51, rel=1e-6)


def test_intervals_of_several_landmarks_add_up_as_greenwood_does(evidence: Build) -> None:
    """88 at risk lose a quarter; of 60 at risk then, half: the variances of log S add."""
    first, second = 0.25 / (0.75 * 88), 0.5 / (0.5 * 60)
    rows = []
    for months, s, variance in (("12", 0.75, first), ("36", 0.375, first + second)):
        half = Z * math.sqrt(variance)
        rows.append(
            {
                "months": months,
                "percent": f"{100 * s}",
                "ci": (f"{100 * s * math.exp(-half):.8f}", f"{100 * s * math.exp(half):.8f}"),
            }
        )
    found = evidence(rows)
    np.testing.assert_allclose(found.at_risk[:, 0], [88, 60], rtol=1e-6)
    np.testing.assert_allclose(found.survivors[:, 0], [66, 30], rtol=1e-6)


def test_intervals_that_do_not_widen_are_an_error(evidence: Build) -> None:
    rows = [
        {"months": "12", "percent": "75.0", "ci": ("60.0", "90.0")},
        {"months": "36", "percent": "70.0", "ci": ("69.0", "71.0")},
    ]
    with pytest.raises(InvalidInput, match="intervals do not widen"):
        evidence(rows)


def test_interval_that_reaches_zero_gives_no_standard_error(evidence: Build) -> None:
    with pytest.raises(InvalidInput, match=r"12 months: ci: 0 to 90.0 gives no standard error"):
        evidence([{"months": "12", "percent": "45.0", "ci": ("0", "90.0")}])


# effective n


def test_effective_n_is_used_with_its_basis_and_before_everything_else(evidence: Build) -> None:
    spec = {"effective_n": {"arms": {"control": 50.5, "treated": 40}, "basis": "half the arm had the scan"}}
    found = evidence(points(("12", "80.0"), ("36", "30.0")), spec=spec, complete_follow_up_months=36)
    np.testing.assert_allclose(found.at_risk, [[50.5, 40], [40.4, 32]])
    np.testing.assert_allclose(found.survivors, [[40.4, 32], [15.15, 12]])
    assert "half the arm had the scan" in found.rows[0].how


def test_effective_n_without_basis_is_refused(make_spec: Callable[..., AnalysisSpec]) -> None:
    with pytest.raises(ValidationError, match="basis"):
        make_spec("piecewise_exponential", effective_n={"arms": {"control": 50, "treated": 40}})


def test_nothing_that_tells_the_number_is_an_error_never_a_default(evidence: Build) -> None:
    with pytest.raises(
        InvalidInput, match=r"nothing tells how many patients the printed percentages stand for.*effective_n"
    ):
        evidence(points(("12", "80.0")))


# zero


def test_landmark_after_survival_of_zero_has_nobody_at_risk(evidence: Build) -> None:
    found = evidence(points(("12", "40.0"), ("24", "0"), ("36", "0")), complete_follow_up_months=36)
    assert found.at_risk[2].tolist() == found.survivors[2].tolist() == [0, 0]


def test_landmark_after_survival_of_zero_cannot_be_conditioned_on(evidence: Build) -> None:
    spec = {"effective_n": {"arms": {"control": 50, "treated": 40}, "basis": "made"}}
    with pytest.raises(InvalidInput, match="a landmark follows survival of 0%"):
        evidence(points(("12", "40.0"), ("24", "0"), ("36", "0")), spec=spec)
