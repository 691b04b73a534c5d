"""Means and standard deviations: t tests, GRIM, GRIMMER, DEBIT and ranges; worked examples, brute force, the bundled papers."""

from itertools import combinations_with_replacement
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.audits.finding import Finding
from crlm_bayes.audits.means import grim
from crlm_bayes.audits.means import t_tests as means
from crlm_bayes.audits.p_values import statistics
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

OF_VALUES = (grim.grim, grim.grimmer, grim.debit, grim.sd_range)


def compared(first: tuple[str, str, int], second: tuple[str, str, int], baseline: Any = (), **test: str) -> Study:
    """Means, standard deviations and patients of two arms with a t test."""
    rows = [
        {"variable": "chemotherapy cycles", "arm": arm, "mean": mean, "sd": sd, "n": n}
        for arm, (mean, sd, n) in (("control", first), ("drug", second))
    ]
    return ministudy(
        (first[2], second[2]),
        continuous=rows,
        baseline=baseline,
        tests=[{"variable": "chemotherapy cycles", "test": "t", **test}],
    )


def single(mean: str, sd: str, n: int, **row: Any) -> Study:
    """Mean and standard deviation of whole numbers in one arm."""
    return ministudy(
        (n, 50),
        continuous=[{"variable": "pain", "arm": "control", "mean": mean, "sd": sd, "n": n, "values": "whole", **row}],
    )


def severities(findings: list[Finding]) -> list[str]:
    return [finding.severity for finding in findings]


def all_of(study: Study) -> list[str]:
    return [finding.check for check in OF_VALUES for finding in check(study)]


# t_test


def test_a_t_test_that_follows() -> None:
    p = stats.ttest_ind_from_stats(12.50, 2.60, 38, 11.20, 2.90, 40).pvalue
    welch = stats.ttest_ind_from_stats(12.50, 2.60, 38, 11.20, 2.90, 40, equal_var=False).pvalue
    for value in (p, welch):
        assert means.t_test(compared(("12.50", "2.60", 38), ("11.20", "2.90", 40), p=f"{value:.3f}")) == []
    assert means.t_test(compared(("12.5", "2.6", 38), ("10.2", "2.1", 38), p="<0.001")) == []


def test_a_t_test_that_does_not_follow() -> None:
    (found,) = means.t_test(compared(("12.50", "2.60", 38), ("12.20", "2.90", 40), p="0.030"))
    assert (found.id, found.severity) == ("mini2020.t_test.mean-chemotherapy-cycles", "serious")
    assert found.entries == (
        "continuous/chemotherapy cycles/control",
        "continuous/chemotherapy cycles/drug",
        "tests/chemotherapy cycles/t",
    )
    assert "the printed means 12.50 (2.60) of 38 v 12.20 (2.90) of 40" in found.message
    assert severities(means.t_test(compared(("12.50", "2.60", 38), ("12.20", "2.90", 40), p="0.300"))) == ["warning"]


def test_rounding_of_means_is_left_open() -> None:
    (comparison,) = means.comparisons(compared(("12.5", "2.6", 38), ("11.2", "2.9", 40), p="0.040"))
    low = stats.ttest_ind_from_stats(12.55, 2.55, 38, 11.15, 2.85, 40).pvalue
    high = stats.ttest_ind_from_stats(12.45, 2.65, 38, 11.25, 2.95, 40).pvalue
    assert comparison.variants[0].name == means.STUDENT
    assert (comparison.variants[0].p.low, comparison.variants[0].p.high) == pytest.approx((low, high))
    (comparison,) = means.comparisons(compared(("12", "3", 38), ("12", "3", 40), p="1.000"))
    assert comparison.agrees


