"""Reports in a browser: what a reader meets first stands on the first screen, and nothing runs out of the page."""

from pathlib import Path
from typing import Any

import pytest

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.pages.pages import analysis_page
from crlm_bayes.run.one import conclude

NAMES = ("pfs_chen2025_landmark", "pfs_yan2025_percent_of_90", "orr_direct")

SCREENS = {360: 740, 768: 1024, 1440: 900}

FIRST = ("h1", ".who", "#answer", ".strip")

BOXES = """selectors => selectors.map(s => document.querySelector(s).getBoundingClientRect().bottom)"""

UNNAMED = """() => [...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e);
  return e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll'].includes(style.overflowX)
    && !(e.tabIndex >= 0 && e.getAttribute('aria-label'));
}).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def written(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of each kind, answered and not yet sampled."""
    folder, record = tmp_path_factory.mktemp("reports"), {"versions": {}, "settings": {}, "digests": {}, "started": ""}
    pages = {}
    for question in read_questions(root / "data" / "published", root / "models", NAMES):
        pages[question.spec.id] = folder / f"{question.spec.id}.html"
        html = analysis_page(conclude(Answer(question), {}, {}, record), {})
        pages[question.spec.id].write_text(html, encoding="utf-8")
    return pages


@pytest.mark.parametrize("width", SCREENS)
def test_the_answer_stands_on_the_first_screen(width: int, browser: Any, written: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": width, "height": SCREENS[width]})
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    for name, path in written.items():
        page.goto(path.as_uri())
        bottoms = page.evaluate(BOXES, list(FIRST))
        assert bottoms == sorted(bottoms) and bottoms[-1] <= SCREENS[width], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(UNNAMED) == [], name
    assert troubles == []
    page.close()


def test_the_first_screen_is_a_printed_page_by_itself(browser: Any, written: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": 680, "height": 1000})  # as wide as the printed page
    page.emulate_media(media="print")
    for name, path in written.items():
        page.goto(path.as_uri())
        (bottom,) = page.evaluate(BOXES, [".first"])
        assert bottom < 1000, name
        assert page.evaluate("getComputedStyle(document.querySelector('.first')).breakAfter") == "page"
        assert not page.locator("#own-prior").is_visible() and page.locator("h1").is_visible()
    page.close()
