"""`show`: equations, priors and printed rows of one analysis."""

from dataclasses import asdict
from typing import Any

from crlm_bayes.answers.question import Question
from crlm_bayes.commands.console import heading, say, show_table, stdout
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
    console, spec = stdout(), question.spec
    heading(console, spec.title, spec.id)
    say(console, spec.question)
    for study in question.studies:
        say(console, study.citation, style="dim", hang=2)
    if spec.is_synthesis:
        console.print()
        heading(console, "Studies")
        for study in question.studies:
            say(console, f"{study.id}: {_of_member(spec, study)}", indent=2, hang=2)
    console.print()
    heading(console, "Model")
    for line in equations(spec, question.priors):
        say(console, line.plain, indent=2, hang=2)
        say(console, prior_name(line.words), indent=6, style="dim")
    console.print()
    heading(console, "What the priors hold", f"{spec.measure.upper()}, as reported")
    rows = []
    for name, prior in question.priors.items():
        c = content(prior, spec.sign, spec.mcid)
        chances = (probability(c.p_benefit), probability(c.p_mcid), probability(c.p_harm))
        events = "" if c.events is None else number(c.events, 0)
        rows.append((prior_name(name), span(c.lower, c.upper), *chances, events))
    beats = f"beats {threshold(spec.mcid)}"
    show_table(console, ("prior", f"{LEVEL} of ratios", "P(benefit)", beats, "harm as large", "events"), rows)
    for name, prior in question.priors.items():
        say(console, f"{prior_name(name)}: {prior.rationale}", indent=2, hang=2)
    console.print()
    heading(console, "Printed rows")
    for row in question.evidence.rows:
        whose = f"{row.study}: " if spec.is_synthesis else ""
        say(console, f"{whose}{row.arm}: {row.printed}  ", (f"({row.locator})", "dim"), indent=2, hang=2)
        say(console, f"{row.used}: {row.how}", indent=6)
    if question.findings:
        console.print()
        heading(console, "What does not add up in these rows")
    for finding in question.findings:
        taken = ", accepted" if finding.id in spec.accepts else ""
        sign = SEVERITY_SIGNS[finding.severity]
        say(console, f"{sign} {finding.severity}{taken}: {finding.message}", indent=2, hang=2)
        say(console, finding.id, indent=6, style="dim")


def _of_member(spec: AnalysisSpec, study: Study) -> str:
    """Say what a synthesis takes of a study, and how it counts."""
    own, stated = spec.of_study(study.id), spec.reading_of(study.id)
    said = [design_words(study), f"{endpoint_noun(own.endpoint)}, {READINGS[own.reading]}"]
    if stated.discount != 1:
        said.append(weight_words(stated.discount))
    if (spec.structure == "bias_adjusted" and is_biased(spec, study)) or is_moderated(spec, study):
        said.append(apart_words(spec))
    return "; ".join(said)
