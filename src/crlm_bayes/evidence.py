"""What a likelihood takes: frozen arrays that keep the printed rows they were made of."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.provenance import Row

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BinomialEvidence:
    """Events of `n` in each arm, control first; fractional where the reading is `percent`."""

    study: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    events: Floats
    n: Floats
    rows: tuple[Row, ...] = field(default=())


@dataclass(frozen=True)
class SurvivalEvidence:
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

    study: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    times: Floats
    at_risk: Floats
    survivors: Floats
    printed: Floats
    rows: tuple[Row, ...] = field(default=())


@dataclass(frozen=True)
class RatioEvidence:
    """A log ratio, treatment over control, and its standard error.

    `control_survival` is the last printed landmark of the control arm, (months, proportion), where the measure is a
    hazard ratio: the baseline for absolute effects.
    """

    study: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    log_ratio: float
    se: float
    control_survival: tuple[float, float] | None = None
    rows: tuple[Row, ...] = field(default=())


Evidence = BinomialEvidence | SurvivalEvidence | RatioEvidence
