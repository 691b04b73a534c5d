"""Write reports/README.md again from reports/verdicts.csv, as `fit` does; ``--check`` only says whether it would change."""

import sys
from pathlib import Path

import pandas as pd

from crlm_bayes.pages.markdown import folder_page

REPORTS = Path(__file__).parents[1] / "reports"


def written() -> str:
    """Make the page from the verdicts and the figures that are there."""
    drawn = [path.stem for path in (REPORTS / "figures").glob("*.png")]
    return folder_page(pd.read_csv(REPORTS / "verdicts.csv"), drawn)


def main() -> int:
    """Write the page, or compare it."""
    page, text = REPORTS / "README.md", written()
    if "--check" in sys.argv[1:]:
        return int(page.read_text(encoding="utf-8") != text)
    page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
