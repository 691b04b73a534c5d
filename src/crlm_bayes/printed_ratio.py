"""Printed ratios as evidence: a log ratio, treatment over control, and its standard error."""

import math

from scipy.special import ndtri

from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence import RatioEvidence
from crlm_bayes.provenance import Row
from crlm_bayes.published import PrintedNumber, Study
from crlm_bayes.published.entries import ContrastEntry
from crlm_bayes.published.study import reference
from crlm_bayes.spec import AnalysisSpec


def arms_of(study: Study) -> tuple[tuple[str, str], tuple[str, str]]:
    """Ids and labels of the control and the treatment arm, control first."""
    control, treatment = study.arm("control"), study.arm("treatment")
    return (control.id, treatment.id), (control.label, treatment.label)


def ratio_evidence(spec: AnalysisSpec, study: Study, where: str) -> RatioEvidence:
    """Find the one printed ratio that an analysis rests on, and turn it to treatment over control.

    Raises
    ------
    InvalidInput
        If no ratio fits or more than one does, or if it prints nothing that gives a standard error.
    """
    arms, labels = arms_of(study)
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
        reference("contrasts", entry),
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
        reference("survival", base),
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
