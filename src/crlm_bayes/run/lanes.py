"""Many analyses on few cores: questions of one model shape share a process, so that each shape is compiled once."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING

from crlm_bayes.answers.question import Question
from crlm_bayes.likelihoods.registry import module_of
from crlm_bayes.run.store import Store
from crlm_bayes.sampling.settings import Settings

if TYPE_CHECKING:
    from crlm_bayes.run.one import Outcome

COMPILE_COST = 6.0
"""A compilation in units of one analysis fitted and rendered; it decides how work is dealt out, nothing else."""


def run_all(
    questions: Sequence[Question],
    settings: Settings,
    store: Store,
    *,
    prior: str | None = None,
    force: bool = False,
    exact: bool = False,
    done: Callable[[str, "Outcome"], None] = lambda _name, _outcome: None,
) -> dict[str, "Outcome"]:
    """Run every question, in as many processes as there are cores and shapes.

    Parameters
    ----------
    exact : bool
        Sample nothing: what is exact, with the posteriors that are current.
    done : callable
        Told of each analysis as it ends.
    """
    cores = settings.cores or os.cpu_count() or 1
    lanes = deal(questions, cores)
    outcomes: dict[str, Outcome] = {}
    if len(lanes) <= 1:
        for question in questions:
            outcomes[question.spec.id] = _run(question, settings, store, prior, force, exact)
            done(question.spec.id, outcomes[question.spec.id])
        return outcomes
    own = replace(settings, cores=max(1, cores // len(lanes)))
    pools = [ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) for _ in lanes]
    try:
        pending: dict[Future[Outcome], str] = {
            pool.submit(_run, question, own, store, prior, force, exact): question.spec.id
            for pool, lane in zip(pools, lanes, strict=True)
            for question in lane
        }
        while pending:
            finished, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                name = pending.pop(future)
                outcomes[name] = future.result()
                done(name, outcomes[name])
    finally:
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)
    return outcomes


def _run(
    question: Question, settings: Settings, store: Store, prior: str | None, force: bool, exact: bool
) -> "Outcome":
    """Run one question where the sampler may be imported: in a lane, so that the parent stays light."""
    from crlm_bayes.run.one import run

    return run(question, settings, store, prior, force, exact)


def deal(questions: Sequence[Question], cores: int) -> list[list[Question]]:
    """Deal groups of equal shape to lanes, the costliest first, each to the lane with the least to do."""
    groups: dict[tuple[object, ...], list[Question]] = {}
    for question in questions:
        groups.setdefault(_shape(question), []).append(question)
    lanes: list[list[Question]] = [[] for _ in range(min(cores, len(groups)))]
    load = [0.0] * len(lanes)
    for group in sorted(groups.values(), key=len, reverse=True):
        lightest = load.index(min(load))
        lanes[lightest].extend(group)
        load[lightest] += COMPILE_COST + len(group)
    return lanes


def _shape(question: Question) -> tuple[object, ...]:
    """What decides whether two questions share a compiled model, without importing a sampler."""
    families = sorted({type(prior).__name__ for prior in question.priors.values()})
    return (module_of(question.spec.model).shape(question.evidence, question.spec), *families)
