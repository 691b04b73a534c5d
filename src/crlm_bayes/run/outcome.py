"""What a run reports of one analysis."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """The record of an analysis, how many posteriors were sampled anew, and a line for each that had to be sampled longer."""

    record: Mapping[str, Any]
    sampled: int
    said: tuple[str, ...] = ()
