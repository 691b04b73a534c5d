"""The page of all analyses, from what is in the output folder."""

import re
from pathlib import Path

import pandas as pd
import pytest

from crlm_bayes import api, figures
from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.run import one
from crlm_bayes.run.index import _drawn, is_of_this_version, write_index
from crlm_bayes.run.store import Store
from crlm_bayes.sampling.settings import Settings
from makers.verdict_rows import completed


def test_syntheses_that_only_ask_what_if_have_no_forest_plot() -> None:
    row = {
        "analysis": "a", "title": "A: b", "study": SYNTHESIS, "endpoint": "orr", "reading": "counts", "hypothetical": True,
        "measure": "or", "better": "higher", "prior": "sceptical", "primary": True, "median": 1.2, "eti95_lower": 0.9,
        "eti95_upper": 1.6, "p_benefit": 0.9, "survives": False, "gate_passed": True,
    }  # fmt: skip
    assert "synthesis" not in _drawn(completed(pd.DataFrame([row])))
    assert "synthesis" in _drawn(completed(pd.DataFrame([row | {"hypothetical": False}])))


def test_verdicts_that_have_no_page_yet_are_shown_and_lead_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgetful: None
) -> None:
    names = ["pfs_chen2025_adjusted_hr", "orr_chen2025_counts", "orr_direct"]
    monkeypatch.setattr(figures, "draw", lambda _result: {})
    asked = {question.spec.id: question for question in api.questions(names)}
    begun = {name: one.verdict_record(question, Settings()).record for name, question in asked.items()}
    store = Store(tmp_path)
    one.run_exact(asked["orr_chen2025_counts"], Settings(), store)
    write_index(store, {}, begun)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="([a-z0-9_]+)/report[.]html', page))
    assert linked == {"orr_chen2025_counts"}
    assert set(pd.read_csv(tmp_path / "verdicts.csv")["analysis"]) == set(names)
    for name in ("pfs_chen2025_adjusted_hr", "orr_direct"):
        one.run_exact(asked[name], Settings(), store)
    before = (tmp_path / "verdicts.csv").read_bytes()
    write_index(store, {})
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="([a-z0-9_]+)/report[.]html', page)) == set(names)
    assert (tmp_path / "verdicts.csv").read_bytes() == before, "the page does not change a verdict"


def test_a_record_of_an_older_version_waits_for_the_next_fit() -> None:
    assert is_of_this_version({"verdicts": [{"mark": "open", "study": "a"}]})
    assert not is_of_this_version({"verdicts": [{"study": "a", "p_benefit": 0.9}]})
