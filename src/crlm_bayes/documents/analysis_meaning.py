"""What the shape of an analysis document cannot show: words that must fit each other."""

import math
from collections.abc import Mapping
from typing import Final

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import HETEROGENEOUS, LIKELIHOODS, likelihoods_with
from crlm_bayes.documents.printed.entries import Arm
from crlm_bayes.documents.prior_book import DeclaredPrior
from crlm_bayes.documents.study import Study, said_to_be
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.rule import UPPER, expects_benefit
from crlm_bayes.words.numbers import as_percent, short

WIDE: Final = 0.99 * math.log(2.0)
"""Log ratio that the primary prior of a question of harm reaches with its 95% interval: that of *neutral* ends at 2."""

BIAS: Final = ("bias_mean", "bias_spread")
"""Priors of the bias of studies that were not randomised."""


def check_meaning(spec: AnalysisSpec, priors: Mapping[str, Prior | DeclaredPrior], where: str) -> None:
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
            f"{short(spec.mcid)} is not a benefit where better = '{spec.better}'",
            allowed=f"a ratio {side}",
        )


def _check_effect_priors(spec: AnalysisSpec, priors: Mapping[str, Prior | DeclaredPrior], where: str) -> None:
    for name in spec.effect_priors:
        if name not in priors:
            raise UnknownName.among(f"{where}: effect_priors", "prior", name, priors)
        prior = priors[name]
        if isinstance(prior, DeclaredPrior) and (own := sorted(set(prior.studies) & set(spec.studies))):
            what = f"'{name}' is computed from {own[0]}, which the analysis analyses"
            raise InvalidInput(f"{where}: effect_priors", what, allowed="priors from other studies")
    if spec.primary not in spec.effect_priors:
        raise UnknownName.among(f"{where}: primary", "prior in effect_priors", spec.primary, spec.effect_priors)
    if spec.asks == "harm":
        if spec.structure == "centres":
            raise InvalidInput(f"{where}: asks", "'harm' does not fit structure 'centres'", allowed="benefit")
        _check_harm(spec, priors, where)


def _check_harm(spec: AnalysisSpec, priors: Mapping[str, Prior | DeclaredPrior], where: str) -> None:
    """Hold a question of harm to priors that do not speak against harm: none hopes, and the primary one is wide."""
    for name in spec.effect_priors:
        prior = priors[name]
        if not isinstance(prior, DeclaredPrior) and expects_benefit(float(prior.cdf(0.0))):
            what = f"'{name}' expects a benefit, in a question of harm"
            raise InvalidInput(f"{where}: effect_priors", what, allowed="priors that expect none")
    primary = priors[spec.primary]
    if not isinstance(primary, DeclaredPrior):
        most = primary.quantile(UPPER)
        if most < WIDE:
            what = (
                f"'{spec.primary}' doubts harm: it holds {as_percent(UPPER)} of ratios below {short(math.exp(most), 3)}"
            )
            raise InvalidInput(f"{where}: primary", what, allowed="a wide prior, such as reference or neutral")


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
    for study, own in spec.per_study.items():
        if own.discount == "learnt" and LIKELIHOODS[of := spec.of_study(study).likelihood].baseline:
            what = (
                f"a learnt weight does not fit likelihood '{of}', whose nuisance parameters it would discount as well"
            )
            allowed = f"a number from 0 to 1, or {likelihoods_with(lambda word: not word.baseline)}"
            raise InvalidInput(f"{where}: per_study.{study}: discount", what, allowed=allowed)
    biased = {key: spec.structure == "bias_adjusted" for key in BIAS if not _may_state(spec, key)}
    wanted = biased | {
        "heterogeneity": spec.structure in HETEROGENEOUS,
        "moderator": spec.structure == "meta_regression",
        "discount": learnt,
        "centres": spec.structure == "centres",
    }
    for key, needed in wanted.items():
        if (getattr(spec.priors, key) is not None) != needed:
            reason = "a discount that is learnt" if key == "discount" else f"structure '{spec.structure}'"
            what = f"is required with {reason}" if needed else f"has no role with structure '{spec.structure}'"
            raise InvalidInput(f"{where}: priors.{key}", what)
    if (spec.moderator is not None) != (spec.structure == "meta_regression"):
        what = "is required with" if spec.structure == "meta_regression" else "has no role with"
        raise InvalidInput(f"{where}: moderator", f"{what} structure '{spec.structure}'")
    _check_arm_level(spec, where)


