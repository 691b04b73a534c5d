"""What mark a verdict bears: what a probability establishes depends on what it rests on.

What is established by randomised evidence, or by evidence whose bias is modelled, has a full mark. What studies that were
not randomised say at face value has a half mark: an interval tells what chance can do, not what selection can do. A reading
that asks *what if* has none.
"""

from typing import Final, Literal

from crlm_bayes.rule import standing
from crlm_bayes.words.nouns import SIGNS

Footing = Literal["sound", "face_value", "what_if"]
"""What a probability rests on: evidence that can establish, studies not randomised taken at face value, a supposition."""

Mark = Literal["survives", "face_value", "open", "harm", "harm_face_value", "what_if"]

SOUND: Final[dict[str, Mark]] = {"survives": "survives", "open": "open", "harm": "harm"}

AT_FACE_VALUE: Final[dict[str, Mark]] = {"survives": "face_value", "open": "open", "harm": "harm_face_value"}


def mark_of(p_benefit: float, footing: Footing | str = "sound") -> Mark:
    """Say what a probability of benefit, on this footing, may be called."""
    if footing == "what_if":
        return "what_if"
    kind = standing(p_benefit)
    return (AT_FACE_VALUE if footing == "face_value" else SOUND)[kind]


def signed(text: str, mark: str) -> str:
    """Write a text with its mark behind it; without one, as it is."""
    return f"{text} {SIGNS[mark]}".rstrip()
