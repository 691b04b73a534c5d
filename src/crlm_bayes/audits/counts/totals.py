"""Parts beside their totals: categories, responses, grades, centres, factors.

Where a part has no printed count, every count that its percentage can stand for is allowed, rounded or cut off. Parts
are added up only where they share their number of patients; missing values make a total smaller, never larger.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from crlm_bayes.audits.counts.percentages import patients
from crlm_bayes.audits.finding import Severity, Trouble, check
from crlm_bayes.audits.names import arm_names
from crlm_bayes.documents.printed.entries import BaselineEntry, CountEntry, Entry
from crlm_bayes.documents.printed.rounding import counts_printing, decimals
from crlm_bayes.documents.study import Study, reference
from crlm_bayes.words.nouns import endpoint_noun

OPPOSITES: Final = (frozenset({"yes", "no"}), frozenset({"male", "female"}))

NEGATIONS: Final = frozenset({"none", "no", "absent", "free", "without", "never"})
"""Words after a colon for those who do not have it: no part of it."""


class Tally(NamedTuple):
    """The counts that an entry can stand for, from `low` to `high`."""

    row: CountEntry
    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"


def tally(row: CountEntry) -> Tally | None:
    """Counts of an entry: the printed one, or those that print its percentage; None where there is none."""
    if row.events is not None:
        return Tally(row, row.events, row.events)
    if row.percent is None:
        return None
    low, unit = Fraction(row.percent.decimal), Fraction(1, 10 ** decimals(row.percent))
    cut_off = range(math.ceil(low * row.n / 100), min(row.n, math.ceil((low + unit) * row.n / 100) - 1) + 1)
    allowed = [*counts_printing(row.percent, row.n), *cut_off]
    return Tally(row, min(allowed), max(allowed)) if allowed else None


@check("Do the categories of a variable make up all patients of the arm?")
def categories_total(study: Study) -> Iterable[Trouble]:
    """Add up the categories of one variable in one arm.

    Categories may overlap (several diseases in one patient) or leave some patients out. They must add up to n where
    the same categories do so in another arm, and to no more than n where they exclude each other by their names.
    """
    names = arm_names(study)
    groups: dict[tuple[str, str, int], list[BaselineEntry]] = defaultdict(list)
    for row in study.baseline:
        groups[row.variable, row.arm, row.n].append(row)
    complete = {
        (variable, frozenset(row.category for row in rows)): arm
        for (variable, arm, n), rows in groups.items()
        if sum(row.events for row in rows) == n
    }
    for (variable, arm, n), rows in groups.items():
        categories, total = frozenset(row.category for row in rows), sum(row.events for row in rows)
        model = complete.get((variable, categories))
        if len(rows) < 2 or total == n or (model is None and total < n):
            continue
        severity: Severity = "warning"
        if model is not None:
            tail = f"while the same categories make up all patients in {names[model]}"
        elif _exclusive(categories):
            tail = "although nobody can be in both"
        else:
            severity, tail = "note", "so that some patients are in several"
        added = f"{' + '.join(str(row.events) for row in rows)} = {total}"
        message = f"The categories of {variable} in {names[arm]} add up to {added}, not to {n}, {tail}."
        entries = [("baseline", row) for row in rows]
        yield _trouble(f"{variable} {arm} of {n}", severity, entries, f"n = {n}", added, message)


@check("Do the kinds of response make up objective response, disease control and all patients?")
def response_total(study: Study) -> Iterable[Trouble]:
    """Add up complete and partial response, stable and progressive disease (RECIST) in one arm."""
    names = arm_names(study)
    for (arm, centre, n), tallies in _by_place(study).items():
        where, place = _where(names[arm], centre), f"{arm} {centre or ''}"
        fine = ("cr", "pr") if {"cr", "pr"} <= tallies.keys() or "orr" not in tallies else ("orr",)
        for whole, kinds in (("orr", ("cr", "pr")), ("dcr", (*fine, "sd"))):
            parts, low, high, added = _sum(tallies, kinds)
            total = tallies.get(whole)
            # a kind that is not printed can only add to the others
            if total and parts and (low > total.high or (len(parts) == len(kinds) and high < total.low)):
                made, printed = patients(low, high), f"{whole.upper()} {total}"
                message = f"{added} make {made} in {where}, but {endpoint_noun(whole)} is printed as {total}."
                rows = _rows([*parts, total])
                yield _trouble(f"{whole} {place}", "serious", rows, printed, f"{added} = {made}", message)
        for kinds in ((*fine, "sd", "pd"), ("dcr", "pd")):
            parts, low, high, added = _sum(tallies, kinds)
            if low > n:
                made = patients(low, high)
                message = f"{added} make {made} in {where}, more than the {n} whose response is printed."
                yield _trouble(f"all {place}", "serious", _rows(parts), f"n = {n}", f"{added} = {made}", message)
                break


@check("Do the grades of an adverse event make up its total?")
def graded_total(study: Study) -> Iterable[Trouble]:
    """Add up grades 1, 2 and 3 or higher where all three and their total are printed."""
    names = arm_names(study)
    for (arm, centre, _), tallies in _by_place(study).items():
        for endpoint, total in tallies.items():
            kinds = [f"{endpoint}_{grade}" for grade in ("grade1", "grade2", "grade3plus")]
            parts, low, high, _ = _sum(tallies, kinds)
            if len(parts) == len(kinds) and (low > total.high or high < total.low):
                added = f"{' + '.join(str(part) for part in parts)} = {patients(low, high)}"
                where = _where(names[arm], centre)
                message = (
                    f"Grades 1, 2 and 3 or higher of {endpoint_noun(endpoint)} in {where} make {added}, "
                    f"but the total is printed as {total}."
                )
                subject, rows = f"{endpoint} {arm} {centre or ''}", _rows([*parts, total])
                yield _trouble(subject, "warning", rows, f"total {total}", added, message)


@check("Is no part larger than the whole?")
def part_of_whole(study: Study) -> Iterable[Trouble]:
    """Compare ``x:part`` and ``x_grade…`` with ``x``, where `x` is printed for no fewer patients."""
    names = arm_names(study)
    known = {(row.endpoint, row.arm, row.centre): t for row in study.counts if (t := tally(row))}
    for (endpoint, arm, centre), part in known.items():
        graded = re.fullmatch(r"(.+)_grade\d(?:plus)?", endpoint)
        base, _, kind = endpoint.rpartition(":")
        whole = known.get((graded[1] if graded else base, arm, centre))
        if whole is None or kind in NEGATIONS or whole.row.n < part.row.n or part.low <= whole.high:
            continue
        message = (
            f"In {_where(names[arm], centre)}, {part} patients are printed for {endpoint_noun(endpoint)}, "
            f"but only {whole} for all {endpoint_noun(whole.row.endpoint)}."
        )
        subject, rows = f"{endpoint} {arm} {centre or ''}", _rows([part, whole])
        yield _trouble(subject, "serious", rows, str(part), f"at most {whole}", message)


@check("Do the centres make up the study?")
def centres_total(study: Study) -> Iterable[Trouble]:
    """Add up the sizes of the centres, and counts printed by centre where all centres are there."""
    names, total, arms = arm_names(study), sum(c.n for c in study.centres), study.patients
    if study.centres and study.arms and arms is not None and total != arms:
        message = f"The centres have {total} patients together, the arms {arms}."
        both = (f"{arms} patients in the arms", f"{total} in the centres")
        yield Trouble("sizes", "serious", (), ("list of centres",), *both, message)
    everywhere = {centre.name for centre in study.centres}
    printed: dict[tuple[str, str], list[CountEntry]] = defaultdict(list)
    for row in study.counts:
        printed[row.endpoint, row.arm].append(row)
    for (endpoint, arm), rows in printed.items():
        whole = next((row for row in rows if row.centre is None), None)
        parts = [row for row in rows if row.centre is not None]
        if whole is None or not parts or {row.centre for row in parts} != everywhere:
            continue
        what, entries = f"{endpoint_noun(endpoint)} in {names[arm]}", [("counts", row) for row in (*parts, whole)]
        n = sum(row.n for row in parts)
        if n != whole.n:
            severity: Severity = "serious" if n > whole.n else "warning"
            message = f"For {what}, the centres have {n} patients together, but {whole.n} are printed for all."
            yield _trouble(f"{endpoint} {arm} patients", severity, entries, f"n = {whole.n}", f"n = {n}", message)
        tallies, all_ = [t for row in parts if (t := tally(row))], tally(whole)
        if all_ is None or len(tallies) < len(parts):
            continue
        low, high = sum(t.low for t in tallies), sum(t.high for t in tallies)
        # patients of no printed centre can have had the event too
        if low > all_.high or high + max(0, whole.n - n) < all_.low:
            message = f"For {what}, the centres have {patients(low, high)} together, but {all_} are printed for all."
            yield _trouble(f"{endpoint} {arm}", "serious", entries, str(all_), patients(low, high), message)


@check("Are the patients of the arms no more than those of the study?")
def arms_total(study: Study) -> Iterable[Trouble]:
    """Compare the printed size of the study with its arms; patients may be in no arm, and other arms may overlap with these."""
    together = sum(arm.n or 0 for arm in study.arms if arm.role != "other")
    if study.n is not None and together > study.n:
        message = f"The arms have {together} patients together, but the study is printed to have {study.n}."
        yield Trouble(
            "sizes", "warning", (), ("sizes of the arms",), f"n = {study.n}", f"{together} in the arms", message
        )


@check("Are the patients of a regression factor those of the study?")
def factor_total(study: Study) -> Iterable[Trouble]:
    """Compare a factor's patients with all patients, and with the baseline table where it has the same category."""
    everybody, arms = study.patients, sorted(arm.id for arm in study.arms)
    table: dict[tuple[str, str], list[BaselineEntry]] = defaultdict(list)
    for row in study.baseline:
        table[_plain(row.variable), _plain(row.category)].append(row)
    for factor in study.factors:
        # one factor may have several categories with one reference, which is then looked at more than once
        subject = f"{factor.endpoint} {factor.factor} {factor.category}"
        name = f"The factor {factor.factor} of {endpoint_noun(factor.endpoint)}"
        both = (factor.n or 0) + (factor.n_reference or 0)
        if arms and everybody is not None and both > everybody:
            message = f"{name} has {both} patients, the study only {everybody}."
            rows: list[tuple[str, Entry]] = [("factors", factor)]
            yield _trouble(f"{subject} all", "warning", rows, f"{both} patients", f"{everybody} in all arms", message)
        sides = (("category", factor.category, factor.n), ("reference", factor.reference, factor.n_reference))
        for side, category, n in sides:
            same = table.get((_plain(factor.factor), _plain(category)), [])
            if n is None or not same or sorted(row.arm for row in same) != arms:
                continue
            total, known = sum(row.events for row in same), sum(row.n for row in same)
            # a regression may leave out patients with missing values, and may know values that the table misses
            all_in = factor.n is not None and factor.n_reference is not None and both >= known
            unseen = max(0, everybody - known) if everybody is not None else n
            if n > total + unseen or (n < total and all_in):
                message = f"{name} has {patients(n, n)} with {category}, the arms have {total} together."
                rows = [("factors", factor), *(("baseline", row) for row in same)]
                found = f"{total} in all arms"
                yield _trouble(f"{subject} {side}", "warning", rows, patients(n, n), found, message)


