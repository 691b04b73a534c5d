"""NUTS against the exact engine, in units of Monte Carlo standard errors: every analysis under every prior.

Two programs that share nothing but the documents: a compiled model that is sampled, and quadrature. What is stored beside the
draws is held to scipy here too, because it comes from the machine code that the sampler ran.
"""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import special, stats

from crlm_bayes.answers.tables import curve_estimates, judge, nuts_estimates
from crlm_bayes.documents.analyses import read_specs
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence, SynthesisEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.likelihoods.studies.exact import synthesis_of
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.sampling.gate import Gate
from crlm_bayes.sampling.nuts import Fit, fit, program, seed_of
from crlm_bayes.sampling.settings import Settings

pytestmark = pytest.mark.statistical

SPECS = read_specs(Path(__file__).resolve().parents[2] / "models")[0]
MODELLED = [n for n, s in SPECS.items() if s.structure == "single" and s.reading not in ("percent", "pinned")]
"""Analyses of one study as a whole, under every prior; other numbers of the same print and endpoint are the same model."""
WIDER = [name for name, spec in SPECS.items() if spec.structure != "single"]
"""Syntheses, centres and arms: large models, under their primary prior, as `fit` does unasked."""
NAMED = ("reference", "neutral", "sceptical", "strongly_sceptical", "pessimistic", "enthusiastic")
OFTEN = ("reference", "sceptical", "enthusiastic")
EACH = [p if p in OFTEN else pytest.param(p, marks=pytest.mark.exhaustive) for p in NAMED]
"""The widest prior, the primary one and one that is not centred on no effect; all of them in the exhaustive tier."""
GROUPS = {
    "posterior",
    "prior",
    "prior_predictive",
    "posterior_predictive",
    "log_likelihood",
    "log_prior",
    "sample_stats",
    "observed_data",
}

OTHER_FAMILIES: dict[str, Prior] = {
    "student_t": StudentT(dist="student_t", df=3, mean=-0.1, sd=0.3, rationale="test"),
    "cauchy": Cauchy(dist="cauchy", mean=0.0, sd=0.25, rationale="test"),
    "mixture": Mixture(dist="mixture", weights=(0.7, 0.3), means=(-0.3, 0.0), sds=(0.15, 0.7), rationale="test"),
}
OTHER_SPREADS = {
    "half_student_t": {"dist": "half_student_t", "df": 4, "sd": 0.25, "rationale": "test"},
    "half_cauchy": {"dist": "half_cauchy", "sd": 0.15, "rationale": "test"},
    "log_normal": {"dist": "log_normal", "mean": -1.6, "sd": 0.5, "rationale": "test"},
}
CHEN_PFS = {"months": (12, 36), "control": (217, 188, 60), "treated": (118, 110, 49)}
YAN_OS = {"months": (12, 24, 36), "control": (38, 27, 16, 10), "treated": (38, 33, 24, 19)}


def judged(
    spec: AnalysisSpec, evidence: Evidence, curve: EvidenceCurve, name: str, prior: Prior, settings: Settings
) -> tuple[Gate, Fit, pd.DataFrame]:
    spec = spec.model_copy(update={"effect_priors": (name,), "primary": name})
    made = fit(spec, evidence, name, prior, settings)
    estimates = nuts_estimates(spec, evidence, name, made.tree["posterior"].to_dataset())
    synthesis = synthesis_of(evidence, spec) if isinstance(evidence, SynthesisEvidence) else None
    exact = curve_estimates(spec, curve, {name: prior}, synthesis)
    return judge(spec, estimates, exact, made.tree["sample_stats"].to_dataset()), made, estimates


@pytest.fixture(scope="module")
def run(
    analyses: dict[str, AnalysisSpec],
    evidence_of: Callable[[str], Evidence],
    curve_of: Callable[[str], EvidenceCurve],
    priors: dict[str, Prior],
) -> Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]]:
    """Fit a bundled analysis under a named prior, once."""

    @cache
    def find(name: str, prior: str) -> tuple[Gate, Fit, pd.DataFrame]:
        return judged(analyses[name], evidence_of(name), curve_of(name), prior, priors[prior], Settings())

    return find


