"""What a figure's files keep of it: every word and every colour that matters, at a third of the size."""

import io
import re

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from crlm_bayes.figures.frame.saved import lean_svg, saved
from crlm_bayes.figures.frame.style import BENEFIT, BLUE, SAVE, rendering


def figure(size: tuple[float, float] = (4.0, 3.0)) -> Figure:
    with rendering():
        made = Figure(figsize=size)
        axes = made.add_subplot()
        x = np.linspace(0, 6, 400)
        axes.fill_between(x, np.sin(x), color=BENEFIT)
        axes.plot(x, np.sin(x), color=BLUE)
        axes.set_title("P(benefit) 0.97512 <!-- at 1.234567 -->")
        axes.text(2, 0.5, "1.000123", rotation=30)
        return made


def whole(made: Figure, kind: str) -> bytes:
    stream = io.BytesIO()
    with rendering():
        made.savefig(stream, format=kind, **SAVE[kind])
    return stream.getvalue()


def test_an_svg_keeps_its_words_and_its_places_to_a_hundredth_of_a_point() -> None:
    before, after = whole(figure(), "svg").decode(), saved(figure()).svg
    words = r"<text[^>]*>([^<]*)</text>"
    assert re.findall(words, after) == re.findall(words, before) and "1.000123" in after
    assert "P(benefit) 0.97512 &lt;!-- at 1.234567 --&gt;" in after
    places = [re.findall(r' d="([^"]*)"', text) for text in (before, after)]
    numbers = [[float(x) for path in found for x in re.findall(r"-?[\d.]+", path)] for found in places]
    np.testing.assert_allclose(numbers[1], numbers[0], atol=0.0051)
    assert "rotate(-30" in after and "rotate(-0" not in after
    assert len(after) < 0.8 * len(before)


def test_the_font_is_named_once_for_every_text() -> None:
    after = saved(figure()).svg
    assert after.count("font-family") == 1 and re.search(r"\*\{font-family: 'DejaVu Sans'[^}]*sans-serif; ", after)
    assert lean_svg('<svg><style>*{a: b}</style><path d="M 1.23456 0"/></svg>') == (
        '<svg><style>*{a: b}</style><path d="M 1.23 0"/></svg>'
    )


def test_a_png_has_its_inks_as_they_are_and_edges_near_enough() -> None:
    before = np.asarray(Image.open(io.BytesIO(whole(figure(), "png"))).convert("RGB"), int)
    files = saved(figure())
    image = Image.open(io.BytesIO(files.png))
    after = np.asarray(image.convert("RGB"), int)
    assert image.mode == "P" and after.shape == before.shape
    assert np.abs(after - before).max() <= 32 and np.abs(after - before).mean() < 0.05
    for ink in (BLUE, BENEFIT, "#ffffff"):
        colour = [int(ink[i : i + 2], 16) for i in (1, 3, 5)]
        inked = (before == colour).all(axis=2)
        assert inked.any() and (after[inked] == colour).all()
    assert len(files.png) < 0.6 * len(whole(figure(), "png"))


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert saved(figure()) == saved(figure())


def test_a_png_is_whole_whatever_the_size_of_the_figure() -> None:
    """A size in pixels is seldom a whole number, and a row that is one pixel off shears the picture."""
    for size in ((7.3, 3.1), (8.2, 4.7), (9.35, 2.22), (8.9, 3.3), (7.77, 5.55), (2.3, 2.3), (9.2, 6.4)):
        before = np.asarray(Image.open(io.BytesIO(whole(figure(size), "png"))).convert("RGB"), int)
        after = np.asarray(Image.open(io.BytesIO(saved(figure(size)).png)).convert("RGB"), int)
        assert after.shape == before.shape and np.abs(after - before).mean() < 0.2, size
