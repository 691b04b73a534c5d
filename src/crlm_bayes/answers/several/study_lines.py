"""The studies of a synthesis as a forest plot lists them: in groups, each with what it printed and what remains of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study, title_of
from crlm_bayes.evidence.single import SingleEvidence
from crlm_bayes.evidence.values import RatioEvidence, SynthesisEvidence
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.pooled import Effect, Pooled
from crlm_bayes.rule import Z
from crlm_bayes.words.nouns import listed

INDIRECT: Final = ("indirect", "contextual")
"""Relevance of studies that stand apart even where their evidence counts in full."""

RANDOMISED, NOT_RANDOMISED, APART = "Randomised trials", "Not randomised", "Indirect evidence"


class LogInterval(NamedTuple):
    """A log ratio with the limits of its interval."""

    lower: float
    middle: float
    upper: float

    @classmethod
    def of(cls, posterior: GridPosterior) -> "LogInterval":
        """Median and equal-tailed interval."""
        lower, upper = posterior.interval
        return cls(lower, posterior.median, upper)

    @property
    def mirrored(self) -> "LogInterval":
        """The same on the other side of no effect."""
        return LogInterval(-self.upper, -self.middle, -self.lower)


@dataclass(frozen=True)
class PooledIf:
    """What is known of μ from one place: without a study, after a study, under another prior of τ."""

    name: str
    estimate: LogInterval
    p_benefit: float


@dataclass(frozen=True)
class StudyLine:
    """One study in a forest plot.

    Attributes
    ----------
    study : Study
    title : str
        Name and year.
    printed : tuple of LogInterval
        What it says by itself: maximum likelihood with limits :data:`crlm_bayes.rule.Z` standard errors away. Two, mirrored, where the
        print does not say which arm did better; none where the likelihood has no maximum.
    effect : Effect
        What remains of that beside the others.
    share : float
        Its weight in the pooled effect.
    weight : float or None
        Of its evidence, below 1 where it is discounted; None where it is learnt.
    shifted : bool
        Whether it belongs to the group that may be biased, or to that at the levels of the moderator.
    """

    study: Study
    title: str
    printed: tuple[LogInterval, ...]
    effect: Effect
    share: float
    weight: float | None
    shifted: bool

    @property
    def has_direction(self) -> bool:
        """Whether it has one estimate."""
        return len(self.printed) == 1

    @property
    def discounted(self) -> bool:
        """Whether its evidence does not count as it stands."""
        return self.weight != 1


class Group(NamedTuple):
    """Studies of one role under their heading."""

    heading: str
    lines: tuple[StudyLine, ...]


def study_lines(studies: Sequence[Study], evidence: SynthesisEvidence, pooled: Pooled) -> tuple[StudyLine, ...]:
    """Put together what is known of each study, in the order of the analysis."""
    shares = {weight.name: weight.share for weight in pooled.weights}
    return tuple(
        StudyLine(
            study,
            title_with_year(study),
            printed(member.evidence, effect),
            effect,
            shares[member.study],
            None if member.learnt else member.discount,
            member.shifted,
        )
        for study, member, effect in zip(studies, evidence.members, pooled.effects, strict=True)
    )


def title_with_year(study: Study) -> str:
    """Name and year of a study: *Smith 2024*."""
    title = title_of(study)
    return title if study.year is None or str(study.year) in title else f"{title} {study.year}"


def printed(evidence: SingleEvidence, effect: Effect) -> tuple[LogInterval, ...]:
    """What a study says by itself: one estimate, a mirrored pair without direction, or none."""
    if isinstance(evidence, RatioEvidence) and evidence.direction == "unknown":
        size, reach = evidence.log_ratio, Z * evidence.se
        one = LogInterval(size - reach, size, size + reach)
        return one.mirrored, one
    if effect.estimate is None or effect.limits is None:
        return ()
    return (LogInterval(effect.limits[0], effect.estimate, effect.limits[1]),)


def standard_error(line: StudyLine) -> float:
    """Standard error of the one estimate of a study."""
    (one,) = line.printed
    return (one.upper - one.lower) / (2 * Z)


def grouped(lines: Sequence[StudyLine], spec: AnalysisSpec) -> tuple[Group, ...]:
    """Sort studies by role: by the moderator where there is one, else by randomisation; indirect ones apart, last.

    A moderator sorts indirect studies as well, unless they are discounted.
    """
    sides = level_names(lines, spec)

    def heading(line: StudyLine) -> str:
        if line.discounted or (spec.moderator is None and line.study.relevance in INDIRECT):
            return APART
        if spec.moderator is not None:
            return f"{spec.moderator.key.capitalize()}: {sides[line.shifted]}"
        return RANDOMISED if line.study.design == "rct" else NOT_RANDOMISED

    headings = {line.study.id: heading(line) for line in lines}
    of_sides = [f"{spec.moderator.key.capitalize()}: {side}" for side in sides] if spec.moderator is not None else []
    order = [name for name in (*of_sides, RANDOMISED, NOT_RANDOMISED, APART) if name in headings.values()]
    return tuple(
        Group(name, tuple(line for line in lines if headings[line.study.id] == name)) for name in dict.fromkeys(order)
    )


def level_names(lines: Sequence[StudyLine], spec: AnalysisSpec) -> tuple[str, str]:
    """Name the two sides of the moderator by the levels that occur, that to which μ belongs first; empty without one."""
    if spec.moderator is None:
        return "", ""
    key = spec.moderator.key
    reference, other = (_levels(key, [line for line in lines if line.shifted == side]) for side in (False, True))
    return reference, other


def _levels(key: str, lines: Sequence[StudyLine]) -> str:
    found = dict.fromkeys(str(getattr(line.study, key)).replace("_", " ") for line in lines)
    return listed(found, "or")
