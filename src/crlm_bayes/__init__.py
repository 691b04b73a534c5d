"""Bayesian reanalysis of published clinical trials: does the published benefit survive a sceptic?

The library in ten names; each is loaded when it is first used (see :mod:`crlm_bayes.api`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from crlm_bayes.version import __version__ as __version__

if TYPE_CHECKING:
    from crlm_bayes.api import ask, audit, check, draw, fit, fit_all, question, questions, read_studies, report

__all__ = [
    "ask", "audit", "check", "draw", "fit", "fit_all", "question", "questions", "read_studies", "report",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load the front door when something is taken through it (PEP 562)."""
    if name in __all__:
        return getattr(import_module("crlm_bayes.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
