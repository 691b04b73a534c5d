"""Pages of the reference that the program itself makes: commands, verdict words and the questions of the audit."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

import documents
from crlm_bayes.audits.registry import QUESTIONS
from crlm_bayes.cli import app
from crlm_bayes.pages.markdown import plain
from crlm_bayes.prose.verdicts import HARM_VERDICTS, MEANINGS, SAFETY_VERDICTS, VERDICTS
from crlm_bayes.scepticism.decision import Verdict
from crlm_bayes.words.nouns import DESIGNS, ENDPOINTS, MEASURES, READINGS, SEVERITY_NOUNS, SEVERITY_SIGNS, SIGNS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER: Final = Path(__file__).parents[1] / "reference" / "made"


def commands() -> str:
    """Write the help of every command."""
    group = typer.main.get_command(app)
    lines = ["# Commands", "", "`crlm-bayes` and `python -m crlm_bayes` are the same program.", ""]
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]
        lines += [f"## {name}", "", plain(command.help or ""), ""]
        for param in command.params:
            lines += parameter(param)
    lines += ["## Exit codes", "", "| code | meaning |", "| --- | --- |"]
    lines += [f"| {code} | {said} |" for code, said in EXITS.items()]
    return "\n".join(lines) + "\n"


EXITS: Final = {
    0: "done",
    1: "invalid data or specification; of `batch` a row with a fault, of `check` a document with one",
    2: "usage",
    3: "fitted, but the diagnostics gate failed (results kept, and marked wherever they are shown); of `audit --strict` a serious finding",
    130: "stopped by Ctrl-C",
}


def parameter(param: Any) -> list[str]:
    """Write one argument or option as a term and its definition."""
    option = param.param_type_name == "option"
    called = ", ".join([*param.opts, *param.secondary_opts]) if option else ""
    metavar = param.metavar or ("" if getattr(param, "is_flag", False) or not option else str(param.name).upper())
    default = param.default
    shown = f" Default: `{default}`." if default not in (None, False, ()) and not callable(default) else ""
    return [f"`{' '.join(part for part in (called, metavar) if part)}`", f": {plain(param.help or '')}{shown}", ""]


def words() -> str:
    """Write the vocabulary of verdicts, marks, severities, endpoints, measures, readings and designs."""
    marks = ["| mark | of a benefit | of safety | of a harm | meaning |", "| :--: | --- | --- | --- | --- |"]
    for kind, meaning in MEANINGS.items():
        said = (VERDICTS[kind], SAFETY_VERDICTS[kind], HARM_VERDICTS[kind], meaning)
        marks.append(f"| {SIGNS[kind]} | {' | '.join(map(plain, said))} |")
    rule = ["| verdict | a benefit worth having | no effect | relevant harm |", "| --- | --- | --- | --- |"]
    worth = {1: "established", 0: "open", -1: "excluded"}
    side = {1: "excluded, on the side of benefit", 0: "open", -1: "excluded, on the side of harm"}
    for verdict in Verdict:
        at = verdict.sides
        rule.append(f"| {verdict} | {worth[at.mcid]} | {side[at.no_effect]} | {worth[-at.harm]} |")
    return "\n".join([
        "# Verdict words", "", "## Marks", "", *marks, "", "A reading that asks *what if* bears no mark.", "",
        "## Decisions", "",
        "Each prior establishes, at three marks of the ratio, that it lies on the side of benefit, on the side of harm, or neither. "
        "The verdict is what is established at all three; of 27 combinations only these can occur.", "", *rule, "",
        *listing("Severity of a finding", {f"{SEVERITY_SIGNS[k]} {k}": v for k, v in SEVERITY_NOUNS.items()}),
        *listing("Endpoints", ENDPOINTS), *listing("Measures", MEASURES), *listing("Readings", READINGS), *listing("Designs", DESIGNS),
    ])  # fmt: skip


def listing(title: str, said: Mapping[str, str]) -> list[str]:
    """Write a vocabulary as a table."""
    rows = [f"| `{word}` | {plain(meaning)} |" for word, meaning in said.items()]
    return [f"## {title}", "", "| word | meaning |", "| --- | --- |", *rows, ""]


def checks() -> str:
    """Write every question of the audit."""
    rows = [f"| `{name}` | {plain(asks)} |" for name, asks in QUESTIONS]
    said = f"The audit asks {len(rows)} questions of every study. A finding's id is `study.question.place`."
    return "\n".join(["# Questions of the audit", "", said, "", "| question | asks |", "| --- | --- |", *rows]) + "\n"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    **{kind: (lambda kind=kind: documents.page(kind)) for kind in documents.ROOTS},
    "commands": commands,
    "words": words,
    "checks": checks,
}
"""Name of every page, and what makes it."""


def write(_app: object = None, _config: object = None) -> None:
    """Write the pages; one that is the same already keeps its date, so that it is not read again."""
    FOLDER.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        path, text = FOLDER / f"{name}.md", make()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: "Sphinx") -> dict[str, bool]:
    """Write the pages before anything is read."""
    app.connect("config-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
