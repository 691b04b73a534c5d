"""Slips of the pen: digits mistyped, neighbours swapped, a figure dropped or doubled; and where to make them in a paper."""

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from crlm_bayes.documents.printed import entries as models
from crlm_bayes.documents.printed import ratios
from crlm_bayes.documents.printed.statements import StatementEntry
from crlm_bayes.documents.study import reference
from makers.papers.paper_printing import Document

type Row = dict[str, Any]
type Rng = np.random.Generator
type Matters = Callable[[float], bool]

MODELS: Final = {
    "counts": models.CountEntry, "survival": models.SurvivalEntry, "medians": models.MedianEntry,
    "contrasts": ratios.ContrastEntry, "factors": ratios.FactorEntry, "events": models.EventsEntry,
    "tests": models.TestEntry, "continuous": models.ContinuousEntry, "baseline": models.BaselineEntry,
    "differences": ratios.DifferenceEntry, "statements": StatementEntry,
}  # fmt: skip


@dataclass(frozen=True)
class Altered:
    """A paper with one number altered, the references of what was altered, and what happened, in words."""

    document: Document
    references: tuple[str, ...]
    what: str


type Alteration = Callable[[Document, Rng], Altered | None]


def alter(document: Document, table: str, index: int, changes: Row) -> Altered:
    """Change fields of one row, in a copy."""
    new = copy.deepcopy(document)
    row = new[table][index]
    what = ", ".join(f"{key} {row.get(key)} -> {value}" for key, value in changes.items())
    name = name_of(table, row)
    row |= changes
    return Altered(new, tuple({name: 0, name_of(table, row): 0}), f"{name}: {what}")


def name_of(table: str, row: Row) -> str:
    """Name a row of a document as the audit does."""
    return reference(table, MODELS[table].model_validate(row))


def slips(text: str) -> Iterator[str]:
    """Every mistyping of one digit, omission or doubling of a digit, and swap of two neighbours."""
    places = [i for i, c in enumerate(text) if c.isdigit()]
    for i in places:
        yield from (text[:i] + d + text[i + 1 :] for d in "0123456789")
        yield text[:i] + text[i + 1 :]
        yield text[:i] + text[i] + text[i:]
    for i, j in itertools.pairwise(places):
        yield text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :]


def like(text: str, old: str) -> bool:
    """Whether a slip still looks like the number that it replaces: as many decimals, no leading zero."""
    whole, _, part = text.lstrip("-").partition(".")
    same = len(part) == len(old.partition(".")[2])
    return text != old and bool(whole) and same and (whole == "0" or not whole.startswith("0"))


def slipped(text: str) -> list[str]:
    """All slips of a printed number, in a fixed order."""
    return sorted({s for s in slips(text) if like(s, text)})


def slip(text: str, rng: Rng, matters: Matters) -> str | None:
    """Draw a slip whose value matters."""
    found = [s for s in slipped(text) if matters(float(s))]
    return str(rng.choice(found)) if found else None


def unit(text: str) -> float:
    """One unit of the last printed place."""
    return 10.0 ** -len(text.partition(".")[2])


def reprint(value: float, old: str) -> str:
    """Print a value to as many decimals as an old print has."""
    return f"{value:.{len(old.partition('.')[2])}f}"


def shuffled(document: Document, rng: Rng, *tables: str) -> Iterator[tuple[str, int, Row]]:
    """Rows of some tables in random order."""
    found = [(table, i, row) for table in tables for i, row in enumerate(document.get(table, ()))]
    return (found[k] for k in rng.permutation(len(found)))


def slip_of(key: str, *tables: str) -> Callable[[Callable[[Document, Row], Matters | None]], Alteration]:
    """Make an alteration of one field of one row, from what says which values matter there (None: not this row)."""

    def wrap(judge: Callable[[Document, Row], Matters | None]) -> Alteration:
        def alteration(document: Document, rng: Rng) -> Altered | None:
            for table, i, row in shuffled(document, rng, *tables):
                if key not in row or str(row[key]).startswith("<"):
                    continue
                matters = judge(document, row)
                new = slip(str(row[key]), rng, matters) if matters else None
                if new is not None:
                    return alter(document, table, i, {key: int(new) if isinstance(row[key], int) else new})
            return None

        alteration.__doc__, alteration.__name__ = judge.__doc__, judge.__name__
        return alteration

    return wrap


def far(p: float, from_p: float) -> bool:
    """Whether a p value is another in more than rounding: by 15% and by 0.005."""
    return p <= 1 and abs(p - from_p) >= max(0.15 * from_p, 0.005)