@pytest.mark.parametrize("first", [0, *(pytest.param(i, marks=pytest.mark.exhaustive) for i in range(2, 20, 2))])
@pytest.mark.parametrize("name", MODELLED)
def test_nuts_agrees_with_the_exact_curve_at_random_priors(
    name: str,
    first: int,
    analyses: dict[str, AnalysisSpec],
    evidence_of: Callable[[str], Evidence],
    curve_of: Callable[[str], EvidenceCurve],
) -> None:
    """Two of them; twenty in the exhaustive tier."""
    rng = np.random.default_rng(seed_of(2025, name, f"random from {first}"))
    for i in range(first, first + 2):
        mean, sd = rng.normal(0, 0.3), math.exp(rng.uniform(math.log(0.05), math.log(1.5)))
        prior = Normal(dist="normal", mean=float(mean), sd=float(sd), rationale="random")
        gate, _, _ = judged(analyses[name], evidence_of(name), curve_of(name), f"random{i}", prior, Settings())
        assert not gate.failures, (mean, sd, gate.failures)


@pytest.mark.parametrize("prior", EACH)
@pytest.mark.parametrize("name", MODELLED)
def test_nuts_agrees_with_the_exact_curve_and_passes_the_gate(
    name: str, prior: str, run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]]
) -> None:
    gate, _, _ = run(name, prior)
    assert gate.exact_mean <= 4 and gate.exact_p_benefit <= 4
    assert gate.passed, gate.failures


@pytest.mark.parametrize("name", WIDER)
def test_nuts_agrees_with_everything_that_the_exact_engine_says_of_several_studies_or_centres(
    name: str, analyses: dict[str, AnalysisSpec], run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]]
) -> None:
    """The pooled effect, and of a synthesis heterogeneity, bias, discount, prediction and the effect of every study."""
    gate, _, _ = run(name, analyses[name].primary)
    assert gate.exact_mean <= 4 and gate.exact_p_benefit <= 4
    assert gate.passed, gate.failures


def test_distances_from_the_exact_engine_are_those_of_chance(
    run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]],
) -> None:
    """Not only within 4 standard errors one by one: together their squares average 1.

    The distances of the means are nearly independent between analyses and priors; a biased engine of half a standard error
    would pass one by one and is seen here.
    """
    distances = np.array([run(name, prior)[0].exact_mean for name in MODELLED for prior in OFTEN])
    assert stats.chi2.sf(np.sum(distances**2), len(distances)) > 1e-4
    assert stats.chi2.cdf(np.sum(distances**2), len(distances)) > 1e-6


@pytest.mark.parametrize(
    "name",
    [
        "pfs_chen2025_landmark",
        "orr_chen2025_counts",
        "pfs_yan2025_adjusted_hr",
        "pfs_chen2025_landmark_nonproportional",
    ],
)
def test_quantiles_of_the_draws_are_those_of_the_curve(
    name: str,
    run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]],
    curve_of: Callable[[str], EvidenceCurve],
    analyses: dict[str, AnalysisSpec],
    priors: dict[str, Prior],
) -> None:
    """The share of draws below an exact quantile is its probability, within 4 standard errors of a share."""
    _, made, estimates = run(name, "sceptical")
    theta = made.tree["posterior"]["theta"].values.ravel()
    row = estimates.set_index("quantity").loc[analyses[name].quantity]
    posterior = curve_of(name).apply(analyses[name].effect_prior(priors["sceptical"]))
    for p in (0.025, 0.25, 0.5, 0.75, 0.975):
        share = float(np.mean(theta < posterior.quantile(p)))
        assert abs(share - p) <= 4 * math.sqrt(p * (1 - p) / min(row["ess_bulk"], row["ess_tail"])), p


