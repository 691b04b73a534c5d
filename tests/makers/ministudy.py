"""Miniature studies for tests of the audit: two arms, and whatever tables a case needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from crlm_bayes.documents.study import Study
from crlm_bayes.documents.study_meaning import check_meaning

Table = Sequence[Mapping[str, Any]]


def ministudy(n: tuple[int, int] = (50, 50), head: Mapping[str, Any] | None = None, **tables: Table) -> Study:
    """Build a study with arms ``control`` and ``drug``; every entry gets a locator unless it has one.

    The study passes the checks of a reader: what is wrong with it is wrong in print.
    """
    arms = [
        {"id": "control", "role": "control", "label": "Control", "n": n[0]},
        {"id": "drug", "role": "treatment", "label": "Drug", "n": n[1]},
    ]
    rows = {
        name: [row if name == "centres" else {"locator": f"Table {name}", **row} for row in table]
        for name, table in tables.items()
    }
    study = Study.model_validate({
        "id": "mini2020", "citation": "Mini 2020", "design": "rct", "timing": "adjuvant",
        "resectability": "resected", "source": "primary", "arms": arms, **(head or {}), **rows,
    })  # fmt: skip
    check_meaning(study, "mini2020")
    return study
