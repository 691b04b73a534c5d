"""What a likelihood takes: frozen arrays that keep the printed rows they were made of."""

from dataclasses import dataclass, field, replace
from typing import Literal, Self, override

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.evidence.single import PrintedRow, SingleEvidence
from crlm_bayes.words.numbers import short


@dataclass(frozen=True)
class BinomialEvidence(SingleEvidence):
    """Events of `n` in each arm, control first; fractional where the reading is `percent`."""

    events: Floats
    n: Floats

    @override
    def discounted(self, weight: float) -> Self:
        """Count fewer patients."""
        return replace(self, events=weight * self.events, n=weight * self.n)

    @property
    @override
    def control_risk(self) -> tuple[str, float]:
        return "", float(self.events[0] / self.n[0])

    @property
    @override
    def risks(self) -> tuple[float, float]:
        control, treated = (float(share) for share in self.events / self.n)
        return control, treated

    @property
    @override
    def counted(self) -> Floats:
        return self.n

    @override
    def cells(self, arms: tuple[str, str]) -> list[str]:
        return [f"{arm}\n{short(n)} patients" for arm, n in zip(arms, self.n, strict=True)]


@dataclass(frozen=True)
class SurvivalEvidence(SingleEvidence):
    """Survivors of those at risk in each interval between landmarks.

    Attributes
    ----------
    times : array, shape (K + 1,)
        Landmarks in months, 0 first.
    at_risk, survivors : array, shape (K, 2)
        Effective numbers entering and surviving interval k, by arm, control first.
    printed : array, shape (K, 2)
        Printed survival at the end of each interval, as a proportion.
    """

    times: Floats
    at_risk: Floats
    survivors: Floats
    printed: Floats

    @override
    def discounted(self, weight: float) -> Self:
        """Count fewer patients."""
        return replace(self, at_risk=weight * self.at_risk, survivors=weight * self.survivors)

    @property
    @override
    def control_risk(self) -> tuple[str, float]:
        return short(self.times[-1]), float(self.printed[-1, 0])

    @property
    @override
    def risks(self) -> tuple[float, float]:
        control, treated = (float(1 - alive) for alive in self.printed[-1])
        return control, treated

    @property
    @override
    def counted(self) -> Floats:
        return self.at_risk

    @property
    @override
    def quantity(self) -> str:
        return "surviving the interval (%)"

    @override
    def cells(self, arms: tuple[str, str]) -> list[str]:
        spans = [f"{short(a)}–{short(b)} months" for a, b in zip(self.times[:-1], self.times[1:], strict=True)]
        return [f"{arm}\n{span}" for span in spans for arm in arms]


@dataclass(frozen=True)
class RatioEvidence(SingleEvidence):
    """A log ratio, treatment over control, and its standard error.

    `control_survival` is the last printed landmark of the control arm, (months, proportion), where the measure is a
    hazard ratio: the baseline for absolute effects. Where the print does not say which arm did better `direction` is
    ``unknown`` and `log_ratio` the size of the log ratio, at least 0.
    """

    log_ratio: float
    se: float
    control_survival: tuple[float, float] | None = None
    direction: Literal["known", "unknown"] = "known"

    @override
    def discounted(self, weight: float) -> Self:
        """Return it as it is: the power of the curve is the power of the likelihood, which has no nuisance parameter."""
        return self

    @property
    @override
    def control_risk(self) -> tuple[str, float] | None:
        if self.control_survival is None:
            return None
        months, survival = self.control_survival
        return short(months), survival


@dataclass(frozen=True)
class StudyEvidence:
    """One study of a synthesis.

    Attributes
    ----------
    study : str
    evidence : SingleEvidence
    shifted : bool
        Whether its effect is that of the shifted group: of studies that may be biased, or at a level of the moderator.
    discount : float
        Weight of its evidence, 0 to 1; 1 where it is learnt.
    learnt : bool
        Whether the weight is learnt, in common with that of the other such studies.
    """

    study: str
    evidence: SingleEvidence
    shifted: bool = False
    discount: float = 1.0
    learnt: bool = False


