"""Every error that a user can cause, in one tree.

::

    CrlmBayesError                 base; `exit_code` is what the command line returns
    ├── InvalidInput               a study, a prior or an analysis file is not usable            (1)
    ├── UnknownName                a study, analysis, prior or endpoint that is not there        (1)
    ├── UnwritableOutput           the output folder cannot be written                           (1)
    └── StaleResult                `report` was asked for a fit that is missing, stale or failed (1)

A fit whose diagnostics fail is no exception: it is kept, marked, and the command ends with
:data:`EXIT_GATE`. Anything else that is raised is a bug of this program and shows its traceback.
"""

import difflib
from collections.abc import Iterable
from typing import Final

EXIT_GATE: Final = 3
"""Exit code of a run in which a fit failed the diagnostics gate, and of a strict audit with a serious finding."""

EXIT_STOPPED: Final = 130
"""Exit code of a run that its user stopped: what was finished is kept."""


def nearest(word: str, allowed: Iterable[str], cutoff: float = 0.55) -> str | None:
    """Return the allowed word most like `word`, or None where nothing is near; 1 is the same word."""
    close = difflib.get_close_matches(word.lower(), list(allowed), n=1, cutoff=cutoff)
    return close[0] if close else None


class CrlmBayesError(Exception):
    """One line that says where, what, what is allowed and what is nearest.

    Parameters
    ----------
    where : str
        File, entry and key: ``data/x.toml: counts[2] (orr, drug): events``.
    what : str
        What is wrong, with the offending value.
    allowed : str, optional
        What would be accepted.
    near : str, optional
        The nearest valid word.
    """

    exit_code = 1

    def __init__(self, where: str, what: str, *, allowed: str | None = None, near: str | None = None) -> None:
        self.where, self.what, self.allowed, self.near = where, what, allowed, near
        line = f"{where}: {what}"
        if allowed:
            line += f"; allowed: {allowed}"
        if near:
            line += f"; did you mean '{near}'?"
        super().__init__(" ".join(line.split()))


class InvalidInput(CrlmBayesError):
    """A study, prior or analysis file is not usable."""


class UnknownName(CrlmBayesError):
    """A name that refers to nothing."""

    @classmethod
    def among(cls, where: str, kind: str, name: str, allowed: Iterable[str]) -> "UnknownName":
        """Build the error for `name` that is not among `allowed`."""
        words = sorted(allowed)
        return cls(
            where,
            f"there is no {kind} '{name}'",
            allowed=", ".join(words) or "none",
            near=nearest(name, words),
        )


class UnwritableOutput(CrlmBayesError):
    """The output folder cannot be written."""


class StaleResult(CrlmBayesError):
    """A saved fit is missing, out of date, or failed its diagnostics."""
