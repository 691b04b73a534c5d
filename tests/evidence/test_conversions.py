"""Conversions of printed survival comparisons: formulas, readings, and real curves."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence import conversions
from crlm_bayes.evidence.assemble import assemble
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.scepticism.normal_forms import p_value

Z = stats.norm.ppf(0.975)
MEDIAN = {"endpoint": "pfs", "arm": "control", "months": "20"}


@pytest.fixture
def read(make_study: Callable[..., Any], make_spec: Callable[..., AnalysisSpec]) -> Callable[..., RatioEvidence]:
    """Read one log-rank test of the made study; `events` of control and treated arm, everything else overridable."""

    def build(test: dict[str, Any], events: tuple[int, int] | None = None, **changes: Any) -> RatioEvidence:
        study, spec = changes.pop("study", {}), {"reading": "logrank", **changes}
        tests = [
            {"endpoint": "pfs", "test": "logrank", "locator": "made", **row} for row in (test, *study.pop("more", ()))
        ]
        pairs = zip(("control", "treated"), events, strict=True) if events else ()
        rows = [{"endpoint": "pfs", "arm": a, "events": e, "locator": "made"} for a, e in pairs]
        made = make_study(**{"tests": tests, "events": rows, "medians": [MEDIAN], **study})
        evidence = assemble(make_spec("log_ratio", **spec), {made.id: made})
        assert isinstance(evidence, RatioEvidence)
        return evidence

    return build


# formulas


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_interval_of_any_level_gives_back_the_standard_error(level: float) -> None:
    z = stats.norm.ppf(0.5 + level / 2)
    low, high = (math.exp(-0.3 + sign * z * 0.17) for sign in (-1, 1))
    assert conversions.se_from_limits(low, high, level, "x").value == pytest.approx(0.17, rel=1e-12)
    assert conversions.off_centre(math.exp(-0.3), low, high) == pytest.approx(0, abs=1e-12)
    assert conversions.off_centre(math.exp(-0.25), low, high) == pytest.approx(0.05)
    with pytest.raises(InvalidInput, match="has no width"):
        conversions.se_from_limits(high, low, level, "x")


def test_p_value_and_chi_square_are_the_same_deviate() -> None:
    """The worked example of Tierney et al. 2007 has p = 0.075 and z = 1.78."""
    assert conversions.z_of_p(0.075) == pytest.approx(1.78, abs=0.005)
    assert conversions.z_of_p(0.05) == pytest.approx(Z)
    for x in (0.3, 3.84, 12.0):
        assert conversions.z_of_chi2(x) == pytest.approx(conversions.z_of_p(stats.chi2.sf(x, 1)))
        assert p_value(conversions.z_of_chi2(x)) == pytest.approx(stats.chi2.sf(x, 1))


def test_variances_from_events_agree_where_they_must() -> None:
    by_arm, total = partial(conversions.variance_by_arm, where="x"), partial(conversions.variance_of_total, where="x")
    assert 1 / by_arm(40, 60).value == pytest.approx(1 / 40 + 1 / 60)
    assert total(100, (77, 77)).value == total(100, None).value == 25
    # events in the ratio of the patients: no effect as yet
    assert by_arm(40, 60).value == pytest.approx(total(100, (200, 300)).value)
    # equation 14 of Tierney et al. 2007: O - E = √(O₁ O₂ / D) z, and then (O - E) / V is the log hazard ratio
    variance, z = by_arm(229, 256).value, conversions.z_of_p(0.075)
    score = conversions.log_ratio_from_score(math.sqrt(229 * 256 / 485) * z, variance, "x").value
    assert score == pytest.approx(conversions.size_from_z(z, variance).value)


@pytest.mark.parametrize(("variance", "theta"), [(25.0, 0.4), (3.0, 0.05), (400.0, 0.1)])
def test_effect_comes_back_from_its_p_value(variance: float, theta: float) -> None:
    se = conversions.se_from_variance(variance)
    p = float(2 * stats.norm.sf(theta / se))
    assert conversions.size_from_z(conversions.z_of_p(p), variance).value == pytest.approx(theta)
    assert conversions.se_from_p(-theta, p, "x").value == pytest.approx(se)
    assert conversions.log_ratio_from_score(-theta * variance, variance, "x").value == pytest.approx(-theta)
    for half in (p / 2, 1 - p / 2):  # one-sided, and of the other side
        assert conversions.z_of_p(half, "one") == pytest.approx(conversions.z_of_p(p))
        assert conversions.se_from_p(-theta, half, "x", "one").value == pytest.approx(se)


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: conversions.se_from_p(0.0, 0.5, "x"),
        lambda: conversions.se_from_p(0.3, 1.0, "x"),
        lambda: conversions.se_from_p(0.3, 0.5, "x", "one"),
        lambda: conversions.se_from_p(0.3, 0.0, "x"),
        lambda: conversions.variance_by_arm(0, 12, "x"),
        lambda: conversions.variance_of_total(0, None, "x"),
        lambda: conversions.log_ratio_from_score(1.0, 0.0, "x"),
    ],
)
def test_what_gives_no_standard_error_says_so(impossible: Callable[[], Any]) -> None:
    with pytest.raises(InvalidInput, match=r"x.* no (variance|standard error)"):
        impossible()


def test_variance_by_arm_serves_better_than_that_of_the_total() -> None:
    """The estimate from log-rank z and V against Cox on the same simulated trials; arms of 2 to 1, and censoring."""
    rng, (n, m), theta, rows = np.random.default_rng(5), (200, 100), -0.4, []
    for _ in range(60):
        time = np.concatenate([rng.exponential(1, n), rng.exponential(math.exp(-theta), m)])
        stop = rng.uniform(0, 2, n + m)
        order = np.argsort(np.minimum(time, stop))
        treated, event = (np.arange(n + m) >= n)[order], (time <= stop)[order]
        share = (treated[::-1].cumsum()[::-1] / np.arange(n + m, 0, -1))[event]  # of those at risk
        z = (treated[event] - share).sum() / math.sqrt((share * (1 - share)).sum())
        beta = 0.0
        for _step in range(20):
            q = share * math.exp(beta) / (1 - share + share * math.exp(beta))
            beta += (treated[event] - q).sum() / (q * (1 - q)).sum()
        last = int(treated[event].sum())
        variances = (
            conversions.variance_by_arm(event.sum() - last, last, "x"),
            conversions.variance_of_total(event.sum(), (n, m), "x"),
        )
        rows.append([math.copysign(conversions.size_from_z(z, v.value).value, z) - beta for v in variances])
    by_arm, of_total = np.sqrt(np.mean(np.square(rows), axis=0))
    assert by_arm < 0.01 and by_arm < 0.4 * of_total


# readings


def test_logrank_p_with_events_of_both_arms(read: Callable[..., RatioEvidence]) -> None:
    evidence = read({"p": "0.032", "favours": "treated"}, (80, 60))
    se = math.sqrt(1 / 80 + 1 / 60)
    assert evidence.direction == "known" and evidence.se == pytest.approx(se)
    assert evidence.log_ratio == pytest.approx(-stats.norm.isf(0.016) * se)
    assert [(r.table, r.entry, r.study) for r in evidence.rows] == [
        ("tests", "tests/pfs/logrank", "made2020"),
        ("events", "events/pfs/control", "made2020"),
        ("events", "events/pfs/treated", "made2020"),
    ]
    first = evidence.rows[0]
    assert first.used == f"log HR {evidence.log_ratio:.4f}, se {se:.4f}" and first.printed == "log-rank p = 0.032"
    assert "80 · 60 / 140" in first.how and "treated is said to have done better" in first.how


def test_one_sided_log_rank_p_has_the_deviate_of_twice_as_much(read: Callable[..., RatioEvidence]) -> None:
    two, one = (
        read({"p": "0.032", "favours": "treated"}, (80, 60)),
        read({"p": "0.016", "favours": "treated", "sided": "one"}, (80, 60)),
    )
    assert one.log_ratio == pytest.approx(two.log_ratio) and "one-sided p = 0.016" in one.rows[0].how
    both = read({"p": "0.016", "statistic": "4.6", "favours": "treated", "sided": "one"}, (80, 60))
    assert "4.6" in both.rows[0].how or "one-sided" in both.rows[0].how
    with pytest.raises(InvalidInput, match="do not belong together"):
        read({"p": "0.016", "statistic": "4.6", "favours": "treated"}, (80, 60))


def test_direction_turns_with_the_arm_and_with_what_is_better(read: Callable[..., RatioEvidence]) -> None:
    benefit = read({"p": "0.032", "favours": "treated"}, (80, 60))
    harm = read({"p": "0.032", "favours": "control"}, (60, 80))
    assert harm.log_ratio == -benefit.log_ratio and harm.se == benefit.se
    sooner = read({"p": "0.032", "favours": "treated"}, (80, 60), better="higher", mcid=1.25)
    assert sooner.log_ratio == -benefit.log_ratio


def test_without_an_arm_that_did_better_only_the_size_is_known(read: Callable[..., RatioEvidence]) -> None:
    evidence, known = read({"p": "0.032"}, (80, 60)), read({"p": "0.032", "favours": "control"}, (80, 60))
    assert evidence.direction == "unknown" and evidence.log_ratio == known.log_ratio > 0
    assert evidence.rows[0].used.startswith(f"|log HR| {evidence.log_ratio:.4f} in either direction")
    # no difference at all has no direction
    assert read({"p": "1.00"}, (80, 60)).direction == "known"


def test_medians_give_the_direction_that_the_paper_does_not_say(read: Callable[..., RatioEvidence]) -> None:
    """MEDIAN is the control arm's, 20 months."""

    def of(treated: str, test: dict[str, str] | None = None, **more: Any) -> RatioEvidence:
        medians = [MEDIAN, {**MEDIAN, "arm": "treated", "months": treated}]
        return read({"p": "0.032", **(test or {})}, (80, 60), study={"medians": medians}, **more)

    longer, shorter = of("25.7"), of("15.6")
    assert longer.direction == shorter.direction == "known"
    assert longer.log_ratio == -shorter.log_ratio < 0
    assert "the printed medians 25.7 v 20 months say that treated did better" in longer.rows[0].how
    assert "the printed medians 20 v 15.6 months say that control did better" in shorter.rows[0].how
    # of times to a good event the shorter is better; the hazards are what they are
    sooner = of("15.6", better="higher", mcid=1.25)
    assert sooner.log_ratio == shorter.log_ratio
    assert "the printed medians 15.6 v 20 months say that treated did better" in sooner.rows[0].how
    # what rounding leaves open says nothing
    for same in ("20", "20.0", "20.4"):
        assert of(same).direction == "unknown"
    assert of("20.6").log_ratio == longer.log_ratio


