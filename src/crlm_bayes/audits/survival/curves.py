"""Printed survival: can the curves be, and are they those of that many patients?"""

import math
from collections.abc import Iterable, Iterator
from typing import Final

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.names import arm_name, is_complete
from crlm_bayes.audits.survival.points import free_of, landmarks, least_interval, proportion, share_text
from crlm_bayes.documents.printed.entries import MedianEntry, SurvivalEntry
from crlm_bayes.documents.printed.rounding import TINY, counts_printing, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import endpoint_noun
from crlm_bayes.words.numbers import as_percent, fixed, percent, short

BEFORE_DEATH: Final = ("pfs", "dfs", "rfs", "efs")
"""Endpoints whose events include every death."""

NARROW: Final = 0.7
"""Width of an interval, as part of the narrowest that the patients of the arm allow, below which it is reported."""


@check("Does survival fall with time, and are those without progression among those alive?")
def monotone(study: Study) -> Iterable[Trouble]:
    """Compare numbers of different kinds along each curve, and each curve with overall survival.

    The reader already refuses percentages, survivors and numbers at risk that rise among themselves. Survivors get half
    a patient of slack: they may have been worked out from the percentage.
    """
    for endpoint, arm in dict.fromkeys((row.endpoint, row.arm) for row in study.survival if row.arm in study.sizes):
        rows = [row for row in study.survival if (row.endpoint, row.arm) == (endpoint, arm)]
        yield from _rises(study, sorted(rows, key=lambda row: row.months.value))
    yield from _before_death(study)


def _rises(study: Study, rows: list[SurvivalEntry]) -> Iterator[Trouble]:
    for i, row in enumerate(rows):
        n = study.sizes[row.arm]
        noun, arm = endpoint_noun(row.endpoint), arm_name(study, row.arm)
        for before in reversed(rows[:i]):
            pair = next(
                (
                    (was, now)
                    for low, now in _at_least(row, n)
                    for high, was in _at_most(study, before, n)
                    if low > high + TINY
                ),
                None,
            )
            if pair is None:
                continue
            was, now = pair
            message = (
                f"For {noun} in {arm} (n = {n}) {was} at {before.months} months and {now} at {row.months} months are "
                f"printed, which cannot both be: survival does not rise."
            )
            yield Trouble(
                f"{row.endpoint}-{row.arm}-{row.months}", "serious",
                (reference("survival", before), reference("survival", row)), (before.locator, row.locator),
                f"{now} at {row.months} months", f"{was} at {before.months} months", message,
            )  # fmt: skip
            break
        else:
            yield from _too_many_at_risk(row, rows[:i], n, noun, arm)


def _at_least(row: SurvivalEntry, n: int) -> Iterator[tuple[float, str]]:
    if row.percent is not None:
        yield proportion(row).low, f"{row.percent}%"
    if row.alive is not None:
        yield (row.alive - 0.5) / n, f"{row.alive} survivors"
    if row.at_risk is not None:
        yield row.at_risk / n, f"{row.at_risk} patients at risk"


def _at_most(study: Study, row: SurvivalEntry, n: int) -> Iterator[tuple[float, str]]:
    if row.percent is not None:
        yield proportion(row).high, f"{row.percent}%"
    if row.alive is not None and is_complete(study, row):
        yield (row.alive + 0.5) / n, f"{row.alive} survivors"


def _too_many_at_risk(
    row: SurvivalEntry, earlier: list[SurvivalEntry], n: int, noun: str, arm: str
) -> Iterator[Trouble]:
    """Compare with the event-free at the same time: events at exactly t are at risk and no longer event-free.

    Where times are whole months these are the events of a month; more than are likely in one is a note.
    """
    if row.at_risk is None:
        return
    most = proportion(row).high * n if row.percent is not None else float(row.alive or 0)
    before = next((r.months.value for r in reversed(earlier)), 0.0)
    since = next((proportion(r).high * n for r in reversed(earlier) if r.percent is not None), float(n))
    monthly = max(0.0, since - most) / max(1.0, row.months.value - before)
    if row.at_risk > most + 1 + 2 * monthly + 3 * math.sqrt(2 * monthly):
        said = share_text(row, n)
        message = (
            f"For {noun} in {arm} {row.at_risk} of {n} patients are printed as at risk at {row.months} months and {said} "
            f"as event-free, which holds only if the difference had the event at exactly {row.months} months."
        )
        yield Trouble(
            f"{row.endpoint}-{row.arm}-{row.months}-at-risk", "note", (reference("survival", row),), (row.locator,),
            f"{row.at_risk} at risk", f"{said} = at most {math.floor(most + TINY * n)}", message,
        )  # fmt: skip


