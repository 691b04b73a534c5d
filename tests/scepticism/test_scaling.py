"""Power scaling: the closed form of a conjugate normal case, by draws and by curve; what it means, and when not to trust it."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.special import ndtr

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.answers.result import Result
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.pages.html import environment
from crlm_bayes.pages.tables.decision import sensitivity_section
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal
from crlm_bayes.run.one import conclude
from crlm_bayes.sampling.power_scaling import MAX_K, power_scaling
from crlm_bayes.scepticism.scaling import (
    ALPHAS,
    DRAWS,
    MEANINGS,
    SENSITIVE,
    Diagnosis,
    diagnose,
    distance,
    exact_scaling,
    prior_raised,
    raised,
)
from crlm_bayes.words.nouns import vocabulary

CASES = [(-0.28, 0.12, 0.0, 0.205), (0.1, 0.3, 0.22, 0.2), (-0.5, 0.2, 0.0, 1.0)]
"""Estimate, its standard error, prior mean, prior sd."""


def normal(mean: float, sd: float) -> Prior:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="test")


def curve(mode: float, width: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - mode) / width) ** 2)


def conjugate(y: float, se: float, mean: float, sd: float, prior: float = 1, data: float = 1) -> tuple[float, float]:
    """Mean and sd of the normal posterior with prior and likelihood raised to powers."""
    precision = data / se**2 + prior / sd**2
    return (data * y / se**2 + prior * mean / sd**2) / precision, precision**-0.5


def on_grid(mean: float, sd: float) -> GridPosterior:
    return curve(mean, sd).apply(normal(mean, 1e3))


def expected(y: float, se: float, mean: float, sd: float, component: str) -> float:
    """Sensitivity from the two normal distributions themselves."""
    base = on_grid(*conjugate(y, se, mean, sd))
    others = [on_grid(*conjugate(y, se, mean, sd, **{component: a})) for a in ALPHAS]
    return float(np.mean([distance(base, o) / abs(math.log2(a)) for o, a in zip(others, ALPHAS, strict=True)]))


def draws(y: float, se: float, mean: float, sd: float, seed: int = 1, nuisance: float | None = None) -> xr.DataTree:
    """Independent draws of the conjugate posterior, with its log prior and log likelihood (two data points of half weight)."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(*conjugate(y, se, mean, sd), (4, DRAWS // 4))
    dims = ("chain", "draw")
    half = -0.25 * ((theta - y) / se) ** 2
    posterior, prior = {"theta": (dims, theta)}, {"theta": (dims, -0.5 * ((theta - mean) / sd) ** 2)}
    if nuisance is not None:  # two parameters on which the data say nothing: the posterior is the prior
        z = rng.normal(0, nuisance, (*theta.shape, 2))
        posterior["alpha"] = ((*dims, "part"), z)
        prior = {"alpha": ((*dims, "part"), -0.5 * (z / nuisance) ** 2), **prior}
    coords = {"chain": range(4), "draw": range(DRAWS // 4)}
    return xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset(posterior, coords=coords),
            "log_prior": xr.Dataset(prior, coords=coords),
            "log_likelihood": xr.Dataset({"y": ((*dims, "row"), np.stack([half, half], axis=-1))}, coords=coords),
        }
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("power", [0.5, *ALPHAS, 3.0])
def test_scaling_on_the_curve_is_the_closed_form(case: tuple[float, float, float, float], power: float) -> None:
    y, se, mean, sd = case
    prior, base = normal(mean, sd), curve(y, se).apply(normal(mean, sd))
    by_data = raised(curve(y, se), power).apply(prior)
    by_prior = prior_raised(curve(y, se), prior, power, base)
    for found, powers in ((by_data, {"data": power}), (by_prior, {"prior": power})):
        centre, spread = conjugate(y, se, mean, sd, **powers)
        assert found.median == pytest.approx(centre, abs=1e-6)
        assert found.p_below(0.0) == pytest.approx(float(ndtr(-centre / spread)), abs=1e-6)
        assert found.sd == pytest.approx(spread, rel=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_sensitivities_by_draws_and_by_curve_are_those_of_the_closed_form(
    case: tuple[float, float, float, float], make_spec: Callable[..., AnalysisSpec]
) -> None:
    y, se, mean, sd = case
    row = power_scaling(draws(*case))[0]
    by_prior, by_data = exact_scaling(curve(y, se), make_spec("log_ratio"), normal(mean, sd))
    assert by_prior.sensitivity == pytest.approx(expected(*case, "prior"), rel=2e-3)
    assert by_data.sensitivity == pytest.approx(expected(*case, "data"), rel=2e-3)
    # the distance depends on the range of the draws, which varies by about a tenth
    assert row.effect_prior.sensitivity == pytest.approx(by_prior.sensitivity, rel=0.2, abs=0.003)
    assert row.likelihood.sensitivity == pytest.approx(by_data.sensitivity, rel=0.2)
    assert row.parameter == "theta" and row.nuisance_priors is None and row.trusted


def test_sensitivity_does_not_depend_on_the_step() -> None:
    """The distance grows like log α: the published choice, 0.99 and 1.01, gives the same."""
    import arviz as az

    tree = draws(*CASES[0])
    row = power_scaling(tree)[0]
    for group, ours in (("prior", row.effect_prior), ("likelihood", row.likelihood)):
        theirs = az.psense(tree, var_names=["theta"], group=group)
        assert ours.sensitivity == pytest.approx(float(theirs["theta"]), rel=0.03)


def test_each_prior_is_scaled_by_itself() -> None:
    rows = {row.parameter: row for row in power_scaling(draws(*CASES[0], nuisance=0.7))}
    alone = power_scaling(draws(*CASES[0]))[0]
    assert list(rows) == ["theta", "alpha[0]", "alpha[1]"]
    effect, other = rows["theta"], rows["alpha[0]"]
    assert effect.effect_prior.sensitivity == pytest.approx(alone.effect_prior.sensitivity, rel=0.05)
    assert effect.nuisance_priors is not None and effect.nuisance_priors.sensitivity < 0.02
    assert effect.diagnosis is Diagnosis.BOTH
    assert other.nuisance_priors is not None and other.nuisance_priors.sensitivity > SENSITIVE
    assert other.effect_prior.sensitivity < 0.02 and other.diagnosis is Diagnosis.PRIOR
    assert [row.parameter for row in power_scaling(draws(*CASES[0], nuisance=0.7), ["theta"])] == ["theta"]


def test_weights_of_heavy_tails_are_not_trusted() -> None:
    tree = draws(*CASES[0])
    theta = tree["posterior"]["theta"]
    # draws of a posterior far narrower than its prior times likelihood: reweighting cannot widen them
    tree["log_prior"]["theta"] = -0.5 * ((theta + 0.2) / 0.012) ** 2
    row = power_scaling(tree)[0]
    assert row.effect_prior.k_lower > MAX_K and not row.effect_prior.trusted and not row.trusted
    assert row.likelihood.trusted


@pytest.mark.parametrize("case", CASES)
def test_pareto_k_of_bounded_weights_is_low(case: tuple[float, float, float, float]) -> None:
    row = power_scaling(draws(*case))[0]
    # a log density raised above 1 gives weights bounded from above: a tail that ends has k below 0
    assert row.effect_prior.k_upper < 0.1 and row.likelihood.k_upper < 0.1
    # raised below 1, weights have a tail with k = (1 - α) times the component's share of the precision
    _, se, _, sd = case
    shares = [1 / sd**2, 1 / se**2]
    for scaled, share in zip((row.effect_prior, row.likelihood), shares, strict=True):
        assert scaled.k_lower == pytest.approx((1 - ALPHAS[0]) * share / sum(shares), abs=0.3)


def test_exact_scaling_moves_to_prior_or_data(make_spec: Callable[..., AnalysisSpec]) -> None:
    for better, sign in (("lower", 1), ("higher", -1)):
        by_prior, by_data = exact_scaling(
            curve(sign * -0.28, 0.12), make_spec("log_ratio", better=better), normal(0, 0.205)
        )
        less, more = (sign * math.log(m) for m in by_prior.medians)
        assert -0.28 < less < more < 0
        assert by_prior.p_benefit[0] > by_prior.p_benefit[1] > 0.9
        weak, strong = (sign * math.log(m) for m in by_data.medians)
        assert strong < weak < 0 and by_data.p_benefit[1] > by_data.p_benefit[0]
        # raising both together would sharpen the same compromise: weaker prior, stronger data move it alike
        assert less == pytest.approx(strong, rel=1e-6)


@pytest.mark.parametrize(
    "prior",
    [
        Cauchy(dist="cauchy", mean=0.0, sd=0.2, rationale="test"),
        Mixture(dist="mixture", weights=(0.5, 0.5), means=(-0.4, 0.3), sds=(0.05, 0.3), rationale="test"),
    ],
)
def test_any_prior_can_be_scaled(prior: Prior) -> None:
    base = curve(-0.2, 0.15).apply(prior)
    same = prior_raised(curve(-0.2, 0.15), prior, 1.0, base)
    assert same.median == pytest.approx(base.median, abs=1e-6) and distance(base, same) < 1e-3
    assert distance(base, prior_raised(curve(-0.2, 0.15), prior, 0.8, base)) > 1e-3


def test_distance_of_normal_distributions() -> None:
    base = on_grid(0.0, 1.0)
    assert distance(base, base) == pytest.approx(0, abs=1e-6)
    near, far = distance(base, on_grid(0.25, 1.0)), distance(base, on_grid(0.5, 1.0))
    assert near == pytest.approx(0.0535, abs=5e-4)  # what the threshold means: a quarter of a standard deviation
    assert far == pytest.approx(2 * near, rel=0.03)
    assert distance(base, on_grid(-0.5, 1.0)) == pytest.approx(far, rel=1e-3)


def test_diagnosis() -> None:
    words = [diagnose(a, b) for a in (0.01, SENSITIVE) for b in (0.01, SENSITIVE)]
    assert words == [Diagnosis.NEITHER, Diagnosis.DATA, Diagnosis.PRIOR, Diagnosis.BOTH]
    assert set(MEANINGS) == set(Diagnosis) and all(text.endswith(".") for text in MEANINGS.values())


# on the page


def rendered(result: Result) -> str:
    template = environment().from_string(
        '{% import "macros.html.jinja" as m with context %}{% include "parts/sensitivity.html.jinja" %}'
    )
    return template.render(spec=result.spec, words=vocabulary(result.spec), scaled=sensitivity_section(result))


def test_section_with_and_without_draws(root: Path) -> None:
    (question,) = read_questions(root / "data" / "published", root / "models", ["pfs_chen2025_adjusted_hr"])
    bare = conclude(Answer(question), {}, {}, {})
    section = sensitivity_section(bare)
    assert [row.what for row in section.effect] == ["prior of the effect", "data"] and not section.sampled
    assert "Not shown" in rendered(bare)
    prior = question.priors["sceptical"]
    assert isinstance(prior, Normal)
    y, se = bare.scepticism.likelihood
    for nuisance in (None, 0.7):
        result = replace(bare, trees={"sceptical": draws(y, se, prior.mean, prior.sd, nuisance=nuisance)})
        section = sensitivity_section(result)
        assert section.sampled and not section.untrusted and len(section.parameters) == (2 if nuisance else 0)
        assert len(section.effect) == (3 if nuisance else 2)
        assert section.said.endswith(MEANINGS[Diagnosis.BOTH].format("hazard ratio"))
        html = rendered(result)
        assert "Not shown" not in html and ("alpha[1]" in html) == (nuisance is not None)
        assert html.count("<tr") == html.count("</tr>") and html.count("<section") == html.count("</section>") == 1
