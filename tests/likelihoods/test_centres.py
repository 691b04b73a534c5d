"""Centres from the printed study to model, map and figure; NUTS against the exact engine."""

import io
from dataclasses import replace
from typing import Any

import arviz as az
import numpy as np
import pymc as pm
import pytest
import xarray as xr
from matplotlib.figure import Figure
from scipy import stats

from crlm_bayes.documents.analysis_parts import CentrePriors
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.centres import assemble_centres
from crlm_bayes.evidence.values import CentreEvidence
from crlm_bayes.figures.frame.style import SAVE, rendering
from crlm_bayes.figures.one.centres import draw_centres
from crlm_bayes.likelihoods.centres import model as centres
from crlm_bayes.likelihoods.centres.map import CentreMap, centre_map, falls_at, spread_at_which_it_falls
from crlm_bayes.likelihoods.variables import prior_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.nuisance import UniformCorrelation
from crlm_bayes.prose.centres import sentences
from crlm_bayes.sampling.models import model_of
from crlm_bayes.sampling.nuts import fit, shape_of
from crlm_bayes.sampling.settings import Settings
from makers.centre_cases import (
    DEATH,
    ENDPOINTS,
    PROGRESSION,
    RESPONSE,
    SIZES,
    analysis,
    fixed,
    latent,
    latent_priors,
    normal,
    table_priors,
    tables,
)
from makers.drawn import assert_fits
from makers.ministudy import ministudy

SIX = [{"name": f"centre {i}", "n": n} for i, n in enumerate(SIZES, 1)]
ARM_COUNTS = [
    {"endpoint": "orr", "arm": "control", "events": 111, "n": 217},
    {"endpoint": "orr", "arm": "drug", "events": 79, "n": 118},
]


def spec_of(priors: CentrePriors | None = None, **changes: Any) -> Any:
    return analysis(latent(RESPONSE), priors or latent_priors(), better="higher", **changes)


def by_centre(*rows: tuple[str, str, int, int]) -> list[dict[str, Any]]:
    return [{"endpoint": "orr", "arm": a, "centre": c, "events": r, "n": n} for c, a, r, n in rows]


def test_sizes_are_used_as_given() -> None:
    study = ministudy((217, 118), centres=SIX, counts=ARM_COUNTS)
    found = assemble_centres(spec_of(), study, RESPONSE)
    assert found.sizes.tolist() == list(SIZES) and found.treated == 118 and not found.tables
    assert found.centres[0] == "centre 1" and found.pooled is RESPONSE
    assert [row.how for row in found.rows] == ["used as given"] * 6


def test_outcomes_by_centre_are_taken_where_printed() -> None:
    sizes = [{"name": "A", "n": 50}, {"name": "B", "n": 30}, {"name": "C", "n": 9}]
    rows = by_centre(("A", "control", 9, 25), ("A", "drug", 15, 25), ("B", "control", 4, 15), ("B", "drug", 7, 15),
                     ("C", "control", 2, 9))  # fmt: skip
    study = ministudy((49, 40), centres=sizes, counts=rows)
    found = assemble_centres(spec_of(priors=table_priors()), study, None)
    assert found.events is not None and found.n is not None
    assert found.events.tolist() == [[9, 15], [4, 7], [2, 0]] and found.n.tolist() == [[25, 25], [15, 15], [9, 0]]
    assert found.pooled.events.tolist() == [15, 22] and found.treated == 40  # type: ignore[union-attr]
    assert found.rows[0].printed == "A: 9 of 25" and "counts/orr/control/A" in found.rows[0].entry


