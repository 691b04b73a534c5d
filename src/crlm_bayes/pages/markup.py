"""Formulas of pages: LaTeX that this program wrote, as MathML."""

import re
from html import escape

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


def inline(svg: str, name: str, label: str) -> Markup:
    """Make a drawing part of a page.

    The prolog, metadata and fixed size go; ids and style rules get a prefix, so that figures on one page do not
    meddle with each other.

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
    width = f' style="max-width: {sizes["width"]}"' if re.fullmatch(r"[\d.]+(pt|px|in)", sizes.get("width", "")) else ""
    named = f'<svg id="figure-{name}" role="img" aria-label="{escape(label)}"{width}'
    return Markup(tag.replace("<svg", named, 1) + body + "</svg>")
