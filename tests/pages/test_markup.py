"""Figures as parts of a page: in its colours where they may, on light ground where they may not."""

import re

from crlm_bayes.figures.frame import style
from crlm_bayes.pages.html import TEMPLATES
from crlm_bayes.pages.markup import LINES, THEMED, inline

BOX = '<svg width="216pt" height="72pt" viewBox="0 0 216 72"><path style="fill: {}"/><text style="fill: #1a1a1a">a</text></svg>'


def test_colours_of_figures_become_those_of_the_page() -> None:
    svg = inline(BOX.format("#0072b2"), "panel", "the panel")
    assert "fill: var(--f-blue)" in svg and "fill: var(--f-ink)" in svg
    assert 'aria-label="the panel"' in svg and "--points: 216" in svg and "light" not in svg


def test_a_map_keeps_its_colours_and_its_light_ground() -> None:
    svg = inline(BOX.format("#62ace8"), "map", "")
    assert 'class="light"' in svg and "var(" not in svg


def test_every_colour_of_a_theme_is_one_of_the_figures_and_has_a_dark_form() -> None:
    inks = {style.INK, style.SOFT, style.FAINT, "#ffffff", style.BENEFIT, style.BLUE, style.VERMILLION}
    assert set(THEMED) == {ink.lower() for ink in inks}
    assert {ink.lower() for ink in (style.ORANGE, style.GREEN, style.PURPLE)} == LINES
    light, dark = (TEMPLATES / "figures.css").read_text(encoding="utf-8").split("prefers-color-scheme: dark")
    for colour, name in THEMED.items():
        assert f"--f-{name}: {colour}" in light
        assert re.search(rf"--f-{name}: #[0-9a-f]{{6}}", dark)
