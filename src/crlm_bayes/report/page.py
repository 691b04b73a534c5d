"""Pages as text: values in, HTML out. Nothing is computed here and no file is written."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from latex2mathml.converter import convert
from markupsafe import Markup

from crlm_bayes import diagnostics, format
from crlm_bayes.audit import StudyAudit
from crlm_bayes.conventions import LOWER, SURVIVES
from crlm_bayes.explorer import Payload, payload
from crlm_bayes.mathematics import density, equations
from crlm_bayes.replications import Pair
from crlm_bayes.report import absolute, checklist, checks, decision, matrix, prose, reverse, sources, tables
from crlm_bayes.report.audit import index_findings, study_findings
from crlm_bayes.report.captions import drawing, drawings
from crlm_bayes.report.explorer import explorer_fragment
from crlm_bayes.report.limits import limits
from crlm_bayes.report.lookup import arguments, by_name
from crlm_bayes.report.scrutiny import scrutiny
from crlm_bayes.result import AnalysisResult
from crlm_bayes.words import DESIGNS, READINGS, prior_name, title_of, vocabulary

if TYPE_CHECKING:
    import pandas as pd

TEMPLATES = Path(__file__).parent / "templates"
THIN = '<mspace width="0.167em" />'
SPACED = (
    ("<mi>&#x0007E;</mi>", "<mo>&#x0223C;</mo>"),  # distributed as: a relation, with the room of one
    ("<mi>log</mi>", f"<mi>log</mi>{THIN}"),
    ("<mo>logit</mo>", f"<mi>logit</mi>{THIN}"),
    (
        "&#x00028;</mo><mo>&#x02212;</mo>",
        '&#x00028;</mo><mo form="prefix" rspace="0">&#x02212;</mo>',
    ),  # a sign, not a difference
)


@cache
def environment() -> Environment:
    """Jinja environment of the pages: everything is escaped, nothing may be undefined."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {
        "harms": format.probability(LOWER),
        "style": Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "level": format.LEVEL,
        "survives": format.probability(SURVIVES),
    }
    env.filters |= {
        "probability": format.probability,
        "ratio": format.ratio,
        "duration": format.duration,
        "signs": format.true_minus,
        "prior": prior_name,
    }
    return env


def analysis_page(result: AnalysisResult, figures: Mapping[str, str]) -> str:
    """Write the page of one analysis.

    Parameters
    ----------
    figures : mapping of name to SVG text
        Any may be absent; the page then says that it is not shown.
    """
    spec, study, named = result.spec, result.question.study, by_name(result.estimates)
    exact = tables.panel(result, "curve")
    priors, convergence = checks.convergence(result)
    context: dict[str, Any] = {
        "spec": spec,
        "study": study,
        "record": result.record,
        "words": vocabulary(spec),
        "answer": prose.answer_of(spec, result.scepticism.panel, result.scepticism.critical_sd),
        "absolute": prose.absolute(result),
        "primary": next((row for row in exact if row.primary), None),
        "primary_rationale": result.question.priors[spec.primary].rationale,
        "threshold": format.threshold,
        "failed": [row for row in checks.gates(result.record) if not row.passed],
        "primary_failed": any(
            row.prior == prior_name(spec.primary) and not row.passed for row in checks.gates(result.record)
        ),
        "last_difference": _last_difference(result),
        "facts": sources.facts(result),
        "link": sources.address(study),
        "found": study_findings(result.question.audit, result.question.entries, spec.accepts, READINGS[spec.reading]),
        "figures": drawings(result, figures),
        "panel": exact,
        "nuts": tables.panel(result, "nuts"),
        "disagreements": tables.disagreements(result),
        "absolute_rows": absolute.absolute_rows(result),
        "relative_rows": _relative(result, named),
        "evidence": result.question.evidence,
        "published": sources.published(result),
        "notes": [line for line in study.notes.strip().splitlines() if line.strip()],
        "equations": [(mathml(e.latex), e.plain, e.words) for e in equations(spec, result.question.priors)],
        "priors": tables.priors(result),
        "nuisance": _nuisance(result),
        "explorer": explorer_fragment([payload(spec, result.curve, result.question.priors)], select=False),
        "scrutiny": scrutiny(result),
        "against": reverse.against(result),
        "beside": reverse.beside(result),
        "belief": reverse.BELIEF,
        "decided": decision.decision_section(result),
        "scaled": decision.sensitivity_section(result),
        "thresholds": checks.THRESHOLDS,
        "gates": checks.gates(result.record),
        "convergence_priors": priors,
        "convergence": convergence,
        "tail": diagnostics.TAIL,
        "checklist": checklist.fill(result, figures),
        "limits": limits(result),
    }
    return environment().get_template("analysis.html.jinja").render(context)


