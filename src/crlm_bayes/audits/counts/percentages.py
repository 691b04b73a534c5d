"""Printed percentages beside their counts, and numbers of patients beside their arms.

A percentage of n patients is a whole number of them: GRIM (Brown and Heathers 2017) for percentages. A survival
percentage is such a share only where nobody is censored before that time, or where the survivors are printed with it;
any other is a Kaplan-Meier estimate, which need not be a multiple of 1/n.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.names import arm_names, is_complete
from crlm_bayes.documents.printed.entries import BaselineEntry, ContinuousEntry, CountEntry, EventsEntry, SurvivalEntry
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import counts_printing, decimals, is_cut_off, percent_fits, would_print
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import EVENT_FREE, endpoint_noun


@dataclass(frozen=True)
class Share:
    """A printed percentage that is a whole number of patients out of n.

    Attributes
    ----------
    entry : str
        Reference of the entry.
    arm : str
    centre : str or None
    what : str
        In words: ``overall survival at 36 months``.
    row : hashable
        The same for all arms: the row of the table.
    count : int or None
        Where it is printed.
    n : int
        Of the entry; for survival that of the arm.
    may_be_estimate : bool
        Whether the percentage may be one of Kaplan and Meier, with censoring, beside the count.
    """

    entry: str
    arm: str
    centre: str | None
    what: str
    row: Hashable
    count: int | None
    n: int
    percent: PrintedNumber
    locator: str
    may_be_estimate: bool = False

    @property
    def subject(self) -> str:
        """Words that tell it from all others of the study."""
        return self.entry.partition("/")[2]

    @property
    def cut_off(self) -> bool:
        """Whether the count, or some count where none is printed, was cut off after the last decimal, not rounded."""
        low = Fraction(self.percent.decimal) * self.n / 100
        counts = [self.count] if self.count is not None else [min(self.n, math.ceil(low))]
        return any(is_cut_off(self.percent, k, self.n) for k in counts)


def shares(study: Study) -> Iterator[Share]:
    """Every printed percentage that must be a share of patients: counts, survivors, baseline categories."""
    sizes = study.sizes
    tables: tuple[tuple[str, tuple[CountEntry | SurvivalEntry | BaselineEntry, ...]], ...] = (
        ("counts", study.counts), ("survival", study.survival), ("baseline", study.baseline),
    )  # fmt: skip
    for table, rows in tables:
        for row in rows:
            if row.percent is None:
                continue
            if isinstance(row, SurvivalEntry) and (row.arm not in sizes or not counts_survivors(study, row)):
                continue
            centre = row.centre if isinstance(row, CountEntry) else None
            count, n = (row.alive, sizes[row.arm]) if isinstance(row, SurvivalEntry) else (row.events, row.n)
            key = tuple(str(getattr(row, k)) for k in row.KEYS if k != "arm")
            yield Share(
                reference(table, row), row.arm, centre, _words(row), (table, *key), count, n, row.percent, row.locator,
                _may_be_estimate(study, row),
            )  # fmt: skip


def counts_survivors(study: Study, row: SurvivalEntry) -> bool:
    """Whether a survival percentage is survivors out of all patients of the arm, or has survivors beside it.

    One with an interval is an estimate, which need not be that of the survivors.
    """
    return is_complete(study, row) or (row.alive is not None and row.ci is None)


@check("Is each printed percentage that of its printed count?")
def count_percent(study: Study) -> Iterable[Trouble]:
    """Compare k/n, rounded as printed, with the printed percentage.

    A note where it is cut off instead of rounded; a warning where both prints mean the same patients, or where the
    percentage is that of another natural denominator; serious where they mean different patients. Of an endpoint that is
    followed over time it may be the estimate of Kaplan and Meier. That hands the weight of the censored on to those who
    are left, so that it is never below the share of those known to have had the event, nor of those known to be free of
    it, but may be above by any amount: a note; below, it is a contradiction like any other.
    """
    names, every = arm_names(study), list(shares(study))
    totals: dict[Hashable, int] = defaultdict(int)
    for share in every:
        totals[share.row] += share.count or 0
    for share in every:
        if share.count is None or percent_fits(share.percent, share.count, share.n):
            continue
        k, n, percent = share.count, share.n, share.percent
        nearest = _nearest_counts(percent, n)
        other = next(
            (o for o in _denominators(study, share, totals[share.row], names) if percent_fits(percent, k, o[0])), None
        )
        severity: Severity = "warning"
        if share.cut_off:
            severity, tail = "note", "which is cut off after its last decimal instead of rounded"
        elif share.may_be_estimate and Fraction(percent.decimal) * n > 100 * k:
            severity, tail = "note", "which a Kaplan-Meier estimate with censoring may be"
        elif other is not None:
            tail = f"which is {k}/{other[0]}: the denominator is {other[1]}"
        elif k in nearest:
            tail = f"although {k} is the whole number nearest to {percent}% of {n}"
        else:
            severity, tail = "serious", f"which is nearest to {patients(nearest[0], nearest[-1])}"
        value, place = would_print(100 * k / n, percent), f"{share.what} in {names[share.arm]}"
        message = f"For {place}, {k}/{n} is {value}%, not the printed {percent}%, {tail}."
        both = (f"{percent}% as {k}/{n}", f"{k}/{n} = {value}%")
        yield Trouble(share.subject, severity, (share.entry,), (share.locator,), *both, message)


@check("Does some whole number of patients give each percentage that is printed without a count?")
def impossible_percent(study: Study) -> Iterable[Trouble]:
    """Look for a count that prints the percentage; survival only as far as follow-up is complete."""
    names = arm_names(study)
    for share in shares(study):
        percent, n = share.percent, share.n
        if share.count is not None or counts_printing(percent, n):
            continue
        below = math.floor(Fraction(percent.decimal) * n / 100)
        near = [(k, would_print(100 * k / n, percent)) for k in (below, below + 1)]
        given = " and ".join(f"{k}/{n} is {value}%" for k, value in near)
        if share.cut_off:
            severity: Severity = "note"
            tail = f"{below + 1}/{n} would give it if cut off after its last decimal instead of rounded"
        else:
            survival = share.entry.startswith("survival/")
            cause = "somebody was censored before that time" if survival else "other patients were counted"
            severity, tail = "warning", f"either {cause} or the percentage is misprinted"
        place = f"{share.what} in {names[share.arm]}"
        message = f"For {place}, no whole number of {n} patients gives the printed {percent}% ({given}): {tail}."
        both = (f"{percent}% of {n}", ", ".join(f"{k}/{n} = {value}%" for k, value in near))
        yield Trouble(share.subject, severity, (share.entry,), (share.locator,), *both, message)


@check("Is no number of patients or events above the size of its arm?")
def arm_size(study: Study) -> Iterable[Trouble]:
    """Compare n of every entry, and total events, with the arm; fewer are legitimate, as values may be missing."""
    names, sizes = arm_names(study), study.sizes
    found: list[tuple[str, CountEntry | BaselineEntry | ContinuousEntry | EventsEntry, int, Severity]] = [
        *(("counts", row, row.n, "serious") for row in study.counts),
        *(("events", row, row.events, "serious") for row in study.events),
        *(("continuous", row, row.n, "warning") for row in study.continuous),
        *(("baseline", row, row.n, "warning") for row in study.baseline),
    ]  # fmt: skip
    for table, row, n, severity in found:
        if row.arm in sizes and n > sizes[row.arm]:
            entry, noun = reference(table, row), "events" if table == "events" else "patients"
            message = f"For {_words(row)}, {n} {noun} are printed in {names[row.arm]}, an arm of {sizes[row.arm]}."
            yield Trouble(entry, severity, (entry,), (row.locator,), f"{n} {noun}", f"arm of {sizes[row.arm]}", message)


@check("Is no number of patients that of those without the event?")
def odds_as_share(study: Study) -> Iterable[Trouble]:
    """Look for events given for an arm less its events: 14 of 115 in an arm of 129 are odds, not a share.

    Another number of patients may by chance be short by as many as had the event, so that it is a warning only where it is
    so in all arms, and nothing where other entries of the arm are given for the same number.
    """
    names, sizes = arm_names(study), study.sizes
    groups: dict[str, list[CountEntry]] = defaultdict(list)
    for row in study.counts:
        if row.centre is None and row.arm in sizes:
            groups[row.endpoint].append(row)
    uses = Counter((row.arm, row.n) for table in (study.counts, study.baseline, study.continuous) for row in table)
    for rows in groups.values():
        odd = [row for row in rows if row.events and row.n + row.events == sizes[row.arm] and uses[row.arm, row.n] == 1]
        for row in odd:
            arm, entry = sizes[row.arm], reference("counts", row)
            message = (
                f"For {_words(row)} in {names[row.arm]}, {row.events} of {row.n} are printed in an arm of {arm}: {row.n} are "
                f"those without the event, so that this is the odds, and the share is {row.events}/{arm}."
            )
            yield Trouble(
                entry, "warning" if len(odd) == len(rows) > 1 else "note", (entry,), (row.locator,),
                f"{row.events} of {row.n}", f"{row.events} of {arm}", message,
            )  # fmt: skip


def _may_be_estimate(study: Study, row: CountEntry | SurvivalEntry | BaselineEntry) -> bool:
    """Whether the endpoint of an entry is one over time; of counts the print does not say by what time."""
    if isinstance(row, BaselineEntry):
        return False
    if isinstance(row, SurvivalEntry):
        return not is_complete(study, row)
    over_time = {*EVENT_FREE, *(x.endpoint for x in study.survival), *(x.endpoint for x in study.medians)}
    over_time |= {x.endpoint for x in study.events} | {x.endpoint for x in study.contrasts if x.measure == "hr"}
    return row.endpoint in over_time or any(x.endpoint == row.endpoint for x in study.tests if x.test == "logrank")


def patients(low: int, high: int) -> str:
    """Write a number of patients: ``1 patient``, ``17 to 19 patients``."""
    number = f"{low}" if low == high else f"{low} to {high}"
    return f"{number} patient{'' if high == 1 else 's'}"


def _words(row: CountEntry | SurvivalEntry | BaselineEntry | ContinuousEntry | EventsEntry) -> str:
    """Name what an entry is about, without its arm."""
    if isinstance(row, BaselineEntry):
        return f"{row.variable}, {row.category}"
    if isinstance(row, ContinuousEntry):
        return row.variable
    at = f" at {row.months} months" if isinstance(row, SurvivalEntry) else ""
    centre = f" at {row.centre}" if isinstance(row, CountEntry) and row.centre else ""
    return f"{endpoint_noun(row.endpoint)}{at}{centre}"


def _nearest_counts(percent: PrintedNumber, n: int) -> range:
    """Whole numbers nearest to percent x n for all values that the percentage stands for."""
    share, half = Fraction(percent.decimal) / 100, Fraction(1, 200 * 10 ** decimals(percent))
    low, high = (share - half) * n - Fraction(1, 2), (share + half) * n + Fraction(1, 2)
    return range(max(0, math.ceil(low)), min(n, math.floor(high)) + 1)


def _denominators(study: Study, share: Share, row_total: int, names: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Other denominators that a percentage may have been given for, the nearest at hand first."""
    sizes = study.sizes
    others = [(n, f"the patients of {names[arm]}") for arm, n in sizes.items() if arm != share.arm]
    candidates = (
        (sizes.get(share.arm, 0), "all patients of the arm"),
        (study.patients or 0, "all patients of the study"),
        *others,
        (row_total, "the patients of this row in all arms"),
    )
    yield from ((n, whose) for n, whose in candidates if n > 0 and n != share.n)
