"""Every threshold of the diagnostics gate, once, and the gate.

Vehtari et al. (2021) for R-hat and effective sample size, Betancourt (2016) for E-BFMI.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from crlm_bayes.words.numbers import fixed

MAX_R_HAT: Final = 1.01

MIN_ESS: Final = 400

MIN_E_BFMI: Final = 0.3

TAIL: Final = (0.05, 0.95)
"""Quantiles whose effective sample size is the tail ESS."""

MAX_DIVERGENCES: Final = 0

MAX_MCSE_FROM_EXACT: Final = 4.0
"""|NUTS - exact| in Monte Carlo standard errors, wherever both exist."""


@dataclass(frozen=True)
class Gate:
    """Verdict on one posterior, with the numbers it rests on.

    `exact_mean` and `exact_p_benefit` are distances from the evidence curve in Monte Carlo standard errors.
    """

    max_r_hat: float
    min_ess_bulk: float
    min_ess_tail: float
    divergences: int
    min_e_bfmi: float
    exact_mean: float
    exact_p_benefit: float
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every number is on the right side of its threshold."""
        return not self.failures


def convergence(draws: xr.Dataset) -> pd.DataFrame:
    """R-hat, ESS and MCSE of every variable of a dataset with dims chain and draw.

    Returns
    -------
    DataFrame
        Index: variable with its coordinates; columns r_hat, ess_bulk, ess_tail, mcse_mean. Constants
        (the same value in every draw) are left out: there is nothing to diagnose.
    """
    import arviz as az  # which an exact run can do without: it is slow to load

    rows: dict[str, dict[str, float]] = {}
    for name, values in flatten(draws).items():
        if np.ptp(values) == 0:
            continue
        rows[name] = {
            "r_hat": float(az.rhat(values)),
            "ess_bulk": float(az.ess(values, method="bulk")),
            "ess_tail": float(az.ess(values, method="tail", prob=TAIL)),
            "mcse_mean": float(az.mcse(values, method="mean")),
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["r_hat", "ess_bulk", "ess_tail", "mcse_mean"])


def flatten(draws: xr.Dataset) -> dict[str, np.ndarray]:
    """Name every scalar of a dataset: ``survival[drug,36]`` to an array of shape (chain, draw)."""
    flat: dict[str, np.ndarray] = {}
    for name, variable in draws.data_vars.items():
        dims = [d for d in variable.dims if d not in ("chain", "draw")]
        values = variable.transpose("chain", "draw", *dims).values
        for index in np.ndindex(*values.shape[2:]):
            labels = [str(variable.coords[d].values[i]) for d, i in zip(dims, index, strict=True)]
            flat[f"{name}[{','.join(labels)}]" if labels else str(name)] = values[(..., *index)]
    return flat


def gate(table: pd.DataFrame, stats: xr.Dataset, exact_mean: float, exact_p_benefit: float) -> Gate:
    """Judge one posterior.

    Parameters
    ----------
    table : DataFrame
        From :func:`convergence`, over parameters and reported quantities.
    stats : Dataset
        `sample_stats` of the posterior.
    exact_mean, exact_p_benefit : float
        Distance from the exact engine in Monte Carlo standard errors.
    """
    energy = stats["energy"].transpose("chain", "draw").values
    e_bfmi = float(np.min(np.mean(np.diff(energy, axis=1) ** 2, axis=1) / np.var(energy, axis=1)))
    divergences = int(stats["diverging"].sum())
    # NaN is kept: a quantity that could not be diagnosed is on no right side of a threshold
    r_hat = float(table["r_hat"].max(skipna=False)) if len(table) else math.nan
    bulk, tail = (float(table[key].min(skipna=False)) if len(table) else math.nan for key in ("ess_bulk", "ess_tail"))
    checks = [
        (r_hat <= MAX_R_HAT, f"R-hat {fixed(r_hat, 3)} above {MAX_R_HAT}"),
        (bulk >= MIN_ESS, f"bulk ESS {fixed(bulk, 0)} below {MIN_ESS}"),
        (tail >= MIN_ESS, f"tail ESS {fixed(tail, 0)} below {MIN_ESS}"),
        (divergences <= MAX_DIVERGENCES, f"{divergences} divergent transition{'' if divergences == 1 else 's'}"),
        (e_bfmi >= MIN_E_BFMI, f"E-BFMI {fixed(e_bfmi, 2)} below {MIN_E_BFMI}"),
        (exact_mean <= MAX_MCSE_FROM_EXACT, f"mean {fixed(exact_mean, 1)} MCSE from the exact engine"),
        (
            exact_p_benefit <= MAX_MCSE_FROM_EXACT,
            f"P(benefit) {fixed(exact_p_benefit, 1)} MCSE from the exact engine",
        ),
    ]
    failures = tuple(message for ok, message in checks if not ok)
    return Gate(r_hat, bulk, tail, divergences, e_bfmi, exact_mean, exact_p_benefit, failures)
