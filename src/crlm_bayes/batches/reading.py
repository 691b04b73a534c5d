"""Tables of trials as they are read: CSV, Parquet or a DataFrame, a chunk of rows at a time."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crlm_bayes.errors import InvalidInput, UnknownName, nearest

if TYPE_CHECKING:
    import pandas as pd

RATIO: Final = ("estimate", "lower", "upper")

COUNTS: Final = ("events_treatment", "n_treatment", "events_control", "n_control")

COLUMNS: Final = ("id", "measure", *RATIO, "level", *COUNTS, "better", "mcid")
"""Everything that a row may say."""

CHUNK, SMALL = 10_000, 250
"""Rows of a chunk; few where the table has counts, each of which takes a thousand times as long as a ratio."""

MISSPELT: Final = 0.75
"""Likeness from which on the name of a column is taken for a slip; other columns are of no concern."""

PARQUET: Final = (".parquet", ".pq")


@dataclass(frozen=True)
class Chunk:
    """Successive rows of a table.

    Attributes
    ----------
    places : list of str
        Where each row stands, for messages.
    cells : dict of column to list
        What stands in the columns that are known; strings, numbers or None.
    faults : dict of row to str
        What is wrong with rows that could not be read.
    """

    places: list[str]
    cells: dict[str, list[Any]]
    faults: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A table of trials.

    Attributes
    ----------
    columns : list of str
    total : int
        Rows, about: blank lines of a CSV file are counted.
    chunks : iterator of Chunk
        Read when asked for.
    """

    columns: list[str]
    total: int
    chunks: Iterator[Chunk]

    @property
    def counted(self) -> bool:
        """Whether rows may be counts."""
        return set(COUNTS) <= set(self.columns)

    @property
    def ignored(self) -> list[str]:
        """Columns that mean nothing here."""
        return [name for name in self.columns if name not in COLUMNS]


def read(table: "Path | pd.DataFrame", size: int | None = None) -> Source:
    """Open a table: a CSV file, a Parquet file or a DataFrame.

    Parameters
    ----------
    size : int, optional
        Rows of a chunk; else as many as suits what the table has.

    Raises
    ------
    InvalidInput, UnknownName
        If it cannot be read, has no column of ids, or a column whose name is nearly one that is known.
    """
    if not isinstance(table, Path):
        return _frame(table, size)
    if not table.is_file():
        raise InvalidInput(str(table), "is not a file", allowed="a CSV or Parquet file of trials, one a row")
    return _parquet(table, size) if table.suffix.lower() in PARQUET else _csv(table, size)


def distinct(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Mark every row whose id stood there before; 8 bytes are remembered of each id."""
    seen = np.empty(0, dtype=np.uint64)
    for chunk in chunks:
        ids = ["" if cell is None else str(cell).strip() for cell in chunk.cells["id"]]
        digests = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in ids]
        keys, first, inverse = np.unique(
            np.frombuffer(b"".join(digests), dtype=np.uint64), return_index=True, return_inverse=True
        )
        at = np.searchsorted(seen, keys)
        known = seen[np.minimum(at, len(seen) - 1)] == keys if len(seen) else np.zeros(len(keys), dtype=bool)
        repeated = known[inverse] | (first[inverse] != np.arange(len(ids)))
        for i in np.flatnonzero(repeated).tolist():
            if ids[i] and i not in chunk.faults:
                where = f"{chunk.places[i]}: {ids[i]}: id"
                chunk.faults[i] = str(InvalidInput(where, "stands there already", allowed="each id once"))
        seen = np.insert(seen, at[~known], keys[~known])
        yield chunk


def _source(
    names: list[str], where: str, total: int, chunks: Callable[[list[str], int], Iterator[Chunk]], size: int | None
) -> Source:
    """Hold the head of a table to the columns that are known, and read it as its kinds of rows ask."""
    for name in names:
        if name in COLUMNS and names.count(name) > 1:
            raise InvalidInput(f"{where}: columns", f"'{name}' stands there twice", allowed="each column once")
        if name not in COLUMNS and nearest(name, COLUMNS, MISSPELT):
            raise UnknownName.among(f"{where}: columns", "column", name, COLUMNS)
    if "id" not in names:
        raise InvalidInput(f"{where}: columns", "there is no column 'id'", allowed=", ".join(COLUMNS))
    if not set(RATIO) <= set(names) and not set(COUNTS) <= set(names):
        allowed = f"measure, {', '.join(RATIO)}; or {', '.join(COUNTS)}"
        raise InvalidInput(f"{where}: columns", "there are neither ratios nor counts", allowed=allowed)
    known: list[str] = [name for name in COLUMNS if name in names]
    rows = size or (SMALL if set(COUNTS) <= set(names) else CHUNK)
    return Source(names, total, distinct(chunks(known, rows)))


def _frame(frame: "pd.DataFrame", size: int | None) -> Source:
    def chunks(known: list[str], rows: int) -> Iterator[Chunk]:
        for start in range(0, len(frame), rows):
            part = frame.iloc[start : start + rows]
            cells = {name: part[name].astype(object).where(part[name].notna(), None).tolist() for name in known}
            yield Chunk([f"frame: row {index}" for index in part.index], cells)

    return _source([str(name) for name in frame.columns], "frame", len(frame), chunks, size)


def _parquet(path: Path, size: int | None) -> Source:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InvalidInput(str(path), f"is not a Parquet file ({error})") from error

    def chunks(known: list[str], rows: int) -> Iterator[Chunk]:
        start = 0
        with file:
            for batch in file.iter_batches(batch_size=rows, columns=known):
                places = [f"{path}: row {start + i + 1}" for i in range(batch.num_rows)]
                start += batch.num_rows
                yield Chunk(places, batch.to_pydict())

    return _source(file.schema_arrow.names, str(path), file.metadata.num_rows, chunks, size)


def _csv(path: Path, size: int | None) -> Source:
    lines = _csv_rows(path)
    _, head = next(lines, (1, []))
    names = [name.strip() for name in head]

    def chunk(part: list[tuple[int, list[str]]], known: list[str]) -> Chunk:
        faults = {}
        for i, (line, row) in enumerate(part):
            if len(row) != len(names):
                what = f"has {len(row)} cells where the head has {len(names)}"
                faults[i] = str(InvalidInput(f"{path}: line {line}", what, allowed="as many"))
                row += [""] * (len(names) - len(row))
        cells = {name: [row[names.index(name)] for _, row in part] for name in known}
        return Chunk([f"{path}: line {line}" for line, _ in part], cells, faults)

    def chunks(known: list[str], rows: int) -> Iterator[Chunk]:
        filled = ((line, row) for line, row in lines if row)
        while part := list(islice(filled, rows)):
            yield chunk(part, known)

    with path.open("rb") as file:
        total = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return _source(names, str(path), total - 1, chunks, size)


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row begins, and its cells."""
    with path.open("rb") as file:  # decoded line by line, so that a fault has its place
        reader = csv.reader(line.decode("utf-8").removeprefix("\ufeff") for line in file)
        begins = 1
        try:
            for row in reader:
                yield begins, row
                begins = reader.line_num + 1
        except (csv.Error, UnicodeDecodeError) as error:
            raise InvalidInput(f"{path}: line {begins}", f"cannot be read ({error})", allowed="CSV in UTF-8") from error