def _may_state(spec: AnalysisSpec, key: str) -> bool:
    """Whether one study states a prior of its bias in place of the project's, as it may."""
    return not spec.is_synthesis and getattr(spec.priors, key) is not None


def _check_arm_level(spec: AnalysisSpec, where: str) -> None:
    """Arms that are compared across studies are counts, and all count the same; nothing else names arms."""
    arm_level = spec.structure == "arm_level"
    counted = likelihoods_with(lambda word: word.counted)
    if arm_level and not LIKELIHOODS[spec.likelihood].counted:
        what = f"'{spec.likelihood}' does not fit structure 'arm_level'"
        raise InvalidInput(f"{where}: likelihood", what, allowed=counted)
    for study, own in spec.per_study.items():
        here = f"{where}: per_study.{study}"
        if arm_level and own.likelihood is not None and not LIKELIHOODS[own.likelihood].counted:
            what = f"'{own.likelihood}' does not fit structure 'arm_level'"
            raise InvalidInput(f"{here}: likelihood", what, allowed=counted)
        unfit = ("discount", "biased") if arm_level else ("treated", "untreated")
        for key in unfit:
            if key in own.model_fields_set:
                raise InvalidInput(f"{here}: {key}", f"has no role with structure '{spec.structure}'")


def _check_likelihood(spec: AnalysisSpec, where: str) -> None:
    """Check the reading and the measure of one study."""
    word = LIKELIHOODS[spec.likelihood]
    for key, allowed in (("reading", word.readings), ("measure", word.measures)):
        if getattr(spec, key) not in allowed:
            raise InvalidInput(
                f"{where}: {key}",
                f"'{getattr(spec, key)}' does not fit likelihood '{spec.likelihood}'",
                allowed=", ".join(allowed),
            )
    if spec.reading in ("logrank", "observed_expected") and spec.measure != "hr":
        what = f"'{spec.reading}' is of survival: it does not fit measure '{spec.measure}'"
        raise InvalidInput(f"{where}: reading", what, allowed="contrast")
    if spec.effective_n is not None and not word.intervals and spec.reading != "percent":
        of = likelihoods_with(lambda word: word.intervals)
        what = f"fits only printed percentages (likelihood '{of}', or reading 'percent')"
        raise InvalidInput(f"{where}: effective_n", what)
    if spec.effective_events is not None and spec.reading != "logrank":
        raise InvalidInput(f"{where}: effective_events", "fits only reading 'logrank'")


def _check_baseline(spec: AnalysisSpec, where: str) -> None:
    likelihoods = {spec.of_study(s).likelihood for s in spec.studies} if spec.is_synthesis else {spec.likelihood}
    needing = {name: scale for name in sorted(likelihoods) if (scale := LIKELIHOODS[name].baseline)}
    baseline, intervals = spec.priors.baseline, likelihoods_with(lambda word: word.intervals)
    if len(needing) > 1:
        what = (
            f"one prior of the baseline cannot serve both a {' and a '.join(scale.one for scale in needing.values())}"
        )
        free = likelihoods_with(lambda word: not word.baseline)
        raise InvalidInput(f"{where}: likelihood", what, allowed=f"{free} with one of {', '.join(needing)}")
    if (baseline is None) != (not needing):
        what = "is required" if baseline is None else "has no role"
        raise InvalidInput(f"{where}: priors.baseline", f"{what} with likelihood '{spec.likelihood}'")
    if isinstance(baseline, RandomWalk) and spec.is_synthesis:
        what = "'random_walk' does not fit several studies: it would tie one to the next"
        raise InvalidInput(f"{where}: priors.baseline: dist", what, allowed="normal")
    walks = spec.proportional and all(LIKELIHOODS[name].intervals for name in needing)
    if isinstance(baseline, RandomWalk) and not walks:
        what = f"'random_walk' fits only likelihood '{intervals}' with proportional hazards"
        raise InvalidInput(f"{where}: priors.baseline: dist", what, allowed="normal")
    if not spec.proportional and not LIKELIHOODS[spec.likelihood].intervals:
        raise InvalidInput(f"{where}: proportional", f"false fits only likelihood '{intervals}'")
    if spec.proportional and "average" in spec.model_fields_set:
        raise InvalidInput(f"{where}: average", "has no role unless proportional = false")
    if spec.proportional != (spec.priors.time_variation is None):
        what = (
            "is required with proportional = false"
            if not spec.proportional
            else "has no role unless proportional = false"
        )
        raise InvalidInput(f"{where}: priors.time_variation", what)


