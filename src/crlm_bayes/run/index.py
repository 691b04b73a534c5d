"""The pages of all analyses and of the audit: from the run records in the output folder and the studies."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd

from crlm_bayes import figures
from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.audits.registry import QUESTIONS
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.judgements import Judgement
from crlm_bayes.pages import VERDICTS
from crlm_bayes.pages.audit_page import audit_page
from crlm_bayes.pages.markdown import folder_page
from crlm_bayes.pages.pages import index_page
from crlm_bayes.pages.tables.matrix import reading
from crlm_bayes.pages.tables.overview import overview
from crlm_bayes.prose.audit import is_drawn
from crlm_bayes.prose.index import chief_rows, endpoint_of, of_single_studies, of_syntheses, place_of, role_of
from crlm_bayes.run.drawings import of_audit, of_index
from crlm_bayes.run.store import AUDIT, INDEX, MULTIVERSE, PAGE, SUMMARY, Store
from crlm_bayes.run.summary import write_summary
from crlm_bayes.scepticism.replication import Estimated, Pair, pairs
from crlm_bayes.words.nouns import capital, endpoint_noun

if TYPE_CHECKING:
    from matplotlib.figure import Figure


"""The page of the summary of findings, which the index leads to where it is there."""


def verdicts(records: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Stack the verdict rows of run records: by endpoint, survival first and safety last, as every table of the index has them."""
    rows = [dict(row) for record in records.values() for row in record["verdicts"]]
    return pd.DataFrame(sorted(rows, key=_order))


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return *place_of(SimpleNamespace(**row)), row["hypothetical"], row["analysis"]


def replications(records: Mapping[str, Mapping[str, Any]]) -> list[Pair]:
    """Pairs of analyses of which one may be taken as a replication of the other; hypothetical readings are none."""
    said = [
        Estimated(**(record["likelihood"] | {"estimate": tuple(record["likelihood"]["estimate"])}))
        for record in records.values()
        if record.get("likelihood")
        and not any(row.get("hypothetical") or row["study"] == SYNTHESIS for row in record["verdicts"])
    ]
    return pairs(said)


def is_of_this_version(record: Mapping[str, Any]) -> bool:
    """Whether a record has the columns that the index is made from; one of an older version waits for the next fit."""
    return all("mark" in row for row in record["verdicts"])


def write_index(
    store: Store,
    audits: Mapping[str, StudyAudit],
    begun: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    judgements: Mapping[str, Judgement] = MappingProxyType({}),
) -> pd.DataFrame:
    """Write `verdicts.csv`, `index.html`, `audit.html`, their figures, and `summary.html`, from every run record in the folder.

    Parameters
    ----------
    audits : mapping of id to StudyAudit
        All studies of the data folder; `audit.html` shows them all, the index those that were analysed.
    begun : mapping of id to run record
        Analyses that are answered and may have no page yet: their verdicts are shown, and nothing leads to their pages.
    judgements : mapping of outcome to Judgement
        What the user thinks of the certainty of the evidence.

    Returns
    -------
    DataFrame
        The verdicts.
    """
    there = {name: record for name, record in store.records().items() if is_of_this_version(record)}
    records = dict(begun) | there
    table = verdicts(records)
    drawn = of_index(lambda: _drawn(table), table)
    for audit in audits.values():
        drawn |= of_audit(audit) if audit.findings and is_drawn(audit) else {}
    drawings = store.write_figures(drawn)
    of_studies = {name: drawings[f"audit_{name}"] for name in audits if f"audit_{name}" in drawings}
    store.write_text(VERDICTS, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    store.write_readme(folder_page(table, drawings))
    store.write_text(AUDIT, audit_page(audits, of_studies, QUESTIONS))
    latest = max(records.values(), key=lambda record: str(record["started"]))
    used = studies_used(records)
    present = {name: audit for name, audit in audits.items() if name in used}
    spoken = [str(row.analysis) for rows in chief_rows(table).values() for row in rows if len(rows) == 1]
    needed = dict.fromkeys([*of_syntheses(table)["analysis"], *spoken])
    estimates = {str(name): store.estimates(str(name)) for name in needed if name in there}
    page = index_page(
        table,
        drawings,
        present,
        latest,
        explorable(store, table),
        replications(records),
        overview(table, estimates, records),
        set(there),
        estimates,
        {name: str(record["question"]) for name, record in records.items() if record.get("question")},
        SUMMARY,
        {capital(endpoint_noun(endpoint_of(row))): link for row, link in _multiverses(store, table)},
    )
    store.write_text(INDEX, page)
    write_summary(store, table, records, audits, judgements)
    return table


def _multiverses(store: Store, table: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """Verdict rows of documents whose multiverse was written, with the place of its page."""
    for row in table.drop_duplicates("analysis").itertuples():
        link = f"{MULTIVERSE}/{row.analysis}/{PAGE}"
        if (store.root / link).is_file():
            yield row, link


def explorable(store: Store, table: pd.DataFrame) -> list[Any]:
    """Read what the explorer carries of every analysis that has a page, grouped by endpoint as the tables are."""
    found = []
    for row in table.drop_duplicates("analysis").itertuples():
        payload = store.explorer(str(row.analysis))
        if payload is not None:
            name = f"{role_of(row)}: {reading(str(row.title), str(row.reading))}"
            found.append(payload | {"group": capital(endpoint_noun(endpoint_of(row))), "name": name})
    return found


def _drawn(table: pd.DataFrame) -> dict[str, "Figure"]:
    """Draw the figures of the index: readings are alternatives of one study; syntheses have a forest of their own."""
    single, several = of_single_studies(table), of_syntheses(table)
    drawn = {} if single.empty else figures.draw_index(single)
    together = {} if several.empty else figures.draw_index(several)
    if "forest" in together:  # not where every synthesis asks what if
        drawn |= {"synthesis": together["forest"]}
    return drawn


def studies_used(records: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Ids of all studies of which an analysis takes a number."""
    rows = {str(row["study"]) for record in records.values() for row in record.get("rows", ()) if row.get("study")}
    return rows | {str(row["study"]) for record in records.values() for row in record["verdicts"]} - {SYNTHESIS}
