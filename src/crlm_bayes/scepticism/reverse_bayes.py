"""Reverse-Bayes of one analysis: which beliefs the claim of a benefit would need, and which it withstands.

Everything is on the benefit scale in logarithms: negative values favour the treatment, exp(sign x) is the ratio as
reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.many_priors import survey
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import turned
from crlm_bayes.scepticism import normal_forms
from crlm_bayes.scepticism.bayes_factors import BayesFactor, from_evidence, largest
from crlm_bayes.scepticism.conflict import Conflict, moved, tail_probability
from crlm_bayes.scepticism.critical import critical_advocacy, critical_sd, fail_safe_means
from crlm_bayes.scepticism.panel import Scepticism
from crlm_bayes.words.shown import Shown


@dataclass(frozen=True)
class UnderPrior:
    """One named prior against the data.

    Attributes
    ----------
    prior : str
    fail_safe_mean : float or None
        How pessimistic the mean of a normal prior of this sd may be before the benefit no longer survives. None
        where no mean within a ratio of 1/400 is enough, and for a prior that is not normal.
    bayes_factor : BayesFactor
        Of this prior against no effect.
    conflict : Conflict or None
        Between this prior and the data; None where the data have no estimate.
    """

    prior: str
    fail_safe_mean: float | None
    bayes_factor: BayesFactor
    conflict: Conflict | None


@dataclass(frozen=True, repr=False)
class ReverseBayes(Shown):
    """Everything reverse-Bayes that one evidence curve says.

    The attributes up to `advocacy_prior` rest on the normal summary of the curve and are None where there is no
    estimate (:func:`crlm_bayes.scepticism.normal_forms.estimate`); the others are exact on the curve.

    Attributes
    ----------
    estimate : (float, float) or None
        Mode and width of the curve.
    z, p : float or None
        Estimate over its standard error, two-sided p value of θ = 0.
    p_intrinsic, p_intrinsic_matthews : float or None
        P values for intrinsic credibility (Held 2019, Matthews 2018).
    scepticism_limit, sceptical_sd : float or None
        Matthews' scepticism limit and the sd of its prior N(0, sd²), also Held's sufficiently sceptical prior. None
        where the 95% interval includes no effect or shows harm.
    advocacy_limit : float or None
        Matthews' advocacy limit. None where the interval excludes no effect or the estimate is on the side of harm.
    advocacy_prior : (float, float) or None
        Mean and sd of the advocate's prior.
    critical_sd : float or None
        The exact counterpart of `sceptical_sd`; None where the benefit survives no prior N(0, sd²).
    critical_advocacy : float or None
        The exact counterpart of `advocacy_limit`; None where no advocate is needed, or none enough.
    best : BayesFactor
        Of the prior most favourable to an effect, all its mass at the mode: the bound for every other.
    priors : tuple of UnderPrior
        In the order given.
    """

    estimate: tuple[float, float] | None
    z: float | None
    p: float | None
    p_intrinsic: float | None
    p_intrinsic_matthews: float | None
    scepticism_limit: float | None
    sceptical_sd: float | None
    advocacy_limit: float | None
    advocacy_prior: tuple[float, float] | None
    critical_sd: float | None
    critical_advocacy: float | None
    best: BayesFactor
    priors: tuple[UnderPrior, ...]

    def heading(self) -> str:
        """Say what it is in one line."""
        return "Reverse-Bayes: each prior against the data"

    def rows(self) -> list[dict[str, Any]]:
        """One row a prior: fail-safe mean (log ratio), Bayes factor against no effect, p value of its conflict with the data."""
        return [
            {
                "prior": one.prior,
                "fail_safe_mean": one.fail_safe_mean,
                "bf10": one.bayes_factor.bf10,
                "prior_needed": one.bayes_factor.prior_needed(),
                "conflict_p": None if one.conflict is None else one.conflict.p,
            }
            for one in self.priors
        ]


def reverse_bayes(
    curve: EvidenceCurve, sign: int, priors: Mapping[str, Prior], known: Scepticism | None = None
) -> ReverseBayes:
    """Ask one curve what a claim of benefit would need.

    Parameters
    ----------
    priors : mapping of name to Prior
        On the benefit scale, as in the prior book.
    known : Scepticism, optional
        What :func:`crlm_bayes.scepticism.panel.examine` says of the same curve, where it is known already: its critical sd is
        not searched again.
    """
    found = normal_forms.estimate(curve)
    on_curve = {name: turned(prior, sign) for name, prior in priors.items()}
    sd = critical_sd(curve, sign) if known is None else known.critical_sd
    advocate = critical_advocacy(curve, sign) if sd is None else None
    exact = (sd, advocate, largest(curve), _under(curve, sign, on_curve))
    if found is None:
        return ReverseBayes(None, None, None, None, None, None, None, None, None, *exact)
    y, se = sign * found[0], found[1]
    z, interval = y / se, normal_forms.wald_limits(y, se)
    advocacy = normal_forms.advocacy_limit(*interval)
    return ReverseBayes(
        (y, se),
        z,
        normal_forms.p_value(z),
        normal_forms.p_intrinsic(z),
        normal_forms.p_intrinsic_matthews(z),
        normal_forms.scepticism_limit(*interval),
        normal_forms.matthews_sd(*interval),
        advocacy,
        None if advocacy is None else normal_forms.advocacy_prior(advocacy),
        *exact,
    )


def _under(curve: EvidenceCurve, sign: int, priors: Mapping[str, Prior]) -> tuple[UnderPrior, ...]:
    """Put the priors, on the scale of the curve, against it: normal ones all at once."""
    found = normal_forms.estimate(curve)
    centre = curve.mode
    as_is = _log_evidence(curve, priors)
    at_mode = {} if found is None else _log_evidence(curve, {k: moved(p, centre) for k, p in priors.items()})
    normal = _normal(priors)
    sds = [sd for _, sd in normal.values()]
    means = dict(zip(normal, fail_safe_means(curve, sign, sds), strict=True)) if normal else {}
    return tuple(
        UnderPrior(
            name,
            means.get(name),
            from_evidence(curve, as_is[name]),
            None if found is None else Conflict(tail_probability(found, prior), as_is[name] - at_mode[name]),
        )
        for name, prior in priors.items()
    )


def _normal(priors: Mapping[str, Prior]) -> dict[str, tuple[float, float]]:
    """Means and sds of those that are normal."""
    return {name: normal for name, prior in priors.items() if (normal := prior.normal) is not None}


def _log_evidence(curve: EvidenceCurve, priors: Mapping[str, Prior]) -> dict[str, float]:
    normal = _normal(priors)
    several = survey(curve, [mean for mean, _ in normal.values()], [sd for _, sd in normal.values()]).log_evidence
    found = dict(zip(normal, several.tolist(), strict=True))
    return {name: found[name] if name in found else curve.apply(prior).log_evidence for name, prior in priors.items()}
