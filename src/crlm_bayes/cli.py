"""The command line: thin callers of the library. Heavy imports live inside the commands."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from crlm_bayes.prose.terminal import options
from crlm_bayes.prose.terminal.examples import examples
from crlm_bayes.rule import SEED

app = typer.Typer(
    name="crlm_bayes",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Bayesian reanalysis of published clinical trials: does the published benefit survive a sceptic?",
)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ANALYSIS]...", help="Analyses by id; all of them if none is named."),
]

Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="Folder of studies (default: bundled).")]

Models = Annotated[
    Path | None, typer.Option("--models", metavar="DIR", help="Folder of analyses and priors.toml (default: bundled).")
]

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Output folder.")]

Json = Annotated[bool, typer.Option("--json", help="Machine-readable result on stdout, sorted keys, nothing else.")]

OUT = Path("reports")


def main() -> None:
    """Run the command line; an error that the user can mend is one line and an exit code."""
    from crlm_bayes.errors import CrlmBayesError

    # many small products, and analyses side by side: threads inside each would only wait for one another
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app(prog_name="crlm-bayes")
    except CrlmBayesError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _version(wanted: bool) -> None:
    if wanted:
        from crlm_bayes.version import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False))


def _print(as_json: bool, rows: Callable[[], Any], show: Callable[[], None]) -> None:
    if as_json:
        _print_json(rows())
    else:
        show()


@app.command(epilog=examples("fit"))
def fit(
    names: Names = None,
    data: Data = None,
    models: Models = None,
    out: Out = OUT,
    as_json: Json = False,
    prior: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Fit this prior (and the primary one, on which the page rests); saved fits of others are kept.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the whole run.")] = SEED,
    draws: Annotated[int, typer.Option(min=1, help="Kept draws of each chain.")] = 1000,
    tune: Annotated[int, typer.Option(min=1, help="Warm-up draws of each chain.")] = 1000,
    chains: Annotated[int, typer.Option(min=2, help="Chains.")] = 4,
    force: Annotated[bool, typer.Option("--force", help="Sample again even what is unchanged.")] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Sample nothing: every page, table and verdict from the exact engine.")
    ] = False,
) -> None:
    """Fit, gate, summarise and render; unchanged fits are kept. Exit code 3 if the diagnostics gate fails."""
    from crlm_bayes.commands.fit import fit_command
    from crlm_bayes.sampling.settings import Settings

    settings = Settings(draws=draws, tune=tune, chains=chains, seed=seed)
    code, rows = fit_command(data, models, out, names, prior, settings, force, exact)
    if as_json:
        _print_json(rows)
    raise typer.Exit(code)


@app.command(epilog=examples("report"))
def report(
    names: Names = None,
    data: Data = None,
    models: Models = None,
    out: Out = OUT,
    as_json: Json = False,
    pdf: Annotated[bool, typer.Option("--pdf", help=options.PDF)] = False,
    docx: Annotated[bool, typer.Option("--docx", help=options.DOCX)] = False,
) -> None:
    """Render again from saved posteriors; refuses stale or failed fits."""
    from crlm_bayes.commands.report import report_command

    rows = report_command(data, models, out, names, pdf, docx)
    if as_json:
        _print_json(rows)


@app.command(epilog=examples("sceptic"))
def sceptic(
    names: Names = None,
    data: Data = None,
    models: Models = None,
    as_json: Json = False,
    prior: Annotated[str | None, typer.Option(metavar="PRIOR", help=options.PRIOR)] = None,
    bias: Annotated[
        float, typer.Option("--harm-bias", metavar="LOG", help="Log ratio by which studies overstate the benefit.")
    ] = 0.0,
    discount: Annotated[float, typer.Option(metavar="SHARE", help="Share of the evidence that is set aside.")] = 0.0,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also other trials as priors, and what each prior believes.")
    ] = False,
) -> None:
    """The prior panel, reverse-Bayes, bias and discount, exact, without MCMC."""
    from crlm_bayes.api import ask, questions
    from crlm_bayes.commands.sceptic import print_scepticism, sceptic_rows
    from crlm_bayes.priors.written import parse_prior

    own = None if prior is None else parse_prior(prior, "--prior")
    answers = [ask(question).doubt(own, bias, discount) for question in questions(names, data=data, models=models)]
    _print(as_json, lambda: sceptic_rows(answers), lambda: print_scepticism(answers, verbose=verbose))


@app.command(epilog=examples("bundle"))
def bundle(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The zip that is written.")],
    names: Names = None,
    data: Data = None,
    models: Models = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the results.")] = OUT,
) -> None:
    """Put results in one zip with all that makes them again: documents, versions, program and a script.

    The same results give the same bytes. A result that is missing or out of date is refused, and nothing is written.
    """
    from crlm_bayes.commands.bundle import bundle_command

    bundle_command(data, models, out, names, to)


@app.command(epilog=examples("batch"))
def batch(
    trials: Annotated[Path, typer.Argument(metavar="TRIALS", help=options.TRIALS)],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Answers, one row a trial: .parquet or .csv.")],
    models: Models = None,
    prior: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Density of priors.toml; again for more. Without it, all of them."),
    ] = None,
    primary: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Prior behind verdict, bias_limit and discount_limit (sceptical, or the first)."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes (as many as cores, where that is sooner).")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask scheduler, tcp://host:port, in place of processes of this machine."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Thousands of trials at once: the panel, reverse-Bayes, Bayes factors and the verdict of each.

    A row with a fault is reported, has it in the column `error`, and stops no other row; the exit code is then 1.
    """
    from crlm_bayes.commands.batch import batch_command

    run = batch_command(trials, out, models, prior, primary, workers, scheduler)
    if as_json:
        _print_json(run._asdict())
    raise typer.Exit(1 if run.faulty else 0)


