"""Slips in ratios and differences beside counts, in what is said in words, and in the plan: see :mod:`altered_papers`."""

import copy
import math

from makers.papers.altered_tables import overall
from makers.papers.paper_printing import Document
from makers.papers.slips import (
    Alteration,
    Altered,
    Matters,
    Rng,
    Row,
    alter,
    far,
    name_of,
    reprint,
    shuffled,
    slip_of,
    unit,
)
from makers.papers.usual_intervals import Fourfold, p_values


def beside(document: Document, endpoint: str, pair: tuple[str, str]) -> Fourfold | None:
    """Counts of two arms as a fourfold table, where both are printed."""
    rows = {row["arm"]: row for row in overall(document, endpoint) if "events" in row}
    if not all(arm in rows for arm in pair):
        return None
    top, bottom = (rows[arm] for arm in pair)
    return top["events"], top["n"], bottom["events"], bottom["n"]


def of_counts(document: Document, row: Row) -> Fourfold | None:
    """Counts beside an unadjusted odds or risk ratio."""
    if row["measure"] == "hr" or row["adjusted"]:
        return None
    return beside(document, row["endpoint"], (row["numerator"], row["denominator"]))


def narrow_limits(document: Document, rng: Rng) -> Altered | None:
    """Limits of a ratio half as wide as they were, as of four times the patients; not where rounding hides it."""
    for table, i, row in shuffled(document, rng, "contrasts"):
        if of_counts(document, row) is None or "ci" not in row or float(row["ci"][0]) <= 0:
            continue
        value, (low, high) = float(row["value"]), (float(end) for end in row["ci"])
        new = [reprint(math.sqrt(value * end), row["value"]) for end in (low, high)]
        if low < 20 * unit(row["value"]) or not low < value < high:
            continue
        return alter(document, table, i, {"ci": new})
    return None


def wide_hazard_ratio(document: Document, rng: Rng) -> Altered | None:
    """Limits of a hazard ratio four times as wide on the log scale, where the events of both arms are printed."""
    events = {(row["endpoint"], row["arm"]): row["events"] for row in document.get("events", ())}
    for table, i, row in shuffled(document, rng, "contrasts"):
        pair = [(row["endpoint"], row["numerator"]), (row["endpoint"], row["denominator"])]
        if row["measure"] != "hr" or "ci" not in row or not all(events.get(arm, 0) > 9 for arm in pair):
            continue
        value, ends = float(row["value"]), [float(end) for end in row["ci"]]
        if ends[0] <= 0:
            continue
        new = [reprint(value * (end / value) ** 4, row["value"]) for end in ends]
        if float(new[0]) >= 20 * unit(row["value"]) and not row["adjusted"]:
            return alter(document, table, i, {"ci": new})
    return None


@slip_of("p", "contrasts")
def ratio_of_counts_p(document: Document, row: Row) -> Matters | None:
    """P value of an unadjusted ratio, far from every test of its counts and from its limits."""
    table = of_counts(document, row)
    if table is None:
        return None
    known = [float(row["p"]), *p_values(table).values()]
    if "ci" in row:
        low, high = (max(float(end), 0.005) for end in row["ci"])
        se = math.log(high / low) / 3.92
        known.append(math.erfc(abs(math.log(float(row["value"]))) / se / math.sqrt(2)))
    return lambda v: all(far(v, p) and abs(v - p) > 0.1 for p in known)


@slip_of("points", "differences")
def difference(document: Document, row: Row) -> Matters | None:
    """Difference of two arms, by more than rounding."""
    table = beside(document, row["endpoint"], (row["minuend"], row["subtrahend"]))
    if table is None:
        return None
    a, n, b, m = table
    rounding = sum(unit(r["percent"]) for r in overall(document, row["endpoint"]) if "percent" in r)
    return lambda v: abs(v - 100 * (a / n - b / m)) > 1.1 * (unit(row["points"]) + rounding)


def difference_limits(document: Document, rng: Rng) -> Altered | None:
    """Limits of a difference half as wide as they were."""
    for table, i, row in shuffled(document, rng, "differences"):
        if "ci" in row:
            value = float(row["points"])
            new = [reprint((value + float(end)) / 2, row["points"]) for end in row["ci"]]
            return alter(document, table, i, {"ci": new})
    return None


