"""How simulated papers print: the habits of their authors, and a document under construction."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from makers.papers.paper_statistics import Test, fisher, pearson

type Document = dict[str, Any]
type Kind = Literal["complete", "censored"]
type Integers = NDArray[np.int64]
type Factor = tuple[str, tuple[str, ...], Integers]
"""A two-category variable: its name, its categories, and for each patient which of them."""


@dataclass(frozen=True)
class Habits:
    """How the authors of a paper print and test."""

    percent: int
    half_up: bool
    statistics: int | None
    tests: Literal["pearson", "yates", "fisher", "spss", "small"]
    welch: bool
    signed: bool
    ratio: int
    level: float
    regression: bool
    months: int
    sides: Literal["two", "one", "one, unsaid"]

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Habits":
        """Draw the habits of a paper."""
        return cls(
            percent=int(rng.choice([0, 1, 2], p=[0.2, 0.6, 0.2])),
            half_up=bool(rng.random() < 0.5),
            statistics=int(rng.choice([2, 3])) if rng.random() < 0.5 else None,
            tests=str(rng.choice(["pearson", "yates", "fisher", "spss", "small"])),  # type: ignore[arg-type]
            welch=bool(rng.random() < 0.5),
            signed=bool(rng.random() < 0.5),
            ratio=int(rng.choice([2, 3])),
            level=float(rng.choice([0.95, 0.9, 0.99], p=[0.9, 0.05, 0.05])),
            regression=bool(rng.random() < 0.35),
            months=int(rng.choice([0, 1], p=[0.2, 0.8])),
            sides=str(rng.choice(["two", "one", "one, unsaid"], p=[0.8, 0.1, 0.1])),  # type: ignore[arg-type]
        )

    def write(self, value: float, decimals: int) -> str:
        """Print a number, half to even as Python does or half up."""
        if self.half_up:
            step = 10**decimals
            value = math.copysign(math.floor(abs(value) * step + 0.5 + 1e-9) / step, value)
        text = f"{value:.{decimals}f}"
        return text[1:] if text.startswith("-") and not float(text) else text

    def share(self, k: int, n: int) -> str:
        """Print a percentage."""
        return self.write(100 * k / n, self.percent)

    def p(self, value: float) -> str:
        """Print a p value to three decimals."""
        return "<0.001" if value < 0.001 else self.write(value, 3)

    def sided(self, two: float, one: float | None) -> Document:
        """Print a p value of as many sides as is the habit, and say so if that is."""
        if self.sides == "two" or one is None:
            return {"p": self.p(two)}
        return {"p": self.p(one)} | ({"sided": "one"} if self.sides == "one" else {})

    def four_fold(self, table: NDArray[np.float64]) -> tuple[str, Test]:
        """Test a table of counts: the word under which the test is transcribed, and its result."""
        least = float((np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()).min())
        if table.shape != (2, 2) or self.tests == "pearson":
            return "chi2", pearson(table)
        if self.tests == "fisher":
            return "exact", fisher(table)
        if self.tests == "yates" or (self.tests == "spss" and 1 <= least < 5):
            return "chi2", pearson(table, yates=True)
        return "chi2", fisher(table) if least < 5 else pearson(table)


class Paper:
    """A document under construction."""

    def __init__(self, rng: np.random.Generator, kind: Kind | None) -> None:
        self.rng, self.habits = rng, Habits.drawn(rng)
        sizes = rng.integers(20, 401, 3)
        if rng.random() < 0.6:  # randomised: nearly equal arms
            sizes = sizes[0] + rng.integers(0, 4, 3)
        arms = int(rng.choice([1, 2, 3], p=[0.03, 0.92, 0.05]))
        self.ids, self.sizes = ("control", "drug", "double")[:arms], sizes[:arms].tolist()
        self.arm: Integers = np.repeat(np.arange(arms), self.sizes)
        self.complete = kind == "complete" if kind else bool(rng.random() < 0.5)
        roles = ("control", "treatment", "other")
        self.document: Document = {
            "id": "simulated", "citation": "Simulated", "timing": "perioperative", "resectability": "resectable",
            "design": "single_arm" if arms == 1 else str(rng.choice(["rct", "cohort"])), "source": "primary",
            "arms": [
                {"id": name, "role": role, "label": name.title(), "n": n}
                for name, role, n in zip(self.ids, roles, self.sizes, strict=False)
            ],
        }  # fmt: skip

    def add(self, table: str, locator: str, **row: Any) -> None:
        """Add a row; what is None is not printed."""
        kept = {key: value for key, value in row.items() if value is not None}
        self.document.setdefault(table, []).append(kept | {"locator": locator})

    def chance(self, p: float) -> bool:
        """Throw a coin."""
        return bool(self.rng.random() < p)

    def add_test(self, locator: str, word: str, test: Test, **about: Any) -> None:
        """Print a test, with its statistic if that is the habit."""
        statistic = None
        if self.habits.statistics and test.statistic is not None:
            signed = test.statistic if self.habits.signed else abs(test.statistic)
            statistic = self.habits.write(signed, self.habits.statistics)
        self.add("tests", locator, test=word, statistic=statistic, **self.habits.sided(test.p, test.one_sided), **about)

    def add_counts(self, endpoint: str, events: Sequence[int], sizes: Sequence[int], show: str, test: bool) -> None:
        """Print a binary endpoint by arm; `show` names what is printed of events and percent."""
        for name, k, n in zip(self.ids, events, sizes, strict=True):
            self.add(
                "counts", f"Table of {endpoint}", endpoint=endpoint, arm=name, n=n,
                events=k if "events" in show else None, percent=self.habits.share(k, n) if "percent" in show else None,
            )  # fmt: skip
        if test and len(self.ids) > 1 and 0 < sum(events) < sum(sizes):
            table = np.array([events, np.subtract(sizes, events)], float)
            self.add_test(f"Table of {endpoint}", *self.habits.four_fold(table), endpoint=endpoint)

    def split(self, present: NDArray[np.bool_]) -> list[int]:
        """Count patients by arm."""
        return np.bincount(self.arm[present], minlength=len(self.ids)).tolist()  # type: ignore[no-any-return]
