"""TOML documents: from a file to validated frozen values, with one-line errors.

Validation has two named stages. *Shape*: unknown keys, wrong types, misspelt words (pydantic models, turned into
:class:`~crlm_bayes.errors.InvalidInput` here). *Meaning*: right shape, wrong sense (checked by each reader).
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, RootModel, StringConstraints, ValidationError
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
    """Write a location as a reader would look for it: ``counts[2] (orr, drug): events``."""
    parts: list[str] = []
    here: Any = document
    for step in location:
        if isinstance(here, Mapping) and step not in here and here.get("dist") == step:
            continue  # the family of a density, which pydantic adds to the path
        if isinstance(step, int) and parts:
            parts[-1] += f"[{step + 1}]"
        else:
            parts.append(str(step))
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int) and isinstance(here, Mapping):
            keys = ("endpoint", "variable", "category", "arm", "months", "id", "name")
            names = [str(here[k]) for k in keys if k in here]
            parts[-1] += f" ({', '.join(names)})" if names else ""
    return ": ".join(parts)


def _keys_at(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the keys that the model accepts at a location."""
    here = _models_inside(model)
    for step in location:
        with_field = [m.model_fields[step].annotation for m in here if isinstance(step, str) and step in m.model_fields]
        family = [m for m in here if step in _families(m)]
        if with_field:
            here = [inner for annotation in with_field for inner in _models_inside(annotation)]
        elif family:
            here = family
    return sorted({key for m in here for key in m.model_fields})


def _families(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the values of `dist` that choose a model."""
    field = model.model_fields.get("dist")
    return getattr(field.annotation, "__args__", ()) if field else ()


def _models_inside(annotation: Any) -> list[type[BaseModel]]:
    """Find the models in M, list[M], dict[str, M], M | N or a root model of any of these."""
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        return _models_inside(annotation.model_fields["root"].annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in getattr(annotation, "__args__", ()) for found in _models_inside(inner)]


Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_:+-]*$")]

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

Measure = Literal["hr", "or", "rr"]
