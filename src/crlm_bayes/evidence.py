"""From what papers print to what a likelihood takes: (study, spec) to evidence, with every step on record.

Evidence keeps the rows it was made of: what was printed, where, and how it became a number.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.landmarks import interval_counts
from crlm_bayes.provenance import Row
from crlm_bayes.published import PrintedNumber, Study
from crlm_bayes.published.entries import ContrastEntry, CountEntry
from crlm_bayes.spec import AnalysisSpec

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BinomialEvidence:
    """Events of `n` in each arm, control first; fractional where the reading is `percent`."""

    study: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    events: Floats
    n: Floats
    rows: tuple[Row, ...] = field(default=())


@dataclass(frozen=True)
class SurvivalEvidence:
    """Survivors of those at risk in each interval between landmarks.

    Attributes
    ----------
    times : array, shape (K + 1,)
        Landmarks in months, 0 first.
    at_risk, survivors : array, shape (K, 2)
        Effective numbers entering and surviving interval k, by arm, control first.
    printed : array, shape (K, 2)
        Printed survival at the end of each interval, as a proportion.
    """

    study: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    times: Floats
    at_risk: Floats
    survivors: Floats
    printed: Floats
    rows: tuple[Row, ...] = field(default=())


@dataclass(frozen=True)
class RatioEvidence:
    """A log ratio, treatment over control, and its standard error.

    `control_survival` is the last printed landmark of the control arm, (months, proportion), where the measure is a
    hazard ratio: the baseline for absolute effects.
    """

    study: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    log_ratio: float
    se: float
    control_survival: tuple[float, float] | None = None
    rows: tuple[Row, ...] = field(default=())


Evidence = BinomialEvidence | SurvivalEvidence | RatioEvidence


def assemble(spec: AnalysisSpec, study: Study) -> Evidence:
    """Turn the print that an analysis rests on into evidence.

    Raises
    ------
    InvalidInput, UnknownName
        If the study does not print what the analysis needs.
    """
    where = f"analysis {spec.id}: study {study.id}"
    if spec.endpoint not in study.endpoints:
        raise UnknownName.among(where, "endpoint", spec.endpoint, study.endpoints)
    match spec.likelihood:
        case "binomial":
            return _binomial(spec, study, where)
        case "piecewise_exponential":
            return _survival(spec, study, where)
        case "log_ratio":
            return _ratio(spec, study, where)


def _arms(study: Study) -> tuple[tuple[str, str], tuple[str, str]]:
    control, treatment = study.arm("control"), study.arm("treatment")
    return (control.id, treatment.id), (control.label, treatment.label)


def _binomial(spec: AnalysisSpec, study: Study, where: str) -> BinomialEvidence:
    arms, labels = _arms(study)
    rows: list[Row] = []
    events, n = [], []
    for arm in arms:
        entry = _count(spec, study, arm, where)
        if spec.reading == "counts":
            if entry.events is None:
                raise InvalidInput(
                    f"{where}: counts ({spec.endpoint}, {arm})",
                    "no count of events is printed",
                    allowed="reading = 'percent'",
                )
            used, how = float(entry.events), "printed count"
        else:
            if entry.percent is None:
                raise InvalidInput(
                    f"{where}: counts ({spec.endpoint}, {arm})",
                    "no percentage is printed",
                    allowed="reading = 'counts'",
                )
            used = entry.percent.value / 100 * entry.n
            how = f"{entry.percent}% of {entry.n}"
        printed = " ".join(
            x
            for x in (
                f"{entry.events} of {entry.n}" if entry.events is not None else f"n = {entry.n}",
                f"({entry.percent}%)" if entry.percent else "",
            )
            if x
        )
        rows.append(Row("counts", spec.endpoint, arm, printed, entry.locator, f"events {used:.6g} of {entry.n}", how))
        events.append(used)
        n.append(float(entry.n))
    return BinomialEvidence(study.id, arms, labels, np.array(events), np.array(n), tuple(rows))


def _count(spec: AnalysisSpec, study: Study, arm: str, where: str) -> CountEntry:
    found = [c for c in study.counts if c.endpoint == spec.endpoint and c.arm == arm and c.centre is None]
    if not found:
        others = ", ".join(sorted({c.arm for c in study.counts if c.endpoint == spec.endpoint and c.centre is None}))
        raise InvalidInput(
            f"{where}: counts",
            f"'{spec.endpoint}' is not printed for arm '{arm}'",
            allowed=f"an entry for both arms (found: {others or 'none'})",
        )
    return found[0]


def _survival(spec: AnalysisSpec, study: Study, where: str) -> SurvivalEvidence:
    arms, labels = _arms(study)
    points = {
        arm: sorted(
            (s for s in study.survival if s.endpoint == spec.endpoint and s.arm == arm),
            key=lambda s: s.months.value,
        )
        for arm in arms
    }
    months = {arm: [p.months.value for p in points[arm]] for arm in arms}
    common = sorted(set(months[arms[0]]) & set(months[arms[1]]))
    if not common:
        raise InvalidInput(
            f"{where}: survival",
            f"no landmark of '{spec.endpoint}' is printed for both arms '{arms[0]}' and '{arms[1]}'",
        )
    rows: list[Row] = []
    at_risk, survivors, printed = [], [], []
    for arm, role in zip(arms, ("control", "treatment"), strict=True):
        shared = [p for p in points[arm] if p.months.value in common]
        counts = interval_counts(spec, study, study.arm(role), shared, where)
        at_risk.append(counts.at_risk)
        survivors.append(counts.survivors)
        printed.append(counts.printed)
        rows.extend(counts.rows)
    times = np.array([0.0, *common])
    return SurvivalEvidence(
        study.id,
        arms,
        labels,
        times,
        np.array(at_risk).T,
        np.array(survivors).T,
        np.array(printed).T,
        tuple(rows),
    )


def _ratio(spec: AnalysisSpec, study: Study, where: str) -> RatioEvidence:
    arms, labels = _arms(study)
    found = [
        c
        for c in study.contrasts
        if c.endpoint == spec.endpoint
        and c.measure == spec.measure
        and {c.numerator, c.denominator} == set(arms)
        and (spec.adjusted is None or c.adjusted == spec.adjusted)
    ]
    if len(found) != 1:
        allowed = (
            "exactly one contrast between the control and the treatment arm (set adjusted = true or false to choose)"
        )
        raise InvalidInput(
            f"{where}: contrasts",
            f"{len(found)} printed {spec.measure} of '{spec.endpoint}'",
            allowed=allowed,
        )
    entry = found[0]
    turn = 1.0 if entry.numerator == arms[1] else -1.0
    se, how = standard_error(entry, f"{where}: contrasts ({entry.endpoint})")
    y = turn * math.log(entry.value.value)
    if turn < 0:
        how = f"printed as {entry.numerator} over {entry.denominator}, turned; {how}"
    ci = f" ({round(entry.level * 100, 6):g}% CI {entry.ci[0]} to {entry.ci[1]})" if entry.ci else ""
    printed = f"{entry.measure.upper()} {entry.numerator}/{entry.denominator} {entry.value}{ci}" + (
        f", p {_p(entry.p)}" if entry.p else ""
    )
    row = Row(
        "contrasts",
        spec.endpoint,
        f"{arms[1]}/{arms[0]}",
        printed,
        entry.locator,
        f"log {entry.measure.upper()} {y:.4f}, se {se:.4f}",
        how,
    )
    base = max(
        (
            s
            for s in study.survival
            if spec.measure == "hr" and s.endpoint == spec.endpoint and s.arm == arms[0] and s.percent
        ),
        key=lambda s: s.months.value,
        default=None,
    )
    if base is None or base.percent is None:
        return RatioEvidence(study.id, arms, labels, y, se, rows=(row,))
    baseline = (base.months.value, base.percent.value / 100)
    used = Row(
        "survival",
        spec.endpoint,
        arms[0],
        f"{base.months} months: {base.percent}%",
        base.locator,
        f"{baseline[1]:.6g}",
        "taken as known, for the absolute effect only",
    )
    return RatioEvidence(study.id, arms, labels, y, se, baseline, (row, used))


def _p(p: PrintedNumber) -> str:
    return str(p) if p.bound else f"= {p}"


def standard_error(entry: ContrastEntry, where: str) -> tuple[float, str]:
    """Standard error of a log ratio: from its interval (any level), its printed se, or its p value.

    The interval is preferred: it is printed to more figures than the p value (Parmar 1998; Tierney 2007).

    Returns
    -------
    float
        The standard error of the log ratio.
    str
        How it was found, for the record.

    Raises
    ------
    InvalidInput
        If the entry prints none of the three.
    """
    if entry.ci is not None:
        z = float(ndtri(0.5 + entry.level / 2))
        se = (math.log(entry.ci[1].value) - math.log(entry.ci[0].value)) / (2 * z)
        if se > 0:
            return se, f"se from the {round(entry.level * 100, 6):g}% interval"
        raise InvalidInput(f"{where}: ci", "has no width", allowed="a lower limit below the upper")
    if entry.se is not None and entry.se.value > 0:
        return entry.se.value, "printed se"
    if entry.p is not None and not entry.p.bound and 0 < entry.p.value < 1 and entry.value.value != 1:
        z = -float(ndtri(entry.p.value / 2))
        return abs(math.log(entry.value.value)) / z, "se from the two-sided p value"
    raise InvalidInput(where, "prints neither an interval nor a standard error nor an exact p value")
