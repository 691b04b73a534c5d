"""Pages hold together as documents, load nothing, and carry the numbers of the tables they are made from."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from crlm_bayes.answers.question import Question
from crlm_bayes.answers.result import Result
from crlm_bayes.answers.tables import COLUMNS, curve_estimates, verdict_rows
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.values import BinomialEvidence, Evidence, RatioEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.pages.checklist import checklist
from crlm_bayes.pages.checklist.proofs import absent
from crlm_bayes.pages.markup import inline, mathml
from crlm_bayes.pages.pages import analysis_page, index_page
from crlm_bayes.pages.tables import checks, tables
from crlm_bayes.pages.tables.absolute import absolute_rows
from crlm_bayes.pages.tables.sources import published as published_rows
from crlm_bayes.priors.density import Prior
from crlm_bayes.prose.absolute import absolute
from crlm_bayes.words.nouns import SIGNS, vocabulary
from crlm_bayes.words.numbers import probability, ratio, span
from makers.pages import SVG, Document, assert_sound

FIGURES = dict.fromkeys(
    ("panel", "densities", "survival", "probability", "predictive", "prior_predictive", "chains"), SVG
)
GATE = {
    "max_r_hat": 1.0023,
    "min_ess_bulk": 1234.4,
    "min_ess_tail": 987.0,
    "divergences": 0,
    "min_e_bfmi": 0.91,
    "exact_mean": 1.25,
    "exact_p_benefit": 0.5,
    "failures": [],
    "passed": True,
}


def sampled(spec: AnalysisSpec, evidence: Evidence, exact: pd.DataFrame, prior: str) -> pd.DataFrame:
    """What NUTS would leave: the exact ratio again, and invented absolute effects."""
    checked = {"r_hat": 1.001, "ess_bulk": 2000.0, "ess_tail": 1500.0, "mcse_mean": 0.001}
    ours = exact[exact["prior"] == prior]
    rows: list[dict[str, Any]] = [row | checked for row in ours.assign(engine="nuts").to_dict("records")]

    def add(quantity: str, median: float, lower: float, upper: float) -> None:
        values = {"median": median, "eti95_lower": lower, "eti95_upper": upper}
        rows.append({"analysis": spec.id, "prior": prior, "engine": "nuts", "quantity": quantity} | values | checked)

    evidence = getattr(evidence, "pooled", evidence)  # of a study with centres
    if isinstance(evidence, BinomialEvidence):
        for arm, p in zip(evidence.arms, (0.4, 0.45), strict=True):
            add(f"probability[{arm}]", p, p - 0.1, p + 0.1)
        add("risk_difference", 0.05, -0.02, 0.12)
    elif isinstance(evidence, RatioEvidence):
        if evidence.control_survival is not None:
            add(f"risk_difference[{evidence.control_survival[0]:g}]", 0.1, 0.02, 0.2)
    else:
        for month in (f"{t:g}" for t in evidence.times[1:]):
            for arm in evidence.arms:
                add(f"survival[{arm},{month}]", 0.5, 0.4, 0.6)
            add(f"risk_difference[{month}]", 0.1, 0.02, 0.2)
        add(f"rmst_difference[{evidence.times[-1]:g}]", 2.07, 0.32, 3.83)
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.fixture(scope="module")
def result_of(
    published: dict[str, Study],
    analyses: dict[str, AnalysisSpec],
    priors: dict[str, Prior],
    evidence_of: Callable[[str], Evidence],
    curve_of: Callable[[str], EvidenceCurve],
) -> Callable[[str], Result]:
    """A bundled analysis as if it had been fitted: exact curve, invented draws."""

    @cache
    def find(name: str) -> Result:
        spec, evidence, curve = analyses[name], evidence_of(name), curve_of(name)
        exact = curve_estimates(spec, curve, priors)
        table = pd.concat([exact, *(sampled(spec, evidence, exact, p) for p in spec.effect_priors)], ignore_index=True)
        record = {
            "analysis": name,
            "started": "2025-03-07T09:00:00Z",
            "seconds": 12.3,
            "versions": {"python": "3.13.0", "crlm_bayes": "0.1.0", "pymc": "6.0.0"},
            "settings": {
                "draws": 1000,
                "tune": 600,
                "chains": 4,
                "seed": 20250307,
                "target_accept": 0.9,
                "cores": None,
            },
            "digests": {"spec": "ab" * 32, "data": "cd" * 32},
            "fits": {p: {"seconds": 0.5, "seed": 17 + i, "gate": GATE} for i, p in enumerate(spec.effect_priors)},
        }
        named = {n: priors[n] for n in spec.effect_priors}
        study = published[spec.studies[0]]
        question = Question(spec, audit_studies({study.id: study}), evidence, named)
        return Result(question, estimates=table, record=record)

    return find


@pytest.fixture(scope="module")
def page_of(result_of: Callable[[str], Result]) -> Callable[[str], str]:
    return cache(lambda name: analysis_page(result_of(name), FIGURES))


@pytest.fixture(scope="module")
def names(analyses: dict[str, AnalysisSpec]) -> list[str]:
    return [name for name, spec in analyses.items() if not spec.is_synthesis]


@pytest.fixture(scope="module")
def all_verdicts(result_of: Callable[[str], Result], names: list[str]) -> pd.DataFrame:
    rows = [verdict_rows(r, r.passed) for r in map(result_of, names)]
    return pd.DataFrame([row for analysis in rows for row in analysis])


def with_record(result: Result, **changes: Any) -> Result:
    return replace(result, record=dict(result.record) | changes)


def with_gate(result: Result, prior: str, **changes: Any) -> Result:
    fits = dict(result.record["fits"])
    fits[prior] = fits[prior] | {"gate": GATE | {"passed": False} | changes}
    return with_record(result, fits=fits)


def test_every_analysis_has_a_sound_page(bundled: dict[str, AnalysisSpec], page_of: Callable[[str], str]) -> None:
    for name in (name for name, spec in bundled.items() if not spec.is_synthesis):
        document = assert_sound(page_of(name))
        table_heads = [found for tag, found in document.tags if tag == "th"]
        assert table_heads and all("scope" in found for found in table_heads)
        assert sum(tag == "table" for tag, _ in document.tags) == sum(tag == "caption" for tag, _ in document.tags)


@pytest.mark.parametrize("name", ["pfs_chen2025_landmark", "orr_chen2025_counts", "hypertension_yan2025_counts"])
def test_the_panel_on_the_page_is_the_table_of_estimates(
    name: str, result_of: Callable[[str], Result], page_of: Callable[[str], str]
) -> None:
    result, document = result_of(name), Document(page_of(name))
    for engine, at in (("curve", 0), ("nuts", 1)):
        for prior in result.spec.effect_priors:
            rows = [
                row
                for row in document.cells(prior.replace("_", " "))
                if len(row) == 7 and row[-1].strip()[0] in "●◐○▼▽"
            ]
            table = result.estimates
            row = table[
                (table["engine"] == engine) & (table["prior"] == prior) & (table["quantity"] == result.spec.measure)
            ].iloc[0]
            wanted = [ratio(row["median"]), span(row["eti95_lower"], row["eti95_upper"])]
            wanted += [vocabulary(result.spec).chance(row["p_benefit"])]
            wanted += [probability(row[key]) for key in ("p_mcid", "p_harm")]
            assert rows[at][1:6] == wanted


def test_rows_used_are_shown_with_their_print_and_locator(
    result_of: Callable[[str], Result], page_of: Callable[[str], str]
) -> None:
    result = result_of("pfs_chen2025_landmark")
    words = Document(page_of("pfs_chen2025_landmark")).words
    for row in result.question.evidence.rows:
        assert all(text in words for text in (row.printed, row.locator, row.used, row.how))
    assert str(result.question.study.complete_follow_up_basis) in words
    printed = published_rows(result)
    assert any(row.turned == "0.76 (95% CI 0.60 to 0.95)" and "1.324" in row.printed for row in printed)
    assert all(row.printed in words for row in printed)


def test_what_the_record_says_is_shown(result_of: Callable[[str], Result], page_of: Callable[[str], str]) -> None:
    words = Document(page_of("orr_chen2025_counts")).words
    for text in (
        "pymc 6.0.0",
        "seed 20250307",
        "ab" * 32,
        "python -m crlm_bayes fit orr_chen2025_counts",
        "1.0023",
        "1,234",
        "12.3 s",
    ):
        assert text in words
    assert "Confounding is not modelled" in words
    trial = analysis_page(replace_study(result_of("orr_chen2025_counts"), design="rct"), FIGURES)
    assert "Confounding is not modelled" not in trial and "The study is randomised" in trial


def replace_study(result: Result, **changes: Any) -> Result:
    audit = result.question.audit
    changed = replace(audit, study=audit.study.model_copy(update=changes))
    return replace(result, question=replace(result.question, audits={changed.study.id: changed}))


def test_nothing_is_said_of_missing_figures(result_of: Callable[[str], Result]) -> None:
    for name in ("pfs_chen2025_landmark", "orr_chen2025_counts"):
        document = assert_sound(analysis_page(result_of(name), {}))
        assert (
            sum(found.get("class") == "absent" for _, found in document.tags) == 2
        )  # draws to reweight, the explorer without JavaScript
        assert "no figure" not in document.words
        assert "svg" not in {tag for tag, _ in document.tags}


def test_figures_are_parts_of_the_page_and_do_not_meddle() -> None:
    text = f"<div>{inline(SVG, 'one', 'A & B')}{inline(SVG, 'two', 'C')}</div>"
    assert_sound(text)
    assert 'aria-label="A &amp; B"' in text and "metadata" not in text and "DOCTYPE" not in text
    assert 'id="one-p"' in text and "url(#one-p)" in text and 'href="#two-p"' in text
    assert "#figure-one *{" in text.replace(" {", "{") and "--points: 200" in text
    assert inline("no drawing", "x", "y") == ""


def test_a_failed_gate_is_seen_first(result_of: Callable[[str], Result]) -> None:
    result = result_of("pfs_chen2025_landmark")
    failures = ["R-hat 1.200 above 1.01"]
    bad = with_gate(result, "neutral", max_r_hat=1.2, failures=failures)
    document = assert_sound(analysis_page(bad, FIGURES))
    assert document.words.index("▲ Diagnostics failed for 1 of 6 fits.") < document.words.index("At face value")
    assert "neutral: R-hat 1.200 above 1.01" in document.words and "▲ 1.2000" in document.words
    assert "which passed" in document.words
    primary = analysis_page(with_gate(result, result.spec.primary, divergences=3, failures=["3"]), FIGURES)
    assert "come from a fit that failed" in primary
    assert "Diagnostics failed" not in analysis_page(result, FIGURES)
    row = next(row for row in checks.gates(bad.record) if row.prior == "neutral")
    assert [check.passed for check in row.checks] == [False, True, True, True, True, True, True]


def test_the_engines_may_disagree_and_the_page_says_so(result_of: Callable[[str], Result]) -> None:
    result = result_of("pfs_chen2025_landmark")
    table = result.estimates.copy()
    here = (table["engine"] == "nuts") & (table["prior"] == "sceptical") & (table["quantity"] == "hr")
    table.loc[here, "p_benefit"] = 0.9741
    page = analysis_page(replace(result, estimates=table), FIGURES)
    assert "different sides of the rule under sceptical (exact 0.988, NUTS 0.974)" in page


def test_text_from_documents_is_escaped(result_of: Callable[[str], Result]) -> None:
    result = replace_study(
        result_of("orr_chen2025_counts"), citation="<script>alert(1)</script> & more", notes="a <b> note"
    )
    html = analysis_page(result, FIGURES)
    assert_sound(html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html and "a &lt;b&gt; note" in html


def test_a_run_of_one_prior_that_is_not_primary(result_of: Callable[[str], Result]) -> None:
    result = result_of("pfs_chen2025_landmark")
    table = result.estimates
    kept = table[(table["engine"] == "curve") | (table["prior"] == "neutral")]
    partial = with_record(replace(result, estimates=kept), fits={"neutral": result.record["fits"]["neutral"]})
    words = assert_sound(analysis_page(partial, {})).words
    assert "No absolute effect is shown: no posterior under the primary prior (sceptical)" in words
    nothing = with_record(replace(result, estimates=table[table["engine"] == "curve"]), fits={})
    assert "Not shown: no posterior was sampled in this run." in assert_sound(analysis_page(nothing, {})).words


# absolute effects


def test_absolute_effects_in_words(result_of: Callable[[str], Result]) -> None:
    assert absolute(result_of("pfs_chen2025_landmark")) == (
        "Under the primary prior the share of patients progression-free at 36 months is 10.0 percentage points higher with treatment "
        "(95% interval 2.0 to 20.0 higher), a number needed to treat for one more patient to benefit (NNTB) of 10.0 (95% interval 5.0 to 50.0)."
    )
    assert absolute(result_of("orr_chen2025_counts")).endswith(
        "is 5.0 percentage points higher with treatment (95% interval 2.0 lower to 12.0 higher), "
        "a number needed to treat for one more patient to benefit (NNTB) of 20.0 (95% interval NNTB 8.3 to ∞ to NNTH 50.0)."
    )
    assert absolute(result_of("hypertension_yan2025_counts")).endswith(
        "for one more patient to be harmed (NNTH) of 20.0 (95% interval NNTH 8.3 to ∞ to NNTB 50.0)."
    )
    assert "taken as known" in absolute(result_of("pfs_chen2025_adjusted_hr"))


def test_absolute_effects_in_a_table(result_of: Callable[[str], Result]) -> None:
    first, last, gained = absolute_rows(result_of("pfs_chen2025_landmark"))
    assert (first.what, last.what) == ("Progression-free at 12 months", "Progression-free at 36 months")
    assert last.control == ("50.0%", "40.0 to 60.0", "27.6%") and last.difference == (
        "+10.0 points",
        "+2.0 to +20.0",
        "",
    )
    assert last.nnt == ("NNTB 10.0", "5.0 to 50.0", "") and gained.difference[0] == "+2.1"
    (row,) = absolute_rows(result_of("orr_chen2025_counts"))
    assert row.control.printed == "111 of 217" and row.nnt.interval == "NNTB 8.3 to ∞ to NNTH 50.0"


def test_a_harmful_difference_is_written_as_one(result_of: Callable[[str], Result]) -> None:
    result = result_of("pfs_chen2025_landmark")
    table = result.estimates.copy()
    table.loc[table["quantity"] == "risk_difference[36]", ["median", "eti95_lower", "eti95_upper"]] = -0.1, -0.2, -0.02
    text = absolute(replace(result, estimates=table))
    assert "10.0 percentage points lower with treatment (95% interval 2.0 to 20.0 lower)" in text
    assert "to be harmed (NNTH) of 10.0 (95% interval 5.0 to 50.0)" in text


# checklist


def test_the_checklist_has_every_item_once() -> None:
    items = [item for group in checklist.GROUPS.values() for item in group]
    assert [item.id for item in items] == list(range(1, 42))
    assert set(checklist.WHY_NOT) >= {item.id for item in items if item.proof is absent}


def shown(result: Result, figures: Mapping[str, str]) -> set[int]:
    return {item.id for _, items in checklist.fill(result, figures) for item in items if item.anchor is not None}


def test_an_item_without_proof_is_not_shown(result_of: Callable[[str], Result]) -> None:
    result = result_of("pfs_chen2025_landmark")
    whole = shown(result, FIGURES)
    assert set(range(1, 42)) - whole == {26, 34, 35, 36, 38, 40}
    assert whole - shown(result, {}) == {13, 22, 25, 32}
    assert whole - shown(with_record(result, versions={}), FIGURES) == {16, 39}
    assert whole - shown(with_record(result, settings={}), FIGURES) == {17, 39}
    assert whole - shown(with_record(result, fits={}), FIGURES) == {18, 19, 20, 21, 39}
    exact = replace(result, estimates=result.estimates[result.estimates["engine"] == "curve"])
    assert whole - shown(exact, FIGURES) == {18, 27}
    sceptics = {k: v for k, v in result.question.priors.items() if k not in ("enthusiastic", "pessimistic")}
    spec = result.spec.model_copy(update={"effect_priors": tuple(sceptics)})
    narrow = replace(result, question=replace(result.question, spec=spec, priors=sceptics))
    assert whole - shown(narrow, FIGURES) == {14, 32}


def test_the_page_says_not_shown_in_plain_sight(result_of: Callable[[str], Result]) -> None:
    words = Document(analysis_page(result_of("pfs_chen2025_landmark"), {})).words
    assert "31 of 41 items are shown" in words
    assert "posterior predictive check — not shown : this run has no such figure" in words
    assert "calibration by simulation — not shown : no simulation study belongs to this run" in words


# the model and the priors


def test_mathematics_is_mathml() -> None:
    assert "<mo>&#x0223C;</mo>" in mathml(r"\theta \sim \mathrm{Normal}(0,\; 1^2)")
    assert 'form="prefix"' in mathml(r"\mathrm{Normal}(-1,\; 1^2)")


def test_priors_are_shown_as_the_analysis_uses_them(result_of: Callable[[str], Result]) -> None:
    rows = {row.prior: row for row in tables.priors(result_of("orr_chen2025_counts"))}
    assert rows["enthusiastic"].density == "Normal(0.2877, 0.1749²)"
    assert rows["sceptical"].interval == "0.67 to 1.49" and rows["sceptical"].events == "95"
    lower = {row.prior: row for row in tables.priors(result_of("pfs_chen2025_landmark"))}
    assert lower["enthusiastic"].density == "Normal(−0.2877, 0.1749²)"
    assert lower["enthusiastic"].p_benefit == rows["enthusiastic"].p_benefit == "0.950"


# the index


def test_the_index_holds_every_verdict(all_verdicts: pd.DataFrame, published: dict[str, Study]) -> None:
    audits = {name: audit for name, audit in audit_studies(published).items() if name in ("chen2025", "yan2025")}
    html = index_page(all_verdicts, {"forest": SVG}, audits, {"versions": {"python": "3.13.0"}, "started": "now"})
    document = assert_sound(html)
    assert set(document.links) >= {f"{name}/report.html" for name in all_verdicts["analysis"]}
    shown_cells = [" ".join(cell.split()) for row in document.rows for cell in row]
    for row in all_verdicts.to_dict("records"):
        sign, words = SIGNS[row["mark"]], vocabulary(SimpleNamespace(**row))
        limits = f"{ratio(row['eti95_lower'])}–{ratio(row['eti95_upper'])}"
        shown = f"{sign} {words.chance(row['p_benefit'])} {ratio(row['median'])} ({limits})".strip()
        assert shown in shown_cells
    assert (
        sum(found.get("class", "") is not None and "chief" in str(found.get("class")) for _, found in document.tags)
        == all_verdicts["primary"].sum()
    )
    assert all(audit.study.citation in document.words for audit in audits.values())
    assert "Diagnostics failed" not in html and "python 3.13.0" in html


def test_the_index_marks_harm_failure_and_gaps(all_verdicts: pd.DataFrame, published: dict[str, Study]) -> None:
    table = all_verdicts[all_verdicts["analysis"].isin(["pfs_chen2025_landmark", "orr_chen2025_counts"])].copy()
    table.loc[table["analysis"] == "pfs_chen2025_landmark", "gate_passed"] = False
    table.loc[(table["analysis"] == "orr_chen2025_counts") & (table["prior"] == "neutral"), ["p_benefit", "mark"]] = (
        0.01,
        "harm",
    )
    table = table[~((table["analysis"] == "orr_chen2025_counts") & (table["prior"] == "reference"))]
    document = assert_sound(index_page(table, {}, {}, {}))
    assert "▲ Diagnostics failed for pfs_chen2025_landmark." in document.words
    assert document.words.count("▲ diagnostics failed") == 2  # in the first table and in that of every prior
    assert any(cell.strip().startswith("▼ 0.010") for row in document.rows for cell in row)
    assert any(cell.strip() == "—" for row in document.rows for cell in row)


def test_an_index_of_nothing_says_so() -> None:
    assert "No analysis has been fitted yet." in assert_sound(index_page(pd.DataFrame(), {}, {}, {})).words
