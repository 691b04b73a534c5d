"""From a document that declares choices to its multiverse: each analysis validated once, each curve made once."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.multiverse.cells import Cell, Multiverse
from crlm_bayes.answers.question import ANSWERS, Question
from crlm_bayes.answers.questions import priors_of, question, require_documents, resolve, state_of
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.digests import digest
from crlm_bayes.documents.analyses import analysis_paths, read_priors, read_shape, spec_of
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import check_meaning
from crlm_bayes.documents.folders import folders
from crlm_bayes.documents.reader import read_studies, study_paths
from crlm_bayes.documents.variation.multiverse import Combination, combinations
from crlm_bayes.documents.variation.variants import told
from crlm_bayes.errors import CrlmBayesError, InvalidInput, UnknownName
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis.near import Shelf, near_curve
from crlm_bayes.scepticism.panel import PriorVerdict, verdict
from crlm_bayes.words.marks import Footing

BUT = ("primary",)
"""What cells with the same curve may differ in."""


def documents_with_multiverse(models: Path) -> list[str]:
    """Ids of the documents of a folder that declare choices."""
    return [
        name for name, path in analysis_paths(models).items() if name == path.stem and "multiverse" in read_shape(path)
    ]


def multiverse(document: str | Path, *, data: str | Path | None = None, models: str | Path | None = None) -> Multiverse:
    """Answer every combination of the choices that a document declares, exactly.

    Parameters
    ----------
    document : str or Path
        Id of a document in the folder `models`, or path of one (whose folder has the priors).

    Returns
    -------
    Multiverse
        ``.to_df()`` has one row a cell; ``.declared`` is the document's own; ``.shares_of_ratio`` and
        ``.shares_of_probability`` say which choices matter.

    Raises
    ------
    UnknownName, InvalidInput
        If it declares no choices, or a cell cannot be.
    """
    path = Path(document)
    where = path.parent if path.suffix == ".toml" else models
    return read_multiverse(*folders(data, where), path.name.removesuffix(".toml"))


def read_multiverse(data: Path, models: Path, name: str) -> Multiverse:
    """Answer every cell of a document; documents that have not changed are not answered again.

    Raises
    ------
    UnknownName
        If there is no such document, or it declares no choices.
    CrlmBayesError
        If a document is not usable, or a cell cannot be and is no declared exception.
    """
    where = digest("multiverse", str(data.resolve()), str(models.resolve()), name)
    return ANSWERS.recall(where, lambda: _answered(data, models, name), state_of(data, models))


def _answered(data: Path, models: Path, name: str) -> Multiverse:
    paths = analysis_paths(models)
    if name not in paths:
        raise UnknownName.among(str(models), "analysis", name, paths)
    path, document = paths[name], read_shape(paths[name])
    if "multiverse" not in document or path.stem != name:
        raise UnknownName.among(str(models), "multiverse of", name, documents_with_multiverse(models))
    cells = combinations(document, str(path))
    asked = Asked(cells, data, models, str(path))
    curves: dict[str, tuple[Footing, EvidenceCurve]] = {}
    shelf: Shelf = {}

    def curve_of(cell: Combination) -> tuple[Footing, EvidenceCurve]:
        """Footing and curve of a cell; cells that differ in the prior of the effect have the same."""
        key = told(cell.keys, BUT)
        if key not in curves:
            answer = Answer(asked.question(cell))
            curve = answer.curve if answer.synthesis is None else near_curve(answer.synthesis, shelf)
            curves[key] = answer.question.footing, curve
        return curves[key]

    own = tuple(_own(choice) for choice in document["multiverse"]["choices"])
    numbers = {cell.options: number for number, cell in enumerate(cells, 1)}
    # of cells that are the same analysis, one that is so by its own options comes first
    first: dict[str, Combination] = {}
    for cell in sorted((c for c in cells if c.taken is not None), key=lambda c: c.taken != c.options):
        first.setdefault(told(cell.keys), cell)
    verdicts: dict[str, PriorVerdict] = {}
    found = []
    for cell in cells:
        number = numbers[cell.options]
        if cell.taken is None:
            found.append(Cell(number, cell.options, False, None, cell.reason, "sound", None))
            continue
        spec, key, (footing, curve) = asked.spec(cell), told(cell.keys), curve_of(cell)
        if key not in verdicts:
            verdicts[key] = verdict(curve.apply(spec.effect_prior(asked.densities[spec.primary])), spec, spec.primary)
        origin = first[key].options
        same = None if origin == cell.options else numbers[origin]
        found.append(Cell(number, cell.options, cell.options == own, same, cell.reason, footing, verdicts[key]))
    choices = {c["name"]: tuple(o["name"] for o in c["options"]) for c in document["multiverse"]["choices"]}
    return Multiverse(asked.spec(cells[numbers[own] - 1]), choices, tuple(found))


def check_multiverse(data: Path, models: Path, path: Path) -> None:
    """Hold every cell of a document to its meaning and to what its studies print, without answering it.

    Raises
    ------
    CrlmBayesError
        For the first cell that cannot be.
    """
    document = read_shape(path)
    if "multiverse" not in document:
        return
    cells = combinations(document, str(path))
    asked = Asked(cells, data, models, str(path))
    seen: set[str] = set()
    for cell in cells:
        key = told(cell.keys, BUT)
        if cell.taken is not None and key not in seen:
            asked.question(cell)
        seen.add(key)


class Asked:
    """The analyses of cells, each validated once."""

    def __init__(self, cells: Sequence[Combination], data: Path, models: Path, path: str) -> None:
        self.book, self.where = read_priors(models), f"{path}: multiverse"
        self.specs: dict[str, AnalysisSpec] = {}
        alike: dict[str, AnalysisSpec] = {}
        for cell in cells:
            key, but = told(cell.keys), told(cell.keys, BUT)
            if cell.taken is None or key in self.specs:
                continue
            here = self._where(cell)
            if but in alike:
                self.specs[key] = spec = alike[but].model_copy(update={"primary": cell.keys["primary"]})
                _possible(partial(check_meaning, spec, self.book, here), here)
            else:
                alike[but] = self.specs[key] = _possible(partial(spec_of, cell.keys, self.book, here), here)
        known = study_paths(data)
        for spec in alike.values():
            require_documents(spec, known, self.where)
        specs = self.specs.values()
        self.audits = read_audits(data, dict.fromkeys(study for spec in alike.values() for study in spec.studies))
        self.densities = resolve(self.book, known, partial(read_studies, data), priors_of(specs), models)

    def spec(self, cell: Combination) -> AnalysisSpec:
        """The analysis that answers a cell."""
        return self.specs[told(cell.keys)]

    def question(self, cell: Combination) -> Question:
        """The same with its evidence."""
        spec, here = self.spec(cell), self._where(cell)
        return _possible(lambda: question(spec, self.audits, self.densities, self.book, here), here)

    def _where(self, cell: Combination) -> str:
        return f"{self.where}: cell ({', '.join(cell.options)})"


def _own(choice: Mapping[str, Any]) -> str:
    return str(next(option["name"] for option in choice["options"] if set(option) == {"name"}))


def _possible[T](make: Callable[[], T], where: str) -> T:
    """Say of a cell that cannot be what would mend it."""
    try:
        return make()
    except CrlmBayesError as error:
        allowed = "options that fit each other, or an entry of multiverse.exceptions for this cell with its reason"
        raise InvalidInput(where, f"cannot be: {str(error).removeprefix(f'{where}: ')}", allowed=allowed) from error
