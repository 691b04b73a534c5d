"""Whole-process times of the commands that people wait for: ``python benchmarks/speed.py [--fit]``.

Each command runs several times after one warm-up; the median is what to quote. `sceptic` of all analyses runs with
nothing kept between runs, and again with what the first left; what to hold the second to is the time of `import pymc`,
before which no sampler says anything. `--fit` adds `fit` of everything: cold (an empty compile cache), warm (the cache
kept, results removed) and unchanged. Not a test: nothing passes or fails.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = ["-m", "crlm_bayes"]


def seconds(command: list[str], environment: dict[str, str], program: list[str] = PROGRAM) -> float:
    """Run a command of the program once; return its wall time."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *program, *command], check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def with_nothing_kept(command: list[str], environment: dict[str, str]) -> float:
    """Run a command with an empty cache of its own."""
    with tempfile.TemporaryDirectory() as empty:
        return seconds(command, environment | {"CRLM_BAYES_CACHE": empty})


def report(name: str, times: list[float], target: float) -> None:
    """Print one line."""
    middle = statistics.median(times)
    print(f"{name:34s} median {middle:7.2f} s   min {min(times):7.2f}   max {max(times):7.2f}   target {target:g} s")


def first_verdicts(environment: dict[str, str]) -> float:
    """Time until the index, the verdicts and a page are there, of `fit` of everything with nothing kept."""
    with tempfile.TemporaryDirectory() as folder:
        out, began = Path(folder) / "reports", time.perf_counter()
        command = [sys.executable, "-m", "crlm_bayes", "fit", "--out", str(out)]
        quiet, own = subprocess.DEVNULL, environment | {"CRLM_BAYES_CACHE": f"{folder}/cache"}
        with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=own) as running:
            while not ((out / "index.html").is_file() and any(out.glob("*/report.html"))):
                time.sleep(0.05)
                assert running.poll() is None, "it ended before"
            taken = time.perf_counter() - began
            running.send_signal(signal.SIGINT)
        return taken


def time_pages(environment: dict[str, str], runs: int) -> None:
    """Time the pages that need no sampling."""
    report("fit, first verdicts and page", [first_verdicts(environment)], 15)
    with tempfile.TemporaryDirectory() as folder:
        environment = environment | {"CRLM_BAYES_CACHE": f"{folder}/cache"}
        out = Path(folder) / "reports"

        def fresh(*names: str) -> float:
            shutil.rmtree(out, ignore_errors=True)
            return seconds(["fit", *names, "--exact", "--out", str(out)], environment)

        report("fit --exact, nothing kept", [fresh()], 60)
        report("fit --exact, an empty folder", [fresh() for _ in range(runs)], 20)
        report("fit --exact of one ratio", [fresh("pfs_chen2025_adjusted_hr") for _ in range(runs)], 2.5)


def main() -> None:
    """Time the commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="also time fit of everything, cold, warm and unchanged")
    parser.add_argument(
        "--pages", action="store_true", help="also time fit --exact: one analysis and all, and the first verdicts"
    )
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    environment = dict(os.environ)
    for name, command, target in (
        ("--help", ["--help"], 0.4),
        ("sceptic (all analyses), again", ["sceptic"], 1.5),
        ("audit (all studies)", ["audit"], 1.0),
        ("list", ["list"], 1.0),
        ("check", ["check"], 1.0),
    ):
        seconds(command, environment)
        report(name, [seconds(command, environment) for _ in range(options.runs)], target)
    report("sceptic, nothing kept", [with_nothing_kept(["sceptic"], environment) for _ in range(options.runs)], 4)
    sampler = ["-c", "import pymc"]
    seconds([], environment, sampler)
    times = [seconds([], environment, sampler) for _ in range(options.runs)]
    print(f"{'import pymc, for comparison':34s} median {statistics.median(times):7.2f} s")
    if options.pages:
        time_pages(environment, options.runs)
    if not options.fit:
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "reports"
        environment["PYTENSOR_FLAGS"] = f"base_compiledir={folder}/pytensor"
        environment["NUMBA_CACHE_DIR"] = f"{folder}/numba"
        command = ["fit", "--out", str(out)]
        report("fit, cold compile cache", [seconds(command, environment)], 180)
        shutil.rmtree(out)
        report("fit, warm compile cache", [seconds(command, environment)], 60)
        report("fit, nothing changed", [seconds(command, environment) for _ in range(3)], 5)
        command = ["report", "--out", str(out)]
        report("report, everything again", [seconds(command, environment) for _ in range(3)], 20)
        print(
            f"{'size of the reports':34s} {sum(path.stat().st_size for path in out.rglob('*') if path.is_file()) / 1e6:.0f} MB"
        )


if __name__ == "__main__":
    main()
