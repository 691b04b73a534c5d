"""The decision in words: what a reader would now conclude, and what would change it."""

from collections.abc import Mapping, Sequence
from typing import Final

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.prose.absolute import Difference
from crlm_bayes.rule import SURVIVES, standing
from crlm_bayes.scepticism.decision import FURTHEST, Decision, PriorDecision, Verdict
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.scepticism.scaling import ALPHAS, MEANINGS, SENSITIVE, Diagnosis
from crlm_bayes.words.marks import Footing
from crlm_bayes.words.nouns import EVENT_FREE, Vocabulary, in_words, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import LEVEL, number, percent, probability, ratio, threshold

ESTABLISHED: Final[Mapping[Footing, str]] = {
    "sound": "established",
    "face_value": "shown at face value",
    "what_if": "shown, if what is supposed were so",
}
"""What evidence of each footing does to a statement that the rule lets stand."""


def wording(found: Verdict, words: Vocabulary, footing: Footing = "sound") -> str:
    """Write a verdict; a safety endpoint speaks of risk, and what is not randomised establishes nothing."""
    text = str(found)
    if words.safety:
        good, bad = (words.other, words.claim) if words.harmful else (words.claim, words.other)
        text = text.replace("worthwhile benefit", f"much {good}").replace("not worthwhile", "small")
        text = text.replace("not relevant", "small").replace("benefit", good)
        text = f"{bad}{text.removeprefix('harm')}" if text.startswith("harm") else text
    return text.replace("established", ESTABLISHED[footing])


def verdicts_by_prior(made: Decision, words: Vocabulary, footing: Footing = "sound") -> list[str]:
    """Say each verdict with the priors under which it holds, in the order of the panel."""
    groups: dict[str, list[str]] = {}
    for row in made.under:
        groups.setdefault(wording(row.verdict, words, footing), []).append(prior_name(row.prior))
    return [f"{said}: {listed(names)}" for said, names in groups.items()]


def rule(spec: AnalysisSpec) -> str:
    """State the rule of the decision."""
    words = vocabulary(spec)
    return (
        f"Three marks divide the {words.measure}: {threshold(spec.mcid)} (the smallest one worth having), 1 (no effect) and "
        f"{threshold(1 / spec.mcid)} (relevant harm). A prior establishes that the ratio lies on one side of a mark when the probability "
        f"of it is at least {probability(SURVIVES)}: the {LEVEL} equal-tailed interval then lies wholly on that side. The verdict is what "
        "is established at all three marks. It cannot contradict itself: what establishes the stronger statement establishes the weaker, "
        f"and evidence that moves towards {_good(words)} never lowers a verdict."
    )


GROUPS = ("survives", "open", "harm")


def paragraph(
    made: Decision, spec: AnalysisSpec, difference: Difference | None = None, footing: Footing = "sound"
) -> list[str]:
    """Say in four or five short sentences what the decision is, for whom, and what would change it.

    Parameters
    ----------
    difference : Difference, optional
        The absolute effect under the primary prior, where one is at hand.
    """
    words, primary = vocabulary(spec), made.row(made.primary)
    said = [_for_readers(made, words, ESTABLISHED[footing]), _sizes(made, primary, words)]
    if difference is not None:
        said += _of_a_thousand(difference, spec, words)
    return [*said, _verdict(made, primary, words, footing), _turning(made, primary, words)]


def _for_readers(made: Decision, words: Vocabulary, established: str) -> str:
    named = (
        ("neutral reader", made.readers.neutral),
        ("sceptic", made.readers.sceptic),
        ("enthusiast", made.readers.enthusiast),
    )
    people = [(who, made.row(prior)) for who, prior in named if prior is not None]
    if not people:
        people = [(f"reader with the {prior_name(made.primary)} prior", made.row(made.primary))]
    chances = [
        f"{_chance(words.of_claim(row.p_benefit))} for {'an' if who[0] in 'aeiou' else 'a'} {who}"
        for who, row in people
    ]
    groups = {kind: [who for who, row in people if standing(row.p_benefit) == kind] for kind in GROUPS}
    return f"The probability of a {words.claim} is {listed(chances)}: {_concluded(groups, words, established)}."


def _concluded(groups: Mapping[str, Sequence[str]], words: Vocabulary, established: str) -> str:
    everyone = sum(len(who) for who in groups.values())
    good, harm = f"{_good(words)} is {established}", f"{_harm(words)} is {established}"
    neither = {1: f"neither it nor {_other(words)} is {established}"}
    neither[2] = f"{neither[1]} for either"
    for kind, who in groups.items():
        if len(who) == everyone:
            each = {1: "", 2: " for both"}.get(everyone, f" for all {in_words(everyone)}")
            nobody = neither.get(everyone, f"{neither[1]} for any of them")
            return {"survives": f"{good}{each}", "open": nobody, "harm": f"{harm}{each}"}[kind]
    survives, still, harmed = (listed(f"the {who}" for who in groups[kind]) for kind in GROUPS)
    clauses = []
    if survives:
        clauses.append(f"{good} for {survives}{f', but not for {still}' if still else ''}")
    elif still:
        clauses.append(f"{neither[1]} for {still}")
    if harmed:
        clauses.append(f"{harm} for {harmed}")
    return "; ".join(clauses)


