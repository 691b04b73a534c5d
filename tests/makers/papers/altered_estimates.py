"""Slips in means, ratios, survival and medians: see :mod:`altered_papers`."""

import math
from collections.abc import Iterator
from functools import partial

from scipy.special import ndtr, ndtri, stdtr

from makers.papers.paper_printing import Document
from makers.papers.slips import (
    Alteration,
    Altered,
    Matters,
    Rng,
    Row,
    alter,
    far,
    reprint,
    shuffled,
    slip,
    slip_of,
    slipped,
    unit,
)


def t_range(document: Document, test: Row) -> tuple[float, float, int]:
    """Least and greatest |t| inside the rounding of two means and standard deviations, and the degrees of freedom."""
    a, b = (row for row in document["continuous"] if row["variable"] == test["variable"])
    gap, step, half = abs(float(a["mean"]) - float(b["mean"])), unit(a["mean"]), unit(a["sd"]) / 2
    na, nb = a["n"], b["n"]
    errors = []
    for sign in (-half, half):
        va, vb = ((float(row["sd"]) + sign) ** 2 for row in (a, b))
        errors.append(va / na + vb / nb)
        errors.append(((na - 1) * va + (nb - 1) * vb) / (na + nb - 2) * (1 / na + 1 / nb))
    return max(0.0, gap - step) / math.sqrt(max(errors)), (gap + step) / math.sqrt(min(errors)), na + nb - 2


@slip_of("statistic", "tests")
def t_statistic(document: Document, row: Row) -> Matters | None:
    """Statistic t, beyond what the rounded means and standard deviations leave open."""
    if row["test"] != "t":
        return None
    low, high, _ = t_range(document, row)
    return lambda v: not 0.9 * low - 0.05 <= abs(v) <= 1.1 * high + 0.05


@slip_of("p", "tests")
def t_p(document: Document, row: Row) -> Matters | None:
    """P value of a t test without t, beyond what the rounded means and standard deviations leave open."""
    if row["test"] != "t" or "statistic" in row or "sided" in row:
        return None
    low, high, freedom = t_range(document, row)
    least, most = (float(2 * stdtr(freedom, -t)) for t in (high, low))
    return lambda v: far(v, float(row["p"])) and not 0.8 * least - 0.005 <= v <= 1.2 * most + 0.005


def possible_sums(mean: str, n: int) -> range:
    """Whole sums of n whole numbers whose mean prints so (GRIM, Brown and Heathers 2017)."""
    half = unit(mean) / 2 * (1 + 1e-9)
    return range(math.ceil((float(mean) - half) * n), math.floor((float(mean) + half) * n) + 1)


def possible_sd(sd: float, row: Row) -> bool:
    """Whether whole numbers with the printed mean can have a standard deviation (GRIMMER, Anaya 2016)."""
    n, half = row["n"], unit(row["sd"]) / 2 * (1 + 1e-9)
    for total in possible_sums(row["mean"], n):
        low, high = ((n - 1) * max(0.0, end) ** 2 + total**2 / n for end in (sd - half, sd + half))
        # the sum of squares is as odd or even as the sum
        if any(squares % 2 == total % 2 for squares in range(math.ceil(low), math.floor(high) + 1)):
            return True
    return False


@slip_of("mean", "continuous")
def grim(document: Document, row: Row) -> Matters | None:
    """Mean of whole numbers, to one that no whole sum gives."""
    n, old = row["n"], row["mean"]
    return (lambda v: not possible_sums(reprint(v, old), n)) if row.get("values") == "whole" else None


@slip_of("sd", "continuous")
def grimmer(document: Document, row: Row) -> Matters | None:
    """Standard deviation of whole numbers, to one that no whole sum of squares gives."""
    return (lambda v: not possible_sd(v, row)) if row.get("values") == "whole" else None


def in_the_middle(row: Row, value: float, low: float, high: float) -> bool:
    """Whether a ratio can be the geometric middle of its rounded limits."""
    half, below, above = unit(row["value"]) / 2, unit(row["ci"][0]) / 2, unit(row["ci"][1]) / 2
    least = math.sqrt(max(low - below, 0) * (high - above))
    return least - half <= value <= math.sqrt((low + below) * (high + above)) + half


@slip_of("value", "contrasts", "factors")
def hazard_ratio(document: Document, row: Row) -> Matters | None:
    """Hazard ratio, by a tenth or more and out of the middle of its limits."""
    if "ci" not in row:
        return None
    old, low, high = float(row["value"]), *(float(end) for end in row["ci"])
    return lambda v: v > 0.02 and abs(math.log(v / old)) >= 0.1 and not in_the_middle(row, v, low, high)


