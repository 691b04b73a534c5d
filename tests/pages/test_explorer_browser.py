"""The live explorer in a browser: its numbers are those of the exact engine, and it does what a reader does with it."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.pages.explorer import payload
from crlm_bayes.pages.explorer.fragment import explorer_fragment
from crlm_bayes.pages.explorer.layout import CONTROLS
from crlm_bayes.pages.explorer.payload import Payload, curve_payload, prior_payload
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, EffectPrior, Normal, StudentT
from crlm_bayes.rule import LOWER, SURVIVES, UPPER
from crlm_bayes.scepticism.panel import verdict
from crlm_bayes.words import numbers as format

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

FOUR = (
    "orr_chen2025_counts",
    "pfs_chen2025_landmark",
    "pfs_yan2025_adjusted_hr",
    "pfs_chen2025_landmark_nonproportional",
)
AGREE = 1e-6
RANGE = {c.name: (c.start, c.end) for c in CONTROLS}
READY = "#explorer[data-ready=drawn]"


@pytest.fixture(scope="module")
def payloads(
    analyses: dict[str, AnalysisSpec], priors: dict[str, Prior], curve_of: Callable[[str], EvidenceCurve]
) -> list[Payload]:
    return [payload(analyses[name], curve_of(name), priors) for name in FOUR]


@pytest.fixture(scope="module")
def address(payloads: list[Payload], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with all four analyses, as a file."""
    path: Path = tmp_path_factory.mktemp("explorer") / "index.html"
    fragment = explorer_fragment(payloads, select=True)
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Made</title>'
    path.write_text(f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{fragment}</body></html>", encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    """One tab that keeps what goes wrong in it and what it fetches."""
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.troubles, page.fetched = [], []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda line: page.troubles.append(line.text) if line.type in ("error", "warning") else None)
    page.on("request", lambda request: page.fetched.append(request.url))
    page.set_default_timeout(10_000)
    yield page
    page.close()


@pytest.fixture
def explorer(tab: Any, address: str) -> Iterator[Any]:
    """The page, freshly opened and drawn; nothing goes wrong and nothing is fetched in any test."""
    tab.goto("about:blank")
    tab.troubles.clear()
    tab.fetched.clear()
    tab.goto(address)
    tab.wait_for_selector(READY)
    yield tab
    assert tab.troubles == []
    assert not [url for url in tab.fetched if not url.startswith(("file:", "blob:", "data:"))]


def shown(page: Any, name: str) -> str:
    return str(page.locator(f'[data-show="{name}"]').inner_text())


def move(page: Any, control: str, *keys: str) -> None:
    handle = page.locator(f'#explorer-slider-{control} [role="slider"]')
    for key in keys:
        handle.press(key)


def belief(family: str, mean: float, sd: float) -> Prior:
    if family == "student_t":
        return StudentT(dist="student_t", mean=mean, sd=sd, df=3.0, rationale="moved")
    kind: Any = {"normal": Normal, "cauchy": Cauchy}[family]
    made: Prior = kind(dist=family, mean=mean, sd=sd, rationale="moved")
    return made


def settings(seed: int, each: int) -> list[tuple[str, Prior, float, float, float]]:
    """Slider positions over their whole ranges, corners included: analysis, prior, log overstatement, share, log MCID."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(each * len(FOUR)):
        corner = i % 5 == 0
        median, width, over, share, mcid = (
            float(rng.choice(RANGE[c.name]) if corner else rng.uniform(*RANGE[c.name])) for c in CONTROLS
        )
        share = round(share / 0.05) * 0.05
        prior = belief(("normal", "student_t", "cauchy")[i // 4 % 3], math.log(median), math.exp(width))
        found.append((FOUR[i % 4], prior, math.log(over), share, math.log(mcid)))
    return found


def reference(
    curve: EvidenceCurve,
    sign: int,
    prior: Prior,
    over: float,
    share: float,
    mcid: float,
) -> list[float]:
    """Median, limits, P(benefit), P(beats the MCID), P(harm) by the Python engine; `mcid` on the benefit scale."""
    if share == 0:
        below, quantile = (lambda x: float(prior.cdf(x))), prior.quantile
    else:
        posterior = curve.shifted(-sign * over).tempered(min(share, 1.0)).apply(prior)
        below, quantile = posterior.p_below, posterior.quantile

    def beyond(x: float) -> float:
        return below(x) if sign == 1 else 1 - below(x)

    ours = [quantile(0.5), quantile(LOWER), quantile(UPPER)]
    return [*ours, beyond(0.0), beyond(sign * mcid), 1 - beyond(-sign * mcid)]


SUMMARISE = """
([analyses, cases, rules]) => {
  const E = window.crlmExplorer, curves = new Map(analyses.map((a) => [a.id, E.readCurve(a.curve)]));
  return cases.map(([id, prior, bias, share, sign, mcid]) => {
    const s = E.summarise(curves.get(id), prior, bias, share, sign, mcid, rules);
    return [s.median, s.lower, s.upper, s.pBenefit, s.pMcid, s.pHarm];
  });
}
"""


def test_numbers_are_those_of_the_exact_engine(
    explorer: Any,
    payloads: list[Payload],
    analyses: dict[str, AnalysisSpec],
    curve_of: Callable[[str], EvidenceCurve],
) -> None:
    cases, expected = [], []
    for name, prior, over, share, mcid in settings(seed=7, each=90):
        sign = analyses[name].sign
        expected.append(reference(curve_of(name), sign, prior, over, share, mcid))
        cases.append([name, prior_payload("moved", prior), -sign * over, share, sign, math.exp(sign * mcid)])
    rules = {"lower": LOWER, "upper": UPPER, "survives": SURVIVES}
    found = np.array(explorer.evaluate(SUMMARISE, [payloads, cases, rules]), dtype=float)
    assert np.isfinite(found).all()
    apart = np.abs(found - np.array(expected))
    # a quantile of a prior alone may lie at 100: there it agrees in the digits that it has
    apart[:, :3] /= np.maximum(1.0, np.abs(np.array(expected)[:, :3]))
    worst = np.unravel_index(apart.argmax(), apart.shape)
    assert apart.max() < AGREE, (apart.max(), worst, cases[worst[0]])


NAMED: dict[str, dict[str, Any]] = {
    "mixture": {"weights": (0.7, 0.3), "means": (0.0, 0.4), "sds": (0.1, 0.8)},
    "two_piece": {"mode": -0.1, "sd_below": 0.08, "sd_above": 0.4},
    "quantiles": {"probabilities": (0.05, 0.5, 0.8), "values": (-0.6, 0.05, 0.1)},
    "student_t": {"mean": 0.1, "sd": 0.2, "df": 5.0},
}


@pytest.mark.parametrize("family", NAMED)
def test_priors_that_no_slider_makes_are_those_of_the_exact_engine(
    family: str,
    explorer: Any,
    payloads: list[Payload],
    analyses: dict[str, AnalysisSpec],
    curve_of: Callable[[str], EvidenceCurve],
) -> None:
    prior: Prior = TypeAdapter(EffectPrior).validate_python({"dist": family, "rationale": "made", **NAMED[family]})
    turned = {name: analyses[name].effect_prior(prior) for name in FOUR}
    cases = [[n, prior_payload("made", turned[n]), 0.0, 1.0, analyses[n].sign, analyses[n].mcid] for n in FOUR]
    rules = {"lower": LOWER, "upper": UPPER, "survives": SURVIVES}
    for name, found in zip(FOUR, explorer.evaluate(SUMMARISE, [payloads, cases, rules]), strict=True):
        ours = verdict(curve_of(name).apply(turned[name]), analyses[name], "made")
        expected = [math.log(ours.median), math.log(ours.lower), math.log(ours.upper)]
        assert found == pytest.approx([*expected, ours.p_benefit, ours.p_mcid, ours.p_harm], abs=AGREE)
    theta = [float(x) for x in np.linspace(-1.5, 1.5, 61)]
    logs = explorer.evaluate("([p, xs]) => xs.map((x) => crlmExplorer.logPrior(p, x))", [cases[1][1], theta])
    assert logs == pytest.approx([float(prior.logpdf(x)) for x in theta], abs=1e-9)


def test_curves_go_on_beyond_their_grid(
    explorer: Any, make_case: Callable[..., Any], curve_of: Callable[[str], EvidenceCurve]
) -> None:
    spec, evidence = make_case("binomial", control=(0, 20), treated=(20, 20))
    for curve in (evidence_curve(evidence, spec), *map(curve_of, FOUR)):
        theta = [float(x) for x in np.linspace(-80, 80, 81)]
        found = explorer.evaluate(
            "([c, xs]) => { const k = crlmExplorer.readCurve(c); return xs.map((x) => crlmExplorer.logLikelihood(k, x)); }",
            [curve_payload(curve), theta],
        )
        assert found == pytest.approx(curve.log_likelihood(theta), abs=2e-8, rel=1e-9)


def test_numbers_are_written_as_everywhere_else(explorer: Any) -> None:
    rng = np.random.default_rng(3)
    near = [edge + d for edge in (SURVIVES, LOWER) for d in (0, 1e-4, -1e-4, 4e-6, -4e-6, 1e-9, -1e-9)]
    ps = [*map(float, rng.uniform(0, 1, 300)), *near, 0.0, 1.0, 1e-9, 0.0005, 0.9995, 0.99949]
    ratios = [*map(float, np.exp(rng.normal(0, 3, 400))), 1.0, 1.0001, 0.99999, 9.996, 99.96, 9999.4, 1e5, 0.0009, 0.05]
    written = explorer.evaluate(
        "([ps, rs, edges]) => [ps.map((p) => crlmExplorer.probability(p, edges)), rs.map(crlmExplorer.ratio)]",
        [ps, ratios, [SURVIVES, LOWER]],
    )
    assert written == [[format.probability(p) for p in ps], [format.ratio(r) for r in ratios]]


@pytest.mark.parametrize("name", FOUR)
def test_buttons_give_the_numbers_of_the_panel(
    name: str,
    explorer: Any,
    analyses: dict[str, AnalysisSpec],
    priors: dict[str, Prior],
    curve_of: Callable[[str], EvidenceCurve],
) -> None:
    spec = analyses[name]
    explorer.select_option("#explorer-analysis", name)
    for prior in spec.effect_priors:
        explorer.click(f'[data-prior="{prior}"]')
        ours = verdict(curve_of(name).apply(spec.effect_prior(priors[prior])), spec, prior)
        expected = {
            "median": format.ratio(ours.median),
            "interval": format.span(ours.lower, ours.upper),
            "benefit": format.probability(ours.p_benefit),
            "worth": format.probability(ours.p_mcid),
            "harm": format.probability(ours.p_harm),
        }
        assert {key: shown(explorer, key) for key in expected} == expected
        assert shown(explorer, "verdict").startswith("● survives") == ours.survives
        assert explorer.get_attribute(f'[data-prior="{prior}"]', "aria-pressed") == "true"
    # the sliders, which know no more digits than their steps, have had time to answer
    explorer.wait_for_timeout(50)
    assert explorer.evaluate("crlmExplorerPage.settings().prior") == spec.effect_priors[-1]


def test_a_slider_moves_the_verdict_and_reset_brings_it_back(explorer: Any) -> None:
    explorer.select_option("#explorer-analysis", "pfs_chen2025_landmark")
    assert shown(explorer, "verdict") == "● survives"
    before = shown(explorer, "benefit")
    move(explorer, "width", "Home")
    assert shown(explorer, "verdict") == "○ does not survive"
    assert explorer.locator('[aria-pressed="true"]').count() == 0
    explorer.click('[data-act="reset"]')
    assert (shown(explorer, "verdict"), shown(explorer, "benefit")) == ("● survives", before)
    move(explorer, "share", *["ArrowLeft"] * 14)
    assert shown(explorer, "verdict") == "○ does not survive" and "30%" in explorer.inner_text('[data-value="share"]')
    explorer.click('[data-act="reset"]')
    move(explorer, "overstated", "End")
    move(explorer, "median", "End")
    move(explorer, "width", "Home")
    assert shown(explorer, "verdict") == "▼ points to harm"
    said = explorer.locator(".explorer-sentence")
    sync_api.expect(said).to_contain_text("Verdict: points to harm.")
    assert said.get_attribute("aria-live") == "polite"


def test_overstatement_moves_towards_harm_on_either_scale(explorer: Any) -> None:
    for name in FOUR[:2]:  # higher is better; lower is better
        explorer.select_option("#explorer-analysis", name)
        explorer.click('[data-act="reset"]')
        seen = []
        for _ in range(3):
            seen.append(explorer.evaluate("crlmExplorerPage.compute().pBenefit"))
            move(explorer, "overstated", *["ArrowRight"] * 5)
        assert seen[0] > seen[1] > seen[2]


def test_a_link_keeps_the_settings(explorer: Any, address: str) -> None:
    explorer.select_option("#explorer-analysis", "orr_chen2025_counts")
    explorer.check('[name="explorer-family"][value="cauchy"]')
    move(explorer, "median", *["ArrowRight"] * 3)
    move(explorer, "overstated", *["ArrowRight"] * 7)
    move(explorer, "mcid", "ArrowRight")
    explorer.click('[data-act="copy"]')
    link = explorer.input_value(".explorer-link")
    assert link.startswith(address + "#explorer?") and "NaN" not in link
    settings_, numbers = explorer.evaluate("crlmExplorerPage.settings()"), shown(explorer, "interval")
    explorer.goto("about:blank")
    explorer.goto(link)
    explorer.wait_for_selector(READY)
    again = explorer.evaluate("crlmExplorerPage.settings()")
    assert again == settings_ and shown(explorer, "interval") == numbers
    assert again["family"] == "cauchy" and again["prior"] is None and again["overstated"] == 1.07


@pytest.mark.parametrize(
    "hash_",
    [
        "#explorer?median=NaN&sd=0&share=&mcid=-4",
        "#explorer?sd=1e99&overstated=Infinity&family=no",
        "#explorer?analysis=x&prior=y",
    ],
)
def test_a_broken_link_shows_numbers_all_the_same(hash_: str, explorer: Any, address: str) -> None:
    explorer.goto("about:blank")
    explorer.goto(address + hash_)
    explorer.wait_for_selector(READY)
    assert_no_nonsense(explorer)


def assert_no_nonsense(page: Any) -> None:
    text = page.inner_text("#explorer")
    assert not re.search(r"NaN|undefined|null|—|Infinity", text), text


def test_the_ends_of_the_sliders_show_no_nonsense(explorer: Any) -> None:
    for name in FOUR[:2]:  # higher is better; lower is better
        explorer.select_option("#explorer-analysis", name)
        for family in ("normal", "cauchy"):
            explorer.check(f'[name="explorer-family"][value="{family}"]')
            for ends in ("HHHHH", "EEEEE", "HEHEH", "EHEHE"):
                for control, end in zip(CONTROLS, ends, strict=True):
                    move(explorer, control.name, {"H": "Home", "E": "End"}[end])
                assert_no_nonsense(explorer)
    drawn = explorer.evaluate(
        "Bokeh.documents[0]._all_models.size && ['prior', 'posterior', 'good', 'bad'].map((n) => "
        "Array.from(Bokeh.documents[0].get_model_by_name(n + '-data').data.y).every(Number.isFinite))"
    )
    assert drawn == [True] * 4


def test_every_control_has_a_name_and_says_its_value(explorer: Any) -> None:
    for control in CONTROLS:
        handle = explorer.locator(f'#explorer-slider-{control.name} [role="slider"]')
        sync_api.expect(handle).to_have_attribute("aria-label", control.label)
        sync_api.expect(handle).to_have_attribute(
            "aria-valuetext", explorer.inner_text(f'[data-value="{control.name}"]')
        )
        assert handle.get_attribute("tabindex") == "0"


def test_it_fits_a_telephone(explorer: Any) -> None:
    explorer.set_viewport_size({"width": 400, "height": 800})
    try:
        # the plot is laid out again after the window has changed
        explorer.wait_for_function("document.documentElement.scrollWidth <= 400", timeout=10_000)
        sync_api.expect(explorer.locator("#explorer-plot canvas").first).to_be_visible()
    finally:
        explorer.set_viewport_size({"width": 1000, "height": 900})
