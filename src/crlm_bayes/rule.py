"""The numbers that the whole program agrees on, each stated once.

Intervals are equal-tailed, point estimates are posterior medians, and a benefit *survives* a prior when
P(benefit | data, prior) reaches :data:`SURVIVES`, that is when the 95% equal-tailed interval excludes no effect.
"""

from typing import Final

INTERVAL: Final = 0.95
"""Probability inside every reported interval (equal-tailed)."""

LOWER: Final = (1 - INTERVAL) / 2

UPPER: Final = 1 - LOWER

SURVIVES: Final = UPPER
"""P(benefit) at and above which a benefit survives a prior."""

ALPHA: Final = 0.05
"""The conventional threshold on whose sides papers read their p values; nothing here is decided by it."""

SEED: Final = 20250307
"""Default seed of every run."""


def side(p: float) -> int:
    """Say which side of a mark is established: 1 or -1, 0 where neither; `p` is the probability of benefit's side."""
    return 1 if p >= SURVIVES else -1 if p <= LOWER else 0


def standing(p_benefit: float) -> str:
    """Sort a probability of benefit: ``survives``, ``open`` or ``harm``."""
    if p_benefit >= SURVIVES:
        return "survives"
    return "harm" if p_benefit <= LOWER else "open"
