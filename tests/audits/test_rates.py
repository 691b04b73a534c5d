"""The audit is known to be right: nothing but notes on consistent papers, and slips of every kind are found."""

import math

import numpy as np
import pytest
from scipy import stats

from makers.papers.altered_papers import KINDS
from makers.papers.audit_rates import Pool, alarm_table, alarms, rate_of
from makers.papers.paper_printing import Document, Kind
from makers.papers.paper_statistics import Curve, cox, fisher, log_rank, pearson, t_test
from makers.papers.simulated_papers import simulate_paper, study_of

FEW = 8
PAPERS, SHARE = 1000, 125
"""Consistent papers, and how many of them one test takes."""

SLIPS = 300
"""Of each kind in the full run: the standard error of a rate of 95% is then 1.3%."""

REQUIRED = 0.95
OWN_CHECKS = {
    "impossible_log_rank": "logrank_range", "hazard_jump": "hazard_jump", "short_follow_up": "follow_up",
}  # fmt: skip
"""Slips that other checks may report as well, and the check that must."""


@pytest.fixture(scope="module")
def pool() -> Pool:
    """Sixty consistent papers."""
    return Pool(60, seed=11)


@pytest.fixture(scope="module")
def full_pool() -> Pool:
    """A thousand consistent papers."""
    return Pool(PAPERS, seed=2)


# the statistics that the simulated papers print, against SciPy


def test_tests_of_counts_are_those_of_scipy() -> None:
    table = np.array([[16, 22], [24, 14]], float)
    assert pearson(table)[:2] == pytest.approx(stats.chi2_contingency(table, correction=False)[:2])
    assert pearson(table, yates=True)[:2] == pytest.approx(stats.chi2_contingency(table)[:2])
    assert fisher(table).p == pytest.approx(stats.fisher_exact(table)[1])
    wide = np.array([[5, 9], [30, 12], [7, 7]], float)
    assert pearson(wide)[:2] == pytest.approx(stats.chi2_contingency(wide)[:2])


def test_t_tests_are_those_of_scipy() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=30), rng.normal(0.3, 2, size=41)
    for welch in (True, False):
        result = stats.ttest_ind(a, b, equal_var=not welch)
        assert t_test(a, b, welch)[:2] == pytest.approx((result.statistic, result.pvalue))


def test_survival_statistics_are_those_of_scipy_and_of_the_partial_likelihood() -> None:
    rng = np.random.default_rng(2)
    group = rng.integers(0, 2, 150)
    time, censored = rng.exponential(20 / (1 + group)), rng.uniform(5, 60, 150)
    event, seen = time <= censored, np.minimum(time, censored)
    data = [stats.CensoredData.right_censored(seen[group == g], ~event[group == g]) for g in (0, 1)]
    assert log_rank(seen, event, group).p == pytest.approx(stats.logrank(*data).pvalue)
    curve, theirs = Curve(seen, event), stats.ecdf(stats.CensoredData.right_censored(seen, ~event)).sf
    assert curve.at(12) == pytest.approx(theirs.evaluate(12))
    beta, se = cox(seen, event, group[:, None].astype(float))

    def partial(b: float) -> float:
        return sum(b * group[i] - math.log(np.exp(b * group[seen >= seen[i]]).sum()) for i in np.flatnonzero(event))

    step, at = 1e-3, float(beta[0])
    slope = (partial(at + step) - partial(at - step)) / (2 * step)
    curvature = -(partial(at + step) - 2 * partial(at) + partial(at - step)) / step**2
    assert slope == pytest.approx(0, abs=1e-4)
    assert se[0] == pytest.approx(1 / math.sqrt(curvature), rel=1e-4)


# the simulated papers are consistent, by arithmetic that asks nobody


