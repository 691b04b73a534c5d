"""Which analyses replicate which: the same endpoint, read in the same way, in two studies, each way round."""

from collections.abc import Iterable
from typing import NamedTuple

from crlm_bayes.replication import Replication, replication


class Estimated(NamedTuple):
    """One analysis with its estimate: mode and width of its curve on the benefit scale."""

    analysis: str
    study: str
    endpoint: str
    measure: str
    reading: str
    estimate: tuple[float, float]


class Pair(NamedTuple):
    """An original, what is taken as its replication, and how convincing the two are together."""

    original: Estimated
    replica: Estimated
    found: Replication


def pairs(analyses: Iterable[Estimated]) -> list[Pair]:
    """Hold each analysis against those of other studies with the same endpoint, measure and reading."""
    every = list(analyses)
    return [
        Pair(original, replica, replication(original.estimate, replica.estimate))
        for original in every
        for replica in every
        if original.study != replica.study
        and (original.endpoint, original.measure, original.reading)
        == (replica.endpoint, replica.measure, replica.reading)
    ]
