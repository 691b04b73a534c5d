"""What is costly to compute, kept on disk between runs: one file an entry.

It may be deleted at any time, and several processes may share it: an entry appears whole or not at all. A damaged entry
is noticed by its digest and made again. What an entry depends on is part of its key, so that nothing in it is ever stale.
A folder that cannot be written costs time only.
"""

import hashlib
import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import platformdirs

PLACE: Final = "CRLM_BAYES_CACHE"
"""Environment variable that names another folder."""

KEPT: Final = 3
"""Generations of a kind that are kept: an older one was made by versions that are gone."""


class Size(NamedTuple):
    """How many entries of a kind there are, and their bytes."""

    entries: int
    bytes: int


def folder() -> Path:
    """The folder of the cache: the user's own, or the one that the environment names."""
    named = os.environ.get(PLACE)
    return Path(named) if named else platformdirs.user_cache_path("crlm_bayes", appauthor=False)


class Cache:
    """Entries of one kind, made by one generation of the program.

    Parameters
    ----------
    kind : str
    generation : str
        What all entries depend on: versions, sources. Entries of others are not seen.
    """

    def __init__(self, kind: str, generation: str) -> None:
        self.root = folder() / kind / hashlib.sha256(generation.encode()).hexdigest()[:16]

    def get(self, key: str) -> bytes | None:
        """Read an entry; None where there is none, or where it is damaged, which is then removed."""
        path = self._path(key)
        try:
            found = path.read_bytes()
        except OSError:
            return None
        digest, value = found[:32], found[32:]
        if hashlib.sha256(value).digest() == digest:
            return value
        with suppress(OSError):
            path.unlink()
        return None

    def put(self, key: str, value: bytes) -> None:
        """Write an entry, whole or not at all."""
        path = self._path(key)
        fresh = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            if not self.root.is_dir():
                self.root.mkdir(parents=True, exist_ok=True)
                _sweep(self.root.parent)
            fresh.write_bytes(hashlib.sha256(value).digest() + value)
            fresh.replace(path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.root / hashlib.sha256(key.encode()).hexdigest()


def _sweep(kind: Path) -> None:
    """Remove the generations that were begun longest ago."""
    found = sorted((path for path in kind.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for old in found[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def sizes() -> dict[str, Size]:
    """Size of each kind in the cache, all generations together."""
    found = {}
    for kind in sorted(path for path in folder().glob("*") if path.is_dir()):
        files = [path.stat().st_size for path in kind.glob("*/*") if path.is_file()]
        found[kind.name] = Size(len(files), sum(files))
    return found
