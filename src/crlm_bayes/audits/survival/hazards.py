"""Hazard ratios and log-rank tests against the printed points of the same curves."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import scipy

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.names import arm_name, by_reference
from crlm_bayes.audits.p_values.comparison import doubled, two_sided
from crlm_bayes.audits.p_values.exact_tests import p_of_chi2
from crlm_bayes.audits.survival.points import Landmark, landmarks, quantile
from crlm_bayes.documents.printed.entries import TestEntry
from crlm_bayes.documents.printed.ratios import ContrastEntry
from crlm_bayes.documents.printed.rounding import TINY, Range, decimals
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.rule import Z, excludes_no_effect, significant
from crlm_bayes.words.nouns import endpoint_noun, listed
from crlm_bayes.words.numbers import p_value, ratio

APART: Final = 3.0
"""Standard errors of the landmark ratio beyond which, at every landmark, a hazard ratio is reported."""

ABSURD: Final = 2.0
"""Distance of two z values of the same patients beyond which a log-rank p is reported."""


@dataclass(frozen=True)
class LandmarkRatio:
    """Log hazard ratio that one common time of two curves implies.

    Attributes
    ----------
    log_ratio : Range
        log(log S_numerator / log S_denominator) over the rounding of both.
    se : float
        By the delta method, as if the arms were independent binomials.
    """

    numerator: Landmark
    denominator: Landmark
    log_ratio: Range
    se: float

    @property
    def months(self) -> float:
        """Time in months."""
        return self.numerator.months

    @property
    def middle(self) -> float:
        """The ratio of the percentages as printed."""
        return math.exp((self.log_ratio.low + self.log_ratio.high) / 2)

    @property
    def z(self) -> float:
        """Distance from no effect in standard errors, at least; 0 where rounding leaves the sign open."""
        return nearest_zero(self.log_ratio) / self.se

    @property
    def references(self) -> tuple[str, str]:
        """Names of the two entries."""
        return self.numerator.reference, self.denominator.reference

    @property
    def locators(self) -> tuple[str, str]:
        """Places of the two entries."""
        return self.numerator.row.locator, self.denominator.row.locator


def implied_ratios(study: Study, endpoint: str, numerator: str, denominator: str) -> list[LandmarkRatio]:
    """Ratios at the common times of two arms, in order of time; not where a curve is at 0% or 100%."""
    below = {point.months: point for point in landmarks(study, endpoint, denominator)}
    found = []
    for point in landmarks(study, endpoint, numerator):
        other = below.get(point.months)
        if other is None or any(p.share.low <= 0 or p.share.high >= 1 for p in (point, other)):
            continue
        top, bottom = (
            Range(math.log(-math.log(p.share.high)), math.log(-math.log(p.share.low))) for p in (point, other)
        )
        se = math.sqrt(sum((p.se(p.middle) / (p.middle * math.log(p.middle))) ** 2 for p in (point, other)))
        found.append(LandmarkRatio(point, other, Range(top.low - bottom.high, top.high - bottom.low), se))
    return found


def log_range(row: ContrastEntry) -> Range:
    """Log ratios that the printed ratio leaves open."""
    low, high = row.log_interval
    return Range(max(low, row.log_ratio - math.log(1e3)), high)


def nearest_zero(values: Range) -> float:
    """Return the value nearest to 0, with its sign."""
    return 0.0 if values.low <= 0 <= values.high else min((values.low, values.high), key=abs)


def printed_z(row: ContrastEntry) -> float:
    """Distance of a printed ratio from no effect in standard errors; 0 where neither limits nor p are printed."""
    theta = nearest_zero(log_range(row))
    if row.ci is not None and row.ci[0].value < row.ci[1].value:
        width = math.log(row.ci[1].value) - math.log(row.ci[0].value)
        return theta * 2 * quantile(row.level) / width
    if row.p is not None and row.p.bound != ">" and 0 < row.p.value < 1:
        return math.copysign(_z_of(doubled(row.p.value, row.sided)), theta) if theta else 0.0
    return 0.0


def opposed(row: ContrastEntry, implied: Sequence[LandmarkRatio]) -> bool:
    """Whether a printed ratio says the opposite of every common landmark, and chance does not explain it.

    One of the two is beyond chance (its 95% interval excludes no effect), and the printed ratio is outside the 95% interval of the last landmark.
    """
    printed = log_range(row)
    theta = nearest_zero(printed)
    if not theta or not implied or not all(ratio.z * theta < 0 for ratio in implied):
        return False
    last = implied[-1]
    return excludes_no_effect(max(abs(last.z), abs(printed_z(row)))) and last.log_ratio.gap(printed) > Z * last.se


@check("Do hazard ratios fit the printed survival of the two arms?")
def landmark_ratio(study: Study) -> Iterable[Trouble]:
    """Compare each hazard ratio with the ratio of log survival at the common times (Parmar 1998, complementary log-log).

    Both come from the same patients, so their difference varies less than the landmark ratio itself. A ratio in the
    opposite direction is the business of the check `direction`.
    """
    for subject, row in by_reference("contrasts", study.contrasts):
        if row.measure != "hr":
            continue
        implied = implied_ratios(study, row.endpoint, row.numerator, row.denominator)
        if not implied or opposed(row, implied):
            continue
        printed, last = log_range(row), implied[-1]
        far = all(ratio.log_ratio.gap(printed) > APART * ratio.se for ratio in implied)
        if not far and last.log_ratio.gap(printed) <= Z * last.se:
            continue
        top, bottom = arm_name(study, row.numerator), arm_name(study, row.denominator)
        limits = f"{ratio(last.middle * math.exp(-Z * last.se))} to {ratio(last.middle * math.exp(Z * last.se))}"
        found = "; ".join(f"{ratio(r.middle)} at {r.numerator.row.months} months" for r in implied)
        message = (
            f"The printed hazard ratio {row.written} for {endpoint_noun(row.endpoint)}, {top} over {bottom}, is far from what "
            f"the printed survival implies ({found}; 95% interval of the last {limits}), which only adjustment or hazards "
            f"that are not proportional could explain."
        )
        used = implied if far else implied[-1:]
        yield Trouble(
            subject, "warning" if far else "note",
            (reference("contrasts", row), *(name for r in used for name in r.references)),
            (row.locator, *(place for r in used for place in r.locators)), f"HR {row.written}", f"HR {found}", message,
        )  # fmt: skip


@check("Is a log-rank p that of a test of whole curves?")
def logrank_landmark(study: Study) -> Iterable[Trouble]:
    """Compare log-rank p values with those of single times and with the printed survival."""
    for endpoint in dict.fromkeys(test.endpoint for test in study.tests if test.test == "logrank"):
        if endpoint is None:
            continue
        tests = [test for test in study.tests if test.endpoint == endpoint and test.p is not None]
        logrank = [test for test in tests if test.test == "logrank"]
        single = [test for test in tests if test.test != "logrank" and test.months is not None]
        if len(logrank) > 1:
            yield from _several(study, endpoint, logrank, single)
        elif logrank:
            yield from _coincidence(endpoint, logrank[0], single)
            yield from _far_from_survivors(study, endpoint, logrank[0])


def _several(study: Study, endpoint: str, logrank: list[TestEntry], single: list[TestEntry]) -> Iterator[Trouble]:
    """One curve, one log-rank p; tests that end at several times would be no reason for those of the landmarks.

    They are one if the paper says that it compares survival at these times by log-rank.
    """
    at = {test.months.value: test for test in single if test.months is not None}
    twins = [at.get(test.months.value) if test.months is not None else None for test in logrank]
    same = all(twin is not None and _same_p(twin, test) for test, twin in zip(logrank, twins, strict=True))
    times = listed(test.months.text if test.months else "no stated" for test in logrank)
    values = listed(str(test.p) for test in logrank)
    others = [twin for twin in twins if same and twin is not None]
    tail = ", which are the p values of the comparisons at those single times" if same else ""
    said = same and "logrank" in study.survival_tests
    end = ": these can only be of tests that each end at their time" if said else ""
    message = (
        f"For {endpoint_noun(endpoint)} {len(logrank)} log-rank p values are printed, {values} at {times} months{tail}; a log-rank "
        f"test compares whole curves, so one pair of curves has one p{end}."
    )
    entries = [*logrank, *others]
    yield Trouble(
        endpoint, "warning" if same and not said else "note", tuple(reference("tests", test) for test in entries),
        tuple(test.locator for test in entries), f"log-rank p {values}", "one log-rank p", message,
    )  # fmt: skip


def _same_p(a: TestEntry, b: TestEntry) -> bool:
    """Whether two tests print one p value that is no bound."""
    return a.p is not None and b.p is not None and not (a.p.bound or b.p.bound) and a.p.decimal == b.p.decimal


def _coincidence(endpoint: str, logrank: TestEntry, single: list[TestEntry]) -> Iterator[Trouble]:
    for test in single:
        # two decimals coincide too easily, and so do values that print as 0 or 1
        if not _same_p(test, logrank) or logrank.p is None or decimals(logrank.p) < 3 or not 0 < logrank.p.value < 1:
            continue
        message = (
            f"For {endpoint_noun(endpoint)} the log-rank p and the p of the comparison at {test.months} months are both "
            f"printed as {logrank.p}; a log-rank test compares whole curves, so equal values are a coincidence or one test printed twice."
        )
        yield Trouble(
            f"{endpoint}-{test.months}", "note", (reference("tests", logrank), reference("tests", test)),
            (logrank.locator, test.locator), f"log-rank p {logrank.p}", f"p {test.p} at {test.months} months", message,
        )  # fmt: skip


def _far_from_survivors(study: Study, endpoint: str, logrank: TestEntry) -> Iterator[Trouble]:
    """Compare with the log-rank test of the survivors by interval (Mantel 1966), where most events are known."""
    n = list(study.sizes.values())
    if len(study.arms) != 2 or len(n) < 2 or logrank.p is None:
        return
    curves = [landmarks(study, endpoint, arm.id) for arm in study.arms]
    reach = study.complete_follow_up_months or 0.0
    times = [p.months for p in curves[0] if p.months <= reach and any(q.months == p.months for q in curves[1])]
    # one late time tells little of a test that weighs every event time
    if len(times) < 2:
        return
    points = [[p for p in curve if p.months in times] for curve in curves]
    survivors = [[p.row.alive if p.row.alive is not None else round(p.middle * p.n) for p in curve] for curve in points]
    events = sum(n) - sum(counts[-1] for counts in survivors)
    share = events / sum(n)
    if share < 0.5:
        return
    z = grouped_logrank(n, survivors)
    # the last landmark holds `share` of the information or more; what follows adds nothing or the same effect
    expected = Range(z * math.sqrt(share), z / math.sqrt(share))
    said = two_sided(logrank.p, logrank.sided)
    printed = Range(_z_of(said.high), _z_of(said.low))
    implied = p_of_chi2(z * z)
    sides = (significant(said.high) and not significant(implied)) or (
        significant(implied) and not significant(said.low)
    )
    if not sides or expected.gap(printed) <= ABSURD:
        return
    entries = [p for curve in points for p in curve]
    p = f"p {'' if logrank.p.bound else '= '}{logrank.p}"
    message = (
        f"The printed log-rank {p} for {endpoint_noun(endpoint)} is far from what the survivors at "
        f"{listed(p.row.months.text for p in points[0])} months allow: a log-rank test of these gives p = {p_value(implied)}."
    )
    yield Trouble(
        f"{endpoint}-survivors", "warning", (reference("tests", logrank), *(p.reference for p in entries)),
        (logrank.locator, *(p.row.locator for p in entries)), f"log-rank {p}", f"p = {p_value(implied)}", message,
    )  # fmt: skip


def _z_of(p: float) -> float:
    return math.inf if p <= 0 else abs(float(scipy.special.ndtri(p / 2)))


def grouped_logrank(n: Sequence[int], survivors: Sequence[Sequence[int]]) -> float:
    """Size of the log-rank z of two arms from their survivors at the same times (Mantel 1966), without censoring."""
    at_risk = list(n)
    excess = variance = 0.0
    for left in zip(*survivors, strict=True):
        total = sum(at_risk)
        deaths = total - sum(left)
        if total > 1 and deaths > 0:
            excess += at_risk[0] - left[0] - deaths * at_risk[0] / total
            variance += deaths * (total - deaths) * at_risk[0] * at_risk[1] / (total**2 * (total - 1))
        at_risk = list(left)
    return abs(excess) / math.sqrt(variance) if variance > TINY else 0.0
