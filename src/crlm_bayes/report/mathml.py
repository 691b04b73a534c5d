"""Formulas of pages: LaTeX that this program wrote, as MathML."""

from latex2mathml.converter import convert
from markupsafe import Markup

THIN = '<mspace width="0.167em" />'
SPACED = (
    ("<mi>&#x0007E;</mi>", "<mo>&#x0223C;</mo>"),  # distributed as: a relation, with the room of one
    ("<mi>log</mi>", f"<mi>log</mi>{THIN}"),
    ("<mo>logit</mo>", f"<mi>logit</mi>{THIN}"),
    (
        "&#x00028;</mo><mo>&#x02212;</mo>",
        '&#x00028;</mo><mo form="prefix" rspace="0">&#x02212;</mo>',
    ),  # a sign, not a difference
)


def mathml(latex: str) -> Markup:
    """Turn LaTeX that this program wrote into MathML."""
    text = convert(latex, display="block")
    for plain, spaced in SPACED:
        text = text.replace(plain, spaced)
    return Markup(text)