def _by_place(study: Study) -> dict[tuple[str, str | None, int], dict[str, Tally]]:
    """Counts by endpoint, for each arm, centre and number of patients."""
    places: dict[tuple[str, str | None, int], dict[str, Tally]] = defaultdict(dict)
    for row in study.counts:
        if found := tally(row):
            places[row.arm, row.centre, row.n][row.endpoint] = found
    return places


def _sum(tallies: dict[str, Tally], kinds: Sequence[str]) -> tuple[list[Tally], int, int, str]:
    """Return the parts that are there, their least and largest sum, and the sum in words: ``CR 5 + PR 21``."""
    parts = [tallies[kind] for kind in kinds if kind in tallies]
    added = " + ".join(f"{p.row.endpoint.upper()} {p}" for p in parts)
    return parts, sum(p.low for p in parts), sum(p.high for p in parts), added


def _exclusive(categories: frozenset[str]) -> bool:
    """Whether two categories exclude each other by their names: yes and no, up to 60 and above 60."""
    plain = frozenset(_plain(category) for category in categories)
    signs = {m[1]: m[2] for category in plain if (m := re.fullmatch(r"(<=|<|>=|>)(.+)", category))}
    halves = set(signs) in ({"<", ">="}, {"<=", ">"}) and len(set(signs.values())) == 1
    return plain in OPPOSITES or (len(plain) == 2 and halves)


def _plain(text: str) -> str:
    """Reduce a name to letters, digits and signs of comparison, without a unit in brackets: ``T3/T4`` is ``T3-T4``."""
    text = re.sub(r"\(.*\)", "", text.lower()).replace("≤", "<=").replace("≥", ">=")
    return "".join(c for c in text if c.isalnum() or c in "<>=+.")


def _where(arm: str, centre: str | None) -> str:
    return f"{arm} at {centre}" if centre else arm


def _rows(tallies: Iterable[Tally]) -> list[tuple[str, Entry]]:
    return [("counts", t.row) for t in tallies]


def _trouble(
    subject: str, severity: Severity, rows: Iterable[tuple[str, Entry]], printed: str, recomputed: str, message: str
) -> Trouble:
    table = [(reference(name, row), row.locator) for name, row in rows]
    locators = tuple(dict.fromkeys(locator for _, locator in table))
    return Trouble(
        subject.strip(), severity, tuple(entry for entry, _ in table), locators, printed, recomputed, message
    )
