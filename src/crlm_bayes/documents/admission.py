"""The only reader of `admission.toml`: which trials a folder admits by its stated rule, for what, and why others not."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from crlm_bayes.documents.analysis_parts import LIKELIHOODS, StudyReading
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.toml import Frozen, Text, Word, read_toml, validate

ADMISSION_FILE: Final = "admission.toml"


class Outcome(Frozen):
    """What a trial tells of one endpoint that is asked for: how it is read, or why it is not.

    `admitted` is written as `per_study` of an analysis is, with `likelihood` and `reading`, and with `endpoint` where the
    trial has another word than `asked`.
    """

    asked: Word
    admitted: StudyReading | None = None
    why_not: Text | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if (self.admitted is None) == (self.why_not is None):
            raise ValueError("needs either admitted or why_not")
        if self.admitted is not None:
            likelihood, reading = self.admitted.likelihood, self.admitted.reading
            if likelihood is None or reading not in LIKELIHOODS[likelihood].readings:
                raise ValueError("admitted needs a likelihood and a reading that fits it")
        return self

    @property
    def endpoint(self) -> str:
        """Word of the endpoint in the document of the trial."""
        return (self.admitted and self.admitted.endpoint) or self.asked


class RegisteredTrial(Frozen):
    """One trial that the rule reaches; `study` is its document, where its numbers were found."""

    name: Text
    study: Word | None = None
    stratum: Word
    note: str = ""
    outcomes: tuple[Outcome, ...]


class AdmissionRegister(Frozen):
    """A rule of admission in words, and what it does to every trial that it reaches.

    `strata` and `asked` are its groups of trials and its endpoints, each with its name for a heading.
    """

    rule: Text
    strata: Annotated[dict[Word, Text], Field(min_length=1)]
    asked: Annotated[dict[Word, Text], Field(min_length=1)]
    trials: tuple[RegisteredTrial, ...]


def read_register(folder: Path, known: Collection[str]) -> AdmissionRegister | None:
    """Read the register of a folder of studies; None where it has none.

    Parameters
    ----------
    known : collection of str
        All studies that have a document.

    Raises
    ------
    InvalidInput, UnknownName
        If the document is not usable, or a trial is of no known study or stratum, is registered twice, or leaves an
        endpoint out.
    """
    path = folder / ADMISSION_FILE
    if not path.is_file():
        return None
    register = validate(AdmissionRegister, read_toml(path), path)
    _check(register, known, str(path))
    return register


def _check(register: AdmissionRegister, known: Collection[str], where: str) -> None:
    for key in ("name", "study"):
        given = Counter(value for trial in register.trials if (value := getattr(trial, key)) is not None)
        for value, times in given.items():
            if times > 1:
                raise InvalidInput(f"{where}: trials: {key}", f"'{value}' is registered twice", allowed="one entry")
    for i, trial in enumerate(register.trials, 1):
        here = f"{where}: trials[{i}] ({trial.name})"
        if trial.stratum not in register.strata:
            raise UnknownName.among(f"{here}: stratum", "stratum", trial.stratum, register.strata)
        if trial.study is not None and trial.study not in known:
            raise UnknownName.among(f"{here}: study", "study", trial.study, known)
        asked = Counter(outcome.asked for outcome in trial.outcomes)
        for endpoint in asked.keys() | register.asked.keys():
            if asked[endpoint] != 1 or endpoint not in register.asked:
                what = f"says {asked[endpoint]} times what becomes of '{endpoint}'"
                raise InvalidInput(f"{here}: outcomes", what, allowed=f"once for each of {', '.join(register.asked)}")
        if trial.study is None and any(outcome.admitted for outcome in trial.outcomes):
            raise InvalidInput(f"{here}: study", "is missing, and something is admitted", allowed="its document")
