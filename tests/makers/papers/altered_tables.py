"""Slips in tables of counts and in the tests made of them: see :mod:`altered_papers`."""

import copy
import math

import numpy as np
from numpy.typing import NDArray

from makers.papers.paper_printing import Document
from makers.papers.paper_statistics import fisher, pearson, trend
from makers.papers.slips import Altered, Matters, Rng, Row, alter, far, name_of, reprint, shuffled, slip, slip_of, unit


def table_of(document: Document, test: Row) -> NDArray[np.float64] | None:
    """Counts by category (rows) and arm (columns) that a test is about, where they are printed in full."""
    arms = [arm["id"] for arm in document["arms"]]
    if "variable" in test:
        found = [row for row in document["baseline"] if row["variable"] == test["variable"]]
        cells = {(row["category"], row["arm"]): row["events"] for row in found}
        categories = dict.fromkeys(row["category"] for row in found)
        return np.array([[cells[c, arm] for arm in arms] for c in categories], float) if found else None
    if "months" in test or test["test"] not in ("chi2", "exact"):
        return None
    found = overall(document, test["endpoint"])
    if not all("events" in row for row in found):
        return None
    return np.array([[row["events"] for row in found], [row["n"] - row["events"] for row in found]], float)


def overall(document: Document, endpoint: str) -> list[Row]:
    """Counts of an endpoint by arm, of all centres together."""
    return [row for row in document["counts"] if row["endpoint"] == endpoint and "centre" not in row]


def defensible(table: NDArray[np.float64]) -> list[float]:
    """Every p value that a textbook test of a table gives: of association, and of a trend over its rows."""
    if table.shape == (2, 2):
        return [pearson(table).p, pearson(table, yates=True).p, fisher(table).p]
    return [pearson(table).p, trend(table).p] if table.shape[1] == 2 else [pearson(table).p]


def is_estimate(row: Row) -> bool:
    """Whether the percentage of an entry is an estimate of Kaplan and Meier, which may be far above that of its count."""
    return str(row["locator"]).startswith("Survival")


@slip_of("events", "counts", "baseline")
def count(document: Document, row: Row) -> Matters | None:
    """Count of an entry that has a percentage."""
    if "percent" not in row or is_estimate(row):
        return None
    return lambda v: v <= row["n"] and 100 * abs(v - row["events"]) / row["n"] > unit(row["percent"])


@slip_of("percent", "counts", "baseline")
def percent(document: Document, row: Row) -> Matters | None:
    """Percentage of an entry that has a count."""
    old = row["percent"]
    return (
        (lambda v: v <= 100 and abs(v - float(old)) > 1.01 * unit(old))
        if "events" in row and not is_estimate(row)
        else None
    )


@slip_of("percent", "counts")
def lone_percent(document: Document, row: Row) -> Matters | None:
    """Percentage without a count, to one that no whole number of patients gives (GRIM)."""
    old, n = row["percent"], row["n"]
    half = 0.5 * unit(old) * (1 + 1e-9)
    if "events" in row:
        return None
    return lambda v: v <= 100 and math.ceil((v - half) * n / 100) > math.floor((v + half) * n / 100)


@slip_of("n", "counts", "baseline")
def denominator(document: Document, row: Row) -> Matters | None:
    """Number of patients of one entry, so that its percentage no longer fits."""
    k, n = row.get("events"), row["n"]
    if not k or "percent" not in row or is_estimate(row):
        return None
    return lambda v: v >= k and 100 * abs(k / v - k / n) > unit(row["percent"])


@slip_of("events", "baseline")
def category(document: Document, row: Row) -> Matters | None:
    """A category of the baseline table without a percentage: it breaks the total."""
    return None if "percent" in row else lambda v: v <= row["n"] and abs(v - row["events"]) >= 2


def response(document: Document, rng: Rng) -> Altered | None:
    """Count of responders or of disease control, and its percentage, where the categories of response are printed."""
    for table, i, row in shuffled(document, rng, "counts"):
        if row["endpoint"] in ("orr", "dcr") and overall(document, "cr") and "centre" not in row:
            n = row["n"]
            new = slip(str(row["events"]), rng, lambda v, n=n: v <= n)
            if new is not None:
                share = {"percent": reprint(100 * int(new) / n, row["percent"])} if "percent" in row else {}
                return alter(document, table, i, {"events": int(new)} | share)
    return None


