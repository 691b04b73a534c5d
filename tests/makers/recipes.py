"""The pages of docs/ as what they tell a reader to do: documents to write, Python to type, commands to run."""

import doctest
import re
import shutil
from contextlib import chdir
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"
DOCUMENT: Final = re.compile(r"^```\{code-block\} toml\n:caption: (\S+)\n\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND: Final = re.compile(r"(?:^\$ |^|`)(?:\.venv/bin/)?crlm-bayes ([a-z]+)([^`\n]*)", re.MULTILINE)


def pages() -> list[Path]:
    """Every page that somebody wrote."""
    return sorted(path for path in DOCS.rglob("*.md") if "made" not in path.parts and "_build" not in path.parts)


def write_documents(page: Path, folder: Path) -> list[Path]:
    """Write the documents of a page into a folder, beside the bundled priors where the page has none of its own."""
    written = []
    for name, text in DOCUMENT.findall(page.read_text(encoding="utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    for models in {path.parent for path in written if path.parent.name == "models"}:
        if not (models / "priors.toml").exists():
            shutil.copy(ROOT / "models" / "priors.toml", models)
    return written


def python_of(page: Path, folder: Path) -> doctest.TestResults:
    """Run the Python of a page in a folder that has its documents; a fence ends what is expected."""
    text = page.read_text(encoding="utf-8").replace("\n```", "\n\n```")
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    with chdir(folder):
        return doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