CASES: list[tuple[str, dict[str, Any]]] = [
    ("log_ratio", {"value": "0.426", "ci": ("0.231", "0.787")}),
    ("binomial", {"control": (18, 38), "treated": (26, 38), "spec": {"better": "higher"}}),
    ("piecewise_exponential", CHEN_PFS),
]


@pytest.mark.parametrize("prior", OTHER_FAMILIES)
@pytest.mark.parametrize(("likelihood", "numbers"), CASES, ids=[c[0] for c in CASES])
def test_nuts_agrees_with_the_exact_curve_under_priors_of_other_families(
    likelihood: str, numbers: dict[str, Any], prior: str, make_case: Callable[..., tuple[AnalysisSpec, Evidence]]
) -> None:
    spec, evidence = make_case(likelihood, **numbers)
    gate, _, _ = judged(
        spec, evidence, evidence_curve(evidence, spec), prior, OTHER_FAMILIES[prior], Settings(draws=2000, tune=1000)
    )
    assert gate.exact_mean <= 4 and gate.exact_p_benefit <= 4
    assert gate.max_r_hat <= 1.01


@pytest.mark.parametrize("average", ["information", "exchangeable"])
@pytest.mark.parametrize("spread", OTHER_SPREADS)
def test_nuts_agrees_with_the_exact_curve_under_other_spreads_between_intervals(
    spread: str, average: str, make_case: Callable[..., tuple[AnalysisSpec, Evidence]], priors: dict[str, Prior]
) -> None:
    change = {"proportional": False, "average": average, "priors": {"time_variation": OTHER_SPREADS[spread]}}
    spec, evidence = make_case("piecewise_exponential", **CHEN_PFS, spec=change)
    gate, _, _ = judged(
        spec,
        evidence,
        evidence_curve(evidence, spec),
        "neutral",
        priors["neutral"],
        Settings(draws=2000, tune=1500, target_accept=0.98),
    )
    assert gate.exact_mean <= 4 and gate.exact_p_benefit <= 4
    assert gate.max_r_hat <= 1.01


def test_nuts_agrees_with_the_exact_curve_under_a_random_walk_of_hazards(
    make_case: Callable[..., tuple[AnalysisSpec, Evidence]], priors: dict[str, Prior]
) -> None:
    walk = {"baseline": {"dist": "random_walk", "mean": -3.5, "sd": 1.0, "step_sd": 0.4, "rationale": "test"}}
    spec, evidence = make_case("piecewise_exponential", **YAN_OS, spec={"priors": walk})
    gate, _, _ = judged(
        spec, evidence, evidence_curve(evidence, spec), "neutral", priors["neutral"], Settings(draws=2000)
    )
    assert gate.exact_mean <= 4 and gate.exact_p_benefit <= 4
    assert gate.passed, gate.failures


@pytest.mark.parametrize(
    ("likelihood", "numbers"),
    [
        ("binomial", {"control": (0, 38), "treated": (5, 38)}),
        ("binomial", {"control": (38, 38), "treated": (38, 38)}),
        ("piecewise_exponential", {"months": (12, 36), "control": (50, 40, 0), "treated": (40, 40, 20)}),
        ("piecewise_exponential", {"months": (12, 36), "control": (50, 50, 50), "treated": (40, 40, 40)}),
    ],
    ids=["no events in control", "all events", "everybody and nobody", "nobody dies"],
)
def test_nuts_agrees_with_the_exact_curve_at_printed_extremes(
    likelihood: str,
    numbers: dict[str, Any],
    make_case: Callable[..., tuple[AnalysisSpec, Evidence]],
    priors: dict[str, Prior],
) -> None:
    spec, evidence = make_case(likelihood, **numbers)
    gate, _, _ = judged(
        spec, evidence, evidence_curve(evidence, spec), "neutral", priors["neutral"], Settings(draws=2000)
    )
    assert gate.exact_mean <= 4 and gate.exact_p_benefit <= 4
    assert gate.passed, gate.failures


