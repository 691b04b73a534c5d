"""What the shape of an analysis document cannot show: words that must fit each other."""

from collections.abc import Mapping

from crlm_bayes.empirical import EmpiricalPrior
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.priors import Prior
from crlm_bayes.published.study import Study
from crlm_bayes.spec import AnalysisSpec
from crlm_bayes.structures import HETEROGENEOUS
from crlm_bayes.walks import RandomWalk

READINGS: dict[str, tuple[str, ...]] = {
    "binomial": ("counts", "percent"),
    "piecewise_exponential": ("landmark", "percent", "pinned", "at_risk"),
    "log_ratio": ("contrast", "logrank", "observed_expected"),
}
MEASURES: dict[str, tuple[str, ...]] = {
    "binomial": ("or",),
    "piecewise_exponential": ("hr",),
    "log_ratio": ("hr", "or", "rr"),
}


def check_meaning(spec: AnalysisSpec, priors: Mapping[str, Prior | EmpiricalPrior], where: str) -> None:
    """Check the words of one analysis against each other and against the named priors.

    Raises
    ------
    InvalidInput, UnknownName
        One line each.
    """
    _check_effect_priors(spec, priors, where)
    _check_structure(spec, where)
    for study in spec.studies:
        own = spec.of_study(study) if spec.is_synthesis else spec
        _check_likelihood(own, f"{where}: per_study.{study}" if study in spec.per_study else where)
    _check_baseline(spec, where)
    if (spec.mcid < 1) != (spec.better == "lower") or spec.mcid == 1:
        side = "below 1" if spec.better == "lower" else "above 1"
        raise InvalidInput(
            f"{where}: mcid",
            f"{spec.mcid:g} is not a benefit where better = '{spec.better}'",
            allowed=f"a ratio {side}",
        )


def _check_effect_priors(spec: AnalysisSpec, priors: Mapping[str, Prior | EmpiricalPrior], where: str) -> None:
    for name in spec.effect_priors:
        if name not in priors:
            raise UnknownName.among(f"{where}: effect_priors", "prior", name, priors)
        prior = priors[name]
        if isinstance(prior, EmpiricalPrior) and (own := sorted(set(prior.studies) & set(spec.studies))):
            what = f"'{name}' is computed from {own[0]}, which the analysis analyses"
            raise InvalidInput(f"{where}: effect_priors", what, allowed="priors from other studies")
    if spec.primary not in spec.effect_priors:
        raise UnknownName.among(f"{where}: primary", "prior in effect_priors", spec.primary, spec.effect_priors)


def _check_structure(spec: AnalysisSpec, where: str) -> None:
    if len(set(spec.studies)) < len(spec.studies):
        raise InvalidInput(f"{where}: studies", "names a study twice", allowed="each study once")
    if spec.is_synthesis == (len(spec.studies) == 1):
        allowed = "two or more" if spec.is_synthesis else "exactly one"
        what = f"{len(spec.studies)} stud{'y' if len(spec.studies) == 1 else 'ies'} with structure '{spec.structure}'"
        raise InvalidInput(f"{where}: studies", what, allowed=allowed)
    for study in spec.per_study:
        if study not in spec.studies:
            raise UnknownName.among(f"{where}: per_study", "study of the analysis", study, spec.studies)
    if spec.is_synthesis and not spec.proportional:
        raise InvalidInput(f"{where}: proportional", "false fits only structure 'single'")
    learnt = any(own.discount == "learnt" for own in spec.per_study.values())
    wanted = {
        "heterogeneity": spec.structure in HETEROGENEOUS,
        "bias_mean": spec.structure == "bias_adjusted",
        "bias_spread": spec.structure == "bias_adjusted",
        "moderator": spec.structure == "meta_regression",
        "discount": learnt,
    }
    for key, needed in wanted.items():
        if (getattr(spec.priors, key) is not None) != needed:
            reason = "a discount that is learnt" if key == "discount" else f"structure '{spec.structure}'"
            what = f"is required with {reason}" if needed else f"has no role with structure '{spec.structure}'"
            raise InvalidInput(f"{where}: priors.{key}", what)
    if (spec.moderator is not None) != (spec.structure == "meta_regression"):
        what = "is required with" if spec.structure == "meta_regression" else "has no role with"
        raise InvalidInput(f"{where}: moderator", f"{what} structure '{spec.structure}'")


