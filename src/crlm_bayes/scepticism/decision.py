"""One rule for every decision: what each prior of the panel establishes, in a closed vocabulary.

Three marks divide the ratios: the smallest one worth having (MCID), no effect, and the inverse of the MCID, beyond which
harm is relevant. A prior *establishes* that the ratio lies on one side of a mark when the probability of it is at least
:data:`crlm_bayes.rule.SURVIVES`, that is when the equal-tailed interval lies wholly on that side. At each mark
benefit's side, harm's side or neither is established; the verdict is what is established at all three.

The rule is coherent by construction: a ratio beyond one mark is beyond every mark on the way, so a stronger statement
is never established without the weaker, and only ten of the 27 combinations can occur. Moving the posterior towards
benefit never lowers a verdict.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import LOWER, SIDELESS, UPPER, edge, expects_benefit, points_to_harm, side, survives
from crlm_bayes.scepticism.panel import PriorVerdict, verdict
from crlm_bayes.scepticism.scaling import raised
from crlm_bayes.words.shown import Shown

FURTHEST: Final = 20.0
"""Multiples of the evidence, and its inverse of parts, searched for the one at which the verdict turns."""


class Verdict(StrEnum):
    """What one prior establishes, from benefit to harm.

    Sorted by what is established at no effect, then by the sum over the marks. *Equivalent* and *open* stand at the
    same place: neither is nearer to benefit, and *equivalent*, which answers more, is put first.
    """

    WORTHWHILE = "worthwhile benefit established"
    BENEFIT = "benefit established, size open"
    SMALL_BENEFIT = "benefit established, but not worthwhile"
    NOT_HARMFUL = "relevant harm excluded, benefit open"
    EQUIVALENT = "equivalent"
    OPEN = "open"
    NOT_WORTHWHILE = "worthwhile benefit excluded, harm open"
    SMALL_HARM = "harm established, but not relevant"
    HARM = "harm established, size open"
    RELEVANT_HARM = "relevant harm established"

    @property
    def rank(self) -> int:
        """Place in the order: 9 is a worthwhile benefit, 0 a relevant harm."""
        return len(Verdict) - 1 - list(Verdict).index(self)

    @property
    def sides(self) -> "Sides":
        """What is established at each mark."""
        return _SIDES[self]


class Sides(NamedTuple):
    """What is established at each mark: 1 benefit's side, -1 harm's side, 0 neither."""

    mcid: int
    no_effect: int
    harm: int


_SIDES: Final[Mapping[Verdict, Sides]] = {
    Verdict.WORTHWHILE: Sides(1, 1, 1),
    Verdict.BENEFIT: Sides(0, 1, 1),
    Verdict.SMALL_BENEFIT: Sides(-1, 1, 1),
    Verdict.NOT_HARMFUL: Sides(0, 0, 1),
    Verdict.EQUIVALENT: Sides(-1, 0, 1),
    Verdict.OPEN: Sides(0, 0, 0),
    Verdict.NOT_WORTHWHILE: Sides(-1, 0, 0),
    Verdict.SMALL_HARM: Sides(-1, -1, 1),
    Verdict.HARM: Sides(-1, -1, 0),
    Verdict.RELEVANT_HARM: Sides(-1, -1, -1),
}

_VERDICTS: Final = {sides: name for name, sides in _SIDES.items()}

_PLACES: Final = np.full((3, 3, 3), -1)
"""Place of each verdict in their order, by its sides plus 1."""

for _place, _verdict in enumerate(Verdict):
    _PLACES[tuple(1 + side for side in _verdict.sides)] = _place


@dataclass(frozen=True)
class PriorDecision:
    """What one prior makes of the evidence.

    `p_worthwhile`, `p_equivalent` and `p_harm` add up to 1: beyond the MCID, between it and its inverse, beyond that.
    """

    prior: str
    p_benefit: float
    p_worthwhile: float
    p_equivalent: float
    p_harm: float
    verdict: Verdict


@dataclass(frozen=True)
class Readers:
    """Priors that stand for three readers; None where the panel has none."""

    neutral: str | None
    sceptic: str | None
    enthusiast: str | None


@dataclass(frozen=True)
class TurningPoint:
    """The multiple of the evidence at which the primary prior's verdict about no effect turns.

    Attributes
    ----------
    weight : float
        Power of the likelihood. Below 1: with less, what is established now is lost. Above 1: that much is needed.
    side : int
        What is established with more than `weight`: 1 benefit, -1 harm.
    """

    weight: float
    side: int


@dataclass(frozen=True, repr=False)
class Decision(Shown):
    """The rule applied under every prior of an analysis, in its order."""

    primary: str
    under: tuple[PriorDecision, ...]
    readers: Readers
    turning: TurningPoint | None

    @property
    def verdict(self) -> Verdict:
        """The verdict of the analysis: that under its primary prior."""
        return self.row(self.primary).verdict

    @property
    def unanimous(self) -> bool:
        """Whether every prior gives the same verdict."""
        return len({row.verdict for row in self.under}) == 1

    def heading(self) -> str:
        """Say what it is in one line."""
        return f"Decision under {self.primary}: {self.verdict}"

    def rows(self) -> list[dict[str, Any]]:
        """One row a prior."""
        return [asdict(row) | {"verdict": str(row.verdict)} for row in self.under]

    def row(self, prior: str) -> PriorDecision:
        """Find what one prior makes of the evidence."""
        return next(row for row in self.under if row.prior == prior)


def verdict_of(p_worthwhile: float, p_benefit: float, p_harm: float) -> Verdict:
    """Apply the rule to the probabilities of a ratio beyond the MCID, of any benefit, and of relevant harm."""
    return _VERDICTS[Sides(side(p_worthwhile), side(p_benefit), -side(p_harm))]


def verdicts_of(p_worthwhile: Floats, p_benefit: Floats, p_harm: Floats) -> NDArray[np.intp]:
    """Apply the rule to arrays of the same shape: places of the verdicts in the order of :class:`Verdict`."""
    mcid, no_effect, harm = (survives(p).astype(int) - points_to_harm(p) for p in (p_worthwhile, p_benefit, p_harm))
    places = _PLACES[mcid + 1, no_effect + 1, 1 - harm]
    assert (places >= 0).all(), "a stronger statement is never established without the weaker"
    return np.asarray(places)


def decide(panel: Sequence[PriorVerdict]) -> tuple[PriorDecision, ...]:
    """Apply the rule to a panel of posteriors that has been summarised already."""
    return tuple(
        PriorDecision(
            v.prior,
            v.p_benefit,
            v.p_mcid,
            max(0.0, 1 - v.p_mcid - v.p_harm),
            v.p_harm,
            verdict_of(v.p_mcid, v.p_benefit, v.p_harm),
        )
        for v in panel
    )


def decision(
    curve: EvidenceCurve, spec: AnalysisSpec, priors: Mapping[str, Prior], panel: Sequence[PriorVerdict] | None = None
) -> Decision:
    """Apply the rule under every prior of an analysis, on its exact curve.

    Parameters
    ----------
    priors : mapping of name to Prior
        As documented (negative favours the treatment).
    panel : sequence of PriorVerdict, optional
        As in :class:`crlm_bayes.scepticism.panel.Scepticism`, where it is at hand; computed if not.
    """
    if panel is None:
        panel = [verdict(curve.apply(spec.effect_prior(priors[name])), spec, name) for name in spec.effect_priors]
    turning = turning_point(curve, spec.sign, spec.effect_prior(priors[spec.primary]))
    return Decision(spec.primary, decide(panel), readers(spec, priors), turning)


def readers(spec: AnalysisSpec, priors: Mapping[str, Prior]) -> Readers:
    """Choose the priors of three readers: by name where the panel has it, else by what they hold.

    Of the priors that take no side the widest is neutral and the narrowest sceptical, if there are two; the enthusiast
    is the one most in favour.
    """
    held = {name: float(priors[name].cdf(0.0)) for name in spec.effect_priors}
    sideless = [name for name in held if SIDELESS[0] <= held[name] <= SIDELESS[1]]
    sideless.sort(key=lambda name: priors[name].quantile(UPPER) - priors[name].quantile(LOWER))
    neutral = "neutral" if "neutral" in held else None
    sceptic = "sceptical" if "sceptical" in held else None
    rest = [name for name in sideless if name not in (neutral, sceptic)]
    if neutral is None and rest and (sceptic or len(rest) > 1):
        neutral = rest.pop()
    if sceptic is None and rest:
        sceptic = rest[0]
    best = max(held, key=lambda name: held[name])
    named = "enthusiastic" if "enthusiastic" in held else best if expects_benefit(held[best]) else None
    return Readers(neutral, sceptic, named)


def turning_point(curve: EvidenceCurve, sign: int, prior: Prior) -> TurningPoint | None:
    """Find the multiple of the evidence at which benefit, or harm, is no longer, or only just, established.

    The likelihood is raised to a power: a study of that many times the size that says the same.

    Parameters
    ----------
    prior : Prior
        On the scale of the curve, that is turned where the analysis needs it.

    Returns
    -------
    TurningPoint or None
        The crossing nearest to the evidence as it is; None where there is none between 1/20 and 20.
    """

    def p_benefit(log_weight: float) -> float:
        return raised(curve, math.exp(log_weight)).apply(prior).p_benefit(sign)

    now = side(p_benefit(0.0))
    step = math.log(FURTHEST) / 12 * (-1 if now else 1)
    for i in range(12):
        there = side(p_benefit((i + 1) * step))
        if there != now:
            reached = now or there
            return TurningPoint(math.exp(_crossing(p_benefit, i * step, (i + 1) * step, reached)), reached)
    return None


def _crossing(p_benefit: Callable[[float], float], start: float, end: float, reached: int) -> float:
    root: float = scipy.optimize.brentq(lambda x: p_benefit(x) - edge(reached), start, end, xtol=1e-6)
    return root
