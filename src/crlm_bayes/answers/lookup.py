"""Estimates by name: the tidy table as a mapping, with None where the table has no number."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, str, str]
"""Prior, engine, quantity."""


@dataclass(frozen=True)
class EstimateRow:
    """One row of `estimates.csv`; what it does not say is None."""

    median: float | None
    lower: float | None
    upper: float | None
    p_benefit: float | None = None
    p_mcid: float | None = None
    p_harm: float | None = None
    r_hat: float | None = None
    ess_bulk: float | None = None
    ess_tail: float | None = None


_COLUMNS = ("median", "eti95_lower", "eti95_upper", "p_benefit", "p_mcid", "p_harm", "r_hat", "ess_bulk", "ess_tail")


def by_name(estimates: "pd.DataFrame") -> Mapping[Key, EstimateRow]:
    """Index a table of estimates by prior, engine and quantity, in its order."""
    found: dict[Key, EstimateRow] = {}
    for row in estimates.to_dict("records"):
        values = [float(row[c]) if row[c] is not None else math.nan for c in _COLUMNS]
        key = (str(row["prior"]), str(row["engine"]), str(row["quantity"]))
        found[key] = EstimateRow(*(None if math.isnan(v) else v for v in values))
    return found


def arguments(quantity: str) -> tuple[str, tuple[str, ...]]:
    """Split a name: ``survival[drug,36]`` into ``survival`` and ``("drug", "36")``."""
    name, _, inside = quantity.partition("[")
    return name, tuple(inside.removesuffix("]").split(",")) if inside else ()
