"""Effective draws per second of NUTS here, of JAGS and of Stan: ``python benchmarks/samplers.py [--runs 5]``.

Two models, each with the same data and the same priors in every program: piecewise exponential survival of one study of
two intervals, and a meta-analysis of the 22 trials of beta-blockers (Carlin 1992) with binomial arms and random effects.
Four chains, as many draws of warm-up and afterwards in every program; JAGS adapts in the first half of its warm-up. No
compiling is timed. JAGS and Stan are asked for the parameters below only; here all are kept.

Bulk effective draws by ArviZ of all draws alike. Seconds of CPU on one core are the measure, for they do not depend on
who else is at work: of a call of `nuts.sample` with everything in it, of JAGS's adaptation and draws, and what Stan's own
clock says, which leaves out R. Wall time, also on two cores, stands beside them. The means must agree within 4 Monte
Carlo standard errors: programs that disagree did not sample the same model. JAGS and Stan are used through rjags and
rstan (Debian: r-cran-rjags, r-cran-rstan, r-cran-bh, r-cran-rcppeigen, g++). Not a test: nothing passes or fails.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from peers.cases import Case, meta_analysis, survival

from crlm_bayes.arrays import Floats
from crlm_bayes.sampling import nuts
from crlm_bayes.sampling.settings import Settings

OURS = "NUTS here"

HERE = Path(__file__).parent / "peers"

KEPT = Path(tempfile.gettempdir()) / "crlm_bayes_samplers"
"""Stan models as rstan compiles and keeps them, and what is handed to R."""


@dataclass(frozen=True)
class Outcome:
    """What a program did, the medians over runs.

    Attributes
    ----------
    cpu, after : float
        Seconds of CPU on one core, with and without warm-up.
    wall : tuple of float
        Seconds on one core and on two, warm-up included.
    draws : dict of name to array, shape (runs, chains, draws)
    """

    cpu: float
    after: float
    wall: tuple[float, float]
    draws: Mapping[str, Floats]

    def effective(self, name: str) -> float:
        """Bulk effective draws, the median over runs."""
        return median(_summary("ess", run) for run in self.draws[name])

    def mean(self, name: str) -> tuple[float, float]:
        """Mean over all runs, and its Monte Carlo standard error."""
        runs = self.draws[name]
        errors = [_summary("mcse", run) for run in runs]
        return float(runs.mean()), float(np.sqrt(np.mean(np.square(errors)) / len(runs)))


def _summary(what: str, draws: Floats) -> float:
    """`ess` or `mcse` by ArviZ of draws of one run, shape (chains, draws)."""
    import arviz as az
    import xarray as xr

    found = getattr(az, what)(
        xr.Dataset({"v": (("chain", "draw"), draws)}), **({"method": "bulk"} if what == "ess" else {})
    )
    return float(found["v"])


def timed(action: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds of CPU and of wall time, and what came of it."""
    began = time.process_time(), time.perf_counter()
    found = action()
    return time.process_time() - began[0], time.perf_counter() - began[1], found


def ours(case: Case, settings: Settings, runs: int, accept: float | None) -> Outcome:
    """Sample by NUTS here; what warm-up takes is what the same run takes that stops soon after it."""
    spec, evidence = case.question.spec, case.question.evidence
    program = nuts.program(nuts.shape_of(spec, evidence, case.prior))
    data = program.density.filled(nuts.values_of(spec, evidence, case.prior))
    accept = accept or nuts.acceptance(spec)

    def run(seed: int, cores: int = 1, draws: int = settings.draws) -> tuple[float, float, Any]:
        chosen = replace(settings, cores=cores, draws=draws)
        return timed(lambda: nuts.sample(program.density, data, chosen, seed, accept))

    run(0)  # compiles
    one = [run(seed) for seed in range(1, runs + 1)]
    warm = [run(seed, draws=settings.chains) for seed in range(1, runs + 1)]
    two = [run(seed, cores=2) for seed in range(1, runs + 1)]
    shown = [program.expand(trace[nuts.DRAW].values, data) for _, _, trace in one]
    draws = {name: np.stack([x[name].values for x in shown]) for name in case.parameters}
    cpu, before = median(x[0] for x in one), median(x[0] for x in warm)
    return Outcome(cpu, cpu - before, (median(x[1] for x in one), median(x[1] for x in two)), draws)


