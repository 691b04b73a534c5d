"""Whether a reader can find the paper that a document was transcribed from."""

from collections.abc import Iterable

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.documents.study import Study


@check("Is a DOI or PMID given by which a reader finds the paper?")
def identifier(study: Study) -> Iterable[Trouble]:
    """Look for an identifier; a document without one is no fault of the paper, but cannot be checked against it."""
    if not study.doi and not study.pmid:
        message = "No DOI or PMID is given, so that a reader cannot find the paper by it."
        yield Trouble("paper", "note", (), ("citation",), "no DOI, no PMID", "one of the two", message)
