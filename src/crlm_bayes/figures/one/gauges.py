"""The four scales of a claim's robustness in places and words: scepticism, bias, discount, confounding."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.figures.frame import words
from crlm_bayes.prose.scepticism import confounding_words
from crlm_bayes.rule import SURVIVES, Z, points_to_harm
from crlm_bayes.scepticism.robustness import Bearing, Robustness
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import ABSENT, LEVEL, number, percent, probability, ratio, short, times

WIDEST, NARROWEST = 1.2, 0.03

FACTORS: Final = (5, 3, 2, 1.5, 1.25, 1.1)

MOST_OVERSTATED = math.log(2)

MOST_CONFOUNDING = math.log(4)

CONFOUNDING: Final = "risk ratio of a hidden factor with treatment and with outcome →"

TIES: Final = {short(f): math.log(f) / MOST_CONFOUNDING for f in (1, 1.25, 1.5, 2, 3, 4)}


@dataclass(frozen=True)
class Gauge:
    """One scale from no strain to more than any claim bears.

    Attributes
    ----------
    name, sentence, scale : str
        What strains the claim; what it bears, in words; what the scale measures.
    ticks : mapping of label to place
        Places are shares of the scale, 0 to 1.
    limit : float or None
        Place at which the claim falls; None where it does not stand at all. Beyond 1: it never falls here.
    value : str
        The limit as a number.
    marks : mapping of prior to place
    note : str
        What is written into the gauge of a claim that does not stand.
    blank : bool
        Whether the scale means nothing here: there is no estimate to explain away.
    """

    name: str
    sentence: str
    scale: str
    ticks: Mapping[str, float]
    limit: float | None
    value: str
    marks: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    blank: bool = False


def gauges_of(found: Robustness, spec: AnalysisSpec, *, randomised: bool = False) -> list[Gauge]:
    """Turn the numbers of a profile into scales, places and sentences."""
    return [_scepticism(found, spec), _bias(found, spec), _discount(found, spec), _confounding(found, spec, randomised)]


def _scepticism(found: Robustness, spec: AnalysisSpec) -> Gauge:
    claim, sd = vocabulary(spec), found.critical_sd
    ticks = {f"{ratio(1 / f)} to {short(f)}": _narrowness(math.log(f) / Z) for f in FACTORS}
    marks = {name: _narrowness(s) for name, s in found.centred.items() if 0 <= _narrowness(s) <= 1}
    if sd is None or found.critical_range is None:
        sentence = (
            f"no prior centred on no effect, however wide, lets {claim.p_claim} reach {probability(SURVIVES)}: "
            "there is nothing for a sceptic to overturn."
        )
        value = "fallen"
    else:
        low, high = found.critical_range
        sentence = (
            f"the {claim.claim} falls to a sceptic who holds {LEVEL} of ratios between {ratio(low)} and "
            f"{ratio(high)}, or closer to 1; it survives every wider view centred on no effect."
        )
        value = f"{ratio(low)} to {ratio(high)}"
        if found.null_events is None:  # the search ended before the claim fell
            sentence = f"the {claim.claim} survives even a sceptic who holds {LEVEL} of ratios between {ratio(low)} and {ratio(high)}."
            value = "any"
        else:
            weight = number(found.null_events, 0)
            sentence += f" That sceptic’s view weighs as much as {weight} events that show no difference."
    return Gauge(
        "Scepticism",
        sentence,
        f"{LEVEL} of the sceptic’s ratios →",
        ticks,
        None if sd is None else max(_narrowness(sd), 0.0),
        value,
        marks,
        "falls to every sceptic",
    )


def _bias(found: Robustness, spec: AnalysisSpec) -> Gauge:
    claim, bearing = vocabulary(spec), found.headline
    ticks = {times(f): math.log(f) / MOST_OVERSTATED for f in (1, 1.1, 1.25, 1.5, 1.75, 2)}
    if bearing.bias is None:
        sentence, value = f"{_already(found, spec)} even without bias.", "fallen"
    elif math.isinf(bearing.bias):
        sentence, value = f"no overstatement up to a hundredfold overturns the {claim.claim}.", "any"
    else:
        factor = math.exp(bearing.bias)
        sentence = (
            f"under the {words.prior_name(found.primary)} prior the {claim.claim} falls if the study overstates it by a factor of "
            f"{ratio(factor)} or more: if the true {claim.measure} is its estimate "
            f"{'times' if spec.better == 'lower' else 'divided by'} {ratio(factor)}."
        )
        value = f"× {ratio(factor)}"
    return _under_priors(
        found,
        spec,
        ("Bias", sentence, "how far the ratio is overstated →", value),
        ticks,
        lambda one: None if one.bias is None else one.bias / MOST_OVERSTATED,
        "before any bias",
    )


def _discount(found: Robustness, spec: AnalysisSpec) -> Gauge:
    claim, bearing = vocabulary(spec), found.headline
    if bearing.discount is None:
        sentence, value = f"{_already(found, spec)} even with all of the evidence.", "fallen"
    elif bearing.discount >= 1:
        sentence, value = (
            f"the {words.prior_name(found.primary)} prior alone would let the {claim.claim} survive.",
            "all",
        )
    else:
        value = percent(bearing.discount, 0 if bearing.discount > 0.02 else 1)
        kept = percent(1 - bearing.discount, 0 if bearing.discount > 0.02 else 1)
        sentence = (
            f"under the {words.prior_name(found.primary)} prior the {claim.claim} falls if {value} or more of the evidence "
            f"is discounted, as if only {kept} of the patients counted."
        )
    return _under_priors(
        found,
        spec,
        ("Discount", sentence, "share of the evidence set aside →", value),
        {f"{x}%": x / 100 for x in (0, 20, 40, 60, 80, 100)},
        lambda one: math.inf if one.discount == 1 else one.discount,
        "with all of the evidence",
    )


def _confounding(found: Robustness, spec: AnalysisSpec, randomised: bool) -> Gauge:
    bearing = found.headline
    sentence = confounding_words(found.e_value, found.e_value_ci, spec.measure, adjusted=bool(spec.adjusted))
    sentence = sentence[:1].lower() + sentence[1:]
    if bearing.confounding is not None and not math.isinf(bearing.confounding):
        sentence += f" Under the {words.prior_name(found.primary)} prior {number(bearing.confounding)} suffices."
    if randomised:
        sentence += " The study is randomised: this concerns faults of its conduct."
    if found.e_value is None:
        return Gauge(
            "Confounding", sentence, CONFOUNDING, TIES, None, ABSENT, {}, "no estimate, so no E-value", blank=True
        )
    value = {None: "fallen", math.inf: "any"}.get(bearing.confounding) or number(bearing.confounding)
    return _under_priors(
        found,
        spec,
        ("Confounding", sentence, CONFOUNDING, value),
        TIES,
        lambda one: None if one.confounding is None else math.log(one.confounding) / MOST_CONFOUNDING,
        "without confounding",
    )


def _under_priors(
    found: Robustness,
    spec: AnalysisSpec,
    said: tuple[str, str, str, str],
    ticks: Mapping[str, float],
    place: Callable[[Bearing], float | None],
    without: str,
) -> Gauge:
    name, sentence, scale, value = said
    marks = {one.prior: at for one in found.bearings if (at := place(one)) is not None}
    p = found.headline.p_benefit
    verb = "points to harm" if points_to_harm(p) else "has fallen"
    fallen = f"{verb} {without}: {vocabulary(spec).p_claim} {probability(p)}"
    return Gauge(name, sentence, scale, ticks, place(found.headline), value, marks, fallen)


def _already(found: Robustness, spec: AnalysisSpec) -> str:
    claim = vocabulary(spec).claim
    return f"under the {words.prior_name(found.primary)} prior the {claim} does not survive"


def _narrowness(sd: float) -> float:
    """Place of a sceptic on the scale from a wide to a narrow view."""
    return math.log(WIDEST / sd) / math.log(WIDEST / NARROWEST)
