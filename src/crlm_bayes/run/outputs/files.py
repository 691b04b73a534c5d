"""Single files that a user names, tables and zips: written whole or not at all."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from crlm_bayes.errors import InvalidInput, UnwritableOutput

if TYPE_CHECKING:
    import pyarrow as pa

TABLES: Final = (".parquet", ".csv")
"""How the name of a table ends."""

ROW_GROUP: Final = 10_000
"""Rows that are written together, at least."""


def require_table(path: Path) -> None:
    """Hold the name of a table to the kinds that are written.

    Raises
    ------
    InvalidInput
        If it ends otherwise.
    """
    if path.suffix.lower() not in TABLES:
        raise InvalidInput(
            str(path), "is neither CSV nor Parquet", allowed=f"a name that ends in {' or '.join(TABLES)}"
        )


def write_table(path: Path, schema: "pa.Schema", tables: Iterable["pa.Table"]) -> None:
    """Write successive tables of one schema to one file; nothing is there until all is written.

    Raises
    ------
    UnwritableOutput
        With the reason of the operating system.
    """
    import pyarrow as pa
    from pyarrow import csv, parquet

    writers = dict(zip(TABLES, (parquet.ParquetWriter, csv.CSVWriter), strict=True))
    held: list[pa.Table] = []
    with _whole(path, "--out") as fresh, writers[path.suffix.lower()](fresh, schema) as writer:
        for table in tables:
            held.append(table)
            if sum(part.num_rows for part in held) >= ROW_GROUP:
                writer.write_table(pa.concat_tables(held).combine_chunks())
                held = []
        if held:
            writer.write_table(pa.concat_tables(held).combine_chunks())


STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""When every file of a zip was made: the first moment that a zip can name."""

UNIX: Final = 3
"""The system whose permissions a zip keeps."""


def write_zip(path: Path, files: Mapping[str, bytes], runs: Collection[str] = ()) -> tuple[int, str]:
    """Write files to a zip, whole or not at all; the same files give the same bytes.

    Parameters
    ----------
    runs : collection of str
        Names of those that may be executed.

    Returns
    -------
    int, str
        Size in bytes, and SHA-256.

    Raises
    ------
    UnwritableOutput
        With the reason of the operating system.
    """
    with _whole(path, "--to") as fresh:
        with ZipFile(fresh, "w") as archive:
            for name in sorted(files):
                entry = ZipInfo(name, STAMP)
                entry.create_system, entry.compress_type = UNIX, ZIP_DEFLATED
                entry.external_attr = (0o100755 if name in runs else 0o100644) << 16
                archive.writestr(entry, files[name], compresslevel=9)
        made = fresh.read_bytes()
    return len(made), sha256(made).hexdigest()


@contextmanager
def _whole(path: Path, option: str) -> Iterator[Path]:
    """Give a file beside `path` that takes its place once it is written; nothing stays of one that is not.

    Raises
    ------
    UnwritableOutput
        With the reason of the operating system, and the option by which another place is named.
    """
    fresh = path.with_name(f".{path.name}.new-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield fresh
        fresh.replace(path)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise UnwritableOutput(str(path), what, allowed=f"{option} with a file that can") from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
