"""The multiverse of a document on disk: cells, shares, figure and page, in a folder of their own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crlm_bayes.answers.multiverse.cells import Multiverse
from crlm_bayes.figures.several.multiverse import draw_multiverse
from crlm_bayes.pages.multiverse_page import multiverse_page
from crlm_bayes.prose.multiverse import rest
from crlm_bayes.run.drawings import of_multiverse
from crlm_bayes.run.store import MULTIVERSE, PAGE, Store, write_estimates, write_figures, write_text

CELLS, SHARES, FIGURE = "cells.csv", "shares.csv", "specification_curve"


def write_multiverse(found: Multiverse, store: Store) -> Path:
    """Write `multiverse/<document>/`: `cells.csv`, `shares.csv`, the specification curve and the page; return the page."""
    store.require_writable()
    name = found.spec.id
    inside = Store(store.root / MULTIVERSE)
    inside.root.mkdir(exist_ok=True)
    report = f"../../{name}/{PAGE}" if (store.root / name / PAGE).is_file() else None

    def fill(folder: Path) -> None:
        drawings = write_figures(folder / "figures", of_multiverse(FIGURE, lambda: draw_multiverse(found), found))
        write_estimates(folder / CELLS, found.to_df())
        write_estimates(folder / SHARES, pd.DataFrame(shares_rows(found)))
        write_text(folder / PAGE, multiverse_page(found, drawings, report))

    inside.write_analysis(name, fill)
    return inside.root / name / PAGE


def shares_rows(found: Multiverse) -> list[dict[str, Any]]:
    """Rows of `shares.csv`: the share of each choice in the variance of both scales, and what they leave; they sum to 1."""
    ratio, claim = found.shares_of_ratio, found.shares_of_probability

    def of(shares: Mapping[str, float] | None, choice: str) -> float | None:
        return None if shares is None else shares[choice]

    rows: list[dict[str, Any]] = [
        {"choice": choice, "share_log_ratio": of(ratio, choice), "share_logit_p": of(claim, choice)}
        for choice in found.choices
    ]
    left = [None if shares is None else rest(shares) for shares in (ratio, claim)]
    return [*rows, {"choice": "combinations", "share_log_ratio": left[0], "share_logit_p": left[1]}]
