"""Documents and second transcriptions in one form, entry by entry."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crlm_bayes.documents.printed.statements import SampleSizeEntry, StatementEntry
from crlm_bayes.documents.study import Study
from crlm_bayes.toml import Frozen

TABLES = (
    "arms", "centres", "counts", "percentages", "survival", "medians", "contrasts", "differences", "factors", "events", "tests",
    "continuous", "baseline", "designs", "biases", "statements",
)  # fmt: skip
NO_DECIMALS = (
    "role", "label", "survival_tests", "sided", "n", "events", "alive", "at_risk", "level", "adjusted", "interval_kind", "favours",
    "between", "reference", "says", "stated", "sides", "n_per_arm", "enrolled_per_arm", "test",
)  # fmt: skip
"""Fields that are words, whole numbers or what the format adds; every other field is a printed text."""
Key = tuple[str, str, str, str, str, str]


def identity(table: str, entry: Any) -> tuple[str, str, str, str]:
    """Name, category, arm and months that tell an entry from the others of its table."""
    months = str(entry.months) if table in ("survival", "tests", "differences") and entry.months is not None else ""
    match table:
        case "arms":
            return entry.id, "", "", ""
        case "designs":
            return entry.design, "", "", ""
        case "biases":
            return entry.kind, "", "", ""
        case "centres":
            return entry.name, "", "", ""
        case "contrasts":
            return entry.endpoint, entry.measure, f"{entry.numerator}/{entry.denominator}", ""
        case "differences":
            return entry.endpoint, "", f"{entry.minuend}/{entry.subtrahend}", months
        case "factors":
            return entry.factor, entry.category, "", ""
        case "tests":
            return entry.endpoint or entry.variable, entry.test, entry.arm or "", months
        case "baseline":
            return entry.variable, entry.category, entry.arm, ""
        case "continuous":
            return entry.variable, "", entry.arm, ""
        case "statements":
            return entry.left or "", entry.relation, entry.right or "", str(entry.gives or "")
    return entry.endpoint, "", entry.arm or "", months


def printed_fields(table: str, entry: Frozen) -> Iterator[tuple[str, str]]:
    """Every printed field of an entry with its text; what identifies the entry is no field.

    A statement has one field: its number with what stands before and after it.
    """
    if isinstance(entry, StatementEntry):
        yield "stated", " ".join(str(x) for x in (entry.qualifier, entry.gives, entry.unit) if x is not None)
        return
    values: dict[str, Any] = {key: getattr(entry, key) for key in type(entry).model_fields}
    for key in (
        "locator",
        "note",
        "row",
        "values",  # what the values of single patients can be is no print
        "endpoint",
        "measure",
        "arm",
        "numerator",
        "denominator",
        "minuend",
        "subtrahend",
        "variable",
        "category",
        "factor",
    ):
        values.pop(key, None)
    identifying = {
        "arms": ("id",),
        "designs": ("design",),
        "biases": ("kind",),
        "centres": ("name",),
        "tests": ("test", "months"),
        "survival": ("months",),
        "differences": ("months",),
    }
    for key in identifying.get(table, ()):
        values.pop(key, None)
    for key, low, high in (("ci", "ci_lower", "ci_upper"), ("interval", "interval_lower", "interval_upper")):
        if key in values:
            pair = values.pop(key)
            if pair is None:
                values.pop("level", None)  # a level without an interval is a default, not a print
            else:
                values[low], values[high] = pair
    if values.get("sided") == "two":
        values.pop("sided")  # what is taken where the print does not say
    if values.get("between"):
        values["between"] = "/".join(values["between"])
    for key, value in values.items():
        if value is not None:
            yield key, str(value).lower() if isinstance(value, bool) else str(value)


def sample_size_fields(entry: SampleSizeEntry) -> Iterator[tuple[str, str]]:
    """Every printed field of the calculation of the sample size: rates by arm, then the rest."""
    for arm, rate in zip(("control", "treatment"), entry.rates, strict=True):
        yield from ((f"{arm}_rate_{end}", str(text)) for end, text in zip(("lower", "upper"), rate, strict=False))
    for key in ("alpha", "sides", "power", "n_per_arm", "dropout", "enrolled_per_arm", "test"):
        if getattr(entry, key) is not None:
            yield key, str(getattr(entry, key))


def first_transcription(study: Study) -> list[tuple[Key, str]]:
    """Every printed number of a study document."""
    whole = [] if study.n is None else [(("study", "", "", "", "", "n"), str(study.n))]
    if study.sample_size is not None:
        calculated = study.sample_size
        about = ("sample_size", calculated.endpoint or "", "", "", str(calculated.months or ""))
        whole += [((*about, field), text) for field, text in sample_size_fields(calculated)]
    whole += [(("study", "", "", "", "", "survival_tests"), test) for test in study.survival_tests]
    return whole + [
        ((table, *identity(table, entry), field), text)
        for table in TABLES
        for entry in getattr(study, table)
        for field, text in printed_fields(table, entry)
    ]


def second_transcription(path: Path) -> list[tuple[Key, str]]:
    """Every line of the independent transcription."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = ("table", "name", "category", "arm", "months", "field")
    return [(tuple(row[c] for c in columns), row["printed"]) for row in rows]  # type: ignore[misc]


def difference(ours: list[tuple[Key, str]], theirs: list[tuple[Key, str]]) -> list[str]:
    """Readable lines, one for each number that is missing on a side, given twice, or different."""
    lines = []
    for side, entries in (("document", ours), ("second transcription", theirs)):
        repeated = [key for key, times in Counter(key for key, _ in entries).items() if times > 1]
        lines += [f"twice in the {side}: {' | '.join(key)}" for key in repeated]
    one, two = dict(ours), dict(theirs)
    for key in sorted(one.keys() | two.keys()):
        if key[-1] in ("label", "says") and key not in two:
            continue  # a label is the transcriber's own wording; it is compared where the second gives one
        here, there = one.get(key, "nothing"), two.get(key, "nothing")
        if here != there:
            lines.append(f"{' | '.join(key)}: document {here}, second transcription {there}")
    return lines
