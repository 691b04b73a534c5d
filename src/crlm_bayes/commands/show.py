"""`show`: equations, priors and printed rows of one analysis."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from crlm_bayes.answers.question import Question
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_meaning import is_biased, is_moderated
from crlm_bayes.documents.study import Study, design_words
from crlm_bayes.priors.content import content
from crlm_bayes.prose.equations import equations
from crlm_bayes.prose.several.hierarchy import apart_words, weight_words
from crlm_bayes.words.nouns import READINGS, SEVERITY_SIGNS, endpoint_noun, prior_name
from crlm_bayes.words.numbers import LEVEL, number, probability, span, threshold


def question_rows(question: Question) -> dict[str, Any]:
    """Rows of `show --json`."""
    spec = question.spec
    priors = {name: asdict(content(prior, spec.sign, spec.mcid)) for name, prior in question.priors.items()}
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
    for head in (f"{LEVEL} of ratios", "P(benefit)", f"beats {threshold(spec.mcid)}", "harm as large", "events"):
        table.add_column(head, justify="right", no_wrap=True)
    for name, prior in question.priors.items():
        c = content(prior, spec.sign, spec.mcid)
        events = "" if c.events is None else number(c.events, 0)
        chances = (probability(c.p_benefit), probability(c.p_mcid), probability(c.p_harm))
        table.add_row(prior_name(name), span(c.lower, c.upper), *chances, events)
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
    said = [design_words(study), f"{endpoint_noun(own.endpoint)}, {READINGS[own.reading]}"]
    if stated.discount != 1:
        said.append(weight_words(stated.discount))
    if (spec.structure == "bias_adjusted" and is_biased(spec, study)) or is_moderated(spec, study):
        said.append(apart_words(spec))
    return "; ".join(said)
