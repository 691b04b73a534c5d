"""What people read in the terminal: progress, verdicts, the sceptic's panel, the pages of `show` and `list`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from crlm_bayes.conventions import SURVIVES
from crlm_bayes.format import probability
from crlm_bayes.mathematics import equations
from crlm_bayes.priorcontent import content
from crlm_bayes.published import Study
from crlm_bayes.report.store import INDEX, Store
from crlm_bayes.result import SYNTHESIS, Question
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.spec_meaning import is_biased, is_moderated
from crlm_bayes.words import DESIGNS, READINGS, SEVERITY_SIGNS, SIGNS, endpoint_noun, prior_name, standing

LEGEND = (
    f"● the benefit survives (P(benefit) ≥ {SURVIVES})   ○ it does not   "
    f"▼ the data point to harm (P(benefit) ≤ {1 - SURVIVES:.3f})"
)


def stderr() -> Console:
    """Return the console that people read."""
    return Console(stderr=True, highlight=False)


SYNTHESES, SINGLE_STUDIES = "Synthesis", "Single studies"
"""Headings of lists that hold both."""

CELL = 8
"""Width of a probability with its sign."""


class FitProgress:
    """Progress of a run, an analysis at a time."""

    def __init__(self, total: int, unchanged: int) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=stderr())
        self._task = self._progress.add_task("starting", total=total, completed=unchanged)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, what: str) -> None:
        """Say what is being done."""
        self._progress.update(self._task, description=what)

    def done(self, name: str, outcome: Any) -> None:
        """Count an analysis."""
        failed = "" if outcome.record["passed"] else "  [bold red]gate failed[/]"
        self._progress.console.print(f"  {name}: {outcome.sampled} posteriors sampled{failed}")
        self._progress.update(self._task, advance=1, description="fitting and rendering")


def print_verdicts(records: Mapping[str, Mapping[str, Any]], store: Store, unchanged: int) -> None:
    """Print P(benefit) of every analysis under every prior, and where the pages are."""
    console = stderr()
    priors = list(dict.fromkeys(row["prior"] for record in records.values() for row in record["verdicts"]))
    table = Table(
        title="P(benefit), by analysis and prior",
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
            row["prior"]: f"{probability(row['p_benefit'])} {SIGNS[standing(row['p_benefit'])]}"
            for row in record["verdicts"]
        }
        mark = "" if record["passed"] else "\n[bold red]diagnostics gate failed[/]"
        table.add_row(broken(name, room) + mark, *(cells.get(prior, "") for prior in priors))
    console.print(table)
    console.print(LEGEND, soft_wrap=True)
    for name, record in records.items():
        for prior, fit in record["fits"].items():
            for failure in fit["gate"]["failures"]:
                console.print(f"[bold red]gate failed[/] {name}/{prior}: {failure}")
    same = f" ({unchanged} of {len(records)} analyses unchanged, not fitted again)" if unchanged else ""
    console.print(f"Report: {store.root / INDEX}{same}", soft_wrap=True)


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


def inverse(mcid: float) -> str:
    """Write the region of relevant harm: ``> 1.25``."""
    return f"{'>' if mcid < 1 else '<'} {1 / mcid:.3g}"


def question_rows(question: Question) -> dict[str, Any]:
    """Rows of `show --json`."""
    spec = question.spec
    priors = {name: asdict(content(prior, spec)) for name, prior in question.priors.items()}
    return {
        "analysis": spec.model_dump(mode="json"),
        "equations": [line._asdict() for line in equations(spec, question.priors)],
        "priors": priors,
        "rows": [asdict(row) for row in question.evidence.rows],
        "findings": [f.id for f in question.findings],
        "citation": "; ".join(study.citation for study in question.studies),
    }


def print_question(question: Question) -> None:
    """Print equations, priors with their content, and the rows of one analysis to stdout."""
    console, spec = Console(highlight=False), question.spec
    console.print(
        f"[bold]{spec.title}[/]\n{spec.question}\n[dim]{chr(10).join(study.citation for study in question.studies)}[/]\n"
    )
    if spec.is_synthesis:
        console.print("[bold]Studies[/]")
        for study in question.studies:
            console.print(f"  {study.id}: {_of_member(spec, study)}", soft_wrap=True)
        console.print()
    console.print("[bold]Model[/]")
    for line in equations(spec, question.priors):
        console.print(f"  {line.plain}\n      [dim]{prior_name(line.words)}[/]")
    console.print(f"\n[bold]What the priors hold[/] ({spec.measure.upper()}, as reported)")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("prior", no_wrap=True)
    for head in ("95% of ratios", "P(benefit)", f"beats {spec.mcid:g}", "harm as large", "events"):
        table.add_column(head, justify="right", no_wrap=True)
    for name, prior in question.priors.items():
        c = content(prior, spec)
        events = "" if c.events is None else f"{c.events:.0f}"
        chances = (probability(c.p_benefit), probability(c.p_mcid), probability(c.p_harm))
        table.add_row(prior_name(name), f"{c.lower:.2f}-{c.upper:.2f}", *chances, events)
    console.print(table)
    for name, prior in question.priors.items():
        console.print(f"  {prior_name(name)}: {prior.rationale}")
    console.print("\n[bold]Printed rows[/]")
    for row in question.evidence.rows:
        whose = f"{row.study}: " if question.spec.is_synthesis else ""
        console.print(f"  {whose}{row.arm}: {row.printed}  [dim]({row.locator})[/]\n      {row.used}: {row.how}")
    touched = question.findings
    if touched:
        console.print("\n[bold]What does not add up in these rows[/]")
    for finding in touched:
        taken = ", accepted" if finding.id in spec.accepts else ""
        sign = SEVERITY_SIGNS[finding.severity]
        console.print(f"  {sign} {finding.severity}{taken}: {finding.message}\n      [dim]{finding.id}[/]")


def _of_member(spec: AnalysisSpec, study: Study) -> str:
    """Say what a synthesis takes of a study, and how it counts."""
    own, stated = spec.of_study(study.id), spec.reading_of(study.id)
    said = [DESIGNS[study.design], f"{endpoint_noun(own.endpoint)}, {READINGS[own.reading]}"]
    if stated.discount != 1:
        said.append("weight learnt" if stated.discount == "learnt" else f"weight {stated.discount:g}")
    if spec.structure == "bias_adjusted" and is_biased(spec, study):
        said.append("may be biased")
    if is_moderated(spec, study):
        said.append("in the group of the moderator")
    return "; ".join(said)


def catalogue(data: Path, models: Path, out: Path, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Rows of `list --json`."""
    store = Store(out)
    rows = []
    for question in questions:
        spec, record = question.spec, store.record(question.spec.id)
        state = "no result" if record is None else ("fitted" if record["passed"] else "gate failed")
        head = {
            "analysis": spec.id,
            "title": spec.title,
            "study": question.group,
            "endpoint": spec.endpoint,
        }
        rows.append(head | {"reading": spec.reading, "likelihood": spec.likelihood, "state": state})
    return rows


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
