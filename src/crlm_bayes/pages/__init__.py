"""Pages, and the only writer of the output folder."""

from typing import Final

VERDICTS: Final = "verdicts.csv"
"""The table of all verdicts, which pages name."""
