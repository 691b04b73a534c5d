"""Sampler settings of a run."""

from dataclasses import dataclass

from crlm_bayes.conventions import SEED


@dataclass(frozen=True)
class Settings:
    """How long and with what seed NUTS runs; the defaults keep 4,000 draws of each posterior.

    `cores` changes the time only: the same seed gives the same draws.
    """

    draws: int = 1000
    tune: int = 600
    chains: int = 4
    seed: int = SEED
    target_accept: float = 0.9
    cores: int | None = None
