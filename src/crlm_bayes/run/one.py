"""One analysis from question to page: reuse or sample each posterior, gate, summarise, render, write."""

import shutil
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
import xarray as xr

from crlm_bayes import figures
from crlm_bayes.answers import tables
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.identity import digests, fit_digest
from crlm_bayes.answers.question import Question
from crlm_bayes.answers.result import Result
from crlm_bayes.digests import canonical
from crlm_bayes.pages import pages
from crlm_bayes.pages.explorer import payload
from crlm_bayes.pages.tables.matrix import reading
from crlm_bayes.run.saved import current_fits, require_current, wanted_priors
from crlm_bayes.run.store import (
    ESTIMATES,
    EXPLORER,
    PAGE,
    POSTERIOR,
    RECORD,
    Store,
    write_estimates,
    write_figures,
    write_json,
)
from crlm_bayes.sampling.settings import Settings
from crlm_bayes.version import __version__
from crlm_bayes.words.nouns import capital, endpoint_noun

TABULATED: Final = ("posterior", "sample_stats")
"""Groups of a posterior that tables and diagnostics are made from."""


@dataclass(frozen=True)
class Outcome:
    """What a run reports of one analysis: its record, and how many posteriors were sampled anew."""

    record: Mapping[str, Any]
    sampled: int


def run(
    question: Question,
    settings: Settings,
    store: Store,
    prior: str | None = None,
    force: bool = False,
    exact: bool = False,
) -> Outcome:
    """Fit what is missing, judge, summarise, render, and replace the saved result.

    Parameters
    ----------
    prior : str, optional
        Fit this prior (and the primary one); saved posteriors of the others are kept.
    force : bool
        Sample again even what is unchanged.
    exact : bool
        Sample nothing: what is exact, with the saved posteriors that are current.
    """
    kept = {} if force and prior is None else current_fits(question, settings, store)
    wanted = () if exact else wanted_priors(question, prior)
    if force:
        kept = {name: fit for name, fit in kept.items() if name not in wanted}
    sampled = [name for name in wanted if name not in kept]
    result = fitted(question, sampled, settings, saved_trees(question, kept, store), kept)
    write(result, store, kept)
    return Outcome(result.record, len(sampled))


def fitted(
    question: Question,
    sampled: Iterable[str],
    settings: Settings,
    trees: Mapping[str, xr.DataTree] = MappingProxyType({}),
    kept: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Result:
    """Sample a question under some priors; nothing is written.

    Parameters
    ----------
    sampled : iterable of str
        Names of the priors.
    trees, kept : mapping of prior name to DataTree and to its record
        Posteriors that are there already.
    """
    began, clock = datetime.now(UTC), time.perf_counter()
    found, fits = dict(trees), {name: dict(fit) for name, fit in kept.items()}
    for name in sampled:
        from crlm_bayes.sampling import nuts  # an exact run needs no sampler

        start = time.perf_counter()
        fit = nuts.fit(question.spec, question.evidence, name, question.priors[name], settings)
        found[name] = fit.tree
        seconds = round(time.perf_counter() - start, 3)
        fits[name] = {
            "digest": fit_digest(question, name, settings),
            "seed": fit.tree.attrs["seed"],
            "seconds": seconds,
        }
    ordered = {name: found[name] for name in question.spec.effect_priors if name in found}
    return conclude(Answer(question), ordered, fits, head_of(question, settings, began, time.perf_counter() - clock))


def unsampled(answer: Answer, settings: Settings) -> Result:
    """An answer as a result without fits."""
    return conclude(answer, {}, {}, head_of(answer.question, settings, datetime.now(UTC), 0.0))


def head_of(question: Question, settings: Settings, began: datetime, seconds: float) -> dict[str, Any]:
    """What a run record says of the run itself."""
    return {
        "analysis": question.spec.id,
        "started": began.isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "digests": digests(question, settings),
        "settings": {k: v for k, v in asdict(settings).items() if k != "cores"},
        "versions": versions(),
    }


def conclude(
    answer: Answer,
    trees: Mapping[str, xr.DataTree],
    fits: dict[str, dict[str, Any]],
    record: dict[str, Any],
) -> Result:
    """Turn posteriors into tables and verdicts, and hold each to the gate."""
    question, spec, evidence = answer.question, answer.spec, answer.question.evidence
    exact = tables.exact_estimates(answer)
    found = [exact]
    for name, tree in trees.items():
        table = tables.nuts_estimates(spec, evidence, name, tree["posterior"].to_dataset())
        gate = tables.judge(spec, table, exact[exact["prior"] == name], tree["sample_stats"].to_dataset())
        fits[name]["gate"] = asdict(gate) | {"passed": gate.passed, "failures": list(gate.failures)}
        found.append(table)
    ordered = {name: fits[name] for name in trees}
    passed = all(fit["gate"]["passed"] for fit in ordered.values())
    full = record | {
        "likelihood": None if answer.estimated is None else answer.estimated._asdict(),
        "fits": ordered,
        "verdicts": tables.verdict_rows(question, answer.scepticism, passed),
        "rows": [asdict(row) for row in evidence.rows],
        "passed": passed,
    }
    return Result.of(answer, pd.concat(found, ignore_index=True), trees, canonical(full))


def render_again(question: Question, store: Store) -> Result:
    """Render a saved result again and write it.

    Raises
    ------
    StaleResult
        If it is missing, out of date, or failed the gate.
    """
    record, fits = require_current(question, store)
    trees = saved_trees(question, fits, store)
    head = {k: v for k, v in record.items() if k not in ("likelihood", "fits", "verdicts", "rows", "passed")}
    result = conclude(Answer(question), trees, fits, head)
    write(result, store, fits)
    return result


def saved_trees(question: Question, names: Iterable[str], store: Store) -> dict[str, xr.DataTree]:
    """Read saved posteriors: all of the one that the page draws, of the others what tables and diagnostics need."""
    spec, saved = question.spec, list(names)
    drawn = spec.primary if spec.primary in saved else next(iter(saved), None)
    return {name: store.tree(spec.id, name, () if name == drawn else TABULATED) for name in saved}


def write(result: Result, store: Store, kept: Collection[str] = ()) -> None:
    """Replace the saved result; posteriors that were kept are copied, not written again."""

    def fill(folder: Path) -> None:
        drawings = write_figures(folder / "figures", figures.draw(result))
        (folder / PAGE).write_text(pages.analysis_page(result, drawings), encoding="utf-8")
        write_estimates(folder / ESTIMATES, result.estimates)
        for name, tree in result.trees.items():
            (folder / name).mkdir()
            if name in kept:
                shutil.copy2(store.posterior(result.spec.id, name), folder / name / POSTERIOR)
            else:
                tree.to_netcdf(folder / name / POSTERIOR, engine="h5netcdf")
        write_json(folder / RECORD, result.record)
        name = f"{capital(endpoint_noun(result.spec.endpoint))}: {reading(result.spec.title, result.spec.reading)}"
        write_json(folder / EXPLORER, payload(result.spec, result.curve, result.question.priors, name), compact=True)

    store.write_analysis(result.spec.id, fill)


def versions() -> dict[str, str]:
    """Versions of everything that a number may depend on."""
    packages = (
        "pymc",
        "pytensor",
        "nutpie",
        "arviz",
        "arviz-stats",
        "numpy",
        "scipy",
        "xarray",
        "pandas",
        "matplotlib",
    )
    found = {"python": python_version(), "crlm_bayes": __version__} | {name: version(name) for name in packages}
    return found