@slip_of("p", "differences")
def difference_p(document: Document, row: Row) -> Matters | None:
    """P value of a difference, far from every test of its counts and from its limits."""
    table = beside(document, row["endpoint"], (row["minuend"], row["subtrahend"]))
    if table is None:
        return None
    return lambda v: v <= 1 and all(abs(v - p) > 0.15 for p in (float(row["p"]), *p_values(table).values()))


def odds_as_share(document: Document, rng: Rng) -> Altered | None:
    """Patients without the event in place of all patients of the arm, in all arms, and percentages of them."""
    for _, _, chosen in shuffled(document, rng, "counts"):
        rows = overall(document, chosen["endpoint"])
        sizes = {arm["id"]: arm["n"] for arm in document["arms"]}
        if len(rows) < 2 or not all(0 < r.get("events", 0) < r["n"] / 2 and r["n"] == sizes[r["arm"]] for r in rows):
            continue
        new, names = copy.deepcopy(document), []
        for row in overall(new, chosen["endpoint"]):
            row["n"] -= row["events"]
            if "percent" in row:
                row["percent"] = reprint(100 * row["events"] / row["n"], row["percent"])
            names.append(name_of("counts", row))
        return Altered(new, tuple(names), f"{chosen['endpoint']}: of those without the event")
    return None


@slip_of("gives", "statements")
def stated(document: Document, row: Row) -> Matters | None:
    """Number that is said to follow from two others, beyond what they leave open in every reading."""
    if row["relation"] in ("before", "after"):
        return None
    a, b = float(row["left"]), float(row["right"])
    half = unit(row["left"]) / 2
    step = unit(row["gives"]) / 2 if "qualifier" not in row else 5
    ratio, slack = a / b if b else 0.0, half * (a + b + 1) / max(b - half, 0.1) ** 2
    readings = {
        "times": [(ratio, slack)],
        "percent_more": [(abs(a - b), 2 * half), (100 * abs(ratio - 1), 100 * slack)],
    }.get(row["relation"], [(abs(a - b), 2 * half)])
    return lambda v: all(abs(abs(v) - x) > step + error + 1e-6 for x, error in readings)


def turned_order(document: Document, rng: Rng) -> Altered | None:
    """Before and after exchanged for the first dose, which the last dose does not allow."""
    for table, i, row in shuffled(document, rng, "statements"):
        if row["left"] == "first dose":  # the last dose may as well come after surgery
            new = "after" if row["relation"] == "before" else "before"
            return alter(document, table, i, {"relation": new})
    return None


def planned(document: Document, rng: Rng) -> Altered | None:
    """Patients per arm of the plan: half of what the formula gives."""
    plan = document.get("sample_size")
    if plan is None or plan.get("test") == "logrank" or "sides" not in plan or "test" not in plan:
        return None
    new = copy.deepcopy(document)
    new["sample_size"]["n_per_arm"] = math.ceil(plan["n_per_arm"] / 2)
    return Altered(new, ("sample_size",), f"n per arm {plan['n_per_arm']} -> {new['sample_size']['n_per_arm']}")


def dropout(document: Document, rng: Rng) -> Altered | None:
    """Half of the allowance for dropout."""
    plan = document.get("sample_size")
    if plan is None or plan["n_per_arm"] * float(plan["dropout"]) < 1000:
        return None
    new = copy.deepcopy(document)
    extra = plan["n_per_arm"] * float(plan["dropout"]) / 100
    new["sample_size"]["enrolled_per_arm"] = round(plan["n_per_arm"] + extra / 2)
    return Altered(new, ("sample_size",), f"{plan['enrolled_per_arm']} -> {new['sample_size']['enrolled_per_arm']}")


WORD_KINDS: tuple[Alteration, ...] = (
    narrow_limits, wide_hazard_ratio, ratio_of_counts_p, difference, difference_limits, difference_p, odds_as_share, stated,
    turned_order, planned, dropout,
)  # fmt: skip