# reproducibility


@pytest.mark.parametrize("name", ["orr_chen2025_counts", "pfs_chen2025_landmark"])
def test_same_seed_gives_the_same_draws(
    name: str,
    run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]],
    analyses: dict[str, AnalysisSpec],
    evidence_of: Callable[[str], Evidence],
    priors: dict[str, Prior],
) -> None:
    first = run(name, "sceptical")[1]
    second = fit(analyses[name], evidence_of(name), "sceptical", priors["sceptical"], Settings())
    for group in sorted(GROUPS):
        for variable, values in first.tree[group].data_vars.items():
            np.testing.assert_array_equal(
                values.values, second.tree[group][variable].values, err_msg=f"{group}/{variable}"
            )


def test_number_of_cores_changes_the_time_only(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence], priors: dict[str, Prior]
) -> None:
    name = "pfs_yan2025_adjusted_hr"
    one, two = (
        fit(analyses[name], evidence_of(name), "neutral", priors["neutral"], Settings(draws=200, cores=cores))
        for cores in (1, 2)
    )
    np.testing.assert_array_equal(one.tree["posterior"]["theta"].values, two.tree["posterior"]["theta"].values)


def test_another_seed_another_prior_or_another_analysis_gives_other_draws(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence], priors: dict[str, Prior]
) -> None:
    name = "pfs_yan2025_adjusted_hr"
    one, two = (
        fit(analyses[name], evidence_of(name), "neutral", priors["neutral"], Settings(draws=200, seed=seed))
        .tree["posterior"]["theta"]
        .values
        for seed in (1, 2)
    )
    assert not np.array_equal(one, two)
    seeds = {seed_of(s, a, p) for s in (1, 2) for a in ("a", "b") for p in ("x", "y")}
    assert len(seeds) == 8


def test_order_of_fits_does_not_matter(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence], priors: dict[str, Prior]
) -> None:
    """A compiled model is shared: what one study left in its data must not reach the next."""

    def draws(name: str) -> np.ndarray:
        return np.asarray(
            fit(analyses[name], evidence_of(name), "neutral", priors["neutral"], Settings(draws=200)).tree["posterior"][
                "theta"
            ]
        )

    first = draws("pfs_chen2025_adjusted_hr")
    draws("pfs_yan2025_adjusted_hr")
    np.testing.assert_array_equal(first, draws("pfs_chen2025_adjusted_hr"))


def test_one_shape_is_compiled_once_for_both_studies(run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]]) -> None:
    run("orr_chen2025_counts", "sceptical")
    before = program.cache_info()
    run("orr_yan2025_counts", "pessimistic")
    run("hypertension_yan2025_counts", "pessimistic")
    assert program.cache_info().misses == before.misses


# what is stored


@pytest.mark.parametrize(
    "name",
    [
        "orr_chen2025_counts",
        "pfs_chen2025_landmark",
        "pfs_chen2025_landmark_nonproportional",
        "pfs_yan2025_adjusted_hr",
    ],
)
def test_fit_holds_every_group_with_the_labels_of_the_study(
    name: str, run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]]
) -> None:
    tree = run(name, "sceptical")[1].tree
    assert set(tree.children) == GROUPS
    assert tree.attrs["analysis"] == name and tree.attrs["prior"] == "sceptical"
    posterior = tree["posterior"]
    assert posterior.sizes["chain"] == 4 and posterior.sizes["draw"] * 4 >= 2000
    if "arm" in posterior.coords:
        assert posterior.coords["arm"].values.tolist() == ["control", "bev"]
    assert tree["observed_data"]["y"].dims == tuple(
        d for d in tree["posterior_predictive"]["y"].dims if d not in ("chain", "draw")
    )
    for group in ("posterior_predictive", "prior_predictive", "log_likelihood", "log_prior"):
        for values in tree[group].data_vars.values():
            assert np.all(np.isfinite(values)), group


