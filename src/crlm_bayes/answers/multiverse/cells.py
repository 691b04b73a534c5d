"""Every combination of the declared choices of a document, each answered exactly, as `sceptic` would."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from crlm_bayes.answers.multiverse.shares import shares
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.rule import standing
from crlm_bayes.scepticism.panel import PriorVerdict
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
