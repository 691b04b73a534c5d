"""What is synthesised, and how the effects of the members are taken to relate: values, checked once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crlm_bayes.errors import InvalidInput
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.memory import Memory
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.words.numbers import short

SYNTHESES: Final = Memory("syntheses", "arrays.py", "rule.py", "toml.py", "priors/**/*.py", "exact/**/*.py")


@dataclass(frozen=True)
class Member:
    """One study: what it says about the effect that it estimates.

    Attributes
    ----------
    name : str
        Unique among the members.
    curve : EvidenceCurve
        Of the log ratio that the study estimates; with a shift, that is the effect plus the study's bias.
    shifted : bool
        Whether the study belongs to the group whose location is moved by β (:class:`Shift`).
    discount : float
        Fixed weight δ of the log likelihood, 0 to 1 (power prior): 0 leaves the study out, 1 takes it whole.
    discounted : bool
        Whether its weight is the common unknown δ of :class:`PowerPrior` instead.
    printed : EvidenceCurve or None
        What the study says by itself, where `curve` is already discounted; for showing beside the others.
    """

    name: str
    curve: EvidenceCurve
    shifted: bool = False
    discount: float = 1.0
    discounted: bool = False
    printed: EvidenceCurve | None = None


@dataclass(frozen=True)
class Shift:
    """A location β shared by the shifted members, β ~ `mean`, and what scatters about it, N(0, σ²), σ ~ `spread`.

    For studies at risk of bias β is the mean bias and σ its spread between studies (Welton et al. 2009); without
    `spread` β is the difference between two groups of studies, a meta-regression on one binary moderator.
    """

    mean: Normal
    spread: SpreadPrior | None = None


@dataclass(frozen=True)
class PowerPrior:
    """One unknown weight δ ~ Beta(`a`, `b`) of the discounted members, normalised under the initial prior of μ.

    Attributes
    ----------
    a, b : float
        Above 0.
    initial : Normal
        Prior of μ in the normalising constant, stated once: δ must not hang on which prior μ is given afterwards.
    """

    a: float
    b: float
    initial: Normal


@dataclass(frozen=True)
class Structure:
    """How the members' effects relate; None means that the part is absent, never a default.

    Attributes
    ----------
    heterogeneity : SpreadPrior or None
        Prior of τ, the standard deviation of the effects between studies; None: one common effect.
    shift : Shift or None
        What moves the shifted members.
    discount : PowerPrior or None
        The unknown weight of the discounted members.
    """

    heterogeneity: SpreadPrior | None
    shift: Shift | None = None
    discount: PowerPrior | None = None


def check(members: Sequence[Member], structure: Structure) -> None:
    """Refuse what makes no sense.

    Raises
    ------
    InvalidInput
        If there are no members, names repeat, a discount is outside 0 to 1 or stated beside an unknown one, or a
        member is flagged for a part that the structure lacks (or a part has no member flagged for it).
    """
    if not members:
        raise InvalidInput("synthesis", "has no members", allowed="one or more studies")
    names = [member.name for member in members]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InvalidInput("synthesis", f"'{repeated[0]}' occurs twice", allowed="every name once")
    for member in members:
        where = f"synthesis: {member.name}"
        if not 0 <= member.discount <= 1:
            raise InvalidInput(where, f"discount {short(member.discount)}", allowed="0 (left out) to 1 (whole)")
        if member.discounted and member.discount != 1:
            raise InvalidInput(where, "has both a fixed and an unknown discount", allowed="one of the two")
    for flag, part, value in (
        ("shifted", "shift", structure.shift),
        ("discounted", "discount", structure.discount),
    ):
        flagged = [member.name for member in members if getattr(member, flag)]
        if flagged and value is None:
            raise InvalidInput(f"synthesis: {flagged[0]}", f"is {flag}, but the structure states no {part}")
        if value is not None and not flagged:
            raise InvalidInput("synthesis", f"the structure states a {part}, but no member is {flag}")
    power = structure.discount
    if power is not None and not (power.a > 0 and power.b > 0):
        raise InvalidInput(
            "synthesis: discount", f"Beta({short(power.a)}, {short(power.b)})", allowed="a and b above 0"
        )
