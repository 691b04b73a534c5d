"""What figures draw is what the tables say; every figure exists, fits its page and leaves nothing behind."""

import itertools
import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from crlm_bayes.answers.result import Result
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.figures import NARROW, draw, draw_index
from crlm_bayes.figures.frame import ratio_axis, style, words
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal
from crlm_bayes.rule import Z
from crlm_bayes.words import numbers
from crlm_bayes.words.nouns import prior_name
from makers.drawn import assert_fits, line, marks, said, save, texts, wide
from makers.made_results import ARMS, PRIORS, binomial, made, ratio, survival
from makers.verdict_rows import completed


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    return {
        "binomial": made(binomial(), better="higher"),
        "survival": made(survival()),
        "non-proportional": made(survival(), proportional=False),
        "ratio": made(ratio()),
    }


@pytest.fixture(scope="module")
def drawn(results: dict[str, Result]) -> dict[str, dict[str, Figure]]:
    return {name: draw(result) for name, result in results.items()}


SCEPTICAL = ["robustness", "mean_sd", "bias_discount"]
"""Figures of the exact curve alone."""


def test_forms_for_a_phone_are_as_narrow_as_one_and_say_the_same(drawn: Any, results: dict[str, Result]) -> None:
    for figures in drawn.values():
        slim = {name: figure for name, figure in figures.items() if name.endswith(NARROW)}
        assert {"panel_narrow", "densities_narrow"} <= set(slim)
        assert all(figure.get_size_inches()[0] == pytest.approx(style.NARROW) for figure in slim.values())
        numbers = {text for text in said(figures["panel"]) if " to " in text and text[0].isdigit()}
        assert len(numbers) > 2 and numbers <= said(figures["panel_narrow"])
        if "survival" in figures:
            assert {text for text in said(figures["survival"]) if "%" in text} & said(figures["survival_narrow"])


def test_no_text_is_smaller_than_the_smallest(drawn: Any) -> None:
    for figures in drawn.values():
        assert min(text.get_fontsize() for figure in figures.values() for text in texts(figure)) >= style.TINY


@pytest.mark.parametrize(
    ("name", "own"),
    [("binomial", ["probability"]), ("survival", ["survival"]), ("non-proportional", ["survival"]), ("ratio", [])],
)
def test_every_likelihood_has_its_figures_in_the_order_of_the_report(drawn: Any, name: str, own: list[str]) -> None:
    order = ["panel", "densities", *own, *SCEPTICAL, "predictive", "prior_predictive", "chains"]
    assert wide(drawn[name]) == order
    for figure in drawn[name].values():
        assert_fits(figure)
    assert plt.get_fignums() == []


def test_an_analysis_without_fits_keeps_its_exact_figures() -> None:
    figures = draw(made(survival(), fitted=False))
    assert wide(figures) == ["panel", "densities", *SCEPTICAL]
    assert not marks(figures["panel"], "reference-nuts")


def test_a_failed_gate_is_marked(results: Any) -> None:
    failed = {"fits": {"reference": {"gate": {"passed": False, "failures": ["made up"]}}}}
    figure = draw(replace(results["ratio"], trees={}, record=failed))["panel"]
    assert "reference †" in said(figure)
    assert any("† diagnostics gate failed" in text for text in said(figure))
    assert_fits(figure)


@pytest.mark.parametrize("name", ["binomial", "survival", "non-proportional", "ratio"])
def test_panel_draws_the_table(results: Any, drawn: Any, name: str) -> None:
    result, figure = results[name], drawn[name]["panel"]
    table = result.estimates[result.estimates.quantity == result.spec.measure].set_index(["engine", "prior"])
    heights = []
    for prior in PRIORS:
        row = table.loc[("curve", prior)]
        [(x, y)] = marks(figure, f"{prior}-median")
        assert x == pytest.approx(math.log(row["median"]))
        assert line(figure, f"{prior}-interval").get_xdata() == pytest.approx(
            np.log([row["eti95_lower"], row["eti95_upper"]])
        )
        [(check, _)] = marks(figure, f"{prior}-nuts")
        assert check == pytest.approx(math.log(table.loc[("nuts", prior), "median"]))
        assert {
            numbers.estimate(*row[numbers.ESTIMATE]),
            numbers.probability(row.p_benefit),
            prior_name(prior),
        } <= said(figure)
        heights.append(y)
    assert heights == sorted(heights), "order of the analysis, from the top down"
    mode, width = result.scepticism.likelihood
    assert line(figure, "data-alone-interval").get_xdata() == pytest.approx([mode - Z * width, mode + Z * width])


