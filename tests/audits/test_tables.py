"""Tables and statistics: p values against scipy, worked examples, what is defensible, and the bundled papers."""

from collections.abc import Callable
from itertools import product
from math import comb, isclose

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.audits.finding import Finding
from crlm_bayes.audits.p_values import exact_tests as exact
from crlm_bayes.audits.p_values import statistics, tables, tabulated
from crlm_bayes.documents.printed.rounding import Range
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

ONE_MEAN = {"variable": "age", "arm": "drug", "mean": "60", "sd": "8", "n": 15}
THREE = {
    "arms": [
        {"id": "control", "role": "control", "label": "Control", "n": 40},
        {"id": "low", "role": "treatment", "label": "Low dose", "n": 40},
        {"id": "high", "role": "other", "label": "High dose", "n": 40},
    ]
}


def counted(a: int, n: int, b: int, m: int, **test: str) -> Study:
    """One endpoint with counts in both arms and a test."""
    rows = [
        {"endpoint": "orr", "arm": arm, "events": k, "n": size} for arm, k, size in (("control", a, n), ("drug", b, m))
    ]
    return ministudy((n, m), counts=rows, tests=[{"endpoint": "orr", "test": "chi2", **test}])


def categories(*table: tuple[str, int, int], n: tuple[int, int] = (50, 50), **test: str) -> Study:
    """One baseline variable with its categories in both arms and a test."""
    rows = [
        {"variable": "stage", "category": name, "arm": arm, "events": k, "n": size}
        for name, *counts in table
        for arm, k, size in zip(("control", "drug"), counts, n, strict=True)
    ]
    return ministudy(n, baseline=rows, tests=[{"variable": "stage", "test": "chi2", **test}])


def severities(findings: list[Finding]) -> list[str]:
    return [finding.severity for finding in findings]


def printed_p(p: float) -> str:
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


# p values


def test_p_values_are_those_of_scipy() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        n, m = rng.integers(1, 300, 2).tolist()
        a, b = int(rng.integers(0, n + 1)), int(rng.integers(0, m + 1))
        table = [[a, n - a], [b, m - b]]
        assert isclose(exact.fisher(a, n, b, m), stats.fisher_exact(table).pvalue, abs_tol=1e-9)
        if not 0 < a + b < n + m:
            continue
        plain = stats.chi2_contingency(table, correction=False)
        ratio = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert isclose(exact.pearson(a, n, b, m), plain.pvalue, abs_tol=1e-9)
        assert isclose(exact.pearson_statistic(a, n, b, m), plain.statistic, abs_tol=1e-9)
        assert isclose(exact.yates(a, n, b, m), stats.chi2_contingency(table).pvalue, abs_tol=1e-9)
        assert isclose(exact.likelihood_ratio(a, n, b, m), ratio.pvalue, abs_tol=1e-9)
        total = n + m
        assert isclose(
            exact.n_minus_1(a, n, b, m), stats.chi2.sf(plain.statistic * (total - 1) / total, 1), abs_tol=1e-9
        )


def test_larger_tables_are_those_of_scipy() -> None:
    rng = np.random.default_rng(2)
    for _ in range(100):
        table = rng.integers(1, 40, (int(rng.integers(2, 4)), int(rng.integers(2, 6)))).tolist()
        plain = stats.chi2_contingency(table, correction=False)
        found = exact.pearson_table(table)
        assert (found.df, isclose(found.p, plain.pvalue, abs_tol=1e-9)) == (plain.dof, True)
        ratio = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert isclose(exact.likelihood_ratio_table(table).statistic, ratio.statistic, abs_tol=1e-9)
        assert isclose(exact.least_expected(table), plain.expected_freq.min())


def test_freeman_halton_sums_all_tables() -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        table = rng.integers(0, 7, (3, 2))
        sizes, events = table.sum(axis=1).tolist(), int(table[:, 0].sum())
        weights = [
            np.prod([comb(n, k) for n, k in zip(sizes, ks, strict=True)], dtype=object)
            for ks in product(*(range(n + 1) for n in sizes))
            if sum(ks) == events
        ]
        observed = np.prod([comb(n, int(k)) for n, k in zip(sizes, table[:, 0], strict=True)], dtype=object)
        expected = sum(w for w in weights if w <= observed) / sum(weights)
        assert isclose(exact.freeman_halton(table.tolist()) or 0.0, expected, abs_tol=1e-9)
        assert isclose(exact.freeman_halton(table.T.tolist()) or 0.0, expected, abs_tol=1e-9)


