"""Printed ratios as evidence: a log ratio, treatment over control, and its standard error."""

import math
from typing import NamedTuple

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.printed.entries import EventsEntry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.ratios import ContrastEntry
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence import conversions
from crlm_bayes.evidence.single import PrintedRow
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.words.numbers import as_percent, fixed, short

NO_ERROR = "prints neither an interval nor a standard error nor an exact p value"


def arms_of(study: Study) -> tuple[tuple[str, str], tuple[str, str]]:
    """Ids and labels of the control and the treatment arm, control first."""
    control, treatment = study.arm("control"), study.arm("treatment")
    return (control.id, treatment.id), (control.label, treatment.label)


class Events(NamedTuple):
    """Log-rank variance from printed events, how it was found, and the rows of what was used."""

    variance: float
    how: str
    rows: tuple[PrintedRow, ...]


def events_by_arm(study: Study, endpoint: str, arms: tuple[str, str], where: str) -> Events | None:
    """Find the log-rank variance from the printed events of both arms; None where they are not printed.

    Where one arm has no event, or only the events of both arms together are printed, all events and the sizes of the
    arms take the place of the events by arm.

    Raises
    ------
    InvalidInput
        If events are printed twice, or nobody has an event.
    """
    entries = [[e for e in study.events if e.endpoint == endpoint and e.arm == arm] for arm in arms]
    if any(len(found) > 1 for found in entries):
        raise InvalidInput(f"{where}: events ({endpoint})", "an arm is given twice", allowed="one entry for each arm")
    if not all(entries):
        return _events_of_both(study, endpoint, arms, where)
    pair = [found[0] for found in entries]
    rows = tuple(_events_row(e) for e in pair)
    control, treated = (e.events for e in pair)
    if control and treated:
        return Events(*conversions.variance_by_arm(control, treated, f"{where}: events ({endpoint})"), rows)
    total = total_events(study, endpoint, arms, control + treated, where)
    return total._replace(rows=(*rows, *total.rows))


def _events_of_both(study: Study, endpoint: str, arms: tuple[str, str], where: str) -> Events | None:
    """Find the variance from printed events without an arm; of a study of more arms they are not those of two."""
    found = [e for e in study.events if e.endpoint == endpoint and e.arm is None]
    if not found or {arm.id for arm in study.arms} != set(arms):
        return None
    if len(found) > 1:
        raise InvalidInput(
            f"{where}: events ({endpoint})", "those of all patients are given twice", allowed="one entry"
        )
    total = total_events(study, endpoint, arms, found[0].events, where)
    return total._replace(rows=(_events_row(found[0]), *total.rows))


def _events_row(e: EventsEntry) -> PrintedRow:
    events, name = f"{e.events} events", reference("events", e)
    return PrintedRow("events", e.endpoint, e.arm or "all", events, e.locator, events, "printed count", name)


def total_events(study: Study, endpoint: str, arms: tuple[str, str], events: float, where: str) -> Events:
    """Find the log-rank variance from all events of two arms, and from their sizes where these are printed.

    Raises
    ------
    InvalidInput
        If nobody has an event.
    """
    where = f"{where}: events ({endpoint})"
    if not set(arms) <= set(study.sizes):
        return Events(*conversions.variance_of_total(events, None, where), ())
    control, treated = sizes = (study.sizes[arms[0]], study.sizes[arms[1]])
    rows = tuple(
        PrintedRow(
            "arms", endpoint, arm, f"n = {n}", "arms of the study", f"{n} patients", "printed count", f"arms/{arm}"
        )
        for arm, n in zip(arms, sizes, strict=True)
    )
    return Events(*conversions.variance_of_total(events, (control, treated), where), rows)


def control_survival(
    spec: AnalysisSpec, study: Study, control: str
) -> tuple[tuple[float, float] | None, tuple[PrintedRow, ...]]:
    """Last printed landmark of the control arm (months, proportion) and its row: the baseline of a hazard ratio."""
    base = max(
        (
            s
            for s in study.survival
            if spec.measure == "hr" and s.endpoint == spec.endpoint and s.arm == control and s.percent
        ),
        key=lambda s: s.months.value,
        default=None,
    )
    if base is None or base.percent is None:
        return None, ()
    baseline = (base.months.value, base.percent.value / 100)
    row = PrintedRow(
        "survival",
        spec.endpoint,
        control,
        f"{base.months} months: {base.percent}%",
        base.locator,
        short(baseline[1]),
        "taken as known, for the absolute effect only",
        reference("survival", base),
    )
    return baseline, (row,)


