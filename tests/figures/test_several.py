"""Figures of a synthesis draw what the exact engine says; none overlaps, none is drawn where it has no sense."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from crlm_bayes.answers.result import Result
from crlm_bayes.answers.several.pooled_view import SynthesisView
from crlm_bayes.answers.several.study_lines import LogInterval, grouped, title_with_year
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.values import BinomialEvidence
from crlm_bayes.exact.synthesis.synthesis import synthesise
from crlm_bayes.figures import drawings, rendering
from crlm_bayes.figures.several import of_synthesis
from crlm_bayes.figures.several.forest_plot import ratio_words
from crlm_bayes.figures.several.marks import square_size
from crlm_bayes.prose.captions import captions
from crlm_bayes.prose.verdicts import VERDICTS
from crlm_bayes.rule import SURVIVES, standing
from crlm_bayes.words.numbers import probability
from makers.drawn import assert_fits, line, marks, said, save, texts, wide
from makers.made_syntheses import CASES, FITTED, HALF, LABELS, PRIMARY, PRIORS, made, ratio, scattered
from oracles.paths import bias_path, discount_path


def draw_synthesis(result: Result) -> dict[str, Figure]:
    """Draw what only a synthesis has."""
    own = {*of_synthesis(result), *FITTED}
    with rendering():
        drawn = {name: drawing.draw() for name, drawing in drawings(result).items() if name in own}
    return {name: figure for name, figure in drawn.items() if figure is not None}


@pytest.fixture(scope="module")
def results() -> Mapping[str, Result]:
    return {name: made(**arguments) for name, (arguments, _) in CASES.items()}


@pytest.fixture(scope="module")
def views(results: Mapping[str, Result]) -> Mapping[str, SynthesisView]:
    return {name: result.view for name, result in results.items() if result.synthesis is not None}


@pytest.fixture(scope="module")
def drawn(results: Mapping[str, Result], views: Mapping[str, SynthesisView]) -> dict[str, dict[str, Figure]]:
    return {name: draw_synthesis(result) for name, result in results.items()}


@pytest.mark.parametrize("case", CASES)
def test_every_figure_that_has_a_sense_fits_its_page(drawn: Any, results: Mapping[str, Result], case: str) -> None:
    assert wide(drawn[case]) == [*CASES[case][1], *FITTED]
    assert set(wide(drawn[case])) <= set(captions(results[case]))
    for figure in drawn[case].values():
        assert_fits(figure)
        save(figure, "svg")
    assert plt.get_fignums() == []


def test_without_fits_the_exact_figures_remain(results: Any, views: Any) -> None:
    bare = replace(results["two, common"], trees={})
    assert wide(draw_synthesis(bare)) == CASES["two, common"][1]


@pytest.mark.parametrize("case", CASES)
def test_the_forest_draws_and_writes_what_the_engine_says(results: Any, drawn: Any, case: str) -> None:
    result, figure = results[case], drawn[case]["forest_plot"]
    pooled, written = result.pooled, said(figure)
    for effect, weight in zip(pooled.effects, pooled.weights, strict=False):
        assert f"{100 * weight.share:.1f}%".replace("-", "−") in written
        if pooled.tau is None:  # one effect: there is nothing to shrink
            assert not marks(figure, f"{effect.name}-effect-median")
            continue
        ((x, _),) = marks(figure, f"{effect.name}-effect-median")
        assert x == pytest.approx(effect.effect.median)
        assert line(figure, f"{effect.name}-effect-interval").get_xdata() == pytest.approx(effect.effect.interval)
        assert ratio_words(LogInterval.of(effect.effect)) in written
    (diamond,) = [p for a in figure.axes for p in a.patches if isinstance(p, Polygon) and p.get_label() == "pooled"]
    corners = diamond.get_xy()
    assert (corners[:, 0].min(), corners[:, 0].max()) == pytest.approx(pooled.mu.interval)
    assert corners[:, 0][corners[:, 1].argmax()] == pytest.approx(pooled.mu.median)
    assert ratio_words(LogInterval.of(pooled.mu)) in written
    assert f"{100 * pooled.weights[-1].share:.1f}%" in written
    assert bool(marks(figure, "predictive-median")) == (pooled.tau is not None)
    if pooled.tau is not None:
        assert ratio_words(LogInterval.of(pooled.predictive)) in written
        assert any(f"τ {pooled.tau.median:.2f} (" in text for text in written)
    p = pooled.mu.p_below(0.0)
    p = p if result.spec.sign == 1 else 1 - p
    assert any(probability(p) in text and text.endswith(VERDICTS[standing(p)]) for text in written)


def test_an_unknown_direction_is_a_mirrored_open_pair_and_no_maximum_is_no_estimate(results: Any, drawn: Any) -> None:
    result, figure = results["twelve, of every kind"], drawn["twelve, of every kind"]["forest_plot"]
    apart, unknown, other, *_ = result.spec.studies
    (left, _), (right, _) = marks(figure, f"{unknown}-printed")
    assert (left, right) == pytest.approx((-0.3, 0.3))
    faces = {
        to_rgba(one.get_markerfacecolor())
        for a in figure.axes
        for one in a.lines
        if one.get_label() == f"{unknown}-printed"
    }
    known = line(figure, f"{other}-printed")
    assert faces == {to_rgba("white")} != {to_rgba(known.get_markerfacecolor())}
    assert not marks(figure, f"{apart}-printed") and "no estimate" in said(figure)
    assert "0.74 or 1.35" in said(figure)
    assert any("does not say which arm" in text for text in said(figure))
    # a circle for what the model makes of a study, a square for the print: told apart without colour
    assert {known.get_marker(), line(figure, f"{other}-effect-median").get_marker()} == {"s", "o"}


def test_groups_tell_randomised_others_and_indirect_with_their_weight(drawn: Any, views: Any) -> None:
    def bold(case: str) -> list[str]:
        return [t.get_text() for t in texts(drawn[case]["forest_plot"]) if t.get_fontweight() == "bold"]

    assert bold("twelve, of every kind")[:3] == [
        "Randomised trials",
        "Not randomised",
        "Indirect evidence, weight 0.5",
    ]
    assert "Indirect evidence, weight learnt (δ)" in bold("three, learnt")
    assert bold("four, moderated")[:2] == ["Timing: perioperative", "Timing: neoadjuvant"]
    for view in views.values():
        shown = [one.study.id for group in view.groups for one in group.lines]
        assert sorted(shown) == sorted(view.question.spec.studies)


@pytest.mark.parametrize("name", ["forest_plot", "influence", "cumulative", "tau_priors"])
def test_words_beside_a_plot_stay_beside_it(drawn: Any, name: str) -> None:
    for figures in drawn.values():
        figure = figures[name]
        assert_fits(figure)  # draws it
        plot, page = figure.axes
        inside = plot.get_window_extent()
        for text in page.texts:
            assert not inside.overlaps(text.get_window_extent()), text.get_text()


def test_a_moderator_with_many_levels_names_those_that_occur(views: Any) -> None:
    view = views["four, moderated"]
    moderator = view.question.spec.moderator.model_copy(update={"levels": ("neoadjuvant", "adjuvant", "palliative")})
    spec = view.question.spec.model_copy(update={"moderator": moderator})
    assert [group.heading for group in grouped(view.lines, spec)] == ["Timing: perioperative", "Timing: neoadjuvant"]


def test_squares_grow_with_weight_in_area() -> None:
    sides = [square_size(share, [0.4, 0.1, -0.02]) for share in (0.4, 0.1, -0.02)]
    assert sides[0] - sides[2] == pytest.approx(2 * (sides[1] - sides[2])) and sides[2] > 0


def test_influence_and_cumulative_are_syntheses_of_fewer_studies(results: Any, views: Any, drawn: Any) -> None:
    case = "four, moderated"
    result, view = results[case], views[case]
    first = view.influence[0]
    rest = [m for m in result.synthesis.members if m.name != first.name]
    mu = synthesise(rest, result.synthesis.structure).under(result.pooled.prior).mu
    assert first.estimate == pytest.approx(LogInterval.of(mu), abs=1e-4)
    ((x, _),) = marks(drawn[case]["influence"], f"{first.name}-median")
    assert x == first.estimate.middle
    assert [one.study.year for one in view.chronicle] == sorted(s.year for s in result.question.studies)
    assert view.cumulative[-1].estimate == pytest.approx(view.everything.estimate, abs=1e-4)
    assert view.prior_alone.p_benefit == pytest.approx(0.5)
    assert {"strongly sceptical prior alone", ratio_words(view.cumulative[0].estimate)} <= said(
        drawn[case]["cumulative"]
    )


def test_the_group_of_the_moderator_lies_where_its_parts_put_it(views: Any, drawn: Any) -> None:
    view = views["four, moderated"]
    group = view.shifted_group
    assert group.mean == pytest.approx(view.pooled.mu.mean + view.pooled.beta.mean, abs=1e-4)
    assert "Pooled: neoadjuvant" in said(drawn["four, moderated"]["forest_plot"])
    assert view.overstated is None  # a moderator is no bias


@pytest.mark.parametrize("prior", [PRIMARY, "enthusiastic"])
def test_borrowing_follows_the_exact_paths(results: Any, views: Any, prior: str) -> None:
    for case, found in (("three, biased", "borrowed"), ("three, biased", "overstated"), ("three, learnt", "borrowed")):
        result, one = results[case], getattr(views[case], found)
        x, lines = one.fine
        some, turned = slice(3, None, 100), result.spec.effect_prior(PRIORS[prior])
        if found == "borrowed":
            path = discount_path(result.synthesis, one.studies, x[some], turned)
        else:
            path = bias_path(result.synthesis, -result.spec.sign * x[some], turned)
        exact = path.p_below if result.spec.sign == 1 else 1 - path.p_below
        assert lines[prior][some] == pytest.approx(exact, abs=1e-3)


def test_tipping_values_are_where_the_claim_falls(results: Any, views: Any, drawn: Any) -> None:
    result, one = results["three, biased"], views["three, biased"].overstated
    assert one.tips("enthusiastic")
    for tip in one.tips("enthusiastic"):
        path = bias_path(result.synthesis, [-tip], PRIORS["enthusiastic"])
        assert path.p_below == pytest.approx([SURVIVES], abs=2e-4)
    assert len(marks(drawn["three, biased"]["borrowing"], "tip")) == sum(
        len(a.tips(PRIMARY)) for a in (views["three, biased"].borrowed, one)
    )


def test_a_fixed_weight_is_where_the_analysis_stands(results: Any, views: Any) -> None:
    view = views["twelve, of every kind"]
    x, lines = view.borrowed.fine
    assert np.interp(0.5, x, lines[PRIMARY]) == pytest.approx(view.everything.p_benefit, abs=1e-3)
    assert view.borrowed.studies == results["twelve, of every kind"].spec.studies[-2:]


def test_a_discounted_count_is_that_of_fewer_patients_along_the_whole_path() -> None:
    few = BinomialEvidence("", ("a", "b"), LABELS, np.array([3.0, 6.0]), np.array([20.0, 21.0]))
    result = made(
        [ratio(0.4, 0.3), few], "common", measure="or", better="higher", weight=0.5, secondary=1, fitted=False
    )
    assert result.synthesis is not None
    view = result.view
    assert view.borrowed is not None
    x, lines = view.borrowed.fine
    assert np.interp(0.5, x, lines[PRIMARY]) == pytest.approx(view.everything.p_benefit, abs=2e-4)


def test_priors_of_tau_run_from_none_to_the_stated_one(results: Any, views: Any) -> None:
    rows = views["three, learnt"].tau_priors
    assert [row.at.name for row in rows] == [
        "common effect: τ = 0", "half-normal, scale 0.1", "half-normal, scale 0.25", "half-normal, scale 0.5",
    ]  # fmt: skip
    assert [row.stated for row in rows] == [False, True, False, False]
    assert rows[1].at.estimate == views["three, learnt"].everything.estimate
    assert rows[0].tau == 0 and rows[1].tau < rows[2].tau < rows[3].tau
    assert [row.stated for row in views["four, moderated"].tau_priors] == [False] * 4 + [True]
    assert [row.stated for row in views["two, common"].tau_priors] == [True] + [False] * 3


def test_heterogeneity_shows_prior_and_posterior_of_every_parameter(views: Any, drawn: Any) -> None:
    symbols = {case: [p.symbol for p in view.parameters] for case, view in views.items()}
    assert symbols["two, common"] == [] and symbols["three, learnt"] == ["τ", "δ"]
    assert symbols["three, biased"] == ["τ", "β", "σ"] and symbols["four, moderated"] == ["τ", "γ"]
    for p in views["three, biased"].parameters:
        x, y = np.asarray(
            line(drawn["three, biased"]["heterogeneity"], f"{p.symbol}-posterior").get_data(), dtype=float
        )
        assert y == pytest.approx(np.interp(x, p.posterior.theta, p.posterior.density))
        assert np.trapezoid(y, x) == pytest.approx(1, abs=0.02)
        assert np.trapezoid(p.prior, p.points) < 1.001


def test_a_funnel_needs_ten_estimates(views: Any, drawn: Any) -> None:
    assert len(views["twelve, of every kind"].funnel) == 10  # neither the separated study nor the one without direction
    assert "funnel" not in draw_synthesis(made(scattered(9), "random", fitted=False, heterogeneity=HALF))
    figure, view = drawn["twelve, of every kind"]["funnel"], views["twelve, of every kind"]
    for one in view.funnel:
        ((x, y),) = marks(figure, one.study.id)
        assert (x, y) == pytest.approx(
            (one.effect.estimate, (one.effect.limits[1] - one.effect.limits[0]) / 3.92), rel=1e-4
        )
    low, high = (one for one in figure.axes[0].lines if one.get_label() == "pseudo-limit")
    tau, mu = view.pooled.tau.median, view.pooled.mu.median
    assert [float(one.get_xdata()[0]) for one in (low, high)] == pytest.approx(
        [mu - 1.96 * tau, mu + 1.96 * tau], rel=1e-3
    )


def test_predictive_rows_are_standardised_replicates(results: Any, drawn: Any) -> None:
    result, figure = results["two, common"], drawn["two, common"]["predictive"]
    name = result.spec.studies[0]
    y = result.trees[PRIMARY]["posterior_predictive"].dataset[f"{name}.y"].values
    shown = marks(figure, "printed")
    assert len(shown) == 5  # one ratio, two landmarks of two arms
    assert shown[0][0] == pytest.approx((-0.4 - y.mean()) / y.std())
    assert marks(figure, "expected")[0][0] == pytest.approx((np.median(y) - y.mean()) / y.std())
    low, high = (math.exp(q) for q in np.quantile(y, [0.025, 0.975]))
    assert f"{math.exp(np.median(y)):.2f} ({low:.2f} to {high:.2f})" in said(figure)
    assert {"0.67", "48 of 60", "PFS 0–12 months, control"} <= said(figure)


def test_a_name_gets_its_year_once() -> None:
    study = Study(
        id="smith2024", citation="made", design="rct", timing="adjuvant", resectability="resected", source="primary"
    )
    assert title_with_year(study) == title_with_year(study.model_copy(update={"year": 2024})) == "Smith 2024"
    assert title_with_year(study.model_copy(update={"year": 2017, "name": "TRIAL"})) == "TRIAL 2017"
