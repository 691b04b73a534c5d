"""A second look computes nothing; a change of one document computes what uses it and nothing else; digits stay the same."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crlm_bayes import cache
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.commands.sceptic import sceptic_rows
from crlm_bayes.digests import PACKAGE
from crlm_bayes.memory import Memory

SYNTHESES = "orr_direct", "hypertension_grade3plus"
SINGLES = "orr_chen2025_counts", "orr_yan2025_counts", "hypertension_yan2025_counts"
DOUBT = {"bias": 0.05, "discount": 0.2}


@pytest.fixture
def folders(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Writable copies of the bundled documents, and an empty cache."""
    monkeypatch.setenv(cache.PLACE, str(tmp_path / "cache"))
    return tuple(Path(shutil.copytree(root / name, tmp_path / name)) for name in ("data/published", "models"))  # type: ignore[return-value]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Kind and key of every value that is computed."""
    found, recall = list[tuple[str, str]](), Memory.recall

    def recording(self: Memory, key: str, make: Callable[[], Any], state: str = "") -> Any:
        def recorded() -> Any:
            found.append((self.kind, key))
            return make()

        return recall(self, key, recorded, state)

    monkeypatch.setattr(Memory, "recall", recording)
    return found


def rows(folders: tuple[Path, Path], *names: str, **doubt: float) -> list[dict[str, Any]]:
    """What `sceptic --json` says: everything of it is computed or recalled."""
    questions = read_questions(*folders, names or (*SYNTHESES, *SINGLES))
    return sceptic_rows([Answer(question).doubt(**doubt) for question in questions])


def altered(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def analyses(made: list[tuple[str, str]]) -> int:
    """How many panels were put before their priors."""
    return sum(key.startswith("Answer.scepticism") for _, key in made)


def test_a_second_look_computes_nothing_and_says_the_same(
    folders: tuple[Path, Path], made: list[tuple[str, str]]
) -> None:
    first = rows(folders)
    kinds = Counter(kind for kind, _ in made)
    assert set(kinds) == {"curves", "syntheses", "answers"} and analyses(made) == 5
    assert len(made) == len(set(made)), "and nothing was computed twice"
    made.clear()
    assert rows(folders) == first
    assert not made


def test_what_is_recalled_is_what_would_be_computed(folders: tuple[Path, Path], request: pytest.FixtureRequest) -> None:
    """To the last bit: recalled in part (one synthesis had been asked for), recalled as a whole, and computed afresh."""
    rows(folders, SYNTHESES[1])
    partly, wholly = rows(folders, **DOUBT), rows(folders, **DOUBT)
    request.getfixturevalue("forgetful")
    assert partly == wholly == rows(folders, **DOUBT)


def test_a_change_of_one_study_computes_what_uses_it(folders: tuple[Path, Path], made: list[tuple[str, str]]) -> None:
    """One count of one study: its curve, once, the synthesis of it and its own analysis; the others are as they were."""
    before = rows(folders)
    made.clear()
    entry = 'endpoint = "orr"\narm = "control"\nevents = {}\nn = 217\npercent = "{}"\n'
    altered(folders[0] / "chen2025.toml", entry.format(111, 51.15), entry.format(112, 51.61))
    after = rows(folders)
    curves = [key for kind, key in made if kind == "curves"]
    assert len(curves) == 1 and analyses(made) == 2
    changed = {row["analysis"] for row, old in zip(after, before, strict=True) if row["priors"] != old["priors"]}
    assert changed == {"orr_direct", "orr_chen2025_counts"}


def test_a_change_of_words_computes_no_curve(folders: tuple[Path, Path], made: list[tuple[str, str]]) -> None:
    """The title of an analysis, and where a study prints a number."""
    before = rows(folders)
    made.clear()
    altered(folders[1] / "orr_direct.toml", 'title = "', 'title = "New: ')
    altered(folders[0] / "chen2025.toml", 'locator = "', 'locator = "See ')
    assert rows(folders) == before
    assert {kind for kind, _ in made} == {"answers"} and analyses(made) == 1


def test_what_is_recalled_loads_no_scipy(folders: tuple[Path, Path]) -> None:
    """The time of a second look is that of reading: neither the parts of SciPy nor tables are loaded."""
    code = (
        "import sys; from crlm_bayes.cli import app\n"
        f"app(['sceptic', *{[*SYNTHESES, *SINGLES]!r}, '--data', {str(folders[0])!r}, '--models', {str(folders[1])!r}], standalone_mode=False)\n"
        "print([name for name in sys.modules if name in ('scipy.special', 'scipy.interpolate', 'pandas', 'pymc')])"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        ).stdout.splitlines()
        for _ in range(2)
    ]
    assert said[0][:-1] == said[1][:-1] and len(said[0]) > 50
    assert "scipy.special" in said[0][-1] and said[1][-1] == "[]"