def test_what_the_paper_says_goes_before_its_medians(read: Callable[..., RatioEvidence]) -> None:
    medians = [MEDIAN, {**MEDIAN, "arm": "treated", "months": "15.6"}]
    said = read({"p": "0.032", "favours": "treated"}, (80, 60), study={"medians": medians})
    assert said.log_ratio < 0
    how = "treated is said to have done better, although the printed medians 20 v 15.6 months point the other way"
    assert how in said.rows[0].how
    agreed = read({"p": "0.032", "favours": "control"}, (80, 60), study={"medians": medians})
    assert agreed.log_ratio > 0 and "although" not in agreed.rows[0].how


def test_sharper_of_statistic_and_p_is_taken(read: Callable[..., RatioEvidence]) -> None:
    se, size = math.sqrt(1 / 80 + 1 / 60), lambda **test: read(test, (80, 60)).log_ratio
    assert size(p="0.03", statistic="4.723") == pytest.approx(math.sqrt(4.723) * se)
    assert size(p="0.0297", statistic="5") == pytest.approx(stats.norm.isf(0.0297 / 2) * se)
    assert size(p="<0.05", statistic="4.723") == pytest.approx(math.sqrt(4.723) * se)
    # as a χ² 2.173 would have p = 0.14
    assert size(p="0.03", statistic="2.173") == pytest.approx(2.173 * se)
    assert size(statistic="-2.173") == pytest.approx(2.173 * se)
    assert size(p="0.98", statistic="0.0") == pytest.approx(stats.norm.isf(0.49) * se)
    with pytest.raises(InvalidInput, match=r"statistic 9\.1 and the p value 0.03 do not belong together"):
        size(p="0.03", statistic="9.1")


