"""Rows of a table as trials: every cell held to what it may say, the first fault of a row in one line."""

from dataclasses import dataclass
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats
from crlm_bayes.batches.reading import COUNTS, RATIO, Chunk
from crlm_bayes.errors import InvalidInput, nearest
from crlm_bayes.toml import Measure
from crlm_bayes.words.numbers import short

MEASURES: Final[tuple[str, ...]] = get_args(Measure)

COUNTED: Final = "or"
"""Measure of a table of counts."""

LEVEL: Final = 0.95

MCID: Final = {"lower": 0.80, "higher": 1.25}
"""Smallest ratio worth having, where a row does not say it."""

LARGEST: Final = 1e9
"""Beyond any ratio that is printed."""

BLANK: Final = ("", "na", "nan")
"""Cells that say nothing, in lower case."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Trials:
    """N rows of a table; what a row does not have is NaN or empty.

    Attributes
    ----------
    ids, measures, betters : list of str
    sign : array, shape (N,)
        1 where ratios below 1 favour the treatment, else -1.
    ratios : array, shape (N, 3)
        Estimate, lower and upper limit.
    level : array, shape (N,)
    counts : array, shape (N, 4)
        Events and patients of the treatment arm, then of the control arm.
    mcid : array, shape (N,)
    faults : list of str or None
        What is wrong with a row.
    """

    ids: list[str]
    measures: list[str]
    betters: list[str]
    sign: Floats
    ratios: Floats
    level: Floats
    counts: Floats
    mcid: Floats
    faults: list[str | None]

    @property
    def sound(self) -> Flags:
        """Rows without a fault."""
        return np.array([fault is None for fault in self.faults], dtype=bool)

    @property
    def counted(self) -> Flags:
        """Rows that give counts."""
        return np.asarray(~np.isnan(self.counts).all(axis=1))


def trials(chunk: Chunk) -> Trials:
    """Read the cells of a chunk."""
    ids = _words(chunk, "id", lower=False)
    faults = _Faults(chunk, ids)
    faults.add([not name for name in ids], "id", "is empty", "a name for each trial")
    values = {key: _numbers(chunk, key, faults) for key in (*RATIO, "level", *COUNTS, "mcid")}
    ratios, counts = (np.stack([values[key] for key in keys], axis=1) for keys in (RATIO, COUNTS))
    has_ratio, has_counts = (~np.isnan(table).all(axis=1) for table in (ratios, counts))
    kinds = f"either {', '.join(RATIO)} or {', '.join(COUNTS)}"
    faults.add(has_ratio & has_counts, "", "has both a ratio and counts", kinds)
    faults.add(~has_ratio & ~has_counts, "", "has neither a ratio nor counts", kinds)
    for keys, used in ((RATIO, has_ratio), (COUNTS, has_counts)):
        for key in keys:
            faults.add(used & np.isnan(values[key]), key, "is missing", ", ".join(keys))
    measures = _words(chunk, "measure")
    measures = [word or (COUNTED if own else "") for word, own in zip(measures, has_counts, strict=True)]
    faults.among("measure", measures, MEASURES)
    unfit = has_counts & np.array([word != COUNTED for word in measures], dtype=bool)
    faults.add(unfit, "measure", "'{}' does not fit counts", COUNTED, measures)
    _check_ratios(ratios, values["level"], faults)
    _check_counts(counts, faults)
    betters = [word or "lower" for word in _words(chunk, "better")]
    faults.among("better", betters, tuple(MCID))
    lower = np.array([word == "lower" for word in betters], dtype=bool)
    mcid = np.where(np.isnan(values["mcid"]), np.where(lower, MCID["lower"], MCID["higher"]), values["mcid"])
    wrong = ~((mcid > 0) & (mcid < LARGEST)) | ((mcid < 1) != lower) | (mcid == 1)
    sides = "a ratio below 1 where better = 'lower', above 1 where better = 'higher'"
    faults.add(wrong, "mcid", "{} is not a benefit where better = '{}'", sides, mcid, betters)
    level = np.where(np.isnan(values["level"]), LEVEL, values["level"])
    sign = np.where(lower, 1.0, -1.0)
    found = [faults.found.get(i) for i in range(len(ids))]
    return Trials(ids, measures, betters, sign, ratios, level, counts, mcid, found)


def _check_ratios(ratios: Floats, level: Floats, faults: "_Faults") -> None:
    for key, column in zip(RATIO, ratios.T, strict=True):
        faults.add((column <= 0) | (column > LARGEST), key, "{} is no ratio", "above 0, at most 1e9", column)
    estimate, lower, upper = ratios.T
    allowed = "lower below upper, and the estimate from lower to upper"
    faults.add(lower >= upper, "lower", "{} is not below the upper limit {}", allowed, lower, upper)
    faults.add(lower > estimate, "lower", "{} is above the estimate {}", allowed, lower, estimate)
    faults.add(upper < estimate, "upper", "{} is below the estimate {}", allowed, upper, estimate)
    outside = (level <= 0.5) | (level >= 1)
    faults.add(outside, "level", "{} is no level of an interval", "above 0.5 and below 1 (0.95)", level)


def _check_counts(counts: Floats, faults: "_Faults") -> None:
    for key, column in zip(COUNTS, counts.T, strict=True):
        wrong = (column < 0) | (column > LARGEST) | ((column != np.floor(column)) & ~np.isnan(column))
        faults.add(wrong, key, "{} is no count", "0, 1, 2, ...", column)
    for (of_events, of_n), (events, n) in zip((COUNTS[:2], COUNTS[2:]), (counts.T[:2], counts.T[2:]), strict=True):
        faults.add(n == 0, of_n, "0 patients say nothing", "1 or more")
        faults.add(events > n, of_events, "{} events of {} patients", "at most as many as patients", events, n)


class _Faults:
    """The first fault of each row."""

    def __init__(self, chunk: Chunk, ids: list[str]) -> None:
        self.found = dict(chunk.faults)
        self._places, self._ids = chunk.places, ids

    def add(
        self, wrong: Any, key: str, what: str, allowed: str, *values: Floats | list[str], near: str | None = None
    ) -> None:
        """Say what is wrong with the rows that are flagged and were sound so far; `values` fill the gaps of `what`."""
        for i in np.flatnonzero(wrong).tolist():
            if i not in self.found:
                where = ": ".join(part for part in (self._places[i], self._ids[i], key) if part)
                said = [value[i] if isinstance(value, list) else short(value[i]) for value in values]
                self.found[i] = str(InvalidInput(where, what.format(*said), allowed=allowed, near=near))

    def among(self, key: str, words: list[str], allowed: tuple[str, ...]) -> None:
        """Hold words to those that are allowed."""
        for word in sorted(set(words) - set(allowed)):
            what = "'{}' is not known" if word else "is missing"
            flags = [w == word for w in words]
            self.add(flags, key, what, ", ".join(allowed), words, near=nearest(word, allowed))


def _is_blank(cell: Any) -> bool:
    return cell is None or cell != cell or (isinstance(cell, str) and cell.strip().lower() in BLANK)


def _words(chunk: Chunk, key: str, lower: bool = True) -> list[str]:
    cells = chunk.cells.get(key, [None] * len(chunk.places))
    words = ["" if _is_blank(cell) else str(cell).strip() for cell in cells]
    return [word.lower() for word in words] if lower else words


def _numbers(chunk: Chunk, key: str, faults: _Faults) -> Floats:
    """Numbers of a column; NaN where a cell is blank. What is no number is a fault."""
    cells = chunk.cells.get(key)
    found = np.full(len(chunk.places), np.nan)
    wrong = np.zeros(len(found), dtype=bool)
    for i, cell in enumerate(cells or ()):
        if not _is_blank(cell):
            try:
                found[i] = float(cell)
            except (TypeError, ValueError):
                wrong[i] = True
    if wrong.any():
        faults.add(wrong, key, "'{}' is not a number", "a number such as 0.755", [str(cell) for cell in cells or ()])
    return found
