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
    """Draw every figure of an analysis."""
    fits = {name: fit.get("content") for name, fit in result.record["fits"].items()}
    if None in fits.values():  # draws that nobody knows by their digest
        return _saved(figures.draw(result))
    data = [list(result.question.studies), result.question.evidence]
    return _recalled(lambda: figures.draw(result), "result", result.identity, data, list(fits.items()))


def of_audit(audit: StudyAudit) -> dict[str, Saved]:
    """Draw the audit of one study, under the name that its page asks for."""
    name = f"audit_{audit.study.id}"
    return _recalled(lambda: {name: figures.draw_audit(audit)}, "audit", audit)


def of_index(draw: Callable[[], Mapping[str, "Figure"]], table: "pd.DataFrame") -> dict[str, Saved]:
    """Draw the figures of the page of all analyses."""
    return _recalled(draw, "index", table.to_csv())


def _recalled(draw: Callable[[], Mapping[str, "Figure"]], *rest: Any) -> dict[str, Saved]:
    return FIGURES.recall(digest(*rest, _drawn_by()), lambda: _saved(draw()))


@cache
def _drawn_by() -> tuple[str, ...]:
    return tuple(version(name) for name in ("matplotlib", "pillow", "arviz", "arviz-plots", "pandas", "xarray"))


def _saved(drawn: Mapping[str, "Figure"]) -> dict[str, Saved]:
    return {name: saved(figure) for name, figure in drawn.items()}