def _percentages_are_of_counts(document: Document) -> None:
    for row in (*document["counts"], *document["baseline"]):
        if row["locator"].startswith("Survival"):  # an estimate, which censoring makes larger
            assert float(row["percent"]) >= 100 * row["events"] / row["n"] - 0.51
        elif "percent" in row and "events" in row:
            assert (
                abs(float(row["percent"]) - 100 * row["events"] / row["n"])
                <= 0.5 * 10.0 ** -len(row["percent"].partition(".")[2]) + 1e-9
            )


def _parts_make_totals(document: Document) -> None:
    events = {(row["endpoint"], row["arm"]): row.get("events") for row in document["counts"] if "centre" not in row}
    for (endpoint, arm), total in events.items():
        parts = {"orr": ("cr", "pr"), "dcr": ("cr", "pr", "sd")}.get(endpoint, ())
        parts = parts or tuple(f"{endpoint}_{grade}" for grade in ("grade1", "grade2", "grade3plus"))
        found = [events[part, arm] for part in parts if (part, arm) in events]
        assert not found or total == sum(found)
    for arm in document["arms"]:
        for variable in {row["variable"] for row in document["baseline"]}:
            rows = [row for row in document["baseline"] if (row["variable"], row["arm"]) == (variable, arm["id"])]
            assert sum(row["events"] for row in rows) == rows[0]["n"] <= arm["n"]


def _nobody_progresses_after_death(document: Document) -> None:
    alive = {(row["endpoint"], row["arm"], row["months"]): row.get("alive") for row in document["survival"]}
    for (endpoint, arm, months), k in alive.items():
        overall = alive.get(("os", arm, months))
        assert endpoint == "os" or k is None or overall is None or k <= overall


@pytest.mark.parametrize("kind", ["complete", "censored"])
def test_simulated_papers_are_consistent(kind: Kind) -> None:
    for seed in range(25):
        document = simulate_paper(np.random.default_rng([3, seed]), kind)
        study_of(document)
        _percentages_are_of_counts(document)
        _parts_make_totals(document)
        _nobody_progresses_after_death(document)
        assert ("complete_follow_up_months" in document) == (kind == "complete")


def test_a_paper_is_given_by_its_seed() -> None:
    assert simulate_paper(np.random.default_rng(5)) == simulate_paper(np.random.default_rng(5))


def test_every_slip_changes_its_copy_and_leaves_the_paper(pool: Pool) -> None:
    before = simulate_paper(np.random.default_rng([pool.seed, 0]))
    for kind in KINDS:
        slips = list(pool.altered(kind, 2))
        assert slips, kind
        assert all(slip.document != pool.papers[i] and slip.references for i, slip in slips), kind
    assert pool.papers[0] == before


# the audit


@pytest.mark.parametrize("seed", range(5))
def test_nothing_but_notes_in_a_consistent_paper(seed: int) -> None:
    assert not [finding for _, finding in alarms(Pool(1, seed=100 + seed)) if finding.severity != "note"]


def test_no_false_alarm_on_sixty_papers(pool: Pool) -> None:
    assert not [(i, finding.message) for i, finding in alarms(pool) if finding.severity != "note"]


@pytest.mark.parametrize("kind", KINDS)
def test_slips_are_found(kind: str, pool: Pool) -> None:
    rate = rate_of(kind, pool, FEW)
    assert rate.papers == FEW
    assert rate.found >= FEW - 1, rate.missed


@pytest.mark.calibration
@pytest.mark.parametrize("first", range(0, PAPERS, SHARE))
def test_no_false_alarm_on_a_thousand_papers(first: int) -> None:
    share = Pool(SHARE, seed=2, first=first)
    print(alarm_table(share))
    assert not [(first + i, finding.message) for i, finding in alarms(share) if finding.severity != "note"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_slips_are_found_at_the_required_rate(kind: str, full_pool: Pool) -> None:
    rate = rate_of(kind, full_pool, SLIPS)
    print(rate)
    assert rate.papers == SLIPS
    assert rate.rate >= REQUIRED, rate.missed[:10]
    if kind in OWN_CHECKS:
        assert rate.checks[OWN_CHECKS[kind]] >= REQUIRED * SLIPS
