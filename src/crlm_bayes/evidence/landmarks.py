"""From printed survival to survivors of those at risk, interval by interval.

What counts as n and s depends on the print. In this order, unless the reading says otherwise:

complete follow-up
    nobody is censored before the landmark: survivors are the printed count, else the integer nearest to the printed
    percentage of the arm (`reading = "percent"`: the fractional count itself; `"pinned"`: the only one that gives the
    percentage, or the printed p value too).
numbers at risk
    the actuarial count: with q = 1 - S(t_k)/S(t_{k-1}), d = q (N_{k-1} + N_k) / (2 - q), n = d/q.
interval
    of S(t): n = (1 - s)/(s v), where s = S(t_k)/S(t_{k-1}) and v is what the interval adds to the variance of log S.
effective_n
    stated in the analysis, with its basis. Never a silent default.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from crlm_bayes.arrays import Floats
from crlm_bayes.audits.counts.pinned import pins
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.printed.entries import Arm, SurvivalEntry
from crlm_bayes.documents.printed.rounding import counts_printing
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence.single import PrintedRow
from crlm_bayes.words.numbers import as_percent, fixed, short


@dataclass(frozen=True)
class IntervalCounts:
    """One arm: effective numbers at risk and surviving by interval, printed survival, and the rows used."""

    at_risk: Floats
    survivors: Floats
    printed: Floats
    rows: tuple[PrintedRow, ...]


def interval_counts(
    spec: AnalysisSpec, study: Study, arm: Arm, points: Sequence[SurvivalEntry], where: str
) -> IntervalCounts:
    """Find survivors and numbers at risk of each interval of one arm.

    Parameters
    ----------
    points : sequence of SurvivalEntry
        Landmarks of the arm in order of time, at least one.

    Raises
    ------
    InvalidInput
        If the print gives no way to an effective number at risk.
    """
    where = f"{where}: survival ({spec.endpoint}, {arm.id})"
    printed = np.array(
        [p.percent.value / 100 if p.percent else float(p.alive or 0) / size_of(arm, where) for p in points]
    )
    complete, last = study.complete_follow_up_months, points[-1].months.value
    if spec.effective_n is not None:
        return _effective(spec, study, arm, points, printed, where)
    if spec.reading == "at_risk":
        return _actuarial(spec, arm, points, printed, where)
    if complete is not None and last <= complete:
        return _complete(spec, study, arm, points, where)
    if spec.reading == "pinned":
        what = "percentages are whole patients only while follow-up is complete"
        raise InvalidInput(where, what, allowed="reading = 'landmark', or complete_follow_up_months in the study")
    if all(p.at_risk is not None for p in points):
        return _actuarial(spec, arm, points, printed, where)
    if all(p.ci is not None for p in points):
        return _from_intervals(spec, arm, points, printed, where)
    what = "nothing tells how many patients the printed percentages stand for"
    allowed = "numbers at risk or intervals at every landmark, or effective_n with its basis in the analysis"
    if complete is None:
        allowed = f"complete_follow_up_months in the study, {allowed}"
    else:
        what = f"the landmark at {short(last)} months is after complete follow-up ({short(complete)} months)"
    raise InvalidInput(where, what, allowed=allowed)


def size_of(arm: Arm, where: str) -> int:
    """Printed number of patients of an arm.

    Raises
    ------
    InvalidInput
        If no source prints it.
    """
    if arm.n is None:
        raise InvalidInput(where, f"the size of arm '{arm.id}' is not printed", allowed="intervals, or effective_n")
    return arm.n


def _row(spec: AnalysisSpec, arm: Arm, point: SurvivalEntry, used: str, how: str) -> PrintedRow:
    parts = [f"{point.months} months:"]
    if point.percent:
        parts.append(f"{point.percent}%")
    if point.alive is not None:
        parts.append(f"{point.alive} of {arm.n} event-free")
    if point.at_risk is not None:
        parts.append(f"{point.at_risk} at risk")
    if point.ci:
        parts.append(f"({as_percent(point.level)} CI {point.ci[0]} to {point.ci[1]})")
    return PrintedRow(
        "survival", spec.endpoint, arm.id, " ".join(parts), point.locator, used, how, reference("survival", point)
    )


def _complete(
    spec: AnalysisSpec, study: Study, arm: Arm, points: Sequence[SurvivalEntry], where: str
) -> IntervalCounts:
    alive, printed, rows, size = [], [], [], size_of(arm, where)
    for p in points:
        share = p.percent.value / 100 * size if p.percent else None
        if spec.reading == "percent":
            if share is None:
                raise InvalidInput(
                    f"{where}: {p.months} months", "no percentage is printed", allowed="reading = 'landmark'"
                )
            count, how = share, f"{p.percent}% of {size} as it stands"
        elif p.alive is not None:
            count, how = float(p.alive), "printed count"
        elif spec.reading == "pinned":
            count, how = _pinned(study, arm, p, where)
        else:
            assert share is not None and p.percent is not None, "an entry has a percentage or a count"
            count = float(math.floor(share + 0.5))
            how = f"integer nearest to {p.percent}% of {size} = {fixed(share, 2)}"
            low, high = p.percent.interval
            if not low <= 100 * count / size <= high:
                how += "; no integer gives the printed percentage"
        alive.append(count)
        printed.append(p.percent.value / 100 if p.percent else count / size)
        rows.append(_row(spec, arm, p, f"{short(count)} of {size} event-free", how))
    survivors = np.array(alive)
    at_risk = np.array([float(size), *alive[:-1]])
    if np.any(survivors > at_risk):
        raise InvalidInput(where, "survivors rise between landmarks", allowed="counts that fall with time")
    return IntervalCounts(at_risk, survivors, np.array(printed), tuple(rows))


def _conditional(printed: Floats, where: str) -> Floats:
    before = np.concatenate([[1.0], printed[:-1]])
    if np.any(before <= 0):
        raise InvalidInput(where, "a landmark follows survival of 0%", allowed="no landmark after 0%")
    return np.asarray(printed / before)


def _pinned(study: Study, arm: Arm, point: SurvivalEntry, where: str) -> tuple[float, str]:
    """The one count that prints the percentage, else the one that gives the printed p value beside the other arm's."""
    assert point.percent is not None, "an entry has a percentage or a count"
    size = size_of(arm, where)
    whole = counts_printing(point.percent, size)
    if len(whole) == 1:
        return float(whole[0]), f"the only whole number that prints {point.percent}% of {size}"
    for found in pins(study):
        arms = [side.arm for side in found.sides]
        if (found.endpoint, found.months) == (point.endpoint, str(point.months)) and len(found.pins) == 1:
            pair, test = found.pins[0]
            count = pair[arms.index(arm.id)]
            how = (
                f"with {pair[1 - arms.index(arm.id)]} in the other arm the only pair that gives p = {found.p} ({test})"
            )
            return float(count), how
    raise InvalidInput(
        f"{where}: {point.months} months",
        f"no single count is pinned by {point.percent}% of {size} and the printed p value",
        allowed="reading = 'landmark' or 'percent'",
    )