def _before_death(study: Study) -> Iterator[Trouble]:
    """Compare with overall survival; only proportions of the same patients are bound to be ordered, estimates are not."""
    alive = {(row.arm, row.months.value): row for row in study.survival if row.endpoint == "os"}
    for row in study.survival:
        death = alive.get((row.arm, row.months.value))
        if row.endpoint not in BEFORE_DEATH or death is None or row.arm not in study.sizes:
            continue
        n = study.sizes[row.arm]
        counted = row.alive is not None and death.alive is not None and row.alive > death.alive
        both = row.percent is not None and death.percent is not None
        gap = proportion(row).low - proportion(death).high if both else 0.0
        certain = counted or (gap > TINY and is_complete(study, row))
        # under censoring the two estimates may cross by chance: patients who progressed leave one of them only
        if not certain and gap <= math.sqrt(0.25 / n):
            continue
        said, other = share_text(row, n), share_text(death, n)
        if counted and gap <= TINY:
            said, other = f"{row.alive} of {n}", f"{death.alive} of {n}"
        reason = "" if certain else ", and censoring would hardly part the two curves so far"
        message = (
            f"At {row.months} months {said} of {arm_name(study, row.arm)} are printed as {free_of(row.endpoint)} and only "
            f"{other} as alive, although all who are {free_of(row.endpoint)} are alive{reason}."
        )
        yield Trouble(
            f"{row.endpoint}-os-{row.arm}-{row.months}", "serious" if certain else "warning",
            (reference("survival", row), reference("survival", death)), (row.locator, death.locator),
            f"{endpoint_noun(row.endpoint)} {said}", f"{endpoint_noun('os')} {other}", message,
        )  # fmt: skip


@check("Does every interval of a survival percentage hold the percentage?")
def ci_contains(study: Study) -> Iterable[Trouble]:
    """Compare each percentage with its own limits."""
    for row in study.survival:
        if row.ci is None or row.percent is None:
            continue
        low, value, high = stands_for(row.ci[0]).low, stands_for(row.percent), stands_for(row.ci[1]).high
        if low <= value.high + TINY and value.low <= high + TINY:
            continue
        interval = f"{row.ci[0]} to {row.ci[1]}"
        message = (
            f"The {endpoint_noun(row.endpoint)} of {row.percent}% at {row.months} months in {arm_name(study, row.arm)} lies "
            f"outside its own {as_percent(row.level)} confidence interval, {interval}."
        )
        yield Trouble(
            f"{row.endpoint}-{row.arm}-{row.months}", "serious", (reference("survival", row),), (row.locator,),
            f"{row.percent}%", interval, message,
        )  # fmt: skip


@check("Are the intervals of survival percentages as wide as the number of patients demands?")
def survival_ci(study: Study) -> Iterable[Trouble]:
    """Compare the width with the narrowest of the usual intervals without any censoring.

    Greenwood's variance (1926) is never below S(1 - S)/n, n the patients of the arm, because those at risk at t are at
    most n S(t). The usual intervals: plain, log, log-log and logit (Kalbfleisch and Prentice 2002).
    """
    for row in study.survival:
        if row.ci is None or row.percent is None or not 0 < row.percent.value < 100 or row.arm not in study.sizes:
            continue
        n = study.sizes[row.arm]
        low, high = stands_for(row.ci[0]).low, stands_for(row.ci[1]).high
        share = proportion(row)
        ends = (max(share.low, TINY), min(share.high, 1 - TINY))
        narrowest = min((least_interval(s, n, row.level) for s in ends), key=lambda ci: ci[1] - ci[0])
        if high - low >= 100 * NARROW * (narrowest[1] - narrowest[0]):
            continue
        interval = f"{row.ci[0]} to {row.ci[1]}"
        wide = f"{fixed(100 * narrowest[0], 1)} to {fixed(100 * narrowest[1], 1)}"
        message = (
            f"The interval {interval} of the {endpoint_noun(row.endpoint)} of {row.percent}% at {row.months} months is "
            f"narrower than {n} patients in {arm_name(study, row.arm)} allow: without any censoring it would be {wide}."
        )
        yield Trouble(
            f"{row.endpoint}-{row.arm}-{row.months}", "warning", (reference("survival", row),), (row.locator,),
            interval, wide, message,
        )  # fmt: skip


