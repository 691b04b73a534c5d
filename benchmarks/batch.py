"""Time and memory of `batch`: ``python benchmarks/batch.py [--ratios 100000] [--counts 1000] [--workers 1 2]``.

A table of printed ratios and one of counts, made up, each answered by the command in a process of its own: wall time, CPU
time of it and its workers, and the largest memory of any one process. Not a test: nothing passes or fails.
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np


def write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(head)
        table.writerows(rows)


def ratios(path: Path, size: int) -> None:
    """Printed ratios with their intervals, mostly of small benefits."""
    rng = np.random.default_rng(1)
    se = np.exp(rng.uniform(np.log(0.03), 0.0, size))
    y = rng.normal(-0.1, 0.3, size) + se * rng.normal(0, 1, size)
    printed = np.exp(y[:, None] + np.array([0, -1.96, 1.96]) * se[:, None])
    rows = ((f"t{i}", ("hr", "or", "rr")[i % 3], *(f"{x:.4f}" for x in row)) for i, row in enumerate(printed))
    write(path, ("id", "measure", "estimate", "lower", "upper"), rows)


def counts(path: Path, size: int) -> None:
    """Tables of counts of up to 400 patients an arm."""
    rng = np.random.default_rng(2)
    n = rng.integers(20, 400, (size, 2))
    events = rng.binomial(n, rng.uniform(0, 1, (size, 1)))
    rows = ((f"c{i}", *row) for i, row in enumerate(np.stack([events, n], axis=2).reshape(size, 4).tolist()))
    write(path, ("id", "events_treatment", "n_treatment", "events_control", "n_control"), rows)


def measure(name: str, table: Path, workers: int) -> None:
    """Run the command once and print one line."""
    command = [sys.executable, "-m", "crlm_bayes", "batch", str(table), "--out", str(table.with_suffix(".parquet"))]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen([*command, "--workers", str(workers)], stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:24s} {workers} workers   {wall:7.1f} s   CPU {cpu:7.1f} s   memory {used.ru_maxrss / 1024:6.0f} MB")


def main() -> None:
    """Measure both kinds of tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratios", type=int, default=100_000)
    parser.add_argument("--counts", type=int, default=1_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for make, size in ((ratios, options.ratios), (counts, options.counts)):
            table = Path(folder) / f"{make.__name__}.csv"
            make(table, size)
            for workers in options.workers:
                measure(f"{size:,} {make.__name__}", table, workers)


if __name__ == "__main__":
    main()
