"""P values of printed statistics: does the printed chi-square, t or z give the p value beside it?"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import scipy

from crlm_bayes.audits.finding import Trouble, check
from crlm_bayes.audits.names import named
from crlm_bayes.audits.p_values.comparison import Comparison, Variant, sided_as, troubles
from crlm_bayes.audits.p_values.exact_tests import p_of_chi2
from crlm_bayes.documents.printed.entries import TestEntry
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import spelled_out
from crlm_bayes.words.numbers import fixed

NEAR: Final = 0.02
"""Relative distance up to which a statistic that is not reproduced is only a note."""

MOST_DF: Final = 5
"""Most degrees of freedom that are tried to explain the p value of a chi-square."""

TITLES: Final = {
    "t": "mean ",
    "logrank": "the log-rank test of ",
    "wald": "the Wald test of ",
    "exact": "the exact test of ",
}

NOUNS: Final = {"chi2": "chi-square", "t": "t", "wald": "Wald statistic", "logrank": "log-rank statistic"}


def titled(study: Study) -> Iterator[tuple[str, TestEntry]]:
    """Every printed test with its subject: ``os at 36 months``, ``mean age``, ``the log-rank test of os``."""
    return named(study.tests, _title)


def _title(test: TestEntry) -> str:
    months = f" at {test.months} months" if test.months else ""
    return f"{TITLES.get(test.test, '')}{test.endpoint or test.variable}{months}"


def p_of_z(z: float) -> float:
    """Two-sided p value of a standard normal deviate."""
    return math.erfc(abs(z) / math.sqrt(2))


def p_of_t(t: float, df: float) -> float:
    """Two-sided p value of Student's t."""
    return 2 * float(scipy.special.stdtr(df, -abs(t)))


def p_of_z_range(z: Range) -> Range:
    """P values of all standard normal deviates within a range."""
    size = magnitude(z)
    return Range(p_of_z(size.high), p_of_z(size.low))


def p_of_t_range(t: Range, df: Range) -> Range:
    """P values of all t and degrees of freedom within two ranges: the p value falls with both."""
    size = magnitude(t)
    return Range(p_of_t(size.high, df.high), p_of_t(size.low, df.low))


def magnitude(number: Range) -> Range:
    """All absolute values within a range."""
    if number.low >= 0:
        return number
    return Range(-number.high, -number.low) if number.high <= 0 else Range(0.0, max(-number.low, number.high))


def comparisons(study: Study) -> list[Comparison]:
    """Printed p values beside those of the statistics printed with them (statcheck, Nuijten 2016)."""
    return [recomputed.comparison for recomputed in _recomputed(study)]


@dataclass(frozen=True)
class _Recomputed:
    """A comparison, its degrees of freedom, and p values of others, which may explain it."""

    comparison: Comparison
    known: tuple[int, ...] = ()
    others: tuple[tuple[int, Range], ...] = ()


@check("Does each p value follow from the statistic that is printed with it?")
def p_of_statistic(study: Study) -> Iterable[Trouble]:
    """Recompute p values from statistics and degrees of freedom."""
    for recomputed in _recomputed(study):
        comparison = recomputed.comparison
        said = stands_for(comparison.printed)
        for trouble in troubles([comparison]):
            fitting = [df for df, p in recomputed.others if p.meets(said)]
            stem = f"The printed {trouble.printed} for {spelled_out(comparison.subject)}"
            if fitting and not comparison.printed.bound and not comparison.as_if_one_sided:
                statistic = comparison.basis.partition(" with ")[0]
                message = (
                    f"{stem} follows from {statistic} with {_df(*fitting)}, not with the {_or(recomputed.known)} of the "
                    f"printed categories: other categories may have been tested than are printed."
                )
                yield replace(trouble, severity="warning" if comparison.changes_sides else "note", message=message)
            else:
                yield trouble


def statistic_trouble(
    test: TestEntry, noun: str, subject: str, basis: str, found: Mapping[str, Range]
) -> Trouble | None:
    """Compare a printed statistic with its recomputations; entry and place are those of the test alone."""
    if test.statistic is None or not found:
        return None
    said = stands_for(test.statistic)
    if any(value.meets(said) for value in found.values()):
        return None
    name, nearest = min(found.items(), key=lambda item: item[1].gap(said))
    printed = f"{noun} {'' if test.statistic.bound else '= '}{test.statistic}"
    return Trouble(
        subject,
        "note" if nearest.gap(said) <= NEAR * abs(test.statistic.value) else "warning",
        (reference("tests", test),),
        (test.locator,),
        printed,
        f"{noun}: {listed(found)}",
        f"The printed {printed} for {spelled_out(subject)} does not follow from {basis}, which "
        f"{'gives' if len(found) == 1 else 'give at the nearest'} {span(nearest)} ({name}).",
    )


def listed(found: Mapping[str, Range]) -> str:
    """Write recomputed statistics with their names."""
    return "; ".join(f"{name} {span(value)}" for name, value in found.items())


def span(value: Range) -> str:
    """Write a range of statistics with three decimals."""
    low, high = fixed(value.low, 3), fixed(value.high, 3)
    return low if low == high else f"{low} to {high}"


