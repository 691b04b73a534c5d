"""Tipping points: closed forms on normal curves, the exact engine on the bundled ones, and the edges of both."""

import itertools
import math
import time
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from scipy import optimize, stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.prose.robustness import confounding_words
from crlm_bayes.rule import points_to_harm, survives
from crlm_bayes.scepticism.critical import critical_sd, p_benefit
from crlm_bayes.scepticism.e_values import Outcome, e_value
from crlm_bayes.scepticism.panel import examine
from crlm_bayes.scepticism.robustness import confounding, robustness
from crlm_bayes.scepticism.tipping import MOST_BIAS, bearing_limits, bias_map, discount_map, mean_sd_map

Z = stats.norm.ppf(0.975)
CURVES = [(-0.45, 0.14), (-0.281, 0.119), (-1.2, 0.4), (-0.1, 0.03), (0.3, 0.2)]
BUNDLED = ("pfs_chen2025_landmark", "orr_chen2025_counts", "pfs_yan2025_percent_of_90")


def normal(mean: float = 0.0, sd: float = 0.3) -> Normal:
    return Normal(dist="normal", mean=mean, sd=sd, rationale="t")


def normal_curve(y: float, se: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)


def bias_limit(curve: EvidenceCurve, sign: int, prior: Prior) -> float | None:
    return bearing_limits(curve, sign, [prior])[0][0]


def discount_limit(curve: EvidenceCurve, sign: int, prior: Prior) -> float | None:
    return bearing_limits(curve, sign, [prior])[0][1]


def closed(
    y: float, se: float, mean: np.ndarray, sd: np.ndarray, b: np.ndarray | float = 0.0, d: np.ndarray | float = 0.0
) -> np.ndarray:
    """P(θ < 0) of the conjugate posterior: the truth is y + b, with precision (1 - d) / se²."""
    w = (1 - np.asarray(d)) / se**2
    precision = w + 1 / sd**2
    return np.asarray(stats.norm.cdf(-(w * (y + b) + mean / sd**2) / np.sqrt(precision)))


# maps


@pytest.mark.parametrize(("y", "se"), CURVES)
@pytest.mark.parametrize("sign", [1, -1])
def test_maps_of_a_normal_curve_are_conjugate(y: float, se: float, sign: int) -> None:
    curve = normal_curve(sign * y, se)
    found = mean_sd_map(curve, sign)
    assert found.p_benefit.shape == (len(found.sds), len(found.across))
    assert found.p_benefit == pytest.approx(closed(y, se, found.across, found.sds[:, None]), abs=1e-6)
    found = bias_map(curve, sign)
    exact = closed(y, se, np.zeros(1), found.sds[:, None], b=found.across)
    assert found.p_benefit == pytest.approx(exact, abs=1e-6)
    found = discount_map(curve, sign)
    exact = closed(y, se, np.zeros(1), found.sds[:, None], d=found.across)
    assert found.p_benefit == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("name", [*BUNDLED, "os_chen2025_landmark", "hypertension_yan2025_counts"])
def test_maps_of_bundled_curves_are_those_of_the_exact_engine(
    name: str, curve_of: Callable[[str], EvidenceCurve], analyses: Mapping[str, AnalysisSpec]
) -> None:
    curve, sign = curve_of(name), analyses[name].sign
    found = mean_sd_map(curve, sign)
    for i in range(0, len(found.sds), 7):
        for j in range(0, len(found.across), 8):
            one = p_benefit(curve, sign, float(found.sds[i]), float(found.across[j]))
            assert found.p_benefit[i, j] == pytest.approx(one, abs=1e-6)
    biased = bias_map(curve, sign)
    for other in (biased, discount_map(curve, sign)):  # without bias or discount: the plain verdict
        plain = [p_benefit(curve, sign, float(sd)) for sd in other.sds]
        assert other.across[0] == 0
        assert other.p_benefit[:, 0] == pytest.approx(plain, abs=1e-6)
        assert other is not biased or np.all(np.diff(other.p_benefit, axis=1) <= 1e-9)


