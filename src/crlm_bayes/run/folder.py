"""All analyses of a folder: what is exact at once, then what is sampled; what is current is kept."""

import math
import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from crlm_bayes.answers.question import Question
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.documents.judgements import Judgement, identity
from crlm_bayes.run.lanes import Lanes, costliest_first, deal
from crlm_bayes.run.outcome import Outcome
from crlm_bayes.run.saved import answered, require_current, unchanged
from crlm_bayes.run.store import Store
from crlm_bayes.sampling.settings import Settings

FEW: Final = 4
"""Pages that one process writes before another would have started."""

INDEX_EVERY: Final = 30.0
"""Seconds after which the page of all analyses is written again while they are sampled."""


class FolderRun(NamedTuple):
    """What a run leaves: the record of each analysis by id, and how many were current already."""

    records: dict[str, Mapping[str, Any]]
    kept: int

    @property
    def passed(self) -> bool:
        """Whether every fit passed the diagnostics gate."""
        return all(record["passed"] for record in self.records.values())

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """Rows of `verdicts.csv`."""
        return [row for record in self.records.values() for row in record["verdicts"]]


class Interrupted(KeyboardInterrupt):
    """A run was stopped by its user: everything that was finished is kept, and the pages are those of it.

    Attributes
    ----------
    run : FolderRun
        The analyses that have a result; `kept` counts those whose posteriors are current.
    every : int
        How many analyses were asked for.
    """

    def __init__(self, run: FolderRun, every: int) -> None:
        super().__init__()
        self.run, self.every = run, every


class Watch:
    """Who is told how a run goes on; here nobody."""

    def started(self, every: int, kept: int) -> None:
        """There is something to do: the number of analyses, and of those that are current."""

    def stage(self, name: str, todo: int) -> None:
        """A stage begins, ``exact`` or ``sampled``: the number of analyses that it has to do."""

    def done(self, name: str, outcome: Outcome) -> None:
        """An analysis is done with a stage."""


def fit_folder(
    questions: Sequence[Question],
    data: Path,
    store: Store,
    settings: Settings,
    *,
    prior: str | None = None,
    force: bool = False,
    exact: bool = False,
    watch: Watch | None = None,
    judgements: Mapping[str, Judgement] = MappingProxyType({}),
) -> FolderRun:
    """Answer exactly what has no current answer, then sample what has no current posterior; write every page and the index.

    Parameters
    ----------
    data : Path
        Folder of the studies, which the page of the audit shows.
    exact : bool
        Stop after the first stage: nothing is sampled, and posteriors that are current stay.
    judgements : mapping of outcome to Judgement
        What the summary of findings says of the certainty of the evidence.

    Raises
    ------
    Interrupted
        By Ctrl-C; what was finished is kept.
    """
    store.require_writable()
    watch = Watch() if watch is None else watch

    def current(question: Question) -> Mapping[str, Any] | None:
        return answered(question, settings, store) if exact else unchanged(question, settings, store, prior)

    saved = {q.spec.id: record for q in questions if not force and (record := current(q))}
    todo = [q for q in questions if q.spec.id not in saved]
    if not todo and store.has_index(identity(judgements)):
        return FolderRun(saved, len(saved))
    index = _Index(store, data, judgements)
    if not todo:
        index.write()
        return FolderRun(saved, len(saved))
    watch.started(len(questions), len(saved))
    bare = [q for q in todo if (exact and force) or answered(q, settings, store) is None]
    cores = settings.cores or os.cpu_count() or 1
    dealt = [] if exact else deal(todo, cores)
    lanes = Lanes(max(1, len(dealt), min(cores, math.ceil(len(bare) / FEW))))
    try:
        with lanes:
            records: dict[str, Mapping[str, Any]] = dict(saved)
            if bare:
                watch.stage("exact", len(bare))
                records |= _answer(bare, lanes, settings, store, index, watch)
            left = [] if exact else [q for q in todo if force or unchanged(q, settings, store, prior) is None]
            if left:
                if bare:
                    index.write()
                watch.stage("sampled", len(left))
                from crlm_bayes.run import one  # with matplotlib

                task = partial(one.run, store=store, prior=prior, force=force)
                records |= _sample(left, lanes, cores, task, settings, index, watch)
            index.write()
    except KeyboardInterrupt:
        store.clear([os.getpid(), *lanes.pids()])
        index.write()
        found = {q.spec.id: record for q in questions if (record := answered(q, settings, store))}
        whole = sum(unchanged(q, settings, store, prior) is not None for q in questions)
        raise Interrupted(FolderRun(found, whole), len(questions)) from None
    return FolderRun({q.spec.id: records[q.spec.id] for q in questions}, len(saved))


