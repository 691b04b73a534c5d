"""Printed shares as events of n: counts, or percentages of a stated or printed number of patients."""

from typing import NamedTuple

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.printed.entries import CountEntry
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.landmarks import effective_size
from crlm_bayes.evidence.single import PrintedRow
from crlm_bayes.words.numbers import short


class ArmShare(NamedTuple):
    """Events of n in one arm, fractional where they come from a percentage, and the row they come from."""

    events: float
    n: float
    row: PrintedRow


def arm_share(spec: AnalysisSpec, study: Study, arm: str, where: str) -> ArmShare:
    """Find what is printed of the endpoint in one arm, as the reading has it.

    A percentage without a denominator counts only where the analysis states its `effective_n`.

    Raises
    ------
    InvalidInput, UnknownName
        If it is not printed, or not in the way that the reading needs.
    """
    here = f"{where}: counts ({spec.endpoint}, {arm})"
    if spec.reading == "percent" and spec.effective_n is not None:
        bare = next((p for p in study.percentages if (p.endpoint, p.arm) == (spec.endpoint, arm)), None)
        if bare is not None:
            size = effective_size(spec, study, arm)
            events, how = bare.percent.value / 100 * size, f"{bare.percent}% of {short(size)}: {spec.effective_n.basis}"
            used = f"events {short(events)} of {short(size)}"
            entry = reference("percentages", bare)
            return ArmShare(
                events,
                size,
                PrintedRow("percentages", spec.endpoint, arm, f"{bare.percent}%", bare.locator, used, how, entry),
            )
    printed = _count(spec, study, arm, where)
    size = float(printed.n)
    if spec.reading == "counts":
        if printed.events is None:
            raise InvalidInput(here, "no count of events is printed", allowed="reading = 'percent'")
        events, how = float(printed.events), "printed count"
    else:
        if printed.percent is None:
            raise InvalidInput(here, "no percentage is printed", allowed="reading = 'counts'")
        if spec.effective_n is not None:
            size = effective_size(spec, study, arm)
        events = printed.percent.value / 100 * size
        how = f"{printed.percent}% of {short(size)}"
        if spec.effective_n is not None:
            how += f": {spec.effective_n.basis}"
    words = [f"{printed.events} of {printed.n}" if printed.events is not None else f"n = {printed.n}"]
    words += [f"({printed.percent}%)"] if printed.percent else []
    row = PrintedRow(
        "counts",
        spec.endpoint,
        arm,
        " ".join(words),
        printed.locator,
        f"events {short(events)} of {short(size)}",
        how,
        reference("counts", printed),
    )
    return ArmShare(events, size, row)


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
