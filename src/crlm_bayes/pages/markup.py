"""Formulas and drawings as parts of a page: LaTeX that this program wrote as MathML, its figures in the colours of the page."""

import re
from html import escape
from typing import Final

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


_OPEN = re.compile(r"<svg\b[^>]*>", re.DOTALL)

_DROPPED = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)

_SIZE = re.compile(r'\s(width|height)="([^"]*)"')

_COLOUR = re.compile(r"#[0-9a-f]{6}\b")

THEMED: Final = {
    "#1a1a1a": "ink", "#5f5f5f": "soft", "#d0d0d0": "faint", "#ffffff": "paper", "#e6f0f7": "benefit",
    "#0072b2": "blue", "#d55e00": "vermillion",
}  # fmt: skip
"""Colours of figures that a page may give in others, on dark ground: by the names of `figures.css`."""

LINES: Final = frozenset({"#e69f00", "#009e73", "#cc79a7"})
"""Colours of lines that are told from light and from dark ground."""


def inline(svg: str, name: str, label: str) -> Markup:
    """Make a drawing part of a page.

    The prolog, metadata and fixed size go; ids and style rules get a prefix, so that figures on one page do not
    meddle with each other. Colours become those of the page; a drawing that has others, such as a map of shades on which
    text is written, keeps them all and the light ground.

    Parameters
    ----------
    svg : str
        Text of an SVG document that this program drew.
    name : str
        Unique on the page.
    label : str
        What the figure shows, in words.

    Returns
    -------
    Markup
        An ``<svg>`` element with the role of an image; empty where the text holds no drawing.
    """
    start = _OPEN.search(svg)
    end = svg.rfind("</svg>")
    if start is None or end < 0:
        return Markup("")
    body = _DROPPED.sub("", svg[start.end() : end])
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', body)
    body = re.sub(r"(<style[^>]*>)\s*\*\s*\{", rf"\1#figure-{name} *{{", body)
    sizes = dict(_SIZE.findall(start[0]))
    tag = re.sub(r'\sid="[^"]*"', "", _SIZE.sub("", start[0]))
    points = re.fullmatch(r"([\d.]+)pt", sizes.get("width", ""))
    width = f' style="--points: {points[1]}"' if points else ""
    themed = set(_COLOUR.findall(body)) <= THEMED.keys() | LINES
    if themed:
        body = _COLOUR.sub(_in_theme, body)
    kind = "" if themed else ' class="light"'
    named = f'<svg id="figure-{name}" role="img" aria-label="{escape(label)}"{kind}{width}'
    return Markup(tag.replace("<svg", named, 1) + body + "</svg>")


def _in_theme(colour: re.Match[str]) -> str:
    name = THEMED.get(colour[0])
    return f"var(--f-{name})" if name else colour[0]
