"""The section for a manuscript: what a page shows of it."""

from typing import NamedTuple

from crlm_bayes.answers.result import Result
from crlm_bayes.prose.manuscript.methods import methods
from crlm_bayes.prose.manuscript.references import bibtex
from crlm_bayes.prose.manuscript.results import results


class Manuscript(NamedTuple):
    """Paragraphs under their headings, and references."""

    parts: tuple[tuple[str, list[str]], ...]
    references: str


def manuscript(result: Result) -> Manuscript:
    """Write methods, results and references of an answer."""
    return Manuscript((("Methods", methods(result)), ("Results", results(result))), bibtex(result))
