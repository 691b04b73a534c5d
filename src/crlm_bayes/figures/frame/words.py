"""Names as a reader meets them in a figure, cut to the room that they have."""

import re
import textwrap

from crlm_bayes.words.nouns import capital, endpoint_noun, is_safety, prior_name

__all__ = ["prior_name"]  # beside the names below

JOINERS = frozenset({
    "a", "added", "addition", "and", "by", "combined", "followed", "in", "of", "plus", "the", "then", "to", "together",
    "versus", "with", "+", "&",
})  # fmt: skip
"""Words that join treatments and say nothing about them."""

LONGEST_GAIN = 22


def endpoint_name(endpoint: str) -> str:
    """``pfs`` as PFS, ``ae:rash_grade3plus`` as Rash of grade 3 or more."""
    if is_safety(endpoint):
        return capital(endpoint_noun(endpoint))
    last = endpoint.rpartition(":")[2]
    return last.upper() if len(last) <= 4 else capital(endpoint_noun(last))


def without_role(label: str) -> str:
    """Drop what leads to a colon: *Control group: surgery* becomes *surgery*."""
    return label.partition(": ")[2] or label


def arm_names(labels: tuple[str, str], width: int) -> tuple[str, str]:
    """Both arms by their labels where these are short enough, else as *control* and what the treatment adds."""
    control, treatment = (without_role(label) for label in labels)
    return (control, treatment) if max(len(control), len(treatment)) <= width else ("control", gain(labels))


def fit(text: str, width: int, lines: int = 1) -> str:
    """Wrap to at most `lines` lines of `width` characters; what does not fit ends in an ellipsis."""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder="…", break_on_hyphens=False))


def gain(labels: tuple[str, str], longest: int = LONGEST_GAIN) -> str:
    """Say what the treatment arm has that the control arm has not, in a word or two.

    *Chemotherapy alone*, *Chemotherapy combined with X* give *X*. Where the labels do not answer that in `longest` characters, the
    treatment's label if it is as short, else *treatment*.
    """
    control = {_bare(w) for w in without_role(labels[0]).split()} | JOINERS
    words = without_role(labels[1]).split()
    new = [i for i, w in enumerate(words) if _bare(w) not in control]
    if new:
        between = [w for w in words[new[0] : new[-1] + 1] if _bare(w) in control - JOINERS]
        extra = " ".join(words[new[0] : new[-1] + 1]).strip(",;. ")
        if not between and len(extra) <= longest:
            return extra
    whole = without_role(labels[1])
    return whole if new and len(whole) <= longest else "treatment"


def _bare(word: str) -> str:
    return re.sub(r"^\W+|\W+$", "", word).lower() or word