def check_studies(spec: AnalysisSpec, studies: Mapping[str, Study], where: str) -> None:
    """Check what only the studies show: who bears a bias, and that a moderator, or a treatment by arms, splits them.

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
    for key in BIAS:
        if _may_state(spec, key) and not may_be_biased(spec, members[0]):
            what = f"has no role: {members[0].id} is taken to be free of bias, its design is '{members[0].design}'"
            raise InvalidInput(f"{where}: priors.{key}", what, allowed=f"a study of {', '.join(spec.biased_designs)}")
    if spec.structure == "bias_adjusted" and not any(is_biased(spec, study) for study in members):
        what = "no study may be biased: all are of other designs than biased_designs"
        raise InvalidInput(f"{where}: structure", what, allowed="random")
    if spec.structure == "arm_level":
        flags = [treated for study in members for _, treated in compared_arms(spec, study, where)]
        if all(flags) or not any(flags):
            what = f"no arm is {'without' if flags[0] else 'with'} the treatment, so there is nothing to compare"
            raise InvalidInput(f"{where}: studies", what, allowed="one arm or more on each side")


def is_biased(spec: AnalysisSpec, study: Study) -> bool:
    """Whether a bias term belongs to a study: by its design, unless the analysis says otherwise of this study."""
    own = spec.reading_of(study.id).biased
    return study.design in spec.biased_designs if own is None else own


def may_be_biased(spec: AnalysisSpec, study: Study) -> bool:
    """Whether the study of an analysis of one is answered twice: at face value and allowing for its bias."""
    return not spec.is_synthesis and (is_biased(spec, study) or said_to_be(study))


def compared_arms(spec: AnalysisSpec, study: Study, where: str) -> list[tuple[Arm, bool]]:
    """Arms of a study that structure 'arm_level' takes, each with whether it has the treatment; those without first.

    They are the arms of role treatment and control, unless the analysis names them (`treated`, `untreated`): an arm that
    it names on one side is not taken by its role on the other.

    Raises
    ------
    InvalidInput, UnknownName
        If the analysis names an arm that is not there, or names one twice, or no arm of the study is on either side.
    """
    own, here = spec.reading_of(study.id), f"{where}: per_study.{study.id}"
    arms = {arm.id: arm for arm in study.arms}
    stated = {"untreated": own.untreated, "treated": own.treated}
    named = [arm for names in stated.values() for arm in names or ()]
    for key, names in stated.items():
        for arm in names or ():
            if arm not in arms:
                raise UnknownName.among(f"{here}: {key}", f"arm of {study.id}", arm, arms)
            if named.count(arm) > 1:
                raise InvalidInput(f"{here}: {key}", f"arm '{arm}' is named twice", allowed="each arm once")
    found: list[tuple[Arm, bool]] = []
    for (key, names), role in zip(stated.items(), ("control", "treatment"), strict=True):
        by_role = [arm.id for arm in study.arms if arm.role == role and arm.id not in named]
        found += [(arms[arm], key == "treated") for arm in (by_role if names is None else names)]
    if not found:
        what = f"no arm of {study.id} has role control or treatment"
        raise InvalidInput(here, what, allowed=f"treated or untreated, naming arms: {', '.join(arms) or 'none'}")
    return found


def is_moderated(spec: AnalysisSpec, study: Study) -> bool:
    """Whether a study is in the group of the moderator."""
    return spec.moderator is not None and getattr(study, spec.moderator.key) in spec.moderator.levels
