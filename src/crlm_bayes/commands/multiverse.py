"""`multiverse`: how far the answers of other choices range, and which choices matter."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from crlm_bayes.answers.multiverse.cells import Multiverse
from crlm_bayes.answers.multiverse.reading import documents_with_multiverse
from crlm_bayes.api import multiverse
from crlm_bayes.commands.console import stderr
from crlm_bayes.documents.folders import folders
from crlm_bayes.documents.judgements import read_judgements
from crlm_bayes.errors import InvalidInput
from crlm_bayes.prose.multiverse import NO_VOTES, done, lead, matters, ranges
from crlm_bayes.run.store import Store


def multiverse_command(
    names: Sequence[str] | None, data: Path | None, models: Path | None, out: Path
) -> dict[Path, Multiverse]:
    """Answer and write the named multiverses, or all of a folder, each with its page, to which the index leads; by path of the page.

    Raises
    ------
    InvalidInput
        If none is named and no document declares choices.
    """
    from crlm_bayes.run.folder import write_again
    from crlm_bayes.run.outputs.multiverse import write_multiverse  # with matplotlib

    studies, folder = folders(data, models)
    wanted = list(names or documents_with_multiverse(folder))
    if not wanted:
        raise InvalidInput(str(folder), "no document declares choices", allowed="[multiverse] in a document")
    found = [multiverse(name, data=data, models=models) for name in wanted]
    written = {write_multiverse(one, Store(out)): one for one in found}
    write_again(studies, Store(out), read_judgements(folder))
    return written


def multiverse_rows(found: Mapping[Path, Multiverse]) -> list[dict[str, Any]]:
    """Objects of `multiverse --json`."""
    return [
        {
            "document": one.spec.id,
            "page": str(page),
            "declared": one.declared.number,
            "shares_log_ratio": one.shares_of_ratio,
            "shares_logit_p": one.shares_of_probability,
            "cells": one.rows(),
        }
        for page, one in found.items()
    ]


def print_multiverse(found: Mapping[Path, Multiverse]) -> None:
    """Print range and shares of each to stdout, and where its page is to stderr."""
    console = Console(highlight=False)
    for page, one in found.items():
        console.print(f"[bold]{one.spec.title}[/]  [dim]{one.spec.id}[/]", soft_wrap=True)
        for said in (ranges(one), lead(one), *matters(one)):
            console.print(said, soft_wrap=True)
        console.print()
        stderr().print(done(one, str(page)), style="dim", markup=False, soft_wrap=True)
    console.print(NO_VOTES, style="dim", soft_wrap=True)
