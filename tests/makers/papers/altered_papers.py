"""Papers with one number altered beyond what the rounding of the others allows, by kind of slip.

Whether a slip is beyond rounding is decided from the meaning of the number, never by asking the audit. Most slips mistype
a number; a few copy a row, exchange two arms or use the number of patients of another arm.
"""

from typing import Final

from makers.papers.altered_estimates import ESTIMATE_KINDS
from makers.papers.altered_survival import SURVIVAL_KINDS
from makers.papers.altered_tables import TABLE_KINDS
from makers.papers.altered_words import WORD_KINDS
from makers.papers.slips import Alteration, Altered

KINDS: Final[dict[str, Alteration]] = {
    kind.__name__: kind for kind in (*TABLE_KINDS, *ESTIMATE_KINDS, *SURVIVAL_KINDS, *WORD_KINDS)
}
"""Every kind of slip. Each alters a copy of a paper, or returns None where the paper has no such number."""

__all__ = ["KINDS", "Altered"]
