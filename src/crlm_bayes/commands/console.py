"""What people read in the terminal: lines and tables that fit its width."""

import os
from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap
from typing import Any, Final

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from crlm_bayes.prose.verdicts import LEGEND, OF_HARM
from crlm_bayes.words.numbers import threshold

KEY = "   ".join([*LEGEND, OF_HARM])

PIPED: Final = 100
"""Columns of what goes to a file or another program, from whatever terminal it was started."""

HYPOTHETICAL: Final = "What if ..."
"""Heading of the readings that ask so."""


def stdout() -> Console:
    """Return the console that people read, or pipe."""
    return _console(stderr=False)


def stderr() -> Console:
    """Return the console that people read beside the result."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        console.width = PIPED  # rich would ask the terminal behind the other streams
    return console


def say(console: Console, *parts: str | tuple[str, str], indent: int = 0, hang: int = 0, style: str = "") -> None:
    """Print a paragraph that keeps its indent where it is wrapped.

    Parameters
    ----------
    parts : str or (str, str)
        Texts, or texts with a style. What documents say is text here, also where it looks like markup.
    indent, hang : int
        Columns before every line, and before every line but the first beside them.
    """
    body = Text.assemble(*parts, style=style)
    for i, line in enumerate(body.wrap(console, max(console.width - indent - hang, 20)) or [body]):
        line.rstrip()
        console.print(Text(" " * (indent + hang * (i > 0))).append_text(line), soft_wrap=True)


def heading(console: Console, title: str, beside: str = "", indent: int = 0) -> None:
    """Print a title in bold, and what stands behind it."""
    say(console, (title, "bold"), *([(f"  {beside}", "dim")] if beside else []), indent=indent)


def show_table(console: Console, heads: Sequence[str], rows: Iterable[Sequence[str]], style: str = "") -> None:
    """Print a table of names and numbers; where it is too wide, heads and names are broken at their spaces, then all."""
    cells = [list(row) for row in rows]
    wide = console.options.update(max_width=10_000)
    made = _table(heads, cells, style)
    if Measurement.get(console, wide, made).maximum > console.width:
        heads, cells = _narrow(heads, cells)
        made = _table(heads, cells, style, gap=1)
    if Measurement.get(console, wide, made).maximum > console.width:
        made = _table(heads, cells, style, gap=1, whole=False)
    console.print(made)


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], style: str, *, gap: int = 2, whole: bool = True
) -> Table:
    table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold dim", style=style)
    for i, head in enumerate(heads):
        side: dict[str, Any] = {"justify": "right" if i else "left"}
        table.add_column(Text(head), no_wrap=whole, overflow="fold", vertical="bottom", **side)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _narrow(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """Break the names of rows at their spaces, and heads that are wider than what is below them."""
    names = max((len(word) for name, *_ in rows for word in name.split()), default=1)
    widths = [names, *(max(map(len, column)) for column in zip(*(numbers for _, *numbers in rows), strict=True))]
    broken = [_lines(head, width) for head, width in zip(heads, widths, strict=True)]
    return broken, [[_lines(name, names), *numbers] for name, *numbers in rows]


def _lines(text: str, width: int) -> str:
    return "\n".join(wrap(text, width, break_long_words=False, break_on_hyphens=False))


def grouped[T](rows: Iterable[T], name: Callable[[T], str]) -> dict[str, list[T]]:
    """Collect rows by a name, in the order in which the names come up."""
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    return found


def inverse(mcid: float) -> str:
    """Write the region of relevant harm: ``> 1.25``."""
    return f"{'>' if mcid < 1 else '<'} {threshold(1 / mcid)}"
