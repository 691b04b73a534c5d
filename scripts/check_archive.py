"""Refuse a wheel or a source distribution that lacks the bundled documents or holds files of a kind that is not known.

Run as ``python scripts/check_archive.py ARCHIVE ...``; the tests hold what would be packed to the same list.
"""

import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

KINDS: Final = {
    ".py": "programs",
    ".typed": "the mark of a package with types",
    ".css": "pages",
    ".jinja": "pages",
    ".js": "pages",
    ".toml": "documents",
    ".csv": "transcriptions",
    ".md": "texts",
    ".cff": "how to cite",
    ".lock": "versions",
    ".sh": "programs",
    ".txt": "texts",
}
"""Suffixes of what may be packed, and what they are."""

NAMES: Final = {
    "LICENSE", ".gitignore",
    "METADATA", "PKG-INFO", "RECORD", "WHEEL", "entry_points.txt",
}  # fmt: skip
"""Files without a suffix that says what they are: ours, and those that the build writes."""

DOCUMENTS: Final = ("published/chen2025.toml", "models/priors.toml")
"""One of each folder of documents, without which the package has nothing to say."""


def strange(names: Iterable[str]) -> list[str]:
    """Names of files of no known kind: left-overs of editors and of merges, say."""
    paths = [PurePosixPath(name) for name in names if not name.endswith("/")]
    return sorted(str(path) for path in paths if path.name not in NAMES and path.suffix not in KINDS)


def missing(names: Iterable[str]) -> list[str]:
    """Bundled documents that are not there."""
    packed = list(names)
    return [wanted for wanted in DOCUMENTS if not any(name.endswith(f"/{wanted}") for name in packed)]


def names_in(archive: Path) -> list[str]:
    """Names of the files in a wheel or a source distribution."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.namelist()
    with tarfile.open(archive) as distribution:
        return [member.name for member in distribution if not member.isdir()]


def fault(archive: Path) -> str | None:
    """Say what is wrong with an archive; None where nothing is."""
    names = names_in(archive)
    if found := strange(names):
        return f"{archive}: holds files of no known kind: {', '.join(found)}"
    if found := missing(names):
        return f"{archive}: {', '.join(found)} missing"
    print(f"{archive.name}: {len(names)} files of known kinds, published data and models included")
    return None


if __name__ == "__main__":
    sys.exit("\n".join(said for name in sys.argv[1:] if (said := fault(Path(name)))) or 0)