@pytest.mark.parametrize(("name", "side"), [("binomial", "favours Drug →"), ("survival", "← favours Drug")])
def test_the_side_of_benefit_is_shaded_and_named(drawn: Any, name: str, side: str) -> None:
    figure = drawn[name]["panel"]
    assert side in said(figure)
    axes = next(a for a in figure.axes if a.get_xlabel())
    from matplotlib.colors import to_rgba

    from crlm_bayes.figures.frame.style import BENEFIT

    [ground] = [p for p in axes.patches if p.get_facecolor() == to_rgba(BENEFIT)]
    xs = ground.get_extents().transformed(axes.transData.inverted())
    assert (xs.x0 >= -1e-9) if side.endswith("→") else (xs.x1 <= 1e-9)
    mcid = line(figure, "mcid").get_xdata()[0]
    assert xs.x0 <= mcid <= xs.x1


def test_survives_is_said_row_by_row(results: Any, drawn: Any) -> None:
    answers = [t.get_text() for t in texts(drawn["survival"]["panel"]) if t.get_text() in {"yes", "no"}]
    assert answers == ["yes" if v.survives else "no" for v in results["survival"].scepticism.panel]


@pytest.mark.parametrize("name", ["binomial", "ratio"])
def test_densities_are_the_exact_ones(results: Any, drawn: Any, name: str) -> None:
    result, figure = results[name], drawn[name]["densities"]
    for prior, value in PRIORS.items():
        turned = result.spec.effect_prior(value)
        theta, density = line(figure, f"{prior}-posterior").get_data()
        exact = result.curve.apply(turned)
        assert density == pytest.approx(np.interp(theta, exact.theta, exact.density, left=0, right=0))
        assert line(figure, f"{prior}-prior").get_ydata() == pytest.approx(np.exp(turned.logpdf(theta)))
        assert np.trapezoid(line(figure, f"{prior}-data").get_ydata(), theta) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("name", ["survival", "non-proportional"])
def test_survival_passes_through_the_table_at_the_landmarks(results: Any, drawn: Any, name: str) -> None:
    result, figure = results[name], drawn[name]["survival"]
    evidence = result.question.evidence
    table = result.estimates[
        (result.estimates.prior == result.spec.primary) & (result.estimates.engine == "nuts")
    ].set_index("quantity")
    for a, arm in enumerate(ARMS):
        months, middle = line(figure, f"{arm}-median").get_data()
        assert middle[0] == 1 and np.all(np.diff(middle) < 0)
        for t in evidence.times[1:]:
            assert middle[list(months).index(t)] == pytest.approx(table.loc[f"survival[{arm},{t:g}]", "median"])
        printed = marks(figure, f"{arm}-printed")
        assert printed == list(zip(evidence.times[1:], evidence.printed[:, a], strict=True))
    interval_ratios = [t for t in said(figure) if t.startswith("HR ")]
    assert len(interval_ratios) == (0 if name == "survival" else 2)


def test_probabilities_are_those_of_the_table(results: Any, drawn: Any) -> None:
    result, figure = results["binomial"], drawn["binomial"]["probability"]
    evidence = result.question.evidence
    table = result.estimates[
        (result.estimates.prior == result.spec.primary) & (result.estimates.engine == "nuts")
    ].set_index("quantity")
    for label, quantity in {
        "control": "probability[control]",
        "drug": "probability[drug]",
        "difference": "risk_difference",
    }.items():
        row = table.loc[quantity]
        assert marks(figure, f"{label}-median")[0][0] == pytest.approx(100 * row["median"])
        assert line(figure, f"{label}-interval").get_xdata() == pytest.approx(
            [100 * row["eti95_lower"], 100 * row["eti95_upper"]]
        )
    assert [marks(figure, f"{arm}-printed")[0][0] for arm in ARMS] == pytest.approx(
        list(100 * evidence.events / evidence.n)
    )


@pytest.mark.parametrize("group", ["posterior_predictive", "prior_predictive"])
def test_predictive_intervals_are_95_percent_equal_tailed(results: Any, drawn: Any, group: str) -> None:
    result = results["survival"]
    figure = drawn["survival"][group.removeprefix("posterior_")]
    share = 100 * result.trees[result.spec.primary][group]["y"] / result.question.evidence.at_risk
    wanted = np.quantile(share.stack(s=("chain", "draw")).values.reshape(4, -1), [0.025, 0.975], axis=1).T
    segments = [
        s[:, 1]
        for axes in figure.axes
        for c in axes.collections
        if hasattr(c, "get_segments")
        for s in c.get_segments()
    ]
    lines = [np.asarray(one.get_ydata(), dtype=float) for axes in figure.axes for one in axes.lines]
    assert any(np.allclose(sorted(s), wanted[0], atol=0.01) for s in [*segments, *lines] if len(s) == 2)


