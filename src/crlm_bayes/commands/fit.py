"""`fit`: its progress and the table of verdicts, on stderr."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.api import fit_all
from crlm_bayes.commands.console import CELL, KEY, SINGLE_STUDIES, SYNTHESES, stderr
from crlm_bayes.errors import EXIT_GATE, EXIT_STOPPED
from crlm_bayes.prose.verdicts import VERDICT_TABLE, exact_done, not_yet_sampled, stopped
from crlm_bayes.run.folder import Interrupted, Watch
from crlm_bayes.run.outcome import Outcome
from crlm_bayes.run.store import INDEX
from crlm_bayes.sampling.settings import Settings
from crlm_bayes.words.marks import signed
from crlm_bayes.words.nouns import vocabulary

STAGES: Final = {"exact": "exact answers", "sampled": "sampling"}
"""How the display calls the two stages."""


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
    """Print P(benefit) of every analysis under every prior, and where the pages are."""
    console = stderr()
    priors = list(dict.fromkeys(row["prior"] for record in records.values() for row in record["verdicts"]))
    table = Table(
        title=VERDICT_TABLE,
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
        header_style="bold dim",
    )
    table.add_column("analysis", no_wrap=True)
    for prior in priors:
        head = hyphenated(prior, CELL if console.width < 110 else 12)
        table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
    room = console.width - (CELL + 1) * len(priors) - 1
    several = {name: record for name, record in records.items() if _of_several(record)}
    single = {name: record for name, record in records.items() if name not in several}
    for name, record in (several | single).items():
        if several and single and name in (next(iter(several)), next(iter(single))):
            heading = SYNTHESES if name in several else SINGLE_STUDIES
            table.add_row(f"[bold]{heading}[/]", *[""] * len(priors))
        cells = {
            row["prior"]: signed(vocabulary(SimpleNamespace(**row)).chance(row["p_benefit"]), row["mark"])
            for row in record["verdicts"]
        }
        mark = "" if record["passed"] else "\n[bold red]diagnostics gate failed[/]"
        table.add_row(broken(name, room) + mark, *(cells.get(prior, "") for prior in priors))
    console.print(table)
    console.print(KEY, soft_wrap=True)
    for name, record in records.items():
        for prior, fit in record["fits"].items():
            for failure in fit["gate"]["failures"]:
                console.print(f"[bold red]gate failed[/] {name}/{prior}: {failure}")
    bare = sum(not record["fits"] for record in records.values())
    if bare:
        console.print(not_yet_sampled(bare, len(records)))
    same = f" ({unchanged} of {len(records)} analyses unchanged, not fitted again)" if unchanged else ""
    console.print(f"Report: {out / INDEX}{same}", soft_wrap=True)


def _of_several(record: Mapping[str, Any]) -> bool:
    return any(row["study"] == SYNTHESIS for row in record["verdicts"])


def broken(name: str, width: int) -> str:
    """Break an id at its underscores into lines of at most `width` characters, where that can be done."""
    lines = [""]
    for part in name.split("_"):
        joined = f"{lines[-1]}_{part}" if lines[-1] else part
        if not lines[-1] or len(joined) < max(width, CELL):
            lines[-1] = joined
        else:
            lines[-1] += "_"
            lines.append("  " + part)
    return "\n".join(lines)


def hyphenated(name: str, width: int) -> str:
    """Write a prior's name in lines of at most `width` characters, long words hyphenated."""
    lines: list[str] = []
    for word in name.split("_"):
        rest = word
        while len(rest) > width:
            lines.append(rest[: width - 1] + "-")
            rest = rest[width - 1 :]
        lines.append(rest)
    return "\n".join(lines)
