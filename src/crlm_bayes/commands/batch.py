"""`batch`: its progress, the faults of a table, and what was answered, on stderr."""

from collections.abc import Sequence
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from crlm_bayes.api import batch_file
from crlm_bayes.commands.console import stderr
from crlm_bayes.prose.batches import answered, passed_over, unanswered
from crlm_bayes.run.batch import BatchRun

SHOWN = 20
"""Faults that are printed; the table has all."""


def batch_command(
    trials: Path,
    out: Path,
    models: Path | None,
    priors: Sequence[str] | None,
    primary: str | None,
    workers: int | None,
    scheduler: str | None,
) -> BatchRun:
    """Answer a table of trials, and say how it went."""
    console, shown = stderr(), 0
    columns = (SpinnerColumn(), TextColumn("trials"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("trials", total=None)

        def done(rows: int, faults: Sequence[str]) -> None:
            nonlocal shown
            for fault in faults[: SHOWN - shown]:
                console.print(f"error: {fault}", markup=False, soft_wrap=True)
            shown = min(SHOWN, shown + len(faults))
            progress.update(task, advance=rows)

        run = batch_file(
            trials, out, priors=priors, primary=primary, models=models, workers=workers, scheduler=scheduler,
            started=lambda total: progress.update(task, total=total), done=done,
        )  # fmt: skip
    if run.ignored:
        console.print(passed_over(run.ignored), markup=False, soft_wrap=True)
    if run.faulty:
        console.print(unanswered(run.faulty, shown), soft_wrap=True)
    console.print(answered(run.trials, run.faulty, str(out)), markup=False, soft_wrap=True)
    return run
