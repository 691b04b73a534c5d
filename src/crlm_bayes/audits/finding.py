"""What a check finds, and what a check is: a question with a name, asked of a study.

Severity
--------
serious
    No value inside the rounding of the print is consistent, and a conclusion hangs on it: a p value that changes sides of
    0.05, a percentage of other patients, a median that its own curve forbids, parts that do not make their total.
warning
    No value inside the rounding is consistent, but no conclusion changes.
note
    Explained by an ordinary cause that is named (cut off instead of rounded, an interval of unstated kind), or worth
    knowing without being a contradiction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from crlm_bayes.documents.study import Study

Severity = Literal["serious", "warning", "note"]

SEVERITIES: Final[tuple[Severity, ...]] = ("serious", "warning", "note")
"""The gravest first."""


@dataclass(frozen=True)
class Finding:
    """One thing in a paper that does not add up.

    Attributes
    ----------
    id : str
        Stable: study, check and subject, ``smith2024.count_percent.os-control-36``; documents may name it.
    check : str
        Name of the check.
    locators : tuple of str
        Where the paper prints the numbers.
    printed, recomputed : str
        What stands there, and what follows from the other numbers.
    message : str
        One plain sentence that can be quoted.
    entries : tuple of str
        References of the entries that contradict each other (:func:`~crlm_bayes.documents.study.reference`).
    """

    id: str
    study: str
    severity: Severity
    check: str
    locators: tuple[str, ...]
    printed: str
    recomputed: str
    message: str
    entries: tuple[str, ...]

    @property
    def locator(self) -> str:
        """All places, each once; a locator may itself name several."""
        return "; ".join(dict.fromkeys(place for locator in self.locators for place in locator.split("; ")))


@dataclass(frozen=True)
class Trouble:
    """A finding before it has a study and a name: what a check returns."""

    subject: str
    severity: Severity
    entries: tuple[str, ...]
    locators: tuple[str, ...]
    printed: str
    recomputed: str
    message: str


@dataclass(frozen=True)
class Check:
    """One check of the registry.

    Attributes
    ----------
    name : str
        As in the id of its findings.
    asks : str
        The question it answers, for a reader who wants to know what was looked at.
    run : callable
        From a study to troubles.
    """

    name: str
    asks: str
    run: Callable[[Study], Iterable[Trouble]]

    def __call__(self, study: Study) -> list[Finding]:
        """Ask the question of a study."""
        return [finding(study.id, self.name, trouble) for trouble in self.run(study)]


def check(asks: str) -> Callable[[Callable[[Study], Iterable[Trouble]]], Check]:
    """Make a function a check: its name is the check's name."""

    def wrap(run: Callable[[Study], Iterable[Trouble]]) -> Check:
        return Check(run.__name__, asks, run)

    return wrap


def finding(study: str, check: str, trouble: Trouble) -> Finding:
    """Give a trouble its study and its stable id."""
    return Finding(
        f"{study}.{check}.{slug(trouble.subject)}",
        study,
        trouble.severity,
        check,
        trouble.locators,
        trouble.printed,
        trouble.recomputed,
        trouble.message,
        trouble.entries,
    )


def slug(text: str) -> str:
    """Write a subject as part of an id: lower case, words joined by hyphens, signs of comparison kept."""
    kept = "".join(
        c if c.isalnum() or c in "<>=_:+." else "-" for c in text.lower().replace("≤", "<=").replace("≥", ">=")
    )
    return "-".join(part for part in kept.split("-") if part)