def test_patients_of_a_category_can_explain_a_t_test() -> None:
    first, second = ("4.490", "1.300", 217), ("4.330", "1.280", 118)
    p = stats.ttest_ind_from_stats(4.49, 1.30, 183, 4.33, 1.28, 94).pvalue
    rows = [
        {"variable": variable, "category": "yes", "arm": arm, "events": k, "n": n}
        for variable in ("chemotherapy", "radiation")
        for arm, k, n in (("control", 183, 217), ("drug", 94, 118))
    ]
    (found,) = means.t_test(compared(first, second, rows, p=f"{p:.3f}"))
    assert found.severity == "note" and "183 and 94 patients, those with chemotherapy (yes)" in found.message
    assert found.entries[2:4] == ("baseline/chemotherapy/yes/control", "baseline/chemotherapy/yes/drug")
    (found,) = means.t_test(compared(first, second, rows[2:], p=f"{p:.3f}"))
    assert found.severity == "warning"  # another variable's patients explain nothing
    (found,) = means.t_test(compared(first, second, rows, p="0.700"))
    assert found.severity == "warning"


def test_what_cannot_be_tested_is_left_alone() -> None:
    assert means.comparisons(compared(("1.0", "0.5", 1), ("2.0", "0.5", 30), p="0.001")) == []
    assert means.comparisons(compared(("1.0", "-0.5", 30), ("2.0", "0.5", 30), p="0.001")) == []
    row = {"variable": "age", "arm": "drug", "mean": "60", "sd": "8", "n": 50}
    test = {"variable": "age", "test": "t", "p": "0.001"}
    assert means.comparisons(ministudy(continuous=[row], tests=[test])) == []
    (comparison,) = means.comparisons(compared(("1.0", "0.0", 30), ("1.0", "0.0", 30), p="1.000"))
    assert comparison.agrees


def test_three_arms_may_be_compared_in_pairs() -> None:
    arms = [
        {"id": arm, "role": role, "label": arm, "n": 40}
        for arm, role in (("a", "control"), ("b", "treatment"), ("c", "other"))
    ]
    rows = [
        {"variable": "age", "arm": arm, "mean": mean, "sd": "8.00", "n": 40}
        for arm, mean in (("a", "60.00"), ("b", "61.00"), ("c", "65.00"))
    ]
    p = stats.ttest_ind_from_stats(60, 8, 40, 65, 8, 40).pvalue

    def study(p: str) -> Study:
        return ministudy(head={"arms": arms}, continuous=rows, tests=[{"variable": "age", "test": "t", "p": p}])

    assert means.t_test(study(f"{p:.3f}")) == []
    assert severities(means.t_test(study("0.900"))) == ["warning"]


def test_t_statistic() -> None:
    first, second = ("12.50", "2.60", 38), ("11.20", "2.90", 40)
    found = stats.ttest_ind_from_stats(12.50, 2.60, 38, 11.20, 2.90, 40)
    p, t = f"{found.pvalue:.3f}", found.statistic
    assert means.t_statistic(compared(first, second, p=p, statistic=f"{t:.2f}")) == []
    assert means.t_statistic(compared(first, second, p=p, statistic=f"{-t:.2f}")) == []
    (trouble,) = means.t_statistic(compared(first, second, p=p, statistic="2.50"))
    assert trouble.severity == "warning" and len(trouble.entries) == 3
    assert severities(means.t_statistic(compared(first, second, statistic="2.13"))) == ["note"]
    assert means.t_statistic(compared(first, second, p="0.500", statistic="2.50")) == []  # told by the p value
    assert "t: Student's t" in means.t_test(compared(first, second, p="0.500", statistic="2.50"))[0].recomputed


# grim


def test_the_example_of_grim() -> None:
    """Brown and Heathers 2017: 43 whole numbers cannot have the mean 5.27."""
    (found,) = grim.grim(single("5.27", "1.50", 43))
    assert (found.id, found.severity) == ("mini2020.grim.pain-control", "warning")
    assert found.recomputed == "226/43 = 5.26 and 227/43 = 5.28"
    assert grim.grim(single("5.28", "1.50", 43)) == []
    assert grim.grim(single("5.27", "1.50", 43, values="any")) == []
    assert grim.grim(single("5.27", "1.50", 143)) == []  # no power
    assert grim.grim(single("-0.27", "1.50", 43)) != [] == grim.grim(single("-0.28", "1.50", 43))