def limit(document: Document, rng: Rng) -> Altered | None:
    """A limit, by a tenth or more, so that the hazard ratio is no longer in the middle."""

    def matters(v: float, row: Row, which: int) -> bool:
        old, other = float(row["ci"][which]), float(row["ci"][1 - which])
        if v < 0.02 or abs(math.log(v / max(old, 0.001))) < 0.1 or (v >= other if which == 0 else v <= other):
            return False
        return not in_the_middle(row, float(row["value"]), min(v, other), max(v, other))

    for table, i, row in shuffled(document, rng, "contrasts", "factors"):
        which = int(rng.integers(2))
        if "ci" not in row:
            continue
        new = slip(row["ci"][which], rng, partial(matters, row=row, which=which))
        if new is not None:
            return alter(document, table, i, {"ci": [new, row["ci"][1]] if which == 0 else [row["ci"][0], new]})
    return None


@slip_of("p", "contrasts", "factors")
def cox_p(document: Document, row: Row) -> Matters | None:
    """P value of a hazard ratio, beyond what ratio and rounded limits leave open."""
    if "ci" not in row:
        return None
    half, (low, high) = unit(row["value"]) / 2, (float(end) for end in row["ci"])
    ends = [math.log(float(row["value"]) + end) for end in (-half, half)]
    wide, narrow = (math.log((high + h) / max(low - h, 1e-9)) for h in (half, -half))
    double = 2 * float(ndtri(0.5 + row["level"] / 2))
    least = 0.0 if ends[0] <= 0 <= ends[1] else min(map(abs, ends)) * double / wide
    low_p, high_p = (float(2 * ndtr(-z)) for z in (max(map(abs, ends)) * double / narrow, least))
    if row.get("sided") == "one":
        low_p, high_p = low_p / 2, high_p / 2
    return lambda v: far(v, float(row["p"])) and not 0.9 * low_p - 0.005 <= v <= 1.1 * high_p + 0.005


@slip_of("coefficient", "contrasts", "factors")
def coefficient(document: Document, row: Row) -> Matters | None:
    """Coefficient of a regression, by a tenth and by 0.03 or more."""
    old = float(row["coefficient"])
    return lambda v: abs(v - old) >= max(0.1 * abs(old), 0.03)


@slip_of("se", "contrasts", "factors")
def standard_error(document: Document, row: Row) -> Matters | None:
    """Standard error of a regression, by a tenth or more."""
    return lambda v: v > 0 and abs(math.log(v / float(row["se"]))) >= 0.1


@slip_of("wald", "contrasts", "factors")
def wald(document: Document, row: Row) -> Matters | None:
    """Wald statistic of a regression, by a tenth and beyond what coefficient and standard error leave open.

    Some papers print the ratio of the two instead of its square: a slip to that is none.
    """
    old, b, s = float(row["wald"]), abs(float(row["coefficient"])), float(row["se"])
    low, high = max(0.0, b - 0.0005) / (s + 0.0005), (b + 0.0005) / (s - 0.0005)
    least = max(0.1 * old, 2 * (high**2 - low**2), 0.01)
    return lambda v: abs(v - old) >= least and not low - 0.001 <= v <= high + 0.001


@slip_of("n", "factors")
def factor_size(document: Document, row: Row) -> Matters | None:
    """Size of a factor's category, to more than there are patients; to fewer, some may have been left out."""
    return lambda v: v > row["n"]


def same_curve(document: Document, row: Row) -> Iterator[Row]:
    """Other landmarks of a curve."""
    for other in document["survival"]:
        if (other["endpoint"], other["arm"]) == (row["endpoint"], row["arm"]) and other is not row:
            yield other


def falls(document: Document, row: Row, key: str, v: float) -> bool:
    """Whether a curve with another value at a landmark still falls: a rising one is refused before any audit."""
    for other in same_curve(document, row):
        earlier = float(other["months"]) < float(row["months"])
        if key in other and (v > float(other[key]) if earlier else v < float(other[key])):
            return False
    return True


def is_bare_estimate(document: Document, row: Row) -> bool:
    """Whether a percentage has an interval and is of censored patients: survivors beside it need not be its patients."""
    return "ci" in row and "complete_follow_up_months" not in document


@slip_of("percent", "survival")
def survival_percent(document: Document, row: Row) -> Matters | None:
    """Percentage of survival whose survivors are printed."""
    if "alive" not in row or is_bare_estimate(document, row):
        return None
    n = next(arm["n"] for arm in document["arms"] if arm["id"] == row["arm"])
    old, share = float(row["percent"]), 100 * row["alive"] / n
    # censored patients may be alive as well, so that a larger estimate is no contradiction
    most = 100 if "complete_follow_up_months" in document else share
    return lambda v: (
        v <= most
        and min(abs(v - old), abs(v - share)) > 1.01 * unit(row["percent"])
        and falls(document, row, "percent", v)
    )