def test_of_two_rows_and_two_columns_freeman_halton_is_fisher() -> None:
    assert isclose(exact.freeman_halton([[3, 7], [9, 2]]) or 0.0, exact.fisher(3, 10, 9, 11), abs_tol=1e-12)
    assert exact.freeman_halton([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) is None
    assert exact.freeman_halton([[90, 90]] * 6) is None


def test_linear_trend_is_the_correlation_of_arm_and_score() -> None:
    table = [[5, 9, 16], [12, 10, 8]]
    arm = np.repeat([0, 1], [30, 30])
    score = np.concatenate([np.repeat([0, 1, 2], row) for row in table])
    assert isclose(exact.linear_trend(table).statistic, 59 * np.corrcoef(arm, score)[0, 1] ** 2)
    assert exact.linear_trend([[30, 0], [30, 0]]).p == 1


@pytest.mark.parametrize("compute", [exact.pearson, exact.yates, exact.fisher, exact.n_minus_1, exact.likelihood_ratio])
@pytest.mark.parametrize("table", [(0, 10, 0, 12), (10, 10, 12, 12), (0, 1, 0, 1)])
def test_an_empty_row_or_column_gives_one(compute: Callable[..., float], table: tuple[int, int, int, int]) -> None:
    assert compute(*table) == 1


def test_degenerate_and_huge_tables() -> None:
    assert exact.pearson_table([[0, 0], [0, 0]]) == (0, 0, 1)
    assert exact.pearson_table([[5, 0, 3], [4, 0, 2]]) == exact.pearson_table([[5, 3], [4, 2]])
    assert exact.freeman_halton([[5, 0], [4, 0]]) == 1
    assert exact.fisher(0, 10**6, 5 * 10**5, 10**6) == 0
    assert isclose(exact.fisher(10**8, 10**9, 10**8 + 5000, 10**9), 0.7094, abs_tol=1e-3)


def test_the_lady_tasting_tea() -> None:
    """Fisher 1935: 3 of 4 cups against 1 of 4 gives 34/70 on both sides; all 4 right gives 2/70."""
    assert isclose(exact.fisher(3, 4, 1, 4), 34 / 70)
    assert isclose(exact.fisher(4, 4, 0, 4), 2 / 70)


# chi_square


@pytest.mark.parametrize("p", ["0.060", "0.100", "0.062", "0.059", ">0.05", "0.06"])
def test_every_defensible_test_is_accepted(p: str) -> None:
    assert tables.chi_square(counted(19, 38, 27, 38, p=p)) == []


def test_significance_that_the_counts_do_not_give_is_serious() -> None:
    (found,) = tables.chi_square(counted(19, 38, 27, 38, p="0.044", statistic="4.063"))
    assert (found.id, found.severity) == ("mini2020.chi_square.orr", "serious")
    assert found.entries == ("counts/orr/control", "counts/orr/drug", "tests/orr/chi2")
    assert found.locators == ("Table counts", "Table counts", "Table tests")
    assert "the printed counts 19/38 v 27/38" in found.message and found.message.endswith(".")
    assert "Pearson chi-square 3.525" in found.recomputed
    assert tables.chi_square_statistic(counted(19, 38, 27, 38, p="0.044", statistic="4.063")) == []


def test_the_same_side_is_a_warning_and_a_near_miss_a_note() -> None:
    assert severities(tables.chi_square(counted(19, 38, 20, 38, p="0.300"))) == ["warning"]
    assert severities(tables.chi_square(counted(6, 38, 5, 38, p="0.738"))) == ["note"]


def test_bounds_and_empty_tables() -> None:
    assert tables.chi_square(counted(2, 50, 30, 50, p="<0.001")) == []
    assert severities(tables.chi_square(counted(19, 38, 20, 38, p="<0.001"))) == ["serious"]
    assert tables.chi_square(counted(0, 50, 0, 50, p="1.000")) == []
    assert tables.chi_square(counted(0, 50, 0, 50, p=">0.999")) == []


def test_an_exact_test_has_fisher_first() -> None:
    rows = [{"endpoint": "orr", "arm": arm, "events": k, "n": 20} for arm, k in (("control", 1), ("drug", 7))]
    study = ministudy((20, 20), counts=rows, tests=[{"endpoint": "orr", "test": "exact", "p": "0.044"}])
    (comparison,) = tables.comparisons(study)
    assert [variant.name for variant in comparison.variants][:2] == [tabulated.FISHER, tabulated.PEARSON]
    assert comparison.subject == "the exact test of orr" and comparison.agrees


def test_percentages_leave_counts_open() -> None:
    rows = [{"endpoint": "orr", "arm": arm, "n": 300, "percent": x} for arm, x in (("control", "40"), ("drug", "48"))]
    study = ministudy((300, 300), counts=rows, tests=[{"endpoint": "orr", "test": "chi2", "p": "0.049"}])
    (comparison,) = tables.comparisons(study)
    low, high = exact.pearson(119, 300, 145, 300), exact.pearson(121, 300, 143, 300)
    assert comparison.variants[0].p == Range(low, high)
    assert comparison.basis == "any counts that print 40% v 48%, 119 to 121/300 v 143 to 145/300"
    assert comparison.agrees


def test_open_counts_that_may_be_equal_allow_any_large_p() -> None:
    rows = [{"endpoint": "orr", "arm": arm, "n": 3000, "percent": x} for arm, x in (("control", "40"), ("drug", "41"))]
    (comparison,) = tables.comparisons(
        ministudy((3000, 3000), counts=rows, tests=[{"endpoint": "orr", "test": "chi2", "p": "1.000"}])
    )
    assert comparison.agrees
    rows[1]["percent"] = "43"
    (comparison,) = tables.comparisons(
        ministudy((3000, 3000), counts=rows, tests=[{"endpoint": "orr", "test": "chi2", "p": "1.000"}])
    )
    low, high = exact.pearson(1185, 3000, 1305, 3000), exact.pearson(1215, 3000, 1275, 3000)
    assert comparison.variants[0].p == Range(low, high)  # thinned, but the corners are there
    assert not comparison.agrees


def test_thinned_counts_still_allow_equal_shares() -> None:
    rows = [{"endpoint": "orr", "arm": arm, "n": n, "percent": "40"} for arm, n in (("control", 3000), ("drug", 2900))]
    tests = [{"endpoint": "orr", "test": "chi2", "p": "1.000", "statistic": "0.00000"}]
    study = ministudy((3000, 2900), counts=rows, tests=tests)
    assert tables.comparisons(study)[0].variants[0].p.high == 1
    assert tables.chi_square_statistic(study) == []


def test_a_percentage_of_no_whole_patients_and_one_arm_are_left_alone() -> None:
    rows = [
        {"endpoint": "orr", "arm": "control", "n": 38, "percent": "46.7"},
        {"endpoint": "orr", "arm": "drug", "events": 20, "n": 38},
    ]
    test = {"endpoint": "orr", "test": "chi2", "p": "0.001"}
    assert tables.comparisons(ministudy((38, 38), counts=rows, tests=[test])) == []
    assert tables.comparisons(ministudy((38, 38), counts=rows[1:], tests=[test])) == []
    centre = [{"name": "A", "n": 76}]
    split = [{**row, "events": 3, "centre": "A"} for row in rows]
    assert tables.comparisons(ministudy((38, 38), centres=centre, counts=split, tests=[test])) == []


def survival(
    percents: tuple[str, str], p: str, alive: tuple[int, int] | None = None, complete: float | None = None
) -> Study:
    rows = [
        {"endpoint": "os", "arm": arm, "months": "36", "percent": x, **({"alive": alive[i]} if alive else {})}
        for i, (arm, x) in enumerate(zip(("control", "drug"), percents, strict=True))
    ]
    head = {"complete_follow_up_months": complete, "complete_follow_up_basis": "stated"} if complete else None
    return ministudy(
        (50, 50), head, survival=rows, tests=[{"endpoint": "os", "test": "chi2", "months": "36.0", "p": p}]
    )


def test_survival_is_a_share_only_with_survivors_or_complete_follow_up() -> None:
    assert tables.comparisons(survival(("40.0", "60.0"), "0.001")) == []
    assert tables.comparisons(survival(("40.0", "60.0"), "0.001", complete=24.0)) == []
    assert severities(tables.chi_square(survival(("40.0", "50.0"), "0.010", complete=36.0))) == ["serious"]
    (found,) = tables.chi_square(survival(("40.0", "50.0"), "0.010", alive=(20, 25)))
    assert found.id == "mini2020.chi_square.os-at-36.0-months"
    assert "the printed counts 20/50 v 25/50" in found.message
    assert tables.chi_square(survival(("40.0", "60.0"), "0.046", complete=36.0)) == []


def test_three_arms_are_compared_at_once_or_in_pairs() -> None:
    rows = [
        {"endpoint": "orr", "arm": arm, "events": k, "n": 40} for arm, k in (("control", 8), ("low", 15), ("high", 20))
    ]

    def study(p: str) -> Study:
        return ministudy(head=THREE, counts=rows, tests=[{"endpoint": "orr", "test": "chi2", "p": p}])

    together, pair = exact.pearson_table([[8, 32], [15, 25], [20, 20]]).p, exact.fisher(8, 40, 20, 40)
    assert tables.chi_square(study(f"{together:.3f}")) == [] == tables.chi_square(study(f"{pair:.3f}"))
    assert severities(tables.chi_square(study("0.200"))) == ["warning"]


def test_categories_make_a_table() -> None:
    table = (("I", 10, 15), ("II", 15, 20), ("III", 25, 15))
    p = stats.chi2_contingency([[10, 15, 25], [15, 20, 15]]).pvalue
    (comparison,) = tables.comparisons(categories(*table, p=f"{p:.3f}"))
    assert comparison.agrees and comparison.basis == "the printed counts 10, 15, 25 v 15, 20, 15"
    assert [variant.name for variant in comparison.variants] == [tabulated.PEARSON, tabulated.RATIO, tabulated.TREND]
    (found,) = tables.chi_square(categories(*table, p="0.010"))
    assert found.severity == "serious"
    assert len(found.entries) == 7


def test_a_single_category_is_compared_with_all_others() -> None:
    (comparison,) = tables.comparisons(categories(("yes", 20, 30), p="0.046"))
    assert comparison.agrees and comparison.basis == "the printed counts 20/50 v 30/50"


def test_categories_that_miss_patients_or_an_arm_are_left_alone() -> None:
    assert tables.comparisons(categories(("I", 10, 15), ("II", 15, 20), p="0.001")) == []
    study = categories(("I", 10, 15), ("II", 40, 35), p="0.001")
    rows = [row.model_dump(exclude_none=True) for row in study.baseline]
    tests = [{"variable": "stage", "test": "chi2", "p": "0.001"}]
    assert tables.comparisons(ministudy(baseline=rows[:3], tests=tests)) == []
    assert tables.comparisons(ministudy(baseline=rows, tests=tests)) != []


def test_a_sparse_table_may_have_been_tested_exactly() -> None:
    table = (("I", 0, 5), ("II", 2, 1), ("III", 18, 14))
    p = exact.freeman_halton([[0, 2, 18], [5, 1, 14]])
    assert p is not None
    study = categories(*table, n=(20, 20), p=f"{p:.3f}")
    assert p < 0.05 < exact.pearson_table([[0, 2, 18], [5, 1, 14]]).p
    assert tables.chi_square(study) == []


def test_tests_of_one_name_are_told_apart() -> None:
    """Two tests of three arms differ in what they compare."""
    test = {"endpoint": "orr", "test": "chi2", "p": "0.001"}
    rows = [
        {"endpoint": "orr", "arm": arm, "events": k, "n": 40} for arm, k in (("control", 20), ("low", 21), ("high", 20))
    ]
    pairs = [{**test, "between": ["control", arm], "locator": f"Table {arm}"} for arm in ("low", "high")]
    study = ministudy(head=THREE, counts=rows, tests=pairs)
    assert [found.id for found in tables.chi_square(study)] == [
        "mini2020.chi_square.orr",
        "mini2020.chi_square.orr-table-high",
    ]
    assert [name for name, _ in study.entries() if name.startswith("tests")] == [
        "tests/orr/chi2/control-v-low", "tests/orr/chi2/control-v-high",
    ]  # fmt: skip


def test_chi_square_statistic() -> None:
    assert tables.chi_square_statistic(counted(19, 38, 27, 38, p="0.060", statistic="3.525")) == []
    assert tables.chi_square_statistic(counted(19, 38, 27, 38, statistic="3.48")) == []  # N - 1
    assert severities(tables.chi_square_statistic(counted(19, 38, 27, 38, p="0.060", statistic="4.063"))) == ["warning"]
    (found,) = tables.chi_square_statistic(counted(19, 38, 27, 38, statistic="3.60"))
    assert found.severity == "note" and found.entries == ("counts/orr/control", "counts/orr/drug", "tests/orr/chi2")


def test_consistent_tables_raise_nothing() -> None:
    rng = np.random.default_rng(4)
    computed = [*tabulated.P_VALUES.values()]
    for i in range(200):
        n, m = rng.integers(5, 150, 2).tolist()
        a, b = int(rng.binomial(n, rng.uniform(0, 1))), int(rng.binomial(m, rng.uniform(0, 1)))
        p = printed_p(computed[i % 5](a, n, b, m))
        study = counted(a, n, b, m, p=p, statistic=f"{exact.pearson_statistic(a, n, b, m):.2f}")
        assert tables.chi_square(study) == [] == tables.chi_square_statistic(study)
        percents = [{"endpoint": "orr", "arm": "control", "n": n, "percent": f"{100 * a / n:.{i % 3}f}"}]
        percents += [{"endpoint": "orr", "arm": "drug", "n": m, "percent": f"{100 * b / m:.{i % 3}f}"}]
        study = ministudy((n, m), counts=percents, tests=[{"endpoint": "orr", "test": "chi2", "p": p}])
        assert tables.chi_square(study) == []
        assert len(tables.comparisons(study)) == 1


# p_of_statistic


def stage(n: tuple[int, int] = (50, 50), **test: str) -> Study:
    """A test of a variable whose categories are not printed."""
    return ministudy(
        n, tests=[{"variable": "stage", "test": "chi2", **test}], continuous=[{**ONE_MEAN, "variable": "stage"}]
    )


def means(n: tuple[int, int], **test: str) -> Study:
    rows = [
        {"variable": "age", "arm": arm, "mean": "1.0", "sd": "1.0", "n": k}
        for arm, k in zip(("control", "drug"), n, strict=True)
    ]
    return ministudy(n, continuous=rows, tests=[{"variable": "age", "test": "t", **test}])


def test_p_values_of_textbook_statistics() -> None:
    assert isclose(statistics.p_of_t(2.20, 28), 0.0362, abs_tol=5e-5)
    assert isclose(exact.p_of_chi2(3.841), 0.05, abs_tol=5e-5)
    assert isclose(exact.p_of_chi2(5.991, 2), 0.05, abs_tol=5e-5)
    assert isclose(statistics.p_of_z(1.96), 0.05, abs_tol=5e-5)


def test_t_with_its_degrees_of_freedom() -> None:
    assert statistics.p_of_statistic(means((15, 15), statistic="2.20", p="0.036")) == []
    assert statistics.p_of_statistic(means((15, 15), statistic="-2.20", p="0.036")) == []
    assert severities(statistics.p_of_statistic(means((15, 15), statistic="2.20", p="0.030"))) == ["warning"]


def test_the_example_of_statcheck_is_serious() -> None:
    """The manual of statcheck (Nuijten 2016): t(100) = 1, p < 0.001 is a decision error."""
    (found,) = statistics.p_of_statistic(means((51, 51), statistic="1", p="<0.001"))
    assert (found.id, found.severity) == ("mini2020.p_of_statistic.mean-age", "serious")
    assert found.entries == ("tests/age/t",)


def test_without_means_t_has_the_patients_of_the_arms() -> None:
    def found(test: str) -> list[bool]:
        tests = [{"variable": "age", "test": test, "statistic": "2.20", "p": "0.036"}]
        study = ministudy((15, 15), tests=tests, continuous=[ONE_MEAN])
        return [c.agrees for c in statistics.comparisons(study)]

    assert found("t") == [True] and found("exact") == []


def test_a_chi_square_has_the_degrees_of_its_categories() -> None:
    def study(p: str, *table: tuple[str, int, int]) -> Study:
        return categories(*table, statistic="0.419", p=p)

    two, three = (("I", 25, 20), ("II", 25, 30)), (("I", 25, 20), ("II", 15, 20), ("III", 10, 10))
    assert statistics.p_of_statistic(study("0.517", *two)) == []
    assert statistics.p_of_statistic(study("0.811", *three)) == []
    assert severities(statistics.p_of_statistic(study("0.517", *three))) == ["note"]
    (found,) = statistics.p_of_statistic(study("0.811", *two))
    assert found.severity == "note" and "with 2 degrees of freedom, not with the 1" in found.message
    assert severities(statistics.p_of_statistic(study("0.300", *two))) == ["warning"]


def test_three_arms_have_two_degrees_of_freedom_or_one() -> None:
    rows = [{"endpoint": "orr", "arm": arm, "events": 9, "n": 40} for arm in ("control", "low", "high")]
    for p in ("0.050", "0.147"):
        tests = [{"endpoint": "orr", "test": "chi2", "statistic": "3.84", "p": p}]
        assert statistics.p_of_statistic(ministudy(head=THREE, counts=rows, tests=tests)) == []


def test_unknown_categories_may_be_up_to_four() -> None:
    for p in ("0.050", "0.147", "0.279"):
        assert statistics.p_of_statistic(stage(statistic="3.84", p=p)) == []
    assert severities(statistics.p_of_statistic(stage(statistic="3.84", p="0.010"))) == ["warning"]


def test_other_degrees_that_change_sides_are_a_warning() -> None:
    study = categories(("I", 25, 20), ("II", 25, 30), statistic="4.50", p="0.105")
    assert severities(statistics.p_of_statistic(study)) == ["warning"]


def test_a_one_sided_p_is_a_note() -> None:
    (found,) = statistics.p_of_statistic(counted(19, 38, 27, 38, statistic="3.525", p="0.030"))
    assert found.severity == "note" and "one-sided" in found.message
    assert severities(statistics.p_of_statistic(counted(19, 38, 27, 38, statistic="3.525", p="0.020"))) == ["serious"]


def test_wald_and_logrank_may_be_chi_squares_or_deviates() -> None:
    for kind in ("wald", "logrank"):
        for statistic, p in (("3.84", "0.050"), ("1.96", "0.050"), ("-1.96", "0.050")):
            study = ministudy(tests=[{"endpoint": "os", "test": kind, "statistic": statistic, "p": p}])
            assert statistics.p_of_statistic(study) == []
        study = ministudy(tests=[{"endpoint": "os", "test": kind, "statistic": "2.71", "p": "0.010"}])
        assert severities(statistics.p_of_statistic(study)) == ["warning"]


def test_tests_of_one_endpoint_have_names_of_their_own() -> None:
    rows = [{"endpoint": "os", "test": kind, "statistic": "9.00", "p": "0.900"} for kind in ("chi2", "logrank", "wald")]
    ids = [found.id.rpartition(".")[2] for found in statistics.p_of_statistic(ministudy(tests=rows))]
    assert ids == ["os", "the-log-rank-test-of-os", "the-wald-test-of-os"]


def test_degrees_of_welch_enclose_all_standard_deviations() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        n, m = rng.integers(2, 60, 2).tolist()
        a, c = rng.uniform(0, 3, 2)
        b, d = a + rng.uniform(0, 1), c + rng.uniform(0, 1)
        found = statistics.welch_degrees((Range(a, b), Range(c, d)), (n, m))
        v, w = rng.uniform(a, b, 100) ** 2 / n, rng.uniform(c, d, 100) ** 2 / m
        df = (v + w) ** 2 / (v**2 / (n - 1) + w**2 / (m - 1))
        assert found.low - 1e-9 <= df.min() <= df.max() <= found.high + 1e-9


# the bundled papers


def test_chen2025(published: dict[str, Study]) -> None:
    study = published["chen2025"]
    assert tables.chi_square(study) == []
    assert tables.chi_square_statistic(study) == [] == statistics.p_of_statistic(study)
    by_subject = {c.subject: c for c in tables.comparisons(study)}
    assert by_subject["orr"].nearest.name == tabulated.PEARSON
    assert by_subject["os at 12 months"].nearest.name == tabulated.CORRECTED
    assert "os at 36 months" not in by_subject  # no whole number prints 57.0% of 217


def test_yan2025(published: dict[str, Study]) -> None:
    study = published["yan2025"]
    found = {f.id.removeprefix("yan2025.chi_square."): f.severity for f in tables.chi_square(study)}
    assert [name for name, severity in found.items() if severity == "serious"] == [
        "orr",
        "dcr",
        "os-at-12-months",
        "ae:hypertension",
        "recurrence:intrahepatic",
    ]
    assert [name for name in found if "months" in name] == ["os-at-12-months"]
    subjects = [f.id.rpartition(".")[2] for f in statistics.p_of_statistic(study)]
    assert subjects == ["pathological-differentiation", "os-at-12-months", "recurrence:intrahepatic"]
