"""Digests that tell whether anything changed: of values, as canonical JSON, and of the program's own sources."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import BaseModel

PACKAGE: Final = Path(__file__).parent


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
def source_digest(*patterns: str, root: Path = PACKAGE) -> str:
    """SHA-256 of files of this package, by glob patterns below it: a result is stale once the program has changed."""
    found = sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()})
    total = hashlib.sha256()
    for path in found:
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def digest(*values: Any) -> str:
    """SHA-256 of values in canonical JSON: the identity of what went in."""
    text = json.dumps([plain(v) for v in values], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
