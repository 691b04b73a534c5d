"""The only reader of `models/`: analysis documents and the named priors.

Validation in two stages: *shape* by :mod:`crlm_bayes.documents.analysis`, *meaning* by :mod:`crlm_bayes.documents.analysis_meaning`. Everything is
validated before the first sample.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import check_meaning
from crlm_bayes.documents.judgements import JUDGEMENTS_FILE
from crlm_bayes.documents.prior_book import DeclaredPrior, PriorBook
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.priors.density import Prior
from crlm_bayes.toml import read_toml, validate

PRIORS_FILE = "priors.toml"

OTHERS = (PRIORS_FILE, JUDGEMENTS_FILE)
"""Documents of the folder that are no analyses."""


def read_priors(folder: Path) -> dict[str, Prior | DeclaredPrior]:
    """Read the named effect priors of a folder, in the order of the document.

    Raises
    ------
    InvalidInput
        If `priors.toml` is not usable.
    """
    path = folder / PRIORS_FILE
    return dict(validate(PriorBook, read_toml(path), path).root)


def read_spec(path: Path, priors: Mapping[str, Prior | DeclaredPrior]) -> AnalysisSpec:
    """Read one analysis document.

    Raises
    ------
    InvalidInput, UnknownName
        One line with file, key, what is allowed, and what is nearest.
    """
    spec = spec_of(read_toml(path), priors, str(path))
    if spec.id != path.stem:
        raise InvalidInput(f"{path}: id", f"'{spec.id}' is not the file name", allowed=path.stem)
    return spec


def spec_of(document: Mapping[str, Any], priors: Mapping[str, Prior | DeclaredPrior], where: str) -> AnalysisSpec:
    """Turn the keys of an analysis document into a value.

    Raises
    ------
    InvalidInput, UnknownName
        As :func:`read_spec`.
    """
    spec = validate(AnalysisSpec, document, Path(where))
    check_meaning(spec, priors, where)
    return spec


def spec_paths(folder: Path) -> dict[str, Path]:
    """Map analysis ids to their files, sorted by id."""
    if not folder.is_dir():
        raise InvalidInput(
            str(folder), "is not a folder", allowed="a folder of analysis documents (*.toml) and priors.toml"
        )
    return {path.stem: path for path in sorted(folder.glob("*.toml")) if path.name not in OTHERS}


def read_specs(
    folder: Path, names: Iterable[str] | None = None
) -> tuple[dict[str, AnalysisSpec], dict[str, Prior | DeclaredPrior]]:
    """Read the named analyses of a folder, or all, and the named priors.

    Raises
    ------
    UnknownName
        If a name has no document in the folder.
    InvalidInput
        If any document is not usable.
    """
    paths = spec_paths(folder)
    priors = read_priors(folder)
    wanted = list(paths) if not names else list(dict.fromkeys(names))
    for name in wanted:
        if name not in paths:
            raise UnknownName.among(str(folder), "analysis", name, paths)
    specs = {name: read_spec(paths[name], priors) for name in wanted}
    _one_answer_each(specs, folder)
    return specs, priors


def _one_answer_each(specs: Mapping[str, AnalysisSpec], folder: Path) -> None:
    """Refuse two answers to one question: which is the answer is said before the result."""
    found: dict[str, str] = {}
    for name, spec in specs.items():
        if spec.answers is None:
            continue
        if spec.answers in found:
            what = f"'{spec.answers}' is answered by {found[spec.answers]} already"
            raise InvalidInput(f"{folder / name}.toml: answers", what, allowed="one analysis for each endpoint")
        found[spec.answers] = name
