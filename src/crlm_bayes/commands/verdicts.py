"""The verdicts of analyses under their primary priors, endpoint by endpoint: what `fit`, `report` and `list` show."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from rich.console import Console

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.commands.console import HYPOTHETICAL, grouped, heading, say
from crlm_bayes.prose.terminal.lines import verdict_line
from crlm_bayes.words.nouns import capital, endpoint_noun, endpoint_order

STYLES: Final = {"harm": "bold", "survives": "bold"}

Entry = Mapping[str, Any]
"""An analysis: `analysis`, `title`, `endpoint`, `study`, `hypothetical`, and whatever else is shown of it."""


def primary_row(record: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the verdict row of a run record under the primary prior; None where there is none of this version."""
    rows = () if record is None else record["verdicts"]
    return next((row for row in rows if row["primary"] and "mark" in row), None)


def by_endpoint(console: Console, entries: Iterable[Entry], show: Callable[[Entry], None]) -> None:
    """Show analyses under the name of their endpoint, syntheses first; what asks what if in grey, in a block of its own."""
    ordered = sorted(entries, key=lambda e: (endpoint_order(e["endpoint"]), e["study"] != SYNTHESIS))
    printed = [entry for entry in ordered if not entry["hypothetical"]]
    blocks = grouped(printed, lambda entry: capital(endpoint_noun(entry["endpoint"])))
    if len(printed) < len(ordered):
        blocks[HYPOTHETICAL] = [entry for entry in ordered if entry["hypothetical"]]
    for name, block in blocks.items():
        heading(console, name)
        for entry in block:
            show(entry)


def say_verdict(console: Console, row: Mapping[str, Any], indent: int) -> None:
    """Print a verdict with the ratio, its interval and the probability that it rests on."""
    say(console, verdict_line(row), indent=indent, hang=2, style="dim" if row["hypothetical"] else "")
