"""A study as its paper prints it."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from crlm_bayes.documents.printed.conduct import BiasEntry, Design, DesignEntry
from crlm_bayes.documents.printed.entries import (
    Arm,
    BaselineEntry,
    Centre,
    ContinuousEntry,
    CountEntry,
    Entry,
    EventsEntry,
    MedianEntry,
    PercentageEntry,
    Size,
    SurvivalEntry,
    TestEntry,
)
from crlm_bayes.documents.printed.ratios import ContrastEntry, DifferenceEntry, FactorEntry
from crlm_bayes.documents.printed.statements import SampleSizeEntry, StatementEntry
from crlm_bayes.errors import InvalidInput
from crlm_bayes.toml import Frozen, Text, Word
from crlm_bayes.words.nouns import DESIGNS, study_name
from crlm_bayes.words.shown import Shown

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2})?$")]

ENTRY_TABLES = (
    "counts", "percentages", "survival", "medians", "contrasts", "differences", "factors", "events", "tests", "continuous", "baseline",
    "designs", "biases", "statements",
)  # fmt: skip

ARM_TABLES = ("counts", "percentages", "survival", "medians", "events", "tests", "continuous", "baseline")


class Study(Shown, Frozen):
    """Everything that was transcribed of one study; never corrected.

    The order of entries is the order of the document. `name` is what pages call the study where the id does not say it
    (``smith2024`` does: Smith 2024), `year` that of
    its publication. `complete_follow_up_months` states that nobody is censored
    before that time, which is what turns a printed survival percentage into a count. `survival_tests` are tests by
    which the paper says that survival is compared, where it prints chi-squares or p values of survival at single times
    without naming the test of each: these are held against the table of survivors and against the tests said. `relevance` is how directly the
    study answers the question of the collection it stands in; `informs` and `cannot_inform` say to what, in words.
    """

    id: Word
    name: Text | None = None
    citation: Text
    year: Annotated[int, Field(ge=1900, le=2100, strict=True)] | None = None
    doi: str | None = None
    pmid: str | None = None
    design: Design
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
    survival_tests: tuple[Literal["logrank"], ...] = ()
    survival_tests_locator: Text | None = None
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
    designs: tuple[DesignEntry, ...] = ()
    biases: tuple[BiasEntry, ...] = ()
    tests: tuple[TestEntry, ...] = ()
    continuous: tuple[ContinuousEntry, ...] = ()
    baseline: tuple[BaselineEntry, ...] = ()
    statements: tuple[StatementEntry, ...] = ()
    sample_size: SampleSizeEntry | None = None

    def heading(self) -> str:
        """Say what it is in one line."""
        patients = "" if self.patients is None else f", {self.patients} patients"
        return f"{title_of(self)} ({design_words(self)}{patients}): {self.citation}"

    def rows(self) -> list[dict[str, Any]]:
        """One row an entry: its reference, where it is printed, and its values as printed."""
        left_out = {"locator", "note"}
        return [
            {
                "entry": name,
                "locator": row.locator,
                "printed": _as_printed(row.model_dump(exclude_none=True, exclude=left_out)),
            }
            for name, row in self.entries()
        ]

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
        if self.sample_size is not None:
            yield reference("sample_size", self.sample_size), self.sample_size


def _as_printed(values: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())


def reference(table: str, row: Entry) -> str:
    """Name an entry for good, whatever its place in the document: ``survival/pfs/drug/36``."""
    return "/".join([table, *(str(value) for key in row.KEYS if (value := getattr(row, key)) is not None)])


def said_to_be(study: Study) -> bool:
    """Whether the paper calls its design by words that exclude each other."""
    return len({entry.design for entry in study.designs}) > 1


def design_words(study: Study) -> str:
    """Say what its design is, or is said to be."""
    return f"said to be a {DESIGNS[study.design]}" if said_to_be(study) else DESIGNS[study.design]


def title_of(study: Study) -> str:
    """Name a study: by its own name, else by its id."""
    return study.name or study_name(study.id)
