"""The meaning of a study document: right shape, wrong sense is refused here."""

import math
from collections.abc import Mapping

from crlm_bayes.documents.printed.entries import Entry
from crlm_bayes.documents.study import ARM_TABLES, ENTRY_TABLES, Study, reference
from crlm_bayes.errors import InvalidInput, UnknownName, nearest
from crlm_bayes.words.nouns import listed
from crlm_bayes.words.numbers import short


def check_meaning(study: Study, where: str) -> None:
    """Check what only the whole document shows.

    Raises
    ------
    InvalidInput
        Repeated arms, entries for unknown arms or centres, tests of variables that no table has, the same quantity
        entered twice, a rising survival curve, more patients alive than in the arm, or follow-up without its basis.
    """
    sizes: dict[str, int | None] = {}
    for arm in study.arms:
        if arm.id in sizes:
            what = (
                f"two different n for arm '{arm.id}' ({sizes[arm.id]}, {arm.n})"
                if sizes[arm.id] != arm.n
                else f"arm '{arm.id}' is given twice"
            )
            raise InvalidInput(f"{where}: arms", what, allowed="one entry for each arm")
        sizes[arm.id] = arm.n
    if (study.complete_follow_up_months is None) != (study.complete_follow_up_basis is None):
        raise InvalidInput(f"{where}: complete_follow_up_basis", "complete follow-up and its basis go together")
    if bool(study.survival_tests) != (study.survival_tests_locator is not None):
        raise InvalidInput(f"{where}: survival_tests_locator", "the tests of survival and their place go together")
    _check_references(study, where, sizes)
    _check_variables(study, where)
    _check_repeats(study, where)
    _check_survival(study, where, sizes)


def _check_references(study: Study, where: str, sizes: Mapping[str, int | None]) -> None:
    for table in ARM_TABLES:
        for i, row in enumerate(getattr(study, table), 1):
            if row.arm is not None and row.arm not in sizes:
                raise _missing_arm(f"{where}: {_entry(table, i, row)}: arm", row.arm, sizes)
    between = (
        ("contrasts", ("numerator", "denominator", "row")),
        ("differences", ("minuend", "subtrahend")),
        ("tests", ("favours",)),
    )
    for table, keys in between:
        for i, row in enumerate(getattr(study, table), 1):
            for key in keys:
                if getattr(row, key) not in (None, *sizes):
                    raise _missing_arm(f"{where}: {_entry(table, i, row)}: {key}", getattr(row, key), sizes)
    for i, test in enumerate(study.tests, 1):
        for arm in test.between or ():
            if arm not in sizes:
                raise _missing_arm(f"{where}: {_entry('tests', i, test)}: between", arm, sizes)
    centres = {centre.name for centre in study.centres}
    for i, row in enumerate(study.counts, 1):
        if row.centre is not None and row.centre not in centres:
            raise UnknownName.among(f"{where}: {_entry('counts', i, row)}: centre", "centre", row.centre, centres)


def _missing_arm(where: str, arm: str, sizes: Mapping[str, int | None]) -> InvalidInput:
    return InvalidInput(
        where,
        f"there is no arm '{arm}'",
        allowed=", ".join(sizes) or "none (arms is empty)",
        near=nearest(arm, sizes),
    )


def _check_repeats(study: Study, where: str) -> None:
    """An analysis must find one print for each quantity, and a finding one entry of each name; two need two names."""
    for table in ENTRY_TABLES:
        first: dict[str, tuple[int, Entry]] = {}
        for i, row in enumerate(getattr(study, table), 1):
            name = reference(table, row)
            if table == "survival":  # 12 and 12.0 months are one time
                name = f"{row.endpoint}/{row.arm}/{row.months.value}"
            j, other = first.setdefault(name, (i, row))
            if j == i:
                continue
            ns = getattr(other, "n", None), getattr(row, "n", None)
            what = "is given twice" if ns[0] == ns[1] else f"two different n for an arm ({ns[0]}, {ns[1]})"
            raise InvalidInput(
                f"{where}: {_entry(table, i, row)}",
                f"{what}; the first is {table}[{j}]",
                allowed=f"one entry for each {listed(key.removesuffix('_word') for key in row.KEYS)}",
            )


def _check_variables(study: Study, where: str) -> None:
    """A test of a variable that no table has would be held against nothing, and nobody would know."""
    named = [row.variable for row in study.baseline] + [row.variable for row in study.continuous]
    known = dict.fromkeys(named)
    for i, test in enumerate(study.tests, 1):
        if test.variable is not None and test.variable not in known:
            raise InvalidInput(
                f"{where}: {_entry('tests', i, test)}: variable",
                f"no baseline or continuous entry has the variable '{test.variable}'",
                allowed=", ".join(known) or "none (baseline and continuous are empty)",
                near=nearest(test.variable, known),
            )


def _check_survival(study: Study, where: str, sizes: Mapping[str, int | None]) -> None:
    last: dict[tuple[str, str], tuple[float, float, float, float]] = {}
    rows = sorted(enumerate(study.survival, 1), key=lambda pair: pair[1].months.value)
    for i, row in rows:
        here, n = f"{where}: {_entry('survival', i, row)}", sizes[row.arm]
        for key in ("alive", "at_risk"):
            value = getattr(row, key)
            if value is not None and n is not None and value > n:
                raise InvalidInput(f"{here}: {key}", f"{value} is above the arm's n {n}", allowed=f"0 to {n}")
        most = math.inf if n is None else n
        months, percent, alive, at_risk = last.get((row.endpoint, row.arm), (0.0, 100.0, most, most))
        since = f"at {short(months)} months to"
        if row.percent is not None and row.percent.value > percent:
            what = f"survival rises from {short(percent)} {since} {short(row.percent.value)}"
            raise InvalidInput(f"{here}: percent", what, allowed=f"at most {short(percent)}")
        if row.alive is not None and row.alive > alive:
            what = f"survivors rise from {short(alive)} {since} {row.alive}"
            raise InvalidInput(f"{here}: alive", what, allowed=f"at most {short(alive)}")
        if row.at_risk is not None and row.at_risk > at_risk:
            what = f"numbers at risk rise from {short(at_risk)} {since} {row.at_risk}"
            raise InvalidInput(f"{here}: at_risk", what, allowed=f"at most {short(at_risk)}")
        last[row.endpoint, row.arm] = (
            row.months.value,
            row.percent.value if row.percent is not None else percent,
            row.alive if row.alive is not None else alive,
            row.at_risk if row.at_risk is not None else at_risk,
        )


def _entry(table: str, index: int, row: Entry) -> str:
    names = [
        str(getattr(row, k)) for k in ("endpoint", "variable", "category", "arm", "months") if getattr(row, k, None)
    ]
    return f"{table}[{index}] ({', '.join(names)})"
