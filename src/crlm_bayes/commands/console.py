"""What people read in the terminal: progress, verdicts, the sceptic's panel, the pages of `show` and `list`."""

from rich.console import Console

from crlm_bayes.prose.verdicts import LEGEND, OF_HARM
from crlm_bayes.words.numbers import threshold

KEY = "   ".join([*LEGEND, OF_HARM])


def stderr() -> Console:
    """Return the console that people read."""
    return Console(stderr=True, highlight=False)


SYNTHESES, SINGLE_STUDIES = "Synthesis", "Single studies"
"""Headings of lists that hold both."""

CELL = 8
"""Width of a probability with its sign."""


def inverse(mcid: float) -> str:
    """Write the region of relevant harm: ``> 1.25``."""
    return f"{'>' if mcid < 1 else '<'} {threshold(1 / mcid)}"
