"""What is remembered: made once, by any process; never what other sources, another state or damage left."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from crlm_bayes import cache
from crlm_bayes.answers.question import ANSWERS
from crlm_bayes.digests import PACKAGE
from crlm_bayes.exact.synthesis.members import SYNTHESES
from crlm_bayes.likelihoods.curves import CURVES
from crlm_bayes.memory import Memory, unkept
from crlm_bayes.pages.tables.decision import SENSITIVITIES
from crlm_bayes.run.drawings import FIGURES
from crlm_bayes.run.sampled import DRAWS

RESTS_ON = {
    "likelihoods.registry": CURVES,
    "exact.synthesis.synthesis": SYNTHESES,
    "answers.answer": ANSWERS,
    "answers.questions": ANSWERS,
    "answers.several.variants": ANSWERS,
    "answers.replications": ANSWERS,
    "answers.tables": DRAWS,
    "sampling.power_scaling": SENSITIVITIES,
    "run.drawings": FIGURES,
}
"""Modules that make values of a kind."""

NO_NUMBERS = ("words", "errors", "memory", "digests", "cache", "version")
"""Rooms from which no number comes."""


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.PLACE, str(tmp_path))


def never() -> float:
    raise AssertionError("it was there already")


def entries() -> list[Path]:
    return [path for path in cache.folder().glob("*/*/*") if path.is_file()]


def test_a_value_is_made_once_whatever_process_asks() -> None:
    """A memory of its own stands for another process; None is a value like any other."""
    for value in (0.1 + 0.2, None, (1, 2)):
        assert Memory("kind", "rule.py").recall(str(value), lambda value=value: value) == value
        assert Memory("kind", "rule.py").recall(str(value), never) == value


def test_a_value_in_use_is_one_object() -> None:
    """What is alive is not read again."""
    kept = Memory("kind", "rule.py")
    first = kept.recall("a", lambda: {1})
    assert kept.recall("a", never) is first  # type: ignore[comparison-overlap]


def test_a_value_of_other_sources_is_not_seen() -> None:
    """As after a change of the program."""
    Memory("kind", "rule.py").recall("a", lambda: 1)
    assert Memory("kind", "arrays.py").recall("a", lambda: 2) == 2


@pytest.mark.parametrize(
    "left", [b"", b"no pickle", pickle.dumps(1), b"cno.such.module\nname\n.", b"cbuiltins\nno_such_name\n."]
)
def test_what_does_not_come_back_is_made_again(left: bytes) -> None:
    """Damage, and whole bytes that mean nothing to this version."""
    Memory("kind", "rule.py").recall("a", lambda: 1)
    (path,) = entries()
    path.write_bytes(left)
    assert Memory("kind", "rule.py").recall("a", lambda: 2) == 2
    cache.Cache("kind", Memory("kind", "rule.py")._generation).put("a", left)
    assert Memory("kind", "rule.py").recall("a", lambda: 3) == 3
    assert Memory("kind", "rule.py").recall("a", never) == 3


def test_of_what_comes_and_goes_the_latest_is_kept() -> None:
    """Another state of a folder takes the place of the one before."""
    for state in ("old", "new"):
        assert Memory("kind", "rule.py").recall("a", lambda state=state: state, state) == state
    assert Memory("kind", "rule.py").recall("a", never, "new") == "new"
    assert len(entries()) == 1


def test_what_is_made_by_the_thousand_is_not_kept() -> None:
    """As the rows of a batch; what comes after is kept again."""
    with unkept():
        assert Memory("kind", "rule.py").recall("a", lambda: 1) == 1
    assert not entries()
    assert Memory("kind", "rule.py").recall("a", lambda: 2) == 2
    assert len(entries()) == 1


def test_processes_at_once_leave_whole_entries() -> None:
    """They make the same values, and write over one another."""
    code = (
        "from crlm_bayes.memory import Memory\n"
        "for i in range(60):\n"
        "    assert Memory('kind', 'rule.py').recall(f'a{i}', lambda: [i] * 10_000) == [i] * 10_000"
    )
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    running = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert len(entries()) == 60
    assert all(Memory("kind", "rule.py").recall(f"a{i}", never) == [i] * 10_000 for i in range(60))


def test_values_rest_on_no_source_that_is_not_theirs() -> None:
    """Everything that a module which makes values imports is among the sources of its memory, or makes no number."""
    graph = grimp.build_graph("crlm_bayes")
    for module, kept in RESTS_ON.items():
        name = f"crlm_bayes.{module}"
        sources = {path for pattern in kept.sources for path in PACKAGE.glob(pattern)}
        files = {
            source: PACKAGE.joinpath(*source.split(".")[1:]) for source in graph.find_upstream_modules(name) | {name}
        }
        missing = {
            source
            for source, path in files.items()
            if source.count(".")
            and source.split(".")[1] not in NO_NUMBERS
            and not {path.with_suffix(".py"), path / "__init__.py"} & sources
        }
        assert len(files) > 10 and not missing, module