def index_page(
    verdicts: "pd.DataFrame",
    figures: Mapping[str, str],
    audits: Mapping[str, StudyAudit],
    record: Mapping[str, Any],
    explorable: Sequence[Payload] = (),
    replications: Sequence[Pair] = (),
) -> str:
    """Write the page of all analyses.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`.
    figures : mapping of name to SVG text
        ``forest`` and ``readings`` are shown if they are there.
    audits : mapping of id to StudyAudit
        Of the studies analysed.
    record : mapping
        The latest run record: versions, settings, when.
    explorable : sequence of Payload
        Curves of the analyses that the explorer offers.
    replications : sequence of Pair
        Analyses of two studies, one taken as a replication of the other.
    """
    studies = {name: audit.study for name, audit in audits.items()}
    context = {
        "audits": index_findings(audits),
        "explorer": explorer_fragment(explorable, select=True),
        "replications": [reverse.replicated(pair) for pair in replications],
        "summary": prose.sentences_of_index(verdicts),
        "groups": matrix.matrix(verdicts, studies),
        "priors": matrix.priors_across(verdicts),
        "legend": matrix.LEGEND,
        "forest": drawing("forest", figures),
        "readings": drawing("readings", figures),
        "studies": [(title_of(study), study, DESIGNS[study.design]) for study in studies.values()],
        "record": record,
        "primaries": matrix.primaries(verdicts),
        "failed": matrix.failed(verdicts),
    }
    return environment().get_template("index.html.jinja").render(context)


def mathml(latex: str) -> Markup:
    """Turn LaTeX that this program wrote into MathML."""
    text = convert(latex, display="block")
    for plain, spaced in SPACED:
        text = text.replace(plain, spaced)
    return Markup(text)


def _last_difference(result: AnalysisResult) -> tuple[str, str, str] | None:
    """Heading, size and interval of the last absolute difference, for the summary at the top."""
    found = absolute.differences(result)
    if not found:
        return None
    d = found[-1]
    when = f"Difference at {d.months} months" if d.months else "Difference in probability"
    interval = format.span(d.difference.lower, d.difference.upper, format.signed_points)
    return when, f"{format.signed_points(d.difference.median)} points", interval


def _relative(result: AnalysisResult, named: "Mapping[tuple[str, str, str], Any]") -> list[tuple[str, str]]:
    """Other ratios under the primary prior: the risk ratio, hazard ratios by interval."""
    rows = []
    for (prior, engine, quantity), e in named.items():
        name, inside = arguments(quantity)
        if (
            (prior, engine) == (result.spec.primary, "nuts")
            and name in ("rr", "hr_interval")
            and name != result.spec.measure
        ):
            what = f"Hazard ratio, {inside[0].replace('-', ' to ')} months" if inside else "Risk ratio"
            rows.append((what, format.estimate(e.median, e.lower, e.upper)))
    return rows


def _nuisance(result: AnalysisResult) -> list[tuple[str, str, str]]:
    """Priors of everything that is not the effect: name, density, rationale."""
    priors = result.spec.priors
    named = (("Baseline", priors.baseline), ("Spread between intervals", priors.time_variation))
    return [(name, format.true_minus(density(prior)[1]), prior.rationale) for name, prior in named if prior is not None]
