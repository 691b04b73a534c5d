"""Every key of every document, from the JSON schema: what it is, what it may hold, and an example from the bundled ones."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from crlm_bayes.commands import check

ROOT = Path(__file__).resolve().parents[2]
KEYS = Path(__file__).parents[1] / "reference" / "keys.toml"
ROOTS = {
    "study": "Study",
    "analysis": "Analysis",
    "priors": "Named priors",
    "claims": "Claims",
    "admission": "Admission",
    "judgements": "Judgements",
}
"""Kinds of documents, and what their top level is called."""

OF_ANALYSIS = {"Variant": ("id", "title", "without"), "Option": ("name", "without")}
"""Tables that may hold any key of an analysis, and the keys that mean something else in them."""

LONGEST = 160
"""Letters of an example that are shown."""

Schema = Mapping[str, Any]


@cache
def schemas() -> Mapping[str, Any]:
    """JSON Schema of every kind of document."""
    return check.schemas()


class Key(NamedTuple):
    """One key of one table."""

    table: str
    name: str
    schema: Schema
    required: bool


def documents(kind: str) -> Iterator[tuple[str, Any]]:
    """Give the bundled documents of a kind, and those of the tests behind them, with their paths."""
    beside = {
        "claims.toml": "claims",
        "admission.toml": "admission",
        "priors.toml": "priors",
        "judgements.toml": "judgements",
    }
    for folder, usual in (
        ("data/published", "study"),
        ("models", "analysis"),
        ("tests/data/published", "study"),
        ("tests/data/resolved", "analysis"),
    ):
        for path in sorted((ROOT / folder).glob("*.toml")):
            if beside.get(path.name, usual) == kind:
                yield str(path.relative_to(ROOT)), tomllib.loads(path.read_text(encoding="utf-8"))


def tables(schema: Schema, top: str) -> dict[str, Schema]:
    """Tables of a document by name, the top level first."""
    named = {top: schema} | dict(schema.get("$defs", {}))
    return {name: table for name, table in named.items() if table.get("properties") or name == top}


def keys(kind: str) -> list[Key]:
    """Every key of every table of a kind of document."""
    return [
        Key(table, name, held, name in found.get("required", ()))
        for table, found in tables(schemas()[kind], ROOTS[kind]).items()
        for name, held in found.get("properties", {}).items()
        if name in OF_ANALYSIS.get(table, (name,))
    ]


@cache
def examples(kind: str) -> dict[tuple[str, str], tuple[Any, str]]:
    """Give a value of every key that a bundled document uses, and where: the shortest one that says something."""
    schema, found = schemas()[kind], {}

    def walk(node: Schema, table: str, value: Any, path: str) -> None:
        for option in options(node, value):
            name = option.get("$ref", "").rpartition("/")[2]
            target = schema["$defs"][name] if name else option
            inside = name or table
            if isinstance(value, dict):
                for key, held in value.items():
                    if key in target.get("properties", {}):
                        if len(str(held)) < len(str(found.get((inside, key), ("x" * 10_000,))[0])) and held != "":
                            found[inside, key] = (held, path)
                        walk(target["properties"][key], inside, held, path)
                    else:
                        others = [*target.get("patternProperties", {}).values(), target.get("additionalProperties")]
                        for other in (o for o in others if isinstance(o, dict)):
                            walk(other, inside, held, path)
            elif isinstance(value, list):
                for item in value:
                    walk(target.get("items", {}), inside, item, path)

    def options(node: Schema, value: Any) -> list[Schema]:
        if "discriminator" in node and isinstance(value, dict):
            chosen = node["discriminator"]["mapping"].get(value.get(node["discriminator"]["propertyName"]))
            return [{"$ref": chosen}] if chosen else []
        nested = [*node.get("anyOf", ()), *node.get("oneOf", ())]
        return [inner for each in nested for inner in options(each, value)] or [node]

    for path, document in documents(kind):
        walk(schema, ROOTS[kind], document, path)
    return found


def held(schema: Schema) -> str:
    """Say what a key may hold, in words."""
    if "$ref" in schema:
        return f"table {link(schema['$ref'].rpartition('/')[2])}"
    for union in ("anyOf", "oneOf"):
        if union in schema:
            parts = [held(option) for option in schema[union] if option.get("type") != "null"]
            return " or ".join(dict.fromkeys(parts))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if schema.get("type") == "array":
        inside = schema.get("items") or schema.get("prefixItems", [{}])[0]
        many = f"{len(schema['prefixItems'])} of: " if "prefixItems" in schema else "list of: "
        return many + held(inside)
    if schema.get("type") == "object":
        inside = next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties", {}))
        return f"by name: {held(inside)}" if isinstance(inside, dict) and inside else "table"
    return simple(schema)


def simple(schema: Schema) -> str:
    """Say what a single value may be."""
    kind, pattern = schema.get("type"), schema.get("pattern", "")
    if kind == "string" and "[<>]" in pattern:
        return "printed number, as a string"
    if kind == "string" and pattern.startswith("^[a-z0-9]"):
        return "word (small letters, digits, `_:+-`)"
    if kind == "string" and pattern:
        return "date, `2019` or `2019-03`"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
    limits = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    said = " and ".join(f"{word} {schema[limit]}" for limit, word in limits.items() if limit in schema)
    return " ".join(part for part in (words.get(kind, "value"), said) if part)


def link(table: str) -> str:
    """Lead to a table of the same page."""
    return f"[{table}](#{table.lower()})"


def written(value: Any) -> str:
    """Write a value as TOML does, in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name(key)} = {written(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def name(key: str) -> str:
    """Write a key, in quotes where TOML wants them."""
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else json.dumps(key)


def meanings() -> dict[str, dict[str, Any]]:
    """Read what the keys mean: by table, and under `every` those that mean the same everywhere."""
    return tomllib.loads(KEYS.read_text(encoding="utf-8"))


def meaning(key: Key, said: Mapping[str, Mapping[str, Any]]) -> Any:
    """Find what one key means: text, or a table with `says` and an `example` that no bundled document has."""
    return said.get(key.table, {}).get(key.name) or said["every"].get(key.name)


def page(kind: str) -> str:
    """Write the reference of one kind of document."""
    schema, shown, said, all_keys = schemas()[kind], examples(kind), meanings(), keys(kind)
    lines = [f"# {ROOTS[kind]}: every key", "", *described(schema), ""]
    if kind == "priors":
        lines += ["A document is one table for each prior, by its name; `dist` says of which kind below it is.", ""]
    for table, found in tables(schema, ROOTS[kind]).items():
        if not found.get("properties"):
            continue
        lines += ["" if table == ROOTS[kind] else f"## {table}", ""]
        used = [f"`{key.name}`" for key in all_keys if f'"#/$defs/{table}"' in json.dumps(key.schema)]
        lines += [f"What stands in {', '.join(dict.fromkeys(used))}.", ""] if used else []
        lines += [] if table == ROOTS[kind] else [*described(found), ""]
        if table in OF_ANALYSIS:
            lines += [
                f"It may hold any key of {link(ROOTS[kind])}; what it does not is that of the document. Its own keys:",
                "",
            ]
        for key in (key for key in all_keys if key.table == table):
            lines += entry(key, said, shown.get((table, key.name)))
    return "\n".join(lines) + "\n"


def example_of(key: Key, text: Any, example: tuple[Any, str] | None) -> tuple[Any, str]:
    """Choose the example of a key: that of a bundled document, else the one that is written beside its meaning."""
    if example is not None:
        return example
    return (text["example"] if isinstance(text, dict) else key.schema.get("const")), ""


def described(schema: Schema) -> list[str]:
    """Give the description of a table without what only programmers read."""
    text = str(schema.get("description", "")).partition("\n\nAttributes\n")[0].partition("\n\n::\n")[0]
    return [text.replace("``", "`").replace("(:mod:`crlm_bayes.priors.bias`) ", "")]


def entry(key: Key, said: Mapping[str, Mapping[str, Any]], example: tuple[Any, str] | None) -> list[str]:
    """Write one key as a term and its definition."""
    text = meaning(key, said)
    words = text["says"] if isinstance(text, dict) else text
    default = key.schema.get("default")
    state = (
        "required" if key.required else "optional" if default in (None, "", [], {}) else f"default `{written(default)}`"
    )
    state = "optional" if len(state) > 60 else state
    value, place = example_of(key, text, example)
    line = f"{key.name} = {written(value)}"
    fence = "```toml" if len(line) <= LONGEST else "```text"
    line = line if len(line) <= LONGEST else f"{line[:LONGEST]} …"
    lines = [f"`{key.name}` · {held(key.schema)} · {state}", f": {words}", "", f"  {fence}", f"  {line}", "  ```"]
    return [*lines, *([f"  <small>{place}</small>"] if place else []), ""]
