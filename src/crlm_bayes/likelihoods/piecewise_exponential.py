r"""Survival from printed landmarks: hazards constant between them.

.. math::

    s_{ka} \sim \mathrm{Bin}\bigl(n_{ka},\; e^{-H_{ka}}\bigr), \quad
    H_{ka} = \lambda_k\, e^{\theta_k x_a}\,(t_k - t_{k-1}), \quad \log\lambda_k \sim N(m, s^2)

θ_k is the log hazard ratio in interval k. Proportional: θ_k = θ. Otherwise the θ_k scatter with standard deviation ω, and
θ, which keeps its named prior, is their average by information or their centre
(:mod:`crlm_bayes.likelihoods.interval_effects`); ω = 0 gives the proportional model back. log λ_k sits at the middle of the arms; as an option its prior is a random walk over the
intervals. Effective counts are real numbers, so the log likelihood is (n - s) log(1 - e^{-H}) - s H plus the log
binomial coefficient with gamma functions.
"""

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.evidence.values import SurvivalEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.quadrature import log_integral_concave
from crlm_bayes.likelihoods.absolute_survival import derive as derive
from crlm_bayes.likelihoods.binomial import log_coefficient
from crlm_bayes.likelihoods.contract import (
    ARM_POSITION,
    ARM_POSITION_LATEX,
    Equation,
    FitFigure,
    Shape,
    Stack,
    prior_line,
    room,
)
from crlm_bayes.likelihoods.hazard_walk import walk_curve, walk_lines
from crlm_bayes.likelihoods.interval_effects import effect_equations, interval_shares, scattered_curve
from crlm_bayes.likelihoods.variables import spread_data, spread_variable, walk_variable
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.words.numbers import short

if TYPE_CHECKING:
    import xarray as xr

NOUN = "piecewise exponential survival"

EXCHANGEABLE = "patients of one arm are exchangeable within an interval between landmarks"

EVIDENCE = SurvivalEvidence

STACKS = (Stack("survival", "interval", ("survivors", "n", "months", "log_coefficient")),)

FIGURE = FitFigure("survival", "Fitted survival over the printed landmarks")

EQUATIONS = (
    Equation(
        r"s_{ka} \sim \mathrm{Binomial}\bigl(n_{ka},\; e^{-H_{ka}}\bigr)",
        "s_ka ~ Binomial(n_ka, exp(-H_ka))",
        "survivors of interval k in arm a, of those at risk at its start",
    ),
    Equation(
        r"H_{ka} = \lambda_k\, e^{\theta_k x_a}\,(t_k - t_{k-1}), " + ARM_POSITION_LATEX,
        "H_ka = λ_k exp(θ_k x_a) (t_k - t_{k-1}),  x_control = -1/2, x_treatment = +1/2",
        "cumulative hazard of interval k; the nuisance sits at the middle of the arms",
    ),
)

AVERAGED = (
    "θ is the average of the log hazard ratios of the intervals between landmarks, each weighed by its information (its events, and how "
    "evenly those at risk are divided); other landmarks would make other intervals, and another average."
)

EXCHANGEABLE_INTERVALS = (
    "θ is the centre about which the log hazard ratios of all intervals scatter, and with few intervals it is less certain than "
    "their average over this curve."
)

INTERVALS = 4
"""That every compiled model has room for."""

NUISANCE = Equation(r"\log \lambda_k", "log λ_k", "log hazard per month of interval k at the middle of the arms")


def log_survivors(s: Floats, n: Floats, hazard: Floats) -> Floats:
    """Log probability of `s` survivors of `n` under cumulative hazard H > 0, for real s; arrays broadcast.

    Written as (n - s) log(1 - e^{-H}) - s H, which loses no digits for small or large H.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        died = np.where(n > s, (n - s) * np.log(-np.expm1(-hazard)), 0.0)
        lived = np.where(s > 0, s * hazard, 0.0)
    return np.asarray(died - lived + log_coefficient(n, s))


def equations(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the likelihood, and whether the effect is the same in every interval."""
    return (*EQUATIONS, *effect_equations(spec))


def nuisance(spec: AnalysisSpec) -> tuple[Equation, ...]:
    """Write the prior of the log hazards."""
    baseline = spec.priors.baseline
    assert baseline is not None, "checked when the analysis was read"
    return walk_lines(baseline) if isinstance(baseline, RandomWalk) else (prior_line(NUISANCE, baseline),)


