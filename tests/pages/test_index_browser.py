"""The index and the audit of the bundled studies in a browser: what stands on the first screen, what overflows, what sorts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crlm_bayes.audits.registry import QUESTIONS, audit_studies
from crlm_bayes.documents.study import Study
from crlm_bayes.pages.audit_page import audit_page
from crlm_bayes.pages.pages import index_page
from makers.pages import SVG

HEIGHT, SCREENS = 740, 6
ASKED = "Does the treatment prolong survival when metastases of the liver are resected?"


@pytest.fixture(scope="module")
def pages(root: Path, published: dict[str, Study], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of both pages, made of the saved results."""
    folder, saved = tmp_path_factory.mktemp("pages"), root / "reports"
    verdicts = pd.read_csv(saved / "verdicts.csv")
    answers = verdicts.loc[verdicts["answers"].notna(), "analysis"].unique()
    estimates = {name: pd.read_csv(saved / name / "estimates.csv") for name in answers}
    audits = audit_studies({name: published[name] for name in ("chen2025", "yan2025", "volk2016", "hepatica", "avex")})
    figures = dict.fromkeys(("synthesis", "forest", "readings"), SVG)
    questions = dict.fromkeys(verdicts["analysis"], ASKED)
    texts = {
        "index": index_page(
            verdicts, figures, audits, {}, estimates=estimates, questions=questions, findings="summary.html"
        ),
        "audit": audit_page(audits, dict.fromkeys(audits, SVG), QUESTIONS),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A tab in which nothing may go wrong and nothing may be fetched."""
    page = browser.new_page(viewport={"width": 360, "height": HEIGHT})
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type in ("error", "warning") else None)
    page.on("request", lambda request: None if request.url.startswith("file:") else troubles.append(request.url))
    page.set_default_timeout(10_000)
    yield page
    page.close()
    assert troubles == []


def bottom(page: Any, place: str) -> float:
    box = page.locator(place).first.bounding_box()
    return float(box["y"] + box["height"])


def test_a_phone_shows_question_and_first_endpoint_at_once_and_the_whole_in_six_screens(
    tab: Any, pages: dict[str, str]
) -> None:
    tab.goto(pages["index"])
    assert tab.locator("h1").inner_text() == ASKED
    assert bottom(tab, "h1") < bottom(tab, ".answers tbody tr") < HEIGHT
    assert tab.evaluate("document.documentElement.scrollHeight") < SCREENS * HEIGHT


@pytest.mark.parametrize("name", ["index", "audit"])
def test_nothing_overflows_at_any_width_closed_or_open(tab: Any, pages: dict[str, str], name: str) -> None:
    tab.goto(pages[name])
    for width in (360, 768, 1440):
        tab.set_viewport_size({"width": width, "height": HEIGHT})
        for is_open in ("false", "true"):
            tab.evaluate(f"for (const d of document.querySelectorAll('details')) d.open = {is_open}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.set_viewport_size({"width": 360, "height": HEIGHT})
    scrolling = "[...document.querySelectorAll('.scroll, table')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    assert tab.evaluate(scrolling) == 0, "on a phone tables are cards, or wrap"


def test_the_table_of_papers_sorts_by_keyboard_and_says_how(tab: Any, pages: dict[str, str]) -> None:
    tab.goto(pages["audit"])
    names = "[...document.querySelectorAll('table.every tbody th')].map(e => e.textContent)"
    rows = "[...document.querySelectorAll('table.every tbody tr')].map(e => Number(e.cells[1].textContent))"
    assert tab.evaluate(names)[:2] == ["Yan 2025", "Chen 2025"]
    head = tab.locator("table.every thead th")
    head.nth(1).locator("button").focus()
    tab.keyboard.press("Enter")
    assert head.nth(1).get_attribute("aria-sort") == "descending"
    assert tab.evaluate(rows) == sorted(tab.evaluate(rows), reverse=True)
    tab.keyboard.press("Enter")
    assert head.nth(1).get_attribute("aria-sort") == "ascending"
    assert tab.evaluate(rows) == sorted(tab.evaluate(rows))
    head.nth(0).locator("button").click()
    assert head.nth(1).get_attribute("aria-sort") == "none"
    assert tab.evaluate(names) == sorted(tab.evaluate(names), key=str.lower)


@pytest.mark.parametrize("place", ["finding-hepatica.identifier.paper", "audit-hepatica"])
def test_a_link_into_a_fold_opens_it(tab: Any, pages: dict[str, str], place: str) -> None:
    tab.goto(f"{pages['audit']}#{place}")
    assert tab.locator("details:has(#audit-hepatica)").evaluate("e => e.open")