def other_arm(document: Document, rng: Rng) -> Altered | None:
    """Count of the other arm beside an entry's own percentage."""
    for table, i, row in shuffled(document, rng, "counts"):
        if "percent" not in row or "events" not in row or "centre" in row or is_estimate(row):
            continue
        for other in overall(document, row["endpoint"]):
            k, n = other["events"], row["n"]
            if k <= n and 100 * abs(k - row["events"]) / n > unit(row["percent"]):
                return alter(document, table, i, {"events": k})
    return None


@slip_of("p", "tests")
def table_p(document: Document, row: Row) -> Matters | None:
    """P value of a test of a printed table, to one that no textbook test gives."""
    counts = table_of(document, row)
    if counts is None or "statistic" in row or "sided" in row:
        return None
    return lambda v: all(far(v, p) for p in (float(row["p"]), *defensible(counts)))


@slip_of("p", "tests")
def statistic_p(document: Document, row: Row) -> Matters | None:
    """P value that is printed beside its statistic."""
    return (lambda v: far(v, float(row["p"]))) if "statistic" in row else None


@slip_of("statistic", "tests")
def chi_square(document: Document, row: Row) -> Matters | None:
    """Chi-square statistic, by a tenth and by 0.1; one of the two is below 10, beyond which p is always <0.001."""
    old = float(row["statistic"])
    wanted = row["test"] == "chi2" and ("months" in row or table_of(document, row) is not None)
    return (lambda v: abs(v - old) >= max(0.1 * old, 0.1) and min(v, old) < 10) if wanted else None


def duplicated(document: Document, rng: Rng) -> Altered | None:
    """The result of another row's test, of a table of the same shape, copied onto a row."""
    for table, i, row in shuffled(document, rng, "tests"):
        counts = table_of(document, row)
        for _, j, other in shuffled(document, rng, "tests") if counts is not None else ():
            there = table_of(document, other)
            if there is None or counts is None or i == j or there.shape != counts.shape:
                continue
            if ("statistic" in row) != ("statistic" in other):
                continue
            if all(far(float(other["p"].lstrip("<")), p) for p in defensible(counts)):
                return alter(document, table, i, {key: other[key] for key in ("statistic", "p") if key in other})
    return None


def wrong_denominators(document: Document, rng: Rng) -> Altered | None:
    """All percentages of one arm computed on the size of the other arm, or on a size a sixth away."""
    arm, other = (document["arms"][k] for k in (rng.permutation(2) if len(document["arms"]) > 1 else (0, 0)))
    n = other["n"] if abs(other["n"] - arm["n"]) > 0.1 * arm["n"] else round(arm["n"] * 1.17)
    new, names = copy.deepcopy(document), []
    for row in new["counts"]:
        if row["arm"] == arm["id"] and "percent" in row and "events" in row and not is_estimate(row):
            if row["events"] > n:
                return None
            if 100 * abs(row["events"] / n - row["events"] / row["n"]) > unit(row["percent"]):
                names.append(name_of("counts", row))
            row["percent"] = reprint(100 * row["events"] / n, row["percent"])
    return Altered(new, tuple(names), f"percentages of {arm['id']} of {n}, not {arm['n']}") if len(names) > 2 else None


def centre(document: Document, rng: Rng) -> Altered | None:
    """Size of a centre; it is no entry and has no reference, so its name stands for one."""
    if "centres" not in document:
        return None
    i = int(rng.integers(len(document["centres"])))
    old = document["centres"][i]
    new = slip(str(old["n"]), rng, lambda v: v >= 1)
    if new is None:
        return None
    changed = copy.deepcopy(document)
    changed["centres"][i]["n"] = int(new)
    return Altered(changed, (f"centres/{old['name']}",), f"{old['name']}: {old['n']} -> {new}")


TABLE_KINDS = (
    count, percent, lone_percent, denominator, category, response, other_arm, table_p, statistic_p, chi_square, duplicated,
    wrong_denominators, centre,
)  # fmt: skip
