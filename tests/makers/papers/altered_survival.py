"""Slips in what only a whole survival curve shows: log-rank tests, medians after a landmark, follow-up, estimates."""

import math
from collections.abc import Iterator

from scipy.special import chdtrc

from makers.papers.paper_printing import Document
from makers.papers.slips import Alteration, Altered, Matters, Rng, Row, alter, reprint, shuffled, slip_of, unit

MOST_EVENTS = 80
"""Events between two printed times: with many more, every tie takes too long to try."""


def deaths(document: Document, row: Row) -> list[tuple[int, ...]] | None:
    """Events of two arms by each printed time up to that of a test, from printed survivors; None if any is missing."""
    if len(document["arms"]) != 2 or "complete_follow_up_months" not in document:
        return None
    found = []
    for months in sorted({int(m["months"]) for m in document["survival"] if m["endpoint"] == row["endpoint"]}):
        marks = {
            m["arm"]: m for m in document["survival"] if (m["endpoint"], m["months"]) == (row["endpoint"], str(months))
        }
        if months <= int(row["months"]):
            if any("alive" not in marks.get(arm["id"], {}) for arm in document["arms"]):
                return None
            found.append(tuple(arm["n"] - marks[arm["id"]]["alive"] for arm in document["arms"]))
    return found


def log_rank_bounds(sizes: tuple[int, int], points: list[tuple[int, ...]]) -> tuple[float, float]:
    """Bounds of the log-rank chi-square by intervals: each event sees a share at risk between the least and the greatest.

    Wider than the range over all orders, so that what lies outside is impossible.
    """
    low, high, variance = 0.0, 0.0, [0.0, 0.0]
    for before, now in zip([(0, 0), *points], points, strict=False):
        (n, m), (left, other) = ([size - k for size, k in zip(sizes, gone, strict=True)] for gone in (before, now))
        d = n + m - left - other
        shares = left / max(1, left + m), n / max(1, n + other)
        low, high = low + d * shares[0], high + d * shares[1]
        spread = [p * (1 - p) for p in shares]
        ties = (n + m - d) / max(1, n + m - 1)  # all at one time
        variance[0] += d * min(spread) * min(1.0, ties)
        variance[1] += d * (0.25 if shares[0] < 0.5 < shares[1] else max(spread))
    observed = points[-1][0]
    gap = 0.0 if low <= observed <= high else min(abs(observed - low), abs(observed - high))
    most = max(abs(observed - low), abs(observed - high))
    return gap**2 / max(variance[1], 1e-9), most**2 / max(variance[0], 1e-9)


@slip_of("p", "tests")
def impossible_log_rank(document: Document, row: Row) -> Matters | None:
    """P value of a log-rank test of a time, to one that no order of the events gives."""
    points = deaths(document, row) if row["test"] == "logrank" and "months" in row else None
    if not points or any(sum(b) - sum(a) > MOST_EVENTS for a, b in zip([(0, 0), *points], points, strict=False)):
        return None
    (n, m) = (arm["n"] for arm in document["arms"])
    low, high = log_rank_bounds((n, m), points)
    # half of a p value may be one-sided
    least, most = float(chdtrc(1, high)) / 2 - 0.001, float(chdtrc(1, low)) + 0.001
    return lambda v: v < least or most < v <= 1


def past_landmarks(document: Document) -> Iterator[tuple[int, Row, float, float]]:
    """Medians of an arm with a landmark whose survival is well above one half, its time and its survival."""
    for i, row in enumerate(document["medians"]):
        marks = [
            m
            for m in document["survival"]
            if "arm" in row and (m["endpoint"], m["arm"]) == (row["endpoint"], row["arm"])
        ]
        marks = sorted((m for m in marks if "percent" in m), key=lambda m: float(m["months"]))
        above = [(float(m["months"]), float(m["percent"]) / 100) for m in marks if float(m["percent"]) >= 60]
        if above:
            yield i, row, *above[-1]


def hazard_jump(document: Document, rng: Rng) -> Altered | None:
    """Median moved to shortly after a landmark well above one half, whose hazard would be ten times that before."""
    if "complete_follow_up_months" not in document:
        return None
    for i, row, months, share in past_landmarks(document):
        marks = [m for m in document["survival"] if (m["endpoint"], m["arm"]) == (row["endpoint"], row["arm"])]
        earlier = [(float(m["months"]), float(m["percent"]) / 100) for m in marks if float(m["months"]) < months]
        rates = [-math.log(share) / months] + [math.log(s / share) / (months - t) for t, s in earlier]
        n = next(arm["n"] for arm in document["arms"] if arm["id"] == row["arm"])
        new = reprint(months + max(unit(row["months"]), 0.05 * months * rng.random()), row["months"])
        hazard = math.log(share / 0.5) / (float(new) - months + unit(row["months"]))
        if float(new) > months and hazard > 10 * max(rates) and n * (share - 0.5) > 12:
            return alter(document, "medians", i, {"months": new})
    return None


def short_follow_up(document: Document, rng: Rng) -> Altered | None:
    """Median follow-up moved to below the time to which it is complete, by when most patients are alive."""
    complete = document.get("complete_follow_up_months")
    marks = [m for m in document["survival"] if (m["endpoint"], float(m["months"])) == ("os", complete or 0)]
    n = {arm["id"]: arm["n"] for arm in document["arms"]}
    alive = [m["alive"] if "alive" in m else n[m["arm"]] * (float(m["percent"]) - 1) / 100 for m in marks]
    if complete is None or len(marks) < len(n) or sum(alive) <= 0.52 * sum(n.values()):
        return None
    for table, i, row in shuffled(document, rng, "medians"):
        if row["endpoint"] == "follow_up":
            return alter(document, table, i, {"months": reprint(complete * rng.uniform(0.5, 0.95), row["months"])})
    return None


@slip_of("percent", "counts")
def estimate_below(document: Document, row: Row) -> Matters | None:
    """Estimated percentage of events, to below the share of those with the event: censoring only adds."""
    share = 100 * row.get("events", 0) / row["n"]
    return (lambda v: v < share - 2 * unit(row["percent"])) if row["locator"].startswith("Survival") else None


SURVIVAL_KINDS: tuple[Alteration, ...] = (impossible_log_rank, hazard_jump, short_follow_up, estimate_below)
