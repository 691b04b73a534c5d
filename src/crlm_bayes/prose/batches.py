"""What is said of a batch of trials: how many were answered, and what of the table was of no use."""

from collections.abc import Sequence

from crlm_bayes.words.nouns import listed
from crlm_bayes.words.numbers import count


def answered(trials: int, faulty: int, out: str) -> str:
    """Say how many trials were answered, and where the answers are."""
    return f"{count(trials - faulty)} of {count(trials)} trials answered: {out}"


def unanswered(faulty: int, shown: int) -> str:
    """Say how many trials have a fault that is not shown, and where all of them are."""
    more = f"{count(faulty - shown)} more" if faulty > shown else "All of them"
    return f"{more}: the column 'error' has every fault, on the row of its trial."


def passed_over(columns: Sequence[str]) -> str:
    """Name the columns that mean nothing."""
    return f"Columns that are not read: {listed(columns)}."
