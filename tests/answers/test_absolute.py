"""Numbers needed to treat: two kinds, each with limits in order, and none where nothing differs."""

import math

import numpy as np
import pytest
import xarray as xr

from crlm_bayes.answers.absolute import numbers_needed
from crlm_bayes.answers.lookup import EstimateRow
from crlm_bayes.answers.synthesis_rows import needed_rows
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.likelihoods import log_ratio
from crlm_bayes.prose.absolute import nnt_span
from makers.made_syntheses import ratio


@pytest.mark.parametrize(
    ("difference", "rising", "kinds", "said"),
    [
        ((0.10, 0.02, 0.20), True, [("nntb", 10, 5, 50)], "5.0 to 50.0"),
        ((0.10, 0.02, 0.20), False, [("nnth", 10, 5, 50)], "5.0 to 50.0"),
        ((-0.10, -0.20, -0.02), False, [("nntb", 10, 5, 50)], "5.0 to 50.0"),
        # Altman 1998: the interval of NNTB 10 runs from 4 through infinity to NNTH 25
        (
            (0.10, -0.04, 0.25), True,
            [("nntb", 10, 4, math.inf), ("nnth", None, 25, math.inf)], "NNTB 4.0 to ∞ to NNTH 25.0",
        ),
        (
            (-0.10, -0.25, 0.04), True,
            [("nnth", 10, 4, math.inf), ("nntb", None, 25, math.inf)], "NNTH 4.0 to ∞ to NNTB 25.0",
        ),
        ((0.10, 0.0, 0.25), True, [("nntb", 10, 4, math.inf)], "4.0 to ∞"),
        (
            (0.0, -0.1, 0.1), True,
            [("nntb", None, 10, math.inf), ("nnth", None, 10, math.inf)], "NNTB 10.0 to ∞ to NNTH 10.0",
        ),
    ],
)  # fmt: skip
def test_a_difference_is_inverted(
    difference: tuple[float, float, float], rising: bool, kinds: list[tuple[object, ...]], said: str
) -> None:
    found = numbers_needed(EstimateRow(*difference), rising=rising)
    assert [n.kind for n in found] == [kind for kind, *_ in kinds] and nnt_span(found) == said
    for one, (_, *numbers) in zip(found, kinds, strict=True):
        assert 0 < one.lower <= one.upper
        assert [*one[1:]] == [x if x is None else pytest.approx(x) for x in numbers]
    rows = list(needed_rows("risk_difference[36]", EstimateRow(*difference), rising=rising))
    assert [row["quantity"] for row in rows] == [f"{n.kind}[36]" for n in found]


def test_no_difference_at_all_needs_nobody() -> None:
    assert numbers_needed(EstimateRow(0.0, 0.0, 0.0), rising=True) == []


@pytest.mark.parametrize(("survival", "has"), [(0.5, True), (0.0, False), (1.0, False)])
def test_a_ratio_does_nothing_to_a_risk_of_0_or_1(survival: float, has: bool) -> None:
    made = ratio(-0.3, 0.1)
    evidence = RatioEvidence(**{**vars(made), "control_survival": (36.0, survival)})

    class Spec:
        measure = "hr"

    theta = xr.Dataset({"theta": (("chain", "draw"), np.zeros((1, 3)))})
    assert ("risk_difference" in log_ratio.derive(theta, evidence, Spec())) == has  # type: ignore[arg-type]