@app.command(epilog=examples("multiverse"))
def multiverse(
    names: Annotated[list[str] | None, typer.Argument(metavar="[DOCUMENT]...", help="By id; all if none.")] = None,
    data: Data = None,
    models: Models = None,
    out: Out = OUT,
    as_json: Json = False,
) -> None:
    """Every combination of the choices that a document declares, exact: how far answers range, which choices matter."""
    from crlm_bayes.commands.multiverse import multiverse_command, multiverse_rows, print_multiverse

    found = multiverse_command(names, data, models, out)
    _print_json(multiverse_rows(found)) if as_json else print_multiverse(found)


@app.command(epilog=examples("audit"))
def audit(
    studies: Annotated[
        list[str] | None,
        typer.Argument(metavar="[STUDY]...", help="Studies by id; all of them if none is named."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 3 if there is a serious finding.")] = False,
) -> None:
    """What the papers print against what it implies: every finding, the gravest studies first."""
    from crlm_bayes import api
    from crlm_bayes.commands.audit import finding_rows, print_audits
    from crlm_bayes.errors import EXIT_GATE

    audits = api.audit(data=data, names=studies or None)
    _print(as_json, lambda: finding_rows(audits), lambda: print_audits(audits))
    serious = any(found.of("serious") for found in audits.values())
    raise typer.Exit(EXIT_GATE if strict and serious else 0)


@app.command(epilog=examples("show"))
def show(
    name: Annotated[str, typer.Argument(metavar="ANALYSIS", help="Analysis by id.")],
    data: Data = None,
    models: Models = None,
    as_json: Json = False,
) -> None:
    """Equations, priors with their probability content, and the printed rows of one analysis."""
    from crlm_bayes.api import questions
    from crlm_bayes.commands.show import print_question, question_rows

    asked = questions([name], data=data, models=models)[0]
    _print(as_json, lambda: question_rows(asked), lambda: print_question(asked))


@app.command("list", epilog=examples("list"))
def list_(data: Data = None, models: Models = None, out: Out = OUT, as_json: Json = False) -> None:
    """Analyses that are there, endpoint by endpoint, with the verdicts of those that have results."""
    from crlm_bayes.api import questions
    from crlm_bayes.commands.list import catalogue, print_catalogue

    asked = questions(data=data, models=models)
    rows = catalogue(out, asked)
    _print(as_json, lambda: rows, lambda: print_catalogue(rows, asked, out))


@app.command(epilog=examples("check"))
def check(data: Data = None, models: Models = None, as_json: Json = False) -> None:
    """Validate every study and analysis document; every fault is one line."""
    from crlm_bayes.commands.check import check_rows, print_check

    found = check_rows(data, models)
    _print(as_json, lambda: found, lambda: print_check(found))
    raise typer.Exit(1 if found["faults"] else 0)


@app.command(epilog=examples("schema"))
def schema() -> None:
    """JSON Schema of study, analysis and prior documents."""
    from crlm_bayes.commands.check import schemas

    _print_json(schemas())
