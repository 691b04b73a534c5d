"""One-sided p values: read as such where the document says so, named and not accused where it does not."""

from collections.abc import Callable
from math import log
from typing import Any

import pytest
from scipy import stats

from crlm_bayes.audits.counts import pinned
from crlm_bayes.audits.finding import Check
from crlm_bayes.audits.means import t_tests
from crlm_bayes.audits.p_values import exact_tests, statistics, tables
from crlm_bayes.audits.p_values.comparison import two_sided
from crlm_bayes.audits.ratios import intervals
from crlm_bayes.audits.survival import hazards
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

type Make = Callable[..., Study]

Z = log(0.78) / (log(0.96 / 0.634) / 2 / 1.95996)
"""Deviate of a hazard ratio of 0.780 (0.634 to 0.960)."""


def ratio(p: str, **more: Any) -> Study:
    row = {"endpoint": "os", "measure": "hr", "value": "0.780", "ci": ["0.634", "0.960"], "numerator": "drug"}
    return ministudy(contrasts=[row | {"denominator": "control", "adjusted": True, "p": p, **more}])


def table(p: str, **more: Any) -> Study:
    """A response of 22 and 33 of 50."""
    counts = [{"endpoint": "orr", "arm": arm, "events": k, "n": 50} for arm, k in (("control", 22), ("drug", 33))]
    return ministudy(counts=counts, tests=[{"endpoint": "orr", "test": "chi2", "p": p, **more}])


def statistic(p: str, **more: Any) -> Study:
    return ministudy(tests=[{"endpoint": "os", "test": "logrank", "statistic": "3.20", "p": p, **more}])


def means(p: str, **more: Any) -> Study:
    rows = [
        {"variable": "age", "arm": arm, "mean": m, "sd": "8.000", "n": 50}
        for arm, m in (("control", "60.000"), ("drug", "63.000"))
    ]
    return ministudy(continuous=rows, tests=[{"variable": "age", "test": "t", "p": p, **more}])


WAYS: list[tuple[Make, Check, float]] = [
    (ratio, intervals.ratio_p, 2 * stats.norm.sf(abs(Z))),
    (table, tables.chi_square, exact_tests.pearson(22, 50, 33, 50)),
    (table, tables.chi_square, 2 * exact_tests.fisher_one_sided(22, 50, 33, 50)),
    (statistic, statistics.p_of_statistic, stats.chi2.sf(3.2, 1)),
    (means, t_tests.t_test, 2 * stats.t.sf(3 / (8 * (2 / 50) ** 0.5), 98)),
]


@pytest.mark.parametrize(("make", "check", "p"), WAYS)
def test_half_is_named_and_not_accused(make: Make, check: Check, p: float) -> None:
    (found,) = check(make(f"{p / 2:.4f}"))
    assert found.severity == "note" and "as if the test were one-sided" in found.message
    (other,) = check(make(f"{p / 5:.4f}"))
    assert other.severity != "note" and "one-sided" not in other.message


@pytest.mark.parametrize(("make", "check", "p"), WAYS)
def test_one_that_is_said_to_be_is_read_so(make: Make, check: Check, p: float) -> None:
    assert check(make(f"{p / 2:.4f}", sided="one")) == []
    assert check(make(f"{1 - p / 2:.4f}", sided="one")) == []  # of a difference on the other side
    (found,) = check(make(f"{p:.4f}", sided="one"))
    assert "one-sided" in found.recomputed and "as if" not in found.message


def test_fishers_tail_is_that_of_scipy() -> None:
    for a, n, b, m in ((22, 50, 33, 50), (3, 12, 9, 11), (0, 20, 4, 20), (7, 7, 7, 7)):
        tails = [stats.fisher_exact([[a, n - a], [b, m - b]], side).pvalue for side in ("less", "greater")]
        assert exact_tests.fisher_one_sided(a, n, b, m) == pytest.approx(min(tails))