class _Index:
    """The page of all analyses, written from what is in the folder."""

    def __init__(self, store: Store, data: Path, judgements: Mapping[str, Judgement]) -> None:
        self.store, self.audits, self.judgements = store, read_audits(data), judgements
        self.written = time.monotonic()

    def write(self, verdicts: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Write it, with the verdicts of analyses that have no page yet."""
        from crlm_bayes.run.index import write_index  # with matplotlib

        if verdicts or self.store.records():
            write_index(self.store, self.audits, verdicts or {}, self.judgements)
        self.written = time.monotonic()

    def refresh(self) -> None:
        """Write it where that was long ago."""
        if time.monotonic() - self.written > INDEX_EVERY:
            self.write()


def _answer(
    bare: Sequence[Question], lanes: Lanes, settings: Settings, store: Store, index: _Index, watch: Watch
) -> dict[str, Mapping[str, Any]]:
    """Answer exactly: the verdicts of all at once, for the index, then the pages."""
    from crlm_bayes.run import one  # with matplotlib

    def queues() -> list[deque[Question]]:
        return [deque(costliest_first(bare))] * lanes.number

    if len(bare) > FEW:
        verdicts = lanes.run(partial(one.verdict_record, settings=settings), queues())
        index.write({name: outcome.record for name, outcome in verdicts.items()})
    outcomes = lanes.run(partial(one.run_exact, settings=settings, store=store), queues(), watch.done)
    return {name: outcome.record for name, outcome in outcomes.items()}


def _sample(
    left: Sequence[Question],
    lanes: Lanes,
    cores: int,
    task: Callable[..., Outcome],
    settings: Settings,
    index: _Index,
    watch: Watch,
) -> dict[str, Mapping[str, Any]]:
    """Sample, and write those pages again."""
    dealt = deal(left, cores)
    own = replace(settings, cores=max(1, cores // len(dealt)))

    def done(name: str, outcome: Outcome) -> None:
        watch.done(name, outcome)
        index.refresh()

    outcomes = lanes.run(partial(task, settings=own), [deque(questions) for questions in dealt], done)
    return {name: outcome.record for name, outcome in outcomes.items()}


def write_again(data: Path, store: Store, judgements: Mapping[str, Judgement]) -> None:
    """Write the index again, so that it leads to what has come beside it; nothing where there is none."""
    if store.has_index(identity(judgements)):
        _Index(store, data, judgements).write()


def render_folder(
    questions: Sequence[Question],
    data: Path,
    store: Store,
    judgements: Mapping[str, Judgement] = MappingProxyType({}),
) -> FolderRun:
    """Render saved results again; nothing is written unless all of them can be.

    Raises
    ------
    StaleResult
        For the first that is missing, out of date or failed.
    """
    for question in questions:
        require_current(question, store)
    store.require_writable()
    index = _Index(store, data, judgements)
    lanes = Lanes(min(os.cpu_count() or 1, math.ceil(len(questions) / FEW)))
    try:
        with lanes:
            from crlm_bayes.run import one  # with matplotlib

            queues = [deque(costliest_first(questions))] * lanes.number
            outcomes = lanes.run(partial(one.render_again, store=store), queues)
            index.write()
    except KeyboardInterrupt:
        store.clear([os.getpid(), *lanes.pids()])
        raise
    return FolderRun({q.spec.id: outcomes[q.spec.id].record for q in questions}, 0)
