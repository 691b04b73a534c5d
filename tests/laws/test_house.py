"""What the source of the program must be like, and what a light start must not load.

Which room may import which is the law of import-linter (`make lint`); here stands what it cannot see.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "crlm_bayes"
SOURCES = {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(text) for name, text in SOURCES.items()}

MOST_LINES, MOST_FILES = 300, 16
DRUG = re.compile(r"bevacizumab|\bbev\b|\bchen\b|\byan\b|chen2025|yan2025")
HEAVY = ("pymc", "pytensor", "nutpie", "arviz", "pandas", "matplotlib", "xarray", "numba", "bokeh", "jinja2")
LIGHT_ROOMS = (
    "errors", "cache", "digests", "memory", "rule", "arrays", "toml", "words", "priors", "documents", "exact", "audits", "scepticism", "evidence", "batches",
)  # fmt: skip
LIGHT_MODULES = (
    "likelihoods.registry", "answers.question", "answers.questions", "answers.identity", "answers.several.pooled_view", "answers.answer", "answers.replications",
    "run.batch", "commands.console", "commands.audit", "commands.check", "commands.list", "commands.sceptic", "commands.show", "cli",
)  # fmt: skip
WITHOUT_SAMPLER = (
    "pfs_chen2025_landmark", "pfs_chen2025_adjusted_hr", "orr_chen2025_counts", "orr_chen2025_centres", "pfs_seeds",
    "pfs_chen2025_landmark_nonproportional", "orr_arm_level",
)  # fmt: skip
"""One analysis of every likelihood and structure."""


def imports(tree: ast.Module) -> Iterator[str]:
    """Full names of everything imported in a file, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_name(file: str) -> str:
    return ".".join(("crlm_bayes", *Path(file).with_suffix("").parts)).removesuffix(".__init__")


def printed_by(code: str) -> list[str]:
    """Lines that a process of its own prints."""
    environment = {"PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.splitlines()


def test_there_is_a_package_to_look_at() -> None:
    assert len(SOURCES) > 100 and {"sampling/nuts.py", "answers/answer.py"} <= set(SOURCES)


def test_every_module_is_used_by_the_program_itself() -> None:
    """What only tests would use belongs to the tests."""
    used = {module for tree in TREES.values() for module in imports(tree)}
    started = {"crlm_bayes.__main__"}  # by the interpreter
    assert {module_name(file) for file in SOURCES if Path(file).stem != "__init__"} - used == started


def test_imports_are_absolute() -> None:
    assert not [file for file, tree in TREES.items() if any(name.startswith(".") for name in imports(tree))]


def test_what_the_checks_overlook_is_there() -> None:
    """An exception for a file that has gone would wait for one of the same name."""
    settings = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    for pattern in settings["tool"]["ruff"]["lint"]["per-file-ignores"]:
        assert "{" not in pattern and any(PACKAGE.parents[1].glob(pattern)), pattern


def test_documents_are_read_by_their_readers_only() -> None:
    readers = {"crlm_bayes.toml.read_toml", "crlm_bayes.toml.validate"}
    callers = {file for file, tree in TREES.items() if readers & set(imports(tree))}
    assert callers and all(file.startswith("documents/") for file in callers), callers


def test_files_are_short() -> None:
    lines = {file: text.count("\n") for file, text in SOURCES.items()}
    assert not {file: n for file, n in lines.items() if n > MOST_LINES}


def test_folders_are_small() -> None:
    folders = [file.rpartition("/")[0] for file in SOURCES if Path(file).stem != "__init__"]
    assert not {folder: folders.count(folder) for folder in folders if folders.count(folder) > MOST_FILES}


def test_there_is_no_module_of_odds_and_ends() -> None:
    assert not [file for file in SOURCES if Path(file).stem in ("utils", "util", "helpers", "misc", "common")]


def test_program_and_templates_do_not_know_the_drug() -> None:
    others = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert others
    texts = SOURCES | {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in others}
    assert not {file: found for file, text in texts.items() if (found := DRUG.findall(text.lower()))}


def test_no_error_is_swallowed_whole() -> None:
    handlers = [
        (file, node.lineno, ast.unparse(node.type) if node.type else "everything")
        for file, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
    ]
    assert handlers
    assert not [found for found in handlers if found[2] in ("everything", "Exception", "BaseException")]


def test_light_modules_load_neither_sampler_nor_tables_nor_pictures() -> None:
    """One process imports them one after the other and says after each what heavy library has come with it."""
    rooms = [module_name(file) for file in SOURCES if Path(file).with_suffix("").parts[0] in LIGHT_ROOMS]
    light = [*rooms, *(f"crlm_bayes.{name}" for name in LIGHT_MODULES)]
    code = (
        "import importlib, sys\n"
        f"for name in {light!r}:\n"
        "    importlib.import_module(name)\n"
        f"    print(name, *[m for m in {HEAVY!r} if m in sys.modules])"
    )
    assert len(rooms) > 60 and printed_by(code) == light


def test_exact_curves_of_all_likelihoods_load_no_sampler() -> None:
    code = (
        "import sys; from pathlib import Path; from crlm_bayes.answers.questions import read_questions; "
        "from crlm_bayes.likelihoods.registry import evidence_curve; from crlm_bayes.scepticism.panel import examine; "
        f"root = Path({str(PACKAGE.parents[1])!r}); names = {WITHOUT_SAMPLER!r}; "
        "qs = read_questions(root / 'data' / 'published', root / 'models', names); "
        "[examine(evidence_curve(q.evidence, q.spec), q.spec, q.priors) for q in qs]; "
        f"print(len(qs)); print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    assert printed_by(code) == [str(len(WITHOUT_SAMPLER)), "[]"]