def ratio_evidence(spec: AnalysisSpec, study: Study, where: str) -> RatioEvidence:
    """Find the one printed ratio that an analysis rests on, and turn it to treatment over control.

    Raises
    ------
    InvalidInput
        If no ratio fits or more than one does, or if nothing printed gives a standard error.
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
    here = f"{where}: contrasts ({entry.endpoint})"
    rows: tuple[PrintedRow, ...] = ()
    if entry.measure != "hr" or prints_error(entry):
        se, how = standard_error(entry, here)
    else:
        events = events_by_arm(study, entry.endpoint, arms, where)
        if events is None:
            raise InvalidInput(here, NO_ERROR, allowed="one of them, or events of both arms")
        se, rows = conversions.se_from_variance(events.variance), events.rows
        how = f"no interval, standard error or exact p value is printed: se 1/√V, {events.how}"
    y = turn * entry.log_ratio
    if turn < 0:
        how = f"printed as {entry.numerator} over {entry.denominator}, turned; {how}"
    ci = f" ({as_percent(entry.level)} CI {entry.ci[0]} to {entry.ci[1]})" if entry.ci else ""
    printed = f"{printed_ratio(entry, f'{entry.numerator}/{entry.denominator} ')}{ci}" + (
        f", p {written_p(entry.p)}" if entry.p else ""
    )
    row = PrintedRow(
        "contrasts",
        spec.endpoint,
        f"{arms[1]}/{arms[0]}",
        printed,
        entry.locator,
        f"log {entry.measure.upper()} {fixed(y, 4)}, se {fixed(se, 4)}",
        how,
        reference("contrasts", entry),
    )
    baseline, used = control_survival(spec, study, arms[0])
    return RatioEvidence(study.id, arms, labels, y, se, baseline, rows=(row, *rows, *used))


def written_p(p: PrintedNumber) -> str:
    """Write a printed p value behind the letter p: ``= 0.019`` or ``<0.001``."""
    return str(p) if p.bound else f"= {p}"


def printed_ratio(entry: ContrastEntry, between: str = "") -> str:
    """Write a ratio as printed, ``HR 0.426``, or its logarithm where only that is: ``log HR -0.821 (se 0.18)``."""
    measure = entry.measure.upper()
    if entry.value is not None:
        return f"{measure} {between}{entry.value}"
    return f"log {measure} {between}{entry.coefficient}{f' (se {entry.se})' if entry.se else ''}"


def prints_error(entry: ContrastEntry) -> bool:
    """Whether an entry prints its own standard error: by its interval, as such, or by an exact p value."""
    exact_p = entry.p is not None and not entry.p.bound and 0 < entry.p.value < 1 and entry.log_ratio != 0
    return entry.ci is not None or (entry.se is not None and entry.se.value > 0) or exact_p


def standard_error(entry: ContrastEntry, where: str) -> tuple[float, str]:
    """Standard error of a log ratio: from its interval (any level), its printed se, or its p value.

    The interval is preferred: it is printed to more figures than the p value (Parmar 1998; Tierney 2007). It is taken
    by its width; where the estimate is not in its middle on the log scale, and rounding does not explain it, the
    record says by how much.

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
        se, how = conversions.se_from_limits(entry.ci[0].value, entry.ci[1].value, entry.level, where)
        return se, how + _off_centre(entry, se)
    if entry.se is not None and entry.se.value > 0:
        return entry.se.value, "printed se"
    if entry.p is not None and prints_error(entry):
        return conversions.se_from_p(entry.log_ratio, entry.p.value, where, entry.sided)
    raise InvalidInput(where, NO_ERROR, allowed="one of them")


def _off_centre(entry: ContrastEntry, se: float) -> str:
    """Say that an estimate is not in the middle of its interval, where no values that print so are."""
    assert entry.ci is not None, "the caller has checked"
    (low, lower), (high, higher) = (limit.interval for limit in entry.ci)
    smallest, largest = map(math.exp, entry.log_interval)
    apart = conversions.off_centre(smallest, lower, higher), conversions.off_centre(largest, low, high)
    if apart[0] <= 0 <= apart[1]:
        return ""
    off = conversions.off_centre(math.exp(entry.log_ratio), entry.ci[0].value, entry.ci[1].value) / se
    side = "above" if off > 0 else "below"
    return f"; the estimate is {fixed(abs(off), 2)} se {side} the middle of the interval, which is taken by its width"
