"""One door per side effect: who may import what, read from the source; and what a light start must not load."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "crlm_bayes"
SOURCES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(path.relative_to(PACKAGE)) for path in SOURCES]

SAMPLERS = {"pymc", "pytensor", "nutpie"}
# top-level package -> files (or folders) of the project that may import it, anywhere in the file
DOORS: dict[str, tuple[str, ...]] = {
    "pymc": ("likelihoods/", "effects.py", "inference.py"),
    "pytensor": ("likelihoods/", "effects.py", "inference.py"),
    "nutpie": ("inference.py",),
    "tomllib": ("documents.py",),
    "tomli": (),
    "tomlkit": (),
    "matplotlib": ("figures/", "report/"),
    "bokeh": ("explorer/",),
    "typer": ("cli.py",),
    "click": ("cli.py",),
}
# modules of this project that only some may call: the only readers of documents
READERS = {
    "read_toml": ("documents.py", "published/", "specs.py"),
    "validate": ("documents.py", "published/", "specs.py"),
}


def imported(path: Path) -> set[str]:
    """Full names of everything imported in a file, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def allowed(name: str, doors: tuple[str, ...]) -> bool:
    return any(name == door or (door.endswith("/") and name.startswith(door)) for door in doors)


def test_there_is_a_package_to_look_at() -> None:
    assert len(SOURCES) > 20 and "inference.py" in NAMES


def test_every_module_is_used_by_the_program_itself() -> None:
    """What only tests would use belongs to the tests."""
    used = {module for path in SOURCES for module in imported(path)}
    started = {"__main__", "report.markdown"}  # by the interpreter, and by scripts/update_readme.py
    modules = {".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in SOURCES if path.stem != "__init__"}
    assert {name for name in modules if f"crlm_bayes.{name}" not in used} == started


def test_what_the_checks_overlook_is_there() -> None:
    """An exception for a file that has gone would wait for one of the same name."""
    settings = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    for pattern in settings["tool"]["ruff"]["lint"]["per-file-ignores"]:
        assert "{" not in pattern and any(PACKAGE.parents[1].glob(pattern)), pattern


@pytest.mark.parametrize("name", NAMES)
def test_file_imports_only_through_the_doors_it_may_use(name: str) -> None:
    tops = {module.split(".")[0] for module in imported(PACKAGE / name)}
    trespass = {top for top in tops & set(DOORS) if not allowed(name, DOORS[top])}
    assert not trespass, f"{name} imports {sorted(trespass)}"


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_read_by_their_readers_only(name: str) -> None:
    for word, doors in READERS.items():
        if not allowed(name, doors):
            assert f"crlm_bayes.toml.{word}" not in imported(PACKAGE / name), f"{name} reads documents"


@pytest.mark.parametrize("name", NAMES)
def test_file_stays_below_three_hundred_lines(name: str) -> None:
    assert len((PACKAGE / name).read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("name", NAMES)
def test_program_does_not_know_the_drug(name: str) -> None:
    text = (PACKAGE / name).read_text(encoding="utf-8").lower()
    found = re.findall(r"bevacizumab|\bbev\b|\bchen\b|\byan\b|chen2025|yan2025", text)
    assert not found, f"{name} mentions {sorted(set(found))}"


@pytest.mark.parametrize(
    "path",
    sorted(p for p in PACKAGE.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")),
    ids=lambda p: p.name,
)
def test_templates_do_not_know_the_drug_either(path: Path) -> None:
    assert not re.search(r"bevacizumab|\bbev\b|chen2025|yan2025", path.read_text(encoding="utf-8").lower())


def test_there_is_no_module_of_odds_and_ends() -> None:
    assert not [name for name in NAMES if Path(name).stem in ("utils", "util", "helpers", "misc", "common")]


@pytest.mark.parametrize("name", NAMES)
def test_no_error_is_swallowed_whole(name: str) -> None:
    for node in ast.walk(ast.parse((PACKAGE / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in ("everything", "Exception", "BaseException"), f"{name}:{node.lineno} catches {caught}"


def test_likelihoods_do_not_know_the_sampler_nor_the_report() -> None:
    for name in NAMES:
        if name.startswith("likelihoods/"):
            modules = imported(PACKAGE / name)
            assert not {
                m
                for m in modules
                if m.startswith(
                    ("crlm_bayes.sampling.nuts", "crlm_bayes.pages", "crlm_bayes.figures", "crlm_bayes.answers.tables")
                )
            }


def test_values_do_not_know_what_is_made_of_them() -> None:
    """Study, priors and curves come before fits and reports."""
    later = (
        "crlm_bayes.sampling.nuts",
        "crlm_bayes.pages",
        "crlm_bayes.figures",
        "crlm_bayes.cli",
        "crlm_bayes.answers.tables",
        "crlm_bayes.sampling.gate",
    )
    for name in (
        "priors.py",
        "scales.py",
        "spec.py",
        "evidence.py",
        "landmarks.py",
        "curves.py",
        "quadrature.py",
        "scepticism.py",
        "survey.py",
        "posterior.py",
        "elicited.py",
        "archetypes.py",
        "empirical.py",
        "tipping.py",
        "robustness.py",
        "reverse_bayes.py",
        "decision.py",
    ):
        assert not {m for m in imported(PACKAGE / name) if m.startswith(later)}, name


def test_light_modules_load_neither_sampler_nor_tables_nor_pictures() -> None:
    """One process imports them one after the other and says after each what heavy library has come with it."""
    light = (
        "crlm_bayes.cli",
        "crlm_bayes.documents",
        "crlm_bayes.documents.analysis",
        "crlm_bayes.likelihoods",
        "crlm_bayes.scepticism.panel",
        "crlm_bayes.answers.questions",
        "crlm_bayes.answers.answer",
        "crlm_bayes.commands.sceptic",
        "crlm_bayes.exact.synthesis",
        "crlm_bayes.answers.pooled_view",
    )
    heavy = ("pymc", "pytensor", "nutpie", "arviz", "pandas", "matplotlib", "xarray", "numba")
    code = (
        "import importlib, sys\n"
        f"for name in {light!r}:\n"
        "    importlib.import_module(name)\n"
        f"    print(name, *[m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(PACKAGE.parent)},
    )
    assert done.stdout.split("\n")[:-1] == list(light)


WITHOUT_SAMPLER = (
    "pfs_chen2025_landmark", "pfs_chen2025_adjusted_hr", "orr_chen2025_counts", "orr_chen2025_centres", "pfs_seeds",
    "pfs_chen2025_landmark_nonproportional", "orr_arm_level",
)  # fmt: skip
"""One analysis of every likelihood and structure."""


def test_exact_curves_of_all_likelihoods_load_no_sampler() -> None:
    code = (
        "import sys; from pathlib import Path; from crlm_bayes.answers.questions import read_questions; "
        "from crlm_bayes.likelihoods import evidence_curve; from crlm_bayes.scepticism.panel import examine; "
        f"root = Path({str(PACKAGE.parents[1])!r}); names = {WITHOUT_SAMPLER!r}; "
        "qs = read_questions(root / 'data' / 'published', root / 'models', names); "
        "[examine(evidence_curve(q.evidence, q.spec), q.spec, q.priors) for q in qs]; "
        "print(len(qs), [m for m in ('pymc', 'pytensor', 'arviz', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(PACKAGE.parent)},
    )
    count, rest = done.stdout.strip().split(" ", 1)
    assert int(count) == len(WITHOUT_SAMPLER) and rest == "[]"
