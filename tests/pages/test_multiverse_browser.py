"""The page of a multiverse in a browser: boxes and keys do what they say, on a phone too, and it is whole without a script."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from crlm_bayes.answers.multiverse.cells import Cell, Multiverse
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.pages.multiverse_page import multiverse_page
from crlm_bayes.scepticism.panel import PriorVerdict

CHOICES = {"Studies": ("all", "<img src=x onerror=alert(1)>"), "Prior": ("sceptical", "neutral", "wide")}


def made(spec: AnalysisSpec) -> Multiverse:
    cells = []
    for i, options in enumerate(product(*CHOICES.values())):
        at = PriorVerdict("made", 0.7 + 0.05 * i, 0.5 + 0.05 * i, 0.9 + 0.05 * i, 0.99 - 0.1 * i, 0.5, 0.01)
        cells.append(Cell(i + 1, options, i == 2, None, "", "sound", at))
    return Multiverse(spec, CHOICES, tuple(cells))


@pytest.fixture(scope="module")
def address(analyses: dict[str, AnalysisSpec], tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("multiverse") / "report.html"
    path.write_text(multiverse_page(made(analyses["pfs_direct"]), {}), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("width", [360, 1440])
def test_options_and_keys_choose_cells(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 740})
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type in ("error", "warning") else None)
    page.on("request", lambda request: troubles.append(request.url) if request.url != address else None)
    page.set_default_timeout(10_000)
    page.goto(address)
    plot, cell, reach = (page.locator(f".multiverse-{part}") for part in ("plot", "cell", "range"))
    assert "Cell 3, the declared analysis, 3 of 6" in cell.inner_text()
    plot.focus()
    plot.press("Home")
    assert "Cell 1, 1 of 6" in cell.inner_text() and "HR 0.70 (0.50 to 0.90)" in plot.get_attribute("aria-valuetext")
    plot.press("ArrowRight")
    assert "Cell 2, 2 of 6" in cell.inner_text() and plot.get_attribute("aria-valuenow") == "2"
    page.locator("details.multiverse-choose").evaluate("one => { one.open = true }")
    page.locator("input[data-choice='0'][data-option='0']").uncheck()
    assert reach.inner_text() == "3 of 6 analyses: HR from 0.85 to 0.95, P(benefit) from 0.490 to 0.690."
    assert "<img src=x" in cell.inner_text(), "names are shown as text"
    page.locator(".multiverse-own").click()
    assert reach.inner_text().startswith("4 of 6 analyses")
    for box in page.locator("input[data-choice='1']").all():
        box.uncheck()
    assert reach.inner_text() == "No cell has these options."
    assert page.evaluate("document.documentElement.scrollWidth") == width and not troubles
    page.close()


def test_without_a_script_the_page_has_every_cell(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(address)
    assert page.locator(".multiverse").is_hidden() and page.locator("table.multiverse-cells tbody tr").count() == 6
    context.close()