def _actuarial(
    spec: AnalysisSpec, arm: Arm, points: Sequence[SurvivalEntry], printed: Floats, where: str
) -> IntervalCounts:
    risk = [p.at_risk for p in points]
    if any(r is None for r in risk):
        raise InvalidInput(
            where,
            "numbers at risk are not printed at every landmark",
            allowed="at_risk on every point, or another reading",
        )
    left = np.array([float(r or 0) for r in risk])
    entering = np.concatenate([[float(size_of(arm, where))], left[:-1]])
    q = 1 - _conditional(printed, where)
    n = (entering + left) / (2 - q)
    survivors = n * (1 - q)
    rows = [
        _row(
            spec,
            arm,
            p,
            f"{short(survivors[k], 4)} of {short(n[k], 4)} survive the interval",
            "actuarial: censoring falls evenly inside the interval",
        )
        for k, p in enumerate(points)
    ]
    return IntervalCounts(n, survivors, printed, tuple(rows))


def _from_intervals(
    spec: AnalysisSpec, arm: Arm, points: Sequence[SurvivalEntry], printed: Floats, where: str
) -> IntervalCounts:
    s = _conditional(printed, where)
    variance = []
    for p in points:
        assert p.ci is not None, "the caller has checked"
        low, high = p.ci[0].value, p.ci[1].value
        if low <= 0 or low >= high:
            raise InvalidInput(
                f"{where}: {p.months} months: ci",
                f"{p.ci[0]} to {p.ci[1]} gives no standard error of log survival",
                allowed="0 < lower < upper",
            )
        variance.append(((math.log(high) - math.log(low)) / (2 * float(scipy.special.ndtri(0.5 + p.level / 2)))) ** 2)
    added = np.diff(np.concatenate([[0.0], variance]))
    if np.any(added <= 0) or np.any(s >= 1):
        raise InvalidInput(
            where,
            "the printed intervals do not widen from landmark to landmark",
            allowed="effective_n with its basis",
        )
    n = (1 - s) / (s * added)
    rows = [
        _row(
            spec,
            arm,
            p,
            f"{short(n[k] * s[k], 4)} of {short(n[k], 4)} survive the interval",
            "effective n from the printed interval",
        )
        for k, p in enumerate(points)
    ]
    return IntervalCounts(n, n * s, printed, tuple(rows))


def _effective(
    spec: AnalysisSpec, study: Study, arm: Arm, points: Sequence[SurvivalEntry], printed: Floats, where: str
) -> IntervalCounts:
    size = effective_size(spec, study, arm.id)
    assert spec.effective_n is not None, "it has a size"
    if np.any(_conditional(printed, where) > 1):
        raise InvalidInput(where, "survival rises between landmarks")
    alive = printed * size
    at_risk = np.concatenate([[size], alive[:-1]])
    how = f"effective n {short(size)}: {spec.effective_n.basis}"
    rows = [
        _row(spec, arm, p, f"{short(alive[k], 4)} of {short(at_risk[k], 4)} survive the interval", how)
        for k, p in enumerate(points)
    ]
    return IntervalCounts(at_risk, alive, printed, tuple(rows))


def effective_size(spec: AnalysisSpec, study: Study, arm: str) -> float:
    """Patients of an arm that an analysis says its percentages stand for.

    Raises
    ------
    InvalidInput, UnknownName
        If the analysis does not say it of this arm, or says it of an arm that is not there.
    """
    where = f"analysis {spec.id}: effective_n"
    stated = spec.effective_n.arms if spec.effective_n is not None else {}
    known = [a.id for a in study.arms]
    for name in stated:
        if name not in known:
            raise UnknownName.among(f"{where}: arms", "arm", name, known)
    if arm not in stated:
        raise InvalidInput(where, f"has no arm '{arm}'", allowed="a number for each arm")
    return stated[arm]
