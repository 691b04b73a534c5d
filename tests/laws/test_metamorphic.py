"""What must hold whatever the right answer is: no oracle is needed.

Arms swapped turn the sign; a tighter prior pulls; the same evidence told in another way gives the same answer.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from crlm_bayes.answers.tables import nuts_estimates
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.printed.entries import Arm
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.assemble import of_study
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.scepticism.critical import critical_sd
from crlm_bayes.scepticism.panel import examine, verdict
from oracles.random_effects import blur

Case = Callable[..., tuple[AnalysisSpec, Evidence]]

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "binomial": ("binomial", {"control": (111, 217), "treated": (79, 118)}),
    "binomial_small": ("binomial", {"control": (0, 12), "treated": (5, 9)}),
    "survival": ("piecewise_exponential", {"months": (12, 36), "control": (217, 188, 60), "treated": (118, 110, 49)}),
    "survival_three": (
        "piecewise_exponential",
        {"months": (12, 24, 36), "control": (38, 27, 16, 10), "treated": (38, 33, 24, 19)},
    ),
    "ratio": ("log_ratio", {"value": "0.426", "ci": ("0.231", "0.787")}),
}
PRIORS: dict[str, Prior] = {
    "sceptical": Normal(dist="normal", mean=0.0, sd=0.205, rationale="t"),
    "enthusiastic": Normal(dist="normal", mean=-0.28768, sd=0.1749, rationale="t"),
    "student_t": StudentT(dist="student_t", df=3, mean=-0.2, sd=0.3, rationale="t"),
    "cauchy": Cauchy(dist="cauchy", mean=0.1, sd=0.25, rationale="t"),
    "mixture": Mixture(dist="mixture", weights=(0.7, 0.3), means=(-0.3, 0.1), sds=(0.2, 0.9), rationale="t"),
}
SPREAD = {"time_variation": {"dist": "half_normal", "sd": 0.25, "rationale": "t"}}


def swapped(likelihood: str, case: dict[str, Any]) -> dict[str, Any]:
    if likelihood == "log_ratio":
        return case | {"turned": not case.get("turned", False)}
    return case | {"control": case["treated"], "treated": case["control"]}


def mirrored(one: GridPosterior, two: GridPosterior, tolerance: float = 1e-7) -> None:
    """The second posterior is the first of minus the value."""
    assert one.mean == pytest.approx(-two.mean, abs=tolerance)
    assert one.sd == pytest.approx(two.sd, abs=tolerance)
    for p in (0.025, 0.2, 0.5, 0.9):
        assert one.quantile(p) == pytest.approx(-two.quantile(1 - p), abs=tolerance)
    for x in (-0.3, 0.0, 0.25):
        assert one.p_below(x) == pytest.approx(1 - two.p_below(-x), abs=tolerance)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("case", CASES)
def test_swapped_arms_and_a_turned_prior_turn_the_sign(case: str, prior: str, make_case: Case) -> None:
    likelihood, numbers = CASES[case]
    one, two = (
        evidence_curve(e, s)
        for s, e in (make_case(likelihood, **numbers), make_case(likelihood, **swapped(likelihood, numbers)))
    )
    mirrored(one.apply(PRIORS[prior]), two.apply(PRIORS[prior].turned()))


def test_swapped_arms_turn_the_sign_where_hazards_are_not_proportional(make_case: Case) -> None:
    likelihood, numbers = CASES["survival"]
    spec = {"proportional": False, "priors": SPREAD}
    curves = [
        evidence_curve(e, s)
        for s, e in (
            make_case(likelihood, **numbers, spec=spec),
            make_case(likelihood, **swapped(likelihood, numbers), spec=spec),
        )
    ]
    mirrored(curves[0].apply(PRIORS["enthusiastic"]), curves[1].apply(PRIORS["enthusiastic"].turned()), 1e-6)


def test_swapped_arms_turn_the_sign_under_a_random_walk_of_hazards(make_case: Case) -> None:
    likelihood, numbers = CASES["survival_three"]
    walk = {"baseline": {"dist": "random_walk", "mean": -3.5, "sd": 1.0, "step_sd": 0.5, "rationale": "t"}}
    curves = [
        evidence_curve(e, s)
        for s, e in (
            make_case(likelihood, **numbers, spec={"priors": walk}),
            make_case(likelihood, **swapped(likelihood, numbers), spec={"priors": walk}),
        )
    ]
    mirrored(curves[0].apply(PRIORS["enthusiastic"]), curves[1].apply(PRIORS["enthusiastic"].turned()), 1e-6)


@pytest.mark.parametrize(
    "case", ["orr_chen2025_counts", "pfs_chen2025_landmark", "os_yan2025_landmark", "pfs_chen2025_adjusted_hr"]
)
def test_swapped_roles_of_a_published_study_turn_the_sign(
    case: str, published: dict[str, Study], analyses: dict[str, AnalysisSpec], curve_of: Callable[[str], EvidenceCurve]
) -> None:
    """Nothing is changed but which arm is called control: the nuisance prior must not know it."""
    spec = analyses[case]
    study = published[spec.studies[0]]
    other = {"control": "treatment", "treatment": "control", "other": "other"}
    arms = tuple(Arm(id=a.id, role=other[a.role], label=a.label, n=a.n) for a in study.arms)  # type: ignore[arg-type]
    turned = evidence_curve(of_study(spec, study.model_copy(update={"arms": arms})), spec)
    mirrored(curve_of(case).apply(PRIORS["enthusiastic"]), turned.apply(PRIORS["enthusiastic"].turned()))


@pytest.mark.parametrize("mean", [-0.3, 0.0, 0.4])
@pytest.mark.parametrize("case", CASES)
def test_tighter_prior_pulls_towards_its_mean(case: str, mean: float, make_case: Case) -> None:
    likelihood, numbers = CASES[case]
    spec, evidence = make_case(likelihood, **numbers)
    curve = evidence_curve(evidence, spec)
    posteriors = [
        curve.apply(Normal(dist="normal", mean=mean, sd=sd, rationale="t")) for sd in (2.0, 1.0, 0.5, 0.25, 0.1, 0.02)
    ]
    distance = np.array([abs(p.median - mean) for p in posteriors])
    assert np.all(np.diff(distance) < 0), distance
    assert np.all(np.diff([p.sd for p in posteriors]) < 0)
    assert distance[-1] < 0.02


@pytest.mark.parametrize("case", CASES)
def test_wider_prior_lets_the_evidence_speak(case: str, make_case: Case) -> None:
    """P(benefit) under a sceptic moves from one half to the verdict of the evidence alone, without turning back."""
    likelihood, numbers = CASES[case]
    spec, evidence = make_case(likelihood, **numbers)
    curve = evidence_curve(evidence, spec)
    below = [
        curve.apply(Normal(dist="normal", mean=0.0, sd=sd, rationale="t")).p_below(0.0)
        for sd in (1e-3, 0.05, 0.2, 0.5, 1.0, 3.0)
    ]
    assert below[0] == pytest.approx(0.5, abs=0.02)
    assert np.all(np.diff(np.abs(np.array(below) - 0.5)) > 0)


@pytest.mark.parametrize("case", CASES)
def test_one_study_under_a_random_effect_of_no_spread_is_the_single_study(case: str, make_case: Case) -> None:
    likelihood, numbers = CASES[case]
    spec, evidence = make_case(likelihood, **numbers)
    single = evidence_curve(evidence, spec)
    for spread in (0.0, 1e-6):
        random = EvidenceCurve.tabulate(blur(single, spread))
        for prior in PRIORS.values():
            one, two = single.apply(prior), random.apply(prior)
            assert (one.median, *one.interval, one.p_below(0.0)) == pytest.approx(
                (two.median, *two.interval, two.p_below(0.0)), abs=1e-7
            )


@pytest.mark.parametrize("case", CASES)
def test_wider_random_effect_widens_the_answer(case: str, make_case: Case) -> None:
    likelihood, numbers = CASES[case]
    spec, evidence = make_case(likelihood, **numbers)
    single = evidence_curve(evidence, spec)
    reference = Normal(dist="normal", mean=0.0, sd=1.0, rationale="t")
    widths = [EvidenceCurve.tabulate(blur(single, w)).apply(reference).sd for w in (0.0, 0.1, 0.3, 0.8)]
    assert np.all(np.diff(widths) > 0)


@pytest.mark.parametrize("numbers", [CASES["survival"][1], CASES["survival_three"][1]], ids=["two", "three"])
def test_effect_that_hardly_varies_between_intervals_is_the_proportional_one(
    numbers: dict[str, Any], make_case: Case
) -> None:
    def posterior(sd: float | None) -> GridPosterior:
        spread = {"time_variation": {"dist": "half_normal", "sd": sd, "rationale": "t"}}
        change = {} if sd is None else {"proportional": False, "priors": spread}
        spec, evidence = make_case("piecewise_exponential", **numbers, spec=change)
        return evidence_curve(evidence, spec).apply(PRIORS["sceptical"])

    plain, varied = posterior(None), [posterior(sd) for sd in (0.1, 0.01, 0.001)]
    gaps = [abs(p.median - plain.median) + abs(p.sd - plain.sd) for p in varied]
    assert gaps[0] > 50 * gaps[1] > 2500 * gaps[2], "the difference falls with the variance between intervals"
    assert gaps[2] < 1e-5


@pytest.mark.parametrize(
    ("likelihood", "numbers", "doubled"),
    [
        ("binomial", {"control": (40, 100), "treated": (48, 80)}, {"control": (80, 200), "treated": (96, 160)}),
        ("piecewise_exponential", {"months": (12, 36), "control": (100, 80, 30), "treated": (80, 72, 36)}, {"control": (200, 160, 60), "treated": (160, 144, 72)}),
        ("log_ratio", {"value": "0.7", "ci": ("0.5", "0.98")}, {"ci": tuple(f"{0.7 * math.exp(s * math.log(1.4) / math.sqrt(2)):.9f}" for s in (-1, 1))}),
    ],
    ids=["binomial", "survival", "ratio"],
)  # fmt: skip
def test_twice_the_patients_with_the_same_shares_narrow_by_the_root_of_two(
    likelihood: str, numbers: dict[str, Any], doubled: dict[str, Any], make_case: Case
) -> None:
    one, two = (
        evidence_curve(e, s) for s, e in (make_case(likelihood, **numbers), make_case(likelihood, **numbers | doubled))
    )
    assert one.width / two.width == pytest.approx(math.sqrt(2), rel=0.03)
    assert one.mode == pytest.approx(two.mode, abs=0.05)
    wide, narrow = (c.apply(PRIORS["sceptical"]) for c in (one, two))
    assert narrow.sd < wide.sd
    assert abs(narrow.median) > abs(wide.median)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize(
    ("control", "treated"), [((111, 217), (79, 118)), ((18, 38), (26, 38)), ((0, 20), (3, 20)), ((45, 217), (21, 118))]
)
def test_response_higher_and_failure_lower_are_one_question(
    prior: str, control: tuple[int, int], treated: tuple[int, int], make_case: Case
) -> None:
    def failures(arm: tuple[int, int]) -> tuple[int, int]:
        return arm[1] - arm[0], arm[1]

    higher, response = make_case("binomial", control=control, treated=treated, spec={"better": "higher"})
    lower, failure = make_case(
        "binomial", control=failures(control), treated=failures(treated), spec={"better": "lower"}
    )
    verdicts = [
        verdict(evidence_curve(e, s).apply(s.effect_prior(PRIORS[prior])), s, prior)
        for s, e in ((higher, response), (lower, failure))
    ]
    one, two = verdicts
    assert (one.p_benefit, one.p_mcid, one.p_harm) == pytest.approx((two.p_benefit, two.p_mcid, two.p_harm), abs=1e-7)
    assert (one.median, one.lower, one.upper) == pytest.approx((1 / two.median, 1 / two.upper, 1 / two.lower), rel=1e-6)
    assert one.survives == two.survives


def test_scepticism_of_response_and_of_failure_agree(make_case: Case) -> None:
    priors = {"sceptical": PRIORS["sceptical"]}
    higher, response = make_case("binomial", control=(111, 217), treated=(79, 118), spec={"better": "higher"})
    lower, failure = make_case("binomial", control=(106, 217), treated=(39, 118), spec={"better": "lower"})
    one, two = (examine(evidence_curve(e, s), s, priors) for s, e in ((higher, response), (lower, failure)))
    assert one.critical_sd == pytest.approx(two.critical_sd, abs=1e-6)
    assert one.matthews_limit is not None and two.matthews_limit is not None
    assert one.matthews_limit == pytest.approx(1 / two.matthews_limit, rel=1e-6)
    assert (one.e_value, one.e_value_ci) == pytest.approx((two.e_value, two.e_value_ci), rel=1e-6)


def test_number_needed_to_treat_is_the_same_for_response_and_for_failure(make_case: Case) -> None:
    """One more good outcome for each so many treated, whether good outcomes or bad ones are counted."""
    rng = np.random.default_rng(13)
    control, treated = rng.normal(0.50, 0.03, (4, 500)), rng.normal(0.64, 0.03, (4, 500))

    def rows(flip: bool, better: str) -> pd.DataFrame:
        p = np.stack([control, treated], axis=-1)
        p = 1 - p if flip else p
        odds = p / (1 - p)
        spec, evidence = make_case("binomial", control=(1, 2), treated=(1, 2), spec={"better": better})
        draws = {
            "theta": (("chain", "draw"), np.log(odds[..., 1] / odds[..., 0])),
            "probability": (("chain", "draw", "arm"), p),
        }
        posterior = xr.Dataset(draws, coords={"arm": list(evidence.arms)})
        return nuts_estimates(spec, evidence, "x", posterior).set_index("quantity")

    response, failure = rows(False, "higher"), rows(True, "lower")
    columns = ["median", "eti95_lower", "eti95_upper"]
    needed = response.loc["nntb", columns].to_numpy(dtype=float)
    np.testing.assert_allclose(needed, failure.loc["nntb", columns].to_numpy(dtype=float), rtol=1e-9)
    assert "nnth" not in response.index and "nnth" not in failure.index
    for name in ("risk_difference", "or"):
        np.testing.assert_allclose(response.loc[name, "p_benefit"], failure.loc[name, "p_benefit"])
    difference = (treated - control).ravel()
    np.testing.assert_allclose(needed, 1 / np.quantile(difference, [0.5, 0.975, 0.025]), rtol=1e-9)
    np.testing.assert_allclose(response.loc["or", "p_benefit"], failure.loc["or", "p_benefit"])
    np.testing.assert_allclose(response.loc["or", "median"] * failure.loc["or", "median"], 1.0, rtol=1e-3)


def test_hazard_ratio_and_its_inverse_are_the_same_evidence(make_case: Case) -> None:
    ratio = make_case("log_ratio", value="0.8", ci=("0.5", "1.28"))
    inverse = make_case("log_ratio", value="1.25", ci=("0.78125", "2.0"), turned=True)
    one, two = (evidence_curve(e, s) for s, e in (ratio, inverse))
    theta = np.linspace(-2, 2, 81)
    np.testing.assert_allclose(one.log_likelihood(theta), two.log_likelihood(theta), atol=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.99])
def test_interval_of_another_level_is_the_same_evidence(level: float, make_case: Case) -> None:
    y, se = math.log(0.755), 0.119

    def case(level: float) -> EvidenceCurve:
        z = stats.norm.ppf(0.5 + level / 2)
        ci = tuple(f"{math.exp(y + sign * z * se):.10f}" for sign in (-1, 1))
        spec, evidence = make_case("log_ratio", value="0.755", ci=ci, level=level)
        return evidence_curve(evidence, spec)

    one, two = (case(x).apply(PRIORS["sceptical"]) for x in (0.95, level))
    assert (one.median, *one.interval, one.p_below(0)) == pytest.approx(
        (two.median, *two.interval, two.p_below(0)), abs=1e-8
    )


def test_landmark_that_nobody_reaches_or_dies_before_adds_nothing(make_case: Case) -> None:
    """An interval without deaths in either arm has its own hazard, which absorbs it: the effect hardly moves."""
    one = make_case("piecewise_exponential", months=(12, 36), control=(100, 80, 30), treated=(80, 72, 36))
    two = make_case("piecewise_exponential", months=(12, 36, 37), control=(100, 80, 30, 30), treated=(80, 72, 36, 36))
    three = make_case(
        "piecewise_exponential", months=(12, 36, 37), control=(100, 80, 30, 30), treated=(100, 80, 30, 30)
    )
    a, b = (evidence_curve(e, s).apply(PRIORS["sceptical"]) for s, e in (one, two))
    assert b.median == pytest.approx(a.median, abs=0.005)
    assert b.sd == pytest.approx(a.sd, abs=0.001)
    spec, evidence = three
    assert evidence_curve(evidence, spec).apply(PRIORS["sceptical"]).median == pytest.approx(0.0, abs=1e-7)


@pytest.mark.parametrize(
    ("likelihood", "numbers"),
    [
        ("binomial", {"control": (20, 50), "treated": (20, 50)}),
        ("piecewise_exponential", {"months": (12, 36), "control": (50, 40, 20), "treated": (50, 40, 20)}),
        ("log_ratio", {"value": "1.0", "ci": ("0.5", "2.0")}),
    ],
)
def test_arms_that_are_alike_leave_the_sceptic_undecided(
    likelihood: str, numbers: dict[str, Any], make_case: Case
) -> None:
    spec, evidence = make_case(likelihood, **numbers)
    curve = evidence_curve(evidence, spec)
    assert curve.apply(PRIORS["sceptical"]).p_below(0.0) == pytest.approx(0.5, abs=1e-7)
    assert critical_sd(curve, 1) is None and critical_sd(curve, -1) is None


def test_months_are_only_a_unit(make_case: Case, make_spec: Callable[..., AnalysisSpec]) -> None:
    """Times in another unit with the hazard prior moved to it give the same effect."""
    spec, evidence = make_case("piecewise_exponential", months=(12, 36), control=(100, 80, 30), treated=(80, 72, 36))
    years = {"baseline": {"dist": "normal", "mean": -3.5066 + math.log(12), "sd": 2.0, "rationale": "t"}}
    other, told_in_years = make_case(
        "piecewise_exponential", months=(1, 3), control=(100, 80, 30), treated=(80, 72, 36), spec={"priors": years}
    )
    one, two = (
        evidence_curve(evidence, spec).apply(PRIORS["sceptical"]),
        evidence_curve(told_in_years, other).apply(PRIORS["sceptical"]),
    )
    assert (one.median, *one.interval) == pytest.approx((two.median, *two.interval), abs=1e-8)


def test_order_of_entries_in_the_document_does_not_matter(
    published: dict[str, Study], analyses: dict[str, AnalysisSpec], curve_of: Callable[[str], EvidenceCurve]
) -> None:
    for name in ("pfs_yan2025_landmark", "orr_yan2025_counts", "pfs_yan2025_adjusted_hr"):
        study = published["yan2025"]
        shuffled = study.model_copy(
            update={t: getattr(study, t)[::-1] for t in ("arms", "counts", "survival", "contrasts")}
        )
        curve = evidence_curve(of_study(analyses[name], shuffled), analyses[name])
        np.testing.assert_array_equal(curve.log_likelihood_at_knots, curve_of(name).log_likelihood_at_knots)
