"""The identity of a posterior: every room that it rests on changes it, and no other does."""

import shutil
from pathlib import Path

import pytest

from crlm_bayes.answers.identity import PROGRAM, SAMPLING
from crlm_bayes.digests import PACKAGE, source_digest

ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file())
RESTS_ON = {"priors", "documents", "exact", "evidence", "likelihoods", "sampling"}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("source") / "crlm_bayes"
    shutil.copytree(PACKAGE, to, ignore=shutil.ignore_patterns("__pycache__", "_bundled"))
    return to


def folders(package: Path) -> list[Path]:
    return sorted(path.parent for path in package.rglob("__init__.py"))


def changed(package: Path, file: Path, *patterns: str) -> bool:
    """Whether a comment more in a file changes the digest."""
    text = file.read_text(encoding="utf-8")
    before = source_digest.__wrapped__(*patterns, root=package)
    try:
        file.write_text(text + "# changed\n", encoding="utf-8")
        return source_digest.__wrapped__(*patterns, root=package) != before
    finally:
        file.write_text(text, encoding="utf-8")


def test_every_folder_that_a_posterior_rests_on_is_part_of_its_identity(copied: Path) -> None:
    assert set(ROOMS) > RESTS_ON
    for folder in folders(copied):
        room = folder.relative_to(copied).parts[:1]
        for file in sorted(folder.glob("*.py")):
            rests = bool(room and room[0] in RESTS_ON) or file.relative_to(copied).as_posix() in SAMPLING
            assert changed(copied, file, *SAMPLING) == rests, file


def test_every_file_is_part_of_the_identity_of_a_page(copied: Path) -> None:
    files = {path for path in copied.rglob("*") if path.suffix in (".py", ".jinja", ".css", ".js")}
    assert files <= {path for pattern in PROGRAM for path in copied.glob(pattern)}
    one_of_each = {(file.parent, file.suffix): file for file in sorted(files)}
    for file in one_of_each.values():
        assert changed(copied, file, *PROGRAM), file


def test_a_new_file_in_a_room_changes_the_identity_and_every_pattern_finds_something(copied: Path) -> None:
    before = source_digest.__wrapped__(*SAMPLING, root=copied)
    new = copied / "exact" / "new_thing.py"
    new.write_text("X = 1\n", encoding="utf-8")
    assert source_digest.__wrapped__(*SAMPLING, root=copied) != before
    new.unlink()
    for pattern in (*SAMPLING, *PROGRAM):
        assert any(copied.glob(pattern)), f"{pattern} names nothing"
