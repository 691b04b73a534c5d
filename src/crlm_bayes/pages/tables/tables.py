"""Tables of an analysis page as text: the panel by both engines, and the priors."""

from dataclasses import dataclass

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.lookup import EstimateRow, by_name
from crlm_bayes.answers.question import Question
from crlm_bayes.answers.result import Result
from crlm_bayes.priors.content import content
from crlm_bayes.prose.verdicts import disagreement, word_of
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.words.marks import mark_of
from crlm_bayes.words.nouns import SIGNS, prior_name, vocabulary
from crlm_bayes.words.numbers import ABSENT, number, probability, ratio, span, true_minus


@dataclass(frozen=True)
class PanelRow:
    """What one engine makes of one prior."""

    prior: str
    primary: bool
    standing: str
    sign: str
    verdict: str
    median: str
    interval: str
    p_benefit: str
    p_mcid: str
    p_harm: str


@dataclass(frozen=True)
class PriorRow:
    """One effect prior and what it holds on the scale of the ratio."""

    prior: str
    primary: bool
    density: str
    interval: str
    p_benefit: str
    p_mcid: str
    p_harm: str
    events: str
    rationale: str


def panel(result: Result, engine: str) -> list[PanelRow]:
    """Rows of the prior panel by one engine, in the order of the analysis."""
    spec, named = result.spec, by_name(result.estimates)
    rows = []
    for name in spec.effect_priors:
        value = named.get((name, engine, spec.measure))
        if value is not None:
            rows.append(_panel_row(name, result.question, value))
    return rows


def verdict_of(seen: PriorVerdict, question: Question) -> PanelRow:
    """Row of a prior that has no estimates in the table: what the exact curve says under it."""
    one = EstimateRow(
        seen.median, seen.lower, seen.upper, seen.p_benefit, seen.p_mcid, seen.p_harm, None, None, None
    )  # fmt: skip
    return _panel_row(seen.prior, question, one)


def _panel_row(name: str, question: Question, e: EstimateRow) -> PanelRow:
    spec, words = question.spec, vocabulary(question.spec)
    kind = mark_of(e.p_benefit or 0.0, question.footing)
    return PanelRow(
        prior_name(name),
        name == spec.primary,
        kind,
        SIGNS[kind],
        word_of(kind, words),
        ratio(e.median),
        span(e.lower, e.upper),
        words.chance(e.p_benefit),
        probability(e.p_mcid),
        probability(e.p_harm),
    )


def disagreements(result: Result) -> str:
    """Say under which priors the two engines fall on opposite sides of the rule; empty where there are none."""
    named, measure = by_name(result.estimates), result.spec.measure
    found = []
    for name in result.spec.effect_priors:
        exact, nuts = (named.get((name, engine, measure)) for engine in ("curve", "nuts"))
        if exact is not None and nuts is not None and exact.p_benefit is not None and nuts.p_benefit is not None:
            found.append((name, exact.p_benefit, nuts.p_benefit))
    return disagreement(found)


def priors(answer: Answer) -> list[PriorRow]:
    """Rows of the effect priors with their probability content."""
    spec, words, rows = answer.spec, vocabulary(answer.spec), []
    for name in spec.effect_priors:
        prior = answer.question.priors[name]
        held = content(prior, spec.sign, spec.mcid)
        weighs = spec.measure in ("hr", "or") and held.events is not None
        rows.append(
            PriorRow(
                prior_name(name),
                name == spec.primary,
                true_minus(spec.effect_prior(prior).plain),
                span(held.lower, held.upper),
                words.chance(held.p_benefit),
                probability(held.p_mcid),
                probability(held.p_harm),
                number(held.events, 0 if (held.events or 0) >= 10 else 1) if weighs else ABSENT,
                prior.rationale,
            )
        )
    return rows
