"""Rare and common outcomes: which form of an E-value is used, by what the print tells of the risks."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.risks import risks
from crlm_bayes.evidence.values import Evidence, RatioEvidence
from crlm_bayes.priors.density import Prior
from crlm_bayes.scepticism.e_values import Outcome, e_value, e_value_of_interval, outcome_of, risk_ratio
from crlm_bayes.scepticism.panel import examine
from crlm_bayes.scepticism.robustness import robustness
from makers.curves import normal_curve
from makers.ministudy import ministudy


@pytest.mark.parametrize("measure", ["hr", "or", "rr"])
def test_the_published_e_value_of_a_rare_outcome_is_that_of_its_ratio(measure: str) -> None:
    """VanderWeele & Ding 2017: 3.9 (1.8 to 8.7) gives 7.26 and 3.0; hazard and odds ratios of rare outcomes likewise."""
    assert e_value(3.9, measure, outcome=Outcome.RARE) == pytest.approx(7.26, abs=0.006)
    assert e_value_of_interval(1.8, 8.7, measure, outcome=Outcome.RARE) == pytest.approx(3.0, abs=0.006)
    assert e_value(1 / 3.9, measure, outcome=Outcome.RARE) == pytest.approx(7.26, abs=0.006)


@pytest.mark.parametrize("measure", ["hr", "or"])
@pytest.mark.parametrize("ratio", [0.3, 0.9, 1.2, 3.9])
def test_taken_as_common_a_ratio_is_worth_less(measure: str, ratio: float) -> None:
    common, rare = (e_value(ratio, measure, outcome=one) for one in (Outcome.COMMON, Outcome.RARE))
    assert 1 < common < rare
    assert e_value(ratio, measure) == common == e_value(ratio, measure, outcome=Outcome.UNTOLD)
    assert risk_ratio(ratio, "rr", Outcome.COMMON) == ratio


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ((0.15, 0.15), Outcome.RARE), ((1 - 0.85, 0.02), Outcome.RARE), ((0.151, 0.02), Outcome.COMMON),
        ((0.02, 0.9), Outcome.COMMON), ((0.02, None), Outcome.UNTOLD), ((None, None), Outcome.UNTOLD),
        ((0.3, None), Outcome.COMMON), ((0.02, 0.03, 0.1, 0.16), Outcome.COMMON), ((), Outcome.UNTOLD),
    ],
)  # fmt: skip
def test_an_outcome_is_rare_where_it_is_so_in_every_arm(found: tuple[float | None, ...], outcome: Outcome) -> None:
    assert outcome_of(found) is outcome


def test_counts_and_curves_tell_their_own_risks(make_case: Callable[..., tuple[AnalysisSpec, Evidence]]) -> None:
    spec, counts = make_case("binomial", control=(4, 50), treated=(5, 50))
    assert risks(counts, spec, {}) == pytest.approx((0.08, 0.1))
    spec, curve = make_case("piecewise_exponential", control=(50, 45, 40), treated=(60, 57, 54), months=(12, 36))
    assert risks(curve, spec, {}) == pytest.approx((0.2, 0.1))


POINTS = [(12, "96.0", "97.0"), (36, "90.0", "91.0"), (60, "80.0", None)]


@pytest.mark.parametrize(
    ("tables", "found"),
    [
        ({"counts": [("control", 3), ("drug", 6)]}, (0.06, 0.12)),
        ({"survival": POINTS}, (0.10, 0.09)),
        ({"counts": [("control", 3)], "survival": POINTS}, (0.10, 0.09)),
        ({}, (None, None)),
    ],
)
def test_of_a_printed_ratio_what_is_printed_beside_it_tells(
    tables: Mapping[str, Any], found: tuple[float | None, ...], make_spec: Callable[..., AnalysisSpec]
) -> None:
    counts = [{"endpoint": "os", "arm": arm, "events": k, "n": 50} for arm, k in tables.get("counts", ())]
    points = [
        {"endpoint": "os", "arm": arm, "months": str(months), "percent": percent}
        for months, *both in tables.get("survival", ())
        for arm, percent in zip(("control", "drug"), both, strict=True)
        if percent
    ]
    study: Study = ministudy(counts=counts, survival=points)
    evidence = RatioEvidence(study.id, ("control", "drug"), ("C", "D"), -0.3, 0.2)
    spec = make_spec("log_ratio", endpoint="os", studies=[study.id])
    assert risks(evidence, spec, {study.id: study}) == pytest.approx(found)
    assert risks(evidence, spec, {}) == (None, None)


def test_what_is_said_of_a_curve_follows_its_outcome(
    make_spec: Callable[..., AnalysisSpec], priors: dict[str, Prior]
) -> None:
    spec, curve = make_spec("log_ratio", effect_priors=["sceptical"], primary="sceptical"), normal_curve(-1.0, 0.2)
    rare, common = (examine(curve, spec, priors, one) for one in (Outcome.RARE, Outcome.COMMON))
    assert rare.e_value == pytest.approx(e_value(2.71828, "rr"), rel=1e-4) and rare.e_value > common.e_value
    borne = [robustness(curve, spec, priors, one).headline.confounding for one in (rare, common)]
    assert borne[0] is not None and borne[1] is not None and borne[0] > borne[1]


def test_bundled_outcomes_are_told_apart(
    evidence_of: Callable[[str], Evidence], analyses: Mapping[str, AnalysisSpec], published: Mapping[str, Study]
) -> None:
    """Major complications in 11% or less of every arm; response and progression in more."""
    kinds = {"complication_major_direct": "rare", "orr_chen2025_counts": "common", "pfs_chen2025_adjusted_hr": "common"}
    for name, kind in {**kinds, "wound_volk2016_or": "untold"}.items():
        assert outcome_of(risks(evidence_of(name), analyses[name], published)) == kind
