"""Sentences of a summary of findings that stand below it, or above."""

from typing import Final

from crlm_bayes.documents.judgements import JUDGEMENTS_FILE
from crlm_bayes.words.numbers import LEVEL

CAPTION: Final = f"Posterior medians with {LEVEL} equal-tailed intervals under the primary prior of each analysis."

NOT_JUDGED: Final = "not judged"

STARS: Final = {"high": "⊕⊕⊕⊕", "moderate": "⊕⊕⊕◯", "low": "⊕⊕◯◯", "very low": "⊕◯◯◯"}
"""Signs of certainty that GRADE uses."""

OF_PATIENTS = "Patients of the arms that are compared, as the papers print them; the numbers that a likelihood takes may be fewer."

OF_ABSOLUTE = (
    "The ratio under the primary prior on a control risk that a study prints, taken as known; a plus sign: more of 1,000 patients with what "
    "stands below."
)

OF_SINGLE = "From the sampled posterior under the primary prior, whose control risk is estimated from the same print."

OF_PARTS = (
    "Important: at least the smallest ratio worth having that the document of the analysis states; smaller: from there to no effect. No second "
    "cut is stated, so a trivial effect is not told from a small one. On the other side of no effect the cut is its inverse, as in every panel. Of a "
    "harm, rise and reduction are of its risk."
)

OF_CLAIM = (
    "Under the primary prior of the analysis. A harm is stated in its own direction: the probability of a higher risk."
)

OF_DOUBTS = "Facts that this program computed from the documents of studies and analyses; whether any lowers the certainty is for its reader to judge."

UNJUDGED = f"Nobody has judged it: {JUDGEMENTS_FILE} beside the analyses may, outcome by outcome. The program rates no certainty itself."

OF_SAID = "Its paper calls the design by words that exclude each other."


class Notes(list[str]):
    """Notes in the order of their first mention."""

    def number(self, text: str) -> int:
        """Number a note, which is written once."""
        if text not in self:
            self.append(text)
        return self.index(text) + 1
