"""The page of all analyses: built from the run records in the output folder alone."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crlm_bayes import figures
from crlm_bayes.published import Study
from crlm_bayes.report.page import index_page
from crlm_bayes.report.store import INDEX, VERDICTS, Store
from crlm_bayes.words import endpoint_order


def verdicts(records: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Stack the verdict rows of run records: by study, survival first and safety last."""
    rows = [row for record in records.values() for row in record["verdicts"]]
    return pd.DataFrame(sorted(rows, key=lambda row: (row["study"], endpoint_order(row["endpoint"]), row["analysis"])))


def write_index(store: Store, studies: Mapping[str, Study]) -> pd.DataFrame:
    """Write `verdicts.csv`, `index.html` and its figures from every run record in the folder.

    Returns
    -------
    DataFrame
        The verdicts.
    """
    records = store.records()
    table = verdicts(records)
    drawings = store.write_figures(figures.draw_index(table))
    store.write_text(VERDICTS, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    latest = max(records.values(), key=lambda record: str(record["started"]))
    present = {name: study for name, study in studies.items() if name in set(table["study"])}
    store.write_text(INDEX, index_page(table, drawings, present, latest))
    return table
