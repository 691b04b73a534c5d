"""`list`: studies and analyses at hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from crlm_bayes import cache
from crlm_bayes.answers.question import SYNTHESIS, Question
from crlm_bayes.commands.console import SINGLE_STUDIES, SYNTHESES, stderr
from crlm_bayes.run.store import Store
from crlm_bayes.words.nouns import listed
from crlm_bayes.words.numbers import number


def catalogue(out: Path, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Rows of `list --json`."""
    store = Store(out)
    rows = []
    for question in questions:
        spec, record = question.spec, store.record(question.spec.id)
        state = _state(record)
        head = {
            "analysis": spec.id,
            "document": spec.document,
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
    """Print the list of analyses to stdout, and what is kept between runs to stderr."""
    console = Console(highlight=False)
    several = [row for row in rows if row["study"] == SYNTHESIS]
    single = [row for row in rows if row["study"] != SYNTHESIS]
    for heading, group in ((SYNTHESES, several), (SINGLE_STUDIES, single)):
        if several and single:
            console.print(f"[bold underline]{heading}[/]")
        for row in group:
            console.print(f"[bold]{row['analysis']}[/]  {row['state']}\n    {row['title']}", soft_wrap=True)
    stderr().print(_kept(cache.folder(), cache.sizes()), style="dim", soft_wrap=True)


def _kept(folder: Path, sizes: Mapping[str, cache.Size]) -> str:
    """Say in one line what is kept between runs, and where."""
    if not sizes:
        return f"Nothing is kept yet in {folder}"
    kinds = listed(f"{kind} ({number(size.entries, 0)})" for kind, size in sizes.items())
    megabytes = number(sum(size.bytes for size in sizes.values()) / 1e6, 1)
    return f"Kept, and safe to delete: {kinds}; {megabytes} MB in {folder}"
