"""What a multiverse says, in sentences: how far its answers range, which choices matter, and what it does not say."""

from collections.abc import Mapping
from typing import Final

from crlm_bayes.answers.multiverse.cells import Cell, Multiverse
from crlm_bayes.prose.verdicts import judged
from crlm_bayes.rule import SURVIVES
from crlm_bayes.words.nouns import capital, counted, listed, vocabulary
from crlm_bayes.words.numbers import INTERVAL_WORDS, count, estimate, percent, probability, ratio, span

NO_VOTES: Final = (
    "How many cells lie on one side is no verdict: the cells are neither independent nor equally plausible, and how many options "
    "a choice has was chosen too. The verdict is that of the declared analysis; the others show what it hangs on."
)

METHOD: Final = (
    "Every cell is an analysis of its own, answered by the exact engine; none is left out. Multiverse: Steegen, Tuerlinckx, Gelman & "
    "Vanpaemel 2016. Specification curve: Simonsohn, Simmons & Nelson 2020. The share of a choice is the first-order index of Sobol' "
    "1993, the variance of the means of its options over the variance of all cells, each with the same weight."
)

NOT_BALANCED: Final = (
    "Some cells have no answer, so that the choices overlap: the share is the mean, over all orders of entry, of what a choice adds to R² "
    "(Lindeman, Merenda & Gold 1980)."
)

LITTLE: Final = 0.01
"""Share below which a choice is named, and no number."""

COMBINED: Final = "combinations of choices"

ALL_ALIKE: Final = "All cells are alike: no choice matters."

SUPPOSED: Final = "Cells that ask what if are drawn in grey; they bear no mark, and ranges and shares leave them out."


def lead(found: Multiverse) -> str:
    """Say how large the multiverse is and what it is the product of."""
    sizes = listed(f"{choice.lower()} ({len(options)})" for choice, options in found.choices.items())
    same = [cell for cell in found.cells if cell.same_as is not None]
    without = [cell for cell in found.cells if cell.at is None]
    said = f"{count(len(found.cells))} combinations of {counted(len(found.choices), 'choice')}: {sizes}."
    if same:
        said += f" {count(len(found.distinct))} of them are different analyses; in the others a choice has no part."
    if without:
        said += f" {count(len(without))} are declared to have no answer."
    return said


def ranges(found: Multiverse) -> str:
    """Say how far the answers range, and where the declared one lies."""
    words, spec = vocabulary(found.spec), found.spec
    ratios = span(*found.range_of(lambda at: at.median))
    low, high = sorted(found.range_of(lambda at: words.of_claim(at.p_benefit)))
    own = found.declared
    assert own.at is not None, "the document's own analysis has an answer"
    return (
        f"The {words.measure} ranges from {ratios} and {words.p_claim} from {probability(low)} to {probability(high)}. "
        f"The declared analysis has {estimate(own.at.median, own.at.lower, own.at.upper)} and "
        f"{judged(words, own.at.p_benefit, own.footing)} ({spec.measure.upper()}, {INTERVAL_WORDS})."
    )


def matters(found: Multiverse) -> list[str]:
    """Say which choices matter, for the ratio and for the probability; most first."""
    words = vocabulary(found.spec)
    named = (
        (f"the log {words.measure}", found.shares_of_ratio),
        (f"the log odds of {words.p_claim}", found.shares_of_probability),
    )
    return [_shares(what, shares) for what, shares in named if shares is not None] or [ALL_ALIKE]


def _shares(what: str, shares: Mapping[str, float]) -> str:
    order = sorted(shares.items(), key=lambda item: -item[1])
    parts = [
        f"{percent(share, 0)} between the options of {choice.lower()}" for choice, share in order if share >= LITTLE
    ]
    little = [choice.lower() for choice, share in order if share < LITTLE]
    parts += [f"less than {percent(LITTLE, 0)} of {listed(little, 'or')}"] if little else []
    return f"Of the variance of {what} lie {', '.join(parts)}, and {percent(rest(shares), 0)} in {COMBINED}."


def rest(shares: Mapping[str, float]) -> float:
    """What the shares of the choices leave."""
    return max(0.0, 1 - sum(shares.values()))


def caption(found: Multiverse) -> str:
    """Say what the specification curve shows of this multiverse."""
    words = vocabulary(found.spec)
    low, high = found.range_of(lambda at: at.median)
    said = (
        f"Specification curve: one column a cell, from the most to the least in favour of the {words.claim}. Top: {words.measure} "
        f"({INTERVAL_WORDS}), medians from {ratio(low)} to {ratio(high)}. Middle: {words.p_claim}; the broken line is at {probability(SURVIVES)}. "
        "Below: the option of each choice. The upright line is the declared analysis."
    )
    return f"{said} {SUPPOSED}" if supposes(found) else said


def supposes(found: Multiverse) -> bool:
    """Whether some cells ask what if and some do not."""
    return len(found.evidence) < sum(cell.at is not None for cell in found.cells)


def called(found: Multiverse, cell: Cell) -> str:
    """Name a cell by its options."""
    return "; ".join(f"{choice.lower()}: {option}" for choice, option in zip(found.choices, cell.options, strict=True))


def title(found: Multiverse) -> str:
    """Head the page."""
    return f"{capital(vocabulary(found.spec).endpoint)}: what other choices would have said"


def done(found: Multiverse, page: str) -> str:
    """Say on the terminal where the page is."""
    return f"{found.spec.id}: {count(len(found.cells))} cells, {page}"
