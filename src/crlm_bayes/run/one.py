"""One analysis from question to page: reuse or sample each posterior, gate, summarise, render, write."""

import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from types import MappingProxyType
from typing import Any

import pandas as pd
import xarray as xr

from crlm_bayes.answers import tables
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.identity import digests
from crlm_bayes.answers.question import Question
from crlm_bayes.answers.result import Result
from crlm_bayes.digests import canonical
from crlm_bayes.pages import pages
from crlm_bayes.pages.explorer import payload
from crlm_bayes.pages.tables.matrix import reading
from crlm_bayes.prose.manuscript.references import bibtex
from crlm_bayes.run.drawings import of_result
from crlm_bayes.run.lean import encoding, lean, tabulated
from crlm_bayes.run.outcome import Outcome
from crlm_bayes.run.sampled import gated, judged, sample
from crlm_bayes.run.saved import current_fits, require_current, settings_of, wanted_priors
from crlm_bayes.run.store import (
    ESTIMATES,
    EXPLORER,
    PAGE,
    POSTERIOR,
    RECORD,
    REFERENCES,
    Store,
    write_estimates,
    write_figures,
    write_json,
)
from crlm_bayes.run.trees import Trees, drawn_of, saved_trees
from crlm_bayes.sampling.settings import Settings
from crlm_bayes.version import __version__
from crlm_bayes.words.nouns import capital, endpoint_noun


def run(
    question: Question,
    settings: Settings,
    store: Store,
    prior: str | None = None,
    force: bool = False,
) -> Outcome:
    """Fit what is missing, judge, summarise, render, and replace the saved result.

    Parameters
    ----------
    prior : str, optional
        Fit this prior (and the primary one); saved posteriors of the others are kept.
    force : bool
        Sample again even what is unchanged.
    """
    kept = {} if force and prior is None else current_fits(question, settings, store)
    wanted = wanted_priors(question, prior)
    if force:
        kept = {name: fit for name, fit in kept.items() if name not in wanted}
    sampled = [name for name in wanted if name not in kept]
    result, said = _fitted(question, sampled, settings, kept, saved_trees(question, kept, store))
    write(result, store, kept)
    return Outcome(result.record, len(sampled), said)


def run_exact(question: Question, settings: Settings, store: Store) -> Outcome:
    """Answer exactly, render, and replace the saved result; posteriors that are current stay, and nothing is sampled.

    Saved posteriors are held to the settings that they were sampled with: those asked for decide nothing here.
    """
    own = settings_of(store.record(question.spec.id), settings)
    kept = current_fits(question, own, store)
    result, _ = _fitted(question, (), own, kept, saved_trees(question, kept, store))
    write(result, store, kept)
    return Outcome(result.record, 0)


def verdict_record(question: Question, settings: Settings) -> Outcome:
    """Make of the run record what the page of all analyses needs; nothing is written."""
    head = head_of(question, settings, datetime.now(UTC), 0.0)
    return Outcome(canonical(head | _answered(Answer(question), {})), 0)


def fitted(question: Question, sampled: Iterable[str], settings: Settings) -> Result:
    """Sample a question under some priors, longer where the gate asks for it; nothing is written.

    Parameters
    ----------
    sampled : iterable of str
        Names of the priors.
    """
    return _fitted(question, sampled, settings)[0]


def _fitted(
    question: Question,
    sampled: Iterable[str],
    settings: Settings,
    kept: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    sources: Mapping[str, Callable[[], xr.DataTree]] = MappingProxyType({}),
) -> tuple[Result, tuple[str, ...]]:
    """Add to posteriors that are there already (by prior, their records and how to read them) those that are sampled now."""
    began, clock = datetime.now(UTC), time.perf_counter()
    answer = Answer(question)
    exact = tables.exact_estimates(answer)
    made = {name: sample(question, name, settings, exact) for name in sampled}
    drawn = drawn_of(question, {*kept, *made})
    fits = {name: dict(fit) for name, fit in kept.items()}
    fits |= {name: one.record | {"whole": name == drawn} for name, one in made.items()}
    found = dict(sources)
    found |= {name: partial(lean, one.tree) for name, one in made.items()}
    trees = Trees({name: found[name] for name in question.spec.effect_priors if name in found})
    head = head_of(question, settings, began, time.perf_counter() - clock)
    result = conclude(answer, trees, fits, head, exact, {name: one.table for name, one in made.items()})
    return result, tuple(line for one in made.values() for line in one.said)


