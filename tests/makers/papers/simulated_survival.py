"""Survival of simulated patients and what a paper prints of it: landmarks, medians, log-rank tests, Cox models."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from makers.papers.paper_printing import Document, Factor, Paper
from makers.papers.paper_statistics import Curve, Test, cox, log_rank, wald


def print_survival(paper: Paper, factor: Factor) -> None:
    """Simulate progression, death after or without it, and one censoring time for both; print both endpoints."""
    rng, arm = paper.rng, paper.arm
    n, first = len(arm), str(rng.choice(["pfs", "dfs"]))
    marks = [(12, 24, 36), (12, 36), (6, 12), (12, 36, 60)][rng.integers(4)]
    effect = np.log(np.append(1.0, rng.uniform(0.5, 1.2, 2)))[arm] + np.log(rng.uniform(0.8, 1.6)) * factor[2]
    shape, scale = rng.uniform(0.8, 1.5), rng.uniform(0.5, 1.6) * marks[1]
    progressed = scale * (rng.exponential(size=n) / np.exp(effect)) ** (1 / shape)
    after = rng.exponential(rng.uniform(0.3, 1.2) * marks[1], n) * (rng.random(n) < 0.9)
    if paper.complete:
        observed = marks[-1] + rng.uniform(0.0, 24.0, n)
        paper.document["complete_follow_up_months"] = float(marks[-1])
        paper.document["complete_follow_up_basis"] = "simulated"
    else:
        observed = rng.uniform(0.2 * marks[0], 1.5 * marks[-1], n)
    for endpoint, time in ((first, progressed), ("os", progressed + after)):
        _endpoint(paper, endpoint, np.minimum(time, observed), time <= observed, marks, factor)
    if paper.chance(0.6):
        death = progressed + after
        reverse = paper.chance(0.5)  # of the censoring times, or simply of the times observed
        curve = Curve(np.minimum(death, observed), death > observed if reverse else np.ones(n, bool))
        quarters = [curve.quantile(level) for level in (0.75, 0.5, 0.25)]
        if None not in quarters:
            low, middle, high = (paper.habits.write(q, paper.habits.months) for q in quarters if q is not None)
            iqr = {"interval": [low, high], "interval_kind": "iqr"} if paper.chance(0.7) else {}
            paper.add("medians", "Follow-up", endpoint="follow_up", months=middle, **iqr)


def _endpoint(
    paper: Paper, endpoint: str, time: NDArray[np.float64], event: NDArray[np.bool_], marks: Sequence[int],
    factor: Factor,
) -> None:  # fmt: skip
    rng, arm, habits = paper.rng, paper.arm, paper.habits
    where = f"Survival, {endpoint}"
    shown = ["percent", "alive", "percent alive"] if paper.complete else ["percent at_risk", "percent alive"]
    show, by_log_rank = str(rng.choice(shown)), paper.chance(0.5)
    limits, middle, by_density, stated = (paper.chance(p) for p in (0.2, 0.3, 0.5, 0.85))
    z = float(ndtri(0.5 + habits.level / 2))
    curves = [Curve(time[arm == i], event[arm == i]) for i in range(len(paper.ids))]
    for months in marks:
        for name, curve in zip(paper.ids, curves, strict=True):
            at_risk = curve.at_risk(months)
            if not paper.complete and not at_risk:
                continue
            ends = curve.limits(months, z) if limits and "percent" in show else None
            ci = [habits.write(100 * end, habits.percent) for end in ends] if ends else None
            paper.add(
                "survival", where, endpoint=endpoint, arm=name, months=str(months),
                percent=habits.write(100 * curve.at(months), habits.percent) if "percent" in show else None,
                alive=at_risk if "alive" in show else None, at_risk=at_risk if "at_risk" in show else None,
                ci=ci, level=habits.level if ci else None,
            )  # fmt: skip
        alive = np.array([curve.at_risk(months) for curve in curves])
        if paper.complete and len(curves) > 1 and 0 < alive.sum() < len(arm) and paper.chance(0.7):
            table = np.array([alive, np.subtract(paper.sizes, alive)], float)
            word, test = habits.four_fold(table)
            if by_log_rank:  # of the curves up to this time; under a chi-square, or by its name
                word, test = str(rng.choice(["chi2", "logrank"])), log_rank(*until(months, time, event), arm)
                said = {"survival_tests": ["logrank"], "survival_tests_locator": "Methods"}
                paper.document |= said if word == "chi2" else {}
            paper.add_test(where, word, test, endpoint=endpoint, months=str(months))
    for name, curve in zip(paper.ids, curves, strict=True):
        median = curve.quantile(0.5, middle and not by_density)
        if median is None:
            continue
        interval = curve.median_by_density(z) if by_density else curve.median_by_limits(z)
        bracket: Document = {}
        if interval and interval[0] > 0.5:
            ends_of_median = [habits.write(end, habits.months) for end in interval]
            bracket = {"interval": ends_of_median, "interval_kind": "ci" if stated else "unstated"}
            bracket |= {"level": habits.level} if stated else {}
        paper.add("medians", where, endpoint=endpoint, arm=name, months=habits.write(median, habits.months), **bracket)
    if not paper.complete and paper.chance(
        0.3
    ):  # events by the last landmark beside the estimate, not beside their share
        for name, curve, k in zip(paper.ids, curves, paper.split(event & (time <= marks[-1])), strict=True):
            n = int((arm == paper.ids.index(name)).sum())
            share = habits.write(100 * (1 - curve.at(marks[-1])), habits.percent)
            paper.add("counts", where, endpoint=endpoint, arm=name, events=k, n=n, percent=share)
    deaths = paper.split(event)
    if paper.chance(0.5):
        for name, k in zip(paper.ids, deaths, strict=True):
            paper.add("events", where, endpoint=endpoint, arm=name, events=k)
    if len(curves) > 1 and min(deaths) >= 3:
        test = log_rank(time, event, arm)
        paper.add_test(where, "logrank", test, endpoint=endpoint)
        _regression(paper, endpoint, time, event, factor, test)


def until(
    months: float, time: NDArray[np.float64], event: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Times and events of all patients as they were at a time."""
    return np.minimum(time, months), event & (time <= months)


