"""Names in sentences and ids: arms by their labels, entries by a subject of their own."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from crlm_bayes.documents.printed.entries import Entry, SurvivalEntry
from crlm_bayes.documents.study import Study, reference


def arm_names(study: Study) -> dict[str, str]:
    """Short names of arms in a sentence: the label up to a colon, or the id where that is not unique."""
    short = {arm.id: arm.label.partition(":")[0].strip() or arm.id for arm in study.arms}
    return {arm: name if list(short.values()).count(name) == 1 else arm for arm, name in short.items()}


def arm_name(study: Study, arm: str) -> str:
    """Short name of one arm in a sentence."""
    return arm_names(study)[arm]


def is_complete(study: Study, row: SurvivalEntry) -> bool:
    """Whether nobody is censored before the time of an entry."""
    return study.complete_follow_up_months is not None and row.months.value <= study.complete_follow_up_months


def named[Row: Entry](rows: Iterable[Row], name: Callable[[Row], str]) -> Iterator[tuple[str, Row]]:
    """Every entry with a subject of its own; where two have one name, the second has its place in it."""
    subjects: set[str] = set()
    for row in rows:
        subject = base = name(row)
        if subject in subjects:
            subject = f"{base} ({row.locator})"
        while subject in subjects:
            subject += " again"
        subjects.add(subject)
        yield subject, row


def by_reference[Row: Entry](table: str, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Every entry of a table with its reference as the subject: ``pfs-hr-control-drug-adjusted``."""
    return named(rows, lambda row: reference(table, row).partition("/")[2].replace("/", "-"))
