"""TOML documents: from a file to validated frozen values, with one-line errors.

Validation has two named stages. *Shape*: unknown keys, wrong types, misspelt words (pydantic models, turned into
:class:`~crlm_bayes.errors.InvalidInput` here). *Meaning*: right shape, wrong sense (checked by each reader).
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from crlm_bayes.errors import InvalidInput, nearest


class Frozen(BaseModel):
    """Base of every value that comes from a document: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def read_toml(path: Path) -> dict[str, Any]:
    """Read one TOML document.

    Raises
    ------
    InvalidInput
        If the file is missing, unreadable, empty, not UTF-8, or not TOML.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInput(str(path), f"cannot be read ({error.strerror})") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(str(path), f"is not UTF-8 (byte {error.start})", allowed="a UTF-8 TOML document") from error
    if not text.strip():
        raise InvalidInput(str(path), "is empty", allowed="a TOML document")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(str(path), f"is not valid TOML: {error}") from error


def validate[M: BaseModel](model: type[M], document: Mapping[str, Any], path: Path) -> M:
    """Turn a document into a value of `model`; the first fault becomes a one-line error.

    Raises
    ------
    InvalidInput
        Naming file, entry, key, what is allowed, and the nearest valid word.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_url=False)
        # an unknown key explains the "missing" key beside it: tell the cause, not the consequence
        details.sort(key=lambda d: d["type"] != "extra_forbidden")
        raise _one_line(model, document, path, details[0], len(details) - 1) from error


def _one_line(
    model: type[BaseModel], document: Mapping[str, Any], path: Path, first: ErrorDetails, more: int
) -> InvalidInput:
    location, kind, given = first["loc"], first["type"], first["input"]
    where = f"{path}: {describe(document, location)}" if location else str(path)
    rest = f" (and {more} more)" if more else ""
    key = str(location[-1]) if location else ""
    if kind == "extra_forbidden":
        keys = _keys_at(model, location[:-1])
        return InvalidInput(where, f"unknown key{rest}", allowed=", ".join(keys), near=nearest(key, keys))
    if kind == "missing":
        return InvalidInput(where, f"is required but missing{rest}")
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        context = first.get("ctx", {})
        expected = str(context.get("expected", context.get("expected_tags", "")))
        words = [w.strip(" '") for w in expected.replace(" or ", ", ").split(",")]
        if kind == "union_tag_invalid":
            where, given = f"{where}: dist", context.get("tag", given)
        return InvalidInput(where, f"'{given}'{rest}", allowed=", ".join(words), near=nearest(str(given), words))
    if kind == "union_tag_not_found":
        return InvalidInput(f"{where}: dist", f"is required but missing{rest}")
    message = first["msg"].removeprefix("Value error, ")
    shown = f"{given!r}: " if isinstance(given, str | int | float | bool) else ""
    return InvalidInput(where, f"{shown}{message[:1].lower()}{message[1:]}{rest}")


def describe(document: Mapping[str, Any], location: Sequence[int | str]) -> str:
    """Write a location as a reader would look for it: ``counts[2] (orr, bev): events``."""
    parts: list[str] = []
    here: Any = document
    for step in location:
        if isinstance(step, int) and parts:
            parts[-1] += f"[{step + 1}]"
        else:
            parts.append(str(step))
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int) and isinstance(here, Mapping):
            names = [
                str(here[k]) for k in ("endpoint", "variable", "category", "arm", "months", "id", "name") if k in here
            ]
            parts[-1] += f" ({', '.join(names)})" if names else ""
    return ": ".join(parts)


def _keys_at(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the keys that the model accepts at a location."""
    here: Any = model
    for step in location:
        if (
            isinstance(step, str)
            and isinstance(here, type)
            and issubclass(here, BaseModel)
            and step in here.model_fields
        ):
            here = _model_inside(here.model_fields[step].annotation, None)
        elif isinstance(step, str):
            here = _model_inside(here, step)
        if isinstance(here, type) and issubclass(here, BaseModel):
            continue
    here = _model_inside(here, None)
    return sorted(here.model_fields) if here is not None else []


def _model_inside(annotation: Any, tag: str | None) -> Any:
    """Find the model inside list[M], M | None, dict[str, M] or a union tagged by `dist`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if tag is None or "dist" not in annotation.model_fields:
            return annotation
        allowed = getattr(annotation.model_fields["dist"].annotation, "__args__", ())
        return annotation if tag in allowed else None
    for inner in getattr(annotation, "__args__", ()):
        found = _model_inside(inner, tag)
        if found is not None:
            return found
    return None
