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
from crlm_bayes.documents.variation.multiverse import AnalysisDocument
from crlm_bayes.documents.variation.variants import Entry, entries
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


def read_document(path: Path) -> list[Entry]:
    """Read the analyses of one document, its own and its variants, of the right shape and not yet held to their meaning.

    Raises
    ------
    InvalidInput, UnknownName
        One line with file, key, what is allowed, and what is nearest.
    """
    document = read_shape(path)
    return entries(document, str(path))


def read_shape(path: Path) -> Mapping[str, Any]:
    """Read the keys of one document, held to their shape."""
    document = read_toml(path)
    for number, changes in enumerate(_tables(document), 1):
        if "variants" in changes:
            where = f"{path}: variants[{number}] ({changes.get('id', 'without id')}): variants"
            raise InvalidInput(where, "a variant has none of its own", allowed="one list in each document")
    validate(AnalysisDocument, document, path)
    if document["id"] != path.stem:
        raise InvalidInput(f"{path}: id", f"'{document['id']}' is not the file name", allowed=path.stem)
    return document


def spec_in(document: str, entry: Entry, priors: Mapping[str, Prior | DeclaredPrior]) -> AnalysisSpec:
    """Turn one analysis of a document into a value that knows its document."""
    return spec_of(entry.keys, priors, entry.where).within(document)


def _tables(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Variants of a document whose shape is not known yet."""
    found = document.get("variants")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def spec_of(document: Mapping[str, Any], priors: Mapping[str, Prior | DeclaredPrior], where: str) -> AnalysisSpec:
    """Turn the keys of an analysis document into a value.

    Raises
    ------
    InvalidInput, UnknownName
        One line.
    """
    spec = validate(AnalysisSpec, document, Path(where))
    check_meaning(spec, priors, where)
    return spec


def spec_paths(folder: Path) -> dict[str, Path]:
    """Map documents of analyses to their files, sorted by id."""
    if not folder.is_dir():
        raise InvalidInput(
            str(folder), "is not a folder", allowed="a folder of analysis documents (*.toml) and priors.toml"
        )
    return {path.stem: path for path in sorted(folder.glob("*.toml")) if path.name not in OTHERS}


def analysis_paths(folder: Path) -> dict[str, Path]:
    """Map analysis ids to the files of their documents: sorted by document, the variants of each behind it.

    A file that cannot be read is listed by its name alone: whoever reads it says what is wrong.

    Raises
    ------
    InvalidInput
        If an id occurs in two documents.
    """
    found: dict[str, Path] = {}
    for name, path in spec_paths(folder).items():
        for id_ in dict.fromkeys([name, *_ids(path)]):
            if id_ in found:
                what = f"'{id_}' is an analysis of {found[id_].name} already"
                raise InvalidInput(f"{path}: variants", what, allowed="an id of its own for each analysis of a folder")
            found[id_] = path
    return found


def _ids(path: Path) -> list[str]:
    try:
        return [one["id"] for one in _tables(read_toml(path)) if isinstance(one.get("id"), str)]
    except InvalidInput:
        return []


def read_specs(
    folder: Path, names: Iterable[str] | None = None
) -> tuple[dict[str, AnalysisSpec], dict[str, Prior | DeclaredPrior]]:
    """Read the named analyses of a folder, or all, and the named priors.

    Raises
    ------
    UnknownName
        If a name is no analysis of the folder.
    InvalidInput
        If any document is not usable.
    """
    paths = analysis_paths(folder)
    priors = read_priors(folder)
    wanted = list(paths) if not names else list(dict.fromkeys(names))
    for name in wanted:
        if name not in paths:
            raise UnknownName.among(str(folder), "analysis", name, paths)
    read = {path: {entry.id: entry for entry in read_document(path)} for path in {paths[name]: None for name in wanted}}
    chosen = {name: read[paths[name]][name] for name in wanted}
    specs = {name: spec_in(paths[name].stem, entry, priors) for name, entry in chosen.items()}
    one_answer_each(specs.values(), folder)
    return specs, priors


def where_of(spec: AnalysisSpec, folder: Path) -> str:
    """Say where an analysis stands, for messages."""
    inside = "" if spec.id == spec.document else f": variants ({spec.id})"
    return f"{folder / spec.document}.toml{inside}"


def one_answer_each(specs: Iterable[AnalysisSpec], folder: Path) -> None:
    """Refuse two answers to one question: which is the answer is said before the result.

    Raises
    ------
    InvalidInput
        Naming both.
    """
    found: dict[str, str] = {}
    for spec in specs:
        if spec.answers is None:
            continue
        if spec.answers in found:
            what = f"'{spec.answers}' is answered by {found[spec.answers]} already"
            raise InvalidInput(f"{where_of(spec, folder)}: answers", what, allowed="one analysis for each endpoint")
        found[spec.answers] = spec.id
