"""The page of all analyses from made verdicts: what stands first, in which order, and what is said where little is there."""

from typing import Any

import pandas as pd
import pytest

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.pages.pages import index_page
from crlm_bayes.pages.tables.chief import chief
from crlm_bayes.pages.tables.matrix import matrices, priors_across
from crlm_bayes.pages.tables.papers import papers, printed_result
from crlm_bayes.prose.index import in_short
from makers.made_audits import audited, found
from makers.ministudy import ministudy
from makers.pages import Document, assert_sound
from makers.verdict_rows import completed

PANEL = ("reference", "neutral", "sceptical", "strongly_sceptical", "pessimistic", "enthusiastic")
OF_HARM = ("reference", "neutral", "sceptical", "pessimistic")


def analysis(name: str, study: str, endpoint: str, p: float, **changes: Any) -> list[dict[str, Any]]:
    """Rows of one analysis under its panel; a harm has a shorter one, with a wide primary prior."""
    harm = endpoint.startswith(("ae:", "complication"))
    row = {
        "analysis": name, "title": f"Made: {name} taken so", "study": study, "endpoint": endpoint, "reading": "counts",
        "likelihood": "binomial", "asks": "harm" if harm else "benefit", "median": 0.8, "eti95_lower": 0.6, "eti95_upper": 1.1,
        "p_benefit": p, "p_mcid": 0.3, "p_harm": 0.1, "critical_sd": None, "answers": "", "hypothetical": False, "p_allowing_for_bias": None,
    } | changes  # fmt: skip
    primary = "reference" if harm else "sceptical"
    return [row | {"prior": prior, "primary": prior == primary} for prior in (OF_HARM if harm else PANEL)]


def table(*analyses: list[dict[str, Any]]) -> pd.DataFrame:
    return completed(pd.DataFrame([row for rows in analyses for row in rows]))


WHOLE = table(
    analysis("rash_answer", SYNTHESIS, "ae:rash_grade3plus", 0.01, answers="ae:rash_grade3plus", better="lower"),
    analysis("one_os", "one2020", "os", 0.99, footing="face_value", design="cohort study (not randomised)"),
    analysis("what_if_os", "one2020", "os", 0.999, hypothetical=True),
    analysis("side_os", SYNTHESIS, "os", 0.98),
    analysis("answer_os", SYNTHESIS, "os", 0.9, answers="os", hangs_on="One 2020"),
    analysis("orr_one", "one2020", "orr", 0.7, better="higher"),
    analysis("orr_other", "one2020", "orr", 0.8, better="higher"),
)
ESTIMATES = {
    "answer_os": pd.DataFrame(
        [
            {"prior": prior, "engine": "curve", "quantity": quantity, "median": m, "eti95_lower": m - 0.1, "eti95_upper": m + 0.1}
            for prior, quantity, m in (
                ("sceptical", "hr", 0.8),
                ("sceptical", "risk_difference[mini2020,12]", 0.01),
                ("sceptical", "risk_difference[mini2020,36]", 0.0543),
                ("sceptical", "risk_difference[other2021,60]", 0.3),
                ("neutral", "risk_difference[mini2020,36]", 0.4),
            )
        ]
    ).assign(**dict.fromkeys(("p_benefit", "p_mcid", "p_harm", "r_hat", "ess_bulk", "ess_tail"), None))
}  # fmt: skip


def page(verdicts: pd.DataFrame, audits: dict[str, StudyAudit] | None = None, **parts: Any) -> Document:
    return assert_sound(index_page(verdicts, {}, audits or {}, {}, **parts))


# the first table


def test_one_row_an_endpoint_benefits_first_and_harms_in_their_own_direction() -> None:
    rows = chief(WHOLE, ESTIMATES, {"mini2020": ministudy(head={"name": "MINI"})})
    assert [row.endpoint for row in rows] == ["Overall survival", "Objective response", "Rash of grade 3 or more"]
    survival, response, rash = rows
    assert (survival.analysis, survival.p, survival.verdict) == ("answer_os", "0.900", "does not survive")
    assert survival.note == "The verdict hangs on One 2020: without it, it is another."
    assert (rash.p_claim, rash.p, rash.sign, rash.verdict) == ("P(higher risk)", "0.990", "▼", "higher risk")
    assert rash.prior == "reference" and survival.prior == "sceptical"
    assert response.analysis == ""