def limits(spec: AnalysisSpec, study: Study, evidence: SurvivalEvidence) -> list[str]:
    """Of hazards between landmarks, of the average over intervals, of complete follow-up."""
    said = [
        "Between landmarks the hazard is taken as constant; the shape of the curve between them is not in the print."
    ]
    if not spec.proportional:
        said.append(AVERAGED if spec.average == "information" else EXCHANGEABLE_INTERVALS)
    if study.complete_follow_up_months is not None and spec.reading in ("landmark", "percent"):
        said.append(
            "Nobody is taken as censored before the last landmark, on the basis stated with the data. If patients were, the intervals are too narrow."
        )
    return said


def stack(evidence: SurvivalEvidence) -> Stack:
    """The one block of its studies."""
    return STACKS[0]


def data(evidence: SurvivalEvidence, spec: AnalysisSpec) -> dict[str, Any]:
    """Values of the model's `pm.Data`, priors of the nuisance included."""
    baseline = spec.priors.baseline
    assert baseline is not None, "checked when the analysis was read"
    values: dict[str, Any] = {
        "survivors": evidence.survivors,
        "n": evidence.at_risk,
        "log_coefficient": log_coefficient(evidence.at_risk, evidence.survivors),
        "months": np.diff(evidence.times),
        "log_hazard_mean": baseline.mean,
        "log_hazard_sd": baseline.sd,
    }
    if isinstance(baseline, RandomWalk):
        values["step_sd"] = baseline.step_sd
    if spec.priors.time_variation is not None:
        values |= spread_data("omega", spec.priors.time_variation)
        values["interval_share"] = interval_shares(evidence, spec)
    return values


def shape(evidence: SurvivalEvidence, spec: AnalysisSpec) -> Shape:
    """What a compiled model is specific to."""
    variation, count = spec.priors.time_variation, len(evidence.survivors)
    walk = isinstance(spec.priors.baseline, RandomWalk)  # its steps are variables of their own, and none is to spare
    return Shape(
        "piecewise_exponential",
        count if walk else room(count, INTERVALS),
        spec.proportional,
        variation.dist if variation else "",
        walk,
    )


def build(theta: Any, shape: Shape, block: str = "") -> None:
    """Add the likelihood to the PyMC model in context; `theta` is its (average) log hazard ratio, or one for each interval.

    Of an interval to spare nobody is at risk: it has likelihood 1.
    """
    import pymc as pm
    import pytensor.tensor as pt

    intervals, interval = shape.intervals, f"{block}interval"
    cells: Any = {"value": np.zeros((intervals, 2)), "dims": (interval, "arm")}
    survivors, n, constant = (pm.Data(name, **cells) for name in ("survivors", "n", "log_coefficient"))
    months = pm.Data("months", np.ones(intervals), dims=interval)
    start = pm.Data("log_hazard_mean", -3.5), pm.Data("log_hazard_sd", 2.0)
    if shape.walk:
        log_hazard = walk_variable("log_hazard", intervals, *start, dim=interval)
    else:
        log_hazard = pm.Normal("log_hazard", *start, dims=interval)
    if shape.proportional:
        log_ratio = theta * pt.ones(intervals)
    else:
        omega = spread_variable("omega", shape.spread)
        z = pm.Normal("z", 0, 1, dims=interval)
        share = pm.Data("interval_share", np.zeros(intervals), dims=interval)
        log_ratio = pm.Deterministic("theta_interval", theta + omega * (z - (share * z).sum()), dims=interval)
    hazard = pt.exp(log_hazard[:, None] + log_ratio[:, None] * ARM_POSITION) * months[:, None]
    hazard = pm.Deterministic("cumulative_hazard", hazard, dims=(interval, "arm"))

    def logp(value: Any, n: Any, hazard: Any, constant: Any) -> Any:
        died = pt.switch(pt.gt(n, value), (n - value) * pt.log1mexp(-hazard), 0.0)
        return died - value * hazard + constant

    pm.CustomDist(
        "y", n, hazard, constant, logp=logp, signature="(),(),()->()", observed=survivors, dims=(interval, "arm")
    )


