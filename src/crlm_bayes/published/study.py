"""A study as its paper prints it."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from crlm_bayes.documents import Frozen
from crlm_bayes.errors import InvalidInput, UnknownName, nearest
from crlm_bayes.published.entries import (
    Arm,
    BaselineEntry,
    Centre,
    ContinuousEntry,
    ContrastEntry,
    CountEntry,
    DifferenceEntry,
    Entry,
    EventsEntry,
    FactorEntry,
    MedianEntry,
    PercentageEntry,
    Size,
    SurvivalEntry,
    TestEntry,
    Text,
    Word,
)

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2})?$")]

ENTRY_TABLES = (
    "counts", "percentages", "survival", "medians", "contrasts", "differences", "factors", "events", "tests", "continuous", "baseline",
)  # fmt: skip
ARM_TABLES = ("counts", "percentages", "survival", "medians", "events", "tests", "continuous", "baseline")


class Study(Frozen):
    """Everything that was transcribed of one study; never corrected.

    The order of entries is the order of the document. `name` is what pages call the study where the id does not say it
    (``smith2024`` does: Smith 2024), `year` that of
    its publication. `complete_follow_up_months` states that nobody is censored
    before that time, which is what turns a printed survival percentage into a count. `relevance` is how directly the
    study answers the question of the collection it stands in; `informs` and `cannot_inform` say to what, in words.
    """

    id: Word
    name: Text | None = None
    citation: Text
    year: Annotated[int, Field(ge=1900, le=2100, strict=True)] | None = None
    doi: str | None = None
    pmid: str | None = None
    design: Literal["rct", "cohort", "case_control", "single_arm", "pooled"]
    timing: Literal["neoadjuvant", "perioperative", "adjuvant", "palliative"]
    resectability: Literal["resectable", "resected", "mixed", "unresectable", "not_applicable"]
    source: Literal["primary", "secondary"]
    relevance: Literal["direct", "indirect", "contextual", "doubtful"] | None = None
    informs: Text | None = None
    cannot_inform: Text | None = None
    n: Size | None = None
    enrolment: tuple[Month, Month] | None = None
    complete_follow_up_months: Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True)] | None = None
    complete_follow_up_basis: Text | None = None
    notes: str = ""
    centres: tuple[Centre, ...] = ()
    arms: tuple[Arm, ...] = ()
    counts: tuple[CountEntry, ...] = ()
    percentages: tuple[PercentageEntry, ...] = ()
    survival: tuple[SurvivalEntry, ...] = ()
    medians: tuple[MedianEntry, ...] = ()
    contrasts: tuple[ContrastEntry, ...] = ()
    differences: tuple[DifferenceEntry, ...] = ()
    factors: tuple[FactorEntry, ...] = ()
    events: tuple[EventsEntry, ...] = ()
    tests: tuple[TestEntry, ...] = ()
    continuous: tuple[ContinuousEntry, ...] = ()
    baseline: tuple[BaselineEntry, ...] = ()

    def arm(self, role: str) -> Arm:
        """Return the one arm with the given role; other arms are ignored by role.

        Raises
        ------
        InvalidInput
            If no arm, or more than one, has that role.
        """
        found = [arm for arm in self.arms if arm.role == role]
        if len(found) != 1:
            names = ", ".join(arm.id for arm in found) or "none"
            raise InvalidInput(
                f"study {self.id}: arms",
                f"{len(found)} arms have role '{role}' ({names})",
                allowed="exactly one",
            )
        return found[0]

    @property
    def sizes(self) -> dict[str, int]:
        """Patients by arm, of the arms whose size is printed."""
        return {arm.id: arm.n for arm in self.arms if arm.n is not None}

    @property
    def patients(self) -> int | None:
        """All patients: as printed, or those of the arms; None where neither is known."""
        if self.n is not None or len(self.sizes) < len(self.arms) or not self.arms:
            return self.n
        return sum(self.sizes.values())

    @property
    def endpoints(self) -> frozenset[str]:
        """Endpoints of which anything is printed."""
        tables: tuple[tuple[Any, ...], ...] = (
            self.counts, self.percentages, self.survival, self.contrasts, self.medians, self.events, self.tests,
        )  # fmt: skip
        return frozenset(row.endpoint for table in tables for row in table if row.endpoint is not None)

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Every entry with its reference, table by table in the order of the document."""
        for table in ENTRY_TABLES:
            for row in getattr(self, table):
                yield reference(table, row), row


def reference(table: str, row: Entry) -> str:
    """Name an entry for good, whatever its place in the document: ``survival/pfs/drug/36``."""
    return "/".join([table, *(str(value) for key in row.KEYS if (value := getattr(row, key)) is not None)])


