"""What NUTS sees of latent centres: the density of the plain model, on coordinates that mix whatever the seed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import special, stats

from crlm_bayes.answers.tables import nuts_estimates
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import BinomialEvidence, Evidence
from crlm_bayes.likelihoods.centres import model as centres
from crlm_bayes.likelihoods.centres.allocation import treated_shares
from crlm_bayes.likelihoods.centres.shifts import share_of_data
from crlm_bayes.likelihoods.contract import Shape
from crlm_bayes.likelihoods.variables import effect_variable, prior_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Cauchy, Mixture, StudentT
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.priors.spreads import HalfStudentT
from crlm_bayes.sampling.gate import convergence
from crlm_bayes.sampling.models import LOG_PRIOR, model_of
from crlm_bayes.sampling.nuts import fit, shape_of
from crlm_bayes.sampling.settings import Settings
from makers.centre_cases import DEATH, PROGRESSION, RESPONSE, analysis, fixed, latent, latent_priors, normal

PRIOR = normal(-0.1, 0.3)
X = np.array([-0.5, 0.5])
WALK = RandomWalk(dist="random_walk", mean=-3.5, sd=2.0, step_sd=0.5, rationale="test")
HEAVY = latent_priors().model_copy(
    update={"baseline_spread": HalfStudentT(dist="half_student_t", df=4, sd=0.4, rationale="test")}
)
CASES: dict[str, tuple[Any, Any, Any]] = {
    "response": (RESPONSE, latent_priors(), None),
    "no events": (
        BinomialEvidence("m", RESPONSE.arms, RESPONSE.labels, np.array([0.0, 0.0]), RESPONSE.n),
        HEAVY,
        None,
    ),
    "progression": (PROGRESSION, latent_priors(), None),
    "walk": (DEATH, latent_priors(rho=fixed(0.3)), WALK),
}


def plain(evidence: Any, spec: Any, x: dict[str, Any]) -> tuple[float, np.ndarray]:
    """Log density of the model as it is written down, without its constants, and the probabilities of the arms."""
    z = [x[f"{k}_z"] for k in ("baseline", "effect", "allocation")]
    found = stats.norm.logpdf(z).sum() + PRIOR.logpdf(x["theta"])
    for key in centres.SPREADS:
        prior = getattr(spec.priors.centres, key)
        t = (
            stats.t.logpdf(x[key], prior.df, 0, prior.sd)
            if hasattr(prior, "df")
            else stats.norm.logpdf(x[key], 0, prior.sd)
        )
        found += math.log(2) + t
    rho = x.get("allocation_correlation", 0.3)
    deviation = x["allocation_spread"] * (rho * z[0] + math.sqrt(1 - rho**2) * z[2])
    share = treated_shares(deviation[None], evidence.sizes, evidence.treated)[0]
    patients = evidence.sizes[:, None] * np.stack([1 - share, share], axis=1)
    weights = patients / patients.sum(axis=0)
    effect = x["theta"] + x["effect_spread"] * z[1]
    offsets = (x["baseline_spread"] * z[0])[:, None] + effect[:, None] * X
    baseline = spec.priors.baseline
    if not evidence.intervals:
        p = (weights * special.expit(x["alpha"] + offsets)).sum(axis=0)
        found += stats.norm.logpdf(x["alpha"], baseline.mean, baseline.sd)
        return found + stats.binom.logpmf(evidence.pooled.events, evidence.pooled.n, p).sum(), p
    log_hazard = x["log_hazard"]
    if isinstance(baseline, RandomWalk):
        found += stats.norm.logpdf(log_hazard[0], baseline.mean, baseline.sd)
        found += stats.norm.logpdf(np.diff(log_hazard), 0, baseline.step_sd).sum()
    else:
        found += stats.norm.logpdf(log_hazard, baseline.mean, baseline.sd).sum()
    total = np.cumsum(np.exp(log_hazard) * np.diff(evidence.pooled.times))
    alive = np.array([(weights * np.exp(-t * np.exp(offsets))).sum(axis=0) for t in (0.0, *total)])
    p = alive[1:] / alive[:-1]
    return found + stats.binom.logpmf(evidence.pooled.survivors, evidence.pooled.at_risk, p).sum(), p


@pytest.mark.parametrize("name", CASES)
def test_density_is_that_of_the_plain_model_at_random_points(name: str) -> None:
    """With the Jacobians of spreads and correlation, and none for what is sampled with a shift added."""
    pooled, assumed, walk = CASES[name]
    evidence = latent(pooled)
    spec = analysis(evidence, assumed)
    spec.priors.baseline = walk or spec.priors.baseline
    model = model_of(shape_of(spec, evidence, PRIOR))
    values = centres.data(evidence, spec) | prior_data(PRIOR) | centres.data_under(PRIOR, evidence, spec)
    with model:
        pm.set_data({k: np.asarray(v, dtype=float) for k, v in values.items()})
    kept = [v for v in [*model.free_RVs, *model.deterministics] if v.name != LOG_PRIOR + "allocation_correlation"]
    logp = model.compile_logp(mode="FAST_COMPILE")
    parameters = model.compile_fn(
        model.replace_rvs_by_values(kept), inputs=model.value_vars, on_unused_input="ignore", mode="FAST_COMPILE"
    )
    rng = np.random.default_rng(4)
    moved = [k for k in model.initial_point() if "_average" in k]
    intercept = "log_hazard" if evidence.intervals else "alpha"
    for scale in (0.3, 1.0, 1.5):
        point = {k: np.asarray(v + scale * rng.standard_normal(np.shape(v))) for k, v in model.initial_point().items()}
        x = dict(zip([v.name for v in kept], parameters(point), strict=True))
        expected, p = plain(evidence, spec, x)
        np.testing.assert_allclose(x["arm_survival" if evidence.intervals else "arm_probability"], p, rtol=1e-9)
        for key, value in point.items():
            if key.endswith("_softplus__"):
                sd = getattr(spec.priors.centres, key.removesuffix("_softplus__")).sd
                assert x[key.removesuffix("_softplus__")] == pytest.approx(sd * np.log1p(np.exp(value)))
                expected += math.log(sd) + math.log(special.expit(value))
            elif key.endswith("_log__"):
                expected += float(value)
            elif key.endswith("_interval__"):
                expected += math.log(special.expit(value) * special.expit(-value))
        assert float(logp(point)) == pytest.approx(expected, rel=1e-9, abs=1e-7)
        assert x[LOG_PRIOR + "theta"] == pytest.approx(PRIOR.logpdf(x["theta"]))
        # what is added does not depend on what it is added to
        other = point | {k: point[k] + 0.7 for k in moved}
        y = dict(zip([v.name for v in kept], parameters(other), strict=True))
        np.testing.assert_allclose(y["theta"] - x["theta"], 0.7, rtol=1e-9)
        np.testing.assert_allclose(y[intercept] - x[intercept], 0.7, rtol=1e-9)


def test_gradient_is_that_of_the_density_where_centres_differ_most() -> None:
    """Treated shares and shifts are roots, whose gradients are those of implicit functions."""
    evidence = latent(PROGRESSION)
    spec = analysis(evidence, latent_priors())
    model = model_of(shape_of(spec, evidence, PRIOR))
    values = centres.data(evidence, spec) | prior_data(PRIOR) | centres.data_under(PRIOR, evidence, spec)
    with model:
        pm.set_data({k: np.asarray(v, dtype=float) for k, v in values.items()})
    logp, slopes = model.compile_logp(mode="FAST_COMPILE"), model.compile_dlogp(mode="FAST_COMPILE")
    rng = np.random.default_rng(7)
    for scale in (0.5, 1.5):
        point = {k: np.asarray(v + scale * rng.standard_normal(np.shape(v))) for k, v in model.initial_point().items()}
        towards = {k: rng.standard_normal(np.shape(v)) for k, v in point.items()}
        along = float(slopes(point) @ np.concatenate([np.ravel(v) for v in towards.values()]))
        up, down = (float(logp({k: v + s * towards[k] for k, v in point.items()})) for s in (1e-5, -1e-5))
        assert along == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-4)


FAMILIES: dict[str, Prior] = {
    "Normal": PRIOR,
    "StudentT": StudentT(dist="student_t", df=3, mean=-0.1, sd=0.3, rationale="test"),
    "Cauchy": Cauchy(dist="cauchy", mean=0.1, sd=0.25, rationale="test"),
    "Mixture": Mixture(dist="mixture", weights=(0.7, 0.3), means=(-0.3, 0.0), sds=(0.15, 0.7), rationale="test"),
    "TwoPiece": TwoPiece(dist="two_piece", mode=-0.2, sd_below=0.4, sd_above=0.2, rationale="test"),
    "Quantiles": Quantiles(dist="quantiles", probabilities=(0.1, 0.5, 0.9), values=(-0.6, -0.2, 0.1), rationale="test"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_effect_with_a_shift_added_has_the_density_of_the_effect(family: str) -> None:
    prior = FAMILIES[family]
    components = len(prior.values) if isinstance(prior, Quantiles) else 2
    with pm.Model() as model:
        shift = pm.Data("shift", 0.0)
        effect_variable(Shape("", prior=family, components=components), "theta_average", shift)
        pm.set_data({k: np.asarray(v, dtype=float) for k, v in prior_data(prior).items()} | {"shift": 0.8})
    logp = model.compile_logp(mode="FAST_COMPILE")
    for theta in (-1.5, -0.35, 0.0, 0.6):
        assert float(logp({"theta_average": np.array(theta + 0.8)})) == pytest.approx(
            float(prior.logpdf(theta)), rel=1e-8
        )


def test_the_sharper_the_prior_the_less_of_the_shift_is_taken() -> None:
    shares = [share_of_data(PROGRESSION, sd) for sd in (1e-3, 0.2, 1e3)]
    assert shares[0] < 1e-3 < shares[1] < shares[2] and shares[2] == pytest.approx(1)


@pytest.mark.statistical
def test_chains_agree_whatever_the_seed(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence], priors: dict[str, Prior]
) -> None:
    """Over all parameters and reported quantities, not by the luck of one seed."""
    name, prior = "pfs_chen2025_centres", "sceptical"
    worst = []
    for seed in range(5):
        made = fit(analyses[name], evidence_of(name), prior, priors[prior], Settings(seed=seed))
        posterior = made.tree["posterior"].to_dataset()
        estimates = nuts_estimates(analyses[name], evidence_of(name), prior, posterior)
        assert int(made.tree["sample_stats"]["diverging"].sum()) == 0
        assert float(estimates["ess_bulk"].min()) > 1000
        worst.append(max(float(estimates["r_hat"].max()), float(convergence(posterior)["r_hat"].max())))
    assert max(worst) <= 1.01 and np.median(worst) <= 1.005, worst
