"""What came out, in paragraphs for the results of a paper; every number is that of the panel or of `estimates.csv`."""

from collections.abc import Iterator

from crlm_bayes.answers.result import Result
from crlm_bayes.documents.study import title_of
from crlm_bayes.prose.absolute import absolute, chief
from crlm_bayes.prose.answer import answer_of
from crlm_bayes.prose.beside.doubts import doubts, lacking
from crlm_bayes.prose.beside.groups import by_group
from crlm_bayes.prose.robustness import NO_ESTIMATE, bearings, confounding_words, is_adjusted
from crlm_bayes.prose.several.pooled import holds, learnt, scatter
from crlm_bayes.prose.terminal.lines import supposed
from crlm_bayes.prose.verdicts import without_sampling
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.words.nouns import counted, listed, prior_name, tally, vocabulary
from crlm_bayes.words.numbers import ratio

TOLD = 3
"""Serious findings up to which each is told."""


def results(result: Result) -> list[str]:
    """Say in a few paragraphs what an answer is, how far it depends on priors and studies, and what does not add up."""
    parts = (_answer(result), _sensitivity(result), _studies(result), _audit(result))
    return [text for part in parts if (text := " ".join(sentence for sentence in part if sentence))]


def _answer(result: Result) -> Iterator[str]:
    spec = result.spec
    if spec.hypothetical:
        (primary,) = (v for v in result.panel if v.prior == spec.primary)
        yield supposed(vocabulary(spec), primary)
        return
    yield from answer_of(spec, result.panel, result.scepticism.critical_sd, result.question.footing)
    yield from doubts(result)
    yield by_group(result)
    if chief(result) is not None:
        yield absolute(result)
        failed = [name for name, fit in result.record["fits"].items() if not fit["gate"]["passed"]]
        if failed:
            yield without_sampling(primary_failed=spec.primary in failed)


def _sensitivity(result: Result) -> Iterator[str]:
    spec, found = result.spec, result.scepticism
    if len(result.panel) > 1:
        yield _over_priors(result)
    if spec.hypothetical:
        return
    yield lacking(result)
    yield from bearings(result.robustness, spec)
    adjusted = is_adjusted(result.question)
    yield (
        confounding_words(found.e_value, found.e_value_ci, spec.measure, found.outcome, adjusted=adjusted)
        if found.has_estimate
        else NO_ESTIMATE
    )


def _over_priors(result: Result) -> str:
    words = vocabulary(result.spec)

    def at(v: PriorVerdict, value: str) -> str:
        return f"{value} ({prior_name(v.prior)})"

    medians = sorted(result.panel, key=lambda v: v.median)
    chances = sorted(result.panel, key=lambda v: words.of_claim(v.p_benefit))
    low, high = (at(v, ratio(v.median)) for v in (medians[0], medians[-1]))
    least, most = (at(v, words.chance(v.p_benefit)) for v in (chances[0], chances[-1]))
    priors = counted(len(medians), "prior")
    return f"Over the {priors} the median {words.measure} runs from {low} to {high}, and {words.p_claim} from {least} to {most}."


def _studies(result: Result) -> Iterator[str]:
    if result.synthesis is None or result.spec.hypothetical:
        return
    yield scatter(result)
    yield from learnt(result)
    for held in holds(result.variants)[:1]:  # the others are on the page, with their tables
        yield f"{held.doubt}: {held.answer}"


def _audit(result: Result) -> Iterator[str]:
    found = result.question.findings
    if not found:
        yield "The audit found nothing that does not add up in the numbers used here."
        return
    grave = [f for f in found if f.severity == "serious"]
    names = listed(dict.fromkeys(title_of(result.question.audits[f.study].study) for f in grave))
    accepted = f"; what is serious, in {names}, the analysis accepts by name" if grave else ""
    yield f"Of the numbers used here the audit has {tally(f.severity for f in found)}{accepted}."
    if len(grave) <= TOLD:
        yield from (f"{title_of(result.question.audits[f.study].study)}: {f.message}" for f in grave)