def check_meaning(study: Study, where: str) -> None:
    """Check what only the whole document shows.

    Raises
    ------
    InvalidInput
        Repeated arms, entries for unknown arms or centres, the same quantity entered twice, a rising survival
        curve, more patients alive than in the arm, or follow-up without its basis.
    """
    sizes: dict[str, int | None] = {}
    for arm in study.arms:
        if arm.id in sizes:
            what = (
                f"two different n for arm '{arm.id}' ({sizes[arm.id]}, {arm.n})"
                if sizes[arm.id] != arm.n
                else f"arm '{arm.id}' is given twice"
            )
            raise InvalidInput(f"{where}: arms", what, allowed="one entry for each arm")
        sizes[arm.id] = arm.n
    if (study.complete_follow_up_months is None) != (study.complete_follow_up_basis is None):
        raise InvalidInput(f"{where}: complete_follow_up_basis", "complete follow-up and its basis go together")
    _check_references(study, where, sizes)
    _check_repeats(study, where)
    _check_survival(study, where, sizes)


def _check_references(study: Study, where: str, sizes: Mapping[str, int | None]) -> None:
    for table in ARM_TABLES:
        for i, row in enumerate(getattr(study, table), 1):
            if row.arm is not None and row.arm not in sizes:
                raise _missing_arm(f"{where}: {_entry(table, i, row)}: arm", row.arm, sizes)
    between = (
        ("contrasts", ("numerator", "denominator", "row")),
        ("differences", ("minuend", "subtrahend")),
        ("tests", ("favours",)),
    )
    for table, keys in between:
        for i, row in enumerate(getattr(study, table), 1):
            for key in keys:
                if getattr(row, key) not in (None, *sizes):
                    raise _missing_arm(f"{where}: {_entry(table, i, row)}: {key}", getattr(row, key), sizes)
    for i, test in enumerate(study.tests, 1):
        for arm in test.between or ():
            if arm not in sizes:
                raise _missing_arm(f"{where}: {_entry('tests', i, test)}: between", arm, sizes)
    centres = {centre.name for centre in study.centres}
    for i, row in enumerate(study.counts, 1):
        if row.centre is not None and row.centre not in centres:
            raise UnknownName.among(f"{where}: {_entry('counts', i, row)}: centre", "centre", row.centre, centres)


def _missing_arm(where: str, arm: str, sizes: Mapping[str, int | None]) -> InvalidInput:
    return InvalidInput(
        where,
        f"there is no arm '{arm}'",
        allowed=", ".join(sizes) or "none (arms is empty)",
        near=nearest(arm, sizes),
    )


def _check_repeats(study: Study, where: str) -> None:
    """An analysis must find one print for each quantity; two need two names."""
    for i, row in enumerate(study.counts, 1):
        for j, other in enumerate(study.counts[: i - 1], 1):
            if (row.endpoint, row.arm, row.centre) == (other.endpoint, other.arm, other.centre):
                what = (
                    f"two different n for an arm ({other.n}, {row.n})"
                    if row.n != other.n
                    else "the same endpoint and arm twice"
                )
                raise InvalidInput(
                    f"{where}: {_entry('counts', i, row)}",
                    f"{what}; the first is counts[{j}]",
                    allowed="one entry for each endpoint, arm and centre",
                )
    keys = Counter((row.endpoint, row.arm, row.months.value) for row in study.survival)
    for (endpoint, arm, months), times in keys.items():
        if times > 1:
            raise InvalidInput(
                f"{where}: survival ({endpoint}, {arm}, {months:g})",
                "is given twice",
                allowed="one entry for each time",
            )


def _check_survival(study: Study, where: str, sizes: Mapping[str, int | None]) -> None:
    last: dict[tuple[str, str], tuple[float, float, float, float]] = {}
    rows = sorted(enumerate(study.survival, 1), key=lambda pair: pair[1].months.value)
    for i, row in rows:
        here, n = f"{where}: {_entry('survival', i, row)}", sizes[row.arm]
        for key in ("alive", "at_risk"):
            value = getattr(row, key)
            if value is not None and n is not None and value > n:
                raise InvalidInput(f"{here}: {key}", f"{value} is above the arm's n {n}", allowed=f"0 to {n}")
        most = math.inf if n is None else n
        months, percent, alive, at_risk = last.get((row.endpoint, row.arm), (0.0, 100.0, most, most))
        since = f"at {months:g} months to"
        if row.percent is not None and row.percent.value > percent:
            what = f"survival rises from {percent:g} {since} {row.percent.value:g}"
            raise InvalidInput(f"{here}: percent", what, allowed=f"at most {percent:g}")
        if row.alive is not None and row.alive > alive:
            what = f"survivors rise from {alive:g} {since} {row.alive}"
            raise InvalidInput(f"{here}: alive", what, allowed=f"at most {alive:g}")
        if row.at_risk is not None and row.at_risk > at_risk:
            what = f"numbers at risk rise from {at_risk:g} {since} {row.at_risk}"
            raise InvalidInput(f"{here}: at_risk", what, allowed=f"at most {at_risk:g}")
        last[row.endpoint, row.arm] = (
            row.months.value,
            row.percent.value if row.percent is not None else percent,
            row.alive if row.alive is not None else alive,
            row.at_risk if row.at_risk is not None else at_risk,
        )


def _entry(table: str, index: int, row: Entry) -> str:
    names = [
        str(getattr(row, k)) for k in ("endpoint", "variable", "category", "arm", "months") if getattr(row, k, None)
    ]
    return f"{table}[{index}] ({', '.join(names)})"