def test_where_no_answer_is_declared_nothing_is_chosen() -> None:
    response = chief(WHOLE, {}, {})[1]
    assert response.what == "two readings of One 2020; no analysis is declared the answer"
    assert (response.p, response.interval, response.absolute) == ("0.700 to 0.800", "", "")
    assert response.verdict == "does not survive"
    torn = table(
        analysis("a", "one2020", "os", 0.99), analysis("b", SYNTHESIS, "os", 0.5), analysis("c", SYNTHESIS, "os", 0.6)
    )
    (row,) = chief(torn, {}, {})
    assert row.what == "two syntheses and one reading of One 2020; no analysis is declared the answer"
    assert (row.standing, row.sign, row.verdict) == ("", "", "differs between these analyses")
    assert in_short(torn) == []


def test_the_absolute_effect_is_on_the_first_control_risk_at_the_last_time_under_the_primary_prior() -> None:
    row = chief(WHOLE, ESTIMATES, {"mini2020": ministudy(head={"name": "MINI"})})[0]
    assert row.absolute == "+54 (−46 to +154)"
    assert row.of_whom == "alive at 36 months; control risk of MINI"
    assert chief(WHOLE, {}, {})[0].absolute == ""
    single = table(analysis("a", "one2020", "ae:rash", 0.2))
    estimates = (
        ESTIMATES["answer_os"]
        .iloc[:1]
        .assign(prior="reference", engine="nuts", quantity="risk_difference", median=0.03)
    )
    assert chief(single, {"a": estimates}, {})[0].of_whom == "with rash"


def test_the_top_says_what_is_left_of_benefits_then_of_harms() -> None:
    assert in_short(WHOLE) == [
        "Under the sceptical prior the benefit does not survive for overall survival.",
        "Of harms, a higher risk is established for rash of grade 3 or more.",
    ]
    harms = table(
        analysis("a", SYNTHESIS, "ae:itching", 0.01, answers="ae:itching", footing="face_value"),
        analysis("b", SYNTHESIS, "complication", 0.5, answers="complication"),
        analysis("c", SYNTHESIS, "ae:rash", 0.99, answers="ae:rash"),
    )
    assert in_short(harms) == [
        "Of harms, a higher risk shows at face value for itching; a lower risk is established for rash; "
        "neither a higher nor a lower risk is established for complications."
    ]


# the page


def test_the_question_comes_first_then_the_table_then_the_papers_then_the_folds() -> None:
    audits = {"one2020": audited(found(1), study=ministudy(head={"id": "one2020"}))}
    document = page(
        WHOLE, audits, questions={"answer_os": "Does <it> work?"}, estimates=ESTIMATES, findings="summary.html"
    )
    words = document.words
    places = [
        words.index(x)
        for x in (
            "Does <it> work?",
            "Among 1,000 patients",
            "Summary of findings",
            "The paper by itself",
            "Endpoint by endpoint",
            "What if …",
        )
    ]
    assert places == sorted(places)
    assert "summary.html" in document.links and "audit.html#audit-one2020" in document.links
    folds = [f for tag, f in document.tags if tag == "details"]
    assert folds and not any("open" in f for f in folds)
    assert "No analysis is declared" not in words
    assert "Summary of findings" not in page(WHOLE).words


def test_the_question_is_that_of_the_first_endpoint_also_where_no_answer_is_declared() -> None:
    verdicts = table(*(analysis(name, "one2020", "os" if name < "c" else "orr", 0.9) for name in "abc"))
    document = page(verdicts, questions={"a": "Does it prolong survival?", "c": "Does it raise response?"})
    assert "Does it prolong survival?" in document.words and "Does it raise response?" not in document.words
    assert "#verdicts" in document.links


def test_what_if_readings_have_a_fold_of_their_own_without_mark_or_verdict() -> None:
    html = index_page(WHOLE, {}, {}, {})
    start = html.index('id="what-if"')
    fold = html[start : html.index("</details>", start)]
    document = Document(f"<div {fold}")
    assert "what_if_os taken so" in document.words and "0.999" in document.words
    assert not any(mark in document.words for mark in "●◐○▼▽") and "survive" not in document.words
    rest = html[:start] + html[start + len(fold) :]
    assert "what_if_os taken so" not in rest
    assert 'id="what-if"' not in index_page(WHOLE[~WHOLE["hypothetical"]], {}, {}, {})


def test_multiverses_are_led_to_where_they_are() -> None:
    link = "multiverse/pfs_direct/report.html"
    html = index_page(WHOLE, {}, {}, {}, multiverses={"Progression-free survival": link})
    assert f'<a href="{link}">Progression-free survival</a>' in html
    assert "combination of defensible choices" not in index_page(WHOLE, {}, {}, {})


