"""What simulated papers print beside their tables: ratios and differences of counts, arithmetic in words, their plan."""

import math

import numpy as np
from scipy.special import ndtri

from makers.papers.paper_printing import Document, Paper
from makers.papers.usual_intervals import Fourfold, difference_limits, odds_limits, p_values, risk_limits

EFFECTS = 0.25
"""Share of endpoints beside whose counts an effect is printed."""


def print_effects(paper: Paper) -> None:
    """Print effects of some endpoints beside their counts, by a method and a test drawn for each."""
    if len(paper.ids) != 2:
        return
    for endpoint in dict.fromkeys(row["endpoint"] for row in paper.document["counts"]):
        rows = {r["arm"]: r for r in paper.document["counts"] if r["endpoint"] == endpoint and "centre" not in r}
        known = {(row["endpoint"], row["measure"], row["adjusted"]) for row in paper.document.get("contrasts", ())}
        if len(rows) < 2 or not all("events" in row for row in rows.values()) or not paper.chance(EFFECTS):
            continue
        top, bottom = rows["drug"], rows["control"]
        table = (top["events"], top["n"], bottom["events"], bottom["n"])
        if not (0 < table[0] < table[1] and 0 < table[2] < table[3]):
            continue
        kind = str(paper.rng.choice(["or", "rr", "rd", "adjusted"]))
        if kind == "rd":
            _difference(paper, endpoint, table)
        elif (endpoint, "or" if kind == "adjusted" else kind, kind == "adjusted") not in known:
            _ratio(paper, endpoint, kind, table)


def _ratio(paper: Paper, endpoint: str, kind: str, table: Fourfold) -> None:
    a, n, b, m = table
    habits, adjusted = paper.habits, kind == "adjusted"
    value = a * m / (b * n) if kind == "rr" else a * (m - b) / (b * (n - a))
    low, high = _drawn(paper, (risk_limits if kind == "rr" else odds_limits)(table, habits.level))
    p = float(paper.rng.choice(list(p_values(table).values())))
    if adjusted:  # covariates move the ratio and widen its interval; its p value is its own
        z, se = float(ndtri(0.5 + habits.level / 2)), math.log(high / low) / 2
        shift, wide = float(paper.rng.normal(0, 0.15)), se * float(paper.rng.uniform(1.0, 1.3))
        value *= math.exp(shift)
        low, high = value * math.exp(-wide), value * math.exp(wide)
        p = math.erfc(abs(math.log(value)) / (wide / z) / math.sqrt(2))
    printed, *ends = (habits.write(x, habits.ratio) for x in (value, low, high))
    if not float(printed):
        return
    paper.add(
        "contrasts", f"Effects, {endpoint}", endpoint=endpoint, measure="rr" if kind == "rr" else "or", numerator="drug",
        denominator="control", adjusted=adjusted, level=habits.level, value=printed,
        ci=ends if paper.chance(0.8) and float(ends[0]) and high < 1e6 else None,
        p=habits.p(p) if paper.chance(0.6) else None,
    )  # fmt: skip


def _difference(paper: Paper, endpoint: str, table: Fourfold) -> None:
    a, n, b, m = table
    habits, decimals = paper.habits, max(1, paper.habits.percent)
    low, high = _drawn(paper, difference_limits(table, habits.level))
    p = float(paper.rng.choice(list(p_values(table).values())))
    paper.add(
        "differences", f"Effects, {endpoint}", endpoint=endpoint, minuend="drug", subtrahend="control", level=habits.level,
        points=habits.write(100 * (a / n - b / m), decimals),
        ci=[habits.write(100 * end, decimals) for end in (low, high)] if paper.chance(0.8) else None,
        p=habits.p(p) if paper.chance(0.6) else None,
    )  # fmt: skip


def _drawn(paper: Paper, limits: dict[str, tuple[float, float]]) -> tuple[float, float]:
    return limits[str(paper.rng.choice(list(limits)))]


