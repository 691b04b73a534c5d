"""One posterior, sampled until it passes the gate or longer does not help."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import pandas as pd
import xarray as xr

from crlm_bayes.answers import tables
from crlm_bayes.answers.identity import fit_digest
from crlm_bayes.answers.question import ANSWERS, Question
from crlm_bayes.digests import digest
from crlm_bayes.memory import Memory
from crlm_bayes.prose.verdicts import sampled_again
from crlm_bayes.run.lean import rounded
from crlm_bayes.sampling.gate import Gate
from crlm_bayes.sampling.settings import Settings

DRAWS: Final = Memory("draws", *ANSWERS.sources, "sampling/**/*.py")
"""Tables and gates of posteriors."""

LONGER: Final = (1, 2, 4)
"""Multiples of the draws and of the warm-up that were asked for: a posterior that fails is sampled again, twice."""


@dataclass(frozen=True)
class Sampled:
    """A posterior with what is said of it.

    Attributes
    ----------
    tree : DataTree
    table : DataFrame
        Its rows of `estimates.csv`.
    record : dict
        Its entry in the run record: identity (by the settings asked for), seed, seconds, gate, the digest of its
        draws, and the draws and warm-up of each chain that it took, with the failures of those that were too short.
    said : tuple of str
        A line for each time that it was sampled again.
    """

    tree: xr.DataTree
    table: pd.DataFrame
    record: dict[str, Any]
    said: tuple[str, ...]


def sample(question: Question, name: str, settings: Settings, exact: pd.DataFrame) -> Sampled:
    """Sample a question under one prior; where the gate fails again with twice, then with four times the draws and warm-up.

    Parameters
    ----------
    exact : DataFrame
        What the exact engine estimates, which the gate compares with.
    """
    from crlm_bayes.sampling import nuts  # an exact run needs no sampler

    start, failed, said = time.perf_counter(), list[dict[str, Any]](), list[str]()
    for times in LONGER:
        asked = replace(settings, draws=times * settings.draws, tune=times * settings.tune)
        if failed:
            said.append(sampled_again(name, failed[-1]["failures"], asked.draws))
        tree = rounded(nuts.fit(question.spec, question.evidence, name, question.priors[name], asked).tree)
        drawn = content(tree)
        table, gate = judged(question, name, {name: tree}, exact, drawn)
        if gate.passed:
            break
        failed.append({"draws": asked.draws, "tune": asked.tune, "failures": list(gate.failures)})
    record: dict[str, Any] = {
        "digest": fit_digest(question, name, settings),
        "seed": tree.attrs["seed"],
        "seconds": round(time.perf_counter() - start, 3),
        "draws": asked.draws,
        "tune": asked.tune,
        "content": drawn,
    }
    shorter = [one for one in failed if one["draws"] < asked.draws]
    return Sampled(tree, table, record | ({"too_short": shorter} if shorter else {}) | gated(gate), tuple(said))


def content(tree: xr.DataTree) -> str:
    """Digest of the draws themselves: what is known of them is known by it, whatever made them."""
    total = hashlib.sha256()
    for group in ("posterior", "sample_stats"):
        for name, values in sorted(tree[group].data_vars.items(), key=lambda item: str(item[0])):
            total.update(f"{group} {name} {values.dims} {values.dtype}".encode() + values.values.tobytes())
    return total.hexdigest()


def judged(
    question: Question, name: str, trees: Mapping[str, xr.DataTree], exact: pd.DataFrame, draws: str | None
) -> tuple[pd.DataFrame, Gate]:
    """Tabulate one posterior and hold it to the gate.

    Parameters
    ----------
    trees : mapping of prior name to DataTree
        The posterior is asked for only if it is not known what comes of it.
    exact : DataFrame
        What the exact engine estimates.
    draws : str or None
        The digest of the draws, :func:`content`; None where it is not known.
    """
    ours = exact[exact["prior"] == name]

    def make() -> tuple[pd.DataFrame, Gate]:
        tree = trees[name]
        table = tables.nuts_estimates(question.spec, question.evidence, name, tree["posterior"].to_dataset())
        return table, tables.judge(question.spec, table, ours, tree["sample_stats"].to_dataset())

    if draws is None:
        return make()
    key = digest("judged", draws, name, question.spec, question.evidence, ours.to_csv(), _versions())
    return DRAWS.recall(key, make)


@cache
def _versions() -> tuple[str, ...]:
    return tuple(version(name) for name in ("arviz-stats", "arviz", "xarray", "pandas"))


def gated(gate: Gate) -> dict[str, Any]:
    """The gate as the run record has it."""
    return {"gate": asdict(gate) | {"passed": gate.passed, "failures": list(gate.failures)}}