@pytest.mark.parametrize("p", ["<0.001", ">0.05", "0.000"])
def test_p_value_that_is_only_a_bound_gives_no_estimate(p: str, read: Callable[..., RatioEvidence]) -> None:
    with pytest.raises(InvalidInput, match=r"only a bound, which gives no estimate; allowed: an exact p"):
        read({"p": p}, (80, 60))


def test_events_are_printed_or_stated_never_guessed(read: Callable[..., RatioEvidence]) -> None:
    stated = {"effective_events": {"total": 140, "basis": "read off the figure"}}
    with pytest.raises(
        InvalidInput, match="events of 'pfs' are not printed for both arms; allowed: both, or effective_"
    ):
        read({"p": "0.032"})
    evidence = read({"p": "0.032"}, study={"n": (200, 100)}, **stated)
    assert evidence.se == pytest.approx(1 / math.sqrt(140 * 2 / 9)) and "read off the figure" in evidence.rows[0].how
    assert [row.entry for row in evidence.rows] == ["tests/pfs/logrank", "arms/control", "arms/treated"]
    with pytest.raises(InvalidInput, match="effective_events: states what is printed"):
        read({"p": "0.032"}, (80, 60), **stated)
    sizeless = [{"id": i, "role": r, "label": i} for i, r in (("control", "control"), ("treated", "treatment"))]
    evidence = read({"p": "0.032"}, study={"arms": sizeless}, **stated)
    assert evidence.se == pytest.approx(1 / math.sqrt(35)) and "as if the arms were of one size" in evidence.rows[0].how
    # an arm without events: all events and the sizes
    assert read({"p": "0.032"}, (0, 20)).se == pytest.approx(1 / math.sqrt(5))