def in_r(case: Case, peer: tuple[str, str, Mapping[str, Any]], settings: Settings, runs: int) -> Outcome:
    """Sample in R, on one core and on two."""
    program, model, more = peer
    runs *= 1 if program == "stan" else 4  # R tells milliseconds, of which JAGS needs few
    KEPT.mkdir(exist_ok=True)
    there, data, out = KEPT / model, KEPT / "data.R", KEPT / "draws.bin"
    text = (HERE / model).read_text()
    if not there.exists() or there.read_text() != text:
        there.write_text(text)
    data.write_text("".join(f"{name} <- {in_words(value)}\n" for name, value in {**case.data, **more}.items()))
    shape = (runs, settings.chains, len(case.parameters), settings.draws)

    def run(cores: int) -> tuple[Floats, Floats]:
        numbers = (cores, settings.chains, settings.tune, settings.draws, 1, runs)
        told = [program, str(there), str(data), *map(str, numbers), str(out), *case.parameters]
        done = subprocess.run(["Rscript", str(HERE / "peer.R"), *told], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{program}: {done.stderr}")
        lines = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("chain ")]
        return np.array(lines, dtype=float).reshape(*shape[:2], 4), np.fromfile(out).reshape(shape)

    (one, draws), (two, _) = run(1), run(2)
    _, warm, after, wall = np.median(one.sum(axis=1), axis=0)
    busiest = median(max(chains[chains[:, 0] == core, 3].sum() for core in (0, 1)) for chains in two)
    named = {name: draws[:, :, i] for i, name in enumerate(case.parameters)}
    return Outcome(warm + after, after, (wall, busiest), named)


def in_words(value: Any) -> str:
    """Write a number or a vector as R has it; whole numbers as such."""
    if np.ndim(value):
        return f"c({', '.join(map(in_words, value))})"
    return f"{int(value)}L" if float(value).is_integer() else repr(float(value))


def installed() -> dict[str, str]:
    """Versions of the packages of R that are there."""
    if not shutil.which("Rscript"):
        return {}
    done = subprocess.run(["Rscript", str(HERE / "peer.R"), "probe"], capture_output=True, text=True)
    return dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)


def table(case: Case, found: Mapping[str, Outcome]) -> None:
    """Print what every program did, ours against each, and how far the means are apart."""
    print(f"\n{case.name}")
    head = f"{'':26s}{'CPU s':>8s}{'after':>8s}{'wall 1':>8s}{'wall 2':>8s}"
    print(
        head
        + "".join(
            f" | {f'ESS {name}':>10s}{'ESS/s':>9s}{'after':>9s}{'ours/it':>9s}{'after':>7s}" for name in case.parameters
        )
    )
    mine, exact = found[OURS], case.exact()
    for program, of in found.items():
        line = f"{program:26s}{of.cpu:8.3f}{of.after:8.3f}{of.wall[0]:8.3f}{of.wall[1]:8.3f}"
        for name in case.parameters:
            ess, own = of.effective(name), mine.effective(name)
            whole, after = ess / of.cpu, ess / of.after
            line += (
                f" | {ess:10.0f}{whole:9.0f}{after:9.0f}{own / mine.cpu / whole:9.2f}{own / mine.after / after:7.2f}"
            )
        print(line)
    for name in case.parameters:
        means = {program: of.mean(name) for program, of in found.items()} | {"exact": (exact[name], 0.0)}
        said = (
            f"{program} {mean:.4f}" + (f" ± {error:.4f}" if error else "") for program, (mean, error) in means.items()
        )
        print(f"mean of {name}: " + ", ".join(said))
        for (a, (x, s)), (b, (y, t)) in combinations(means.items(), 2):
            if abs(x - y) > 4 * np.hypot(s, t):
                print(f"  VOID: {a} and {b} are {abs(x - y) / np.hypot(s, t):.1f} Monte Carlo standard errors apart")
    for peer in ("JAGS", "Stan"):
        known = [of for program, of in found.items() if program.startswith(peer)]
        for name in case.parameters if known else ():
            own = mine.effective(name)
            whole = own / mine.cpu / max(of.effective(name) / of.cpu for of in known)
            after = own / mine.after / max(of.effective(name) / of.after for of in known)
            print(f"{name}: {whole:.2f} times the best of {peer}, {after:.2f} times after warm-up")


def main() -> None:
    """Measure both models in every program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each program, with seeds of their own")
    parser.add_argument("--accept", type=float, nargs="*", default=[], help="acceptances beside the program's own")
    options = parser.parse_args()
    settings, there = Settings(), installed()
    print(f"{settings.chains} chains of {settings.tune} + {settings.draws} draws, {options.runs} runs")
    print(", ".join(" ".join(x) for x in there.items()))
    for case in (survival(), meta_analysis()):
        found = {OURS: ours(case, settings, options.runs, None)}
        found |= {f"NUTS at acceptance {a:g}": ours(case, settings, options.runs, a) for a in options.accept}
        for name, peer in case.peers.items():
            package = "rstan" if peer[0] == "stan" else "rjags"
            if package in there:
                found[name] = in_r(case, peer, settings, options.runs)
            else:
                print(f"{name}: {package} is not installed")
        table(case, found)
        whole = [timed(lambda case=case: fit(case, settings)) for _ in range(options.runs)]  # type: ignore[misc]
        cpu, wall = median(x[0] for x in whole), median(x[1] for x in whole)
        print(f"nuts.fit, with everything that is computed of the draws: {cpu:.2f} s of CPU, {wall:.2f} s", flush=True)


def fit(case: Case, settings: Settings) -> nuts.Fit:
    """A fit as an analysis gets it, on one core."""
    spec, prior = case.question.spec, case.question.priors[case.question.spec.primary]
    return nuts.fit(spec, case.question.evidence, spec.primary, prior, replace(settings, cores=1))


if __name__ == "__main__":
    main()