@pytest.mark.parametrize("name", BUNDLED)
def test_at_the_critical_prior_a_map_is_at_the_threshold(
    name: str, curve_of: Callable[[str], EvidenceCurve], analyses: Mapping[str, AnalysisSpec]
) -> None:
    curve, sign = curve_of(name), analyses[name].sign
    sd = critical_sd(curve, sign)
    assert sd is not None
    assert p_benefit(curve, sign, sd) == pytest.approx(0.975, abs=1e-6)
    assert bias_limit(curve, sign, normal(sd=1.0001 * sd)) == pytest.approx(0, abs=1e-3)
    assert discount_limit(curve, sign, normal(sd=1.0001 * sd)) == pytest.approx(0, abs=1e-3)
    assert bias_limit(curve, sign, normal(sd=0.999 * sd)) is None


# bearing_limits


@pytest.mark.parametrize(("y", "se"), [(-0.45, 0.14), (-0.736, 0.25), (-0.1, 0.01), (-2.0, 0.3)])
@pytest.mark.parametrize("prior", [normal(0, 1), normal(0, 0.355), normal(-0.288, 0.175), normal(0.02, 2)])
@pytest.mark.parametrize("sign", [1, -1])
def test_limits_of_a_normal_curve_are_the_roots_of_the_closed_form(
    y: float, se: float, prior: Normal, sign: int
) -> None:
    curve, mean, sd = normal_curve(sign * y, se), np.array(prior.mean), np.array(prior.sd)

    def excess(b: float, d: float) -> float:
        return float(closed(y, se, mean, sd, b, d)) - 0.975

    bias = optimize.brentq(lambda b: excess(b, 0.0), 0, 10, xtol=1e-13)
    assert bias_limit(curve, sign, prior) == pytest.approx(bias if bias < MOST_BIAS else math.inf, abs=1e-6)
    discount = optimize.brentq(lambda d: excess(0.0, d), 0, 1, xtol=1e-13)
    assert discount_limit(curve, sign, prior) == pytest.approx(discount, abs=1e-6)
    assert bearing_limits(curve, sign, [prior, normal()])[0] == pytest.approx((bias, discount), abs=1e-6)


def test_without_a_view_the_limit_of_bias_is_the_limit_of_the_interval() -> None:
    """A flat prior leaves the classical interval, and a bias of its upper limit brings the claim down."""
    assert bias_limit(normal_curve(-0.5, 0.1), 1, normal(sd=50.0)) == pytest.approx(0.5 - Z * 0.1, abs=1e-5)


@pytest.mark.parametrize("name", BUNDLED)
def test_limits_of_bundled_curves_are_at_the_threshold_of_the_exact_engine(
    name: str,
    curve_of: Callable[[str], EvidenceCurve],
    analyses: Mapping[str, AnalysisSpec],
    priors: Mapping[str, Prior],
) -> None:
    """Bias and power written into the likelihood itself, tabulated anew."""
    curve, sign = curve_of(name), analyses[name].sign
    prior = priors["neutral"]
    turned = prior if sign == 1 else prior.turned()
    bias, discount = bias_limit(curve, sign, prior), discount_limit(curve, sign, prior)
    assert bias is not None and discount is not None
    for changed in (
        EvidenceCurve.tabulate(lambda theta: curve.log_likelihood(theta - sign * bias)),
        EvidenceCurve.tabulate(lambda theta: (1 - discount) * curve.log_likelihood(theta)),
    ):
        below = changed.apply(turned).p_below(0.0)
        assert (below if sign == 1 else 1 - below) == pytest.approx(0.975, abs=1e-6)