def print_words(paper: Paper) -> None:
    """Print arithmetic with numbers of the paper, and the order of surgery and treatment."""
    percents = [row for row in paper.document.get("survival", ()) if "percent" in row]
    for row in percents:
        other = next(
            (r for r in percents if (r["endpoint"], r["months"]) == (row["endpoint"], row["months"]) and r is not row),
            None,
        )
        if other is None or row["arm"] != "drug" or not paper.chance(0.5):
            continue
        _statement(paper, row["percent"], other["percent"])
    start = int(paper.rng.integers(2, 9))
    event = "surgery"
    rows: list[Document] = [
        {"left": "first dose", "relation": "before", "right": event, "gives": str(start + 12), "unit": "weeks"},
        {"left": "last dose", "relation": "before", "right": event, "gives": str(start), "unit": "weeks", "qualifier": "at_least"},
        {"left": "discharge", "relation": "after", "right": event, "gives": "10", "unit": "days", "qualifier": "about"},
        {"left": "first dose", "relation": "before", "right": "last dose"},
    ]  # fmt: skip
    for order in rows if paper.chance(0.5) else ():
        paper.add("statements", "Methods", says=f"{order['left']} {order['relation']} {order['right']}", **order)


def _statement(paper: Paper, left: str, right: str) -> None:
    """State what two printed percentages make, from the prints or from what was rounded to them."""
    rng, habits = paper.rng, paper.habits
    relation = str(rng.choice(["minus", "times", "points", "share", "about"]))
    half = 0.5 * 10.0 ** -len(left.partition(".")[2])
    a, b = (float(x) + float(rng.uniform(-half, half)) * paper.chance(0.5) for x in (left, right))
    if relation in ("times", "share") and b < 5:
        return
    over = a / b if b else 0.0
    gives = {
        "minus": habits.write(a - b, habits.percent), "points": habits.write(abs(a - b), habits.percent),
        "times": habits.write(over, 2), "share": habits.write(100 * (over - 1), habits.percent),
        "about": habits.write(10 * round(abs(a - b) / 10), 0),
    }[relation]  # fmt: skip
    word = {"points": "percent_more", "share": "percent_more", "about": "difference_points"}.get(relation, relation)
    if relation == "about" and gives == "0":
        return
    paper.add(
        "statements", "Discussion", says=f"{left} {word} {right}", left=left, right=right, relation=word, gives=gives,
        qualifier="about" if relation == "about" else None,
    )  # fmt: skip


def print_plan(paper: Paper) -> None:
    """Print a calculation of the sample size by one of the usual formulas."""
    rng = paper.rng
    if not paper.chance(0.5):
        return
    p = float(rng.integers(10, 70))
    q, sides, power, alpha = p + float(rng.integers(8, 25)), int(rng.choice([1, 2])), int(rng.choice([80, 90])), 0.05
    z = float(ndtri(1 - alpha / sides)) + float(ndtri(power / 100))
    x, y = p / 100, q / 100
    ways = {
        "unpooled": z**2 * (x * (1 - x) + y * (1 - y)) / (x - y) ** 2,
        "arcsine": z**2 / (2 * (math.asin(math.sqrt(x)) - math.asin(math.sqrt(y))) ** 2),
        "schoenfeld": 4 * z**2 / math.log(math.log(x) / math.log(y)) ** 2 / (2 - x - y),
    }
    way = str(rng.choice(list(ways)))
    n, lost = math.ceil(ways[way]), int(rng.choice([5, 10, 15, 20]))
    enrolled = math.ceil(n / (1 - lost / 100)) if paper.chance(0.6) else math.ceil(n * (1 + lost / 100))
    test = {"schoenfeld": "logrank"}.get(way, "rates")
    plan: Document = {
        "rates": [[f"{p:.0f}"], [f"{q:.0f}"]], "alpha": "0.05", "power": str(power), "n_per_arm": n, "dropout": str(lost),
        "enrolled_per_arm": enrolled, "locator": "Methods",
    }  # fmt: skip
    plan |= {"sides": sides} if paper.chance(0.7) else {}
    plan |= {"test": test} if paper.chance(0.6) else {}
    paper.document["sample_size"] = plan
    paper.document["n"] = int(np.sum(paper.sizes))
