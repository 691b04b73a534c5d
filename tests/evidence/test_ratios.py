"""From print to evidence: which entry is read, how a ratio is turned, where its standard error comes from."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence.assemble import of_study
from crlm_bayes.evidence.values import BinomialEvidence, Evidence, RatioEvidence

RATIO = {
    "endpoint": "pfs",
    "measure": "hr",
    "value": "0.755",
    "ci": ["0.598", "0.954"],
    "numerator": "treated",
    "denominator": "control",
    "adjusted": True,
}
Case = Callable[..., tuple[AnalysisSpec, Evidence]]


def count(arm: str, **row: Any) -> dict[str, Any]:
    return {"endpoint": "orr", "arm": arm, **row}


def test_counts_are_read_control_first_whatever_the_order_of_print(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    study = make_study((100, 80), counts=[count("treated", events=48, n=80), count("control", events=40, n=100)])
    evidence = of_study(make_spec("binomial", endpoint="orr"), study)
    assert isinstance(evidence, BinomialEvidence)
    assert evidence.arms == ("control", "treated") and evidence.labels == ("Control", "Treated")
    assert (evidence.events.tolist(), evidence.n.tolist()) == ([40, 48], [100, 80])


def test_count_may_have_its_own_number_of_patients(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    study = make_study((100, 80), counts=[count("control", events=40, n=98), count("treated", events=48, n=79)])
    evidence = of_study(make_spec("binomial", endpoint="orr"), study)
    assert evidence.n.tolist() == [98, 79]  # type: ignore[union-attr]


def test_percent_reading_takes_the_fraction_as_it_stands(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    rows = [count("control", events=18, n=38, percent="46.7"), count("treated", events=26, n=38, percent="68.9")]
    evidence = of_study(make_spec("binomial", endpoint="orr", reading="percent"), make_study((38, 38), counts=rows))
    np.testing.assert_allclose(evidence.events, [0.467 * 38, 0.689 * 38])  # type: ignore[union-attr]
    assert "46.7% of 38" in evidence.rows[0].how


def test_counts_by_centre_are_not_taken_for_the_total(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    rows = [
        count("control", events=4, n=10, centre="North"),
        count("control", events=40, n=100),
        count("treated", events=48, n=80),
    ]
    study = make_study((100, 80), counts=rows, centres=[{"name": "North", "n": 10}])
    assert of_study(make_spec("binomial", endpoint="orr"), study).events.tolist() == [40, 48]  # type: ignore[union-attr]


def test_count_of_one_arm_only_is_an_error_that_says_which(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    with pytest.raises(
        InvalidInput,
        match=r"'orr' is not printed for arm 'treated'; allowed: an entry for both arms \(found: control\)",
    ):
        of_study(make_spec("binomial", endpoint="orr"), make_study(counts=[count("control", events=4, n=10)]))


def test_endpoint_that_is_not_printed_is_an_error_with_the_nearest(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    study = make_study(counts=[count("control", events=4, n=10), count("treated", events=4, n=10)])
    with pytest.raises(UnknownName, match="there is no endpoint 'orrr'; allowed: orr; did you mean 'orr'"):
        of_study(make_spec("binomial", endpoint="orrr"), study)


# ratios


def ratio_of(
    make_study: Callable[..., Study], spec: AnalysisSpec, *rows: dict[str, Any], **study: Any
) -> RatioEvidence:
    evidence = of_study(spec, make_study(contrasts=list(rows), **study))
    assert isinstance(evidence, RatioEvidence)
    return evidence


def test_ratio_printed_as_treatment_over_control_is_taken_as_it_stands(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    evidence = ratio_of(make_study, make_spec("log_ratio"), RATIO)
    assert evidence.log_ratio == pytest.approx(math.log(0.755))
    assert evidence.se == pytest.approx(math.log(0.954 / 0.598) / (2 * stats.norm.ppf(0.975)))
    assert "turned" not in evidence.rows[0].how


def test_ratio_printed_the_other_way_round_is_turned_and_says_so(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    evidence = ratio_of(make_study, make_spec("log_ratio"), RATIO | {"numerator": "control", "denominator": "treated"})
    assert evidence.log_ratio == pytest.approx(-math.log(0.755))
    assert evidence.arms == ("control", "treated")
    assert "turned" in evidence.rows[0].how and "control over treated" in evidence.rows[0].how


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
def test_interval_of_any_level_gives_the_same_standard_error(
    level: float, make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    y, se = math.log(0.7), 0.2
    z = stats.norm.ppf(0.5 + level / 2)
    ci = [f"{math.exp(y + sign * z * se):.12f}" for sign in (-1, 1)]
    evidence = ratio_of(make_study, make_spec("log_ratio"), RATIO | {"value": "0.7", "ci": ci, "level": level})
    assert evidence.se == pytest.approx(se, abs=1e-10)
    assert f"{round(100 * level):g}% interval" in evidence.rows[0].how


def test_standard_error_is_taken_from_the_p_value_only_without_interval_and_se(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    bare = {k: v for k, v in RATIO.items() if k != "ci"}
    from_p = ratio_of(make_study, make_spec("log_ratio"), bare | {"p": "0.019"})
    assert 2 * stats.norm.sf(abs(from_p.log_ratio) / from_p.se) == pytest.approx(0.019)
    one_sided = ratio_of(make_study, make_spec("log_ratio"), bare | {"p": "0.0095", "sided": "one"})
    assert one_sided.se == pytest.approx(from_p.se) and "one-sided p value" in one_sided.rows[0].how
    from_se = ratio_of(make_study, make_spec("log_ratio"), bare | {"p": "0.019", "se": "0.1234"})
    assert from_se.se == 0.1234 and "printed se" in from_se.rows[0].how
    from_ci = ratio_of(make_study, make_spec("log_ratio"), RATIO | {"p": "0.9", "se": "0.5"})
    assert from_ci.se == pytest.approx(math.log(0.954 / 0.598) / (2 * stats.norm.ppf(0.975)))


@pytest.mark.parametrize("p", ["<0.001", ">0.05", "1", "0"])
def test_p_value_that_is_only_a_bound_gives_no_standard_error(
    p: str, make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    bare = {k: v for k, v in RATIO.items() if k != "ci"}
    with pytest.raises(InvalidInput, match="neither an interval nor a standard error nor an exact p value"):
        ratio_of(make_study, make_spec("log_ratio"), bare | {"p": p})


def test_adjusted_and_unadjusted_ratio_are_told_apart(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    rows = [RATIO, RATIO | {"value": "0.6", "adjusted": False}]
    for adjusted, value in ((True, 0.755), (False, 0.6)):
        assert ratio_of(make_study, make_spec("log_ratio", adjusted=adjusted), *rows).log_ratio == pytest.approx(
            math.log(value)
        )
    with pytest.raises(InvalidInput, match=r"2 printed hr of 'pfs'.*adjusted = true or false"):
        ratio_of(make_study, make_spec("log_ratio"), *rows)


def test_ratio_of_another_measure_is_not_taken(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    with pytest.raises(InvalidInput, match="0 printed or of 'pfs'"):
        ratio_of(make_study, make_spec("log_ratio", measure="or"), RATIO)


def test_ratio_against_a_third_arm_is_not_taken(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    arms = [
        {"id": a, "role": r, "label": a, "n": 50}
        for a, r in (("control", "control"), ("treated", "treatment"), ("third", "other"))
    ]
    third = RATIO | {"numerator": "third", "value": "0.2", "ci": ["0.1", "0.4"]}
    evidence = ratio_of(make_study, make_spec("log_ratio"), third, RATIO, arms=arms)
    assert evidence.log_ratio == pytest.approx(math.log(0.755))
    with pytest.raises(InvalidInput, match="0 printed hr"):
        ratio_of(make_study, make_spec("log_ratio"), third, arms=arms)


def test_last_printed_control_survival_is_the_baseline_of_absolute_effects(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    survival = [
        {"endpoint": "pfs", "arm": a, "months": m, "percent": p}
        for a, m, p in (("control", "36", "27.6"), ("control", "12", "86.6"), ("treated", "36", "41.5"))
    ]
    evidence = ratio_of(make_study, make_spec("log_ratio"), RATIO, survival=survival)
    assert evidence.control_survival == (36.0, pytest.approx(0.276))
    assert [row.table for row in evidence.rows] == ["contrasts", "survival"]
    without = ratio_of(make_study, make_spec("log_ratio"), RATIO)
    assert without.control_survival is None


def test_odds_ratio_has_no_survival_baseline(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    survival = [{"endpoint": "pfs", "arm": "control", "months": "36", "percent": "27.6"}]
    evidence = ratio_of(make_study, make_spec("log_ratio", measure="or"), RATIO | {"measure": "or"}, survival=survival)
    assert evidence.control_survival is None


# landmarks in common


def test_only_landmarks_printed_for_both_arms_are_used(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    rows = [
        {"endpoint": "pfs", "arm": a, "months": m, "alive": s}
        for a, m, s in (
            ("control", "6", 95),
            ("control", "12", 80),
            ("control", "36", 30),
            ("treated", "12", 90),
            ("treated", "24", 60),
            ("treated", "36.0", 40),
        )
    ]
    evidence = of_study(make_spec("piecewise_exponential"), make_study(survival=rows, complete_follow_up_months=36))
    assert evidence.times.tolist() == [0, 12, 36]  # type: ignore[union-attr]
    assert evidence.survivors.tolist() == [[80, 90], [30, 40]]  # type: ignore[union-attr]
    assert evidence.at_risk.tolist() == [[100, 100], [80, 90]]  # type: ignore[union-attr]


def test_survival_of_other_endpoints_is_not_used(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    rows = [
        {"endpoint": e, "arm": a, "months": "36", "alive": s}
        for e, a, s in (("os", "control", 70), ("os", "treated", 75), ("pfs", "control", 30), ("pfs", "treated", 40))
    ]
    evidence = of_study(make_spec("piecewise_exponential"), make_study(survival=rows, complete_follow_up_months=36))
    assert evidence.survivors.tolist() == [[30, 40]]  # type: ignore[union-attr]


# the record


def test_evidence_carries_every_row_that_it_used_with_its_locator(evidence_of: Callable[[str], Evidence]) -> None:
    rows = evidence_of("pfs_chen2025_landmark").rows
    assert [(r.arm, r.printed) for r in rows] == [
        ("control", "12 months: 86.6%"), ("control", "36 months: 27.6%"), ("bev", "12 months: 93.2%"), ("bev", "36 months: 41.5%"),
    ]  # fmt: skip
    assert all(r.locator for r in rows)
    assert [r.used for r in rows] == [
        "188 of 217 event-free",
        "60 of 217 event-free",
        "110 of 118 event-free",
        "49 of 118 event-free",
    ]


def test_record_says_where_no_integer_gives_the_print(evidence_of: Callable[[str], Evidence]) -> None:
    """57.0% of 217 and 66.7% of 118 are no whole patients."""
    how = {r.printed: r.how for r in evidence_of("os_chen2025_landmark").rows}
    assert "no integer gives the printed percentage" in how["36 months: 57.0%"]
    assert "no integer gives the printed percentage" in how["36 months: 66.7%"]
    assert "no integer" not in how["12 months: 98.6%"]


def test_record_shows_the_printed_interval_and_p_of_a_ratio(evidence_of: Callable[[str], Evidence]) -> None:
    row = evidence_of("pfs_chen2025_adjusted_hr").rows[0]
    assert row.printed == "HR control/bev 1.324 (95% CI 1.048 to 1.673), p = 0.019"
    assert row.arm == "bev/control"


def test_third_arm_is_ignored_by_role(make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]) -> None:
    arms = [
        {"id": a, "role": r, "label": a, "n": 50}
        for a, r in (("x", "other"), ("treated", "treatment"), ("control", "control"), ("y", "other"))
    ]
    rows = [count(a, events=e, n=50) for a, e in (("x", 1), ("treated", 30), ("control", 20), ("y", 49))]
    evidence = of_study(make_spec("binomial", endpoint="orr"), make_study(arms=arms, counts=rows))
    assert evidence.events.tolist() == [20, 30]  # type: ignore[union-attr]


# ratios of which only the logarithm is printed

LOGARITHM = {key: value for key, value in RATIO.items() if key not in ("value", "ci")} | {
    "coefficient": "-0.821",
    "se": "0.181",
}


def test_printed_logarithm_and_its_standard_error_are_the_evidence(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    evidence = ratio_of(make_study, make_spec("log_ratio"), LOGARITHM)
    assert (evidence.log_ratio, evidence.se) == (-0.821, 0.181)
    (row,) = evidence.rows
    assert (row.printed, row.how) == ("log HR treated/control -0.821 (se 0.181)", "printed se")
    turned = ratio_of(
        make_study, make_spec("log_ratio"), LOGARITHM | {"numerator": "control", "denominator": "treated"}
    )
    assert turned.log_ratio == 0.821 and "turned" in turned.rows[0].how


def test_printed_logarithm_takes_its_error_by_the_same_rule(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    bare = {key: value for key, value in LOGARITHM.items() if key != "se"}
    by_p = ratio_of(make_study, make_spec("log_ratio"), bare | {"p": "0.014"})
    assert by_p.se == pytest.approx(0.821 / stats.norm.isf(0.007))
    by_limits = ratio_of(make_study, make_spec("log_ratio"), LOGARITHM | {"ci": ["0.309", "0.627"]})
    assert by_limits.se == pytest.approx(math.log(0.627 / 0.309) / (2 * stats.norm.ppf(0.975)))
    assert "off" not in by_limits.rows[0].how and "middle" not in by_limits.rows[0].how
    with pytest.raises(InvalidInput, match="prints neither an interval nor a standard error nor an exact p value"):
        ratio_of(make_study, make_spec("log_ratio"), bare)
    # the printed ratio counts where both are printed
    assert ratio_of(make_study, make_spec("log_ratio"), LOGARITHM | {"value": "0.44"}).log_ratio == math.log(0.44)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coefficient": None}, "needs value, or coefficient where only the logarithm of the ratio is printed"),
        ({"coefficient": "<-0.8"}, "coefficient <-0.8 is no logarithm of a ratio"),
        ({"coefficient": "821"}, "coefficient 821 is no logarithm of a ratio; .* between -20 and 20"),
    ],
)
def test_a_ratio_needs_its_print_or_its_logarithm(
    change: dict[str, Any], words: str, make_study: Callable[..., Study]
) -> None:
    with pytest.raises(ValueError, match=words):
        make_study(contrasts=[LOGARITHM | change])


def test_events_of_both_arms_together_give_the_error_of_a_ratio_printed_alone(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> None:
    alone = {key: value for key, value in RATIO.items() if key != "ci"}
    together = [{"endpoint": "pfs", "events": 275, "locator": "made"}]
    arms = [
        {"id": name, "role": role, "label": name} for name, role in (("control", "control"), ("treated", "treatment"))
    ]
    evidence = ratio_of(make_study, make_spec("log_ratio"), alone, events=together, arms=arms)
    assert evidence.se == pytest.approx(2 / math.sqrt(275))
    assert [row.entry for row in evidence.rows] == ["contrasts/pfs/hr/treated/control/adjusted", "events/pfs"]
    sized = ratio_of(make_study, make_spec("log_ratio"), alone, events=together, n=(200, 100))
    assert sized.se == pytest.approx(1 / math.sqrt(275 * 2 / 9))
    third = [*arms, {"id": "third", "role": "other", "label": "third"}]
    with pytest.raises(InvalidInput, match="prints neither an interval"):  # they may be those of the third arm
        ratio_of(make_study, make_spec("log_ratio"), alone, events=together, arms=third)
    with pytest.raises(InvalidInput, match="is given twice; the first is events"):
        ratio_of(make_study, make_spec("log_ratio"), alone, events=together * 2, arms=arms)