def _check_likelihood(spec: AnalysisSpec, where: str) -> None:
    """Check the reading and the measure of one study."""
    for key, table in (("reading", READINGS), ("measure", MEASURES)):
        allowed = table[spec.likelihood]
        if getattr(spec, key) not in allowed:
            raise InvalidInput(
                f"{where}: {key}",
                f"'{getattr(spec, key)}' does not fit likelihood '{spec.likelihood}'",
                allowed=", ".join(allowed),
            )
    survival = spec.likelihood == "piecewise_exponential"
    if spec.effective_n is not None and not survival and spec.reading != "percent":
        what = "fits only printed percentages (likelihood 'piecewise_exponential', or reading 'percent')"
        raise InvalidInput(f"{where}: effective_n", what)
    if spec.effective_events is not None and spec.reading != "logrank":
        raise InvalidInput(f"{where}: effective_events", "fits only reading 'logrank'")


def _check_baseline(spec: AnalysisSpec, where: str) -> None:
    likelihoods = {spec.of_study(s).likelihood for s in spec.studies} if spec.is_synthesis else {spec.likelihood}
    needing = likelihoods - {"log_ratio"}
    baseline, survival = spec.priors.baseline, spec.likelihood == "piecewise_exponential"
    if len(needing) > 1:
        what = "one prior of the baseline cannot serve both a logit and a log hazard"
        raise InvalidInput(f"{where}: likelihood", what, allowed=f"log_ratio with one of {', '.join(sorted(needing))}")
    if (baseline is None) != (not needing):
        what = "is required" if baseline is None else "has no role"
        raise InvalidInput(f"{where}: priors.baseline", f"{what} with likelihood '{spec.likelihood}'")
    if isinstance(baseline, RandomWalk) and not (needing == {"piecewise_exponential"} and spec.proportional):
        what = "'random_walk' fits only likelihood 'piecewise_exponential' with proportional hazards"
        raise InvalidInput(f"{where}: priors.baseline: dist", what, allowed="normal")
    if not spec.proportional and not survival:
        raise InvalidInput(f"{where}: proportional", "false fits only likelihood 'piecewise_exponential'")
    if spec.proportional != (spec.priors.time_variation is None):
        what = (
            "is required with proportional = false"
            if not spec.proportional
            else "has no role unless proportional = false"
        )
        raise InvalidInput(f"{where}: priors.time_variation", what)


def check_studies(spec: AnalysisSpec, studies: Mapping[str, Study], where: str) -> None:
    """Check what only the studies show: that a moderator splits them, and that bias has somebody to bear it.

    Raises
    ------
    InvalidInput
        One line.
    """
    members = [studies[name] for name in spec.studies]
    if spec.moderator is not None:
        found = [getattr(study, spec.moderator.key) for study in members]
        inside = [value in spec.moderator.levels for value in found]
        if all(inside) or not any(inside):
            what = f"does not split the studies, whose {spec.moderator.key} is {', '.join(dict.fromkeys(found))}"
            raise InvalidInput(f"{where}: moderator", what, allowed="levels of some of the studies, not of all")
    if spec.structure == "bias_adjusted" and not any(is_biased(spec, study) for study in members):
        what = "no study may be biased: all are of other designs than biased_designs"
        raise InvalidInput(f"{where}: structure", what, allowed="random")


def is_biased(spec: AnalysisSpec, study: Study) -> bool:
    """Whether a bias term belongs to a study: by its design, unless the analysis says otherwise of this study."""
    own = spec.reading_of(study.id).biased
    return study.design in spec.biased_designs if own is None else own


def is_moderated(spec: AnalysisSpec, study: Study) -> bool:
    """Whether a study is in the group of the moderator."""
    return spec.moderator is not None and getattr(study, spec.moderator.key) in spec.moderator.levels