def test_a_statistic_beside_it_says_that_a_p_value_is_two_sided() -> None:
    """Half of the p value of the table, but what the printed chi-square gives on two sides: no one-sided test."""
    half = f"{exact_tests.pearson(22, 50, 33, 50) / 2:.3f}"
    assert [f.severity for f in tables.chi_square(table(half))] == ["note"]
    chi2 = stats.chi2.isf(float(half), 1)
    assert [f.severity for f in tables.chi_square(table(half, statistic=f"{chi2:.3f}"))] == ["warning"]


def test_a_statistic_tells_half_from_whole_where_rounded_means_cannot() -> None:
    """Means of 4.6 and 4.8 leave p between 0.045 and 0.534: the t beside a p of 0.035 says that it is one-sided."""
    rows = [
        {"variable": "cycles", "arm": arm, "mean": m, "sd": sd, "n": 142}
        for arm, m, sd in (("control", "4.6", "1.4"), ("drug", "4.8", "1.2"))
    ]
    severities = []
    for more in ({}, {"statistic": "-1.820"}, {"statistic": "-2.116"}):
        test = {"variable": "cycles", "test": "t", "p": "0.035", **more}
        (found,) = t_tests.t_test(ministudy((142, 142), continuous=rows, tests=[test]))
        severities.append(found.severity)
    assert severities == ["warning", "note", "warning"]


def test_a_bound_that_claims_significance_is_no_half() -> None:
    p = exact_tests.pearson(20, 50, 29, 50)
    assert 0.05 < p < 0.1
    counts = [{"endpoint": "orr", "arm": arm, "events": k, "n": 50} for arm, k in (("control", 20), ("drug", 29))]
    study = ministudy(counts=counts, tests=[{"endpoint": "orr", "test": "chi2", "p": "<0.05"}])
    assert [f.severity for f in tables.chi_square(study)] == ["serious"]
    strong = [{"endpoint": "orr", "arm": arm, "events": k, "n": 50} for arm, k in (("control", 15), ("drug", 31))]
    study = ministudy(counts=strong, tests=[{"endpoint": "orr", "test": "chi2", "p": "<0.001"}])
    assert exact_tests.pearson(15, 50, 31, 50) > 0.001
    assert [f.severity for f in tables.chi_square(study)] == ["note"]


@pytest.mark.parametrize(
    ("p", "sided", "low", "high"),
    [("0.030", "two", 0.0295, 0.0305), ("0.030", "one", 0.059, 0.061), ("0.970", "one", 0.059, 0.061), ("0.5", "one", 0.9, 1.0),
     ("<0.01", "one", 0.0, 0.02), (">0.05", "two", 0.05, 1.0)],
)  # fmt: skip
def test_two_sided_p_values_of_a_print(p: str, sided: Any, low: float, high: float) -> None:
    found = two_sided(PrintedNumber.parse(p), sided)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_deviates_of_ratios_and_log_rank_tests_have_as_many_sides() -> None:
    bare = ratio("0.02", sided="one").contrasts[0].model_copy(update={"ci": None})
    assert hazards.printed_z(bare) == pytest.approx(-stats.norm.isf(0.02))
    assert hazards.printed_z(bare.model_copy(update={"sided": "two"})) == pytest.approx(-stats.norm.isf(0.01))


@pytest.mark.parametrize(
    ("p", "sided", "found"), [("0.079", "two", ["note"]), ("0.0397", "two", []), ("0.0397", "one", ["note"])]
)
def test_counts_behind_a_one_sided_p_value(p: str, sided: str, found: list[str]) -> None:
    """57.0% of 217 and 66.7% of 118 are no whole patients; 124 and 79 give p = 0.079 on two sides."""
    counts = [
        {"endpoint": "orr", "arm": arm, "percent": x, "n": n}
        for arm, x, n in (("control", "57.0", 217), ("drug", "66.7", 118))
    ]
    study = ministudy((217, 118), counts=counts, tests=[{"endpoint": "orr", "test": "chi2", "p": p, "sided": sided}])
    assert [f.severity for f in pinned.pinned_counts(study)] == found
