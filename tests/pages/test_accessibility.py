"""Pages of each kind against the rules of axe-core, at three widths, in light and dark, with everything opened.

axe-core comes from npm (``npm install --no-save axe-core``); where it or a browser is missing this is skipped.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from crlm_bayes import api

pytestmark = pytest.mark.statistical

BUNDLED = ("hypertension_grade3plus", "pfs_yan2025_percent_of_90")
"""A synthesis that asks for a harm, and a reading of one study that asks what if."""

VIOLATIONS = """async () => {
  document.querySelectorAll('details').forEach(one => { one.open = true; });
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations.map(v => `${v.id}: ${v.nodes.length} nodes, first ${v.nodes[0].html.slice(0, 160)}`);
}"""


@pytest.fixture(scope="module")
def axe(root: Path) -> str:
    """The program text of axe-core."""
    path = Path(os.environ.get("CRLM_BAYES_AXE") or root / "node_modules" / "axe-core" / "axe.min.js")
    if not path.is_file():
        pytest.skip("no axe-core in node_modules: accessibility is not tried")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written(axe: str, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every page of a folder of results, answered and not sampled."""
    out = tmp_path_factory.mktemp("reports")
    api.fit_all(out, BUNDLED, exact=True)
    return [*sorted(out.glob("*.html")), *sorted(out.glob("*/report.html"))]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "light"),
        (1440, "dark"),
        *(
            pytest.param(*rest, marks=pytest.mark.exhaustive)
            for rest in ((360, "dark"), (768, "light"), (768, "dark"), (1440, "light"))
        ),
    ],
)
def test_no_page_breaks_a_rule_of_accessibility(
    width: int, scheme: str, axe: str, browser: Any, written: list[Path]
) -> None:
    assert {path.name for path in written} == {"index.html", "audit.html", "summary.html", "report.html"}
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = {}
    for path in written:
        tab.goto(path.as_uri())
        tab.evaluate(axe)
        found |= {f"{path.parent.name}/{path.name}": broken for broken in [tab.evaluate(VIOLATIONS)] if broken}
    tab.close()
    assert not found
