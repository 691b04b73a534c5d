"""The browser in which pages are tried: one that is there already."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from crlm_bayes.run.outputs.browser import BROWSERS


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless browser of the machine; without one, or without what drives it, the test is skipped."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine: pages are not tried in a browser")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()
