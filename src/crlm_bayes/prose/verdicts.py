"""The rule and its verdicts in words: one name for each, in the terminal, in tables and in figures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from crlm_bayes.rule import LOWER, SURVIVES, Standing, standing
from crlm_bayes.words.nouns import SIGNS, Vocabulary, listed, prior_name
from crlm_bayes.words.numbers import LEVEL, duration, many, probability

VERDICTS: Final[Mapping[str, str]] = {"survives": "survives", "open": "does not survive", "harm": "points to harm"}

SAFETY_VERDICTS: Final[Mapping[str, str]] = {
    "survives": "lower risk survives",
    "open": "not settled",
    "harm": "points to harm",
}

REACHED: Final = f"P(benefit) ≥ {probability(SURVIVES)}"

HARMED: Final = f"P(benefit) ≤ {probability(LOWER)}"

MARKS: Final = tuple(f"{SIGNS[kind]} {word}" for kind, word in VERDICTS.items())
"""What the marks of a verdict stand for."""

LEGEND: Final = (f"{MARKS[0]}: {REACHED}", MARKS[1], f"{MARKS[2]}: {HARMED}")
"""The same with the rule."""

MEANINGS: Final = (
    f"{REACHED}, so the {LEVEL} interval excludes no effect, on the good side",
    f"neither, so the {LEVEL} interval includes no effect; for safety, not settled",
    f"{HARMED}, so the {LEVEL} interval excludes no effect, on the side of harm",
)
"""What each mark means; for safety, the probability is that of a lower risk."""

IN_CELLS: Final = f"P(benefit), and the median ratio with its {LEVEL} equal-tailed interval"
"""What stands in each cell of a table of verdicts."""

GATE_FAILED: Final = "† diagnostics gate failed"


def verdict_word(kind: Standing | str, *, safety: bool = False) -> str:
    """Name a verdict; one on safety does not speak of a benefit."""
    return (SAFETY_VERDICTS if safety else VERDICTS)[kind]


def judged(words: Vocabulary, p_benefit: float) -> str:
    """Write the probability of a claim and its verdict: ``P(benefit) 0.988, survives``."""
    return f"{words.p_claim} {probability(p_benefit)}, {verdict_word(standing(p_benefit), safety=words.safety)}"


def stamp(words: Vocabulary, kind: Standing | str, prior: str) -> str:
    """Say the verdict under a prior in a few words: ``the benefit survives the sceptical prior``."""
    if kind == "survives":
        return f"the {words.claim} survives the {prior_name(prior)} prior"
    under = "under " if kind == "harm" or words.safety else ""
    return f"{verdict_word(kind, safety=words.safety)} {under}the {prior_name(prior)} prior"


def rule(claim: str = "benefit", measure: str = "ratio") -> str:
    """State the rule for a claim, before any result."""
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