def unsampled(answer: Answer, settings: Settings) -> Result:
    """An answer as a result without fits."""
    return conclude(answer, {}, {}, head_of(answer.question, settings, datetime.now(UTC), 0.0))


def head_of(question: Question, settings: Settings, began: datetime, seconds: float) -> dict[str, Any]:
    """What a run record says of the run itself."""
    return {
        "analysis": question.spec.id,
        "question": question.spec.question,
        "document": question.spec.document,
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
    exact: pd.DataFrame | None = None,
    tabulated: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> Result:
    """Turn posteriors into tables and verdicts, and hold each to the gate.

    Parameters
    ----------
    exact : DataFrame, optional
        The exact estimates, where they are at hand.
    tabulated : mapping of prior name to DataFrame
        Tables of posteriors whose record in `fits` has their gate already.
    """
    exact = tables.exact_estimates(answer) if exact is None else exact
    found = [exact]
    for name in trees:
        table = tabulated.get(name)
        if table is None:
            table, gate = judged(answer.question, name, trees, exact, fits[name].get("content"))
            fits[name] |= gated(gate)
        found.append(table)
    full = record | _answered(answer, {name: fits[name] for name in trees})
    return Result.of(answer, pd.concat(found, ignore_index=True), trees, canonical(full))


def _answered(answer: Answer, fits: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a run record says of the answer and of its fits."""
    passed = all(fit["gate"]["passed"] for fit in fits.values())
    return {
        "likelihood": None if answer.estimated is None else answer.estimated._asdict(),
        "fits": fits,
        "verdicts": tables.verdict_rows(answer, passed),
        "rows": [asdict(row) for row in answer.question.evidence.rows],
        "passed": passed,
    }


def render_again(question: Question, store: Store) -> Outcome:
    """Render a saved result again and write it.

    Raises
    ------
    StaleResult
        If it is missing, out of date, or failed the gate.
    """
    record, fits = require_current(question, store)
    trees = Trees(saved_trees(question, fits, store))
    head = {k: v for k, v in record.items() if k not in ("likelihood", "fits", "verdicts", "rows", "passed")}
    result = conclude(Answer(question), trees, fits, head)
    write(result, store, fits)
    return Outcome(result.record, 0)


def write(result: Result, store: Store, kept: Collection[str] = ()) -> None:
    """Replace the saved result; posteriors that were kept are copied, not written again."""
    fits = result.record["fits"]

    def fill(folder: Path) -> None:
        drawings = write_figures(folder / "figures", of_result(result))
        page = pages.analysis_page(result, drawings, store.verdicts())
        (folder / PAGE).write_text(page, encoding="utf-8")
        (folder / REFERENCES).write_text(bibtex(result), encoding="utf-8")
        write_estimates(folder / ESTIMATES, result.estimates)
        for name in result.trees:
            (folder / name).mkdir()
            if name in kept:
                shutil.copy2(store.posterior(result.spec.id, name), folder / name / POSTERIOR)
            else:
                saved = result.trees[name] if fits[name]["whole"] else tabulated(result.trees[name])
                saved.to_netcdf(folder / name / POSTERIOR, engine="h5netcdf", encoding=encoding(saved))
        write_json(folder / RECORD, result.record)
        name = f"{capital(endpoint_noun(result.spec.endpoint))}: {reading(result.spec.title, result.spec.reading)}"
        write_json(
            folder / EXPLORER,
            payload(result.spec, result.curve, result.question.priors, name, result.question.footing),
            compact=True,
        )

    store.write_analysis(result.spec.id, fill)


@cache
def versions() -> Mapping[str, str]:
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
    return {"python": python_version(), "crlm_bayes": __version__} | {name: version(name) for name in packages}