@check("Does the printed follow-up reach as far as follow-up is taken to be complete?")
def follow_up(study: Study) -> Iterable[Trouble]:
    """Compare each printed median follow-up with the time before which nobody is taken to be censored.

    If nobody is censored before that time, all who are alive then are followed as long, and more than half alive make
    the median as long by every definition: of all patients with deaths as ends of follow-up, of the survivors, and by the
    reverse Kaplan-Meier method (Schemper and Smith 1996). If half have died by then, the first of these may lie below: a
    note.
    """
    complete = study.complete_follow_up_months
    for row in study.medians:
        if row.endpoint != "follow_up" or complete is None or stands_for(row.months).high >= complete:
            continue
        arm = f" in {arm_name(study, row.arm)}" if row.arm else ""
        alive, rows = _alive_beyond(study, row, complete)
        dead = alive is not None and alive <= 0.5
        reason = ", unless the many who had died by then count as followed to their death only" if dead else ""
        message = (
            f"The printed median follow-up{arm} is {row.months} months, below the {short(complete)} months before which nobody "
            f"is taken to be censored{reason}; an analysis that takes follow-up as complete until then rests on more than "
            f"the paper states."
        )
        if rows and not dead:
            assert alive is not None, "known where it is printed"
            message = (
                f"The printed median follow-up{arm} of {row.months} months contradicts that nobody is censored before "
                f"{short(complete)} months: at least {percent(alive, 0)} are printed as alive at {rows[0].months} months, and with all "
                f"of these followed so long the median is no less by any definition, be it of all patients, of survivors or by "
                f"the reverse Kaplan-Meier method."
            )
        yield Trouble(
            row.arm or "all", "note" if dead else "warning",
            (reference("medians", row), *(reference("survival", s) for s in rows)),
            (row.locator, *(s.locator for s in rows)),
            f"median follow-up {row.months} months", f"complete to {short(complete)} months", message,
        )  # fmt: skip


def _alive_beyond(study: Study, row: MedianEntry, complete: float) -> tuple[float | None, list[SurvivalEntry]]:
    """Least share alive at the last time in question for which all arms concerned print overall survival."""
    arms = [row.arm] if row.arm else [arm.id for arm in study.arms]
    curves = [{p.months: p for p in landmarks(study, "os", arm)} for arm in arms]
    times = [t for t in curves[0] if stands_for(row.months).high < t <= complete and all(t in c for c in curves)]
    if not times:
        return None, []
    points = [curve[max(times)] for curve in curves]
    n = [study.sizes[arm] for arm in arms]
    alive = sum(p.share.low * size for p, size in zip(points, n, strict=True)) / sum(n)
    return alive, [p.row for p in points]


@check("Are the printed events no fewer than those before each landmark?")
def events_landmark(study: Study) -> Iterable[Trouble]:
    """Compare total events with the patients who had the event by a landmark, where nobody is censored before it."""
    for total in study.events:
        if total.arm not in study.sizes:
            continue
        n = study.sizes[total.arm]
        told: list[tuple[int, SurvivalEntry]] = []
        for row in study.survival:
            if (row.endpoint, row.arm) == (total.endpoint, total.arm) and is_complete(study, row):
                free = [*counts_printing(row.percent, n)] if row.percent is not None else []
                free += [row.alive] if row.alive is not None else []
                told += [(n - max(free), row)] if free else []
        if not told:
            continue
        least, row = max(told, key=lambda pair: pair[0])
        if total.events >= least:
            continue
        message = (
            f"For {endpoint_noun(total.endpoint)} in {arm_name(study, total.arm)} {total.events} events are printed, but "
            f"{share_text(row, n)} without the event at {row.months} months leaves at least {least} of {n} patients with it."
        )
        yield Trouble(
            f"{total.endpoint}-{total.arm}", "warning", (reference("events", total), reference("survival", row)),
            (total.locator, row.locator), f"{total.events} events", f"at least {least} by {row.months} months", message,
        )  # fmt: skip