def test_every_table_goes_by_endpoint_then_answer_sensitivity_single_studies() -> None:
    benefit, harm = matrices(WHOLE[~WHOLE["hypothetical"]], {})
    assert [(g.endpoint, [line.analysis for line in g.lines]) for g in benefit.groups] == [
        ("Overall survival", ["answer_os", "side_os", "one_os"]),
        ("Objective response", ["orr_one", "orr_other"]),
    ]
    assert [line.role for line in benefit.groups[0].lines] == ["The answer", "Sensitivity analysis", "One 2020"]
    assert [g.endpoint for g in harm.groups] == ["Rash of grade 3 or more"]


def test_priors_stand_in_the_order_of_the_panel_whatever_row_comes_first() -> None:
    assert priors_across(WHOLE) == list(PANEL)
    benefit, harm = matrices(WHOLE, {})
    assert (benefit.priors, harm.priors) == (PANEL, OF_HARM)


def test_nothing_is_voted_on() -> None:
    words = page(WHOLE, {"one2020": audited(study=ministudy(head={"id": "one2020"}))}).words
    assert not any(word in words for word in (" of 7 ", "analyses survive", "majority", "votes"))


# the papers


def test_a_card_says_what_a_paper_prints_and_what_is_left_of_it() -> None:
    contrast = {
        "endpoint": "os", "measure": "hr", "value": "1.25", "ci": ["1.0", "2.0"], "p": "0.04", "numerator": "control", "denominator": "drug",
        "adjusted": True,
    }  # fmt: skip
    tests = [{"endpoint": "orr", "test": "chi2", "p": "0.03"}]
    study = ministudy(head={"id": "one2020", "design": "cohort"}, contrasts=[contrast], tests=tests)
    (paper,) = papers(WHOLE, {"one2020": audited(found(1), found(2, "note"), study=study)})
    assert (paper.name, paper.about) == ("One 2020", "cohort study (not randomised), 100 patients")
    assert (paper.audit, paper.grave, paper.serious) == (
        "One serious finding and one note",
        "one serious finding",
        True,
    )
    survival, response = paper.lines
    assert survival.printed == "hazard ratio 0.80 (0.50 to 1.00), adjusted, p = 0.04"
    assert (survival.sign, survival.said) == ("◐", "survives at face value (P(benefit) 0.990)")
    assert response.printed == "p = 0.03 (chi-square test)"
    assert printed_result(study, "pfs") == ""


def test_papers_of_harms_alone_have_cards_only_where_nobody_asks_for_a_benefit() -> None:
    harms = [analysis("a", "one2020", "ae:rash", 0.2), analysis("b", "two2021", "complication", 0.01)]
    assert [paper.name for paper in papers(table(*harms), {})] == ["One 2020", "Two 2021"]
    assert [paper.name for paper in papers(table(*harms, analysis("c", "two2021", "os", 0.9)), {})] == ["Two 2021"]
    assert papers(table(analysis("c", SYNTHESIS, "os", 0.9)), {}) == []


# a stranger's folder


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (table(analysis("a", "one2020", "pfs", 0.99)), "Under the sceptical prior the benefit survives for progression-free survival."),
        (table(analysis("a", "one2020", "ae:rash", 0.5)), "Of harms, neither a higher nor a lower risk is established for rash."),
        (table(analysis("a", SYNTHESIS, "os", 0.9), analysis("b", SYNTHESIS, "os", 0.99)), "No analysis is declared the answer for its endpoint"),
        (table(analysis("a", "one2020", "os", 0.99, hypothetical=True)), "Nothing that was fitted is evidence"),
        (pd.DataFrame(), "No analysis has been fitted yet."),
        (table(analysis("a", "one2020", "pfs", 0.99, gate_passed=False)), "▲ Diagnostics failed for a."),
    ],
    ids=["one study", "one harm", "no answers", "what if alone", "nothing", "gate failed"],
)  # fmt: skip
def test_the_index_of_any_folder_says_what_there_is(verdicts: pd.DataFrame, said: str) -> None:
    document = page(verdicts)
    assert said in document.words
    assert "Does the published benefit survive a sceptic?" in document.words


def test_analyses_without_a_page_are_not_led_to() -> None:
    assert not [link for link in page(WHOLE, paged=()).links if "report.html" in link]
    assert {link for link in page(WHOLE, paged={"side_os"}).links if "report" in link} == {"side_os/report.html"}
