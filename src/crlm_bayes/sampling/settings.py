"""Sampler settings of a run."""

from dataclasses import dataclass

from crlm_bayes.rule import SEED


@dataclass(frozen=True)
class Settings:
    """How long and with what seed NUTS runs; the defaults keep 4,000 draws of each posterior.

    `target_accept`, where it is given, replaces what each model needs (:func:`crlm_bayes.sampling.nuts.acceptance`).

    `cores` changes the time only: the same seed gives the same draws.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    seed: int = SEED
    target_accept: float | None = None
    cores: int | None = None

    def __post_init__(self) -> None:
        """Refuse what the sampler cannot do.

        Raises
        ------
        ValueError
            If draws, tune or chains is below 1: the sampler's own answer would be a crash of its threads.
        """
        for name in ("draws", "tune", "chains"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
