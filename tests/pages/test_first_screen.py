"""The first screen of a report: question, who, verdict with what it hangs on, and numbers that are those of the panel."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.answers.result import Result
from crlm_bayes.pages.first_screen import BarRow, first_screen
from crlm_bayes.pages.html import css_string
from crlm_bayes.pages.pages import analysis_page
from crlm_bayes.prose.beside.found import findings
from crlm_bayes.prose.beside.hangs import headline
from crlm_bayes.prose.beside.who import who
from crlm_bayes.prose.captions import captions
from crlm_bayes.run.one import conclude
from crlm_bayes.words.numbers import percent, probability, ratio, ratio_of, span
from makers.pages import Document, assert_sound

STUDY, HARM, WHAT_IF, OPEN = (
    "pfs_chen2025_landmark",
    "wound_volk2016_or",
    "pfs_yan2025_percent_of_90",
    "os_chen2025_landmark",
)
ROW = {"primary": True, "hypothetical": False, "answers": "", "endpoint": "pfs", "asks": "benefit"}
ROW |= {"p_benefit": 0.99, "mark": "face_value"}


@pytest.fixture(scope="module")
def of(root: Path) -> Callable[[str], Result]:
    """Bundled analyses, answered and not yet sampled."""

    @cache
    def find(name: str) -> Result:
        (question,) = read_questions(root / "data" / "published", root / "models", [name])
        return conclude(Answer(question), {}, {}, {"versions": {}, "settings": {}, "digests": {}, "started": "now"})

    return find


@pytest.fixture(scope="module")
def page_of(of: Callable[[str], Result]) -> Callable[[str], Document]:
    return cache(lambda name: assert_sound(analysis_page(of(name), {})))


@pytest.mark.parametrize("name", [STUDY, HARM, WHAT_IF])
def test_the_answer_comes_before_the_rule_and_the_rule_before_the_rest(
    name: str, of: Callable[[str], Result], page_of: Callable[[str], Document]
) -> None:
    result, document = of(name), page_of(name)
    said, words = headline(result), document.words
    places = [
        result.spec.question,
        who(result).before,
        said.verdict,
        said.hangs.split(";")[0].strip(),
        "under each prior",
        "The rule.",
        "What is asked",
    ]
    found = [words.index(place) for place in places]
    assert found == sorted(found)
    assert [tag for tag, _ in document.tags if tag in ("h1", "h2")][:2] == ["h1", "h2"]
    assert sum(tag == "h1" for tag, _ in document.tags) == 1
    assert "Not yet sampled." in words


@pytest.mark.parametrize("name", [STUDY, HARM])
def test_the_strip_has_the_numbers_of_the_panel(name: str, of: Callable[[str], Result]) -> None:
    result = of(name)
    rows = {row.what: row for row in first_screen(result).strip.rows}
    v = next(v for v in result.panel if v.prior == result.spec.primary)
    table = result.estimates
    (line,) = table[(table["prior"] == v.prior) & (table["quantity"] == result.spec.measure)].to_dict("records")
    (claim,) = (row for what, row in rows.items() if what in ("P(benefit)", "P(higher risk)"))
    first = next(iter(rows.values()))
    assert (first.after, first.after_note) == (ratio(line["median"]), span(line["eti95_lower"], line["eti95_upper"]))
    p = line["p_benefit"]
    assert claim.after == probability(1 - p if name == HARM else p)
    beyond = {what.split(":")[0]: row.after for what, row in rows.items()}
    assert beyond["P(relevant harm)"] == probability(line["p_harm"])
    assert beyond["P(much lower)" if name == HARM else "P(worthwhile)"] == probability(line["p_mcid"])


def test_what_is_published_is_turned_to_treatment_over_control(of: Callable[[str], Result]) -> None:
    strip = first_screen(of(STUDY)).strip
    assert strip.before == "Published"
    assert (strip.rows[0].before, strip.rows[0].before_note) == ("0.76", "0.60 to 0.95; adjusted")  # printed: 1.324
    assert strip.rows[1].what == "More per 1,000 progression-free at 36 months" and strip.rows[1].before == "+139"
    assert strip.rows[1].after_note == "not yet sampled"
    supposed = first_screen(of(WHAT_IF)).strip
    assert supposed.before == "Data alone"  # no paper claims a supposition
    assert supposed.rows[0].before == ratio(math.exp(of(WHAT_IF).scepticism.likelihood[0]))


def test_the_verdict_tells_what_it_hangs_on(of: Callable[[str], Result]) -> None:
    result = of(STUDY)
    borne, (verdict, hangs) = result.robustness.headline, headline(result)
    assert verdict == "At face value the benefit survives the sceptical prior"
    assert borne.bias is not None and borne.discount is not None and result.allowing_for_bias is not None
    assert (
        f"falls if it is overstated by a factor of {ratio_of(borne.bias)} or if {percent(borne.discount, 0)}" in hangs
    )
    allowing = next(v.p_benefit for v in result.allowing_for_bias if v.prior == "sceptical")
    assert hangs.endswith(f"not randomised, it does not survive (P(benefit) {probability(allowing)}).")
    harm = headline(of(HARM))
    assert (
        harm.verdict == "At face value a higher risk is shown under the reference prior"
        and "no longer if" in harm.hangs
    )
    lost = headline(of(OPEN))
    assert lost.verdict == "The benefit does not survive the sceptical prior"
    assert lost.hangs.startswith(", nor any other but the enthusiastic. A study of this size would have had to find")


def test_who_was_compared_says_whether_chance_decided(of: Callable[[str], Result]) -> None:
    assert who(of(STUDY)).line == "Chen 2025: 118 v 217 patients, six centres, not randomised"
    assert who(of(WHAT_IF)).chance == "only said to be randomised"
    assert who(of(HARM)).line == "Volk 2016: 2,430 patients, a pooled analysis of several studies"


def test_a_supposition_bears_no_mark_and_no_stamp(
    of: Callable[[str], Result], page_of: Callable[[str], Document]
) -> None:
    first, words = first_screen(of(WHAT_IF)), page_of(WHAT_IF).words
    assert first.what_if and first.sign == "" and not any(row.sign for row in first.bar)
    assert words.index("A supposition, no evidence What if") < words.index("A supposition, so there is no verdict.")
    top = words[: words.index("The rule.")]
    assert "survives" not in top and not any(sign in top for sign in "●◐○▽")
    assert not {"robustness", "mean_sd"} & set(findings(of(WHAT_IF)))


def test_the_bar_puts_the_threshold_where_the_rule_has_it(of: Callable[[str], Result]) -> None:
    first = first_screen(of(STUDY))
    kept = {v.prior.replace("_", " ") for v in of(STUDY).panel if v.survives}

    def above(row: BarRow) -> bool:
        return row.place >= first.limits[1]

    assert {row.prior for row in first.bar if above(row)} == kept and 0 < len(kept) < len(first.bar)
    assert [row.primary for row in first.bar].count(True) == 1


def test_other_readings_are_those_of_the_endpoint_with_suppositions_last(of: Callable[[str], Result]) -> None:
    rows = [
        ROW | {"analysis": "supposed", "title": "Supposed <b>", "hypothetical": True, "mark": "what_if"},
        ROW | {"analysis": "other", "title": "Other"},
        ROW | {"analysis": "answer", "title": "The answer", "answers": "pfs"},
        ROW | {"analysis": "survival", "title": "Another endpoint", "endpoint": "os"},
        ROW | {"analysis": "not_primary", "title": "Another prior", "primary": False},
        ROW | {"analysis": STUDY, "title": "Itself"},
    ]
    siblings = first_screen(of(STUDY), rows).siblings
    assert [one.id for one in siblings] == ["answer", "other", "supposed"]
    assert siblings[0].said == "P(benefit) 0.990, survives at face value" and siblings[2].said.endswith("asks what if")
    html = analysis_page(of(STUDY), {}, rows)
    assert "../other/report.html" in assert_sound(html).links and "Supposed &lt;b&gt;" in html


def test_captions_begin_with_the_finding(of: Callable[[str], Result]) -> None:
    said = captions(of(STUDY))
    assert said["panel"].startswith(
        "Every prior but two lets the benefit stand (not the strongly sceptical or the pessimistic one); centred on no effect, it falls below sd 0.146."
    )
    assert said["survival"].startswith("Printed at 36 months: 41.5% with the treatment, 27.6% without.")
    assert said["robustness"].startswith(
        "Under the sceptical prior the claim bears an overstatement of × 1.05, a discount of 19%"
    )
    harm = captions(of(HARM))
    assert "P(higher risk)" in harm["bias_discount"] and "P(benefit)" not in " ".join(harm.values())


def test_a_running_title_cannot_leave_its_string(of: Callable[[str], Result]) -> None:
    assert css_string('a"</style>') == '"a\\22 \\3c \\2f style\\3e "'
    result = of(STUDY)
    hostile = result.spec.model_copy(update={"title": '"} </style><script>alert(1)</script>'})
    html = analysis_page(replace(result, question=replace(result.question, spec=hostile)), {})
    assert "<script>alert" not in html and html.count("</style>") == analysis_page(result, {}).count("</style>")
