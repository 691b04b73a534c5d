"""`fit`: its progress and the table of verdicts, on stderr."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from crlm_bayes.api import fit_all
from crlm_bayes.commands.console import say, stderr
from crlm_bayes.commands.verdicts import Entry, by_endpoint, primary_row, say_verdict
from crlm_bayes.errors import EXIT_GATE, EXIT_STOPPED
from crlm_bayes.prose.verdicts import exact_done, not_yet_sampled, stopped
from crlm_bayes.run.folder import Interrupted, Watch
from crlm_bayes.run.outcome import Outcome
from crlm_bayes.run.store import INDEX, PAGE
from crlm_bayes.sampling.settings import Settings

STAGES: Final = {"exact": "exact answers", "sampled": "sampling"}
"""How the display calls the two stages."""

FEW: Final = 3
"""Analyses up to which the page of each is named."""


def fit_command(
    data: Path | None,
    models: Path | None,
    out: Path,
    names: Sequence[str] | None,
    prior: str | None,
    settings: Settings,
    force: bool,
    exact: bool = False,
) -> tuple[int, list[dict[str, Any]]]:
    """Fit the named analyses, or all.

    Returns
    -------
    int
        Exit code: 0, 3 where a fit failed the gate, or 130 where the user stopped it.
    list of dict
        Verdict rows.
    """
    with FitProgress(out) as progress:
        try:
            run = fit_all(
                out,
                names,
                data=data,
                models=models,
                prior=prior,
                settings=settings,
                force=force,
                exact=exact,
                watch=progress,
            )
        except Interrupted as stop:
            progress.stop()
            kept = stopped(len(stop.run.records), stop.run.kept, stop.every)
            stderr().print(kept, soft_wrap=True)
            return EXIT_STOPPED, stop.run.verdicts
    print_verdicts(run.records, out, run.kept)
    return (0 if run.passed else EXIT_GATE), run.verdicts


class FitProgress(Watch):
    """Progress of a run: its stage, an analysis at a time, and what is left.

    Parameters
    ----------
    out : path
        Where the pages are.
    """

    def __init__(self, out: Path) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._out, self._began = out, time.monotonic()
        self._progress = Progress(*columns, console=stderr())
        self._task = self._progress.add_task("starting", start=False, visible=False)
        self._stages: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Show nothing more."""
        if self._progress.live.is_started:  # a display that was never shown leaves no line
            self._progress.stop()

    def started(self, every: int, kept: int) -> None:
        """Show itself: there is something to do."""
        self._progress.start()
        self._progress.start_task(self._task)
        self._progress.update(self._task, description="starting", total=every - kept, completed=0, visible=True)

    def stage(self, name: str, todo: int) -> None:
        """Say what the exact stage has left, and count anew."""
        if name == "sampled" and "exact" in self._stages:
            line = exact_done(time.monotonic() - self._began, str(self._out / INDEX), todo)
            self._progress.console.print(line, soft_wrap=True)
        self._stages.append(name)
        self._progress.update(self._task, description=STAGES[name], total=todo, completed=0)

    def done(self, name: str, outcome: Outcome) -> None:
        """Count an analysis."""
        failed = "" if outcome.record["passed"] else "  [bold red]gate failed[/]"
        done = f"{outcome.sampled} posteriors sampled" if outcome.sampled else "rendered"
        if self._stages[-1] == "sampled" or failed:
            self._progress.console.print(f"  {name}: {done}{failed}")
        for line in outcome.said:
            self._progress.console.print(f"    {line}", soft_wrap=True)
        self._progress.update(self._task, advance=1)


def print_verdicts(records: Mapping[str, Mapping[str, Any]], out: Path, unchanged: int) -> None:
    """Print what is left of each analysis under its primary prior, what failed, and where the pages are."""
    console = stderr()
    entries = [
        {**row, "failed": not record["passed"]}
        for record in records.values()
        if (row := primary_row(record)) is not None
    ]

    def show(entry: Entry) -> None:
        failed = [("  diagnostics gate failed", "bold red")] if entry["failed"] else []
        say(console, (entry["analysis"], "dim" if entry["hypothetical"] else "bold"), *failed, indent=2)
        say_verdict(console, entry, indent=4)

    by_endpoint(console, entries, show)
    for name, record in records.items():
        for prior, fit in record["fits"].items():
            for failure in fit["gate"]["failures"]:
                say(console, ("gate failed", "bold red"), f" {name}/{prior}: {failure}", hang=2)
    bare = sum(not record["fits"] for record in records.values())
    if bare:
        say(console, not_yet_sampled(bare, len(records)))
    if unchanged:
        console.print(f"{unchanged} of {len(records)} analyses unchanged, not fitted again", soft_wrap=True)
    for name in records if len(records) <= FEW else ():
        console.print(Text(f"Report: {out / name / PAGE}"), soft_wrap=True)  # a path that is broken cannot be opened
    console.print(Text(f"All analyses: {out / INDEX}"), soft_wrap=True)
