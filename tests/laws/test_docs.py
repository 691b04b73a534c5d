"""README and docs/: what they tell a reader to type works, what they show exists, and the reference leaves nothing out."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

import crlm_bayes as cb
import documents
import made
from crlm_bayes.cli import app
from makers.recipes import COMMAND, DOCS, ROOT, pages, python_of, write_documents

README, GUIDE = ROOT / "README.md", ROOT / "CONTRIBUTING.md"
TUTORIALS = [page for page in pages() if ">>>" in page.read_text(encoding="utf-8")]
HOUSE = [README, GUIDE, ROOT / "SECURITY.md", ROOT / "paper.md", *pages()]


def test_there_are_tutorials_to_run() -> None:
    assert {
        "start.md",
        "counts.md",
        "ratio.md",
        "landmarks.md",
        "logrank.md",
        "centres.md",
        "synthesis.md",
        "harms.md",
    } <= {page.name for page in TUTORIALS}


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_gives_what_it_says(page: Path, tmp_path: Path) -> None:
    """Its documents are written into an empty folder, are valid, and its Python is run there."""
    if write_documents(page, tmp_path):
        assert cb.check(tmp_path / "mytrials" / "data", tmp_path / "mytrials" / "models")[0] == []
    done = python_of(page, tmp_path)
    assert done.attempted and not done.failed


def commands() -> dict[str, Any]:
    return typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", HOUSE, ids=lambda page: page.stem)
def test_commands_on_a_page_exist_with_their_options(page: Path) -> None:
    for verb, rest in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert verb in commands(), f"{page.name}: {verb}"
        known = {name for param in commands()[verb].params for name in param.opts}
        unknown = [option for option in re.findall(r"(?<!\S)--[a-z-]+", rest) if option not in known]
        assert not unknown, f"{page.name}: crlm-bayes {verb} has no {unknown}"


@pytest.mark.parametrize("page", HOUSE, ids=lambda page: page.stem)
def test_make_targets_on_a_page_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^|^\$ )make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert not [name for name in named if f"\n{name}:" not in makefile]


@pytest.mark.parametrize("page", HOUSE, ids=lambda page: page.stem)
def test_what_a_page_leads_to_is_there(page: Path) -> None:
    """Sphinx checks links between pages; this also those of README, and pictures."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", text):
        if "://" not in target and "/made/" not in target and not target.startswith("made/"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_key_of_every_document_is_in_the_reference() -> None:
    """A new key needs a line in docs/reference/keys.toml, and an example there where no bundled document has one."""
    said = documents.meanings()
    for kind in documents.ROOTS:
        page, shown = documents.page(kind), documents.examples(kind)
        for key in documents.keys(kind):
            assert documents.meaning(key, said), f"docs/reference/keys.toml says nothing of {key.table}.{key.name}"
            value, _ = documents.example_of(key, documents.meaning(key, said), shown.get((key.table, key.name)))
            assert value is not None, f"docs/reference/keys.toml has no example of {key.table}.{key.name}"
            assert f"\n`{key.name}` · " in page


def test_the_reference_says_nothing_of_keys_that_are_gone() -> None:
    known = {(key.table, key.name) for kind in documents.ROOTS for key in documents.keys(kind)}
    said = documents.meanings()
    assert not [
        (table, key) for table, held in said.items() for key in held if table != "every" and (table, key) not in known
    ]
    assert set(said["every"]) <= {key for _, key in known}


def test_the_reference_has_every_command_and_every_option() -> None:
    page = made.commands()
    for verb, command in commands().items():
        section = page.partition(f"\n## {verb}\n")[2].partition("\n## ")[0]
        for param in command.params:
            assert param.param_type_name != "option" or f"`{param.opts[0]}" in section, f"{verb} {param.opts[0]}"


def test_the_reference_has_every_function() -> None:
    page = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    by_example = (DOCS / "how-to" / "python.md").read_text(encoding="utf-8")
    for name in cb.__all__:
        assert f"autofunction:: crlm_bayes.api.{name}\n" in page and f"`cb.{name}`" in by_example


def test_the_notes_of_the_annotated_page_are_as_many_as_its_numbers() -> None:
    script = (ROOT / "scripts" / "draw_reading.py").read_text(encoding="utf-8")
    notes = re.search(r"^NOTES: Final = \((.*?)\)$", script, flags=re.MULTILINE | re.DOTALL)
    numbered = re.findall(r"^(\d+)\. ", (DOCS / "reading.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert notes is not None and len(re.findall(r'"[^"]+"', notes[1])) == len(numbered) == int(numbered[-1])


def test_figures_of_the_documentation_stay_small() -> None:
    assert sum(path.stat().st_size for path in (DOCS / "_static").iterdir()) < 500_000
