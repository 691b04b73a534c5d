"""Names and numbers as a reader meets them in a figure."""

import math
import re
import textwrap

from crlm_bayes.rule import INTERVAL
from crlm_bayes.words.nouns import MEASURES, prior_name
from crlm_bayes.words.numbers import probability

__all__ = ["MEASURES", "prior_name", "probability"]  # beside the names below

INTERVAL_WORDS = f"median, {100 * INTERVAL:g}% equal-tailed interval"

JOINERS = frozenset({
    "a", "added", "addition", "and", "by", "combined", "followed", "in", "of", "plus", "the", "then", "to", "together",
    "versus", "with", "+", "&",
})  # fmt: skip
"""Words that join treatments and say nothing about them."""

LONGEST_GAIN = 22

NUMBERS = ["median", "eti95_lower", "eti95_upper"]
"""Columns of every table that make an estimate."""


def endpoint_name(endpoint: str) -> str:
    """``pfs`` as PFS, ``ae:hypertension`` as Hypertension."""
    word = endpoint.rpartition(":")[2].replace("_", " ")
    return word.upper() if len(word) <= 4 else word.capitalize()


def ratio(x: float) -> str:
    """Two decimals, fewer for large ratios, powers of ten for absurd ones; no effect is written only where it is meant."""
    if x >= 9999.5 or 0 < x < 0.0005:
        return f"{x:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    if x < 0.0995 or 0.995 <= x < 1.005:
        return "1.00" if f"{x:.3f}" == "1.000" else f"{x:.3f}"
    return f"{x:.2f}" if x < 9.995 else f"{x:.1f}" if x < 99.95 else f"{x:.0f}"


def estimate(median: float, lower: float, upper: float) -> str:
    """Write a ratio with its interval."""
    return f"{ratio(median)} ({ratio(lower)}, {ratio(upper)})"


def percent(p: float, lower: float | None = None, upper: float | None = None, unit: str = "%") -> str:
    """Write a proportion in percent, with its interval where given; a true minus sign."""
    shown = f"{100 * p:.1f}{unit}"
    if lower is not None and upper is not None:
        shown += f" ({100 * lower:.1f}, {100 * upper:.1f})"
    return shown.replace("-", "−")


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


def logs(median: float, lower: float, upper: float) -> tuple[float, float, float]:
    """Lower end, median and upper end on the log scale."""
    return log(lower), log(median), log(upper)


def log(x: float) -> float:
    """Natural logarithm; of 0, something far to the left of any axis."""
    return math.log(x) if x > 0 else -math.inf