def _sizes(made: Decision, primary: PriorDecision, words: Vocabulary) -> str:
    good = words.other if words.harmful else words.claim
    sizes = [
        (f"a {f'much {good}' if words.safety else f'worthwhile {good}'}", words.worth, "p_worthwhile"),
        ("a relevant harm", words.harm, "p_harm"),
    ][:: -1 if words.harmful else 1]
    (one, where, first_key), (two, there, second_key) = sizes
    first = (
        f"Under the primary, {prior_name(made.primary)} prior the probability of {one} ({words.measure} {where}) is "
        f"{_chance(getattr(primary, first_key))}, that of {two} ({there}) is {_chance(getattr(primary, second_key))}"
    )
    if len(made.under) == 1:
        return f"{first}."
    ranges = [_range([getattr(row, key) for row in made.under]) for key in (first_key, second_key)]
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
    if number(1000 * abs(x), 0) == "0":
        more = f"as many would {what} with the treatment as without"
    given = f", {d.given}" if d.given else ""
    return [f"Of 1,000 patients, {more} ({LEVEL} interval {' to '.join(ends)}){given}."]


def _patients(x: float) -> str:
    return f"{number(1000 * abs(x), 0)} {'more' if x > 0 else 'fewer'}"


def _verdict(made: Decision, primary: PriorDecision, words: Vocabulary, footing: Footing) -> str:
    ours = f"The verdict under that prior is “{wording(primary.verdict, words, footing)}”"
    others = [row for row in made.under if row.prior != made.primary]
    if not others:
        return f"{ours}."
    if made.unanimous:
        return f"{ours}, and no other prior changes it."
    changed: dict[Verdict, list[str]] = {}
    for row in sorted(others, key=lambda row: -row.verdict.rank):
        if row.verdict != primary.verdict:
            changed.setdefault(row.verdict, []).append(prior_name(row.prior))
    clauses = [
        f"“{wording(found, words, footing)}” under the {listed(names)} prior{'s' if len(names) > 1 else ''}"
        for found, names in changed.items()
    ]
    return f"{ours}; it becomes {listed(clauses)}."


def _turning(made: Decision, primary: PriorDecision, words: Vocabulary) -> str:
    """What more, or less, evidence of the same kind would do to the verdict about no effect."""
    kind, turning = standing(primary.p_benefit), made.turning
    claim = {1: _good(words), -1: _harm(words)}
    if kind == "open":
        if turning is None:
            return f"Even {number(FURTHEST, 0)} times as much evidence that says the same would establish neither {_good(words)} nor {_harm(words)} under that prior."
        return f"It would take {ratio(turning.weight)} times as much evidence that says the same to establish {claim[turning.side]} under that prior."
    ours = claim[1 if kind == "survives" else -1]
    if turning is None:
        return f"Even {percent(1 / FURTHEST, 0)} of this evidence would establish {ours} under that prior."
    less = percent(min(turning.weight, 0.999), 0 if turning.weight < 0.985 else 1)
    return f"With less than {less} of this evidence {ours} would no longer be established under that prior."


def _good(words: Vocabulary) -> str:
    return f"a {words.other if words.harmful else words.claim}"


def _harm(words: Vocabulary) -> str:
    if not words.safety:
        return "harm"
    return f"a {words.claim if words.harmful else words.other}"


def _other(words: Vocabulary) -> str:
    """The side that is not claimed."""
    return _good(words) if words.harmful else _harm(words)


def scaling(spec: AnalysisSpec, base: PriorVerdict, found: Diagnosis) -> str:
    """Say what is scaled, what the answer is unscaled, and what scaling it tells."""
    words = vocabulary(spec)
    return (
        f"One part of the posterior is made weaker or stronger by raising it to the power {number(ALPHAS[0])} or {number(ALPHAS[1])} "
        f"(Kallioinen and others 2024). As it is, under the primary prior ({prior_name(spec.primary)}), the {words.measure} is "
        f"{ratio(base.median)} and {words.p_claim} {words.chance(base.p_benefit)}. {MEANINGS[found].format(words.measure)}"
    )


def scaling_columns(spec: AnalysisSpec, largest_k: float) -> str:
    """Say what the columns of scaling hold."""
    return (
        f"The {vocabulary(spec).measure} under the primary prior, with one part scaled. Sensitivity: distance between the posteriors for each "
        f"doubling of the power; from {number(SENSITIVE)} on it counts. The first four columns are from the exact curve. Pareto k tells whether "
        f"the draws can be reweighted so far: up to {number(largest_k, 1)} they can."
    )


def unreliable(largest_k: float) -> str:
    """Say what cannot be relied on where a Pareto k is too large."""
    return (
        f"A Pareto k is above {number(largest_k, 1)}: the sensitivities by NUTS cannot be relied on. Those from the exact curve need no "
        "reweighting."
    )