def test_stored_log_likelihood_of_counts_is_that_of_scipy_at_every_draw(
    run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]],
) -> None:
    tree = run("orr_chen2025_counts", "sceptical")[1].tree
    theta, alpha = (tree["posterior"][v].values for v in ("theta", "alpha"))
    for arm, x, r, n in (("control", -0.5, 111, 217), ("bev", 0.5, 79, 118)):
        p = special.expit(alpha + x * theta)
        np.testing.assert_allclose(tree["log_likelihood"]["y"].sel(arm=arm), stats.binom.logpmf(r, n, p), atol=1e-7)
        np.testing.assert_allclose(tree["posterior"]["probability"].sel(arm=arm), p, atol=1e-12)
    np.testing.assert_allclose(tree["log_prior"]["alpha"], stats.norm.logpdf(alpha, 0, 1.5), atol=1e-9)
    np.testing.assert_allclose(tree["log_prior"]["theta"], stats.norm.logpdf(theta, 0, 0.205), atol=1e-9)


def test_stored_log_likelihood_of_survival_is_that_of_scipy_at_every_draw(
    run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]],
) -> None:
    tree = run("pfs_chen2025_landmark_nonproportional", "sceptical")[1].tree
    draws = tree["posterior"]
    at_risk, survivors = [[217, 118], [188, 110]], [[188, 110], [60, 49]]
    information = np.array([37 * 217 * 118 / 335**2, 189 * 188 * 110 / 298**2])
    share = xr.DataArray(information / information.sum(), dims="interval", coords={"interval": draws["interval"]})
    for k, months in enumerate((12, 24)):
        effect = draws["theta"] + draws["omega"] * (draws["z"].isel(interval=k) - (draws["z"] * share).sum("interval"))
        np.testing.assert_allclose(draws["theta_interval"].isel(interval=k), effect, atol=1e-12)
        average = (draws["theta_interval"] * share).sum("interval")
        np.testing.assert_allclose(average, draws["theta"], atol=1e-12)
        for a, x in enumerate((-0.5, 0.5)):
            hazard = np.exp(draws["log_hazard"].isel(interval=k) + x * effect).values * months
            expected = stats.binom.logpmf(survivors[k][a], at_risk[k][a], np.exp(-hazard))
            np.testing.assert_allclose(tree["log_likelihood"]["y"].isel(interval=k, arm=a), expected, atol=1e-7)
    np.testing.assert_allclose(
        tree["log_prior"]["omega"], stats.halfnorm.logpdf(draws["omega"].values, scale=0.25), atol=1e-9
    )
    np.testing.assert_allclose(
        tree["log_prior"]["log_hazard"], stats.norm.logpdf(draws["log_hazard"].values, -3.5066, 2.0), atol=1e-9
    )


@pytest.mark.parametrize("name", ["orr_chen2025_counts", "pfs_yan2025_landmark"])
def test_posterior_predictive_counts_have_the_mean_and_spread_of_the_mixture(
    name: str, run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]], evidence_of: Callable[[str], Evidence]
) -> None:
    """E y = n E p and Var y = n E p(1 - p) + n² Var p, within 5 standard errors of correlated draws."""
    tree, evidence = run(name, "sceptical")[1].tree, evidence_of(name)
    if name.startswith("orr"):
        p, n = tree["posterior"]["probability"], xr.DataArray(evidence.n, dims="arm")  # type: ignore[union-attr]
    else:
        p, n = np.exp(-tree["posterior"]["cumulative_hazard"]), xr.DataArray(evidence.at_risk, dims=("interval", "arm"))  # type: ignore[union-attr]
    over, y = ("chain", "draw"), tree["posterior_predictive"]["y"]
    expected, variance = n * p.mean(over), n * (p * (1 - p)).mean(over) + n**2 * p.var(over)
    draws, thinned = y.sizes["chain"] * y.sizes["draw"], 4  # at least a quarter of the draws are effective
    assert np.all(np.abs(y.mean(over) - expected) < 5 * np.sqrt(variance * thinned / draws))
    assert np.all(np.abs(y.var(over) / variance - 1) < 5 * math.sqrt(2 * thinned / draws))


