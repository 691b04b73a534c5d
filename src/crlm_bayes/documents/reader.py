"""The only reader of published data: `data/published/*.toml` to :class:`Study`."""

from collections.abc import Iterable
from pathlib import Path

from crlm_bayes.documents.admission import ADMISSION_FILE
from crlm_bayes.documents.claims import CLAIMS_FILE
from crlm_bayes.documents.study import Study
from crlm_bayes.documents.study_meaning import check_meaning
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.toml import read_toml, validate


def read_study(path: Path) -> Study:
    """Read one study document.

    Raises
    ------
    InvalidInput
        One line with file, entry, key, what is allowed, and what is nearest.
    """
    study = validate(Study, read_toml(path), path)
    if study.id != path.stem:
        raise InvalidInput(f"{path}: id", f"'{study.id}' is not the file name", allowed=path.stem)
    check_meaning(study, str(path))
    return study


def study_paths(folder: Path) -> dict[str, Path]:
    """Map study ids to their files, sorted by id; `claims.toml` and `admission.toml` are no studies."""
    if not folder.is_dir():
        raise InvalidInput(str(folder), "is not a folder", allowed="a folder of study documents (*.toml)")
    others = (CLAIMS_FILE, ADMISSION_FILE)
    return {path.stem: path for path in sorted(folder.glob("*.toml")) if path.name not in others}


def read_studies(folder: Path, names: Iterable[str] | None = None) -> dict[str, Study]:
    """Read the named studies of a folder, or all of them.

    Raises
    ------
    UnknownName
        If a name has no file in the folder.
    InvalidInput
        If any document is not usable.
    """
    paths = study_paths(folder)
    wanted = list(paths) if names is None else list(dict.fromkeys(names))
    for name in wanted:
        if name not in paths:
            raise UnknownName.among(str(folder), "study", name, paths)
    return {name: read_study(paths[name]) for name in wanted}