@pytest.mark.parametrize(
    ("mean", "n", "possible"),
    [
        ("7.22", 38, False), ("4.74", 31, True), ("5.23", 35, True), ("2.57", 30, True), ("6.77", 33, False), ("2.68", 34, True),
        ("7.01", 35, False), ("7.38", 32, True), ("3.14", 33, False), ("6.89", 37, True), ("5.00", 31, True), ("0.24", 34, True),
    ],
)  # fmt: skip
def test_the_flying_pigs_of_scrutiny(mean: str, n: int, possible: bool) -> None:
    """Data set pigs5 of the R package scrutiny (Jung 2024), with the answers of its documentation."""
    assert (grim.grim(single(mean, "3.00", n)) == []) == possible


# grimmer


@pytest.mark.parametrize(
    ("mean", "sd", "n", "possible"),
    [("4.74", "6.55", 31, True), ("5.23", "2.55", 35, False), ("2.57", "2.57", 30, True), ("2.68", "2.59", 34, True),
     ("7.38", "3.65", 32, True), ("6.89", "4.18", 37, True), ("5.00", "2.18", 31, True), ("0.24", "6.43", 34, True)],
)  # fmt: skip
def test_the_flying_pigs_of_scrutiny_have_squares(mean: str, sd: str, n: int, possible: bool) -> None:
    """Data set pigs5 again: of 35 with the sum 183 the squares sum to 1178, which is even, where the sum is odd."""
    assert (grim.grimmer(single(mean, sd, n)) == []) == possible


def test_no_sample_of_whole_numbers_is_called_impossible() -> None:
    for n in (2, 3, 4, 5):
        for sample in combinations_with_replacement(range(-1, 4), n):
            for places in (0, 1, 2):
                assert (
                    all_of(single(f"{fmean(sample):.{places}f}", f"{stdev(sample):.{places}f}", n, range=("-1", "3")))
                    == []
                )


def test_most_that_no_sample_has_is_called_impossible() -> None:
    n, total = 5, 11
    possible = {f"{stdev(x):.2f}" for x in combinations_with_replacement(range(-8, 13), n) if sum(x) == total}
    wrong = [sd for sd in (f"{k / 100:.2f}" for k in range(300)) if sd not in possible]
    found = [sd for sd in wrong if {"grimmer", "sd_range"} & set(all_of(single("2.20", sd, n)))]
    assert len(found) > 0.95 * len(wrong) > 200


def test_a_standard_deviation_with_n_in_the_denominator_is_a_note() -> None:
    sample = [1, 2, 2, 5, 7]
    (found,) = grim.grimmer(single(f"{fmean(sample):.2f}", f"{np.std(sample):.2f}", 5))
    assert found.severity == "note" and "n instead of n - 1" in found.message
    assert grim.sd_range(single("1.5", "0", 10)) == []  # five 1 and five 2 have exactly 0.5
    assert severities(grim.grimmer(single("1.5", "0", 10))) == ["note"]


# debit


@pytest.mark.parametrize(
    ("mean", "sd", "possible"),
    [("0.53", "0.50", True), ("0.44", "0.50", True), ("0.77", "0.42", True), ("0.19", "0.35", False), ("0.34", "0.47", True),
     ("0.93", "0.25", True), ("0.12", "0.33", True)],
)  # fmt: skip
def test_the_binary_pigs_of_scrutiny(mean: str, sd: str, possible: bool) -> None:
    """Data set pigs3 of the R package scrutiny (Jung 2024), all of 1683, with the answers of its documentation."""
    assert (grim.debit(single(mean, sd, 1683, values="binary")) == []) == possible


def test_the_example_of_debit() -> None:
    """The manual of scrutiny: mean 0.35 and standard deviation 0.18 of 20 do not agree (DEBIT, Heathers and Brown 2019)."""
    (found,) = grim.debit(single("0.35", "0.18", 20, values="binary"))
    assert found.severity == "warning" and found.recomputed == "SD 0.49"
    assert all_of(single("0.35", "0.49", 20, values="binary")) == []
    (found,) = grim.debit(single("0.350", "0.477", 20, values="binary"))
    assert found.severity == "note"
    assert all_of(single("0.36", "0.11", 20, values="binary")) == ["grim"]