def test_test_must_be_one_of_these_two_arms(read: Callable[..., RatioEvidence]) -> None:
    with pytest.raises(InvalidInput, match="2 log-rank tests of 'pfs' are printed with their p value or statistic"):
        read({"p": "0.032"}, (80, 60), study={"more": [{"p": "0.4", "months": "12"}]})
    with pytest.raises(InvalidInput, match=r"0 log-rank tests .* o_minus_e, variance and arm"):
        read({"p": "0.032"}, reading="observed_expected")
    with pytest.raises(InvalidInput, match=r"measure: 'rr' does not fit reading 'logrank'.*allowed: hr"):
        read({"p": "0.032"}, (80, 60), measure="rr")
    roles = (("control", "control"), ("treated", "treatment"), ("third", "other"))
    arms = [{"id": i, "role": r, "label": i, "n": 50} for i, r in roles]
    with pytest.raises(InvalidInput, match="which two of 3 arms"):
        read({"p": "0.032"}, (80, 60), study={"arms": arms})
    with pytest.raises(InvalidInput, match="favours: 'third' is neither control nor treatment"):
        read({"p": "0.032", "favours": "third"}, (80, 60), study={"arms": arms})
    assert read({"p": "0.032", "favours": "treated"}, (80, 60), study={"arms": arms}).log_ratio < 0


