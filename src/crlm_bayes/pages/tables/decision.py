"""The decision and its sensitivity as text: the rule, the table by prior, a paragraph for clinicians, power scaling."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, NamedTuple

from crlm_bayes.answers.question import ANSWERS
from crlm_bayes.answers.result import Result
from crlm_bayes.digests import digest
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.memory import Memory
from crlm_bayes.prose.absolute import chief
from crlm_bayes.prose.decision import paragraph, rule, scaling_columns, unreliable, wording
from crlm_bayes.prose.decision import scaling as scaling_words
from crlm_bayes.rule import LOWER, SURVIVES
from crlm_bayes.sampling.power_scaling import MAX_K, Scaled, Scaling, power_scaling
from crlm_bayes.scepticism import scaling
from crlm_bayes.scepticism.decision import PriorDecision, Verdict
from crlm_bayes.scepticism.scaling import ALPHAS, ExactScaling, exact_scaling
from crlm_bayes.words.marks import Footing, mark_of
from crlm_bayes.words.nouns import SIGNS, Vocabulary, capital, prior_name, vocabulary
from crlm_bayes.words.numbers import ABSENT, number, probability, ratio

ESTABLISHED = {1: f"≥ {probability(SURVIVES)}", 0: "between", -1: f"≤ {probability(LOWER)}"}
"""What the probability of a side of a mark has to be."""

SENSITIVITIES: Final = Memory("sensitivities", *ANSWERS.sources, "sampling/**/*.py")
"""Of posteriors by NUTS, to their priors and their data."""


@dataclass(frozen=True)
class DecisionRow:
    """One prior: its probabilities, the four parts of its bar (they add up to 1), and the verdict."""

    prior: str
    primary: bool
    standing: str
    sign: str
    p_benefit: str
    p_worthwhile: str
    p_equivalent: str
    p_harm: str
    bar: tuple[float, float, float, float]
    verdict: str


@dataclass(frozen=True)
class DecisionSection:
    """Everything that the section shows; `rule` holds each verdict with what it asks of three probabilities."""

    rule_words: str
    rule: tuple[tuple[str, str, str, str], ...]
    rows: tuple[DecisionRow, ...]
    paragraph: tuple[str, ...]
    equivalence: str


class ScalingEffectRow(NamedTuple):
    """The effect with one component scaled: medians and P(benefit) at both powers, sensitivity exact and by NUTS, k."""

    what: str
    medians: tuple[str, str]
    p_benefit: tuple[str, str]
    exact: str
    nuts: str
    k: str


class ScalingParameterRow(NamedTuple):
    """Sensitivity of one other parameter to each component, and the diagnosis."""

    parameter: str
    effect_prior: str
    other_priors: str
    likelihood: str
    diagnosis: str


@dataclass(frozen=True)
class SensitivitySection:
    """Power scaling as text; `said` reads the effect's row, `columns` says what stands in the columns.

    `untrusted` marks importance weights that cannot be relied on, `unreliable` says so.
    """

    powers: tuple[str, str]
    effect: tuple[ScalingEffectRow, ...]
    parameters: tuple[ScalingParameterRow, ...]
    sampled: bool
    said: str
    columns: str
    untrusted: bool
    unreliable: str


def decision_section(result: Result) -> DecisionSection:
    """Lay out the decision of an analysis."""
    spec, words = result.spec, vocabulary(result.spec)
    made = result.decision
    bounds = sorted((spec.mcid, 1 / spec.mcid))
    return DecisionSection(
        rule(spec),
        tuple(_asked(v, words) for v in Verdict),
        tuple(_row(row, spec, words, result.question.footing) for row in made.under),
        tuple(paragraph(made, spec, chief(result), result.question.footing)),
        f"{ratio(bounds[0])} to {ratio(bounds[1])}",
    )


def _asked(found: Verdict, words: Vocabulary) -> tuple[str, str, str, str]:
    """What a verdict asks of the probabilities of a ratio worth having, of any benefit, and of relevant harm."""
    mcid, no_effect, harm = found.sides
    return capital(wording(found, words)), ESTABLISHED[mcid], ESTABLISHED[no_effect], ESTABLISHED[-harm]


def _row(row: PriorDecision, spec: AnalysisSpec, words: Vocabulary, footing: Footing) -> DecisionRow:
    kind = mark_of(row.p_benefit, footing)
    small, slight = max(0.0, row.p_benefit - row.p_worthwhile), max(0.0, 1 - row.p_benefit - row.p_harm)
    return DecisionRow(
        prior_name(row.prior),
        row.prior == spec.primary,
        kind,
        SIGNS[kind],
        words.chance(row.p_benefit),
        probability(row.p_worthwhile),
        probability(row.p_equivalent),
        probability(row.p_harm),
        (row.p_worthwhile, small, slight, row.p_harm),
        wording(row.verdict, words, footing),
    )


def sensitivity_section(result: Result) -> SensitivitySection:
    """Scale prior and likelihood of the primary posterior, exactly and by NUTS."""
    spec, priors = result.spec, result.question.priors
    base = next(v for v in result.scepticism.panel if v.prior == spec.primary)
    rows = _by_draws(result) if spec.primary in result.trees else ()
    sampled = rows[0] if rows else None
    scaled = exact_scaling(result.curve, spec, priors[spec.primary])
    found = sampled.diagnosis if sampled else scaling.diagnose(scaled[0].sensitivity, scaled[1].sensitivity)
    return SensitivitySection(
        (number(ALPHAS[0]), number(ALPHAS[1])),
        tuple(_effect_rows(scaled, sampled)),
        tuple(_parameter_row(row) for row in rows[1:]),
        bool(rows),
        scaling_words(spec, base, found),
        scaling_columns(spec, MAX_K),
        any(not row.trusted for row in rows),
        unreliable(MAX_K),
    )


def _by_draws(result: Result) -> tuple[Scaling, ...]:
    """Scale the primary posterior by NUTS, the same draws once; nothing where its densities are not there."""
    primary = result.spec.primary

    def make() -> tuple[Scaling, ...]:
        tree = result.trees[primary]
        return power_scaling(tree) if {"log_prior", "log_likelihood"} <= set(tree.children) else ()

    draws = result.record["fits"].get(primary, {}).get("content")
    return make() if draws is None else SENSITIVITIES.recall(digest(draws, version("arviz-stats")), make)


def _effect_rows(scaled: tuple[ExactScaling, ExactScaling], sampled: Scaling | None) -> Iterator[ScalingEffectRow]:
    found = (sampled.effect_prior, sampled.likelihood) if sampled else (None, None)
    for what, exact, nuts in zip(("prior of the effect", "data"), scaled, found, strict=True):
        medians = (ratio(exact.medians[0]), ratio(exact.medians[1]))
        chances = (probability(exact.p_benefit[0]), probability(exact.p_benefit[1]))
        yield ScalingEffectRow(what, medians, chances, number(exact.sensitivity, 3), *_by_nuts(nuts))
    if sampled and sampled.nuisance_priors:
        nothing = (ABSENT, ABSENT)
        yield ScalingEffectRow("all other priors", nothing, nothing, ABSENT, *_by_nuts(sampled.nuisance_priors))


def _by_nuts(scaled: Scaled | None) -> tuple[str, str]:
    if scaled is None:
        return ABSENT, ABSENT
    return number(scaled.sensitivity, 3), f"{number(scaled.k_lower)}, {number(scaled.k_upper)}"


def _parameter_row(row: Scaling) -> ScalingParameterRow:
    effect, rest, data = (_by_nuts(x)[0] for x in (row.effect_prior, row.nuisance_priors, row.likelihood))
    return ScalingParameterRow(row.parameter, effect, rest, data, str(row.diagnosis))
