"""Every combination of the declared choices of a document, each answered exactly, as `sceptic` would."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.multiverse.shares import shares
from crlm_bayes.answers.question import ANSWERS
from crlm_bayes.answers.questions import priors_of, question, require_documents, resolve, state_of
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.digests import digest
from crlm_bayes.documents.analyses import analysis_paths, read_priors, read_shape, spec_of
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import check_meaning
from crlm_bayes.documents.multiverse import Combination, combinations
from crlm_bayes.documents.prior_book import DeclaredPrior
from crlm_bayes.documents.reader import read_studies, study_paths
from crlm_bayes.documents.variants import told
from crlm_bayes.errors import CrlmBayesError, InvalidInput, UnknownName
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis.near import Shelf, near_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import standing
from crlm_bayes.scepticism.panel import PriorVerdict, verdict
from crlm_bayes.words.marks import Footing
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.shown import Shown

FARTHEST: Final = 1e-6
"""Probabilities nearer to 0 or 1 are taken as this near on the logit scale, where their distance would be endless."""


@dataclass(frozen=True)
class Cell:
    """One combination.

    Attributes
    ----------
    number : int
        From 1, in the order of the options.
    options : tuple of str
        One of each choice.
    declared : bool
        Whether it is the document's own analysis.
    same_as : int or None
        Number of the cell whose analysis is the same, because a choice has no part in it or by a declared exception.
    reason : str
        Of an exception, as declared.
    footing : str
        What its answer rests on.
    at : PriorVerdict or None
        Its answer; None where it is declared to have none.
    """

    number: int
    options: tuple[str, ...]
    declared: bool
    same_as: int | None
    reason: str
    footing: Footing
    at: PriorVerdict | None


@dataclass(frozen=True, repr=False)
class Multiverse(Shown):
    """All cells of a document.

    Attributes
    ----------
    spec : AnalysisSpec
        The document's own analysis, whose answer is that of the declared cell.
    choices : mapping of choice to its options
    cells : tuple of Cell
    """

    spec: AnalysisSpec
    choices: Mapping[str, tuple[str, ...]]
    cells: tuple[Cell, ...]

    def heading(self) -> str:
        """Say what it is in one line."""
        return f"{len(self.cells)} combinations of {len(self.choices)} choices, {len(self.distinct)} analyses: {self.spec.title}"

    def rows(self) -> list[dict[str, Any]]:
        """One row a cell; ratios as reported, `p_claim` that of the benefit or harm that is asked for."""
        return [self._row(cell) for cell in self.cells]

    def _row(self, cell: Cell) -> dict[str, Any]:
        at, of_claim = cell.at, vocabulary(self.spec).of_claim
        return {
            "cell": cell.number,
            **dict(zip(self.choices, cell.options, strict=True)),
            "measure": self.spec.measure,
            "median": at and at.median,
            "eti95_lower": at and at.lower,
            "eti95_upper": at and at.upper,
            "p_claim": at and of_claim(at.p_benefit),
            "p_mcid": at and at.p_mcid,
            "p_harm": at and at.p_harm,
            "standing": "" if at is None or cell.footing == "what_if" else str(standing(at.p_benefit)),
            "footing": cell.footing,
            "declared": cell.declared,
            "same_as": cell.same_as,
            "reason": cell.reason,
        }

    @property
    def declared(self) -> Cell:
        """The cell of the document's own analysis."""
        return next(cell for cell in self.cells if cell.declared)

    @cached_property
    def distinct(self) -> tuple[Cell, ...]:
        """Cells with an answer of their own."""
        return tuple(cell for cell in self.cells if cell.same_as is None and cell.at is not None)

    @cached_property
    def evidence(self) -> tuple[Cell, ...]:
        """All cells with an answer that supposes nothing: what ranges and shares are of; all with an answer, if none is."""
        answered = tuple(cell for cell in self.cells if cell.at is not None)
        return tuple(cell for cell in answered if cell.footing != "what_if") or answered

    def range_of(
        self, value: Callable[[PriorVerdict], float], chosen: Sequence[Cell] | None = None
    ) -> tuple[float, float]:
        """Least and greatest of a value over cells, all of :attr:`evidence` if not given."""
        values = [value(cell.at) for cell in (self.evidence if chosen is None else chosen) if cell.at is not None]
        return min(values), max(values)

    def with_option(self, choice: str, option: str) -> list[Cell]:
        """Cells of :attr:`evidence` with one option."""
        place = list(self.choices).index(choice)
        return [cell for cell in self.evidence if cell.options[place] == option]

    @cached_property
    def shares_of_ratio(self) -> dict[str, float] | None:
        """Share of each choice in the variance of the log ratio; see :mod:`crlm_bayes.answers.multiverse.shares`."""
        return self._shares(lambda at: math.log(at.median))

    @cached_property
    def shares_of_probability(self) -> dict[str, float] | None:
        """Share of each choice in the variance of the logit of the probability of the claim."""
        return self._shares(lambda at: logit(at.p_benefit))

    def _shares(self, value: Callable[[PriorVerdict], float]) -> dict[str, float] | None:
        y = np.array([value(cell.at) for cell in self.evidence if cell.at is not None])
        places = {
            choice: np.array([options.index(cell.options[i]) for cell in self.evidence])
            for i, (choice, options) in enumerate(self.choices.items())
        }
        return shares(y, places)