def _regression(
    paper: Paper, endpoint: str, time: NDArray[np.float64], event: NDArray[np.bool_],
    factor: Factor, of_log_rank: Test,
) -> None:  # fmt: skip
    """Print a proportional hazards model of the arms, in some papers with a factor."""
    habits, turned = paper.habits, paper.chance(0.3)
    name, categories, value = factor
    columns = [np.where(paper.arm == i, -1.0 if turned else 1.0, 0.0) for i in range(1, len(paper.ids))]
    adjusted = paper.chance(0.6) and 3 <= int(event[value == 1].sum()) <= int(event.sum()) - 3
    beta, se = cox(time, event, np.column_stack([*columns, *([value] if adjusted else [])]).astype(float))
    z = float(ndtri(0.5 + habits.level / 2))
    # many papers print the log-rank p value beside an unadjusted ratio
    borrowed = len(paper.ids) == 2 and not adjusted and not habits.regression and paper.chance(0.3)
    for i, (b, s) in enumerate(zip(beta.tolist(), se.tolist(), strict=True)):
        table: Document = {
            "endpoint": endpoint, "measure": "hr", "adjusted": adjusted, "level": habits.level,
            "value": habits.write(math.exp(b), habits.ratio),
            "ci": [habits.write(math.exp(b + end * s), habits.ratio) for end in (-z, z)],
        }  # fmt: skip
        p = of_log_rank if borrowed else wald(b / s)
        table |= habits.sided(p.p, p.one_sided)
        if habits.regression:
            table |= {
                "coefficient": habits.write(b, 3),
                "se": habits.write(s, 3),
                "wald": habits.write((b / s) ** 2, 3),
            }
        if i < len(columns):
            pair = (paper.ids[i + 1], paper.ids[0])
            top, bottom = pair[::-1] if turned else pair
            paper.add("contrasts", f"Cox model, {endpoint}", numerator=top, denominator=bottom, **table)
        else:
            sizes = {"n": int((value == 1).sum()), "n_reference": int((value == 0).sum())} if paper.chance(0.7) else {}
            words = {"factor": name, "category": categories[1], "reference": categories[0]}
            paper.add("factors", f"Cox model, {endpoint}", **words, **sizes, **table)
