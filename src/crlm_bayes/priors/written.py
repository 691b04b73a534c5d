"""Priors written and read in words: one line for the command line, one sentence for a clinician."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crlm_bayes.errors import InvalidInput, nearest
from crlm_bayes.priors.archetypes import from_statement
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import FAMILIES, EffectPrior
from crlm_bayes.toml import Frozen
from crlm_bayes.words.numbers import short

_CALL = re.compile(r"\s*([A-Za-z_]+)\s*\((.*)\)\s*")

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")

PARTS: Final[Mapping[str, str]] = {
    **{word: family.parts for word, family in sorted(FAMILIES.items(), key=lambda item: not item[1].keys)},
    "ratio_below": "ratio, probability",
    "statement": "median ratio, ratio, probability below it",
}
"""What stands between the brackets of each family; those written as numbers alone first."""


class _Written(Frozen):
    """Validates a prior as a document would."""

    prior: EffectPrior


def forms(family: str | None = None) -> str:
    """How a prior is written: ``normal(mean, sd)``; all families where none is given."""
    return f"{family}({PARTS[family]})" if family else ", ".join(forms(name) for name in PARTS)


def parse_prior(text: str, where: str = "prior") -> Prior:
    """Read a prior of one line, on the log scale with negative values favouring the treatment.

    ``normal(0, 0.2)``, ``student_t(0, 0.2, 3)``, ``cauchy(0, 0.1)``, ``two_piece(0, 0.1, 0.3)``,
    ``mixture(0.5: 0, 0.1; 0.5: -0.2, 0.2)``, ``quantiles(0.05: -0.5, 0.5: -0.1, 0.95: 0.3)``; and in ratios, below 1
    favouring the treatment, ``ratio_below(0.8, 0.05)`` (centred on no effect, 5% chance of a ratio below 0.8) and
    ``statement(0.75, 1, 0.95)`` (median 0.75, 95% chance of a ratio below 1).

    Raises
    ------
    InvalidInput
        One line: what is wrong, the form that is allowed, the nearest family.
    """
    here = f"{where} '{text}'"
    call = _CALL.fullmatch(text.replace("−", "-"))
    if call is None:
        word = re.match(r"\s*([A-Za-z_]*)", text)
        near = nearest(word[1], PARTS) if word else None
        raise InvalidInput(here, "is not written as family(numbers)", allowed=forms(near), near=near and forms(near))
    family, inside = call[1].lower(), call[2]
    if family not in PARTS:
        raise InvalidInput(here, f"there is no family '{family}'", allowed=forms(), near=nearest(family, PARTS))
    if family == "ratio_below":
        ratio_, p = _numbers(inside, 2, family, here)
        return _stated(1.0, ratio_, p, text, here)
    if family == "statement":
        median, ratio_, p = _numbers(inside, 3, family, here)
        return _stated(median, ratio_, p, text, here)
    read = _SPECIAL.get(family)
    values = read(inside, here) if read else _named(inside, family, here)
    try:
        return _Written.model_validate({"prior": {"dist": family, "rationale": _said(text), **values}}).prior
    except ValidationError as error:
        raise InvalidInput(here, _fault(error.errors(include_url=False)[0]), allowed=forms(family)) from error


def _fault(first: ErrorDetails) -> str:
    """What the density says against its numbers: ``sd 0 is not above 0``."""
    key = " ".join(str(step).replace("_", " ") for step in first["loc"][2:] if isinstance(step, str))
    if first["type"] == "greater_than":
        return f"{key} {short(first['input'])} is not above {short(first['ctx']['gt'])}"
    message = first["msg"].removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}"


def _said(text: str) -> str:
    return f"stated as {' '.join(text.split())}"


def _stated(median: float, ratio_: float, p: float, text: str, here: str) -> Prior:
    prior = from_statement(median, ratio_, p, here)
    return prior.model_copy(update={"rationale": f"{_said(text)}: {prior.rationale}"})


def _numbers(text: str, expected: int, family: str, here: str) -> list[float]:
    """Exactly `expected` finite numbers between commas."""
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    for part in parts:
        if not _NUMBER.fullmatch(part) or not math.isfinite(float(part)):
            raise InvalidInput(here, f"'{part}' is not a number", allowed=forms(family))
    if len(parts) != expected:
        what = f"{len(parts)} number{'' if len(parts) == 1 else 's'} where {expected} belong"
        raise InvalidInput(here, what, allowed=forms(family))
    return [float(part) for part in parts]


def _named(inside: str, family: str, here: str) -> dict[str, Any]:
    keys = FAMILIES[family].keys
    return dict(zip(keys, _numbers(inside, len(keys), family, here), strict=True))


def _pair(text: str, after: int, family: str, here: str) -> list[float]:
    """One number, a colon, and `after` numbers."""
    head, colon, tail = text.partition(":")
    if not colon:
        raise InvalidInput(here, f"'{text.strip()}' has no colon", allowed=forms(family))
    return _numbers(head, 1, family, here) + _numbers(tail, after, family, here)


def _mixture(inside: str, here: str) -> dict[str, Any]:
    rows = [_pair(part, 2, "mixture", here) for part in inside.split(";")]
    weights, means, sds = (tuple(column) for column in zip(*rows, strict=True))
    return {"weights": weights, "means": means, "sds": sds}


def _quantiles(inside: str, here: str) -> dict[str, Any]:
    rows = [_pair(part, 1, "quantiles", here) for part in re.split("[,;]", inside)]
    probabilities, values = (tuple(column) for column in zip(*rows, strict=True))
    return {"probabilities": probabilities, "values": values}


_SPECIAL: Final[Mapping[str, Callable[[str, str], dict[str, Any]]]] = {"mixture": _mixture, "quantiles": _quantiles}
