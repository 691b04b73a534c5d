"""Printed ratios, many at once: what `sceptic` says of each, from the normal likelihood itself."""

from collections.abc import Callable

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.batches.plan import Plan
from crlm_bayes.batches.quadrature import posteriors
from crlm_bayes.batches.trials import Flags, Trials
from crlm_bayes.evidence.conversions import se_from_limits
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import Z, survives
from crlm_bayes.scepticism import normal_estimates as normal
from crlm_bayes.scepticism import normal_forms
from crlm_bayes.scepticism.bayes_factors import LARGEST, prior_needed
from crlm_bayes.scepticism.conflict import normal_tail_probability, tail_probability
from crlm_bayes.scepticism.e_values import e_value, e_value_of_interval
from crlm_bayes.scepticism.robustness import null_events
from crlm_bayes.scepticism.tipping import falls

Columns = dict[str, Floats]


def answers(trials: Trials, rows: Flags, plan: Plan) -> Columns:
    """Answer the rows that are flagged, all of them sound printed ratios.

    Returns
    -------
    dict of column to array
        Ratios as reported; NaN where a number does not exist.
    """
    estimate, lower, upper = trials.ratios[rows].T
    sign, mcid = trials.sign[rows], trials.mcid[rows]
    reported = np.log(estimate)
    se = normal.each(
        lambda low, high, level: se_from_limits(low, high, level, "").value, lower, upper, trials.level[rows]
    )
    y, worth = sign * reported, sign * np.log(mcid)
    measures = np.array(trials.measures, dtype=object)[rows]
    columns = {"mcid": mcid, **_of_trial(reported, y, se, sign, measures)}
    for name, prior in plan.priors.items():
        columns |= {f"{key}_{name}": values for key, values in _under(prior, y, se, sign, worth).items()}
    stands = survives(columns[f"p_benefit_{plan.primary}"])
    limits = np.full((2, len(y)), np.nan)
    limits[:, stands] = _limits(plan.priors[plan.primary], y[stands], se[stands])
    columns["bias_limit"], columns["discount_limit"] = np.where(np.isinf(limits[0]), np.nan, limits[0]), limits[1]
    return columns


def _of_trial(reported: Floats, y: Floats, se: Floats, sign: Floats, measures: Floats) -> Columns:
    """What no prior is needed for; `reported` is the log ratio as reported, y that on the benefit scale."""
    critical = normal.critical_sds(y, se)
    there = normal.has_estimate(y, se)

    def found(f: Callable[..., float | None], *arrays: Floats) -> Floats:
        """Apply a function where there is an estimate."""
        values = np.full(len(y), np.nan)
        values[there] = normal.each(f, *(array[there] for array in arrays))
        return values

    limits = normal.limits(y, se)
    low, high = (np.exp(limit) for limit in normal.limits(reported, se))
    return {
        "matthews_limit": np.exp(sign * found(normal_forms.scepticism_limit, *limits)),
        "critical_sd": critical,
        "null_events": normal.each(null_events, critical),
        "e_value": found(e_value, np.exp(reported), measures),
        "e_value_ci": found(e_value_of_interval, low, high, measures),
        "advocacy_limit": found(normal_forms.advocacy_limit, *limits),
        "critical_advocacy": normal.critical_advocacies(y, se),
        "p_intrinsic": found(normal_forms.p_intrinsic, y / se),
    }


def _under(prior: Prior, y: Floats, se: Floats, sign: Floats, worth: Floats) -> Columns:
    """Panel, Bayes factor, fail-safe mean and conflict under one prior."""
    fail_safe = np.full(len(y), np.nan)
    if prior.normal is not None:
        mean, sd = prior.normal
        found = normal.posterior(y, se, mean, sd)
        p_benefit, p_mcid, p_harm = found.below(0.0), found.below(worth), found.above(-worth)
        median, low, high = found.mean, found.mean - Z * found.sd, found.mean + Z * found.sd
        log_bf10 = normal.log_bf10(y, se, mean, sd)
        fail_safe = normal.fail_safe_means(y, se, sd)
        conflict = normal_tail_probability(y, se, mean, sd)
    else:
        by_quadrature = posteriors(prior, y, se, np.stack([np.zeros_like(y), worth, -worth], axis=1))
        p_benefit, p_mcid, below = by_quadrature.p_below.T
        p_harm = 1 - below
        median, low, high = by_quadrature.quantiles.T
        log_bf10 = by_quadrature.log_evidence - normal.log_density_of_no_effect(y, se)
        conflict = normal.each(lambda estimate, width: tail_probability((estimate, width), prior), y, se)
    turned = sign < 0
    return {
        "median": np.exp(sign * median),
        "lower": np.exp(np.where(turned, -high, low)),
        "upper": np.exp(np.where(turned, -low, high)),
        "p_benefit": p_benefit,
        "p_mcid": p_mcid,
        "p_harm": p_harm,
        "bf10": np.exp(np.clip(log_bf10, -LARGEST, LARGEST)),
        "prior_needed": prior_needed(log_bf10),
        "fail_safe_mean": fail_safe,
        "conflict_p": np.where(normal.has_estimate(y, se), conflict, np.nan),
    }


def _limits(prior: Prior, y: Floats, se: Floats) -> Floats:
    """Bias and discount at which claims that survive are lost, shape (2, N)."""
    if prior.normal is not None:
        mean, sd = prior.normal
        return np.stack([normal.bias_limits(y, se, mean, sd), normal.discount_limits(y, se, mean, sd)])
    twice, width = np.tile(y, 2)[:, None], np.tile(se, 2)[:, None]

    def p_benefits(overstated: Floats, kept: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            scale = np.broadcast_to(width / np.sqrt(kept), overstated.shape).ravel()
        p = np.full(scale.shape, float(prior.cdf(0.0)))
        some = np.isfinite(scale)
        p[some] = posteriors(prior, (twice + overstated).ravel()[some], scale[some], np.zeros((some.sum(), 1))).p_below[
            :, 0
        ]
        return p.reshape(overstated.shape)

    found = falls(p_benefits, np.repeat([False, True], len(y)))
    return np.array([limit or 0.0 for limit in found]).reshape(2, -1)
