"""Printed log-rank tests as evidence: a p value or statistic with the number of events, or O - E with its variance.

The p value says how large the log hazard ratio is in units of its standard error, the events how large that unit is.
Which arm did better stands beside neither. The paper says so (`favours`), or its medians do: of two printed medians the
longer is that of the arm with the lower hazard. Without either the evidence knows the size of the effect alone, and the
likelihood is the even mixture of both directions.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.medians import longer_first
from crlm_bayes.documents.printed.entries import Sided, TestEntry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence import conversions
from crlm_bayes.evidence.ratios import Events, arms_of, control_survival, events_by_arm, total_events, written_p
from crlm_bayes.evidence.single import PrintedRow
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.words.numbers import fixed, short


class Deviate(NamedTuple):
    """Size of a normal deviate, the range that the rounding of the print leaves, and where it comes from."""

    z: float
    low: float
    high: float
    source: str

    @property
    def how(self) -> str:
        """Words for the record."""
        if fixed(self.low, 2) == fixed(self.high, 2):
            return f"z {short(self.z, 4)} from {self.source}"
        return (
            f"z {short(self.z, 4)} from {self.source} (by its rounding {fixed(self.low, 2)} to {fixed(self.high, 2)})"
        )

    def meets(self, other: "Deviate") -> bool:
        """Whether one value fits both."""
        return self.low <= other.high and other.low <= self.high


def logrank_evidence(spec: AnalysisSpec, study: Study, where: str) -> RatioEvidence:
    """Log hazard ratio from the one printed log-rank test of an endpoint and its number of events.

    Events are those printed of both arms, else those that the analysis states with their basis (`effective_events`).

    Raises
    ------
    InvalidInput
        If no test is printed or more than one, if its p value is a bound, or if events are missing or stated although
        they are printed.
    """
    arms, labels = _arms(spec, study, where)
    here = f"{where}: tests ({spec.endpoint})"
    test = _only([t for t in _of(spec, study) if t.p is not None or t.statistic is not None], spec, here)
    _compares_two(test, study, arms, here)
    deviate = deviate_of(test, here)
    events = _events(spec, study, arms, where)
    size, how = conversions.size_from_z(deviate.z, events.variance)
    se = conversions.se_from_variance(events.variance)
    turn, why = direction_of(spec, study, test, arms)
    said = [deviate.how, events.how, how, *([why] if size else [])]
    unknown = turn == 0 and size > 0
    used = f"|log HR| {fixed(size, 4)} in either direction" if unknown else f"log HR {fixed(turn * size, 4)}"
    statistic = [f"statistic {test.statistic}"] if test.statistic else []
    printed = f"log-rank {', '.join([*statistic, *([f'p {written_p(test.p)}'] if test.p else [])])}"
    baseline, last = control_survival(spec, study, arms[0])
    row = _row(spec, test, arms, printed, f"{used}, se {fixed(se, 4)}", "; ".join(said))
    rows = (row, *events.rows, *last)
    return RatioEvidence(
        study.id, arms, labels, (turn or 1) * size, se, baseline, "unknown" if unknown else "known", rows=rows
    )


def direction_of(spec: AnalysisSpec, study: Study, test: TestEntry, arms: tuple[str, str]) -> tuple[int, str]:
    """Which way a test of survival points: as the paper says, else as its medians do.

    Parameters
    ----------
    arms : tuple of str
        Control and treatment.

    Returns
    -------
    int
        Sign of the log hazard ratio, treatment over control; 0 where the print does not give it.
    str
        How it was found, for the record.
    """
    medians = longer_first(study, test.endpoint or "", arms)
    lower = {arms[0]: 1, arms[1]: -1}  # sign of the log hazard ratio where that arm has the lower hazard
    by_medians = lower.get(medians[0].arm or "", 0) if medians else 0
    better, worse = medians[:: spec.sign] if medians else (None, None)
    values = f"the printed medians {better.months} v {worse.months} months" if better and worse else ""
    if test.favours is not None:
        turn = spec.sign * lower[test.favours]
        against = f", although {values} point the other way" if by_medians == -turn else ""
        return turn, f"{test.favours} is said to have done better{against}"
    if better:
        return by_medians, f"{values} say that {better.arm} did better"
    return 0, "the print does not say which arm did better: both directions are as likely"


def observed_expected_evidence(spec: AnalysisSpec, study: Study, where: str) -> RatioEvidence:
    """Log hazard ratio from the printed observed minus expected events of one arm, and their variance.

    Raises
    ------
    InvalidInput
        If none is printed or more than one, if it is of a third arm, or if its variance is 0.
    """
    arms, labels = _arms(spec, study, where)
    where = f"{where}: tests ({spec.endpoint})"
    test = _only([t for t in _of(spec, study) if t.o_minus_e is not None], spec, where)
    assert test.o_minus_e is not None and test.variance is not None, "an entry has both or neither"
    if test.arm not in arms:
        raise InvalidInput(f"{where}: arm", f"'{test.arm}' is neither control nor treatment", allowed=", ".join(arms))
    if test.o_minus_e.bound:
        raise InvalidInput(f"{where}: o_minus_e", f"{test.o_minus_e} is only a bound", allowed="a number")
    variance = test.variance.value
    y, how = conversions.log_ratio_from_score(test.o_minus_e.value, variance, where)
    if test.arm == arms[0]:
        y, how = -y, f"{how}; of the control arm, turned"
    se = conversions.se_from_variance(variance)
    printed = f"log-rank O - E {test.o_minus_e} of {test.arm}, variance {test.variance}"
    row = _row(spec, test, arms, printed, f"log HR {fixed(y, 4)}, se {fixed(se, 4)}", how)
    baseline, last = control_survival(spec, study, arms[0])
    return RatioEvidence(study.id, arms, labels, y, se, baseline, rows=(row, *last))


def deviate_of(test: TestEntry, where: str) -> Deviate:
    """Size of the normal deviate of a test of two arms, from its p value or its statistic, whichever is the sharper.

    The statistic is a χ² on one degree of freedom, unless only as a normal deviate does it fit the printed p value, or
    it is negative.

    Raises
    ------
    InvalidInput
        If both are bounds or absent, p is 0, or statistic and p do not belong together.
    """
    p, statistic = test.p, test.statistic
    by_p = None if p is None else _of_p(p, test.sided)
    if statistic is not None and not statistic.bound:
        ways = [way for way in _of_statistic(statistic) if by_p is None or way.meets(by_p)]
        if not ways:
            what = f"the statistic {statistic} and the p value {p} do not belong together"
            raise InvalidInput(where, what, allowed="a χ² on one degree of freedom or a normal deviate, and its p")
        if by_p is None or ways[0].high - ways[0].low <= by_p.high - by_p.low:
            return ways[0]
    if by_p is None or not math.isfinite(by_p.z):
        said = f"statistic {statistic}" if p is None else f"p {written_p(p)}"
        what = f"{said} is only a bound, which gives no estimate"
        raise InvalidInput(where, what, allowed="an exact p value above 0, or the statistic")
    return by_p


def _of_p(p: PrintedNumber, sided: Sided) -> Deviate:
    low, high = (min(max(limit, 0.0), 1.0) for limit in p.interval)
    z_low, z_high = sorted((conversions.z_of_p(high, sided), conversions.z_of_p(low, sided)))
    if sided == "one" and low < 0.5 < high:
        z_low = 0.0
    z = math.inf if p.bound else conversions.z_of_p(p.value, sided)
    return Deviate(z, z_low, z_high, f"{sided}-sided p {written_p(p)}")


def _of_statistic(statistic: PrintedNumber) -> list[Deviate]:
    """Read a statistic as χ² and as normal deviate, in this order; a negative one can only be the latter."""
    low, high = sorted(abs(limit) for limit in statistic.interval)
    low = 0.0 if statistic.interval[0] <= 0 <= statistic.interval[1] else low
    value = abs(statistic.value)
    normal = Deviate(value, low, high, f"the normal deviate {statistic}")
    if statistic.value < 0:
        return [normal]
    z, z_low, z_high = (conversions.z_of_chi2(x) for x in (value, low, high))
    return [Deviate(z, z_low, z_high, f"χ² = {statistic} on one degree of freedom"), normal]


def _arms(spec: AnalysisSpec, study: Study, where: str) -> tuple[tuple[str, str], tuple[str, str]]:
    if spec.measure != "hr":
        what = f"'{spec.measure}' does not fit reading '{spec.reading}': a log-rank test is of a hazard ratio"
        raise InvalidInput(f"{where}: measure", what, allowed="hr")
    return arms_of(study)


def _of(spec: AnalysisSpec, study: Study) -> list[TestEntry]:
    return [t for t in study.tests if t.endpoint == spec.endpoint and t.test == "logrank"]


def _only(found: Sequence[TestEntry], spec: AnalysisSpec, where: str) -> TestEntry:
    if len(found) != 1:
        wanted = "p value or statistic" if spec.reading == "logrank" else "o_minus_e, variance and arm"
        what = f"{len(found)} log-rank tests of '{spec.endpoint}' are printed with their {wanted}"
        raise InvalidInput(where, what, allowed="exactly one")
    return found[0]


def _compares_two(test: TestEntry, study: Study, arms: tuple[str, str], where: str) -> None:
    if test.favours is not None and test.favours not in arms:
        what = f"'{test.favours}' is neither control nor treatment"
        raise InvalidInput(f"{where}: favours", what, allowed=", ".join(arms))
    if test.between is not None and set(test.between) != set(arms):
        what = f"compares {' with '.join(test.between)}, not control with treatment"
        raise InvalidInput(f"{where}: between", what, allowed=" and ".join(arms))
    if test.favours is None and test.between is None and len(study.arms) > 2:
        what = f"nothing says which two of {len(study.arms)} arms the test compares"
        raise InvalidInput(f"{where}: favours", what, allowed=f"{' or '.join(arms)}, or a study of two arms")


def _events(spec: AnalysisSpec, study: Study, arms: tuple[str, str], where: str) -> Events:
    printed, stated = events_by_arm(study, spec.endpoint, arms, where), spec.effective_events
    if printed is not None:
        if stated is not None:
            what = "states what is printed: events of both arms"
            raise InvalidInput(f"analysis {spec.id}: effective_events", what, allowed="nothing")
        return printed
    if stated is None:
        what = f"events of '{spec.endpoint}' are not printed for both arms"
        raise InvalidInput(f"{where}: events", what, allowed="both, or effective_events in the analysis")
    events = total_events(study, spec.endpoint, arms, stated.total, where)
    return events._replace(how=f"{short(stated.total)} events: {stated.basis}; {events.how}")


def _row(spec: AnalysisSpec, test: TestEntry, arms: tuple[str, str], printed: str, used: str, how: str) -> PrintedRow:
    between = f"{arms[1]}/{arms[0]}"
    return PrintedRow("tests", spec.endpoint, between, printed, test.locator, used, how, reference("tests", test))