@slip_of("alive", "survival")
def survivors(document: Document, row: Row) -> Matters | None:
    """Survivors beside a percentage of survival."""
    n = next(arm["n"] for arm in document["arms"] if arm["id"] == row["arm"])
    if "percent" not in row or is_bare_estimate(document, row):
        return None
    share, step = float(row["percent"]) * n / 100, unit(row["percent"]) * n / 100
    # censored patients may be alive as well, so that fewer survivors are no contradiction
    least = -n if "complete_follow_up_months" in document else share
    return lambda v: least < v <= n and abs(v - share) > step and falls(document, row, "alive", v)


@slip_of("percent", "survival")
def survival_above(document: Document, row: Row) -> Matters | None:
    """Progression-free survival, to above the overall survival of the same time."""
    whole = [
        o for o in document["survival"] if (o["endpoint"], o["arm"], o["months"]) == ("os", row["arm"], row["months"])
    ]
    if row["endpoint"] == "os" or not whole or "percent" not in whole[0]:
        return None
    # under censoring the two estimates may cross by chance, where few are left at risk
    at_risk = whole[0].get("at_risk", 0)
    chance = 0.0 if "complete_follow_up_months" in document or not at_risk else 100 * math.sqrt(0.25 / at_risk)
    least = float(whole[0]["percent"]) + 2 * unit(row["percent"]) + chance
    return lambda v: least < v <= 100 and falls(document, row, "percent", v)


def median(document: Document, rng: Rng) -> Altered | None:
    """Median moved past a landmark that contradicts it: mistyped, halved, doubled, or that of another row."""
    for table, i, row in shuffled(document, rng, "medians"):
        old, step, found = row["months"], unit(row["months"]), set()
        drawn = [*slipped(old), *(reprint(float(old) * x, old) for x in (0.5, 2))]
        drawn += [other["months"] for other in document["medians"]]
        for mark in document["survival"] if "arm" in row else ():
            if (mark["endpoint"], mark["arm"]) == (row["endpoint"], row["arm"]) and "percent" in mark:
                above = float(mark["percent"]) - 50
                clear, months = abs(above) > unit(mark["percent"]), float(mark["months"])
                late = [s for s in drawn if (float(s) + step < months if above > 0 else float(s) - step > months)]
                found |= set(late) if clear else set()
        if found:
            return alter(document, table, i, {"months": str(rng.choice(sorted(found)))})
    return None


def clear_direction(document: Document, row: Row) -> bool:
    """Whether a ratio excludes 1 and the curves lie apart the same way by 5 points at two landmarks, and at all."""
    gaps = []
    for mark in document["survival"]:
        for other in document["survival"]:
            ends = (mark["arm"], other["arm"]) == (row["numerator"], row["denominator"])
            same = (
                all(mark[key] == other[key] for key in ("endpoint", "months")) and mark["endpoint"] == row["endpoint"]
            )
            if ends and same and "percent" in mark and "percent" in other:
                gaps.append(float(mark["percent"]) - float(other["percent"]))
    low, high = (float(end) for end in row.get("ci", ("0", "9")))
    return len(gaps) >= 2 and ((high < 1 and min(gaps) > 5) or (low > 1 and max(gaps) < -5))


def wrong_row(document: Document, rng: Rng) -> Altered | None:
    """A hazard ratio on the row of the other arm, not turned, where the curves show which arm did better."""
    clear = [
        (table, i, row) for table, i, row in shuffled(document, rng, "contrasts") if clear_direction(document, row)
    ]
    return alter(document, "contrasts", clear[0][1], {"row": clear[0][2]["denominator"]}) if clear else None


def turned(document: Document, rng: Rng) -> Altered | None:
    """Numerator and denominator exchanged, the ratio not turned, where the curves show which arm did better."""
    for table, i, row in shuffled(document, rng, "contrasts"):
        if clear_direction(document, row):
            return alter(document, table, i, {"numerator": row["denominator"], "denominator": row["numerator"]})
    return None


@slip_of("events", "events")
def total_events(document: Document, row: Row) -> Matters | None:
    """Total events, to fewer than there are before a landmark of complete follow-up, or to more than there are patients."""
    n = next(arm["n"] for arm in document["arms"] if arm["id"] == row["arm"])
    alive = [mark["alive"] for mark in same_curve(document, row) if "alive" in mark]
    return (lambda v: v < n - min(alive) or v > n) if alive and "complete_follow_up_months" in document else None


ESTIMATE_KINDS: tuple[Alteration, ...] = (
    t_statistic, t_p, grim, grimmer, hazard_ratio, limit, cox_p, coefficient, standard_error, wald, factor_size,
    survival_percent, survivors, survival_above, median, wrong_row, turned, total_events,
)  # fmt: skip