def welch_degrees(sds: tuple[Range, Range], sizes: tuple[int, int]) -> Range:
    """Degrees of freedom of Welch's t (1947) for all standard deviations within two ranges."""
    n, m = sizes

    def at(sd: float, other: float) -> float:
        v, w = sd**2 / n, other**2 / m
        return (v + w) ** 2 / (v**2 / (n - 1) + w**2 / (m - 1)) if v + w > 0 else n + m - 2.0

    (a, b), (c, d) = ((max(0.0, sd.low), sd.high) for sd in sds)
    corners = at(a, d), at(b, c)
    # the degrees of freedom rise to those of Student's t where the ratio of the variances is that of the sizes, then fall
    share = math.sqrt(n * (n - 1) / (m * (m - 1)))
    peak = a <= share * d and share * c <= b
    return Range(min(corners), n + m - 2.0 if peak else max(corners))


def _recomputed(study: Study) -> Iterator[_Recomputed]:
    for subject, test in titled(study):
        if test.p is None or test.statistic is None or test.test == "exact":
            continue
        said = stands_for(test.statistic)
        known: tuple[int, ...] = ()
        others: tuple[tuple[int, Range], ...] = ()
        if test.test == "t":
            variants, degrees = _of_t(study, test, said), ""
        else:
            known = _degrees_of_chi2(study, test)
            variants = [Variant(f"chi-square, {_df(df)}", _of_chi2(said, df)) for df in known]
            degrees = f" with {_df(*known)}"
            if test.test == "chi2":
                others = tuple((df, _of_chi2(said, df)) for df in range(1, MOST_DF + 1) if df not in known)
            else:
                variants.append(Variant("normal deviate", p_of_z_range(said)))
        if variants:
            basis = f"the printed {NOUNS[test.test]} of {test.statistic}{degrees}"
            entry = reference("tests", test)
            sided = sided_as(test.sided, variants, test.p)
            comparison = Comparison(subject, basis, (entry,), (test.locator,), test.p, sided, test.sided)
            yield _Recomputed(comparison, known, others)


def _of_chi2(statistic: Range, df: int) -> Range:
    return Range(p_of_chi2(statistic.high, df) if math.isfinite(statistic.high) else 0.0, p_of_chi2(statistic.low, df))


def _of_t(study: Study, test: TestEntry, said: Range) -> list[Variant]:
    """Return p values of Student's and Welch's t; every pair where more than two arms may have been compared."""
    rows = [row for row in study.continuous if row.variable == test.variable and row.n > 1]
    pairs = list(combinations(rows, 2)) if len({row.arm for row in rows}) == len(rows) else []
    student = {a.n + b.n - 2 for a, b in pairs}
    student = student or {a + b - 2 for a, b in combinations(study.sizes.values(), 2) if a + b > 2}
    variants = [Variant(f"Student's t, {_df(df)}", p_of_t_range(said, Range(df, df))) for df in sorted(student)]
    for a, b in pairs:
        degrees = welch_degrees((stands_for(a.sd), stands_for(b.sd)), (a.n, b.n))
        variants.append(Variant(f"Welch's t, {fixed(degrees.low, 1)} degrees of freedom", p_of_t_range(said, degrees)))
    return variants


def is_unknown(category: str) -> bool:
    """Whether a category is of missing values."""
    return re.fullmatch(r"(unknown|missing|unclear|undetermined|n/?a|nr|not .+)( .*)?", category.lower()) is not None


def _degrees_of_chi2(study: Study, test: TestEntry) -> tuple[int, ...]:
    """Degrees of freedom that the printed arms and categories leave open; 1 to 3 where nothing is printed."""
    if test.variable is None:
        with_endpoint = {row.arm for row in study.counts if row.endpoint == test.endpoint}
        with_endpoint |= {row.arm for row in study.survival if row.endpoint == test.endpoint}
        arms, columns = len(with_endpoint) if len(with_endpoint) > 1 else len(study.arms), {2}
        if test.test == "chi2" and len(with_endpoint) < 2:
            columns = {2, 3, 4}
    else:
        rows = [row for row in study.baseline if row.variable == test.variable]
        events: dict[str, int] = {}
        for row in rows:
            events[row.category] = events.get(row.category, 0) + row.events
        filled = sum(count > 0 for count in events.values())
        sums_up = sum(events.values()) == sum({row.arm: row.n for row in rows}.values())
        columns = {2, 3, 4} if not events else {max(2, filled)} if sums_up else {max(2, filled), filled + 1}
        columns |= {max(2, filled - 1)} if any(map(is_unknown, events)) else set()
        arms = len({row.arm for row in rows} or study.arms)
    across = {1, arms - 1} if arms > 2 else {1}
    return tuple(sorted({(column - 1) * arm for column in columns for arm in across}))


def _or(degrees: tuple[int, ...]) -> str:
    *first, last = map(str, degrees)
    return f"{', '.join(first)} or {last}" if first else last


def _df(*degrees: int) -> str:
    return f"{_or(degrees)} degree{'' if degrees == (1,) else 's'} of freedom"
