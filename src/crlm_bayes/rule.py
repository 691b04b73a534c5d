"""The numbers that the whole program agrees on, and the rule that they make; each is stated once, here.

Intervals are equal-tailed, point estimates are posterior medians, and a benefit *survives* a prior when
P(benefit | data, prior) reaches :data:`SURVIVES`, that is when the 95% equal-tailed interval excludes no effect.
Nothing outside this module compares a probability with a threshold or turns one to the scale of benefit.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INTERVAL: Final = 0.95
"""Probability inside every reported interval (equal-tailed)."""

LOWER: Final = (1 - INTERVAL) / 2

UPPER: Final = 1 - LOWER

SURVIVES: Final = UPPER
"""P(benefit) at and above which a benefit survives a prior."""

Z: Final = 1.959963984540054
"""Φ⁻¹(:data:`SURVIVES`): the normal quantile of the interval's limits, written out because SciPy takes long to load."""

ALPHA: Final = 0.05
"""The conventional threshold on whose sides papers read their p values; no benefit is decided by it."""

DECIDES: Final = 0.5
"""Share in the posterior mean above which a prior, not the data, decides the answer."""

SEED: Final = 20250307
"""Default seed of every run."""


class Standing(StrEnum):
    """What becomes of a claim of benefit under one prior."""

    SURVIVES = "survives"
    OPEN = "open"
    HARM = "harm"


@overload
def survives(p_benefit: float) -> bool: ...
@overload
def survives(p_benefit: "NDArray[np.float64]") -> "NDArray[np.bool_]": ...
def survives(p_benefit: Any) -> Any:
    """Whether a benefit of this probability survives; of an array, each by itself."""
    return p_benefit >= SURVIVES


@overload
def points_to_harm(p_benefit: float) -> bool: ...
@overload
def points_to_harm(p_benefit: "NDArray[np.float64]") -> "NDArray[np.bool_]": ...
def points_to_harm(p_benefit: Any) -> Any:
    """Whether harm is established at this probability of benefit; of an array, each by itself."""
    return p_benefit <= LOWER


def side(p: float) -> int:
    """Say which side of a mark is established: 1 or -1, 0 where neither; `p` is the probability of benefit's side."""
    return 1 if survives(p) else -1 if points_to_harm(p) else 0


def standing(p_benefit: float) -> Standing:
    """Sort a probability of benefit."""
    return {1: Standing.SURVIVES, 0: Standing.OPEN, -1: Standing.HARM}[side(p_benefit)]


def edge(side: int) -> float:
    """Probability of benefit's side from which on a side, 1 or -1, is established."""
    return SURVIVES if side == 1 else LOWER


def prior_decides(share: float) -> bool:
    """Whether a prior of this share in the posterior mean decides the answer."""
    return share > DECIDES


def crosses(least: float, most: float) -> bool:
    """Whether a claim survives at one end of a range of P(benefit) and not at the other."""
    return least < SURVIVES < most


def excludes_no_effect(z: float) -> bool:
    """Whether the 95% interval of a normal estimate, `z` standard errors from no effect, excludes no effect."""
    return abs(z) > Z


def significant(p_value: float) -> bool:
    """Whether a two-sided p value is below the conventional threshold."""
    return p_value < ALPHA


SIDELESS: Final = (0.4, 0.6)
"""Prior probability of benefit between which a prior takes no side."""


def expects_benefit(p: float) -> bool:
    """Whether a prior with this probability of benefit takes its side."""
    return p > SIDELESS[1]


def p_benefit[P: (float, "NDArray[np.float64]")](below: P, sign: int) -> P:
    """Turn P(θ < 0) into the probability of benefit.

    Parameters
    ----------
    below : float or array
        Probability that the log ratio, as reported, is negative (or lies below another mark).
    sign : int
        1 where ratios below 1 favour the treatment, else -1
        (:attr:`crlm_bayes.documents.analysis.AnalysisSpec.sign`).
    """
    return below if sign == 1 else 1 - below


class Turnable(Protocol):
    """A distribution of a log ratio that has a mirror image."""

    def turned(self) -> Self:
        """Return the distribution of minus the value."""
        ...


def turned[T: Turnable](prior: T, sign: int) -> T:
    """Turn a prior between the scale of benefit, where negative favours the treatment, and that of the reported ratio."""
    return prior if sign == 1 else prior.turned()
