"""The decision and its sensitivity as text: the rule, the table by prior, a paragraph for clinicians, power scaling."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crlm_bayes import sensitivity
from crlm_bayes.conventions import LOWER, SURVIVES
from crlm_bayes.decision import FURTHEST, Decision, PriorDecision, Verdict, decision, wording
from crlm_bayes.format import ABSENT, LEVEL, number, percent, probability, ratio
from crlm_bayes.report.absolute import Difference, chief
from crlm_bayes.result import AnalysisResult
from crlm_bayes.sensitivity import ALPHAS, ExactScaling, Row, Scaled, exact_scaling, power_scaling
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.words import EVENT_FREE, SIGNS, Vocabulary, capital, in_words, listed, prior_name, standing, vocabulary

ESTABLISHED = {1: f"≥ {probability(SURVIVES)}", 0: "between", -1: f"≤ {probability(LOWER)}"}
"""What the probability of a side of a mark has to be."""
GROUPS = ("survives", "open", "harm")


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

    rule: tuple[tuple[str, str, str, str], ...]
    rows: tuple[DecisionRow, ...]
    paragraph: tuple[str, ...]
    equivalence: str


class EffectRow(NamedTuple):
    """The effect with one component scaled: medians and P(benefit) at both powers, sensitivity exact and by NUTS, k."""

    what: str
    medians: tuple[str, str]
    p_benefit: tuple[str, str]
    exact: str
    nuts: str
    k: str


class ParameterRow(NamedTuple):
    """Sensitivity of one other parameter to each component, and the diagnosis."""

    parameter: str
    effect_prior: str
    other_priors: str
    likelihood: str
    diagnosis: str


@dataclass(frozen=True)
class SensitivitySection:
    """Power scaling as text; `limits` are those of sensitivity and of k, `as_it_is` is median and P(benefit) unscaled.

    `said` reads the effect's row, `untrusted` marks importance weights that cannot be relied on.
    """

    powers: tuple[str, str]
    limits: tuple[str, str]
    as_it_is: tuple[str, str]
    effect: tuple[EffectRow, ...]
    parameters: tuple[ParameterRow, ...]
    sampled: bool
    said: str
    untrusted: bool


def decision_section(result: AnalysisResult) -> DecisionSection:
    """Lay out the decision of an analysis."""
    spec, words = result.spec, vocabulary(result.spec)
    made = decision(result.curve, spec, result.question.priors, result.scepticism.panel)
    bounds = sorted((spec.mcid, 1 / spec.mcid))
    return DecisionSection(
        tuple(_asked(v, words) for v in Verdict),
        tuple(_row(row, spec, words) for row in made.rows),
        tuple(paragraph(made, spec, chief(result))),
        f"{ratio(bounds[0])} to {ratio(bounds[1])}",
    )


def _asked(found: Verdict, words: Vocabulary) -> tuple[str, str, str, str]:
    """What a verdict asks of the probabilities of a ratio worth having, of any benefit, and of relevant harm."""
    mcid, no_effect, harm = found.sides
    return capital(wording(found, words)), ESTABLISHED[mcid], ESTABLISHED[no_effect], ESTABLISHED[-harm]


def _row(row: PriorDecision, spec: AnalysisSpec, words: Vocabulary) -> DecisionRow:
    kind = standing(row.p_benefit)
    small, slight = max(0.0, row.p_benefit - row.p_worthwhile), max(0.0, 1 - row.p_benefit - row.p_harm)
    return DecisionRow(
        prior_name(row.prior),
        row.prior == spec.primary,
        kind,
        SIGNS[kind],
        probability(row.p_benefit),
        probability(row.p_worthwhile),
        probability(row.p_equivalent),
        probability(row.p_harm),
        (row.p_worthwhile, small, slight, row.p_harm),
        wording(row.verdict, words),
    )


def paragraph(made: Decision, spec: AnalysisSpec, difference: Difference | None = None) -> list[str]:
    """Say in four or five short sentences what the decision is, for whom, and what would change it.

    Parameters
    ----------
    difference : Difference, optional
        The absolute effect under the primary prior, where one is at hand.
    """
    words, primary = vocabulary(spec), made.row(made.primary)
    said = [_for_readers(made, words), _sizes(made, primary, words)]
    if difference is not None:
        said += _of_a_thousand(difference, spec, words)
    return [*said, _verdict(made, primary, words), _turning(made, primary, words)]


def _for_readers(made: Decision, words: Vocabulary) -> str:
    named = (
        ("neutral reader", made.readers.neutral),
        ("sceptic", made.readers.sceptic),
        ("enthusiast", made.readers.enthusiast),
    )
    people = [(who, made.row(prior)) for who, prior in named if prior is not None]
    if not people:
        people = [(f"reader with the {prior_name(made.primary)} prior", made.row(made.primary))]
    chances = [f"{_chance(row.p_benefit)} for {'an' if who[0] in 'aeiou' else 'a'} {who}" for who, row in people]
    groups = {kind: [who for who, row in people if standing(row.p_benefit) == kind] for kind in GROUPS}
    return f"The probability of a {words.claim} is {listed(chances)}: {_concluded(groups, words)}."


def _concluded(groups: Mapping[str, Sequence[str]], words: Vocabulary) -> str:
    everyone = sum(len(who) for who in groups.values())
    good, harm = f"a {words.claim} is established", f"{_harm(words)} is established"
    for kind, who in groups.items():
        if len(who) == everyone:
            each = {1: "", 2: " for both"}.get(everyone, f" for all {in_words(everyone)}")
            nobody = {1: "neither it nor {} is established", 2: "neither it nor {} is established for either"}
            neither = nobody.get(everyone, "neither it nor {} is established for any of them").format(_harm(words))
            return {"survives": f"{good}{each}", "open": neither, "harm": f"{harm}{each}"}[kind]
    survives, still, harmed = (listed(f"the {who}" for who in groups[kind]) for kind in GROUPS)
    clauses = []
    if survives:
        clauses.append(f"{good} for {survives}{f', but not for {still}' if still else ''}")
    elif still:
        clauses.append(f"neither it nor {_harm(words)} is established for {still}")
    if harmed:
        clauses.append(f"{harm} for {harmed}")
    return "; ".join(clauses)


def _sizes(made: Decision, primary: PriorDecision, words: Vocabulary) -> str:
    worth = f"much {words.claim}" if words.safety else f"worthwhile {words.claim}"
    first = (
        f"Under the primary, {prior_name(made.primary)} prior the probability of a {worth} ({words.measure} {words.worth}) is "
        f"{_chance(primary.p_worthwhile)}, that of a relevant harm ({words.harm}) is {_chance(primary.p_harm)}"
    )
    if len(made.rows) == 1:
        return f"{first}."
    ranges = [_range([getattr(row, key) for row in made.rows]) for key in ("p_worthwhile", "p_harm")]
    return f"{first}; over all priors the first {ranges[0]}, the second {ranges[1]}."


def _range(values: Sequence[float]) -> str:
    low, high = _chance(min(values)), _chance(max(values))
    return f"is {low} throughout" if low == high else f"runs from {low} to {high}"


def _chance(p: float) -> str:
    text = probability(p)
    return text.replace("<", "below ").replace(">", "above ")


def _of_a_thousand(d: Difference, spec: AnalysisSpec, words: Vocabulary) -> list[str]:
    x, low, high = d.difference.median, d.difference.lower, d.difference.upper
    if x is None or low is None or high is None:
        return []
    alive = EVENT_FREE.get(d.endpoint or spec.endpoint)
    if not d.months:
        what = f"have {words.endpoint}"
    elif alive:
        what = f"be {alive} at {d.months} months"
    else:
        what = f"be free of {words.endpoint} at {d.months} months"
    near, far = (low, high) if x >= 0 else (high, low)
    ends = [_patients(near), _patients(far)]
    if ends[0].split()[1:] == ends[1].split()[1:]:  # 10 to 180 more
        ends[0] = ends[0].split()[0]
    more = f"{_patients(x)} would {what} with the treatment than without"
    if not round(1000 * x):
        more = f"as many would {what} with the treatment as without"
    given = f", {d.given}" if d.given else ""
    return [f"Of 1,000 patients, {more} ({LEVEL} interval {' to '.join(ends)}){given}."]


def _patients(x: float) -> str:
    return f"{number(1000 * abs(x), 0)} {'more' if x > 0 else 'fewer'}"


def _verdict(made: Decision, primary: PriorDecision, words: Vocabulary) -> str:
    ours = f"The verdict under that prior is “{wording(primary.verdict, words)}”"
    others = [row for row in made.rows if row.prior != made.primary]
    if not others:
        return f"{ours}."
    if made.unanimous:
        return f"{ours}, and no other prior changes it."
    changed: dict[Verdict, list[str]] = {}
    for row in sorted(others, key=lambda row: -row.verdict.rank):
        if row.verdict != primary.verdict:
            changed.setdefault(row.verdict, []).append(prior_name(row.prior))
    clauses = [
        f"“{wording(found, words)}” under the {listed(names)} prior{'s' if len(names) > 1 else ''}"
        for found, names in changed.items()
    ]
    return f"{ours}; it becomes {listed(clauses)}."


def _turning(made: Decision, primary: PriorDecision, words: Vocabulary) -> str:
    """What more, or less, evidence of the same kind would do to the verdict about no effect."""
    kind, turning = standing(primary.p_benefit), made.turning
    claim = {1: f"a {words.claim}", -1: _harm(words)}
    if kind == "open":
        if turning is None:
            return f"Even {number(FURTHEST, 0)} times as much evidence that says the same would establish neither a {words.claim} nor {_harm(words)} under that prior."
        return f"It would take {ratio(turning.weight)} times as much evidence that says the same to establish {claim[turning.side]} under that prior."
    ours = claim[1 if kind == "survives" else -1]
    if turning is None:
        return f"Even {percent(1 / FURTHEST, 0)} of this evidence would establish {ours} under that prior."
    less = percent(min(turning.weight, 0.999), 0 if turning.weight < 0.985 else 1)
    return f"With less than {less} of this evidence {ours} would no longer be established under that prior."


def _harm(words: Vocabulary) -> str:
    if not words.safety:
        return "harm"
    return "a higher risk" if words.claim == "lower risk" else "a worse outcome"


def sensitivity_section(result: AnalysisResult) -> SensitivitySection:
    """Scale prior and likelihood of the primary posterior, exactly and by NUTS."""
    spec, priors = result.spec, result.question.priors
    base = next(v for v in result.scepticism.panel if v.prior == spec.primary)
    tree = result.trees.get(spec.primary)
    rows = power_scaling(tree) if tree is not None and {"log_prior", "log_likelihood"} <= set(tree.children) else ()
    sampled = rows[0] if rows else None
    scaled = exact_scaling(result.curve, spec, priors[spec.primary])
    found = sampled.diagnosis if sampled else sensitivity.diagnose(scaled[0].sensitivity, scaled[1].sensitivity)
    return SensitivitySection(
        (number(ALPHAS[0]), number(ALPHAS[1])),
        (number(sensitivity.SENSITIVE), number(sensitivity.MAX_K, 1)),
        (ratio(base.median), probability(base.p_benefit)),
        tuple(_effect_rows(scaled, sampled)),
        tuple(_parameter_row(row) for row in rows[1:]),
        bool(rows),
        sensitivity.MEANINGS[found].format(vocabulary(spec).measure),
        any(not row.trusted for row in rows),
    )


def _effect_rows(scaled: tuple[ExactScaling, ExactScaling], sampled: Row | None) -> Iterator[EffectRow]:
    found = (sampled.effect_prior, sampled.likelihood) if sampled else (None, None)
    for what, exact, nuts in zip(("prior of the effect", "data"), scaled, found, strict=True):
        medians = (ratio(exact.medians[0]), ratio(exact.medians[1]))
        chances = (probability(exact.p_benefit[0]), probability(exact.p_benefit[1]))
        yield EffectRow(what, medians, chances, number(exact.sensitivity, 3), *_by_nuts(nuts))
    if sampled and sampled.nuisance_priors:
        nothing = (ABSENT, ABSENT)
        yield EffectRow("all other priors", nothing, nothing, ABSENT, *_by_nuts(sampled.nuisance_priors))


def _by_nuts(scaled: Scaled | None) -> tuple[str, str]:
    if scaled is None:
        return ABSENT, ABSENT
    return number(scaled.sensitivity, 3), f"{number(scaled.k_lower)}, {number(scaled.k_upper)}"


def _parameter_row(row: Row) -> ParameterRow:
    effect, rest, data = (_by_nuts(x)[0] for x in (row.effect_prior, row.nuisance_priors, row.likelihood))
    return ParameterRow(row.parameter, effect, rest, data, str(row.diagnosis))
