"""All analyses of a folder: what is not current is fitted, and the pages of all of them are written."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crlm_bayes.answers.question import Question
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.run.lanes import run_all
from crlm_bayes.run.saved import answered, require_current, unchanged
from crlm_bayes.run.store import Store
from crlm_bayes.sampling.settings import Settings


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


def fit_folder(
    questions: Sequence[Question],
    data: Path,
    store: Store,
    settings: Settings,
    *,
    prior: str | None = None,
    force: bool = False,
    exact: bool = False,
    started: Callable[[int, int], None] = lambda _all, _kept: None,
    done: Callable[[str, Any], None] = lambda _name, _outcome: None,
) -> FolderRun:
    """Fit what is not current, and write every page and the index.

    Parameters
    ----------
    data : Path
        Folder of the studies, which the page of the audit shows.
    exact : bool
        Sample nothing: pages, tables and verdicts from the exact engine, with the posteriors that are current.
    started : callable
        Told of the number of analyses, and of those that are current, before the sampler is loaded.
    done : callable
        Told of each analysis as it ends: its id and what came of it.
    """
    store.require_writable()

    def current(question: Question) -> Mapping[str, Any] | None:
        return answered(question, settings, store) if exact else unchanged(question, settings, store, prior)

    saved = {q.spec.id: record for q in questions if not force and (record := current(q))}
    todo = [q for q in questions if q.spec.id not in saved]
    records: dict[str, Mapping[str, Any]] = dict(saved)
    if todo:
        started(len(questions), len(saved))
        outcomes = run_all(todo, settings, store, prior=prior, force=force, exact=exact, done=done)
        records |= {name: outcome.record for name, outcome in outcomes.items()}
    if todo or not store.has_index():
        from crlm_bayes.run.index import write_index  # with matplotlib

        write_index(store, read_audits(data))
    return FolderRun({q.spec.id: records[q.spec.id] for q in questions}, len(saved))


def render_folder(questions: Sequence[Question], data: Path, store: Store) -> FolderRun:
    """Render saved results again; nothing is written unless all of them can be.

    Raises
    ------
    StaleResult
        For the first that is missing, out of date or failed.
    """
    audits = read_audits(data)
    for question in questions:
        require_current(question, store)
    store.require_writable()
    from crlm_bayes.run.index import write_index  # with matplotlib
    from crlm_bayes.run.one import render_again

    records = {question.spec.id: render_again(question, store).record for question in questions}
    write_index(store, audits)
    return FolderRun(records, 0)