def test_saved_files_are_the_same_bytes_each_time_and_small(results: Any) -> None:
    first, second = draw(results["ratio"]), draw(results["ratio"])
    for name in first:
        one = save(first[name], "svg")
        assert one == save(second[name], "svg"), name
        assert ET.fromstring(one).tag.endswith("svg")
        assert len(one) < 150_000, name
    assert save(first["panel"], "png") == save(second["panel"], "png")


LONG = (
    "Control group: surgery and adjuvant chemotherapy",
    "Observation group: surgery, adjuvant chemotherapy, antibody",
)
LONGER = (
    "Doublet chemotherapy alone until progression or toxicity",
    "Triplet chemotherapy with an antibody, then maintenance",
)
SIX = [[0.97, 0.98], [0.9, 0.93], [0.8, 0.8], [0.5, 0.55], [0.3, 0.31], [0.01, 0.02]]
EXTREMES: dict[str, tuple[Evidence, dict[str, Any]]] = {
    "no events": (binomial((0, 9), (40, 40)), {}),
    "all events, long labels": (binomial((40, 31), (40, 40), labels=LONG), {"better": "higher"}),
    "nobody survives": (survival(((0.5, 0.4), (0.0, 0.1), (0.0, 0.1)), (0, 12, 24, 36)), {}),
    "nobody dies early": (survival(((1.0, 1.0), (0.9, 0.2))), {"proportional": False}),
    "many landmarks, long labels": (survival(SIX, (0, 3, 6, 12, 24, 36, 120), labels=LONGER), {"better": "higher"}),
    "wide": (ratio(-2.5, 1.4), {}),
    "narrow": (ratio(0.01, 0.004), {"better": "higher"}),
}


@pytest.mark.parametrize("case", EXTREMES)
def test_extremes_fit_the_page(case: str) -> None:
    evidence, changes = EXTREMES[case]
    few = {name: PRIORS[name] for name in ("reference", "strongly_sceptical")}
    for figure in draw(made(evidence, priors=few, **changes)).values():
        assert_fits(figure)


def test_twelve_priors_fit_the_page() -> None:
    many: dict[str, Prior] = {
        f"rather_long_name_{i}": Normal(dist="normal", mean=0.0, sd=0.1 * i, rationale="t") for i in range(1, 13)
    }
    for figure in draw(made(ratio(), priors=many, fitted=False)).values():
        assert_fits(figure)


