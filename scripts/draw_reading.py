"""Draw docs/_static/reading.png: the top of a report with the numbers of the notes in docs/reading.md.

Run by hand after a change of the page: ``python scripts/draw_reading.py [reports]``. Needs a Chromium.
"""

import io
import shutil
import sys
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT: Final = Path(__file__).resolve().parents[1]
ANALYSIS: Final = "pfs_chen2025_landmark"
TARGET: Final = ROOT / "docs" / "_static" / "reading.png"
WIDTH: Final = 1100

NOTES: Final = (
    "h1",
    ".who",
    "#answer",
    "table.strip",
    ".priors",
    ".doubts, nav.elsewhere",
    "#rule",
    ".contents, nav.toc",
    "#question",
)
"""Where each note points to, in order; the first that matches."""

BADGE: Final = """([selector, number]) => {
  const place = document.querySelector(selector);
  if (!place) throw new Error("nothing on the page is " + selector);
  const box = place.getBoundingClientRect(), badge = document.createElement("span");
  badge.textContent = number;
  badge.style.cssText = `position:absolute;left:${Math.max(4, box.left + scrollX - 36)}px;top:${box.top + scrollY + 4}px;` +
    "width:28px;height:28px;border-radius:14px;background:#b3261e;color:#fff;font:700 16px/28px sans-serif;text-align:center;z-index:9";
  document.body.append(badge);
}"""


def main() -> None:
    """Open the report, put the numbers on, and save the part that has them."""
    reports = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "reports"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto((reports / ANALYSIS / "report.html").resolve().as_uri())
        for number, selector in enumerate(NOTES, 1):
            page.evaluate(BADGE, [selector, number])
        last = page.locator(NOTES[-1]).first.bounding_box()
        assert last is not None
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": last["y"] + last["height"] + 24}
        shot = page.screenshot(full_page=True, clip=clip)
        browser.close()
    Image.open(io.BytesIO(shot)).quantize(64).save(TARGET, optimize=True)
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
