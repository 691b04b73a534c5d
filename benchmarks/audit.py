"""Times of the audit, and how often it is wrong: ``python benchmarks/audit.py [--papers 1000] [--slips 1000]``.

Simulates papers, audits them, and times the command over the bundled studies. `--slips` adds, for every kind of slip, how
many of so many altered papers are noticed. Not a test: nothing passes or fails.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import numpy as np

from crlm_bayes.audits.registry import audit_study
from makers.papers.altered_papers import KINDS
from makers.papers.audit_rates import Pool, alarm_table, rate_of
from makers.papers.simulated_papers import simulate_paper, study_of


def report(name: str, times: list[float], target: float) -> None:
    """Print one line, in milliseconds."""
    middle, most = 1e3 * statistics.median(times), 1e3 * max(times)
    print(
        f"{name:34s} median {middle:8.2f} ms   max {most:8.2f}   all {sum(times):6.1f} s   target {1e3 * target:g} ms"
    )


def in_process(papers: int) -> None:
    """Time simulating, reading and auditing single papers."""
    laps: dict[str, list[float]] = {"simulate a paper": [], "read it": [], "audit it": []}
    for i in range(papers):
        began = time.perf_counter()
        document = simulate_paper(np.random.default_rng([1, i]))
        simulated = time.perf_counter()
        study = study_of(document)
        read = time.perf_counter()
        audit_study(study)
        ended = time.perf_counter()
        for lap, seconds in zip(laps.values(), (simulated - began, read - simulated, ended - read), strict=True):
            lap.append(seconds)
    for (name, times), target in zip(laps.items(), (0.010, 0.005, 0.020), strict=True):
        report(name, times, target)
    report("all three", [sum(lap) for lap in zip(*laps.values(), strict=True)], 0.060)


def whole_process(runs: int) -> None:
    """Time the command over the bundled studies."""
    command = [sys.executable, "-m", "crlm_bayes", "audit", "--json"]
    times = []
    for _ in range(runs + 1):  # the first warms up
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        times.append(time.perf_counter() - began)
    if "No such command" in done.stderr:
        print("audit --json: there is no such command")
        return
    report("audit --json, whole process", times[1:], 0.8)


def main() -> None:
    """Time and, if asked, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slips", type=int, default=0, help="also count what is noticed of so many slips of each kind")
    options = parser.parse_args()
    in_process(options.papers)
    whole_process(options.runs)
    if options.slips:
        pool = Pool(options.papers, seed=2)
        print(alarm_table(pool))
        for kind in KINDS:
            print(rate_of(kind, pool, options.slips))


if __name__ == "__main__":
    main()
