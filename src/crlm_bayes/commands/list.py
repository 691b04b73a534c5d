"""`list`: studies and analyses at hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from crlm_bayes import cache
from crlm_bayes.answers.question import Question
from crlm_bayes.commands.console import say, stderr, stdout
from crlm_bayes.commands.verdicts import Entry, by_endpoint, primary_row, say_verdict
from crlm_bayes.run.store import Store
from crlm_bayes.words.nouns import listed
from crlm_bayes.words.numbers import number

FITTED = "fitted"


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
    return FITTED if record["passed"] else "gate failed"


def print_catalogue(rows: Sequence[Mapping[str, Any]], questions: Sequence[Question], out: Path) -> None:
    """Print the analyses by endpoint with their verdicts to stdout, and what is kept between runs to stderr."""
    console, store = stdout(), Store(out)
    supposing = {question.spec.id for question in questions if question.spec.hypothetical}

    def show(entry: Entry) -> None:
        row = primary_row(store.record(entry["analysis"]))
        grey = "dim" if entry["hypothetical"] else ""
        state = "" if entry["state"] == FITTED and row else f"  {entry['state']}"
        say(console, (entry["analysis"], grey or "bold"), state, indent=2, hang=2)
        if row:
            say_verdict(console, row, indent=4)
        say(console, entry["title"], indent=4, style="dim")

    by_endpoint(console, [{**row, "hypothetical": row["analysis"] in supposing} for row in rows], show)
    stderr().print(Text(_kept(cache.folder(), cache.sizes())), style="dim", soft_wrap=True)


def _kept(folder: Path, sizes: Mapping[str, cache.Size]) -> str:
    """Say in one line what is kept between runs, and where."""
    if not sizes:
        return f"Nothing is kept yet in {folder}"
    kinds = listed(f"{kind} ({number(size.entries, 0)})" for kind, size in sizes.items())
    megabytes = number(sum(size.bytes for size in sizes.values()) / 1e6, 1)
    return f"Kept, and safe to delete: {kinds}; {megabytes} MB in {folder}"
