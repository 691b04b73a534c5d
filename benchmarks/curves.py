"""Times of the exact engine in one process: ``python benchmarks/curves.py [--runs 7]``.

A survey of 10,000 priors, one prior of each family applied, and everything that is asked of one analysis. CPU time of
one core, the median and the least of several runs. Not a test: nothing passes or fails.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from crlm_bayes.answers.questions import read_questions
from crlm_bayes.exact.many_priors import survey
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.scepticism.panel import examine

ROOT = Path(__file__).resolve().parents[1]
ANALYSIS = "pfs_chen2025_landmark"
FAMILIES: tuple[Prior, ...] = (
    Normal(dist="normal", mean=0.0, sd=0.205, rationale="benchmark"),
    StudentT(dist="student_t", df=3.0, mean=0.0, sd=0.3, rationale="benchmark"),
    Cauchy(dist="cauchy", mean=0.0, sd=0.3, rationale="benchmark"),
    Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.2, 0.0), sds=(0.15, 1.5), rationale="benchmark"),
    TwoPiece(dist="two_piece", mode=-0.1, sd_below=0.1, sd_above=0.3, rationale="benchmark"),
    Quantiles(
        dist="quantiles", probabilities=(0.025, 0.5, 0.975), values=(-0.5, -0.1, 0.6), rationale="benchmark"
    ),
)  # fmt: skip


def report(name: str, action: Callable[[], Any], runs: int, target: float) -> None:
    """Time an action and print one line, in milliseconds."""
    times = []
    for _ in range(runs + 1):  # the first warms up
        began = time.process_time()
        action()
        times.append(time.process_time() - began)
    middle, least = 1e3 * statistics.median(times[1:]), 1e3 * min(times[1:])
    print(f"{name:42s} median {middle:8.2f} ms   min {least:8.2f}   target {1e3 * target:g} ms")


def main() -> None:
    """Time the exact engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    questions = read_questions(ROOT / "data" / "published", ROOT / "models")
    question = next(q for q in questions if q.spec.id == ANALYSIS)
    curve = evidence_curve(question.evidence, question.spec)
    rng = np.random.default_rng(1)
    mean, sd = rng.uniform(-1, 1, 10_000), np.geomspace(0.003, 10, 10_000)
    report("survey, 10,000 priors", lambda: survey(curve, mean, sd), runs, 0.2)
    report(
        "survey, 10,000 priors, five thresholds", lambda: survey(curve, mean, sd, (-0.3, -0.2, 0, 0.2, 0.3)), runs, 0.2
    )
    report(
        "survey, 10,000 biases and weights",
        lambda: survey(curve, 0.0, 0.2, bias=mean, weight=rng.uniform(size=10_000)),
        runs,
        0.2,
    )
    report("survey, one prior", lambda: survey(curve, 0.0, 0.2), runs, 0.002)
    for prior in FAMILIES:
        report(f"apply {type(prior).__name__}", lambda prior=prior: curve.apply(prior), runs, 0.003)  # type: ignore[misc]
    report("tabulate the curve", lambda: evidence_curve(question.evidence, question.spec), runs, 0.05)
    report("examine one analysis", lambda: examine(curve, question.spec, question.priors), runs, 0.1)


if __name__ == "__main__":
    main()
