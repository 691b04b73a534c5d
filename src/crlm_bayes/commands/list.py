"""`list`: studies and analyses at hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from crlm_bayes.answers.question import SYNTHESIS, Question
from crlm_bayes.commands.console import SINGLE_STUDIES, SYNTHESES
from crlm_bayes.run.store import Store


def catalogue(out: Path, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Rows of `list --json`."""
    store = Store(out)
    rows = []
    for question in questions:
        spec, record = question.spec, store.record(question.spec.id)
        state = _state(record)
        head = {
            "analysis": spec.id,
            "title": spec.title,
            "study": question.group,
            "endpoint": spec.endpoint,
        }
        rows.append(head | {"reading": spec.reading, "likelihood": spec.likelihood, "state": state})
    return rows


def _state(record: Mapping[str, Any] | None) -> str:
    if record is None:
        return "no result"
    if not record["fits"]:
        return "exact, not yet sampled"
    return "fitted" if record["passed"] else "gate failed"


def print_catalogue(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the list of analyses to stdout."""
    console = Console(highlight=False)
    several = [row for row in rows if row["study"] == SYNTHESIS]
    single = [row for row in rows if row["study"] != SYNTHESIS]
    for heading, listed in ((SYNTHESES, several), (SINGLE_STUDIES, single)):
        if several and single:
            console.print(f"[bold underline]{heading}[/]")
        for row in listed:
            console.print(f"[bold]{row['analysis']}[/]  {row['state']}\n    {row['title']}", soft_wrap=True)
