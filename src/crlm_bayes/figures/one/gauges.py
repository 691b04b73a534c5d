"""The four scales of a claim's robustness in places and words: scepticism, bias, discount, confounding."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.prose import robustness
from crlm_bayes.prose.captions import CONFOUNDING
from crlm_bayes.prose.scepticism import critical_sentence, null_events
from crlm_bayes.rule import Z
from crlm_bayes.scepticism.robustness import Bearing, Robustness
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import LEVEL, ratio, short, span, times

WIDEST, NARROWEST = 1.2, 0.03

FACTORS: Final = (5, 3, 2, 1.5, 1.25, 1.1)

MOST_OVERSTATED = math.log(2)

MOST_CONFOUNDING = math.log(4)

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


def gauges_of(
    found: Robustness, spec: AnalysisSpec, *, designs: Sequence[str] = (), adjusted: bool = False
) -> list[Gauge]:
    """Turn the numbers of a profile into scales, places and sentences; `designs` and `adjusted` of its studies."""
    hidden = robustness.confounding(found, spec, designs, adjusted=adjusted)
    return [_scepticism(found, spec), _bias(found, spec), _discount(found, spec), _confounding(found, spec, hidden)]


def _scepticism(found: Robustness, spec: AnalysisSpec) -> Gauge:
    sd = found.critical_sd
    ticks = {f"{ratio(1 / f)} to {short(f)}": _narrowness(math.log(f) / Z) for f in FACTORS}
    marks = {name: _narrowness(s) for name, s in found.centred.items() if 0 <= _narrowness(s) <= 1}
    sentence = critical_sentence(sd, vocabulary(spec))
    if found.null_events is not None:
        sentence += f" {null_events(found.null_events)}"
    value = robustness.FALLEN if found.critical_range is None else span(*found.critical_range)
    return Gauge(
        "Scepticism",
        sentence,
        f"{LEVEL} of the sceptic’s ratios →",
        ticks,
        None if sd is None else max(_narrowness(sd), 0.0),
        value if sd is None or found.null_events is not None else "any",
        marks,
        "falls to every sceptic",
    )


def _bias(found: Robustness, spec: AnalysisSpec) -> Gauge:
    return _under_priors(
        found,
        spec,
        ("Bias", *robustness.bias(found, spec)),
        "how far the ratio is overstated →",
        {times(f): math.log(f) / MOST_OVERSTATED for f in (1, 1.1, 1.25, 1.5, 1.75, 2)},
        lambda one: None if one.bias is None else one.bias / MOST_OVERSTATED,
        "before any bias",
    )


def _discount(found: Robustness, spec: AnalysisSpec) -> Gauge:
    return _under_priors(
        found,
        spec,
        ("Discount", *robustness.discount(found, spec)),
        "share of the evidence set aside →",
        {f"{x}%": x / 100 for x in (0, 20, 40, 60, 80, 100)},
        lambda one: math.inf if one.discount == 1 else one.discount,
        "with all of the evidence",
    )


def _confounding(found: Robustness, spec: AnalysisSpec, said: robustness.Borne) -> Gauge:
    if found.e_value is None:
        note = "no estimate, so no E-value"
        return Gauge("Confounding", said.sentence, CONFOUNDING, TIES, None, said.limit, {}, note, blank=True)
    return _under_priors(
        found,
        spec,
        ("Confounding", *said),
        CONFOUNDING,
        TIES,
        lambda one: None if one.confounding is None else math.log(one.confounding) / MOST_CONFOUNDING,
        "without confounding",
    )


def _under_priors(
    found: Robustness,
    spec: AnalysisSpec,
    said: tuple[str, str, str],
    scale: str,
    ticks: Mapping[str, float],
    place: Callable[[Bearing], float | None],
    without: str,
) -> Gauge:
    name, sentence, value = said
    marks = {one.prior: at for one in found.bearings if (at := place(one)) is not None}
    fallen = robustness.fallen(found, spec, without)
    return Gauge(name, sentence, scale, ticks, place(found.headline), value, marks, fallen)


def _narrowness(sd: float) -> float:
    """Place of a sceptic on the scale from a wide to a narrow view."""
    return math.log(WIDEST / sd) / math.log(WIDEST / NARROWEST)
