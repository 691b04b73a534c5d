"""Bayesian reanalysis of published clinical trials: does the published benefit survive a sceptic?

The library in eleven names; each is loaded when it is first used (see :mod:`crlm_bayes.api`).

The rooms stand in the order of the data, and each imports only from those before it (`make lint` holds them to it):

``errors`` ``cache`` ``rule`` ``arrays`` ``toml``
    the exception tree, what is kept between runs, the rule and its thresholds, array types, TOML to frozen values
``words``
    how numbers and nouns are written
``priors``
    densities as values
``documents``
    studies and analyses as their documents say, shape and meaning
``exact``
    one effect without a sampler: evidence curves, posteriors, synthesis
``audits``
    does the print add up
``scepticism``
    what a doubter makes of one curve: critical prior, reverse-Bayes, bias and discount, the decision
``evidence``
    from print to arrays: landmarks, log-rank and ratio conversions, priors from trials
``likelihoods``
    one file per statistical idea: equation, PyMC model, exact curve
``sampling``
    NUTS and its gate
``answers``
    from documents to questions, to answers (exact), to results (sampled); tables
``batches``
    thousands of trials at once, from a row of a table to a row of answers
``prose``
    every sentence about an answer, once
``figures`` ``pages``
    what is drawn and what is written of a result
``run``
    one analysis or many; the only writer
``api`` ``commands`` ``cli``
    the front door, and the verbs of the command line
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from crlm_bayes.version import __version__ as __version__

if TYPE_CHECKING:
    from crlm_bayes.api import ask, audit, batch, check, draw, fit, fit_all, question, questions, read_studies, report

__all__ = [
    "ask", "audit", "batch", "check", "draw", "fit", "fit_all", "question", "questions", "read_studies", "report",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load the front door when something is taken through it (PEP 562)."""
    if name in __all__:
        return getattr(import_module("crlm_bayes.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
