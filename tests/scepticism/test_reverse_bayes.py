"""All that reverse-Bayes says of one analysis, and what it must not say."""

import math
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Normal
from crlm_bayes.scepticism.conflict import tail_probability
from crlm_bayes.scepticism.normal_forms import (
    estimate,
    p_intrinsic,
    p_value,
    scepticism_limit,
    sufficiently_sceptical_sd,
    wald_limits,
)
from crlm_bayes.scepticism.replication import replication
from crlm_bayes.scepticism.reverse_bayes import ReverseBayes, reverse_bayes
from makers.curves import ESTIMATES, closed_fail_safe, normal, normal_curve
from oracles.reverse_bayes import (
    bayes_factor,
    bf01,
    conflict,
    minimum_bf01,
)

CASES = {
    "separated": ((0, 50), (50, 50)),
    "separated the other way": ((50, 50), (0, 50)),
    "one patient each": ((0, 1), (1, 1)),
}


def numbers(told: object) -> list[float]:
    """All numbers inside nested containers."""
    if isinstance(told, dict):
        return [x for value in told.values() for x in numbers(value)]
    if isinstance(told, (tuple, list)):
        return [x for value in told for x in numbers(value)]
    return [float(told)] if isinstance(told, (int, float)) else []


def test_everything_about_a_normal_curve_is_its_closed_form(priors: dict[str, Prior]) -> None:
    y, se = -0.281, 0.119
    told = reverse_bayes(normal_curve(y, se), 1, priors)
    assert told.estimate == pytest.approx((y, se), abs=1e-6)
    assert told.p == pytest.approx(p_value(y / se), abs=1e-6)
    assert told.p_intrinsic == pytest.approx(p_intrinsic(y / se), abs=1e-6)
    assert told.scepticism_limit == pytest.approx(scepticism_limit(*wald_limits(y, se)), abs=5e-6)
    assert told.sceptical_sd == pytest.approx(sufficiently_sceptical_sd(y, se), abs=5e-6)
    assert told.critical_sd == pytest.approx(sufficiently_sceptical_sd(y, se), abs=1e-6)
    assert told.advocacy_limit is told.advocacy_prior is told.critical_advocacy is None
    assert bf01(told.best) == pytest.approx(minimum_bf01(y / se), abs=1e-6)
    assert [one.prior for one in told.priors] == list(priors)
    for one in told.priors:
        prior = priors[one.prior]
        assert isinstance(prior, Normal) and one.fail_safe_mean is not None and one.conflict is not None
        assert one.fail_safe_mean == pytest.approx(closed_fail_safe(y, se, prior.sd), abs=1e-6)
        assert one.bayes_factor.log_bf10 == pytest.approx(bayes_factor(normal_curve(y, se), prior).log_bf10, abs=1e-7)
        assert one.conflict.p == pytest.approx(tail_probability((y, se), prior), abs=1e-6)
        alone = conflict(normal_curve(y, se), prior)
        assert alone is not None
        assert one.conflict.log_evidence_ratio == pytest.approx(alone.log_evidence_ratio, abs=1e-6)


@pytest.mark.parametrize(("y", "se"), ESTIMATES)
def test_response_is_the_mirror_image_of_survival(y: float, se: float, priors: dict[str, Prior]) -> None:
    one, two = reverse_bayes(normal_curve(y, se), 1, priors), reverse_bayes(normal_curve(-y, se), -1, priors)
    assert numbers(asdict(one)) == pytest.approx(numbers(asdict(two)), abs=1e-6)


def test_claim_that_is_not_significant_has_an_advocate_and_no_sceptic(priors: dict[str, Prior]) -> None:
    told = reverse_bayes(normal_curve(-0.25, 0.2), 1, priors)
    assert told.scepticism_limit is told.sceptical_sd is told.critical_sd is None
    assert told.critical_advocacy == pytest.approx(told.advocacy_limit, abs=1e-5)
    assert told.advocacy_prior is not None and told.advocacy_prior[0] < 0


def test_harm_has_neither_sceptic_nor_advocate(priors: dict[str, Prior]) -> None:
    told = reverse_bayes(normal_curve(0.6, 0.2), 1, priors)
    assert told.scepticism_limit is told.sceptical_sd is told.critical_sd is None
    assert told.advocacy_limit is told.advocacy_prior is told.critical_advocacy is None
    assert told.p is not None and told.p < 0.05


