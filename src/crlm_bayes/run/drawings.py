"""Figures as their files, drawn once: what rests on the same is not drawn again, in whatever folder it is asked for."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from crlm_bayes import figures
from crlm_bayes.answers.question import ANSWERS
from crlm_bayes.answers.result import Result
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.digests import digest
from crlm_bayes.figures.frame.saved import Saved, saved
from crlm_bayes.memory import Memory

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FIGURES: Final = Memory(
    "figures",
    *ANSWERS.sources,
    "sampling/**/*.py",
    "prose/**/*.py",
    "figures/**/*.py",
    "run/lean.py",
    "run/drawings.py",
)
"""Figures of analyses, of audits and of the index."""


def of_result(result: Result) -> dict[str, Saved]:
    """Draw every figure of an analysis; those that show no draws are the same before and after it is sampled."""
    fits = {name: fit.get("content") for name, fit in result.record["fits"].items()}
    answer = digest(result.identity, list(result.question.studies), result.question.evidence)
    found: dict[str, Saved] = {}
    for name, drawing in figures.drawings(result).items():
        if drawing.fitted and None in fits.values():  # draws that nobody knows by their digest
            found |= _saved(name, drawing.draw)
        else:
            found |= _recalled(name, drawing.draw, answer, list(fits.items()) if drawing.fitted else [])
    return found


def of_audit(audit: StudyAudit) -> dict[str, Saved]:
    """Draw the audit of one study, under the name that its page asks for."""
    return _recalled(f"audit_{audit.study.id}", lambda: figures.draw_audit(audit), audit)


def of_index(draw: Callable[[], Mapping[str, "Figure"]], table: "pd.DataFrame") -> dict[str, Saved]:
    """Draw the figures of the page of all analyses."""

    def make() -> dict[str, Saved]:
        return {name: saved(figure) for name, figure in draw().items()}

    return FIGURES.recall(digest("index", table.to_csv(), _drawn_by()), make)


def of_multiverse(name: str, draw: Callable[[], "Figure"], found: Any) -> dict[str, Saved]:
    """Draw the specification curve of a multiverse."""
    return _recalled(name, draw, found)


def _recalled(name: str, draw: Callable[[], "Figure | None"], *rest: Any) -> dict[str, Saved]:
    found = FIGURES.recall(digest(name, *rest, _drawn_by()), lambda: _saved(name, draw))
    return dict(found)


def _saved(name: str, draw: Callable[[], "Figure | None"]) -> dict[str, Saved]:
    with figures.rendering():
        figure = draw()
    return {} if figure is None else {name: saved(figure)}


@cache
def _drawn_by() -> tuple[str, ...]:
    return tuple(version(name) for name in ("matplotlib", "pillow", "arviz", "arviz-plots", "pandas", "xarray"))
