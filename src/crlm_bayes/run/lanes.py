"""Many analyses on few cores: each core has a process of its own, which takes what comes next when it is done."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from types import TracebackType
from typing import Final, Self

from crlm_bayes.answers.question import Question
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.run.outcome import Outcome

COSTS: Final[Mapping[str, tuple[float, float]]] = {"single": (2.0, 1.5), "centres": (20.0, 15.0)}
"""Seconds, about, that a structure takes to compile once, and for each analysis: they decide how work is dealt out only."""

OTHER: Final = (12.0, 4.0)
"""The same of every other structure."""

AHEAD: Final = 2
"""Analyses that a process is handed at a time, so that it need not wait for this one."""


class Lanes:
    """Processes that outlive what they are given to do; none where one would be alone, then this process works itself.

    They do not hear Ctrl-C, which this process answers for them: left by an exception, they end at once.

    Parameters
    ----------
    number : int
        How many there are.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._pools: list[ProcessPoolExecutor] = []
        self._pids: list[Future[int]] = []

    def __enter__(self) -> Self:
        """Start the processes."""
        spawn = multiprocessing.get_context("spawn")
        with _deaf():  # what a process inherits it has from its first instruction on
            for _ in range(self.number if self.number > 1 else 0):
                self._pools.append(ProcessPoolExecutor(1, mp_context=spawn, initializer=_ignore_interrupts))
                self._pids.append(self._pools[-1].submit(os.getpid))
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if kind is not None:
            for pid in self.pids():
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGTERM)
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)

    def pids(self) -> list[int]:
        """Ids of the processes."""
        return [future.result() for future in self._pids if not future.cancelled() and future.exception() is None]

    def run(
        self,
        task: Callable[[Question], Outcome],
        queues: Sequence[deque[Question]],
        done: Callable[[str, Outcome], None] = lambda _name, _outcome: None,
    ) -> dict[str, Outcome]:
        """Do a task for every question.

        Parameters
        ----------
        task : callable
            A function of a module, or a partial one.
        queues : sequence of deque of Question
            What each process does, in this order; those that are given the same queue take from it in turn, and one that
            has nothing left takes the last of what the others have.
        done : callable
            Told of each analysis as it ends.
        """
        outcomes: dict[str, Outcome] = {}
        if not self._pools:
            for queue in queues:
                while queue:
                    question = queue.popleft()
                    outcomes[question.spec.id] = task(question)
                    done(question.spec.id, outcomes[question.spec.id])
            return outcomes
        pending: dict[Future[Outcome], tuple[int, str]] = {}

        def hand(lane: int) -> None:
            own, longest = queues[lane], max(queues, key=len)
            if own or longest:
                question = own.popleft() if own else longest.pop()
                pending[self._pools[lane].submit(task, question)] = (lane, question.spec.id)

        for lane in [*range(len(queues))] * AHEAD:
            hand(lane)
        while pending:
            finished, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                lane, name = pending.pop(future)
                hand(lane)
                outcomes[name] = future.result()
                done(name, outcomes[name])
        return outcomes


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Ignore Ctrl-C for a moment; only a main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def deal(questions: Sequence[Question], cores: int) -> list[list[Question]]:
    """Deal groups of equal shape to lanes, the costliest first, each to the lane with the least to do.

    Questions of one model shape share a process, so that each shape is compiled once.
    """
    groups: dict[tuple[object, ...], list[Question]] = {}
    for question in questions:
        groups.setdefault(_shape(question), []).append(question)
    lanes: list[list[Question]] = [[] for _ in range(min(cores, len(groups)))]
    load = [0.0] * len(lanes)
    for group in sorted(groups.values(), key=_cost, reverse=True):
        lightest = load.index(min(load))
        lanes[lightest].extend(group)
        load[lightest] += _cost(group)
    return lanes


def _cost(group: Sequence[Question]) -> float:
    once, each = COSTS.get(group[0].spec.structure, OTHER)
    return once + each * len(group)


def _shape(question: Question) -> tuple[object, ...]:
    """What decides whether two questions share a compiled model, without importing a sampler."""
    families = sorted({type(prior).__name__ for prior in question.priors.values()})
    return (module_of(question.spec.model).shape(question.evidence, question.spec), *families)


def costliest_first(questions: Sequence[Question]) -> list[Question]:
    """Order questions so that none of the long ones is begun last."""
    return sorted(
        questions, key=lambda question: -len(question.spec.studies) - 2 * (question.spec.structure == "centres")
    )
