"""Batches of trials: chunks answered by processes of this machine or of a cluster, put together in their order."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crlm_bayes.batches.plan import FAULT, Plan, plan
from crlm_bayes.batches.reading import Source, read
from crlm_bayes.batches.table import answered, schema
from crlm_bayes.documents.folders import folders
from crlm_bayes.errors import InvalidInput
from crlm_bayes.run.outputs.files import require_table, write_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

AHEAD = 3
"""Chunks under way for each process: enough that none waits, few enough that memory stays as it is."""

ALONE = 20
"""Chunks of ratios that are answered sooner than other processes have started."""

PATIENCE = 10.0
"""Seconds in which a scheduler has to answer."""


class BatchRun(NamedTuple):
    """What became of a file of trials.

    Attributes
    ----------
    trials, faulty : int
        How many there were, and how many of them had a fault.
    ignored : list of str
        Columns that mean nothing here.
    """

    trials: int
    faulty: int
    ignored: list[str]


def batch(
    frame: "pd.DataFrame",
    *,
    priors: Sequence[str] | None = None,
    primary: str | None = None,
    models: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
) -> "pd.DataFrame":
    """Ask of thousands of trials what ``sceptic`` asks of one: the panel, reverse-Bayes, Bayes factors, the verdict.

    Parameters
    ----------
    frame : DataFrame
        One row a trial: ``id``, ``measure`` (hr, or, rr), ``estimate``, ``lower``, ``upper``, and if not 0.95 the ``level``
        of the interval; or ``events_treatment``, ``n_treatment``, ``events_control``, ``n_control``, answered as an odds
        ratio. Both kinds may stand in one frame. Optional: ``better`` (lower unless it is higher) and ``mcid``, the
        smallest ratio worth having (0.80, or 1.25 where higher is better).
    priors : sequence of str, optional
        Densities of the prior book in `models`; all of them if not given.
    primary : str, optional
        The prior behind ``verdict``, ``bias_limit`` and ``discount_limit``: sceptical, or the first, if not given.
    workers : int, optional
        Processes. More than one is started only where that is sooner; a script then needs ``if __name__ == "__main__"``.
    scheduler : str, optional
        Address of a Dask scheduler whose workers take the place of the processes.

    Returns
    -------
    DataFrame
        One row a trial, in the order of the frame. Numbers of a prior end in its name: ``p_benefit_sceptical``. A row
        with a fault has it in ``error``, and no numbers.

    Raises
    ------
    UnknownName, InvalidInput
        If a column or a prior is not known, or the scheduler does not answer.
    """
    import pyarrow as pa

    chosen = plan(folders(None, models)[1], priors, primary)
    found = list(_answers(read(frame), chosen, workers, scheduler))
    return pa.concat_tables([schema(chosen).empty_table(), *found]).to_pandas()


def batch_file(
    trials: str | Path,
    out: str | Path,
    *,
    priors: Sequence[str] | None = None,
    primary: str | None = None,
    models: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    size: int | None = None,
    started: Callable[[int], None] = lambda _total: None,
    done: Callable[[int, Sequence[str]], None] = lambda _rows, _faults: None,
) -> BatchRun:
    """Answer a file of trials, CSV or Parquet, into another, as :func:`batch` a frame; memory does not grow with it.

    Parameters
    ----------
    out : path
        Ends in ``.parquet`` or ``.csv``. It is there once everything is answered, or not at all.
    size : int, optional
        Rows of a chunk.
    started, done : callable
        Told of the number of trials, about, and of the trials and faults of each chunk as it ends.

    Returns
    -------
    BatchRun
        How many trials there were, and how many with a fault.

    Raises
    ------
    UnknownName, InvalidInput, UnwritableOutput
        If a file is not usable.
    """
    out = Path(out)
    require_table(out)
    chosen = plan(folders(None, models)[1], priors, primary)
    source = read(Path(trials), size)
    started(source.total)
    counted = faulty = 0

    def tables() -> Iterator["pa.Table"]:
        nonlocal counted, faulty
        for table in _answers(source, chosen, workers, scheduler):
            faults = table.column(FAULT).drop_null().to_pylist()
            counted, faulty = counted + table.num_rows, faulty + len(faults)
            done(table.num_rows, faults)
            yield table

    write_table(out, schema(chosen), tables())
    return BatchRun(counted, faulty, source.ignored)


def _answers(source: Source, chosen: Plan, workers: int | None, scheduler: str | None) -> Iterator["pa.Table"]:
    """Answers of the chunks in their order, whoever computes them."""
    number = workers or os.cpu_count() or 1
    if scheduler is None:
        alone = 0 if workers or source.counted else ALONE
        for chunk in source.chunks if number == 1 else islice(source.chunks, alone):
            yield answered(chunk, chosen)
    first = list(islice(source.chunks, 1))
    if not first:
        return
    with _processes(number) if scheduler is None else _cluster(scheduler) as (pool, size):
        under_way: deque[Future[pa.Table]] = deque(pool.submit(answered, chunk, chosen) for chunk in first)
        for chunk in source.chunks:
            under_way.append(pool.submit(answered, chunk, chosen))
            if len(under_way) >= AHEAD * size:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


@contextmanager
def _processes(number: int) -> Iterator[tuple[Executor, int]]:
    pool = ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool, number
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """Connect to a Dask cluster; its scheduler gives the chunks of a worker that is lost to another.

    Raises
    ------
    InvalidInput
        If Dask is not installed, or no scheduler answers at the address.
    """
    try:
        import distributed
    except ImportError as error:
        what = "needs Dask, which is not installed"
        raise InvalidInput("scheduler", what, allowed="pip install crlm_bayes[cluster]") from error
    try:
        client: Any = distributed.Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        what = f"none answers at '{address}'"
        raise InvalidInput("scheduler", what, allowed="tcp://host:port of a Dask scheduler") from error
    with client, client.get_executor(pure=False) as pool:
        yield pool, max(1, sum(client.nthreads().values()))
