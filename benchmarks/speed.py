"""What people wait for, as one table: ``python benchmarks/speed.py [--quick] [--runs 5]``.

Every command runs in a process of its own, with a cache of its own: cold means that nothing was kept between runs, warm
that everything was. The median of several runs is shown, beside what is aimed at on two cores. `--quick` leaves out what
takes minutes. Effective draws per second against JAGS and Stan: ``benchmarks/samplers.py``. Not a test: nothing passes
or fails.
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
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PROGRAM = ["-m", "crlm_bayes"]

RATIO = "wound_volk2016_or"
"""An analysis of one printed ratio."""


class Bench:
    """Commands of the program, run with one cache.

    Parameters
    ----------
    folder : Path
        For the cache and for what is written.
    runs : int
        How often a command runs that takes seconds.
    """

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder, self.runs, self.cache = folder, runs, folder / "cache"

    def seconds(self, *command: str, program: list[str] = PROGRAM, cache: Path | None = None) -> float:
        """Run a command once; return its wall time."""
        environment = os.environ | {"CRLM_BAYES_CACHE": str(cache or self.cache)}
        began = time.perf_counter()
        subprocess.run([sys.executable, *program, *command], check=True, capture_output=True, env=environment, cwd=ROOT)
        return time.perf_counter() - began

    def cold(self, *command: str) -> float:
        """Run a command with nothing kept."""
        with tempfile.TemporaryDirectory() as empty:
            return self.seconds(*command, cache=Path(empty))

    def several(self, run: Callable[[], float], what: str, aim: str) -> None:
        """Show the median of several runs."""
        row(what, statistics.median(run() for _ in range(self.runs)), aim)

    def first_verdict(self) -> float:
        """Time until the index, the verdicts and a page are there, of `fit` of everything with nothing kept."""
        out, began = self.folder / "first", time.perf_counter()
        environment = os.environ | {"CRLM_BAYES_CACHE": str(self.folder / "first_cache")}
        command, quiet = [sys.executable, *PROGRAM, "fit", "--out", str(out)], subprocess.DEVNULL
        with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=environment, cwd=ROOT) as running:
            while not ((out / "index.html").is_file() and any(out.glob("*/report.html"))):
                time.sleep(0.05)
                assert running.poll() is None, "it ended before"
            taken = time.perf_counter() - began
            running.send_signal(signal.SIGINT)
        return taken

    def own_ratio(self, *options: str) -> float:
        """Time `fit` of one ratio of one's own: of all that is kept, what no trial decides is of use."""
        with tempfile.TemporaryDirectory() as place:
            data, models, cache = (Path(place) / name for name in ("data", "models", "cache"))
            for target, source in ((data, "data/published/volk2016.toml"), (models, f"models/{RATIO}.toml")):
                target.mkdir()
                shutil.copy2(ROOT / source, target)
            shutil.copy2(ROOT / "models" / "priors.toml", models)
            for kind in ("models", "templates", "explorer"):
                if (self.cache / kind).is_dir():
                    shutil.copytree(self.cache / kind, cache / kind)
            where = ["--data", str(data), "--models", str(models), "--out", f"{place}/reports"]
            return self.seconds("fit", RATIO, *options, *where, cache=cache)


def row(what: str, seconds: float, aim: str) -> None:
    """Print one line of the table."""
    print(f"| {what} | {seconds:.1f} s | {aim} |", flush=True)


def minutes(bench: Bench) -> None:
    """Show what takes minutes: `fit` of everything, and what is left of it."""
    out = bench.folder / "reports"
    row("`fit` of everything, cold", bench.seconds("fit", "--out", str(out)), "≤ 4 min")
    shutil.rmtree(out)
    row("`fit` of everything into an empty folder, warm", bench.seconds("fit", "--out", str(out)), "≤ 90 s")
    bench.several(lambda: bench.seconds("fit", "--out", str(out)), "`fit` of everything, nothing changed", "≤ 1.5 s")
    shutil.rmtree(bench.cache / "figures", ignore_errors=True)
    row("`report` of everything, no figure kept", bench.seconds("report", "--out", str(out)), "≤ 60 s")
    bench.several(lambda: bench.seconds("report", "--out", str(out)), "`report` of everything, warm", "≤ 20 s")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    print(f"| size of `reports/` | {size:.0f} MB | < 90 MB |", flush=True)
    bench.several(lambda: bench.own_ratio(), "`fit` of one own printed ratio, warm", "≤ 6 s")
    batch = [str(ROOT / "benchmarks" / "batch.py"), "--counts", "1", "--workers", "1"]
    row("`batch` of 100,000 ratios × 6 priors, made up and answered", bench.seconds(program=batch), "≤ 20 s")
    tests = ["-m", "pytest", "-q", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    row("default tests", bench.seconds(program=tests), "≤ 3 min")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.runs)
        print(f"| {os.cpu_count()} cores | measured | aim |\n| --- | --: | --: |")
        bench.several(lambda: bench.cold("sceptic"), "`sceptic` of everything, cold", "≤ 4 s")
        bench.seconds("sceptic")
        bench.several(lambda: bench.seconds("sceptic"), "`sceptic` of everything, warm", "≤ 1.5 s")
        bench.several(lambda: bench.seconds(program=["-c", "import pymc"]), "`import pymc`, for comparison", "")
        for command, aim in (("audit", "≤ 1 s"), ("list", "≤ 1 s"), ("check", "≤ 1 s"), ("--help", "≤ 0.4 s")):
            bench.several(lambda command=command: bench.seconds(command), f"`{command}`, warm", aim)
        bench.seconds("fit", "os_chen2025_adjusted_hr", "--exact", "--out", f"{folder}/other")
        bench.several(lambda: bench.own_ratio("--exact"), "`fit --exact` of one own printed ratio, warm", "≤ 2.5 s")
        row("first complete verdict on disk, of `fit` of everything, cold", bench.first_verdict(), "≤ 15 s")
        if not options.quick:
            minutes(bench)


if __name__ == "__main__":
    main()