def verdicts(analyses: int, priors: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = []
    for a, p in itertools.product(range(analyses), range(priors)):
        median = math.exp(rng.normal(0, 0.3))
        benefit = (0.99, 0.5, 0.01)[(a + p) % 3]
        rows.append(
            {
                "analysis": f"a{a}",
                "title": f"Analysis {a}: a long title that says what was printed, where, and how it was read"
                * (1 + a % 2),
                "study": f"study{a % 3}",
                "endpoint": ("pfs", "ae:hypertension", "os")[a % 3],
                "reading": "landmark",
                "hypothetical": False,
                "measure": "hr",
                "better": ("lower", "higher")[a % 2],
                "prior": f"rather_sceptical_{p}",
                "primary": p == 0,
                "median": median,
                "eti95_lower": median / (1 + 3 * rng.uniform()),
                "eti95_upper": median * (1 + 30 * rng.uniform() ** 4),
                "p_benefit": benefit,
                "survives": benefit > 0.975,
                "gate_passed": a != 1,
            }
        )
    return completed(pd.DataFrame(rows))


@pytest.mark.parametrize(("analyses", "priors"), [(1, 1), (5, 6), (40, 12)])
def test_the_index_fits_the_page_and_frames_what_survives(analyses: int, priors: int) -> None:
    table = verdicts(analyses, priors)
    figures = draw_index(table)
    # studies and endpoints go round in threes: from four analyses on an endpoint has several readings
    assert list(figures) == ["verdicts", "forest", *(["readings"] if analyses > 3 else [])]
    page = figures["verdicts"].axes[0]
    assert len([p for p in page.patches if p.get_label() == "survives"]) == table.survives.sum()
    shown = [t.get_text() for t in page.texts]
    for mark, count in (
        ("●", (table.p_benefit > 0.9).sum()),
        ("○", (table.p_benefit == 0.5).sum()),
        ("▼", (table.p_benefit < 0.1).sum()),
    ):
        assert len([t for t in shown if t.startswith(f"{mark} 0.")]) == count
    assert any("†" in t for t in shown) == (analyses > 1)
    for row in table[table.primary].itertuples():
        (x,) = [x for x, _ in marks(figures["forest"], f"{row.analysis}-median")]
        assert x == pytest.approx(math.log(row.median))
    for figure in figures.values():
        if analyses < 40:
            assert_fits(figure)
    assert plt.get_fignums() == []


def test_a_hypothetical_reading_is_in_no_figure_of_the_index() -> None:
    table = verdicts(9, 2)
    table = completed(table.assign(hypothetical=table["analysis"] == "a3"))
    figures = draw_index(table)
    for row in table[table.primary].itertuples():
        places = [x for x, _ in marks(figures["readings"], str(row.analysis))]
        assert places == ([] if row.hypothetical else [pytest.approx(math.log(row.p_benefit / (1 - row.p_benefit)))])
        shown = any(line.get_label() == f"{row.analysis}-median" for line in figures["forest"].axes[0].lines)
        assert shown != row.hypothetical
    assert_fits(figures["readings"])
    alone = table[table["analysis"].isin(["a0", "a1", "a2"])]
    assert "readings" not in draw_index(alone)


def test_a_harm_is_shown_in_its_own_direction_and_spelt_out() -> None:
    table = verdicts(2, 2)
    harm = table["analysis"] == "a1"
    table = completed(
        table.assign(
            better="lower",
            endpoint=table["endpoint"].where(~harm, "ae:rash_grade3plus"),
            asks=["harm" if h else "benefit" for h in harm],
        )
    )
    figures = draw_index(table)
    shown = [t.get_text() for axes in figures["forest"].axes for t in axes.texts]
    assert "P(benefit),\nP(higher risk)" in shown and "P(benefit)" not in shown
    assert "Rash of grade 3 or more" in shown
    only = [t.get_text() for axes in draw_index(table[~harm])["forest"].axes for t in axes.texts]
    assert "P(benefit)" in only


def test_the_columns_of_the_matrix_are_in_the_order_of_the_panel() -> None:
    table = verdicts(2, 4)
    second = table["prior"].iloc[1]
    short = table[~((table["analysis"] == "a0") & (table["prior"] == second))]
    heads = draw_index(short)["verdicts"].axes[0].texts[:4]
    assert [t.get_text().replace("\n", " ") for t in heads] == [f"rather sceptical {i}" for i in range(4)]


def test_what_survives_at_face_value_is_half_filled() -> None:
    table = completed(verdicts(1, 1).assign(p_benefit=0.99, footing="face_value"))
    (line,) = (x for x in draw_index(table)["forest"].axes[0].lines if x.get_label() == "a0-median")
    assert line.get_fillstyle() == "left" and line.get_markerfacecoloralt() == "white"


def test_a_missing_verdict_leaves_a_dash() -> None:
    table = verdicts(4, 3)
    shown = [t.get_text() for t in draw_index(table.drop(index=1))["verdicts"].axes[0].texts]
    assert shown.count("–") == 1


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.98765, "0.988"),
        (0.9749, "0.9749"),
        (0.975, "0.975"),
        (0.9744, "0.974"),
        (0.99999, ">0.999"),
        (1e-6, "<0.001"),
    ],
)
def test_a_probability_is_never_rounded_over_the_threshold(p: float, shown: str) -> None:
    assert numbers.probability(p) == shown


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (0.766, "0.77"),
        (0.998, "0.998"),
        (1.0021, "1.002"),
        (1.0001, "1.0001"),
        (0.0512, "0.051"),
        (13.02, "13.0"),
        (748.2, "748"),
        (2e5, ">9,999"),
        (1e-5, "<0.001"),
    ],
)
def test_a_ratio_near_no_effect_keeps_its_side(x: float, shown: str) -> None:
    assert numbers.ratio(x) == shown


@pytest.mark.parametrize(
    ("control", "treatment", "gain"),
    [
        ("NAC alone", "NAC combined with Bev", "Bev"),
        (
            "Control group: surgery and adjuvant FOLFOX6",
            "Observation group: surgery, adjuvant FOLFOX6 and bevacizumab",
            "bevacizumab",
        ),
        ("Placebo", "Drug A 10 mg", "Drug A 10 mg"),
        ("FOLFOX", "FOLFIRI", "FOLFIRI"),
        ("Cetuximab plus chemotherapy", "Chemotherapy", "treatment"),
        ("Surgery", "Chemotherapy, then surgery, then chemotherapy again", "treatment"),
        ("A", "A", "treatment"),
    ],
)
def test_what_the_treatment_adds_is_named_shortly(control: str, treatment: str, gain: str) -> None:
    assert words.gain((control, treatment)) == gain


@pytest.mark.parametrize("width", [0.02, 0.2, 0.7, 1.5, 4, 12, 30])
def test_ticks_are_few_natural_and_apart(width: float) -> None:
    for low in (-15.0, -width / 2, -0.1, 2.0):
        shown = ratio_axis.ticks(low, low + width, 2.4)
        assert 1 <= len(shown) <= 12
        assert all(low <= math.log(x) <= low + width for x in shown)
        if len(shown) > 1:
            assert np.diff(np.log(shown)).min() / width * 2.4 > 0.2
