"""What the figures of tipping points draw is what was computed; they fit their page whatever the claim."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from scipy.interpolate import RegularGridInterpolator
from scipy.special import ndtri

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.figures.frame import labels
from crlm_bayes.figures.frame.style import rendering
from crlm_bayes.figures.one.gauges import MOST_CONFOUNDING, MOST_OVERSTATED, NARROWEST, WIDEST, gauges_of
from crlm_bayes.figures.one.map_labels import probit
from crlm_bayes.figures.one.robustness import AXIS, LEFT, draw_robustness
from crlm_bayes.figures.one.tipping import draw_bias_discount, draw_mean_sd
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal, StudentT
from crlm_bayes.scepticism.robustness import Robustness, robustness
from crlm_bayes.scepticism.tipping import TippingMap, bias_map, discount_map, mean_sd_map
from crlm_bayes.words.nouns import vocabulary
from makers.drawn import assert_fits, line, marks, said, save

NAMES = (
    "pfs_chen2025_landmark",
    "os_chen2025_landmark",
    "orr_chen2025_counts",
    "hypertension_yan2025_counts",
    "r0_chen2025_counts",
    "pfs_yan2025_percent_of_90",
)
SURVIVING = ("pfs_chen2025_landmark", "pfs_yan2025_percent_of_90")


def normal(mean: float = 0.0, sd: float = 0.3) -> Normal:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="t")


def normal_curve(y: float, se: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)


@pytest.fixture(scope="module")
def cases(
    curve_of: Callable[[str], EvidenceCurve], analyses: Mapping[str, AnalysisSpec]
) -> dict[str, tuple[EvidenceCurve, AnalysisSpec]]:
    return {name: (curve_of(name), analyses[name]) for name in NAMES}


def drawn(curve: EvidenceCurve, spec: AnalysisSpec, priors: Mapping[str, Prior]) -> dict[str, Figure]:
    with rendering():
        return {
            "mean_sd": draw_mean_sd(mean_sd_map(curve, spec.claim_sign), spec, priors),
            "bias_discount": draw_bias_discount(
                bias_map(curve, spec.claim_sign), discount_map(curve, spec.claim_sign), spec, priors
            ),
            "robustness": draw_robustness(robustness(curve, spec, priors), spec),
        }


def threshold_line(axes: Any) -> np.ndarray:
    """Vertices of the heavy line; none where it is not drawn."""
    sets = [c for c in axes.collections if isinstance(c, QuadContourSet) and not c.filled]
    heavy = [c for c in sets if c.levels[0] == pytest.approx(ndtri(0.975))]
    return np.concatenate([path.vertices for c in heavy for path in c.get_paths()]) if heavy else np.empty((0, 2))


def assert_line_of(found: TippingMap, across: np.ndarray, vertices: np.ndarray) -> None:
    order = np.argsort(across)
    grid = np.log(found.sds), across[order]
    inside = [np.clip(places, ends[0], ends[-1]) for places, ends in zip(vertices.T[::-1], grid, strict=True)]
    z = RegularGridInterpolator(grid, probit(found.p_benefit[:, order]))(np.transpose(inside))
    assert z == pytest.approx(np.full(len(z), ndtri(0.975)), abs=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_figures_of_the_bundled_claims_fit_are_small_and_always_the_same(
    name: str, cases: dict[str, tuple[EvidenceCurve, AnalysisSpec]], priors: Mapping[str, Prior]
) -> None:
    first, second = drawn(*cases[name], priors), drawn(*cases[name], priors)
    for key, figure in first.items():
        assert_fits(figure)
        saved = save(figure, "svg")
        assert len(saved) < 80_000, key
        assert saved == save(second[key], "svg"), key


@pytest.mark.parametrize("name", NAMES)
def test_priors_stand_where_they_are_in_the_direction_reported(
    name: str, cases: dict[str, tuple[EvidenceCurve, AnalysisSpec]], priors: Mapping[str, Prior]
) -> None:
    curve, spec = cases[name]
    found = mean_sd_map(curve, spec.claim_sign)
    figure = draw_mean_sd(found, spec, priors)
    for prior in spec.effect_priors:
        value = priors[prior]
        assert isinstance(value, Normal)
        assert marks(figure, prior) == [pytest.approx((spec.sign * value.mean, math.log(value.sd)))]
        assert prior.replace("_", " ") in said(figure)
    left = f"← prior expects {vocabulary(spec).claim}" in said(figure)
    assert left == (spec.claim_sign == 1)
    vertices = threshold_line(figure.axes[0])
    assert len(vertices) > 20
    assert_line_of(found, spec.claim_sign * found.across, vertices)
    assert "0.975" in said(figure)


@pytest.mark.parametrize("name", NAMES)
def test_maps_of_bias_and_discount_draw_their_numbers(
    name: str, cases: dict[str, tuple[EvidenceCurve, AnalysisSpec]], priors: Mapping[str, Prior]
) -> None:
    curve, spec = cases[name]
    maps = bias_map(curve, spec.claim_sign), discount_map(curve, spec.claim_sign)
    figure = draw_bias_discount(*maps, spec, priors)
    for axes, found in zip(figure.axes, maps, strict=False):
        vertices = threshold_line(axes)
        assert (len(vertices) > 0) == bool(found.p_benefit.min() < 0.975 < found.p_benefit.max())
        if len(vertices):
            assert_line_of(found, found.across, vertices)
    centred = [prior for prior in spec.effect_priors if prior not in ("pessimistic", "enthusiastic")]
    for prior in centred:
        assert list(line(figure, prior).get_ydata()) == pytest.approx([math.log(priors[prior].spread)] * 2)
    assert any("not drawn: pessimistic" in text for text in said(figure))
    stands = any(found.p_benefit.max() > 0.975 for found in maps)
    assert any(t.startswith("heavy line") for t in said(figure)) == stands
    assert any(t.startswith("P(") and "on the whole map" in t for t in said(figure)) != stands


def patches(figure: Figure, label: str) -> list[Patch]:
    return [p for axes in figure.axes for p in axes.patches if p.get_label() == label]


def filled(figure: Figure, gauge: str) -> float | None:
    """Share of a gauge that is filled."""
    found = patches(figure, f"{gauge}-stands")
    if not found:
        return None
    assert isinstance(found[0], Rectangle) and found[0].get_x() == LEFT
    return found[0].get_width() / AXIS


@pytest.mark.parametrize("name", SURVIVING)
def test_gauges_are_filled_up_to_the_limits(
    name: str, cases: dict[str, tuple[EvidenceCurve, AnalysisSpec]], priors: Mapping[str, Prior]
) -> None:
    curve, spec = cases[name]
    found = robustness(curve, spec, priors)
    figure, primary = draw_robustness(found, spec), found.headline
    assert found.critical_sd and primary.bias and primary.discount and primary.confounding
    wanted = {
        "Scepticism": math.log(WIDEST / found.critical_sd) / math.log(WIDEST / NARROWEST),
        "Bias": primary.bias / MOST_OVERSTATED,
        "Discount": primary.discount,
        "Confounding": math.log(primary.confounding) / MOST_CONFOUNDING,
    }
    for gauge, place in wanted.items():
        assert filled(figure, gauge) == pytest.approx(place)
        assert line(figure, f"{gauge}-limit").get_xdata()[0] == pytest.approx(LEFT + AXIS * place)
    for one in found.bearings:
        at = marks(figure, f"Discount-{one.prior}")
        assert [x for x, _ in at] == pytest.approx([] if one.discount is None else [LEFT + AXIS * one.discount])
    at = [x for x, _ in marks(figure, "Scepticism-strongly_sceptical")]
    assert at > [LEFT + AXIS * wanted["Scepticism"]], "it falls before this sceptic"
    assert f"{100 * primary.discount:.0f}%" in said(figure)
    assert f"× {math.exp(primary.bias):.2f}" in said(figure)
    assert not any("fallen before" in text for text in said(figure))


def test_a_claim_that_does_not_survive_looks_fallen_not_empty(
    cases: dict[str, tuple[EvidenceCurve, AnalysisSpec]], priors: Mapping[str, Prior]
) -> None:
    for name in ("os_chen2025_landmark", "r0_chen2025_counts"):
        curve, spec = cases[name]
        figure = draw_robustness(robustness(curve, spec, priors), spec)
        for gauge in ("Scepticism", "Bias", "Discount", "Confounding"):
            assert filled(figure, gauge) is None
            [ground] = patches(figure, f"{gauge}-fallen")
            assert ground.get_hatch()
        assert sum(text == "fallen" for axes in figure.axes for text in [t.get_text() for t in axes.texts]) == 4
        assert "falls to every sceptic" in said(figure)
    harm = draw_robustness(
        robustness(*cases["hypertension_yan2025_counts"], priors), cases["hypertension_yan2025_counts"][1]
    )
    assert any("P(higher risk)" in text for text in said(harm))
    curve, spec = cases["orr_chen2025_counts"]  # falls under its primary prior, but a wider sceptic is convinced
    figure = draw_robustness(robustness(curve, spec, priors), spec)
    assert filled(figure, "Scepticism") is not None and filled(figure, "Bias") is None
    assert marks(figure, "Bias-neutral") and not marks(figure, "Bias-sceptical")


def test_sentences_say_the_numbers(
    cases: dict[str, tuple[EvidenceCurve, AnalysisSpec]], priors: Mapping[str, Prior]
) -> None:
    curve, spec = cases["pfs_chen2025_landmark"]
    scepticism, bias, discount, hidden = (g.sentence for g in gauges_of(robustness(curve, spec, priors), spec))
    assert "between 0.75 and 1.33" in scepticism and "187 events" in scepticism
    assert "factor of 1.05 or more" in bias and "true hazard ratio is its estimate times 1.05" in bias
    assert "19% or more" in discount and "only 81% of the patients" in discount
    assert "risk ratio of 1.97 each" in hidden and "1.37" in hidden and "1.23 suffices" in hidden
    randomised = gauges_of(robustness(curve, spec, priors), spec, designs=["rct"])[3].sentence
    assert "The study is randomised, so this concerns faults of conduct" in randomised
    response = {name: normal(sd=0.5) for name in spec.effect_priors}
    curve, spec = cases["orr_chen2025_counts"]
    assert "divided by" in gauges_of(robustness(curve, spec, response), spec)[1].sentence


MANY: dict[str, Prior] = {f"rather_long_name_{i}": normal(sd=0.11 * i) for i in range(1, 13)}
CLOSE: dict[str, Prior] = {f"close_{i}": normal(0.001 * i, 0.2 + 0.001 * i) for i in range(8)}
ODD: dict[str, Prior] = {
    "far": normal(2.0, 0.2),
    "wide": normal(0.0, 9.0),
    "heavy_tailed": StudentT(dist="student_t", df=4, mean=0.0, sd=0.3, rationale="t"),
}
EXTREMES: dict[str, tuple[float, float, dict[str, Prior]]] = {
    "nothing overturns it": (-8.0, 0.1, {"sure": normal(-1.0, 0.2), "vague": normal(0.0, 5.0)}),
    "overwhelming": (-1.0, 0.02, MANY),
    "twelve priors": (-0.5, 0.1, MANY),
    "priors on top of each other": (-0.4, 0.1, CLOSE),
    "priors beyond the map": (-0.6, 0.12, ODD),
    "harm": (0.8, 0.1, MANY),
    "nothing known": (0.0, 3.0, CLOSE),
    "just survives": (-0.2, 0.1, {"vague": normal(0.0, 1.0)}),
}


@pytest.mark.parametrize("case", EXTREMES)
@pytest.mark.parametrize("better", ["lower", "higher"])
def test_extremes_fit_the_page(case: str, better: str, make_spec: Callable[..., AnalysisSpec]) -> None:
    y, se, priors = EXTREMES[case]
    spec = make_spec("log_ratio", effect_priors=list(priors), primary=next(iter(priors)), better=better)
    figures = drawn(normal_curve(spec.sign * y, se), spec, priors)
    for figure in figures.values():
        assert_fits(figure)
        assert len(save(figure, "svg")) < 150_000
    if case == "priors beyond the map":
        assert any("heavy tailed (not normal)" in text for text in said(figures["mean_sd"]))
        assert any("far and wide (beyond the map)" in text for text in said(figures["mean_sd"]))
    if case == "nothing overturns it":
        assert {"any", "all"} <= said(figures["robustness"])
        assert not marks(figures["robustness"], "Discount-limit") and filled(figures["robustness"], "Discount") == 1
    if case == "twelve priors":
        assert "rather long name 1" in said(figures["robustness"]), "the primary prior has its name"
        assert len(marks(figures["robustness"], "Bias-rather_long_name_12")) == 1
        assert any("marks without room for a name" in text for text in said(figures["robustness"]))
    if case == "priors on top of each other":
        assert any("without room for a name" in text for text in said(figures["mean_sd"]))


def test_without_an_estimate_the_gauge_of_confounding_is_blank(make_spec: Callable[..., AnalysisSpec]) -> None:
    curve = EvidenceCurve.tabulate(lambda theta: -20 * np.logaddexp(0.0, 4 * theta + 2))
    spec = make_spec("log_ratio", effect_priors=["s"], primary="s")
    found: Robustness = robustness(curve, spec, {"s": normal(sd=0.5)})
    figure = draw_robustness(found, spec)
    assert not patches(figure, "Confounding-fallen") and not patches(figure, "Confounding-stands")
    assert patches(figure, "Bias-stands")
    assert "no estimate, so no E-value" in said(figure)
    assert_fits(figure)


# labels


def test_labels_are_spread_without_overlap_and_as_little_as_needed() -> None:
    assert labels.spread([0.5, 3.0], [0.4, 0.4], 0, 5) == [0.5, 3.0]
    found = labels.spread([1.0, 1.0, 1.1, 4.9], [0.6, 0.6, 0.6, 0.6], 0, 5)
    assert np.diff(found).min() > 0.6 - 1e-6 and found[0] >= 0.3 and found[-1] == pytest.approx(4.7)
    assert np.mean(found[:3]) == pytest.approx(np.mean([1.0, 1.0, 1.1]), abs=0.02)
    crowded = labels.spread([4.8] * 4, [1.0] * 4, 0, 5)
    assert np.diff(crowded) == pytest.approx([1, 1, 1], abs=1e-6) and crowded[-1] == pytest.approx(4.5)
    assert labels.spread([], [], 0, 5) == []


def test_a_label_finds_room_or_none() -> None:
    size = 2.0, 2.0
    free = labels.room_beside((1.0, 1.0), "name", [], [], size)
    assert free is not None and free[0] > 1.0
    other = labels.room_beside((1.0, 1.0), "name", [], [(1.1, 0.0, 1.2, 2.0)], size)
    assert other is not None and other[2] < 1.0
    assert labels.room_beside((1.0, 1.0), "name", [(0, 0, 2, 2)], [], size) is None
