"""One document, several analyses: its own keys, and the variants of `[[variants]]` that put some of their own in their place.

A variant is an analysis like any other: its id names its folder, its rows and its place on the command line. It has the
document's keys with its own instead; `priors` and `per_study` entry by entry, everything else whole. What the document says
of a study, of a finding or of a part of the model that the variant does not have falls away; what the variant says itself
has to fit. `answers` is of the document alone unless the variant says it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any, Final, NamedTuple

from pydantic import Field, create_model

from crlm_bayes.documents.analysis import AnalysisSpec, NuisancePriors
from crlm_bayes.documents.analysis_parts import HETEROGENEOUS, LIKELIHOODS, SYNTHESES
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.toml import Frozen, Text, Word

Keys = Mapping[str, Any]
"""Keys of a document as TOML gives them."""

PARTED: Final = ("priors", "per_study")
"""Tables of which a variant may replace single entries."""

NAMES: Final = ("id", "title", "question")
"""Keys that say what an analysis is called: a variant that differs in nothing else is none."""


class Entry(NamedTuple):
    """One analysis of a document: where it stands, its id and all its keys."""

    where: str
    id: str
    keys: Keys


def optional(names: Iterable[str]) -> dict[str, Any]:
    """Fields of an analysis, none of which has to be there."""
    fields = {}
    for name in names:
        field = copy(AnalysisSpec.model_fields[name])
        field.default, field.default_factory = None, None
        fields[name] = (field.annotation, field)
    return fields


class Changes(Frozen):
    """Keys that differ from those of the document, and `without`, those that are left out: ``adjusted``, ``priors.baseline``."""

    without: tuple[Text, ...] = ()


class _Named(Changes):
    """An analysis of its own id that has the keys of its document with its own in their place."""

    id: Word
    title: Text


Variant: Final = create_model(
    "Variant", __base__=_Named, __doc__=_Named.__doc__, **optional(k for k in AnalysisSpec.model_fields if k not in ("id", "title"))
)  # fmt: skip


class WithVariants(AnalysisSpec):
    """An analysis document: one analysis, and its variants."""

    __doc__ = f"{AnalysisSpec.__doc__}\n\n    `variants` are analyses of their own that differ in some keys."

    variants: tuple[Variant, ...] = Field(default=())


def entries(document: Keys, where: str) -> list[Entry]:
    """List the analyses of a document that has the right shape, its own first.

    Raises
    ------
    InvalidInput, UnknownName
        If an id occurs twice, or a variant leaves out what is not there or changes nothing.
    """
    own = {key: value for key, value in document.items() if key not in ("variants", "multiverse")}
    found = [Entry(where, str(own["id"]), own)]
    said = {told(changed(own, {}, where)): found[0].id}
    for number, changes in enumerate(document.get("variants", ()), 1):
        here = f"{where}: variants[{number}] ({changes['id']})"
        if changes["id"] in (entry.id for entry in found):
            raise InvalidInput(
                f"{here}: id", "occurs twice in the document", allowed="an id of its own for each variant"
            )
        keys = changed({k: v for k, v in own.items() if k != "answers"}, changes, here, strict=True)
        same = said.setdefault(told(keys), changes["id"])
        if same != changes["id"]:
            what = f"changes nothing but names: it is the same analysis as {same}"
            raise InvalidInput(here, what, allowed="at least one key that differs beside id, title and question")
        found.append(Entry(here, changes["id"], keys))
    return found


def told(keys: Keys, but: Sequence[str] = ()) -> str:
    """What an analysis says beside its names, and but for some keys, as a text that is the same for the same."""
    said = {key: value for key, value in keys.items() if key not in (*NAMES, "answers", *but)}
    return json.dumps(said, sort_keys=True, default=str)


def changed(keys: Keys, changes: Keys, where: str, *, strict: bool = False) -> dict[str, Any]:
    """Put changes in the place of the keys of an analysis.

    Parameters
    ----------
    strict : bool
        Keep what the changes themselves say, fitting or not, so that it is complained of; else what has no part in the
        result falls away, whoever says it.

    Raises
    ------
    InvalidInput, UnknownName
        If a key that is to be left out is not there, or is stated beside that.
    """
    own = {key: value for key, value in changes.items() if key != "without"}
    result: dict[str, Any] = dict(keys)
    for name in changes.get("without", ()):
        _leave_out(result, own, name, where)
    for key, value in own.items():
        result[key] = {**result.get(key, {}), **value} if key in PARTED else value
    return _without_parts(result, own if strict else {})


def _leave_out(keys: dict[str, Any], own: Keys, name: str, where: str) -> None:
    table, _, entry = name.partition(".")
    inside = table in PARTED and bool(entry)
    there = keys.get(table, {}) if inside else keys
    here, key = f"{where}: without", entry if inside else name
    if key not in there or key in NAMES:
        known = [*keys, *(f"{part}.{inner}" for part in PARTED for inner in keys.get(part, {}))]
        raise UnknownName.among(here, "key of the document", name, [word for word in known if word not in NAMES])
    if key in (own.get(table, {}) if inside else own):
        raise InvalidInput(here, f"'{name}' is left out and stated", allowed="one of the two")
    if inside:
        keys[table] = {k: v for k, v in there.items() if k != key}
    else:
        del keys[key]


def _without_parts(keys: dict[str, Any], own: Keys) -> dict[str, Any]:
    """Drop what has no part: studies that are not taken, their findings, priors of what the structure does not have."""
    studies, per_study = keys["studies"], keys.get("per_study", {})
    stated = own.get("per_study", {})
    keys["per_study"] = {name: said for name, said in per_study.items() if name in studies or name in stated}
    if "accepts" not in own:
        keys["accepts"] = [name for name in keys.get("accepts", ()) if name.partition(".")[0] in studies]
    has = _PARTS
    keys["priors"] = {
        name: prior
        for name, prior in keys.get("priors", {}).items()
        if name in own.get("priors", {}) or name not in has or has[name](keys)
    }
    for name in ("moderator", "average"):
        if name not in own and not has[name](keys):
            keys.pop(name, None)
    return {key: value for key, value in keys.items() if value or key not in PARTED}


def _likelihoods(keys: Keys) -> set[str]:
    each = (keys["per_study"].get(study, {}) for study in keys["studies"])
    return {said.get("likelihood", keys["likelihood"]) for said in each}


def _is_biased(keys: Keys) -> bool:
    """Whether biases are modelled; one study may state a prior of its own bias."""
    return keys["structure"] == "bias_adjusted" or keys["structure"] not in SYNTHESES


_PARTS: Final[Mapping[str, Callable[[Keys], bool]]] = {
    "baseline": lambda keys: any(word.baseline for name, word in LIKELIHOODS.items() if name in _likelihoods(keys)),
    "heterogeneity": lambda keys: keys["structure"] in HETEROGENEOUS,
    "bias_mean": _is_biased,
    "bias_spread": _is_biased,
    "moderator": lambda keys: keys["structure"] == "meta_regression",
    "discount": lambda keys: any(said.get("discount") == "learnt" for said in keys["per_study"].values()),
    "centres": lambda keys: keys["structure"] == "centres",
    "time_variation": lambda keys: not keys.get("proportional", True),
    "average": lambda keys: not keys.get("proportional", True),
}  # fmt: skip
"""Whether an analysis has the part that a prior, or a key of the same name, is of."""

assert {*NuisancePriors.model_fields} <= {*_PARTS}