def test_bias_is_towards_benefit_whichever_side_that_is() -> None:
    """An estimate of 0.6 that overstates the benefit by 1.2 stands for a truth of 0.72; of 1/0.6 for 1/0.72."""
    y, se = math.log(0.6), 0.15
    for sign in (1, -1):
        found = bias_map(normal_curve(sign * y, se), sign)
        truth = normal_curve(sign * (y + found.across[5]), se)
        assert found.p_benefit[8, 5] == pytest.approx(p_benefit(truth, sign, float(found.sds[8])), abs=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_claim_that_does_not_survive_has_no_limits(sign: int) -> None:
    for y in (0.3, 0.0, -0.2):
        curve = normal_curve(sign * y, 0.15)
        assert bearing_limits(curve, sign, [normal()]) == [(None, None)]
    assert bearing_limits(normal_curve(-0.5, 0.1), sign, []) == []


def test_a_prior_that_is_sure_by_itself_bears_every_discount() -> None:
    sure = normal(-1.0, 0.2)
    assert discount_limit(normal_curve(-0.5, 0.2), 1, sure) == 1.0
    assert bias_limit(normal_curve(-8.0, 0.2), 1, normal(sd=5.0)) == math.inf


@pytest.mark.parametrize(
    "prior",
    [
        StudentT(dist="student_t", df=4, mean=0.0, sd=0.4, rationale="t"),
        Cauchy(dist="cauchy", mean=-0.05, sd=0.5, rationale="t"),
        Mixture(dist="mixture", weights=(0.5, 0.5), means=(0.0, -0.3), sds=(0.2, 1.0), rationale="t"),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_other_priors_have_limits_too(prior: Prior, sign: int) -> None:
    y, se = -0.6, 0.15
    curve = normal_curve(sign * y, se)
    [(bias, discount)] = bearing_limits(curve, sign, [prior])
    assert bias is not None and discount is not None and 0 < bias < 0.6 and 0 < discount < 1
    for mean, width in ((y + bias, se), (y, se / math.sqrt(1 - discount))):
        changed = normal_curve(mean, width).apply(prior)
        assert changed.p_below(0.0) == pytest.approx(0.975, abs=1e-5)


def test_a_normal_prior_and_a_mixture_of_two_of_it_agree() -> None:
    twice = Mixture(dist="mixture", weights=(0.5, 0.5), means=(0.0, 0.0), sds=(0.3, 0.3), rationale="t")
    curve = normal_curve(-0.5, 0.12)
    assert bearing_limits(curve, 1, [twice])[0] == pytest.approx(bearing_limits(curve, 1, [normal()])[0], abs=1e-6)


# the profile of a claim


def test_robustness_of_the_reference_curve_agrees_with_the_documented_table(
    curve_of: Callable[[str], EvidenceCurve], analyses: Mapping[str, AnalysisSpec], priors: Mapping[str, Prior]
) -> None:
    """METHODS: Chen PFS landmarks and ORR, exact; agreement expected to 0.002."""
    found = robustness(curve_of("pfs_chen2025_landmark"), analyses["pfs_chen2025_landmark"], priors)
    p = {one.prior: one.p_benefit for one in found.bearings}
    assert [p[n] for n in ("reference", "neutral", "sceptical", "strongly_sceptical")] == pytest.approx(
        [0.9969, 0.9947, 0.9878, 0.9704], abs=0.002
    )
    assert found.critical_sd == pytest.approx(0.1462, abs=0.0005)
    assert found.critical_range == pytest.approx((0.751, 1.332), abs=0.002)
    assert found.null_events == pytest.approx(4 / 0.1462**2, rel=0.01)
    assert found.headline.prior == "sceptical"
    assert found.headline.bias == pytest.approx(0.0509, abs=0.002)
    response = robustness(curve_of("orr_chen2025_counts"), analyses["orr_chen2025_counts"], priors)
    assert response.critical_sd == pytest.approx(0.2276, abs=0.0005)
    assert response.headline.p_benefit == pytest.approx(0.9680, abs=0.002)
    assert response.headline.bias is None and response.headline.confounding is None
    survival = robustness(curve_of("os_chen2025_landmark"), analyses["os_chen2025_landmark"], priors)
    assert survival.critical_sd is None and survival.null_events is None and survival.critical_range is None


@pytest.mark.parametrize("name", BUNDLED)
def test_what_a_claim_bears_is_ordered_as_its_priors_are(
    name: str,
    curve_of: Callable[[str], EvidenceCurve],
    analyses: Mapping[str, AnalysisSpec],
    priors: Mapping[str, Prior],
) -> None:
    found = robustness(curve_of(name), analyses[name], priors)
    by = {one.prior: one for one in found.bearings}
    assert list(by) == list(analyses[name].effect_priors)
    assert found.centred == {n: p.sd for n, p in priors.items() if n in by and isinstance(p, Normal) and p.mean == 0}
    borne = [by[n] for n in ("enthusiastic", "reference", "neutral", "sceptical", "strongly_sceptical")]
    for wide, narrow in itertools.pairwise(borne):
        assert wide.survives == (wide.bias is not None) == (wide.discount is not None) == (wide.confounding is not None)
        if narrow.survives:
            assert wide.bias > narrow.bias and wide.discount > narrow.discount  # type: ignore[operator]
            assert wide.confounding > narrow.confounding > 1  # type: ignore[operator]


def test_verdicts_are_those_of_the_panel(
    curve_of: Callable[[str], EvidenceCurve], bundled: Mapping[str, AnalysisSpec], priors: Mapping[str, Prior]
) -> None:
    for name, spec in bundled.items():
        panel = examine(curve_of(name), spec, priors)
        found = robustness(curve_of(name), spec, priors, panel)
        stands = survives if spec.asks == "benefit" else points_to_harm
        assert [(v.prior, v.p_benefit, stands(v.p_benefit)) for v in panel.panel] == [
            (one.prior, one.p_benefit, one.survives) for one in found.bearings
        ]
        assert (found.e_value, found.e_value_ci, found.critical_sd) == (
            panel.e_value,
            panel.e_value_ci,
            panel.critical_sd,
        )


@pytest.mark.parametrize("measure", ["hr", "or", "rr"])
@pytest.mark.parametrize("sign", [1, -1])
def test_confounding_of_the_whole_estimate_is_its_e_value(measure: str, sign: int) -> None:
    ratio = 0.6**sign
    assert confounding(ratio, -math.log(0.6), sign, measure) == pytest.approx(e_value(ratio, measure))
    assert confounding(ratio, 0.0, sign, measure) == 1
    assert 1 < confounding(ratio, 0.1, sign, measure) < confounding(ratio, 0.2, sign, measure)
    assert confounding(ratio, math.inf, sign, measure) == math.inf


def test_confounding_that_loses_a_claim_without_a_view_is_the_e_value_of_the_interval(
    make_spec: Callable[..., AnalysisSpec],
) -> None:
    spec = make_spec("log_ratio", measure="rr", effect_priors=["flat"], primary="flat")
    found = robustness(normal_curve(-0.5, 0.1), spec, {"flat": normal(sd=50.0)})
    assert found.headline.confounding == pytest.approx(found.e_value_ci, abs=1e-4)


def test_without_an_estimate_there_is_no_confounding_to_speak_of(make_spec: Callable[..., AnalysisSpec]) -> None:
    """Nobody against everybody: the likelihood rises without end, yet a prior makes a verdict of it."""
    curve = EvidenceCurve.tabulate(lambda theta: -20 * np.logaddexp(0.0, 4 * theta + 2))
    found = robustness(curve, make_spec("log_ratio", effect_priors=["s"], primary="s"), {"s": normal(sd=0.5)})
    assert found.e_value is None and found.headline.survives
    assert found.headline.bias is not None and found.headline.confounding is None
    assert "no estimate" in confounding_words(found.e_value, found.e_value_ci, "hr")


# words


def test_e_values_in_words() -> None:
    assert confounding_words(1.76, 1.24, "rr") == (
        "An unmeasured factor would have to be associated with both treatment and outcome by a risk ratio of 1.76 each, "
        "above and beyond the measured ones, to explain the estimate away; 1.24 to move the interval to include no effect."
    )
    untold = "no effect (the outcome taken as common, as no risks are printed: the smaller value)."
    assert confounding_words(1.76, 1.24, "hr").endswith(untold)
    common = "no effect (the outcome taken as common, above 15% in an arm)."
    assert confounding_words(1.76, 1.24, "or", Outcome.COMMON).endswith(common)
    rare = "no effect (the outcome is rare, 15% or less in every arm: the hazard ratio is taken for the risk ratio)."
    assert confounding_words(1.76, 1.24, "hr", Outcome.RARE).endswith(rare)
    assert "the interval of the data alone includes no effect already" in confounding_words(1.76, 1.0, "rr")
    assert "measured" not in confounding_words(1.76, 1.24, "or", adjusted=False)
    assert "nothing unmeasured is needed" in confounding_words(1.0, 1.0, "hr")


def test_all_of_it_takes_less_than_a_blink(
    curve_of: Callable[[str], EvidenceCurve], analyses: Mapping[str, AnalysisSpec], priors: Mapping[str, Prior]
) -> None:
    curve, spec = curve_of("pfs_chen2025_landmark"), analyses["pfs_chen2025_landmark"]
    panel = examine(curve, spec, priors)

    def once() -> float:
        start = time.perf_counter()
        for make in (mean_sd_map, bias_map, discount_map):
            make(curve, spec.sign)
        robustness(curve, spec, priors, panel)
        return time.perf_counter() - start

    assert min(once() for _ in range(5)) < 0.25, "60 ms on a quiet machine"
