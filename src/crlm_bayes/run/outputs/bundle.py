"""Results with all that is needed to make them again, in one zip whose bytes depend on nothing else."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final, NamedTuple

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.documents.analyses import PRIORS_FILE
from crlm_bayes.documents.folders import folders, published_folder
from crlm_bayes.pages import VERDICTS
from crlm_bayes.run.outputs.files import write_zip
from crlm_bayes.run.outputs.rerun import compare
from crlm_bayes.run.saved import require_answered
from crlm_bayes.run.store import AUDIT, INDEX, POSTERIOR, Store

ROOT: Final = "bundle"

RERUN: Final = Path(compare.__file__).parent

SOURCE: Final = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CITATION.cff",
    "CHANGELOG.md",
    "src",
    "data/published",
    "models",
)
"""What of a source tree the package is built from."""

LEFT_OUT: Final = re.compile(r"(^|/)(\.[^/]*|__pycache__|[^/]+\.(pyc|orig|rej|bak|tmp))(/|$)")

LOCK, FROZEN, SUMS = "requirements.lock", "requirements.txt", "SHA256SUMS"


class Bundle(NamedTuple):
    """A zip that was written: where, how many files it holds, its bytes, and their digest."""

    path: Path
    files: int
    size: int
    digest: str


def bundle(
    out: str | Path,
    to: str | Path,
    names: Sequence[str] | None = None,
    *,
    data: str | Path | None = None,
    models: str | Path | None = None,
) -> Bundle:
    """Put results with their documents, versions and program in one zip, from which they can be made again.

    Parameters
    ----------
    out : path
        Folder of the results.
    to : path
        The zip; the same results give the same bytes.
    names : sequence of str, optional
        Ids of the analyses; all if not given.
    data, models : path, optional
        Folders of the documents; of `data` every one is taken, as the audit looks at them together.

    Raises
    ------
    StaleResult
        For the first result that is missing, out of date or failed the gate; nothing is written then.
    UnwritableOutput
        If the zip cannot be written.
    """
    store, (where, which) = Store(Path(out)), folders(data, models)
    questions = read_questions(where, which, names or None)
    records = {question.spec.id: require_answered(question, store) for question in questions}
    tree = source_tree()
    files: dict[str, Path | bytes] = dict(_results(records, store))
    files |= {f"documents/data/{path.relative_to(where)}": path for path in _documents(where)}
    files |= {f"documents/models/{name}": which / name for name in (PRIORS_FILE, *(f"{name}.toml" for name in records))}
    if tree is not None:
        files |= {f"source/{name}": path for name, path in _sources(tree)}
    locked = tree is not None and (tree / LOCK).is_file()
    if tree is not None and locked:
        files[LOCK] = tree / LOCK
    else:
        files[FROZEN] = "".join(f"{line}\n" for line in frozen(itself=tree is None)).encode()
    files["compare.py"] = Path(compare.__file__)
    files["README.txt"] = RERUN / "README.txt"
    files["rerun.sh"] = _script(records, locked=locked, source=tree is not None).encode()
    content = {name: found if isinstance(found, bytes) else found.read_bytes() for name, found in sorted(files.items())}
    sums = "".join(f"{sha256(value).hexdigest()}  {name}\n" for name, value in content.items())
    content[SUMS] = sums.encode()
    size, digest = write_zip(
        Path(to), {f"{ROOT}/{name}": value for name, value in content.items()}, runs={f"{ROOT}/rerun.sh"}
    )
    return Bundle(Path(to), len(content), size, digest)


def _results(records: Mapping[str, object], store: Store) -> Iterator[tuple[str, Path]]:
    """Everything of each analysis but its posteriors; the page of all analyses where all of them are taken."""
    for name in records:
        for path in _below(store.root / name):
            if path.name != POSTERIOR:
                yield f"results/{path.relative_to(store.root)}", path
    whole = set(store.records()) == set(records)
    for name in (INDEX, VERDICTS) if whole else ():
        if (store.root / name).is_file():
            yield f"results/{name}", store.root / name
    if (store.root / AUDIT).is_file():
        yield f"results/{AUDIT}", store.root / AUDIT
    for path in _below(store.root / "figures") if whole else ():
        yield f"results/{path.relative_to(store.root)}", path


def _documents(data: Path) -> list[Path]:
    """Documents of studies, and the files beside them that they may name."""
    return [*data.glob("*.toml"), *(path for path in data.glob("*/*") if path.is_file() and not _left_out(path, data))]


def _below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not _left_out(path, folder)]


def _left_out(path: Path, folder: Path) -> bool:
    return LEFT_OUT.search(path.relative_to(folder).as_posix()) is not None


def source_tree() -> Path | None:
    """Where the program is run from its source; None where it is installed."""
    tree = published_folder().parents[1]
    return tree if all((tree / name).exists() for name in ("pyproject.toml", "src/crlm_bayes/version.py")) else None


def _sources(tree: Path) -> Iterator[tuple[str, Path]]:
    for name in SOURCE:
        for path in _below(tree / name) if (tree / name).is_dir() else [tree / name]:
            if path.is_file():
                yield path.relative_to(tree).as_posix(), path


def frozen(*, itself: bool) -> list[str]:
    """List the installed versions of all that the program needs, one requirement a line.

    Parameters
    ----------
    itself : bool
        Also of the program.
    """
    found: dict[str, str] = {}
    wanted = ["crlm-bayes"]
    while wanted:
        try:
            dist: Distribution = distribution(wanted.pop())
        except PackageNotFoundError:  # of another system or Python
            continue
        name = re.sub(r"[-_.]+", "-", dist.name).lower()
        if name not in found:
            found[name] = dist.version
            needs = [need for need in dist.requires or () if "extra ==" not in need]
            wanted += [match[0] for need in needs if (match := re.match(r"[\w.-]+", need))]
    return [f"{name}=={version}" for name, version in sorted(found.items()) if itself or name != "crlm-bayes"]


def _script(records: Mapping[str, Mapping[str, Any]], *, locked: bool, source: bool) -> str:
    """Write `rerun.sh`: how the environment is built, and each fit with the settings of its record."""
    pip = '    "$python" -m pip install --disable-pip-version-check --no-input --quiet'
    pinned = f"--require-hashes --only-binary :all: -r {LOCK}" if locked else f"-r {FROZEN}"
    install = [f"{pip} {pinned}"]
    if source:
        install.append(f"{pip} --no-deps {'--no-build-isolation ' * locked}./source")
    text = (RERUN / "rerun.sh").read_text(encoding="utf-8")
    return text.replace("@INSTALL@", "\n".join(install)).replace("@FIT@", "\n".join(_fits(records)))


def _fits(records: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    more: list[tuple[str, str, str]] = []
    for name, record in records.items():
        settings = record["settings"]
        options = " ".join(f"--{key} {settings[key]}" for key in ("seed", "draws", "tune", "chains"))
        if not record["fits"]:
            options += " --exact"
        groups.setdefault(options, []).append(name)
        if any(
            row["study"] == SYNTHESIS for row in record["verdicts"]
        ):  # of which the primary alone is sampled unasked
            primary = {row["prior"] for row in record["verdicts"] if row["primary"]}
            more += [(name, prior, options) for prior in record["fits"] if prior not in primary]
    fit = '"$python" -m crlm_bayes fit --data documents/data --models documents/models --out again'
    yield from (f"{fit} {options} $exact {' '.join(names)}" for options, names in groups.items())
    yield from (f'[ -n "$exact" ] || {fit} {options} --prior {prior} {name}' for name, prior, options in more)
