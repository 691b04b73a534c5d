"""The page of all analyses, from what is in the output folder."""

import pandas as pd

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.run.index import _drawn


def test_syntheses_that_only_ask_what_if_have_no_forest_plot() -> None:
    row = {
        "analysis": "a", "title": "A: b", "study": SYNTHESIS, "endpoint": "orr", "reading": "counts", "hypothetical": True,
        "measure": "or", "better": "higher", "prior": "sceptical", "primary": True, "median": 1.2, "eti95_lower": 0.9,
        "eti95_upper": 1.6, "p_benefit": 0.9, "survives": False, "gate_passed": True,
    }  # fmt: skip
    assert "synthesis" not in _drawn(pd.DataFrame([row]))
    assert "synthesis" in _drawn(pd.DataFrame([row | {"hypothetical": False}]))
