"""The diagnostics gate: every threshold crossed one by one, and chains that are known to be good or bad."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from crlm_bayes.answers.tables import curve_estimates, judge, nuts_estimates, share_distance
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.sampling import gate as diagnostics
from crlm_bayes.sampling.gate import Gate, convergence, flatten, gate
from crlm_bayes.sampling.nuts import fit
from crlm_bayes.sampling.settings import Settings

GOOD_ROW = {"r_hat": 1.001, "ess_bulk": 2000.0, "ess_tail": 1500.0, "mcse_mean": 0.01}


def table(**changes: float) -> pd.DataFrame:
    """Two quantities; the second is changed."""
    return pd.DataFrame([GOOD_ROW, GOOD_ROW | changes], index=["log_hr", "survival[bev,36]"])


def sampler(divergences: int = 0, drift: float = 1.0, chains: int = 4, draws: int = 500, seed: int = 1) -> xr.Dataset:
    """Sample statistics whose energy has E-BFMI near 2 (independent) or lower (`drift` < 1: slow)."""
    rng = np.random.default_rng(seed)
    energy = np.zeros((chains, draws))
    for i in range(1, draws):
        energy[:, i] = (1 - drift) * energy[:, i - 1] + rng.standard_normal(chains)
    diverging = np.zeros((chains, draws), dtype=bool)
    diverging.flat[:divergences] = True
    return xr.Dataset({"energy": (("chain", "draw"), energy), "diverging": (("chain", "draw"), diverging)})


def test_thresholds_are_those_of_the_methods() -> None:
    assert diagnostics.MAX_R_HAT == 1.01
    assert diagnostics.MIN_ESS == 400
    assert diagnostics.MIN_E_BFMI == 0.3
    assert diagnostics.MAX_DIVERGENCES == 0
    assert diagnostics.MAX_MCSE_FROM_EXACT == 4.0


def test_good_numbers_pass() -> None:
    found = gate(table(), sampler(), 1.0, 1.0)
    assert found.passed and found.failures == ()
    assert (found.max_r_hat, found.min_ess_bulk, found.min_ess_tail, found.divergences) == (1.001, 2000, 1500, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"r_hat": 1.0101}, "R-hat 1.010 above 1.01"),
        ({"r_hat": 3.0}, "R-hat 3.000 above 1.01"),
        ({"ess_bulk": 399.0}, "bulk ESS 399 below 400"),
        ({"ess_tail": 399.0}, "tail ESS 399 below 400"),
    ],
)
def test_one_quantity_beyond_one_threshold_fails_and_is_named(changes: dict[str, float], said: str) -> None:
    assert gate(table(**changes), sampler(), 1.0, 1.0).failures == (said,)


@pytest.mark.parametrize("changes", [{"r_hat": 1.01}, {"ess_bulk": 400.0}, {"ess_tail": 400.0}])
def test_number_at_its_threshold_passes(changes: dict[str, float]) -> None:
    assert gate(table(**changes), sampler(), 4.0, 4.0).passed


@pytest.mark.parametrize("divergences", [1, 7])
def test_one_divergence_is_enough_to_fail(divergences: int) -> None:
    found = gate(table(), sampler(divergences), 1.0, 1.0)
    assert found.failures == (f"{divergences} divergent transition{'' if divergences == 1 else 's'}",)


def test_energy_that_hardly_moves_fails() -> None:
    found = gate(table(), sampler(drift=0.05), 1.0, 1.0)
    assert len(found.failures) == 1 and "E-BFMI" in found.failures[0] and "below 0.3" in found.failures[0]
    assert found.min_e_bfmi < 0.3 < gate(table(), sampler(drift=0.5), 1.0, 1.0).min_e_bfmi


def test_worst_chain_decides_the_energy() -> None:
    good, bad = sampler(seed=2), sampler(drift=0.05, seed=3)
    energy = good["energy"].copy()
    energy[2] = bad["energy"][2]
    assert not gate(table(), good.assign(energy=energy), 1.0, 1.0).passed


def test_energy_ratio_is_that_of_its_definition() -> None:
    """Betancourt 2016: mean squared step of the energy over its variance; 2 for independent energies."""
    found = gate(table(), sampler(draws=20_000), 1.0, 1.0)
    assert found.min_e_bfmi == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(("mean", "p", "said"), [(4.1, 1.0, "mean 4.1 MCSE"), (1.0, 4.1, "P(benefit) 4.1 MCSE")])
def test_distance_from_the_exact_engine_fails(mean: float, p: float, said: str) -> None:
    failures = gate(table(), sampler(), mean, p).failures
    assert len(failures) == 1 and said in failures[0]


def test_all_failures_are_told() -> None:
    bad = table(r_hat=2.0, ess_bulk=5.0, ess_tail=5.0)
    assert len(gate(bad, sampler(divergences=3, drift=0.02), 9.0, 9.0).failures) == 7


@pytest.mark.parametrize("column", ["r_hat", "ess_bulk", "ess_tail"])
def test_number_that_is_none_passes_no_threshold(column: str) -> None:
    """A diagnostic that could not be computed is no evidence of convergence, even beside one that could."""
    assert not gate(table(**{column: math.nan}), sampler(), 1.0, 1.0).passed


@pytest.mark.parametrize(("mean", "p"), [(math.nan, 1.0), (1.0, math.nan)])
def test_distance_that_is_none_passes_no_threshold(mean: float, p: float) -> None:
    assert not gate(table(), sampler(), mean, p).passed


def test_nothing_to_judge_is_not_a_pass() -> None:
    """Every quantity constant, or too few draws: no row is left, and no crash."""
    empty = table().iloc[:0]
    assert not gate(empty, sampler(), 1.0, 1.0).passed


def test_energy_that_stands_still_is_not_a_pass() -> None:
    still = sampler()
    with np.errstate(invalid="ignore", divide="ignore"):
        assert not gate(table(), still.assign(energy=xr.zeros_like(still["energy"])), 1.0, 1.0).passed


# convergence of draws


def chains(*columns: np.ndarray) -> xr.Dataset:
    return xr.Dataset({"x": (("chain", "draw"), np.stack(columns))})


def test_independent_chains_converge() -> None:
    rng = np.random.default_rng(4)
    row = convergence(chains(*rng.standard_normal((4, 1000)))).loc["x"]
    assert row["r_hat"] < 1.01
    assert row["ess_bulk"] > 2500 and row["ess_tail"] > 2500
    # the standard error of a mean of 4,000 independent draws
    assert row["mcse_mean"] == pytest.approx(1 / math.sqrt(4000), rel=0.25)


def test_chains_in_different_places_do_not_converge() -> None:
    rng = np.random.default_rng(5)
    draws = rng.standard_normal((4, 1000))
    draws[3] += 1.5
    row = convergence(chains(*draws)).loc["x"]
    assert row["r_hat"] > 1.1 and row["ess_bulk"] < 100


def test_chains_of_different_width_do_not_converge() -> None:
    """Folded R-hat: same centre, different spread."""
    rng = np.random.default_rng(6)
    draws = rng.standard_normal((4, 1000)) * np.array([1, 1, 1, 4])[:, None]
    assert convergence(chains(*draws)).loc["x", "r_hat"] > 1.01


def test_slow_chains_have_few_effective_draws() -> None:
    rng = np.random.default_rng(7)
    draws = np.zeros((4, 1000))
    for i in range(1, 1000):
        draws[:, i] = 0.98 * draws[:, i - 1] + rng.standard_normal(4)
    row = convergence(chains(*draws)).loc["x"]
    # an autocorrelation of 0.98 leaves (1 - 0.98) / (1 + 0.98) of the draws
    assert row["ess_bulk"] < 120


def test_constant_is_left_out_and_the_rest_is_kept() -> None:
    rng = np.random.default_rng(8)
    draws = chains(*rng.standard_normal((2, 100))).assign(one=(("chain", "draw"), np.ones((2, 100))))
    assert list(convergence(draws).index) == ["x"]


def test_every_scalar_is_named_by_its_coordinates() -> None:
    values = np.arange(12.0).reshape(1, 2, 3, 2)
    draws = xr.Dataset(
        {"survival": (("chain", "draw", "months", "arm"), values), "theta": (("chain", "draw"), np.zeros((1, 2)))},
        coords={"months": ["12", "24", "36"], "arm": ["control", "bev"]},
    )
    flat = flatten(draws)
    assert list(flat) == [
        "survival[12,control]",
        "survival[12,bev]",
        "survival[24,control]",
        "survival[24,bev]",
        "survival[36,control]",
        "survival[36,bev]",
        "theta",
    ]
    assert flat["survival[24,bev]"].tolist() == [[3.0, 9.0]]


# from draws to a verdict, with draws that are made rather than sampled


@pytest.fixture(scope="module")
def judged(
    analyses: dict[str, AnalysisSpec],
    evidence_of: Callable[[str], Evidence],
    curve_of: Callable[[str], EvidenceCurve],
    priors: dict[str, Prior],
) -> Callable[[np.ndarray], Gate]:
    """Judge made draws of θ of one analysis against its exact curve."""
    name = "pfs_yan2025_adjusted_hr"
    spec, evidence = analyses[name], evidence_of(name)
    exact = curve_estimates(spec, curve_of(name), priors)

    def run(theta: np.ndarray) -> Gate:
        posterior = xr.Dataset({"theta": (("chain", "draw"), theta)})
        estimates = nuts_estimates(spec, evidence, "sceptical", posterior)
        return judge(
            spec, estimates, exact[exact["prior"] == "sceptical"], sampler(chains=theta.shape[0], draws=theta.shape[1])
        )

    return run


@pytest.fixture(scope="module")
def exact_posterior(curve_of: Callable[[str], EvidenceCurve], priors: dict[str, Prior]) -> Any:
    return curve_of("pfs_yan2025_adjusted_hr").apply(priors["sceptical"])


def test_draws_from_the_exact_posterior_pass(judged: Callable[[np.ndarray], Gate], exact_posterior: Any) -> None:
    rng = np.random.default_rng(9)
    found = judged(rng.normal(exact_posterior.mean, exact_posterior.sd, (4, 1000)))
    assert found.passed, found.failures


def test_draws_from_a_shifted_posterior_fail_by_their_distance(
    judged: Callable[[np.ndarray], Gate], exact_posterior: Any
) -> None:
    rng = np.random.default_rng(10)
    shifted = rng.normal(exact_posterior.mean + 0.2 * exact_posterior.sd, exact_posterior.sd, (4, 1000))
    found = judged(shifted)
    assert any("MCSE from the exact engine" in failure for failure in found.failures)
    assert not any("R-hat" in failure or "ESS" in failure for failure in found.failures)
    # a shift of a fifth of the posterior sd is 0.2 √4000 standard errors
    assert found.exact_mean == pytest.approx(0.2 * math.sqrt(4000), abs=5)


def test_draws_that_are_too_few_fail(judged: Callable[[np.ndarray], Gate], exact_posterior: Any) -> None:
    rng = np.random.default_rng(11)
    found = judged(rng.normal(exact_posterior.mean, exact_posterior.sd, (4, 50)))
    assert any("ESS" in failure for failure in found.failures)


@pytest.mark.parametrize(
    "shape", [(1, 1000), (4, 3), (1, 3)], ids=["one_chain", "three_draws", "one_chain_three_draws"]
)
def test_run_too_small_to_be_diagnosed_fails_and_says_why(
    judged: Callable[[np.ndarray], Gate], exact_posterior: Any, shape: tuple[int, int]
) -> None:
    rng = np.random.default_rng(12)
    found = judged(rng.normal(exact_posterior.mean, exact_posterior.sd, shape))
    assert not found.passed and found.failures


def test_chains_that_never_moved_fail(judged: Callable[[np.ndarray], Gate], exact_posterior: Any) -> None:
    found = judged(np.full((4, 1000), exact_posterior.mean))
    assert not found.passed and found.failures


# a sampler that is set badly on purpose


@pytest.fixture(scope="module")
def sampled(
    analyses: dict[str, AnalysisSpec],
    evidence_of: Callable[[str], Evidence],
    curve_of: Callable[[str], EvidenceCurve],
    priors: dict[str, Prior],
) -> Callable[[str, Settings], Gate]:
    def run(name: str, settings: Settings) -> Gate:
        spec, evidence = analyses[name], evidence_of(name)
        made = fit(spec, evidence, "sceptical", priors["sceptical"], settings)
        estimates = nuts_estimates(spec, evidence, "sceptical", made.tree["posterior"].to_dataset())
        exact = curve_estimates(spec, curve_of(name), priors)
        return judge(spec, estimates, exact[exact["prior"] == "sceptical"], made.tree["sample_stats"].to_dataset())

    return run


@pytest.mark.parametrize(
    ("share", "p", "draws"), [(0.55, 0.5, 400), (0.41, 0.5, 1000), (0.97, 0.98, 2000), (0.0, 0.003, 1500)]
)
def test_a_share_is_as_far_from_its_probability_as_a_binomial_number_is_rare(
    share: float, p: float, draws: int
) -> None:
    k = round(share * draws)
    tail = min(stats.binom.sf(k - 1, draws, p), stats.binom.cdf(k, draws, p))
    assert share_distance(k / draws, p, draws) == pytest.approx(stats.norm.isf(tail), rel=1e-6)
    if 20 < draws * p < draws - 20:
        assert share_distance(k / draws, p, draws) == pytest.approx(
            abs(share - p) / math.sqrt(p * (1 - p) / draws), abs=0.3
        )


def test_one_draw_in_a_far_tail_is_no_error_of_the_sampler_and_many_are() -> None:
    p, draws = 1 - 8.5e-6, 3500.0
    distances = [share_distance(1 - k / 4000, p, draws) for k in (0, 1, 2, 8)]
    assert distances[0] < 0.5 and 1 < distances[1] < 2.5 < distances[2] and distances[3] > 4
    assert share_distance(0.0, 1.0, draws) == pytest.approx(37, abs=0.1)


@pytest.mark.statistical
@pytest.mark.parametrize(
    "name", ["pfs_chen2025_adjusted_hr", "orr_chen2025_counts", "pfs_chen2025_landmark_nonproportional"]
)
def test_default_sampler_passes(name: str, sampled: Callable[[str, Settings], Gate]) -> None:
    found = sampled(name, Settings())
    assert found.passed, found.failures


@pytest.mark.statistical
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # R-hat of a chain that stands still divides by its variance
@pytest.mark.parametrize(
    "settings",
    [
        Settings(draws=30, tune=1, chains=2),
        Settings(draws=100, tune=5, chains=4),
        Settings(draws=500, tune=300, chains=1),
    ],
    ids=["untuned", "short", "one_chain"],
)
@pytest.mark.parametrize("name", ["orr_chen2025_counts", "pfs_chen2025_landmark_nonproportional"])
def test_sampler_that_is_set_badly_on_purpose_fails_and_says_why(
    name: str, settings: Settings, sampled: Callable[[str, Settings], Gate]
) -> None:
    found = sampled(name, settings)
    assert not found.passed
    assert any(word in " ".join(found.failures) for word in ("R-hat", "ESS", "divergent"))


@pytest.mark.statistical
def test_sampler_without_tuning_is_refused_or_fails_but_does_not_panic(
    sampled: Callable[[str, Settings], Gate],
) -> None:
    """The sampler's own answer to no tuning is a crash of its worker threads, which no caller can handle."""
    try:
        found = sampled("pfs_chen2025_adjusted_hr", Settings(draws=50, tune=0, chains=2))
    except ValueError as refusal:
        assert "tune" in str(refusal)
    else:
        assert not found.passed
