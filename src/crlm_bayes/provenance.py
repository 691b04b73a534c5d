"""Where numbers came from: the printed rows behind a result, and digests that tell whether anything changed."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel


@dataclass(frozen=True)
class Row:
    """One printed fact, where it stands, and what it became.

    Attributes
    ----------
    table, endpoint, arm : str
        Which entry of the study document.
    printed : str
        The numbers as printed.
    locator : str
        Where the paper prints them.
    used : str
        The numbers that the likelihood takes.
    how : str
        The step from one to the other.
    entry : str
        Reference of the entry (:func:`~crlm_bayes.published.study.reference`).
    study : str
        Id of the study; empty until the evidence of a study is assembled.
    """

    table: str
    endpoint: str
    arm: str
    printed: str
    locator: str
    used: str
    how: str
    entry: str
    study: str = ""


def plain(value: Any) -> Any:
    """Turn a value into JSON types, exactly: floats by their shortest repr, arrays as lists."""
    if isinstance(value, BaseModel):
        return {
            "kind": type(value).__name__,
            **{k: plain(getattr(value, k)) for k in type(value).model_fields},
        }
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def canonical(value: Any) -> Any:
    """Turn a value into what a JSON file would give back: keys sorted, and null for a number that does not exist."""
    if isinstance(value, Mapping):
        return {str(key): canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


@cache
def source_digest(*patterns: str) -> str:
    """SHA-256 of files of this package, by glob patterns below it: a result is stale once the program has changed."""
    root = Path(__file__).parent
    found = sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()})
    total = hashlib.sha256()
    for path in found:
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def digest(*values: Any) -> str:
    """SHA-256 of values in canonical JSON: the identity of what went in."""
    text = json.dumps([plain(v) for v in values], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
