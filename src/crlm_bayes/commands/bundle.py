"""`bundle`: what was put into the zip, on stdout."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from crlm_bayes.api import bundle
from crlm_bayes.commands.console import stdout
from crlm_bayes.words.numbers import count, number


def bundle_command(data: Path | None, models: Path | None, out: Path, names: Sequence[str] | None, to: Path) -> None:
    """Write the zip of the named analyses, or of all, and print its digest."""
    made = bundle(out, to, names, data=data, models=models)
    said = f"{made.path}: {count(made.files)} files, {number(made.size / 1e6, 1)} MB\nSHA-256 {made.digest}"
    stdout().print(Text(said), soft_wrap=True)
