"""The summary of findings in a browser: nothing is wider than the screen, and hostile text is text."""

from types import SimpleNamespace
from typing import Any

from crlm_bayes.answers.summary import Outcome
from crlm_bayes.documents.study import Study
from crlm_bayes.pages.summary_page import summary_page

HOSTILE = "<script>document.title = 'taken'</script>Is it_so_that_a_word_may_be_longer_than_a_telephone_is_wide?"


def outcome(make_study: Any, asks: str) -> Outcome:
    row: dict[str, Any] = {
        "analysis": "made", "title": "Made: of one", "study": "made2020", "endpoint": "ae:rash", "answers": "", "asks": asks, "measure": "or",
        "better": "lower", "mcid": 0.8, "prior": "reference", "primary": True, "median": 1.4, "eti95_lower": 0.9, "eti95_upper": 2.2,
        "p_benefit": 0.06, "p_mcid": 0.01, "p_harm": 0.7, "footing": "sound", "mark": "open", "indirect_share": None, "prior_share": 0.2,
        "hangs_on": "", "gate_passed": False, "likelihood": "binomial",
    }  # fmt: skip
    study: Study = make_study()
    one = SimpleNamespace(**row)
    return Outcome(one, (one,), HOSTILE, (study,), (), None, None, {}, (), None, False)


def test_nothing_is_wider_than_the_screen_and_nothing_runs(browser: Any, make_study: Any, tmp_path: Any) -> None:
    path = tmp_path / "summary.html"
    path.write_text(summary_page([outcome(make_study, asks) for asks in ("benefit", "harm")]), encoding="utf-8")
    troubles: list[str] = []
    for width in (360, 768, 1440):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("console", lambda line: troubles.append(line.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.title() == "Summary of findings"
        assert page.get_by_text("diagnostics failed").count() == 2
        page.close()
    assert not troubles
