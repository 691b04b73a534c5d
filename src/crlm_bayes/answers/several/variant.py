"""One way of taking the studies of a synthesis, and a table of ways that differ in one number."""

from typing import NamedTuple

from crlm_bayes.rule import standing
from crlm_bayes.words.marks import Footing, mark_of
from crlm_bayes.words.nouns import SIGNS
from crlm_bayes.words.numbers import probability, ratio, span


class Variant(NamedTuple):
    """The pooled effect under one set of assumptions; ratios as reported.

    `what` says in words how it differs from the analysis, `key` for tables; `harmful` tells that a harm is asked for.
    """

    key: str
    what: str
    studies: int
    median: float
    lower: float
    upper: float
    p_benefit: float
    footing: Footing = "sound"
    harmful: bool = False
    ours: bool = False

    @property
    def standing(self) -> str:
        """``survives``, ``open`` or ``harm``."""
        return standing(self.p_benefit)

    @property
    def mark(self) -> str:
        """Name of its mark."""
        return mark_of(self.p_benefit, self.footing)

    @property
    def sign(self) -> str:
        """Its mark."""
        return SIGNS[self.mark]

    @property
    def ratio(self) -> str:
        """Posterior median as text."""
        return ratio(self.median)

    @property
    def interval(self) -> str:
        """95% equal-tailed interval as text."""
        return span(self.lower, self.upper)

    @property
    def p(self) -> str:
        """Probability of what is asked for, benefit or harm, as text."""
        return probability(1 - self.p_benefit if self.harmful else self.p_benefit)


class Assumed(NamedTuple):
    """Probability of the claim under every prior at a few values of one number that is assumed.

    Attributes
    ----------
    rows : sequence of (prior, whether primary, cells)
        A cell is mark and probability.
    tipping : tuple of str
        Values at which survival is lost or won under the primary prior.
    """

    values: tuple[str, ...]
    rows: tuple[tuple[str, bool, tuple[tuple[str, str], ...]], ...]
    tipping: tuple[str, ...]
