"""Diagnostics as tables: the gate of each posterior, and the convergence of every quantity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from crlm_bayes.answers.lookup import arguments, by_name
from crlm_bayes.answers.result import Result
from crlm_bayes.sampling import gate as diagnostics
from crlm_bayes.words.nouns import prior_name
from crlm_bayes.words.numbers import ABSENT, number, short


@dataclass(frozen=True)
class GateCell:
    """One number of the gate and whether it is on the right side."""

    text: str
    passed: bool


@dataclass(frozen=True)
class GateRow:
    """Diagnostics of one posterior."""

    prior: str
    checks: tuple[GateCell, ...]
    passed: bool
    failures: tuple[str, ...]


class Threshold(NamedTuple):
    """One number of the gate: its key, its heading, and the side of the limit it has to be on."""

    key: str
    name: str
    side: str
    limit: float
    decimals: int

    @property
    def words(self) -> str:
        """The threshold as written below the heading."""
        return f"{self.side} {short(self.limit)}{' MCSE' if self.key.startswith('exact') else ''}"

    def check(self, gate: Mapping[str, Any]) -> GateCell:
        """Hold a gate's number to the threshold; a missing one is on no right side."""
        value = gate.get(self.key)
        passed = value is not None and (value <= self.limit if self.side == "≤" else value >= self.limit)
        return GateCell(number(value, self.decimals), passed)


THRESHOLDS = (
    Threshold("max_r_hat", "R-hat", "≤", diagnostics.MAX_R_HAT, 4),
    Threshold("min_ess_bulk", "bulk ESS", "≥", diagnostics.MIN_ESS, 0),
    Threshold("min_ess_tail", "tail ESS", "≥", diagnostics.MIN_ESS, 0),
    Threshold("divergences", "divergences", "≤", diagnostics.MAX_DIVERGENCES, 0),
    Threshold("min_e_bfmi", "E-BFMI", "≥", diagnostics.MIN_E_BFMI, 2),
    Threshold("exact_mean", "mean, from exact", "≤", diagnostics.MAX_MCSE_FROM_EXACT, 2),
    Threshold("exact_p_benefit", "probability, from exact", "≤", diagnostics.MAX_MCSE_FROM_EXACT, 2),
)


def gates(record: Mapping[str, Any]) -> list[GateRow]:
    """Rows of the diagnostics gate, one for each posterior of a run record, in the order of the panel."""
    panel = [row["prior"] for row in record.get("verdicts", ())]
    names = sorted(record["fits"], key=lambda name: panel.index(name) if name in panel else len(panel))
    return [_gate_row(name, record["fits"][name]["gate"]) for name in names]


def _gate_row(name: str, gate: Mapping[str, Any]) -> GateRow:
    checks = tuple(threshold.check(gate) for threshold in THRESHOLDS)
    return GateRow(prior_name(name), checks, bool(gate["passed"]), tuple(gate["failures"]))


def convergence(result: Result) -> tuple[list[str], list[tuple[str, list[str], str, str]]]:
    """R-hat of every sampled quantity under every prior, and its least effective sample sizes.

    Returns
    -------
    list of str
        The priors: columns.
    list of (quantity, R-hat by prior, bulk ESS, tail ESS)
    """
    named = by_name(result.estimates)
    fitted = [p for p in result.spec.effect_priors if any(key[:2] == (p, "nuts") for key in named)]
    # a number needed to treat is read off the difference: it has no draws of its own
    quantities = dict.fromkeys(
        q for _, engine, q in named if engine == "nuts" and arguments(q)[0] not in ("nntb", "nnth")
    )
    rows = []
    for quantity in quantities:
        found = [named.get((p, "nuts", quantity)) for p in fitted]
        bulk = [e.ess_bulk for e in found if e is not None and e.ess_bulk is not None]
        tail = [e.ess_tail for e in found if e is not None and e.ess_tail is not None]
        r_hats = [number(e.r_hat, 4) if e is not None else ABSENT for e in found]
        rows.append((quantity, r_hats, number(min(bulk, default=None), 0), number(min(tail, default=None), 0)))
    return [prior_name(p) for p in fitted], rows
