"""Values that show themselves: a few lines as `repr`, a table in a notebook, a DataFrame."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from crlm_bayes.words.numbers import number

if TYPE_CHECKING:
    import pandas as pd

LINES: Final = 8
"""Rows of a `repr`; a notebook shows :data:`ROWS`, a DataFrame all."""

ROWS: Final = 200

WIDE: Final = 40
"""Characters of a cell in a `repr`."""


class Shown(ABC):
    """What a value says of itself in a session: a heading and the rows of one table."""

    @abstractmethod
    def heading(self) -> str:
        """Say what it is in one line."""

    @abstractmethod
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The rows of its table, with the same keys in each."""

    def to_df(self) -> "pd.DataFrame":
        """Its table as a DataFrame, numbers as they are."""
        import pandas as pd

        return pd.DataFrame([dict(row) for row in self.rows()])

    def __repr__(self) -> str:
        rows = self.rows()
        cells = [[_short(_cell(value)) for value in row.values()] for row in rows[:LINES]]
        lines = [self.heading()]
        if rows:
            columns = list(zip(list(rows[0]), *cells, strict=True))
            widths = [max(map(len, column)) for column in columns]
            lines += [
                "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
                for line in zip(*columns, strict=True)
            ]
        if len(rows) > LINES:
            lines.append(f"… and {len(rows) - LINES} more; .to_df() has all")
        return "\n".join(lines)

    __str__ = __repr__  # where a model has one of its own

    def _repr_html_(self) -> str:
        rows = self.rows()
        head = "".join(f"<th>{escape(name)}</th>" for name in (rows[0] if rows else ()))
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(_cell(value))}</td>' for value in row.values())}</tr>" for row in rows[:ROWS]
        )
        more = f"<p>… and {len(rows) - ROWS} more</p>" if len(rows) > ROWS else ""
        return f"<p><b>{escape(self.heading())}</b></p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return number(value, 3) if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= WIDE else f"{text[: WIDE - 1]}…"
