"""E-values: how strong unmeasured confounding would have to be (VanderWeele & Ding 2017, Ann Intern Med 167:268-274).

Everything is on the risk ratio scale, the outcome taken as common: a hazard ratio becomes
RR = (1 - 0.5^√HR) / (1 - 0.5^√(1/HR)), an odds ratio √OR.
"""

import math


def risk_ratio(ratio: float, measure: str) -> float:
    """Risk ratio that a ratio of a common outcome stands for; `measure` is ``hr``, ``or`` or ``rr``."""
    if measure == "hr":
        log_half = math.log(0.5)
        risk = math.expm1(log_half * math.sqrt(ratio)) / math.expm1(log_half * math.sqrt(1 / ratio))
    else:
        risk = math.sqrt(ratio) if measure == "or" else ratio
    return risk


def e_value(ratio: float, measure: str, towards: float = 1.0) -> float:
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
    quotient = risk_ratio(ratio, measure) / risk_ratio(towards, measure)
    x = max(quotient, 1 / quotient)
    return x + math.sqrt(x * (x - 1))


def e_value_of_interval(lower: float, upper: float, measure: str, towards: float = 1.0) -> float:
    """E-value of the limit nearest to `towards`; 1 where the interval includes it."""
    if lower <= towards <= upper:
        return 1.0
    return e_value(upper if upper < towards else lower, measure, towards)
