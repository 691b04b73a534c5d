"""Times of the exact synthesis in one process: ``python benchmarks/synthesis.py [--runs 7] [--threads 1]``.

From fresh curves to the pooled effect and the spread, and what is asked of them afterwards. CPU time of all threads, the
median and the least of several runs, and the least wall time; beside them metafor's REML and bayesmeta on the same
numbers where R has these packages. Not a test: nothing passes or fails.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

RATIONALE = "benchmark"


def report(name: str, action: Callable[[], Any], runs: int, target: float | None) -> None:
    """Time an action and print one line, in milliseconds."""
    cpu, wall = [], []
    for _ in range(runs + 1):  # the first warms up
        began = time.process_time(), time.perf_counter()
        action()
        cpu.append(1e3 * (time.process_time() - began[0]))
        wall.append(1e3 * (time.perf_counter() - began[1]))
    aim = f"   target {1e3 * target:g} ms" if target else ""
    least = f"least wall {min(wall[1:]):8.1f}"
    print(f"{name:52s} median cpu {statistics.median(cpu[1:]):8.1f} ms   least {min(cpu[1:]):8.1f}   {least}{aim}")


def in_r(package: str, call: str, y: Any, se: Any) -> None:
    """Time a call in R on the same numbers, and print what it prints."""
    rscript = shutil.which("Rscript")
    probe = f"cat(requireNamespace('{package}', quietly = TRUE))"
    found = rscript and subprocess.run([rscript, "-e", probe], capture_output=True, text=True).stdout == "TRUE"
    if not rscript or not found:
        print(f"{package:58s} is not installed")
        return
    vectors = "; ".join(f"{n} <- c({', '.join(map(repr, map(float, v)))})" for n, v in (("y", y), ("se", se)))
    code = f"suppressMessages(library({package})); {vectors}; f <- function() {call}; invisible(f())"
    code += (
        "; s <- system.time(for (k in 1:5) r <- f()); cat(sprintf('median %8.1f ms   ', 1e3 * s[['elapsed']] / 5)); "
    )
    code += "cat('mu', format(if (is.null(r$summary)) c(r$b, r$se) else r$summary[c('mean', 'sd'), 'mu'], digits = 5))"
    done = subprocess.run([rscript, "-e", code], capture_output=True, text=True)
    print(f"{package:58s} {done.stdout or done.stderr}")


def main() -> None:
    """Time the synthesis."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1, help="threads of the linear algebra")
    options = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != str(options.threads):  # read when numpy is loaded
        environment = os.environ | {"OPENBLAS_NUM_THREADS": str(options.threads)}
        sys.exit(subprocess.run([sys.executable, *sys.argv], env=environment).returncode)

    import numpy as np

    from crlm_bayes.exact.curve import EvidenceCurve
    from crlm_bayes.exact.synthesis import robust_map
    from crlm_bayes.exact.synthesis.members import Member, PowerPrior, Shift, Structure
    from crlm_bayes.exact.synthesis.synthesis import synthesise
    from crlm_bayes.priors.families import Normal
    from crlm_bayes.priors.spreads import HalfCauchy, HalfNormal

    rng = np.random.default_rng(1)
    unit = Normal(dist="normal", mean=0.0, sd=1.0, rationale=RATIONALE)
    narrow = Normal(dist="normal", mean=-0.1, sd=0.3, rationale=RATIONALE)
    half = HalfNormal(dist="half_normal", sd=0.5, rationale=RATIONALE)
    cauchy = HalfCauchy(dist="half_cauchy", sd=0.5, rationale=RATIONALE)

    def numbers(n: int) -> tuple[Any, Any]:
        se = np.exp(rng.uniform(np.log(0.1), np.log(0.5), n))
        return -0.3 + 0.2 * rng.standard_normal(n) + se * rng.standard_normal(n), se

    def curve(y: float, se: float) -> EvidenceCurve:
        return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)

    def members(y: Any, se: Any, shifted: int = 0, discounted: int = 0) -> list[Member]:
        return [
            Member(str(i), curve(a, b), shifted=i < shifted, discounted=i < discounted)
            for i, (a, b) in enumerate(zip(y, se, strict=True))
        ]

    def pooled(y: Any, se: Any, structure: Structure, shifted: int = 0, discounted: int = 0) -> Any:
        synthesis = synthesise(members(y, se, shifted, discounted), structure)
        result = synthesis.under(unit)
        return synthesis, result, result.mu.mean, result.tau.mean if result.tau else None

    ten, hundred = numbers(10), numbers(100)
    runs = options.runs
    print(f"{options.threads} thread(s); fresh curves every time")
    report("10 studies, half-normal: curve, mu, tau", lambda: pooled(*ten, Structure(half)), runs, 0.05)
    report("10 studies, half-Cauchy: curve, mu, tau", lambda: pooled(*ten, Structure(cauchy)), runs, 0.05)
    report("100 studies, half-normal: curve, mu, tau", lambda: pooled(*hundred, Structure(half)), runs, 0.5)
    report("10 studies, leave one out", lambda: pooled(*ten, Structure(half))[0].leave_one_out(unit), runs, 0.3)
    order = [str(i) for i in range(10)]
    report("10 studies, one by one", lambda: pooled(*ten, Structure(half))[0].cumulative(order, unit), runs, 0.3)
    report("10 studies, all effects and weights", lambda: _all(pooled(*ten, Structure(half))[1]), runs, None)
    biased = Structure(half, Shift(narrow, half))
    report("10 studies, 4 biased: curve, mu, tau", lambda: pooled(*ten, biased, shifted=4), runs, None)
    report("10 studies, 4 biased: beta, sigma as well", lambda: _shift(pooled(*ten, biased, shifted=4)[1]), runs, None)
    unknown = Structure(half, discount=PowerPrior(1.0, 1.0, unit))
    report("10 studies, 4 of unknown weight: curve, mu, tau", lambda: pooled(*ten, unknown, discounted=4), runs, None)
    both = Structure(half, Shift(narrow), PowerPrior(1.0, 1.0, unit))
    report(
        "10 studies, 4 biased and of unknown weight", lambda: pooled(*ten, both, shifted=4, discounted=4), runs, None
    )
    robust = lambda: robust_map(members(*ten), half, unit, weight=0.2, wide=unit, rationale=RATIONALE)  # noqa: E731
    report("robust prior from 10 studies", robust, runs, None)

    print("\nelsewhere, 10 studies")
    _, mine, mean, _ = pooled(*ten, Structure(half))
    print(f"{'this program, mu under N(0, 1)':58s} mu {mean:.5f} {mine.mu.sd:.5f}")
    in_r("metafor", "rma(yi = y, sei = se, method = 'REML')", *ten)
    prior = "function(t) dnorm(t, 0, 0.5) * 2"
    in_r("bayesmeta", f"bayesmeta(y = y, sigma = se, mu.prior = c(0, 1), tau.prior = {prior})", *ten)


def _all(pooled: Any) -> Any:
    return pooled.effects, pooled.predictive, pooled.weights


def _shift(pooled: Any) -> Any:
    return pooled.beta, pooled.sigma


if __name__ == "__main__":
    main()
