"""The calculation of the sample size, recomputed by every usual formula for two groups of equal size.

Only too few patients are accused: a study may well enrol more than its formula asks for.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

import scipy

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.printed.statements import SampleSizeEntry
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.numbers import fixed

SHORT: Final = 0.95
"""Share of the least number of patients below which a stated one is accused: programs round, and rates are rounded."""


@check("Does the sample size follow from its stated assumptions?")
def sample_size(study: Study) -> Iterable[Trouble]:
    """Compare the stated patients per arm with the formulas, over the ends of the stated rates; and the dropout with both."""
    row = study.sample_size
    if row is not None:
        yield from _needed(row)
        yield from _dropout(row)


def formulas(p: float, q: float, alpha: float, sides: int, power: float, test: str | None = None) -> dict[str, float]:
    """Patients per arm to tell two rates apart, by formula.

    Parameters
    ----------
    p, q : float
        Rates of the two arms, between 0 and 1 and different; for the log-rank formulas the shares without the event.
    alpha, power : float
    sides : {1, 2}
    test : {"rates", "logrank"}, optional
        What is planned; None for either.

    Returns
    -------
    dict
        Normal approximation with unpooled and with pooled variance (Fleiss 1981), with continuity correction (Fleiss, Tytun
        and Ury 1980), arcsine (Cohen 1988); events of the log-rank test by Freedman 1982 and Schoenfeld 1981, turned into
        patients by the events that the rates imply and, unless rates at one time are compared, also by an event of everybody.
    """
    a, b = float(scipy.special.ndtri(1 - alpha / sides)), float(scipy.special.ndtri(power))
    gap, mean, each = abs(p - q), (p + q) / 2, p * (1 - p) + q * (1 - q)
    pooled = (a * math.sqrt(2 * mean * (1 - mean)) + b * math.sqrt(each)) ** 2 / gap**2
    angle = 2 * (math.asin(math.sqrt(p)) - math.asin(math.sqrt(q)))
    rates = {
        "unpooled variance": (a + b) ** 2 * each / gap**2,
        "pooled variance": pooled,
        "continuity correction": pooled / 4 * (1 + math.sqrt(1 + 4 / (pooled * gap))) ** 2,
        "arcsine": 2 * (a + b) ** 2 / angle**2,
    }
    hazard = math.log(p) / math.log(q)
    events = {
        "Freedman": (a + b) ** 2 * ((1 + hazard) / (1 - hazard)) ** 2,
        "Schoenfeld": 4 * (a + b) ** 2 / math.log(hazard) ** 2,
    }
    ranks = {f"log-rank, {name}": d / (2 - p - q) for name, d in events.items()}
    everybody = {f"log-rank, {name}, all followed to the event": d / 2 for name, d in events.items()}
    return {"rates": rates | ranks, "logrank": ranks | everybody}.get(test or "", rates | ranks | everybody)


def _needed(row: SampleSizeEntry) -> Iterator[Trouble]:
    both = _least_and_most(row, row.sides or 1)
    if both is None or row.n_per_arm >= SHORT * both.low:
        return
    gives = Range(both.low, both.high)
    two = _least_and_most(row, row.sides or 2) or gives
    words = {1: "one-sided", 2: "two-sided", None: "two-sided"}[row.sides]
    one = _least_and_most(row, 1) if row.sides == 2 else None
    even = f", and {_whole(one.low)} at the least even if one-sided" if one else ""
    if row.sides is None:
        even = f", and {_whole(both.low)} at the least if one-sided"
    rates = " v ".join("–".join(str(end) for end in rate) + "%" for rate in row.rates)
    message = (
        f"For {rates} with {row.power}% power and a {words} error of {row.alpha}, the paper says that {row.n_per_arm} patients "
        f"per arm are needed; the usual formulas give {_whole(two.low)} to {_whole(two.high)}{even}."
    )
    yield _trouble(
        row, "n_per_arm", f"{row.n_per_arm} per arm", f"{_whole(two.low)} to {_whole(two.high)} per arm", message
    )


def _dropout(row: SampleSizeEntry) -> Iterator[Trouble]:
    if row.dropout is None or row.enrolled_per_arm is None:
        return
    lost = _share(row.dropout)
    # some add the share of the patients needed, which is too little: that reading is allowed too
    least = row.n_per_arm * (1 + max(0.0, lost.low))
    if row.enrolled_per_arm >= math.floor(least):
        return
    stated = row.dropout.value / 100
    left, enough = row.enrolled_per_arm * (1 - stated), row.n_per_arm / (1 - stated)
    message = (
        f"With {row.dropout}% dropout, the paper says, {row.enrolled_per_arm} patients per arm make up for the {row.n_per_arm} that "
        f"are needed; {fixed(left, 1)} of them would be left, and {math.ceil(enough)} are needed "
        f"({row.n_per_arm}/{fixed(1 - stated, 2)} = {fixed(enough, 1)})."
    )
    yield _trouble(
        row,
        "dropout",
        f"{row.enrolled_per_arm} per arm with {row.dropout}% dropout",
        f"{math.ceil(enough)} per arm",
        message,
    )


def _least_and_most(row: SampleSizeEntry, sides: int) -> Range | None:
    """Fewest and most patients per arm, over the ends of the rates; None where the rates overlap."""
    first, second = ([end.value / 100 for end in rate] for rate in row.rates)
    if max(first) >= min(second) and max(second) >= min(first):
        return None
    power = row.power.value / 100
    each = [formulas(p, q, row.alpha.value, sides, power, row.test) for p, q in product(first, second)]
    found = [n for by_formula in each for n in by_formula.values()]
    return Range(min(found), max(found))


def _share(percent: PrintedNumber) -> Range:
    said = stands_for(percent)
    return Range(said.low / 100, said.high / 100)


def _whole(n: float) -> str:
    return fixed(n, 0)


def _trouble(row: SampleSizeEntry, subject: str, printed: str, recomputed: str, message: str) -> Trouble:
    entries = (reference("sample_size", row),)
    return Trouble(subject, "warning", entries, (row.locator,), printed, recomputed, message)