# sd_range


@pytest.mark.parametrize(
    ("mean", "sd", "row", "words"),
    [
        ("2.50", "-1.20", {}, "is negative"),
        ("2.50", "0.00", {}, "too small"),
        ("2.50", "0.20", {}, "too small"),
        ("2.50", "3.00", {"range": ("0", "5")}, "too large"),
        ("2.50", "3.00", {"range": ("0", "5"), "values": "any"}, "too large"),
        ("5.10", "1.00", {"range": ("0", "5")}, "outside the range"),
        ("1.10", "0.30", {"values": "binary"}, "outside the range"),
    ],
)
def test_impossible_standard_deviations(mean: str, sd: str, row: dict[str, Any], words: str) -> None:
    study = single(mean, sd, 20, **row)
    (found,) = grim.sd_range(study)
    assert found.severity == "warning" and words in found.message
    assert grim.grimmer(study) == [] == grim.debit(study)  # told once


def test_possible_standard_deviations() -> None:
    assert grim.sd_range(single("3.00", "0.00", 20)) == []
    assert grim.sd_range(single("2.50", "0.51", 20)) == []
    assert grim.sd_range(single("2.50", "2.56", 20, range=("0", "5"))) == []  # half at each end
    assert grim.sd_range(single("2.50", "0.00", 20, values="any")) == []
    assert grim.sd_range(single("5.0", "0.0", 20, range=("0", "5"))) == []
    assert grim.sd_range(single("5.04", "0.00", 20, range=("0.0", "5.0"), values="any")) == []  # limits rounded, too
    assert all_of(single("3.0", "1.0", 1)) == []


# simulation and the bundled papers


def test_consistent_means_raise_nothing() -> None:
    rng = np.random.default_rng(1)
    for i in range(200):
        n, m = rng.integers(3, 60, 2).tolist()
        kind = ("whole", "binary", "any")[i % 3]
        high = 1 if kind == "binary" else 7
        samples = [rng.integers(0, high + 1, k) if kind != "any" else rng.normal(5, 2, k) for k in (n, m)]
        if np.ptp(samples[0]) == 0 or np.ptp(samples[1]) == 0:
            continue
        test = stats.ttest_ind(*samples, equal_var=bool(i % 2))
        rows = [
            {"variable": "pain", "arm": arm, "mean": f"{x.mean():.2f}", "sd": f"{x.std(ddof=1):.2f}", "n": len(x), "values": kind,
             **({"range": ("0", f"{high}")} if kind != "any" else {})}
            for arm, x in zip(("control", "drug"), samples, strict=True)
        ]  # fmt: skip
        p = "<0.001" if test.pvalue < 0.0005 else f"{test.pvalue:.3f}"
        study = ministudy(
            (n, m),
            continuous=rows,
            tests=[{"variable": "pain", "test": "t", "p": p, "statistic": f"{test.statistic:.3f}"}],
        )
        checks = (*OF_VALUES, means.t_test, means.t_statistic, statistics.p_of_statistic)
        assert [finding for check in checks for finding in check(study)] == []


def test_chen2025(published: dict[str, Study]) -> None:
    study = published["chen2025"]
    (found,) = means.t_test(study)
    assert (found.id, found.severity) == ("chen2025.t_test.mean-postoperative-chemotherapy-cycles", "note")
    assert "183 and 94 patients" in found.message
    assert len(means.comparisons(study)) == 5 and all_of(study) == [] == means.t_statistic(study)


def test_yan2025(published: dict[str, Study]) -> None:
    study = published["yan2025"]
    assert {f.id.rpartition(".")[2]: f.severity for f in means.t_test(study)} == {
        "mean-serum-vegf-pg-ml": "note",
        "mean-intraoperative-blood-loss-ml": "note",
    }
    assert means.t_statistic(study) == [] and all_of(study) == []
