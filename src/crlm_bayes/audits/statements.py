"""What a paper says in words, recomputed: sums, ratios and percentages, and the order of events in time.

English leaves much open ("12.1% higher" may be points or a share), and the numbers are rounded: a statement is accused
only if no reading of its words fits any value that its numbers stand for.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.names import by_reference
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.printed.statements import StatementEntry
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import listed
from crlm_bayes.words.numbers import MINUS, short

DAYS: Final[Mapping[str, Range]] = {
    "days": Range(1, 1), "weeks": Range(7, 7), "months": Range(28, 31), "years": Range(365, 366),
}  # fmt: skip
"""Days of each unit of time."""

STRICT: Final = 1e-6
"""Days by which one event is before another at least."""


@check("Does the arithmetic that the paper states in words hold?")
def statement(study: Study) -> Iterable[Trouble]:
    """Recompute statements; one whose numbers are not printed is a note, because nobody can check it."""
    for subject, row in by_reference("statements", study.statements):
        if row.is_order:
            continue
        entry, place = (reference("statements", row),), (row.locator,)
        if row.operands is None:
            message = (
                f"The paper says that {row.says}; the numbers behind it are not printed, so that it cannot be checked."
            )
            yield Trouble(subject, "note", entry, place, _printed(row), "not printed", message)
            continue
        left, right = row.operands
        found = _readings(row, stands_for(left), stands_for(right))
        if any(_holds(row, value) for value in found.values()):
            continue
        stated = _readings(row, _point(left), _point(right))
        ways = [f"{words} = {_written(stated[words], value)}" for words, value in found.items()]
        message = f"The paper says that {row.says}; but {listed(ways)}."
        yield Trouble(subject, "warning", entry, place, _printed(row), "; ".join(ways), message)


class Step(NamedTuple):
    """The least number of days from one event to another, and the statement that says so."""

    start: str
    end: str
    days: float
    row: StatementEntry | None


@check("Can the events that the paper puts in order have happened in that order?")
def order(study: Study) -> Iterable[Trouble]:
    """Look for events that would have to come before themselves.

    Events are joined by their names; of one thing the ``first x`` is never after the ``last x``.
    """
    rows = [row for row in study.statements if row.is_order]
    steps = [step for row in rows for step in _steps(row)]
    events = dict.fromkeys(event for step in steps for event in (step.start, step.end))
    steps += [
        Step(event, other, 0.0, None)
        for event in events
        if event.startswith("first ") and (other := f"last {event.removeprefix('first ')}") in events
    ]
    told: list[frozenset[str]] = []
    for start in events:
        ring = _ring(start, steps)
        said = [step.row for step in ring if step.row is not None]
        names = frozenset(reference("statements", row) for row in said)
        if not ring or names in told:
            continue
        told.append(names)
        rows_said = list(dict.fromkeys(said))
        between = "; the first of a thing is never after the last" if len(said) < len(ring) else ""
        message = f"The paper says that {listed((row.says for row in rows_said), 'and that')}, which cannot all be true{between}."
        yield Trouble(
            "-".join(dict.fromkeys(step.start for step in ring)), "warning",
            tuple(reference("statements", row) for row in rows_said), tuple(row.locator for row in rows_said),
            listed(_printed(row) for row in rows_said), "no order of the events has all of it", message,
        )  # fmt: skip


def _readings(row: StatementEntry, a: Range, b: Range) -> dict[str, Range]:
    """Return what the statement gives under each reading of its words, over all values of its two numbers."""
    gap = {f"{row.left} {MINUS} {row.right}": Range(a.low - b.high, a.high - b.low)}
    match row.relation:
        case "plus":
            return {f"{row.left} + {row.right}": Range(a.low + b.low, a.high + b.high)}
        case "times":
            return {f"{row.left}/{row.right}": _over(a, b)}
        case "percent_more":
            share = _over(a, b)
            more = Range(100 * (share.low - 1), 100 * (share.high - 1))
            return gap | {f"100 × ({row.left}/{row.right} {MINUS} 1)": more}
    return gap


def _holds(row: StatementEntry, value: Range) -> bool:
    if row.gives is None:
        return value.meets(Range(0.0, 0.0))
    said = _about(row.gives) if row.qualifier == "about" else stands_for(row.gives)
    if row.qualifier == "at_least":
        said = Range(said.low, math.inf)
    if row.qualifier == "at_most":
        said = Range(-math.inf, said.high)
    # a difference is said without its sign: lower by 8, not by -8
    below = value.low + value.high < 0 <= row.gives.value
    return (Range(-value.high, -value.low) if below else value).meets(said)


def _about(number: PrintedNumber) -> Range:
    """All values that round to the last digit that is not 0: about 20 is 15 to 25."""
    digits = number.decimal.normalize().as_tuple()
    assert isinstance(digits.exponent, int), "printed numbers are finite"
    half = 0.5 * 10.0**digits.exponent
    return Range(number.value - half, number.value + half)


def _over(a: Range, b: Range) -> Range:
    if b.low <= 0 <= b.high:
        return Range(-math.inf, math.inf)
    ends = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(min(ends), max(ends))


def _steps(row: StatementEntry) -> list[Step]:
    """Bounds in days: from the earlier event to the later one, and back where a time is exact or at most."""
    assert row.left is not None and row.right is not None, "an order names two events"
    early, late = (row.left, row.right) if row.relation == "before" else (row.right, row.left)
    if row.gives is None or row.unit is None:
        return [Step(early, late, STRICT, row)]
    said = _about(row.gives) if row.qualifier == "about" else stands_for(row.gives)
    unit = DAYS[row.unit]
    steps = [] if row.qualifier == "at_most" else [Step(early, late, max(0.0, said.low) * unit.low, row)]
    steps += [] if row.qualifier == "at_least" else [Step(late, early, -said.high * unit.high, row)]
    return [Step(early, late, STRICT, row), *steps]


def _ring(start: str, steps: list[Step]) -> list[Step]:
    """Find a way from an event back to itself that takes more than no time; empty where there is none."""
    best: dict[str, tuple[float, list[Step]]] = {start: (0.0, [])}
    for _ in range(len(steps)):
        for step in steps:
            days, way = best.get(step.start, (-math.inf, []))
            if step.end == start and days + step.days > 0:
                return [*way, step]
            if days + step.days > best.get(step.end, (-math.inf, []))[0] and step not in way:
                best[step.end] = (days + step.days, [*way, step])
    return []


def _point(number: PrintedNumber) -> Range:
    return Range(number.value, number.value)


def _written(stated: Range, value: Range) -> str:
    low, high = short(value.low, 3), short(value.high, 3)
    return short(stated.low, 3) + ("" if low == high else f" ({low} to {high} within rounding)")


def _printed(row: StatementEntry) -> str:
    how = row.qualifier.replace("_", " ") + " " if row.qualifier else ""
    gives = f" {how}{row.gives}{f' {row.unit}' if row.unit else ''}" if row.gives else ""
    pair = f"{row.left or '?'} {row.relation.replace('_', ' ')} {row.right or '?'}"
    return f"{pair}:{gives}" if gives else pair
