"""Put the verdict table of reports/ into README.md: ``make readme`` after a fit that changed the numbers."""

from pathlib import Path

import pandas as pd

from crlm_bayes.pages.markdown import BEGIN, END, verdict_table

README, VERDICTS = Path("README.md"), Path("reports/verdicts.csv")


def main() -> None:
    """Replace what stands between the two marker comments."""
    text = README.read_text(encoding="utf-8")
    table = verdict_table(pd.read_csv(VERDICTS)).strip()
    before, after = text[: text.index(BEGIN)], text[text.index(END) + len(END) :]
    README.write_text(before + table + after, encoding="utf-8")


if __name__ == "__main__":
    main()
