"""Printed p values beside those that the other numbers imply: the comparison that checks and figures share."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crlm_bayes.audits.finding import Severity, Trouble
from crlm_bayes.documents.printed.entries import Sided
from crlm_bayes.documents.printed.numbers import PrintedNumber
from crlm_bayes.documents.printed.rounding import Range, stands_for
from crlm_bayes.rule import ALPHA, significant
from crlm_bayes.words.nouns import spelled_out
from crlm_bayes.words.numbers import p_value

NEAR: Final = 0.10
"""Relative distance up to which a p value that is not reproduced is only a note."""


VAGUE: Final = 10.0
"""Factor over which p values that rounding leaves open may spread for their halves to be told from them."""


@dataclass(frozen=True)
class Variant:
    """One way to a p value: ``Pearson chi-square``, with all p values that the rounding of the inputs leaves open.

    Attributes
    ----------
    p : Range
        Two-sided.
    tail : Range or None
        One-sided, where that is not half of it.
    halved : bool or None
        Whether a print that is the one-sided p value of this way is taken for that; None where only the numbers that
        the way rests on can tell, which they do where they are sharp enough.
    """

    name: str
    p: Range
    tail: Range | None = None
    halved: bool | None = None

    @property
    def one_sided(self) -> Range:
        """P value of the side on which the difference lies."""
        return self.tail or Range(self.p.low / 2, self.p.high / 2)

    @property
    def tells_half(self) -> bool:
        """Whether a half can be told from a whole: by the statistic, else by a range not wider than :data:`VAGUE`."""
        return self.p.high < VAGUE * self.p.low if self.halved is None else self.halved


def sided_as(sided: Sided, variants: Iterable[Variant], printed: PrintedNumber) -> tuple[Variant, ...]:
    """Turn two-sided ways to a p value into those of a print that is said to be one-sided.

    One above one half may be that of the other side; in an exact test both tails hold what was seen.
    """
    if sided == "two":
        return tuple(variants)
    found = [Variant(f"{v.name}, one-sided", v.one_sided) for v in variants]
    if printed.bound != "<" and printed.value > 0.5:
        ends = ((v.name, v.one_sided, v.tail) for v in variants)
        found += [
            Variant(f"{name}, other side", Range(1 - p.high, 1.0 if tail else 1 - p.low)) for name, p, tail in ends
        ]
    return tuple(found)


def two_sided(p: PrintedNumber, sided: Sided) -> Range:
    """Two-sided p values that a print stands for."""
    said = stands_for(p)
    low, high = doubled(max(said.low, 0.0), sided), doubled(min(said.high, 1.0), sided)
    return Range(min(low, high), 1.0 if sided == "one" and said.low < 0.5 < said.high else max(low, high))


def doubled(p: float, sided: Sided) -> float:
    """Two-sided p value of a difference whose p value is of so many sides."""
    return p if sided == "two" else 2 * min(p, 1 - p)


def half_by_statistic(p: PrintedNumber, of_statistic: Range) -> bool | None:
    """Whether a p value is one-sided by the two-sided one of the statistic printed with it; None where it is neither."""
    said = stands_for(p)
    if of_statistic.gap(said) <= NEAR * p.value:
        return False
    return True if Range(of_statistic.low / 2, of_statistic.high / 2).meets(said) else None


@dataclass(frozen=True)
class Comparison:
    """A printed p value and every defensible recomputation of it.

    Attributes
    ----------
    subject : str
        What is tested, in the words of the document: ``os at 36 months``.
    basis : str
        What the recomputation rests on: ``the printed counts 16/38 v 24/38``.
    entries, locators : tuple of str
    printed : PrintedNumber
    variants : tuple of Variant
        The usual one first.
    sided : str
        What the document says of the print.
    """

    subject: str
    basis: str
    entries: tuple[str, ...]
    locators: tuple[str, ...]
    printed: PrintedNumber
    variants: tuple[Variant, ...]
    sided: Sided = "two"

    @property
    def nearest(self) -> Variant:
        """The variant that comes closest to the print."""
        return min(self.variants, key=lambda variant: variant.p.gap(stands_for(self.printed)))

    @property
    def agrees(self) -> bool:
        """Whether some variant reproduces the print."""
        return any(variant.p.meets(stands_for(self.printed)) for variant in self.variants)

    @property
    def as_if_one_sided(self) -> bool:
        """Whether a print that nothing reproduces is the one-sided p value of a usual way, though not said to be one.

        A bound is taken for one only where that changes no conclusion: p < 0.05 is a claim, not a number that is half
        of another. Nor is one taken where neither statistic nor range can tell half from whole.
        """
        if self.sided == "one" or self.agrees or (self.printed.bound and self._crosses):
            return False
        said = stands_for(self.printed)
        return any(v.tells_half and v.one_sided.meets(said) for v in self.variants)

    @property
    def changes_sides(self) -> bool:
        """Whether the print is on one side of 0.05 and every recomputation on the other, and it is no one-sided one."""
        return self._crosses and not self.as_if_one_sided

    @property
    def _crosses(self) -> bool:
        said = stands_for(self.printed)
        if is_significant(self.printed):
            return all(not significant(variant.p.low) for variant in self.variants)
        return not significant(said.low) and all(significant(variant.p.high) for variant in self.variants)

    @property
    def severity(self) -> Severity | None:
        """None where the print is reproduced."""
        if self.agrees:
            return None
        if self.as_if_one_sided:
            return "note"
        if self.changes_sides:
            return "serious"
        said, found = stands_for(self.printed), self.nearest.p
        return "note" if found.gap(said) <= NEAR * self.printed.value else "warning"


def is_significant(p: PrintedNumber) -> bool:
    """Whether every value that a print stands for is below 0.05; ``<0.05`` is."""
    high = stands_for(p).high
    return significant(high) or (p.bound == "<" and high == ALPHA)


def troubles(comparisons: Iterable[Comparison]) -> Iterable[Trouble]:
    """Turn comparisons that fail into findings."""
    for c in comparisons:
        severity = c.severity
        if severity is None:
            continue
        ways = "; ".join(f"{variant.name} {written(variant.p)}" for variant in c.variants)
        printed = f"p {'' if c.printed.bound else '= '}{c.printed}"
        tail = {
            "serious": f": {'not significant' if is_significant(c.printed) else 'significant'} at {ALPHA}, contrary to the print",
            "warning": f", on the {'other' if c.changes_sides else 'same'} side of {ALPHA}",
            "note": ", close to the print",
        }[severity]
        stem = f"The printed {printed} for {spelled_out(c.subject)}"
        message = f"{stem} does not follow from {c.basis}, which {gives(c)}{tail}."
        if c.as_if_one_sided:
            message = f"{stem} would be the one-sided p value of {c.basis}, half of the two-sided, as if the test were one-sided."
        yield Trouble(c.subject, severity, c.entries, c.locators, printed, f"p: {ways}", message)


def gives(c: Comparison) -> str:
    """Say what p value the other numbers give: by the usual test, and by the one that comes nearest to the print."""
    usual, nearest = c.variants[0], c.nearest
    if len(c.variants) == 1:
        return f"gives p {equals(usual.p)} ({usual.name})"
    if written(usual.p) == written(nearest.p):
        return f"give p {equals(usual.p)} ({usual.name})"
    return f"give p {equals(usual.p)} ({usual.name}) and at the nearest p {equals(nearest.p)} ({nearest.name})"


def written(p: Range) -> str:
    """Write a range of p values: ``0.061``, ``0.058 to 0.064``."""
    low, high = p_value(p.low), p_value(p.high)
    return low if low == high else f"{low} to {high}"


def equals(p: Range) -> str:
    """Write a range of p values after a *p*: ``= 0.061``, ``between 0.058 and 0.064``."""
    low, high = p_value(p.low), p_value(p.high)
    if low == high:
        return low if low.startswith("<") else f"= {low}"
    return f"between {low} and {high}"