@pytest.mark.parametrize(
    ("name", "prior", "mean", "sd"),
    [
        ("pfs_chen2025_landmark", "enthusiastic", -0.28768, 0.1749),
        ("orr_chen2025_counts", "enthusiastic", 0.28768, 0.1749),
    ],
)
def test_prior_draws_follow_the_prior_as_the_analysis_turns_it(
    name: str, prior: str, mean: float, sd: float, run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]]
) -> None:
    theta = run(name, prior)[1].tree["prior"]["theta"].values.ravel()
    assert abs(theta.mean() - mean) < 4.5 * sd / math.sqrt(theta.size)
    assert abs(theta.std() / sd - 1) < 4.5 / math.sqrt(2 * theta.size)


# what is derived from the draws


def test_absolute_effects_of_counts_follow_from_the_draws(
    run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]],
) -> None:
    _, made, estimates = run("orr_chen2025_counts", "sceptical")
    p = made.tree["posterior"]["probability"]
    control, treated = (p.sel(arm=a).values.ravel() for a in ("control", "bev"))
    rows = estimates.set_index("quantity")
    difference = treated - control
    assert rows.loc["risk_difference", "median"] == pytest.approx(np.median(difference))
    assert rows.loc["rr", "median"] == pytest.approx(np.median(treated / control))
    assert rows.loc["nntb", "median"] == pytest.approx(1 / np.median(difference))
    assert rows.loc["risk_difference", "p_benefit"] == pytest.approx(np.mean(difference > 0))
    odds = treated / (1 - treated) / (control / (1 - control))
    assert rows.loc["or", "median"] == pytest.approx(np.median(odds))
    assert rows.loc["or", "p_benefit"] == pytest.approx(np.mean(odds > 1))
    assert rows.loc["or", "p_mcid"] == pytest.approx(np.mean(odds > 1.25))
    assert rows.loc["or", "p_harm"] == pytest.approx(np.mean(odds < 0.8))


def test_survival_and_mean_survival_time_follow_from_the_draws(
    run: Callable[[str, str], tuple[Gate, Fit, pd.DataFrame]],
) -> None:
    """Restricted mean survival by a fine sum over days of the piecewise-exponential curve."""
    _, made, estimates = run("pfs_chen2025_landmark", "sceptical")
    hazard = made.tree["posterior"]["cumulative_hazard"].sel(arm="bev").stack(s=("chain", "draw")).values
    rows = estimates.set_index("quantity")
    survival = np.exp(-hazard.sum(axis=0))
    assert rows.loc["survival[bev,36]", "median"] == pytest.approx(np.median(survival))
    edges = np.linspace(0, 36, 3601)
    middle = 0.5 * (edges[1:] + edges[:-1])
    rate = hazard / np.array([12.0, 24.0])[:, None]
    cumulative = np.minimum(middle, 12)[:, None] * rate[0] + np.maximum(middle - 12, 0)[:, None] * rate[1]
    mean_time = np.exp(-cumulative).mean(axis=0) * 36
    assert rows.loc["rmst[bev,36]", "median"] == pytest.approx(np.median(mean_time), rel=1e-5)


def test_prior_of_a_response_is_turned_once(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence]
) -> None:
    """A sure enthusiast must pull an odds ratio of response above one."""
    name = "orr_yan2025_counts"
    sure = Normal(dist="normal", mean=-0.5, sd=0.01, rationale="test")
    theta = fit(analyses[name], evidence_of(name), "sure", sure, Settings(draws=300)).tree["posterior"]["theta"].values
    assert theta.mean() == pytest.approx(0.5, abs=0.01)
