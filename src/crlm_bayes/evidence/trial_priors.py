"""Priors computed from other trials: what a reader of those trials would expect of the next one.

*Empirical*: their printed log ratios are pooled with fixed weights, and the pooled effect is widened by a stated standard
deviation between trials: N(mu, se² + tau²), the predictive effect in a new trial (Higgins, Thompson & Spiegelhalter 2009
with tau known). With few trials tau cannot be estimated, so a document states it; there is no default.

*Robust MAP*: the meta-analytic-predictive prior (Neuenschwander et al. 2010), which learns the heterogeneity, with a wide
component of stated weight, which lets data that disagree speak for themselves (Schmidli et al. 2014).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.printed.ratios import ContrastEntry
from crlm_bayes.documents.prior_book import DeclaredPrior, EmpiricalPrior, RobustMapPrior
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.evidence.ratios import standard_error
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis import Member, robust_map
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Mixture, Normal
from crlm_bayes.words.nouns import endpoint_noun, listed
from crlm_bayes.words.numbers import as_percent, fixed, number, percent, ratio, short


@dataclass(frozen=True)
class TrialRatio:
    """One printed ratio of a trial, turned to the benefit scale.

    Attributes
    ----------
    log_ratio, se : float
        Treatment over control, negative favours the treatment.
    printed : str
        Study and ratio as printed.
    """

    log_ratio: float
    se: float
    printed: str


@dataclass(frozen=True)
class Pool:
    """Fixed-effect pool of log ratios.

    Attributes
    ----------
    mean, se : float
        Inverse-variance weighted mean and its standard error.
    between : float or None
        Standard deviation between the trials by the moment estimate of DerSimonian & Laird (1986), for comparison with the
        stated widening; None for one trial.
    """

    mean: float
    se: float
    between: float | None


def resolved(prior: DeclaredPrior, studies: Mapping[str, Study], where: str = "priors.toml") -> Prior:
    """Compute a declared prior, on the benefit scale; its rationale says from what.

    Parameters
    ----------
    studies : mapping of id to Study
        All that are at hand.
    where : str
        The entry, for messages.

    Raises
    ------
    UnknownName, InvalidInput
        If a study has no document, does not print exactly one such ratio, or prints nothing that gives its standard error.
    """
    estimates = estimates_of(prior, studies, where)
    printed = listed(estimate.printed for estimate in estimates)
    source = f"{prior.rationale}: {prior.measure.upper()} of {endpoint_noun(prior.endpoint)} in {printed}"
    match prior:
        case EmpiricalPrior():
            return _empirical(prior, estimates, source)
        case RobustMapPrior():
            return _robust_map(prior, estimates, source)
    raise TypeError(f"no rule for {type(prior).__name__}")


def estimates_of(prior: DeclaredPrior, studies: Mapping[str, Study], where: str) -> list[TrialRatio]:
    """Find the one printed ratio of each study.

    Raises
    ------
    UnknownName, InvalidInput
        As :func:`resolved`.
    """
    for name in prior.studies:
        if name not in studies:
            raise UnknownName.among(f"{where}: studies", "study", name, studies)
    return [_estimate(prior, studies[name], f"{where}: {name}") for name in prior.studies]


def _estimate(prior: DeclaredPrior, study: Study, where: str) -> TrialRatio:
    control, treatment = study.arm("control").id, study.arm("treatment").id
    found = [
        c
        for c in study.contrasts
        if (c.endpoint, c.measure) == (prior.endpoint, prior.measure)
        and {c.numerator, c.denominator} == {control, treatment}
        and (prior.adjusted is None or c.adjusted == prior.adjusted)
    ]
    if len(found) != 1:
        what = f"{len(found)} printed {prior.measure} of '{prior.endpoint}' between control and treatment"
        raise InvalidInput(f"{where}: contrasts", what, allowed="exactly one (adjusted = true or false chooses)")
    entry = found[0]
    se, _ = standard_error(entry, f"{where}: contrasts ({entry.endpoint})")
    towards_benefit = -1.0 if prior.better == "higher" else 1.0
    turn = towards_benefit if entry.numerator == treatment else -towards_benefit
    return TrialRatio(turn * entry.log_ratio, se, f"{title_of(study)} {_printed(entry)}")


def _empirical(prior: EmpiricalPrior, estimates: list[TrialRatio], source: str) -> Normal:
    pooled = pool(estimates)
    favours = " (below 1 favours the treatment)" if prior.better == "higher" else ""
    sentence = (
        f"{source}; "
        f"pooled ratio {ratio(math.exp(pooled.mean))}{favours}, log {number(pooled.mean, 4)} with standard error "
        f"{number(pooled.se, 4)}, "
        f"widened by a standard deviation of {short(prior.widening)} between trials"
    )
    if pooled.between is not None:
        sentence += f" (these trials by themselves suggest {fixed(pooled.between, 2)})"
    sd = math.hypot(pooled.se, prior.widening)
    return Normal(dist="normal", mean=pooled.mean, sd=sd, rationale=sentence)


def _robust_map(prior: RobustMapPrior, estimates: list[TrialRatio], source: str) -> Mixture:
    wide = Normal(dist="normal", mean=0.0, sd=prior.wide_sd, rationale=prior.rationale)
    members = [Member(str(i), _curve(estimate)) for i, estimate in enumerate(estimates)]
    made = robust_map(members, prior.heterogeneity, wide, weight=prior.weight, wide=wide, rationale=prior.rationale)
    new = made.predictive
    low, high = new.interval
    sentence = (
        f"{source}; in a new study a ratio of {ratio(np.exp(new.median))} "
        f"(95% {ratio(np.exp(low))} to {ratio(np.exp(high))}), believed with {percent(1 - prior.weight, 0)}, "
        f"and with {percent(prior.weight, 0)} that nothing can be learnt from them"
    )
    return made.prior.model_copy(update={"rationale": sentence})


def pool(estimates: list[TrialRatio]) -> Pool:
    """Pool log ratios by inverse variance; the spread between them by moments (DerSimonian & Laird 1986)."""
    weights = [1 / e.se**2 for e in estimates]
    total = sum(weights)
    mean = sum(w * e.log_ratio for w, e in zip(weights, estimates, strict=True)) / total
    if len(estimates) < 2:
        return Pool(mean, 1 / math.sqrt(total), None)
    q = sum(w * (e.log_ratio - mean) ** 2 for w, e in zip(weights, estimates, strict=True))
    scale = total - sum(w**2 for w in weights) / total
    between = max(0.0, (q - (len(estimates) - 1)) / scale)
    return Pool(mean, 1 / math.sqrt(total), math.sqrt(between))


def _printed(entry: ContrastEntry) -> str:
    """Write a ratio as printed: ``1.16 (95% CI 0.99 to 1.37)``."""
    if entry.ci is None:
        return f"{entry.written} (standard error {entry.se})" if entry.se else entry.written
    return f"{entry.written} ({as_percent(entry.level)} CI {entry.ci[0]} to {entry.ci[1]})"


def _curve(estimate: TrialRatio) -> EvidenceCurve:
    def log_likelihood(theta: Floats) -> Floats:
        return np.asarray(-0.5 * ((theta - estimate.log_ratio) / estimate.se) ** 2)

    return EvidenceCurve.tabulate(log_likelihood)
