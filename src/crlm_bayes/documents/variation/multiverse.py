"""The choices that a document declares: their product is a multiverse of analyses (Steegen et al. 2016).

Every choice has options, each a name and the keys that it changes; one option of each changes nothing, so that the
document's own analysis is one of the cells. Cells that cannot be are declared: `exceptions` say as which other cell they
are taken, or leave them without an answer, and why.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field, create_model

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.variation.variants import NAMES, PARTED, Changes, Keys, WithVariants, changed, optional
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.toml import Frozen, Text

FIXED: Final = (*NAMES, "endpoint", "measure", "better", "asks", "answers", "mcid", "effect_priors")
"""Keys of which a question is made: no option changes them."""

MOST: Final = 20_000
"""Cells of a multiverse."""


class _Named(Changes):
    """One way to choose: its name, and the keys that it puts in the place of the document's; none for the document's own."""

    name: Text


Option: Final = create_model(
    "Option", __base__=_Named, __doc__=_Named.__doc__, **optional(k for k in AnalysisSpec.model_fields if k not in FIXED)
)  # fmt: skip


class Choice(Frozen):
    """Something that could have been chosen otherwise, with its options."""

    name: Text
    options: Annotated[tuple[Option, ...], Field(min_length=2)]


class Exempt(Frozen):
    """Cells that cannot be: those with the options of `when`.

    They are taken as the cells with the options of `taken_as` instead; without it they have no answer.
    """

    when: Annotated[dict[Text, Text], Field(min_length=1)]
    taken_as: dict[Text, Text] = Field(default_factory=dict)
    reason: Text


class Choices(Frozen):
    """Choices whose product is answered cell by cell."""

    choices: Annotated[tuple[Choice, ...], Field(min_length=1)]
    exceptions: tuple[Exempt, ...] = ()


class AnalysisDocument(WithVariants):
    """An analysis document: one analysis, its variants, and the choices of its multiverse."""

    multiverse: Choices | None = None


class Combination(NamedTuple):
    """One cell of the product.

    Attributes
    ----------
    options : tuple of str
        As declared, one of each choice.
    taken : tuple of str or None
        Options whose analysis answers it: its own but for an exception; None where it has no answer.
    reason : str
        Of the exception; empty without one.
    keys : mapping
        Of the analysis that answers it.
    """

    options: tuple[str, ...]
    taken: tuple[str, ...] | None
    reason: str
    keys: Keys


def combinations(document: Keys, where: str) -> list[Combination]:
    """List the cells of a document that has the right shape and declares choices, in the order of the options.

    Raises
    ------
    InvalidInput, UnknownName
        If options or exceptions do not fit each other, or the cells are too many.
    """
    declared, here = document["multiverse"], f"{where}: multiverse"
    choices: list[Mapping[str, Any]] = declared["choices"]
    _check(choices, here)
    own = {k: v for k, v in document.items() if k not in ("variants", "multiverse", "answers")}
    options = {choice["name"]: {option["name"]: option for option in choice["options"]} for choice in choices}
    exempt = declared.get("exceptions", ())
    for number, exception in enumerate(exempt, 1):
        for key in ("when", "taken_as"):
            for name, option in exception.get(key, {}).items():
                place = f"{here}: exceptions[{number}]: {key}"
                if name not in options:
                    raise UnknownName.among(place, "choice", name, options)
                if option not in options[name]:
                    raise UnknownName.among(f"{place}: {name}", "option", option, options[name])
    found = []
    for cell in product(*(options[name] for name in options)):
        taken, reason = _taken(dict(zip(options, cell, strict=True)), exempt)
        keys: Keys = own
        if taken is not None:
            for name, option in taken.items():
                changes = {k: v for k, v in options[name][option].items() if k != "name"}
                keys = changed(keys, changes, f"{here}: {name}: {option}")
        found.append(Combination(cell, None if taken is None else tuple(taken.values()), reason, keys))
    return found


def _taken(cell: dict[str, str], exempt: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str] | None, str]:
    reasons = []
    for exception in exempt:
        instead = exception.get("taken_as", {})
        if all(cell[name] == option for name, option in exception["when"].items()):
            if not instead:
                return None, exception["reason"]
            if any(cell[name] != option for name, option in instead.items()):
                cell = cell | instead
                reasons.append(exception["reason"])
    return cell, "; ".join(reasons)


def _check(choices: Sequence[Mapping[str, Any]], where: str) -> None:
    names = [choice["name"] for choice in choices]
    _require_distinct(names, f"{where}: choices", "choice")
    cells = math.prod(len(choice["options"]) for choice in choices)
    if cells > MOST:
        raise InvalidInput(f"{where}: choices", f"{cells} cells", allowed=f"at most {MOST}")
    said: dict[str, str] = {}
    for number, choice in enumerate(choices, 1):
        here = f"{where}: choices[{number}] ({choice['name']}): options"
        _require_distinct([option["name"] for option in choice["options"]], here, "option")
        empty = [option["name"] for option in choice["options"] if set(option) == {"name"}]
        if len(empty) != 1:
            what = f"{' and '.join(empty) or 'no option'} change{'' if len(empty) > 1 else 's'} nothing"
            allowed = "exactly one that changes nothing, the document's own: its answer is one of the cells"
            raise InvalidInput(here, what, allowed=allowed)
        for key in {key: None for option in choice["options"] for key in _paths(option)}:
            other = said.setdefault(key, choice["name"])
            if other != choice["name"]:
                what = f"'{key}' is changed by the choice '{other}' already"
                raise InvalidInput(here, what, allowed="keys that no other choice changes")


def _require_distinct(names: Sequence[str], where: str, what: str) -> None:
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InvalidInput(where, f"the {what} '{twice[0]}' is given twice", allowed="names of their own")


def _paths(option: Mapping[str, Any]) -> Iterator[str]:
    """Keys that an option changes, entries of tables each by itself."""
    for key, value in option.items():
        if key in PARTED:
            yield from (f"{key}.{entry}" for entry in value)
        elif key not in ("name", "without"):
            yield key
    yield from option.get("without", ())
