"""What a log-rank statistic can be, given counts: against all orders written out, and in the bundled papers."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from crlm_bayes.audits.p_values import logrank_tests, tables, tabulated
from crlm_bayes.audits.p_values.logrank_range import Orders, logrank_range, orders_of, usual_range
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy

type Pair = tuple[int, int]

COMPLETE = {"complete_follow_up_months": 36, "complete_follow_up_basis": "test"}
SAID = {**COMPLETE, "survival_tests": ["logrank"], "survival_tests_locator": "Methods"}
YAN = {"pfs": [(19, 11), (28, 21), (32, 26)], "os": [(11, 5), (22, 14), (28, 19)]}
"""Events of control and treatment by 12, 24 and 36 months among 38 each."""


def orders(sizes: Pair, *points: Pair) -> Orders:
    return Orders(sizes, tuple((range(a, a + 1), range(b, b + 1)) for a, b in points))


def statistic(path: Sequence[Pair], sizes: Pair) -> float | None:
    """Log-rank statistic of groups of events at one time each (Mantel 1966), written out."""
    at_risk, excess, variance = list(sizes), 0.0, 0.0
    for first, second in path:
        d, n = first + second, sum(at_risk)
        share = at_risk[0] / n
        excess += first - d * share
        variance += d * share * (1 - share) * ((n - d) / (n - 1) if n > 1 else 0.0)
        at_risk = [at_risk[0] - first, at_risk[1] - second]
    return excess**2 / variance if variance > 1e-12 else None


def paths(start: Pair, points: Sequence[Pair], ties: bool) -> Iterator[tuple[Pair, ...]]:
    """Every way from one pair of counts through all others, one event at a time or in groups."""
    if not points:
        yield ()
    elif start == points[0]:
        yield from paths(start, points[1:], ties)
    else:
        for a in range(points[0][0] - start[0] + 1):
            for b in range(points[0][1] - start[1] + 1):
                if a + b == 1 or (ties and a + b > 1):
                    yield from (((a, b), *rest) for rest in paths((start[0] + a, start[1] + b), points, ties))


def brute(sizes: Pair, points: Sequence[Pair], ties: bool) -> tuple[float, float]:
    found = [x for path in paths((0, 0), points, ties) if (x := statistic(path, sizes)) is not None]
    return min(found), max(found)


CASES: list[tuple[Pair, list[Pair]]] = [
    ((5, 6), [(3, 2)]), ((9, 9), [(1, 5)]), ((6, 9), [(2, 1), (4, 4)]), ((12, 12), [(1, 3), (2, 5)]), ((30, 10), [(2, 5)]),
    ((8, 20), [(0, 4), (0, 6)]), ((7, 7), [(2, 2), (5, 4)]),
]  # fmt: skip


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("sizes", "points"), CASES)
def test_the_range_is_that_of_all_orders_written_out(sizes: Pair, points: list[Pair], ties: bool) -> None:
    low, high = brute(sizes, points, ties)
    found = logrank_range(orders(sizes, *points), ties=ties)
    assert found is not None
    assert found.low == pytest.approx(low, rel=1e-9, abs=1e-5) and found.high == pytest.approx(high, rel=1e-9)


def test_a_least_value_near_nothing_is_never_overstated() -> None:
    """Where orders lie on both sides of O = E the least of finitely many is not quite 0; the range says 0."""
    sizes, points = (10, 8), [(5, 4)]
    low, high = brute(sizes, points, ties=False)
    found = logrank_range(orders(sizes, *points))
    assert found is not None and found.low == 0 < low < 1e-4 and found.high == pytest.approx(high)


def test_one_order_and_ties_beyond_it() -> None:
    """Two events, both in the first arm: one order, 2.242; at one time 2.25, outside all orders."""
    found, tied = (logrank_range(orders((5, 5), (2, 0)), ties=ties) for ties in (False, True))
    assert found is not None and tied is not None
    assert found.low == pytest.approx(2.24223602) and found.high == pytest.approx(2.24223602)
    assert tied.low <= 2.24223602 and tied.high >= 2.25 - 1e-9 and tied.high < 2.27


def test_numbers_left_open_are_all_tried() -> None:
    open_ = logrank_range(Orders((12, 12), ((range(1, 3), range(3, 4)), (range(4, 6), range(5, 7)))))
    each = [logrank_range(orders((12, 12), (a, 3), (b, c))) for a in (1, 2) for b in (4, 5) for c in (5, 6)]
    assert open_ is not None
    assert open_.low == pytest.approx(min(x.low for x in each if x))
    assert open_.high == pytest.approx(max(x.high for x in each if x))


@pytest.mark.parametrize("points", [[(0, 0)], [(3, 2), (2, 4)]])
def test_no_event_and_no_path_have_no_statistic(points: list[Pair]) -> None:
    assert logrank_range(orders((9, 9), *points)) is None
    assert logrank_range(orders((500, 500), (200, 150)), ties=True) is None  # too many to try every tie


def test_arms_swap() -> None:
    one, other = logrank_range(orders((20, 31), (4, 9), (8, 15))), logrank_range(orders((31, 20), (9, 4), (15, 8)))
    assert one is not None and other is not None
    assert (one.low, one.high) == pytest.approx((other.low, other.high))


@pytest.mark.parametrize(
    ("endpoint", "landmark", "given", "alone"),
    [
        ("pfs", 1, (1.51, 6.49), (1.51, 6.49)), ("pfs", 2, (1.05, 8.00), (0, 12.89)), ("pfs", 3, (1.07, 8.74), (0, 21.07)),
        ("os", 1, (2.17, 3.57), (2.17, 3.57)), ("os", 2, (2.12, 5.95), (0.84, 7.89)), ("os", 3, (2.86, 8.05), (0.30, 15.14)),
    ],
)  # fmt: skip
def test_yan_2025(endpoint: str, landmark: int, given: Pair, alone: Pair) -> None:
    for points, expected in ((YAN[endpoint][:landmark], given), (YAN[endpoint][landmark - 1 : landmark], alone)):
        found = logrank_range(orders((38, 38), *points))
        assert found is not None and (found.low, found.high) == pytest.approx(expected, abs=0.006)


def test_random_orders() -> None:
    """Central 95% of the statistics of every order of 3 and 4 events, each as likely."""
    sizes, points = (12, 15), [(3, 4)]
    every = [x for path in paths((0, 0), points, ties=False) if (x := statistic(path, sizes)) is not None]
    found = usual_range(orders(sizes, *points))
    assert len(every) == 35 and found is not None
    below = np.mean([x < found.low - 1e-9 for x in every]), np.mean([x > found.high + 1e-9 for x in every])
    assert max(below) <= 0.025 + 1e-9
    # 20,000 draws: the quantile of so few values is one of them, or lies between two
    assert min(abs(found.low - x) for x in every) < 0.05
    assert usual_range(Orders((9, 9), ((range(1, 3), range(2, 3)),))) is None


# in a study


def curve(*alive: Pair, percent: bool = False) -> list[dict[str, Any]]:
    rows = []
    for months, pair in zip(("12", "24", "36"), alive, strict=False):
        for arm, k in zip(("control", "drug"), pair, strict=True):
            print_ = {"percent": f"{100 * k / 38:.1f}"} if percent else {"alive": k}
            rows.append({"endpoint": "os", "arm": arm, "months": months, **print_})
    return rows


def printed(p: str, head: dict[str, Any], test: str = "chi2", months: str = "12", **more: Any) -> Study:
    rows = curve((27, 33), (16, 24), (10, 19), percent=more.pop("percent", False))
    tests = [{"endpoint": "os", "test": test, "months": months, "p": p, **more}]
    return ministudy((38, 38), head=head, survival=rows, tests=tests)


@pytest.mark.parametrize("percent", [False, True])
@pytest.mark.parametrize(
    ("p", "months", "head", "found"),
    [
        ("0.047 of 3.927", "12", SAID, ["serious"]),
        ("0.047", "12", SAID, ["note"]),  # half of a p value that some order gives: one-sided, or wrong
        ("0.022", "12", SAID, ["serious"]),
        ("0.047 of 3.927", "12", COMPLETE, ["serious"]),
        ("0.070", "12", SAID, []),  # 3.28
        ("0.070", "12", COMPLETE, ["warning"]),  # Pearson's p is 0.091
        ("0.040", "24", SAID, []),
        ("0.040", "24", COMPLETE, ["serious"]),
        ("0.055", "12", SAID, []),  # only with ties
        ("0.055", "12", {**SAID, "complete_follow_up_months": 6}, []),  # censored before: nothing is known
    ],
)
def test_an_unnamed_test_is_held_against_both(
    p: str, months: str, head: dict[str, Any], found: list[str], percent: bool
) -> None:
    p, _, statistic = p.partition(" of ")
    study = printed(p, head, months=months, percent=percent, **({"statistic": statistic} if statistic else {}))
    assert [f.severity for f in tables.chi_square(study)] == found


def test_a_log_rank_test_is_held_against_all_orders_alone() -> None:
    (finding,) = logrank_tests.logrank_range(printed("0.022", COMPLETE, "logrank"))
    assert finding.severity == "serious" and "11 of 38 v 5 of 38" in finding.message
    assert logrank_tests.logrank_range(printed("0.090", COMPLETE, "logrank")) == []
    assert logrank_tests.logrank_range(printed("0.022", {}, "logrank")) == []  # censoring unknown
    assert tables.chi_square(printed("0.022", COMPLETE, "logrank")) == []
    (of_statistic,) = logrank_tests.logrank_range(printed("0.090", COMPLETE, "logrank", statistic="4.90"))
    assert of_statistic.severity == "warning" and "log-rank statistic = 4.90" in of_statistic.message


def test_one_print_under_two_names_is_told_once() -> None:
    study = printed("0.047", SAID)
    both = study.model_copy(update={"tests": (study.tests[0], study.tests[0].model_copy(update={"test": "logrank"}))})
    assert len(tables.chi_square(both)) == 1 and logrank_tests.logrank_range(both) == []


def test_an_unusual_order_is_a_note() -> None:
    (found,) = logrank_tests.logrank_order(printed("0.135", SAID, "logrank"))  # 2.24, of 2.17 to 3.57
    assert found.severity == "note" and "unusual order" in found.message
    assert logrank_tests.logrank_order(printed("0.090", SAID, "logrank")) == []
    assert logrank_tests.logrank_order(printed("0.091", SAID)) == []  # Pearson's
    assert logrank_tests.logrank_order(printed("0.022", SAID, "logrank")) == []  # impossible, and told so


def test_more_than_two_arms_and_missing_points_are_left_alone() -> None:
    study = printed("0.047", SAID)
    (test,) = study.tests
    assert orders_of(study.model_copy(update={"arms": (*study.arms, study.arms[0])}), test) is None
    assert orders_of(study.model_copy(update={"survival": study.survival[1:]}), test) is None
    later = study.survival[4:]
    assert orders_of(study.model_copy(update={"survival": later}), test) is None
    at_36 = test.model_copy(update={"months": later[0].months})
    found = orders_of(study.model_copy(update={"survival": (study.survival[0], *later)}), at_36)
    assert found is not None and found.points[0] == (range(11, 12), range(20))  # an open count in one arm


def test_bundled_papers(published: dict[str, Study]) -> None:
    """Of the ten chi-squares that Yan 2025 prints as significant five are impossible by every test; of survival one."""
    yan = [f for f in tables.chi_square(published["yan2025"]) if f.severity == "serious"]
    assert [f.id.rpartition(".")[2] for f in yan] == [
        "orr", "dcr", "os-at-12-months", "ae:hypertension", "recurrence:intrahepatic",
    ]  # fmt: skip
    assert tables.chi_square(published["chen2025"]) == []
    for name in ("yan2025", "chen2025"):
        study = published[name]
        assert logrank_tests.logrank_range(study) == [] == logrank_tests.logrank_order(study)
    variants = {
        (t.test.endpoint, str(t.test.months)): t.statistics
        for t in tables.tabulations(published["yan2025"])
        if t.orders
    }
    assert len(variants) == 6
    assert tabulated.TIED in variants["os", "12"]
    assert all(tabulated.TIED not in found for key, found in variants.items() if key != ("os", "12"))