def test_priors_that_are_not_normal_have_no_fail_safe_mean() -> None:
    cauchy = Cauchy(dist="cauchy", mean=-0.1, sd=0.3, rationale="t")
    curve = normal_curve(0.4, 0.2)
    (told,) = reverse_bayes(curve, -1, {"wild": cauchy}).priors
    assert told.fail_safe_mean is None
    assert told.bayes_factor == bayes_factor(curve, cauchy.turned())
    assert told.conflict == conflict(curve, cauchy.turned())


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("sign", [1, -1])
def test_complete_separation_has_no_estimate_but_bayes_factors(
    case: str, sign: int, make_case: Callable[..., tuple[AnalysisSpec, Evidence]], priors: dict[str, Prior]
) -> None:
    control, treated = CASES[case]
    spec, evidence = make_case("binomial", control=control, treated=treated)
    curve = evidence_curve(evidence, spec)
    assert estimate(curve) is None and conflict(curve, normal(0, 1)) is None
    told = reverse_bayes(curve, sign, priors)
    for name in ("estimate", "z", "p", "p_intrinsic", "p_intrinsic_matthews", "scepticism_limit", "sceptical_sd"):
        assert getattr(told, name) is None
    assert told.advocacy_limit is told.advocacy_prior is None
    assert all(one.conflict is None for one in told.priors)
    assert all(math.isfinite(one.bayes_factor.log_bf10) for one in told.priors)
    assert all(one.bayes_factor.log_bf10 < told.best.log_bf10 for one in told.priors)
    benefit = (case != "separated the other way") == (sign == -1)
    if case != "one patient each":
        assert (told.critical_sd is not None) == benefit


@pytest.mark.parametrize(
    ("control", "treated"), [((5, 38), (0, 38)), ((0, 217), (0, 118)), ((1, 100_000), (3, 100_000))]
)
def test_sparse_tables_that_have_a_maximum_have_an_estimate(
    control: tuple[int, int], treated: tuple[int, int], make_case: Callable[..., tuple[AnalysisSpec, Evidence]]
) -> None:
    spec, evidence = make_case("binomial", control=control, treated=treated)
    assert estimate(evidence_curve(evidence, spec)) is not None


@pytest.mark.parametrize(
    ("y", "se"), [(-0.3, 0.15), (-4.5, 2.5), (-0.003, 0.001), (8.0, 1.0), (-3.0, 0.01), (0.0, 0.1)]
)
def test_nothing_told_is_not_a_number(y: float, se: float, priors: dict[str, Prior]) -> None:
    told: ReverseBayes = reverse_bayes(normal_curve(y, se), 1, priors)
    assert np.all(np.isfinite(numbers(asdict(told))))
    assert told.estimate is not None


def test_bundled_analyses_are_told_in_numbers(
    curve_of: Callable[[str], EvidenceCurve], analyses: dict[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    for name in ("orr_chen2025_counts", "os_chen2025_landmark", "hypertension_yan2025_counts"):
        told = reverse_bayes(curve_of(name), analyses[name].sign, priors)
        assert np.all(np.isfinite(numbers(asdict(told))))
        assert (told.critical_sd is None) or (told.critical_advocacy is None)


def test_pairs_are_two_studies_with_one_endpoint_read_in_one_way_each_way_round() -> None:
    from crlm_bayes.scepticism.replication import Estimated, pairs

    def of(study: str, endpoint: str = "os", reading: str = "landmark") -> Estimated:
        return Estimated(f"{endpoint}_{study}_{reading}", study, endpoint, "hr", reading, (-0.5, 0.2))

    every = [of("a"), of("b"), of("a", "pfs"), of("b", "pfs", "contrast"), of("a", reading="percent")]
    found = pairs(every)
    assert [(p.original.analysis, p.replica.analysis) for p in found] == [
        ("os_a_landmark", "os_b_landmark"),
        ("os_b_landmark", "os_a_landmark"),
    ]
    assert found[0].found == replication((-0.5, 0.2), (-0.5, 0.2))
