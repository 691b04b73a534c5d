"""References in BibTeX: the studies, the software and the methods; nothing is said that documents or docstrings do not say.

A citation is one line of a study document and is not taken apart: who its authors are is not guessed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from crlm_bayes.answers.result import Result
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.prose.manuscript.methods import NAMES, SAMPLING, methods
from crlm_bayes.version import __version__

AUTHORS: Final = "The crlm_bayes authors"

TITLE: Final = "crlm_bayes: Bayesian reanalysis of published clinical trials"


class Reference(NamedTuple):
    """A method as this program cites it.

    Attributes
    ----------
    key : str
    authors : tuple of str
        Surnames; ``others`` stands for the rest.
    year : int
    where : str
        Journal, volume and pages; empty where the program does not give them.
    what : str
        For what it is cited.
    """

    key: str
    authors: tuple[str, ...]
    year: int
    where: str
    what: str

    @property
    def cited(self) -> str:
        """How a paragraph cites it: ``VanderWeele and Ding 2017``."""
        *first, last = self.authors
        return f"{', '.join(first)} and {last} {self.year}" if first else f"{last} {self.year}"


METHODS: Final = (
    Reference(
        "spiegelhalter2004", ("Spiegelhalter", "Abrams", "Myles"), 2004, "", "priors of sceptics and enthusiasts"
    ),
    Reference("matthews2018", ("Matthews",), 2018, "R Soc Open Sci 5:171047", "the critical prior"),
    Reference("vanderweele2017", ("VanderWeele", "Ding"), 2017, "Ann Intern Med 167:268-274", "E-values"),
    Reference("welton2009", ("Welton", "others"), 2009, "", "the bias of studies"),
    Reference("vehtari2021", ("Vehtari", "others"), 2021, "", "R-hat and effective sample sizes"),
    Reference("betancourt2016", ("Betancourt",), 2016, "", "E-BFMI"),
    Reference("sung2005", ("Sung",), 2005, "", "the checklist ROBUST"),
    Reference("kruschke2021", ("Kruschke",), 2021, "", "the checklist BARG"),
)
"""Every method that a paragraph may cite."""

INCOMPLETE: Final = "To be completed: the program does not give title and journal"

SPECIAL: Final = {
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
"""How BibTeX wants what it would read as a command."""


def bibtex(result: Result) -> str:
    """Write the references of an analysis: studies, software, and the methods that its paragraphs cite."""
    said = " ".join(methods(result))
    entries = [
        *_studies(result.question.studies),
        *_software(result.record),
        *_methods(r for r in METHODS if r.cited in said),
    ]
    return "\n\n".join(entries) + "\n"


def _studies(studies: Iterable[Study]) -> Iterator[str]:
    for study in studies:
        fields = {"title": title_of(study), "note": study.citation, "year": str(study.year or "")}
        yield _entry(study.id, fields, {"doi": study.doi or "", "pmid": study.pmid or ""})


def _software(record: Mapping[str, object]) -> Iterator[str]:
    versions, sampled = record["versions"], bool(record["fits"])
    assert isinstance(versions, Mapping)
    version = versions.get("crlm_bayes", __version__)
    yield _entry("software-crlm_bayes", {"author": f"{{{AUTHORS}}}", "title": TITLE, "note": f"Version {version}"})
    for key, name in NAMES.items():
        if key in versions and key != "crlm_bayes" and (sampled or key not in SAMPLING):
            yield _entry(
                f"software-{key}", {"title": name, "note": f"Software, version {versions[key]}"}, {"key": name}
            )


def _methods(cited: Iterable[Reference]) -> Iterator[str]:
    for one in cited:
        where = one.where or INCOMPLETE
        yield _entry(
            f"method-{one.key}",
            {"author": " and ".join(one.authors), "note": f"{where}. Cited for {one.what}", "year": str(one.year)},
        )


def _entry(key: str, fields: Mapping[str, str], verbatim: Mapping[str, str] | None = None) -> str:
    """Write one entry; what is empty is left out, and what is `verbatim` must be no text but an identifier."""
    safe = {name: _text(value) for name, value in fields.items()}
    safe |= {
        name: re.sub(r"[{}\\\s]", "", value) if name != "key" else value for name, value in (verbatim or {}).items()
    }
    lines = [f"  {name} = {{{value}}}," for name, value in safe.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _text(value: str) -> str:
    inner = value[1:-1] if value.startswith("{") and value.endswith("}") else value
    written = "".join(SPECIAL.get(c, c) for c in " ".join(inner.split()))
    return f"{{{written}}}" if inner is not value else written
