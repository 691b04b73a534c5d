"""E-values: how strong unmeasured confounding would have to be (VanderWeele & Ding 2017, Ann Intern Med 167:268-274).

Everything is on the risk ratio scale. Of a common outcome a hazard ratio becomes
RR = (1 - 0.5^√HR) / (1 - 0.5^√(1/HR)), an odds ratio √OR; of a rare one either is taken for the risk ratio itself.
"""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

RARE: Final = 0.15
"""Risk by the end of follow-up up to which, in every arm, an outcome is rare (VanderWeele & Ding 2017)."""


class Outcome(StrEnum):
    """How common an outcome is; one of which the print tells no risks is taken as common, which gives the smaller value."""

    RARE = "rare"
    COMMON = "common"
    UNTOLD = "untold"


def outcome_of(risks: Sequence[float | None]) -> Outcome:
    """Say how common an outcome is by the risks of all arms; None of an arm whose print tells none."""
    known = [risk for risk in risks if risk is not None]
    if any(risk - RARE > 1e-9 for risk in known):  # 1 - 0.85 is above 0.15 in the last digit
        return Outcome.COMMON
    return Outcome.RARE if known and len(known) == len(risks) else Outcome.UNTOLD


def risk_ratio(ratio: float, measure: str, outcome: Outcome = Outcome.UNTOLD) -> float:
    """Risk ratio that a ratio stands for; `measure` is ``hr``, ``or`` or ``rr``."""
    if measure == "rr" or outcome is Outcome.RARE:
        return ratio
    if measure == "or":
        return math.sqrt(ratio)
    log_half = math.log(0.5)
    return math.expm1(log_half * math.sqrt(ratio)) / math.expm1(log_half * math.sqrt(1 / ratio))


def e_value(ratio: float, measure: str, towards: float = 1.0, outcome: Outcome = Outcome.UNTOLD) -> float:
    """E-value: the confounding, on the risk ratio scale, that would move a ratio to another.

    E = x + √(x (x - 1)) with x = max(q, 1/q), q the risk ratio of `ratio` over that of `towards`. Something
    unmeasured would have to be tied to the treatment and to the outcome by at least E each; weaker ties cannot do it.

    Parameters
    ----------
    ratio, towards : float
        As reported, of the same measure; `towards` is no effect unless given.
    measure : str
        ``hr``, ``or`` or ``rr``.
    """
    quotient = risk_ratio(ratio, measure, outcome) / risk_ratio(towards, measure, outcome)
    x = max(quotient, 1 / quotient)
    return x + math.sqrt(x * (x - 1))


def e_value_of_interval(
    lower: float, upper: float, measure: str, towards: float = 1.0, outcome: Outcome = Outcome.UNTOLD
) -> float:
    """E-value of the limit nearest to `towards`; 1 where the interval includes it."""
    if lower <= towards <= upper:
        return 1.0
    return e_value(upper if upper < towards else lower, measure, towards, outcome)
