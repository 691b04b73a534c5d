"""The rule and its verdicts in words: one name for each, in the terminal, in tables and in figures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from crlm_bayes.rule import LOWER, SURVIVES, standing
from crlm_bayes.words.marks import Footing, mark_of
from crlm_bayes.words.nouns import SIGNS, Vocabulary, listed, prior_name
from crlm_bayes.words.numbers import LEVEL, duration, many, probability

VERDICTS: Final[Mapping[str, str]] = {
    "survives": "survives",
    "face_value": "survives at face value",
    "open": "does not survive",
    "harm": "points to harm",
    "harm_face_value": "points to harm at face value",
    "what_if": "asks what if",
}

SAFETY_VERDICTS: Final[Mapping[str, str]] = {
    **VERDICTS,
    "survives": "lower risk survives",
    "face_value": "lower risk survives at face value",
    "open": "not settled",
}

HARM_VERDICTS: Final[Mapping[str, str]] = {
    **VERDICTS,
    "survives": "lower risk",
    "face_value": "lower risk at face value",
    "open": "not settled",
    "harm": "higher risk",
    "harm_face_value": "higher risk at face value",
}
"""Of a question of harm, in its own direction."""

REACHED: Final = f"P(benefit) ≥ {probability(SURVIVES)}"

HARMED: Final = f"P(benefit) ≤ {probability(LOWER)}"

MEANINGS: Final[Mapping[str, str]] = {
    "survives": f"{REACHED}, so the {LEVEL} interval excludes no effect, on the good side",
    "face_value": "the same at face value: of studies that were not randomised, whose bias is not allowed for, so that nothing is established",
    "open": f"neither, so the {LEVEL} interval includes no effect; of a harm, not settled",
    "harm": f"{HARMED}, so the {LEVEL} interval excludes no effect, on the side of harm",
    "harm_face_value": "the same at face value",
}
"""What each mark means."""

MARKS: Final[Mapping[str, str]] = {kind: f"{SIGNS[kind]} {VERDICTS[kind]}" for kind in MEANINGS}
"""What the marks of a verdict stand for."""

CHIEF_MARKS: Final = tuple(MARKS[kind] for kind in ("survives", "face_value", "open", "harm"))

LEGEND: Final = (f"{MARKS['survives']}: {REACHED}", MARKS["face_value"], MARKS["open"], f"{MARKS['harm']}: {HARMED}")
"""The same with the rule."""

IN_CELLS: Final = f"P(benefit), and the median ratio with its {LEVEL} equal-tailed interval"
"""What stands in each cell of a table of verdicts."""

OF_HARM: Final = "where a harm is asked for, the probability is that of a higher risk"

GATE_FAILED: Final = "† diagnostics gate failed"


def verdict_word(mark: str, *, safety: bool = False, harmful: bool = False) -> str:
    """Name a verdict; one on safety does not speak of a benefit, one on a harm speaks of the risk."""
    return (HARM_VERDICTS if harmful else SAFETY_VERDICTS if safety else VERDICTS)[mark]


def word_of(mark: str, words: Vocabulary) -> str:
    """Name a verdict in the words of its analysis."""
    return verdict_word(mark, safety=words.safety, harmful=words.harmful)


def judged(words: Vocabulary, p_benefit: float, footing: Footing) -> str:
    """Write the probability of a claim and its verdict: ``P(benefit) 0.988, survives``."""
    return f"{words.p_claim} {words.chance(p_benefit)}, {word_of(mark_of(p_benefit, footing), words)}"


def stamp(words: Vocabulary, mark: str, prior: str) -> str:
    """Say the verdict under a prior in a few words: ``the benefit survives the sceptical prior``."""
    under = f"the {prior_name(prior)} prior"
    if mark == "what_if":
        return "a question of what if: no verdict"
    if words.harmful:
        return f"{word_of(mark, words)} under {under}"
    if mark in ("survives", "face_value"):
        return f"the {words.claim} survives {under}{' at face value' if mark == 'face_value' else ''}"
    return f"{word_of(mark, words)} {'under ' if mark != 'open' or words.safety else ''}{under}"


def rule(words: Vocabulary | None = None) -> str:
    """State the rule for a claim, before any result."""
    claim, measure = ("benefit", "ratio") if words is None else (words.claim, words.measure)
    if words is not None and words.harmful:
        return (
            f"A {claim} is established under a prior when P({claim}), given the data and the prior, is at least {probability(SURVIVES)}: the "
            f"{LEVEL} equal-tailed interval of the {measure} then excludes no effect. At {probability(LOWER)} or below a {words.other} is. The "
            "primary prior is wide: a sceptic of harm would need more harm done before saying so."
        )
    return (
        f"A {claim} survives a prior when P({claim}), given the data and the prior, is at least {probability(SURVIVES)}: the "
        f"{LEVEL} equal-tailed interval of the {measure} then excludes no effect, on the good side. At {probability(LOWER)} or below the "
        "data point to harm."
    )


def gate_failures(failed: int, fits: int) -> str:
    """Say how many fits failed the diagnostics gate."""
    return f"Diagnostics failed for {failed} of {fits} fits."


def failed_analyses(names: Sequence[str]) -> str:
    """Say which analyses have a fit that failed the gate, and what of them can be relied on."""
    return (
        f"Diagnostics failed for {listed(names)}. The verdicts below come from the exact curve, which needs no sampling; the report of an "
        "analysis says which of its fits failed."
    )


UNSAMPLED: Final = (
    "Everything here is exact. What only draws can show is missing: fitted curves, predictive checks, diagnostics and, for one "
    "study, absolute effects."
)
"""What is said of an analysis that was answered and not yet fitted."""


def not_yet_sampled(some: int, every: int) -> str:
    """Say how many analyses were answered and not yet fitted."""
    return f"Not yet sampled: {some} of {every} analyses; their pages have what is exact."


def exact_done(seconds: float, page: str, left: int) -> str:
    """Say that all that is exact stands, and what is left to be sampled."""
    rest = (
        f"; {left} {'analysis is' if left == 1 else 'analyses are'} sampled now (Ctrl-C keeps what is there)"
        if left
        else ""
    )
    return f"Exact answers: written in {duration(seconds)}, {page}{rest}"


def stopped(answered: int, sampled: int, every: int) -> str:
    """Say what a run that was interrupted has kept."""
    return f"Stopped. Kept: the exact answers of {answered} of {every} analyses, the posteriors of {sampled}; the next fit goes on from there."


def sampled_again(prior: str, failures: Sequence[str], draws: int) -> str:
    """Say why a posterior was not good enough and how long it was sampled then."""
    return f"{prior_name(prior)}: {'; '.join(failures)}: sampled again with {many(draws)} draws a chain"


def sampled_longer(fits: Mapping[str, Mapping[str, Any]]) -> str:
    """Say which posteriors had to be sampled longer than was asked for; empty where none had to."""
    longer = [
        f"{prior_name(name)} {many(fit['draws'])} draws a chain" for name, fit in fits.items() if fit.get("too_short")
    ]
    return f"sampled longer, because fewer draws failed: {', '.join(longer)}" if longer else ""


def without_sampling(*, primary_failed: bool) -> str:
    """Say what of a page can be relied on where a fit failed the gate."""
    rest = (
        "come from a fit that failed: do not rely on them"
        if primary_failed
        else "come from the fit under the primary prior, which passed"
    )
    return f"The verdicts come from the exact curve, which needs no sampling. The absolute effects and the fitted curves {rest}."


def disagreement(panel: Iterable[tuple[str, float, float]]) -> str:
    """Say under which priors the two engines disagree about the verdict; empty where they agree.

    Parameters
    ----------
    panel : iterable of (str, float, float)
        Prior, P(benefit) from the exact curve, and by NUTS.
    """
    found = [
        f"{prior_name(prior)} (exact {probability(exact)}, NUTS {probability(nuts)})"
        for prior, exact, nuts in panel
        if standing(exact) != standing(nuts)
    ]
    if not found:
        return ""
    return (
        f"The two engines fall on different sides of the rule under {'; '.join(found)}. The difference is within the Monte Carlo error unless a "
        "fit is marked as failed; the exact curve decides."
    )
