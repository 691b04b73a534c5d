"""What the map of assumptions about centres says, in sentences."""

from collections.abc import Mapping
from typing import Final

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.likelihoods.centres.map import CentreMap, falls_at, spread_at_which_it_falls
from crlm_bayes.rule import survives
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import number, probability

SENSITIVITY: Final = (
    "This is a sensitivity analysis: the study does not print which centre treated whom, and its data say almost "
    "nothing about how far centres differ in prognosis or whether those with a better prognosis treated more."
)

SPREADS: Final[Mapping[str, str]] = {
    "baseline_spread": "spread of prognosis between centres, τ_u",
    "effect_spread": "spread of the effect between centres, τ_v",
    "allocation_spread": "spread between centres of the share treated, τ_π",
    "allocation_correlation": "correlation of prognosis and share treated, ρ",
}
"""What is assumed of centres, and estimated."""


def sentences(found: CentreMap, spec: AnalysisSpec) -> tuple[str, ...]:
    """Say in plain words what the map shows."""
    words = vocabulary(spec)
    scale = LIKELIHOODS[spec.likelihood].baseline
    assert scale is not None, "centres differ in a baseline"
    under = f" under the {found.prior.replace('_', ' ')} prior" if found.prior else ""
    start = float(found.p_benefit[0, 0])
    said = [
        SENSITIVITY,
        f"If centres differ only in the effect (standard deviation {number(found.effect_spread)}) and not in prognosis, "
        f"{words.p_claim} is {probability(start)}{under}.",
    ]
    least, most = float(found.p_benefit.min()), float(found.p_benefit.max())
    said.append(f"Over the map it ranges from {probability(least)} to {probability(most)}.")
    if not survives(start):
        where = "nowhere on this map" if not survives(most) else "only where centres with a worse prognosis treat more"
        if survives(most) and not _only_worse(found):
            where = "in parts of this map"
        said.append(f"The {words.claim} does not survive to begin with; it would survive {where}.")
        return tuple(said)
    limit = spread_at_which_it_falls(found)
    said.append(
        f"Even if allocation has nothing to do with prognosis, chance imbalance between arms costs the {words.claim} its "
        f"survival once the standard deviation between centres reaches {number(limit)} on the {scale.differences}."
        if limit is not None
        else f"If allocation has nothing to do with prognosis, the {words.claim} survives on the whole map."
    )
    for row in sorted({len(found.spreads) // 4, len(found.spreads) // 2, len(found.spreads) - 1}):
        falls, spread = falls_at(found, row), f"With a standard deviation of {number(found.spreads[row])}"
        if falls is None:
            said.append(f"{spread}, the claim is lost nowhere on this map.")
        elif falls == 0:
            said.append(f"{spread}, it is lost without any correlation.")
        else:
            said.append(f"{spread}, it is lost from a correlation of {number(falls)} in one direction or the other.")
    return tuple(said)


def _only_worse(found: CentreMap) -> bool:
    """Whether the claim survives only where the correlation with a good prognosis is negative."""
    alive = survives(found.p_benefit).any(axis=0)
    return bool(alive.any()) and bool((found.correlations[alive] < 0).all())
