"""What a study of this size would have had to find: closed form on normal curves, the exact engine on bundled ones."""

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods import log_ratio
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import StudentT
from crlm_bayes.prose.robustness import needed
from crlm_bayes.scepticism.robustness import robustness
from crlm_bayes.scepticism.tipping import lacking
from makers.curves import normal, normal_curve

Z = stats.norm.ppf(0.975)


@pytest.mark.parametrize(
    ("y", "se", "s"), [(-0.53, 0.36, 0.205), (0.3, 0.2, 0.355), (-0.45, 0.14, 0.205), (-0.2, 0.1, 1.0)]
)
@pytest.mark.parametrize("better", ["lower", "higher"])
def test_a_normal_study_needs_what_the_closed_form_says(
    y: float, se: float, s: float, better: str, make_spec: Callable[..., AnalysisSpec]
) -> None:
    mcid = 0.8 if better == "lower" else 1.25
    spec = make_spec("log_ratio", better=better, mcid=mcid, effect_priors=["s"], primary="s")
    found = robustness(normal_curve(spec.sign * y, se), spec, {"s": normal(0, s)})
    assert found.needed == pytest.approx(math.exp(-spec.sign * Z * se * math.hypot(s, se) / s), rel=1e-6)
    if found.headline.survives:  # its limit of bias in the other words
        assert found.headline.bias is not None
        assert math.log(found.needed) == pytest.approx(spec.sign * (y + found.headline.bias), abs=1e-6)


@pytest.mark.parametrize("name", ["pfs_yan2025_landmark", "pfs_chen2025_landmark", "orr_yan2025_counts"])
def test_moved_there_a_bundled_curve_is_at_the_threshold(
    name: str, curve_of: Callable[[str], EvidenceCurve], analyses: Mapping[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    curve, spec = curve_of(name), analyses[name]
    found = robustness(curve, spec, priors).needed
    assert found is not None
    moved = curve.shifted(curve.mode - math.log(found)).apply(spec.effect_prior(priors[spec.primary]))
    assert moved.p_benefit(spec.sign) == pytest.approx(0.975, abs=1e-6)


def test_a_small_trial_would_have_needed_a_ratio_of_less_than_a_half(
    curve_of: Callable[[str], EvidenceCurve], analyses: Mapping[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    spec = analyses["pfs_yan2025_landmark"]
    found = robustness(curve_of(spec.id), spec, priors)
    assert found.needed == pytest.approx(0.42, abs=0.005)
    assert needed(found, spec) == (
        "A study of this size would have had to find a hazard ratio of 0.42 or lower for the benefit to survive the sceptical prior."
    )
    response = analyses["orr_yan2025_counts"]
    said = needed(robustness(curve_of(response.id), response, priors), response)
    assert "find an odds ratio of " in said and " or higher for the benefit" in said


def test_what_cannot_be_reached_is_not_named(make_spec: Callable[..., AnalysisSpec]) -> None:
    """Tails heavier than the sceptic's: however far the data lie, they are taken for an error of their own."""
    spec = make_spec("log_ratio", effect_priors=["s"], primary="s")
    heavy = EvidenceCurve.tabulate(lambda theta: -1.5 * np.log1p(((theta + 0.2) / 0.3) ** 2))
    found = robustness(heavy, spec, {"s": normal(0, 0.1)})
    assert found.needed is None and needed(found, spec) == ""
    assert lacking(heavy, 1, normal(0, 0.1)) is None


def test_without_a_direction_there_is_nothing_to_find(make_spec: Callable[..., AnalysisSpec]) -> None:
    spec = make_spec("log_ratio", effect_priors=["s"], primary="s")
    curve = log_ratio.curve(RatioEvidence("s", ("c", "t"), ("C", "T"), 0.5, 0.15, direction="unknown"), spec)
    assert robustness(curve, spec, {"s": normal(0, 0.3)}).needed is None


def test_a_prior_that_is_not_normal_is_searched_as_well() -> None:
    curve = normal_curve(-0.2, 0.2)
    wide = StudentT(dist="student_t", df=4, mean=0.0, sd=0.3, rationale="t")
    found = lacking(curve, 1, wide)
    assert found is not None and found > 0
    assert curve.shifted(found).apply(wide).p_below(0) == pytest.approx(0.975, abs=1e-6)
    assert lacking(normal_curve(-1.0, 0.1), 1, wide) == 0
