"""Tables of verdicts made from a few numbers: what is not given is as in an analysis of a benefit by a randomised trial."""

from typing import Any

import pandas as pd

from crlm_bayes.words.marks import mark_of

USUAL: dict[str, Any] = {
    "measure": "hr",
    "better": "lower",
    "mcid": 0.8,
    "hypothetical": False,
    "asks": "benefit",
    "answers": "",
    "design": "",
    "footing": "sound",
    "indirect_share": None,
    "hangs_on": "",
    "gate_passed": True,
}


def completed(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill in the columns that are not given; the mark follows from probability and footing."""
    whole = frame.assign(**{key: value for key, value in USUAL.items() if key not in frame})
    footings = whole["footing"].where(~whole["hypothetical"].astype(bool), "what_if")
    marks = [mark_of(float(p), footing) for p, footing in zip(whole["p_benefit"], footings, strict=True)]
    return whole.assign(footing=footings, mark=marks)
