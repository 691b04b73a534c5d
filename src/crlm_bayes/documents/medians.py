"""Which of two arms has the longer printed median."""

from crlm_bayes.documents.printed.entries import MedianEntry
from crlm_bayes.documents.printed.rounding import TINY, stands_for
from crlm_bayes.documents.study import Study


def longer_first(study: Study, endpoint: str, arms: tuple[str, str]) -> tuple[MedianEntry, MedianEntry] | None:
    """Medians of two arms, the longer one first.

    Returns
    -------
    tuple of MedianEntry, or None
        None where one is not printed, is printed twice, or rounding leaves open which is longer.
    """
    found = [[m for m in study.medians if (m.endpoint, m.arm) == (endpoint, arm)] for arm in arms]
    if any(len(of_arm) != 1 for of_arm in found):
        return None
    short, long = sorted((of_arm[0] for of_arm in found), key=lambda m: m.months.value)
    # two values that round apart may be equal only where both lie on the same half
    apart = stands_for(short.months).high <= stands_for(long.months).low + TINY
    return (long, short) if apart and short.months.value < long.months.value else None
