"""Percentages that no whole number of the arm's patients gives: of how many patients are they multiples?

A search over denominators, in the manner of granularity tests (Brown and Heathers 2017): for every number of patients
it counts how many of the misfits that number makes possible, and how rarely chance would make as many possible.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crlm_bayes.audits.counts.percentages import Share, shares
from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.documents.printed.rounding import counts_printing, decimals
from crlm_bayes.documents.study import Study
from crlm_bayes.words.numbers import number

TRIED: Final = tuple(range(10, 501))
"""Numbers of patients that are tried as denominators."""

CHANCE: Final = 1e-4
"""Largest probability of a coincidence at which another denominator is reported."""

FEWEST: Final = 3
"""So many misfits must be explained."""


@dataclass(frozen=True)
class Scan:
    """The percentages of all arms of one size, and what they are multiples of. A percentage printed twice counts once.

    Attributes
    ----------
    arms : tuple of str
    n : int
        Patients in each of them.
    percents : tuple of str
        All different percentages printed for these arms that must be shares of patients.
    misfits : tuple of str
        Those that no whole number of their entry's n prints, rounded or (for the printed count) cut off.
    explained : int
        How many misfits `best` makes possible.
    best : int or None
        The denominator whose success is least likely by chance, the smallest of equals; None without misfits.
    chance : float
        Upper bound on the probability that some denominator does as well for percentages at random: a sum of Bernoulli
        trials, one for each misfit (a percentage and 100% less it are one), times the denominators tried (Bonferroni).
    tried, fits : tuple of int
        The denominators, and how many misfits each makes possible.
    entries, locators : tuple of str
        Of the misfits that `best` makes possible.
    sizes : frozenset of int
        The denominators that the entries print.
    """

    arms: tuple[str, ...]
    n: int
    percents: tuple[str, ...]
    misfits: tuple[str, ...]
    explained: int
    best: int | None
    chance: float
    tried: tuple[int, ...]
    fits: tuple[int, ...]
    entries: tuple[str, ...]
    locators: tuple[str, ...]
    sizes: frozenset[int]

    @property
    def conspicuous(self) -> bool:
        """Whether `best` is too good for chance, and no printed denominator."""
        return self.explained >= FEWEST and self.chance < CHANCE and self.best not in self.sizes


def scans(study: Study) -> list[Scan]:
    """Scan the percentages of each group of arms of equal size; groups without a percentage are left out.

    Percentages by centre are not those of an arm and stay outside.
    """
    sizes = study.sizes
    groups: dict[int, list[Share]] = {n: [] for n in sizes.values()}
    for share in shares(study):
        if share.centre is None and share.arm in sizes and not share.may_be_estimate:
            groups[sizes[share.arm]].append(share)
    return [_scan(tuple(arm for arm in sizes if sizes[arm] == n), n, group) for n, group in groups.items() if group]


@check("Are the percentages of an arm multiples of another number of patients?")
def denominator(study: Study) -> Iterable[Trouble]:
    """Report a denominator that makes possible what the printed ones do not, beyond chance."""
    for scan in scans(study):
        if scan.conspicuous:
            exponent = int(np.floor(np.log10(max(scan.chance, 1e-300)))) + 1
            own = f"{scan.n}" if scan.sizes == {scan.n} else "the patients that they are given for"
            printed = f"{len(scan.misfits)} of {len(scan.percents)} percentages possible with no whole number of {own}"
            message = (
                f"Of the {len(scan.percents)} different percentages printed for arms of {scan.n} patients, "
                f"{len(scan.misfits)} are possible with no whole number of {own}; {scan.explained} of these are, as "
                f"rounded, multiples of 1/{scan.best} (chance of such a coincidence below 1 in {number(10 ** min(-exponent, 12), 0)})."
            )
            recomputed = f"{scan.explained} of them are multiples of 1/{scan.best}"
            yield Trouble(f"arms of {scan.n}", "serious", scan.entries, scan.locators, printed, recomputed, message)


def printable(n: NDArray[np.int64], places: int) -> NDArray[np.int64]:
    """How many different percentages with a number of decimals n patients can print.

    One for each count, two where a share lies half-way between two prints; all of them once n is large enough.
    """
    whole = 100 * 10**places
    shared = np.gcd(2 * whole, n)
    halves = np.where((2 * whole // shared) % 2 == 1, shared // 2, 0)
    return np.where(n < whole, n + 1 + halves, whole + 1)


def possible(share: Share, n: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For every n whether some whole number of patients prints the percentage; exact, in integers."""
    places = decimals(share.percent)
    whole, value = 100 * 10**places, int(share.percent.decimal.scaleb(places))
    numbers: NDArray[Any] = n if places <= 12 else n.astype(object)  # whole x 500 still fits in 64 bits
    rest = numbers * value % whole
    return np.asarray(2 * np.minimum(rest, whole - rest) <= numbers, dtype=np.bool_)


def _scan(arms: tuple[str, ...], n: int, group: list[Share]) -> Scan:
    misfits: dict[str, list[Share]] = {}
    for share in group:
        if not counts_printing(share.percent, share.n) and not (share.count is not None and share.cut_off):
            misfits.setdefault(str(share.percent), []).append(share)
    tried = np.array(TRIED)
    table = {text: possible(same[0], tried) for text, same in misfits.items()}
    fits = sum(table.values(), np.zeros(len(tried), dtype=np.int64))
    tail = _tail([(same[0], table[text]) for text, same in misfits.items()], tried)
    at = int(np.argmin(tail))
    explained = [share for text, same in misfits.items() if table[text][at] for share in same]
    return Scan(
        arms=arms,
        n=n,
        percents=tuple(dict.fromkeys(str(share.percent) for share in group)),
        misfits=tuple(misfits),
        explained=int(fits[at]) if misfits else 0,
        best=TRIED[at] if misfits else None,
        chance=min(1.0, float(tail[at]) * len(TRIED)) if misfits else 1.0,
        tried=TRIED,
        fits=tuple(fits.tolist()),
        entries=tuple(share.entry for share in explained),
        locators=tuple(share.locator for share in explained),
        sizes=frozenset(share.n for share in group),
    )


def _tail(misfits: list[tuple[Share, NDArray[np.bool_]]], tried: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability, for each denominator, that chance makes at least as many misfits possible as it does."""
    # whatever makes a percentage possible makes 100% less it possible too: one trial, not two
    trials = {
        (decimals(share.percent), min(share.percent.decimal, 100 - share.percent.decimal)): (share, fits)
        for share, fits in misfits
    }
    hits = np.zeros(len(tried), dtype=np.int64)
    distribution = np.zeros((len(trials) + 1, len(tried)))
    distribution[0] = 1
    for i, (share, fits) in enumerate(trials.values(), 1):
        hits += fits
        places = decimals(share.percent)
        # a misfit is drawn from the percentages that its own n cannot print
        others = 100 * 10**places + 1 - int(printable(np.array(share.n), places))
        q = np.minimum(1.0, printable(tried, places) / others)
        distribution[1 : i + 1] = distribution[1 : i + 1] * (1 - q) + distribution[:i] * q
        distribution[0] *= 1 - q
    at_least = np.cumsum(distribution[::-1], axis=0)[::-1]  # the small terms first, so that none is lost
    return np.asarray(at_least[hits, np.arange(len(tried))])