def logit(p: float) -> float:
    """Log odds, of a probability no nearer than :data:`FARTHEST` to 0 or 1."""
    p = min(max(p, FARTHEST), 1 - FARTHEST)
    return math.log(p / (1 - p))


def documents_with_multiverse(models: Path) -> list[str]:
    """Ids of the documents of a folder that declare choices."""
    return [
        name for name, path in analysis_paths(models).items() if name == path.stem and "multiverse" in read_shape(path)
    ]


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
    book, where = read_priors(models), f"{path}: multiverse"
    cells = combinations(document, str(path))
    asked = _Asked(book, where, cells)
    known = study_paths(data)
    for spec in asked.specs.values():
        require_documents(spec, known, where)
    audits = read_audits(data, dict.fromkeys(study for spec in asked.specs.values() for study in spec.studies))
    densities = resolve(book, known, partial(read_studies, data), priors_of(asked.specs.values()), models)
    curves: dict[str, tuple[Footing, EvidenceCurve]] = {}
    shelf: Shelf = {}

    def curve_of(cell: Combination) -> tuple[Footing, EvidenceCurve]:
        """Footing and curve of a cell; cells that differ in the prior of the effect have the same."""
        spec, key = asked.of(cell), told(cell.keys, ("primary",))
        if key not in curves:
            here = f"{where}: {_called(cell)}"
            answer = Answer(_possible(lambda: question(spec, audits, densities, book, here), here))
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
        spec, key, (footing, curve) = asked.of(cell), told(cell.keys), curve_of(cell)
        if key not in verdicts:
            verdicts[key] = verdict(curve.apply(spec.effect_prior(densities[spec.primary])), spec, spec.primary)
        origin = first[key].options
        same = None if origin == cell.options else numbers[origin]
        found.append(Cell(number, cell.options, cell.options == own, same, cell.reason, footing, verdicts[key]))
    choices = {c["name"]: tuple(o["name"] for o in c["options"]) for c in document["multiverse"]["choices"]}
    return Multiverse(asked.of(cells[numbers[own] - 1]), choices, tuple(found))


class _Asked:
    """The analyses of cells, each validated once."""

    def __init__(self, book: Mapping[str, Prior | DeclaredPrior], where: str, cells: Sequence[Combination]) -> None:
        self.specs: dict[str, AnalysisSpec] = {}
        plain: dict[str, AnalysisSpec] = {}
        for cell in cells:
            key, but = told(cell.keys), told(cell.keys, ("primary",))
            if cell.taken is None or key in self.specs:
                continue
            here = f"{where}: {_called(cell)}"
            if but in plain:
                spec = plain[but].model_copy(update={"primary": cell.keys["primary"]})
                _possible(partial(check_meaning, spec, book, here), here)
            else:
                spec = plain[but] = _possible(partial(spec_of, cell.keys, book, here), here)
            self.specs[key] = spec

    def of(self, cell: Combination) -> AnalysisSpec:
        """The analysis that answers a cell."""
        return self.specs[told(cell.keys)]


def _own(choice: Mapping[str, Any]) -> str:
    return str(next(option["name"] for option in choice["options"] if set(option) == {"name"}))


def _possible[T](make: Callable[[], T], where: str) -> T:
    """Say of a cell that cannot be what would mend it."""
    try:
        return make()
    except CrlmBayesError as error:
        allowed = "options that fit each other, or an entry of multiverse.exceptions for this cell with its reason"
        raise InvalidInput(where, f"cannot be: {str(error).removeprefix(f'{where}: ')}", allowed=allowed) from error


def _called(cell: Combination) -> str:
    return f"cell ({', '.join(cell.options)})"