@pytest.mark.parametrize(
    ("tables_printed", "priors", "changes", "said"),
    [
        ({"counts": ARM_COUNTS}, latent_priors(), {}, "none are printed"),
        ({"counts": ARM_COUNTS, "centres": SIX[:5]}, latent_priors(), {}, "319 patients together, the arms 335"),
        ({"counts": ARM_COUNTS, "centres": SIX}, None, {}, "priors.centres: is required"),
        ({"counts": ARM_COUNTS, "centres": SIX}, table_priors(), {}, "allocation_spread: is required"),
        ({"counts": ARM_COUNTS, "centres": SIX}, latent_priors(), {"proportional": False}, "does not go together"),
        (
            {"counts": ARM_COUNTS, "centres": SIX},
            latent_priors(),
            {"likelihood": "log_ratio"},
            "says nothing about them",
        ),
        (
            {"counts": by_centre(("centre 1", "control", 3, 60)), "centres": SIX},
            table_priors(),
            {},
            "60 of the 118 patients of centre 1 are printed",
        ),
        ({"counts": by_centre(("centre 1", "drug", 3, 60)), "centres": SIX}, latent_priors(), {}, "has no role where"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    tables_printed: dict[str, Any], priors: CentrePriors | None, changes: dict[str, Any], said: str
) -> None:
    study = ministudy((217, 118), **tables_printed)
    spec = spec_of(**changes)
    spec.priors.centres = priors
    pooled: Any = RESPONSE if changes.get("likelihood") != "log_ratio" else None
    with pytest.raises(InvalidInput, match=said) as caught:
        assemble_centres(spec, study, pooled)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("analysis mini: ")


def test_correlations_stay_where_they_can_be() -> None:
    for low, high in ((0.5, 0.5), (0.2, -0.2), (-1.2, 0.0)):
        with pytest.raises(ValueError, match=r"low|greater than"):
            UniformCorrelation(dist="uniform", low=low, high=high, rationale="t")


MODELS: dict[str, tuple[CentreEvidence, CentrePriors]] = {
    "response": (latent(RESPONSE), latent_priors()),
    "progression": (latent(PROGRESSION), latent_priors()),
    "fixed": (latent(DEATH), latent_priors(rho=fixed(0.3))),
    "tables": (tables([[5, 12], [9, 8], [3, 0]], [[20, 22], [14, 15], [9, 0]]), table_priors()),
}


@pytest.mark.parametrize("name", MODELS)
def test_model_and_numpy_twin_give_the_same_probabilities(name: str) -> None:
    """Draws from the prior go through the compiled model: probabilities, shares and the likelihood agree."""
    evidence, priors = MODELS[name]
    spec = analysis(evidence, priors)
    drawn = centres.sample_nuisance(evidence, spec, np.array([-0.4, 0.3, 0.0]), np.random.default_rng(3))
    prior = normal()
    model = model_of(shape_of(spec, evidence, prior))
    values = centres.data(evidence, spec) | prior_data(prior) | centres.data_under(prior, evidence, spec)
    with model:
        pm.set_data({k: np.asarray(v, dtype=float) for k, v in values.items()})
    wanted = [v.name for v in model.deterministics if v.name in {*drawn, "theta"}]
    outputs = [model[v] for v in wanted] + [pm.logp(model["y"], model.rvs_to_values[model["y"]])]
    inputs = list(model.free_RVs)
    run = model.compile_fn(outputs, inputs=inputs, point_fn=False, on_unused_input="ignore", mode="FAST_COMPILE")
    dims, y = centres.observed(evidence)["y"]
    for i, theta in enumerate((-0.4, 0.3, 0.0)):
        point = {k: v[i] for k, (_, v) in drawn.items()} | {"theta": theta}
        if "correlation_unit" in model.named_vars:
            assert isinstance(priors.allocation_correlation, UniformCorrelation)
            low, high = priors.allocation_correlation.low, priors.allocation_correlation.high
            point["correlation_unit"] = (point["allocation_correlation"] - low) / (high - low)
        # what is sampled with a shift added: the shift is what 0 comes out as, turned
        added = {k.name: k.name.removesuffix("_average") for k in inputs if k.name.endswith("_average")}
        point |= {k: np.zeros_like(point[v]) for k, v in added.items()}
        at_zero = dict(zip(wanted, run(*(np.asarray(point[v.name]) for v in inputs))[:-1], strict=True))
        point |= {k: point[v] - at_zero[v] for k, v in added.items()}
        found = run(*(np.asarray(point[v.name]) for v in inputs))
        expected = {k: v[i] for k, (_, v) in drawn.items()} | {"theta": theta}
        for key, value in zip(wanted, found[:-1], strict=True):
            assert value == pytest.approx(expected[key], rel=1e-9, abs=1e-12), key
        key = next(k for k in ("cell_probability", "arm_survival", "arm_probability") if k in drawn)
        n = evidence.n if evidence.tables else getattr(evidence.pooled, "at_risk", getattr(evidence.pooled, "n", None))
        assert found[-1] == pytest.approx(stats.binom.logpmf(y, n, drawn[key][1][i]), rel=1e-7)
    assert dims[-1] == "arm"


@pytest.mark.parametrize("name", MODELS)
def test_predictions_and_absolute_effects_have_the_dims_that_tables_need(name: str) -> None:
    evidence, priors = MODELS[name]
    spec = analysis(evidence, priors)
    theta = np.linspace(-0.5, 0.5, 40)
    drawn = centres.sample_nuisance(evidence, spec, theta, np.random.default_rng(3))
    labels = centres.coordinates(evidence)
    parameters = xr.Dataset(
        {k: (("chain", "draw", *d), v[None]) for k, (d, v) in drawn.items()},
        coords={d: labels[d] for d in labels if any(d in dims for dims, _ in drawn.values())},
    )
    dims, y = centres.observed(evidence)["y"]
    again = centres.replicate(parameters, evidence, np.random.default_rng(1))["y"]
    assert again.dims[2:] == dims and again.shape[2:] == y.shape
    derived = centres.derive(parameters, evidence, spec)
    # nobody printed what happened in a centre of which only the size is known: it has no name and no ratio
    assert labels["centre"] == (
        list(evidence.centres) if evidence.tables else [str(i + 1) for i in range(len(evidence.centres))]
    )
    assert ("centre_ratio" in derived) == evidence.tables
    if evidence.intervals:
        assert derived["survival"].dims == ("chain", "draw", "arm", "months")
        assert derived["rmst"].dims == ("chain", "draw", "arm", "horizon")
        survival = derived["survival"].values
        assert (survival[..., 0] >= survival[..., 1]).all() and (derived["rmst"] <= 36 + 1e-9).all()
    else:
        assert derived["probability"].dims == ("chain", "draw", "arm")


def test_absolute_effects_are_standardised() -> None:
    """Without an effect nothing is left between the arms, whoever was treated where."""
    for evidence, priors in (MODELS["response"], MODELS["progression"]):
        spec = analysis(evidence, latent_priors(0.8, 1e-9, 0.9) if priors else priors)
        drawn = centres.sample_nuisance(evidence, spec, np.zeros(20), np.random.default_rng(3))
        parameters = xr.Dataset(
            {k: (("chain", "draw", *d), v[None]) for k, (d, v) in drawn.items()},
            coords=centres.coordinates(evidence),
        )
        assert np.abs(centres.derive(parameters, evidence, spec)["risk_difference"].values).max() < 1e-6
        raw = "arm_probability" if "arm_probability" in drawn else "arm_survival"
        assert np.abs(np.diff(drawn[raw][1], axis=-1)).max() > 0.01


@pytest.fixture(scope="module")
def maps() -> dict[str, tuple[CentreMap, Any]]:
    """Coarse maps of three endpoints under the neutral prior."""
    found = {}
    for name, pooled in ENDPOINTS.items():
        evidence = latent(pooled)
        spec = analysis(evidence, latent_priors(), better="higher" if name == "response" else "lower")
        made = centre_map(evidence, spec, normal(), (0.0, 0.5, 1.0), (-1.0, -0.5, 0.0, 0.5, 1.0), name="neutral")
        found[name] = made, spec
    return found


def test_better_centres_that_treat_more_cost_the_claim(maps: dict[str, tuple[CentreMap, Any]]) -> None:
    for found, _ in maps.values():
        assert np.ptp(found.p_benefit[0]) == 0  # nothing to be correlated with
        assert (np.diff(found.p_benefit[1:], axis=1) < 0).all()
        assert found.p_benefit[2, -1] < found.p_benefit[0, 0] - 0.1
    assert maps["response"][0].median[0, 0] > 1 > maps["progression"][0].median[0, 0]
    assert maps["response"][0].effect_spread == pytest.approx(0.2 * 0.6745, rel=1e-3)


def test_sentences_call_it_a_sensitivity_analysis_and_say_where_the_claim_falls(
    maps: dict[str, tuple[CentreMap, Any]],
) -> None:
    for found, spec in maps.values():
        text = " ".join(sentences(found, spec))
        assert "sensitivity analysis" in text
        assert "under the neutral prior" in text
    found, spec = maps["progression"]
    limit = spread_at_which_it_falls(found)
    assert limit is not None and 0.3 < limit < 0.7
    assert f"reaches {limit:.2f}" in " ".join(sentences(found, spec))
    assert falls_at(found, 0) is None and falls_at(found, 2) == 0
    assert "only where centres with a worse prognosis treat more" in " ".join(sentences(*maps["death"]))
    low = replace(maps["death"][0], p_benefit=maps["death"][0].p_benefit - 0.1)
    assert "it would survive nowhere on this map" in " ".join(sentences(low, spec))


def test_limits_are_read_off_the_map() -> None:
    p = stats.norm.cdf(np.array([[3.0, 3.0, 3.0], [3.0, 2.4, 1.4], [3.0, 1.0, 0.5]]))
    found = CentreMap(np.array([0.0, 0.5, 1.0]), np.array([-1.0, 0.0, 1.0]), p, p, 0.1, 0.5)
    assert falls_at(found, 0) is None
    assert falls_at(found, 1) == pytest.approx(2.4 - 1.959964, abs=2e-3)
    assert falls_at(found, 2) == 0
    assert spread_at_which_it_falls(found) == pytest.approx(0.5 + 0.5 * (2.4 - 1.959964) / 1.4, abs=2e-3)


def test_there_is_no_map_where_the_allocation_is_printed() -> None:
    evidence, priors = MODELS["tables"]
    with pytest.raises(InvalidInput, match="the allocation is known"):
        centre_map(evidence, analysis(evidence, priors), normal())


def test_figures_fit_and_are_always_the_same(maps: dict[str, tuple[CentreMap, Any]]) -> None:
    def saved(figure: Figure) -> bytes:
        stream = io.BytesIO()
        with rendering():
            figure.savefig(stream, format="svg", **SAVE["svg"])
        return stream.getvalue()

    for found, spec in maps.values():
        with rendering():
            one, other = draw_centres(found, spec), draw_centres(found, spec)
        assert_fits(one)
        assert saved(one) == saved(other)
        said = " ".join(t.get_text() for axes in one.axes for t in axes.texts)
        assert "sensitivity analysis" in said and "prognosis treat more" in said


@pytest.mark.statistical
@pytest.mark.parametrize("name", MODELS)
def test_nuts_agrees_with_the_exact_engine(name: str) -> None:
    evidence, priors = MODELS[name]
    spec = analysis(evidence, priors)
    prior: Prior = normal()
    fitted = fit(spec, evidence, "neutral", prior, Settings())
    posterior = fitted.tree["posterior"]
    exact = centres.curve(evidence, spec).apply(prior)
    theta = posterior["theta"].values
    assert int(fitted.tree["sample_stats"]["diverging"].sum()) == 0
    assert float(az.rhat(theta)) < 1.01 and float(az.ess(theta)) > 400
    lattice = 1e-3  # of the exact engine, where allocation is latent
    for draws, value in ((theta, exact.mean), ((theta < 0).astype(float), exact.p_below(0))):
        assert abs(draws.mean() - value) < 4 * float(az.mcse(draws, method="mean")) + lattice
    if not evidence.tables:
        share = posterior["treated_share"].values
        assert share @ evidence.sizes == pytest.approx(np.full(share.shape[:2], evidence.treated), rel=1e-9)


def test_spread_priors_of_all_families_reach_the_model() -> None:
    evidence = latent(RESPONSE)
    priors = latent_priors()
    assert centres.shape(evidence, analysis(evidence, priors)).spreads == ("half_normal",) * 3
    values = centres.data(evidence, analysis(evidence, priors))
    assert values["baseline_spread_sd"] == 0.5 and values["correlation_low"] == -0.5