@dataclass(frozen=True)
class SynthesisEvidence:
    """The evidence of several studies, in the order of the analysis."""

    members: tuple[StudyEvidence, ...]

    @property
    def arms(self) -> tuple[str, str]:
        """Names of the arms of whatever study."""
        return "control", "treatment"

    @property
    def labels(self) -> tuple[str, str]:
        """What the arms are called: as in the studies where these agree."""
        (first, *rest) = (member.evidence.labels for member in self.members)
        return first if all(labels == first for labels in rest) else self.arms

    @property
    def rows(self) -> tuple[PrintedRow, ...]:
        """Printed rows of all studies."""
        return tuple(row for member in self.members for row in member.evidence.rows)


@dataclass(frozen=True)
class ComparedArm:
    """One arm of one study: events of `n`, fractional where they come from a percentage."""

    study: str
    arm: str
    label: str
    treated: bool
    events: float
    n: float

    @property
    def name(self) -> str:
        """Name of the arm among those of all studies."""
        return f"{self.study}.{self.arm}"


@dataclass(frozen=True)
class ArmLevelEvidence:
    """Arms of several studies, compared without keeping to the comparison inside each: randomisation is broken.

    Attributes
    ----------
    compared : tuple of ComparedArm
        In the order of the studies; in each, the arms without the treatment first.
    """

    compared: tuple[ComparedArm, ...]
    rows: tuple[PrintedRow, ...] = field(default=())

    @property
    def arms(self) -> tuple[str, str]:
        """Names of the two sides."""
        return "control", "treatment"

    @property
    def labels(self) -> tuple[str, str]:
        """What the two sides are called; what else an arm was given differs from study to study."""
        return "without the treatment", "with the treatment"

    @property
    def treated(self) -> tuple[bool, ...]:
        """Which arms have the treatment."""
        return tuple(arm.treated for arm in self.compared)

    @property
    def counted(self) -> Floats:
        """Patients of whom each observed number is a count."""
        return self.n

    @property
    def quantity(self) -> str:
        """The observed shares are of the endpoint."""
        return ""

    def cells(self, arms: tuple[str, str]) -> list[str]:
        """Name the observed numbers, in their order."""
        return [f"{arm.study}\n{'with' if arm.treated else 'without'}\n{short(arm.n)}" for arm in self.compared]

    @property
    def events(self) -> Floats:
        """Events by arm."""
        return np.array([arm.events for arm in self.compared])

    @property
    def n(self) -> Floats:
        """Patients by arm."""
        return np.array([arm.n for arm in self.compared])


@dataclass(frozen=True)
class CentreEvidence:
    """Centres of one study, with the evidence of the study as a whole.

    Attributes
    ----------
    centres : tuple of str
        Names, in the order printed.
    sizes : array, shape (C,)
        Patients of each centre.
    treated : int
        Patients of the treatment arm.
    pooled : BinomialEvidence or SurvivalEvidence
        The same endpoint without regard to centres; where outcomes are printed by centre, their sum.
    events, n : array, shape (C, 2), or None
        Outcomes by centre and arm, control first; None where only the sizes of the centres are printed. A centre in
        which nobody was in an arm has 0 of 0.
    """

    study: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    centres: tuple[str, ...]
    sizes: Floats
    treated: int
    pooled: BinomialEvidence | SurvivalEvidence
    events: Floats | None = None
    n: Floats | None = None
    rows: tuple[PrintedRow, ...] = field(default=())

    @property
    def tables(self) -> bool:
        """Whether outcomes are printed by centre."""
        return self.events is not None

    @property
    def intervals(self) -> int:
        """Intervals of the survival curve; 0 for a binary endpoint."""
        return len(self.pooled.survivors) if isinstance(self.pooled, SurvivalEvidence) else 0


Evidence = SingleEvidence | SynthesisEvidence | ArmLevelEvidence | CentreEvidence
