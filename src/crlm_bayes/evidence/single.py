"""What the evidence of one study is, whatever its likelihood: printed rows, and what others ask of it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Self

from crlm_bayes.arrays import Floats


@dataclass(frozen=True)
class PrintedRow:
    """One printed fact, where it stands, and what it became.

    Attributes
    ----------
    table, endpoint, arm : str
        Which entry of the study document.
    printed : str
        The numbers as printed.
    locator : str
        Where the paper prints them.
    used : str
        The numbers that the likelihood takes.
    how : str
        The step from one to the other.
    entry : str
        Reference of the entry (:func:`~crlm_bayes.documents.study.reference`).
    study : str
        Id of the study; empty until the evidence of a study is assembled.
    """

    table: str
    endpoint: str
    arm: str
    printed: str
    locator: str
    used: str
    how: str
    entry: str
    study: str = ""


@dataclass(frozen=True)
class SingleEvidence(ABC):
    """What every likelihood of one study takes: its arms, control first, the printed rows, and what others ask of it."""

    study: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    rows: tuple[PrintedRow, ...] = field(default=(), kw_only=True)

    @abstractmethod
    def discounted(self, weight: float) -> Self:
        """Evidence whose likelihood, nuisance parameters and all, is that of this one to the power `weight`, above 0."""

    @property
    def control_risk(self) -> tuple[str, float] | None:
        """Months (empty without a time) and proportion of the control arm, where the print gives one to start from."""
        return None

    @property
    def risks(self) -> tuple[float, float] | None:
        """Proportion with the event by the end of follow-up, control first, where the evidence itself tells it."""
        return None

    @property
    def counted(self) -> Floats | None:
        """Patients of whom each observed number is a count; None where these are no counts of patients."""
        return None

    @property
    def quantity(self) -> str:
        """What the observed shares are of, where it is not the endpoint."""
        return ""

    def cells(self, arms: tuple[str, str]) -> list[str]:
        """Name the observed numbers, in their order, by what the arms are called."""
        return list(arms)
