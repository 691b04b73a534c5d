"""A figure as the bytes of its files: SVG without what no eye sees, PNG with a palette."""

import io
import re
from collections import Counter
from typing import Final, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from crlm_bayes.figures.frame.style import SAVE, rendering

COLOURS: Final = 256
"""Of a PNG: its inks and their edges; the size is a third of what all colours take."""

EXACT: Final = 128
"""How many of them are there as they were drawn: every ink and every ground."""

DECIMALS: Final = 2
"""Of a coordinate in an SVG, in points: a hundredth is below what any screen or press shows."""

_PLACED: Final = re.compile(r' (?:d|x|y|transform)="[^"]*"')

_LONG: Final = re.compile(r"-?\d+\.\d{3,}")

_UNSEEN: Final = re.compile(r'<metadata>.*?</metadata>|<!--.*?-->| transform="rotate\(-?0 [^)]*\)"', re.DOTALL)

_INDENT: Final = re.compile(r"\s*\n\s*")

_FAMILY: Final = re.compile(r"font-family: [^;\"]*(?:; )?")


class Saved(NamedTuple):
    """A drawn figure as its files."""

    svg: str
    png: bytes


def saved(figure: Figure) -> Saved:
    """Save a figure as text and as bytes; the same figure gives the same."""
    text, pixels = io.StringIO(), io.BytesIO()
    with rendering():
        figure.savefig(text, format="svg", **SAVE["svg"])
        figure.savefig(pixels, format="png", pil_kwargs={"compress_level": 0}, **SAVE["png"])
    return Saved(lean_svg(text.getvalue()), _png(Image.open(pixels).convert("RGB")))


def lean_svg(svg: str) -> str:
    """Drop comments, metadata, turns by nothing, indents, and decimals of places that nobody sees; name the font once."""
    svg = _PLACED.sub(lambda place: _LONG.sub(_short, place[0]), _UNSEEN.sub("", svg))
    families = Counter(_FAMILY.findall(svg))
    if families:
        family = families.most_common(1)[0][0]
        svg = svg.replace(family, "").replace("*{", f"*{{{family.removesuffix('; ')}; ", 1)
    return _INDENT.sub("\n", svg)


def _short(number: re.Match[str]) -> str:
    text = repr(round(float(number[0]), DECIMALS)).removesuffix(".0")
    return "0" if text == "-0" else text


def _png(image: Image.Image) -> bytes:
    """Write an image with a palette: its commonest colours as they are, the edges between them by the nearest."""
    pixels = np.asarray(image).reshape(-1, 3) @ np.array((1 << 16, 1 << 8, 1))
    codes, where, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    colours = np.column_stack([codes >> 16, codes >> 8 & 255, codes & 255]).astype(float)
    palette = colours
    if len(codes) > COLOURS:
        order = np.argsort(-counts, kind="stable")
        rest, weights = colours[order[EXACT:]], counts[order[EXACT:]]
        _, cells = np.unique((rest // 32) @ (64, 8, 1), return_inverse=True)
        shares = np.bincount(cells, weights)
        means = np.column_stack([np.bincount(cells, weights * channel) / shares for channel in rest.T])
        largest = np.argsort(-shares, kind="stable")[: COLOURS - EXACT]
        palette = np.vstack([colours[order[:EXACT]], means[largest].round()])
    distances = (palette**2).sum(axis=1) - 2 * colours @ palette.T
    small = Image.frombuffer("P", image.size, distances.argmin(axis=1).astype(np.uint8)[where].tobytes())
    small.putpalette(palette.astype(np.uint8).tobytes())
    stream = io.BytesIO()
    small.save(stream, "png")
    return stream.getvalue()
