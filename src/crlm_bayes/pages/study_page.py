"""What the templates of an analysis page are filled with: values as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow, Key, arguments, by_name
from crlm_bayes.answers.result import Result
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.pages.audit_page import StudyFindings, doubts, study_findings
from crlm_bayes.pages.captions import drawings
from crlm_bayes.pages.checklist import checklist
from crlm_bayes.pages.explorer import payload
from crlm_bayes.pages.explorer.fragment import explorer_fragment
from crlm_bayes.pages.markup import mathml
from crlm_bayes.pages.tables import absolute, checks, decision, reverse, sources, tables
from crlm_bayes.pages.tables.centres import centre_rows, centre_sentences
from crlm_bayes.prose import answer, verdicts
from crlm_bayes.prose.beside.groups import by_group
from crlm_bayes.prose.centres import SPREADS
from crlm_bayes.prose.equations import NUISANCES, equations, nuisance_words
from crlm_bayes.prose.limits import bases, limits_of
from crlm_bayes.prose.manuscript.section import manuscript
from crlm_bayes.prose.priors import primary_prior
from crlm_bayes.prose.scepticism import AGAINST, scrutiny
from crlm_bayes.prose.several.hierarchy import effect_words, hierarchy
from crlm_bayes.sampling import gate
from crlm_bayes.words import numbers
from crlm_bayes.words.nouns import READINGS, SEVERITY_NOUNS, capital, counted, listed, prior_name, vocabulary


def study_context(result: Result, figures: Mapping[str, str]) -> dict[str, Any]:
    """Fill the page of an analysis of one study."""
    spec, study = result.spec, result.question.study
    found = study_findings(result.question.audit, result.question.entries, spec.accepts, READINGS[spec.reading])
    return (
        shared(result, figures)
        | concerns([found])
        | {
            "study": study,
            "link": sources.address(study),
            "found": found,
            "notes": [line for line in study.notes.strip().splitlines() if line.strip()],
            "centres": centre_sentences(result),
            "centre_rows": centre_rows(result),
        }
    )


def concerns(found: Sequence[StudyFindings]) -> dict[str, Any]:
    """Fill the line on serious findings about numbers that an analysis takes, and what is folded under it."""
    touched = doubts(found)
    n = sum(len(one.findings) for one in touched)
    line = f"{capital(counted(n, SEVERITY_NOUNS['serious']))} of the audit {'concerns' if n == 1 else 'concern'} numbers taken here"
    return {"doubts": touched, "doubts_line": f"{line} ({listed(one.name for one in touched)})"}


def shared(result: Result, figures: Mapping[str, str]) -> dict[str, Any]:
    """Fill what pages of one study and of several have in common."""
    spec, named = result.spec, by_name(result.estimates)
    words, exact = vocabulary(spec), tables.panel(result, "curve")
    priors, convergence = checks.convergence(result)
    gates = checks.gates(result.record)
    failed = [row for row in gates if not row.passed]
    failed_priors = [row.prior for row in failed]
    primary = next((row for row in exact if row.primary), None)
    ours = None if primary is None else f"{primary.median} ({primary.interval})"
    symbol = "μ" if result.synthesis is not None else "θ"
    return {
        "spec": spec,
        "likelihood": LIKELIHOODS[spec.likelihood],
        "fit_figure": module_of(spec.model).FIGURE,
        "record": result.record,
        "words": words,
        "absolute": answer.absolute(result),
        "beside_answer": by_group(result),
        "primary": primary,
        "beside_ours": answer.beside_ours(words, ours, pooled=symbol == "μ"),
        "rule": verdicts.rule(words),
        "primary_words": primary_prior(spec.primary, result.question.priors[spec.primary].rationale),
        "estimand": answer.estimand(spec),
        "beyond_p_values": answer.beyond_p_values(words),
        "bases": bases(result),
        "threshold": numbers.threshold,
        "failed": failed,
        "unsampled": "" if result.trees else verdicts.UNSAMPLED,
        "sampled_longer": verdicts.sampled_longer(result.record["fits"]),
        "gate_failures": verdicts.gate_failures(len(failed), len(gates)),
        "without_sampling": verdicts.without_sampling(primary_failed=prior_name(spec.primary) in failed_priors),
        "facts": sources.facts(result),
        "figures": drawings(result, figures),
        "panel": exact,
        "nuts": tables.panel(result, "nuts"),
        "disagreements": tables.disagreements(result),
        "absolute_rows": absolute.absolute_rows(result),
        "relative_rows": _relative(result, named),
        "evidence": result.question.evidence,
        "published": sources.published(result),
        "symbol": symbol,
        "effect": effect_words(symbol, words.measure),
        "hierarchy": hierarchy(result.question),
        "equations": [(mathml(e.latex), e.plain, e.words) for e in equations(spec, result.question.priors)],
        "priors": tables.priors(result),
        "nuisance": _nuisance(spec),
        "explorer": explorer_fragment(
            [payload(spec, result.curve, result.question.priors, footing=result.question.footing)], select=False
        ),
        "scrutiny": scrutiny(result),
        "against": reverse.against(result),
        "beside": reverse.beside(result),
        "against_meaning": AGAINST,
        "decided": decision.decision_section(result),
        "scaled": decision.sensitivity_section(result),
        "thresholds": checks.THRESHOLDS,
        "gates": gates,
        "convergence_priors": priors,
        "convergence": convergence,
        "tail": gate.TAIL,
        "manuscript": manuscript(result),
        "checklist": checklist.fill(result, figures),
        "limits": limits_of(result),
        "pooled": result.synthesis is not None,
    }


def _relative(answer: Answer, named: Mapping[Key, EstimateRow]) -> list[tuple[str, str]]:
    """Other ratios under the primary prior: the risk ratio, hazard ratios by interval."""
    rows = []
    for (prior, engine, quantity), e in named.items():
        name, inside = arguments(quantity)
        if (
            (prior, engine) == (answer.spec.primary, "nuts")
            and name in ("rr", "hr_interval")
            and name != answer.spec.measure
        ):
            what = f"Hazard ratio, {inside[0].replace('-', ' to ')} months" if inside else "Risk ratio"
            rows.append((what, numbers.estimate(e.median, e.lower, e.upper)))
    return rows


def _nuisance(spec: AnalysisSpec) -> list[tuple[str, str, str]]:
    """Priors of everything that is not the effect: name, density, rationale."""
    stated, centres = spec.priors, spec.priors.centres
    named = [("Baseline", stated.baseline)]
    named += [
        (f"{capital(nuisance_words(spec, key))}, {one.plain}", getattr(stated, key)) for key, one in NUISANCES.items()
    ]
    if centres is not None:
        named += [(capital(name), getattr(centres, key)) for key, name in SPREADS.items()]
    return [(name, numbers.true_minus(prior.cell), prior.rationale) for name, prior in named if prior is not None]