def test_fewer_events_than_expected_favour_the_arm_they_are_of(read: Callable[..., RatioEvidence]) -> None:
    of = {arm: {"o_minus_e": "-12.3", "variance": "40.1", "arm": arm} for arm in ("treated", "control")}
    treated, control = (read(of[arm], reading="observed_expected") for arm in ("treated", "control"))
    assert treated.log_ratio == -control.log_ratio == pytest.approx(-12.3 / 40.1)
    assert treated.se == control.se == pytest.approx(1 / math.sqrt(40.1))
    assert "turned" in control.rows[0].how and "turned" not in treated.rows[0].how
    with pytest.raises(InvalidInput, match="variance: 0 gives no standard error; allowed: above 0"):
        read(of["treated"] | {"variance": "0"}, reading="observed_expected")


def test_hazard_ratio_printed_alone_takes_its_error_from_the_events(
    make_study: Callable[..., Any], make_spec: Callable[..., AnalysisSpec]
) -> None:
    row = {"endpoint": "pfs", "numerator": "control", "denominator": "treated", "value": "1.30", "adjusted": True}
    events = [
        {"endpoint": "pfs", "arm": a, "events": e, "locator": "made"} for a, e in (("control", 80), ("treated", 60))
    ]

    def evidence(measure: str = "hr", **more: Any) -> Any:
        study = make_study(contrasts=[row | {"measure": measure} | more], events=events)
        return assemble(make_spec("log_ratio", measure=measure), {study.id: study})

    se = math.sqrt(1 / 80 + 1 / 60)
    for alone in (evidence(), evidence(p="<0.05"), evidence(value="1.00", p="0.99")):
        assert alone.se == pytest.approx(se) and "se 1/√V" in alone.rows[0].how
        assert [r.table for r in alone.rows] == ["contrasts", "events", "events"]
    assert evidence().log_ratio == pytest.approx(-math.log(1.3))
    assert [r.table for r in evidence(ci=("1.0", "1.7")).rows] == ["contrasts"]
    with pytest.raises(InvalidInput, match=r"nor an exact p value; allowed: one of them$"):
        evidence("or")
    events.pop()
    with pytest.raises(InvalidInput, match="nor an exact p value; allowed: one of them, or events of both arms"):
        evidence()


def test_estimate_off_the_middle_of_its_interval_is_on_record(
    make_case: Callable[..., tuple[AnalysisSpec, Any]],
) -> None:
    skew = make_case("log_ratio", value="0.80", ci=("0.50", "1.10"))[1]
    assert skew.se == pytest.approx(math.log(2.2) / (2 * Z)) and "se above the middle" in skew.rows[0].how
    # 0.755 is not exactly in the middle of its printed limits: rounding explains it
    assert "middle" not in make_case("log_ratio", value="0.755", ci=("0.598", "0.954"))[1].rows[0].how


# real curves


def test_printed_p_and_events_give_back_cox_on_real_curves(read: Callable[..., RatioEvidence]) -> None:
    """Curves of published trials (tests/truths/kmdata): the two-sided p of Cox to three decimals, all events, both sizes.

    Those whose p prints as 0.000 or 1.000 have no exact p value.
    """
    apart, scale = [], []
    for cox in pd.read_csv(Path(__file__).parents[1] / "truths" / "kmdata" / "cox.csv").itertuples():
        p = f"{2 * stats.norm.sf(abs(cox.cox_log_hr / cox.cox_se)):.3f}"
        if p in ("0.000", "1.000"):
            continue
        events = {"total": float(cox.events), "basis": "printed"}
        found = read({"p": p}, effective_events=events, study={"n": (cox.n_reference, cox.n_comparison)})
        apart.append((found.log_ratio - abs(cox.cox_log_hr)) / cox.cox_se)
        scale.append(found.se / cox.cox_se)
    assert len(apart) > 120
    # in units of the standard error of Cox
    assert math.sqrt(np.mean(np.square(apart))) < 0.05 and np.abs(apart).max() < 0.25
    assert abs(float(np.median(scale)) - 1) < 0.01 and 0.9 < min(scale) < max(scale) < 1.1