def log_likelihood(evidence: SurvivalEvidence, k: int, theta: Floats, log_hazard: Floats) -> Floats:
    """Log likelihood of interval `k` by NumPy, arrays of θ and log λ broadcast."""
    months = evidence.times[k + 1] - evidence.times[k]
    total = np.zeros(np.broadcast_shapes(np.shape(theta), np.shape(log_hazard)))
    for a, x in enumerate(ARM_POSITION):
        with np.errstate(over="ignore"):
            hazard = np.exp(log_hazard + theta * x) * months
        total = total + log_survivors(evidence.survivors[k, a], evidence.at_risk[k, a], hazard)
    return total


def interval_curve(evidence: SurvivalEvidence, spec: AnalysisSpec, k: int) -> EvidenceCurve:
    """Evidence curve of the log hazard ratio of one interval: λ_k integrated out by quadrature."""
    baseline = spec.priors.baseline
    assert isinstance(baseline, Normal), "a walk ties intervals together and has a curve of its own"

    def log_integrated(theta: Floats) -> Floats:
        def log_f(log_hazard: Floats) -> Floats:
            return log_likelihood(evidence, k, theta[:, None], log_hazard) + baseline.logpdf(log_hazard)

        reach = 12 * baseline.sd + 12
        return log_integral_concave(log_f, baseline.mean - reach, baseline.mean + reach, theta.shape)

    return EvidenceCurve.tabulate(log_integrated)


def curve(evidence: SurvivalEvidence, spec: AnalysisSpec) -> EvidenceCurve:
    """Evidence curve of the (average) log hazard ratio: intervals are independent given θ and ω."""
    if isinstance(spec.priors.baseline, RandomWalk):
        return walk_curve(evidence, spec.priors.baseline, log_likelihood)
    parts = [interval_curve(evidence, spec, k) for k in range(len(evidence.survivors))]
    if spec.priors.time_variation is None:
        return EvidenceCurve.tabulate(lambda theta: np.sum([p.log_likelihood(theta) for p in parts], axis=0))
    return scattered_curve(parts, spec.priors.time_variation, evidence, spec)


def coordinates(evidence: SurvivalEvidence) -> dict[str, list[Any]]:
    """Labels of the model's dimensions; an interval is named by the months it spans."""
    times = [short(t) for t in evidence.times]
    return {"arm": list(evidence.arms), "interval": [f"{a}-{b}" for a, b in itertools.pairwise(times)]}


def sample_nuisance(
    evidence: SurvivalEvidence, spec: AnalysisSpec, theta: Floats, rng: np.random.Generator
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Draw hazards (and interval effects) from their priors, and the cumulative hazards that follow."""
    assert spec.priors.baseline is not None, "checked when the analysis was read"
    size, intervals = len(theta), len(evidence.survivors)
    if isinstance(spec.priors.baseline, RandomWalk):
        log_hazard = spec.priors.baseline.sample(size, intervals, rng)
    else:
        log_hazard = spec.priors.baseline.sample(size * intervals, rng).reshape(size, intervals)
    drawn: dict[str, tuple[tuple[str, ...], Floats]] = {"log_hazard": (("interval",), log_hazard)}
    effect = np.repeat(theta[:, None], intervals, axis=1)
    if spec.priors.time_variation is not None:
        omega = spec.priors.time_variation.sample(size, rng)
        z = rng.standard_normal((size, intervals))
        effect = effect + omega[:, None] * (z - (z @ interval_shares(evidence, spec))[:, None])
        drawn |= {"omega": ((), omega), "z": (("interval",), z), "theta_interval": (("interval",), effect)}
    hazard = np.exp(log_hazard[..., None] + effect[..., None] * ARM_POSITION) * np.diff(evidence.times)[:, None]
    return drawn | {"cumulative_hazard": (("interval", "arm"), hazard)}


def replicate(parameters: "xr.Dataset", evidence: SurvivalEvidence, rng: np.random.Generator) -> "xr.Dataset":
    """Draw survivors of each interval given the printed numbers at risk."""
    hazard = parameters["cumulative_hazard"].transpose(..., "interval", "arm")
    n = np.rint(evidence.at_risk).astype(int)
    return hazard.copy(data=rng.binomial(n, np.exp(-hazard.values)).astype(float)).to_dataset(name="y")


def observed(evidence: SurvivalEvidence) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Observed survivors and their dims."""
    return {"y": (("interval", "arm"), evidence.survivors)}
