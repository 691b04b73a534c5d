"""The only reader of `claims.toml`: what a paper says that another study found."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import model_validator

from crlm_bayes.documents.printed.numbers import Printed, PrintedMonths, PrintedP, PrintedPercent, PrintedPositive
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import UnknownName
from crlm_bayes.toml import Frozen, Measure, Text, Word, read_toml, validate

CLAIMS_FILE: Final = "claims.toml"

KINDS: Final = ("percent", "points", "effect", "gain", "p", "value")
"""What can be claimed; a claim holds one of them."""


class Claim(Frozen):
    """One thing that a paper says of another study.

    Attributes
    ----------
    study, about : str
        The paper that says it, and the study it speaks of, by id; the latter need not have a document.
    called : str, optional
        What pages call that study where it has no document.
    says : str
        The claim in words, not the paper's own sentence.
    percent
        Percentage of `arm` with the endpoint; event-free at `months` where those are given.
    points
        Difference of the arms in percentage points, without sign.
    effect : {"lower", "higher", "none"}
        What the treatment is said to have done to the rate of the endpoint (of the event, for survival).
    gain
        Difference of the medians in months, without sign.
    p, value
        Of a test or a ratio of the arms (`measure`).
    """

    study: Word
    about: Word
    called: Text | None = None
    says: Text
    locator: Text
    endpoint: Word
    arm: Word | None = None
    months: PrintedMonths | None = None
    percent: PrintedPercent | None = None
    points: PrintedPercent | None = None
    effect: Literal["lower", "higher", "none"] | None = None
    gain: Printed | None = None
    p: PrintedP | None = None
    measure: Measure | None = None
    value: PrintedPositive | None = None

    @model_validator(mode="after")
    def _claims_one_thing(self) -> "Claim":
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"a claim holds one of {', '.join(KINDS)}; this one has {', '.join(given) or 'none'}")
        if (self.value is None) != (self.measure is None):
            raise ValueError("value and measure go together")
        if self.percent is not None and self.arm is None:
            raise ValueError("a percentage needs its arm")
        return self

    @property
    def kind(self) -> str:
        """Which of :data:`KINDS` it holds."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


class ClaimBook(Frozen):
    """All claims of a folder of studies."""

    claims: tuple[Claim, ...] = ()


def read_claims(folder: Path) -> tuple[Claim, ...]:
    """Read the claims of a folder of studies; a folder without the file has none.

    Raises
    ------
    InvalidInput
        If the document is not usable.
    """
    path = folder / CLAIMS_FILE
    return validate(ClaimBook, read_toml(path), path).claims if path.is_file() else ()


def check_claims(claims: Sequence[Claim], studies: Mapping[str, Study], known: Collection[str], where: str) -> None:
    """Check what only the studies show.

    Parameters
    ----------
    studies : mapping of id to Study
        Those that were read; the arms of a claim are looked up in them.
    known : collection of str
        All studies that have a document.

    Raises
    ------
    UnknownName
        If a claim's paper has no document, or its arm is none of the study it speaks of.
    """
    for i, claim in enumerate(claims, 1):
        entry = f"{where}: claims[{i}] ({claim.study}, {claim.about}, {claim.endpoint})"
        if claim.study not in known:
            raise UnknownName.among(f"{entry}: study", "study", claim.study, known)
        arms = [arm.id for arm in studies[claim.about].arms] if claim.about in studies else None
        if arms is not None and claim.arm is not None and claim.arm not in arms:
            raise UnknownName.among(f"{entry}: arm", "arm", claim.arm, arms)
