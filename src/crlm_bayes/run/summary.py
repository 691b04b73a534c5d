"""The summary of findings, from the run records in the output folder, the studies, and what its user judges."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.summary import Outcome, chosen, outcomes, unanswered
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.judgements import Judgement, identity
from crlm_bayes.pages.summary_page import summary_page
from crlm_bayes.run.store import SUMMARY, Store

if TYPE_CHECKING:
    import pandas as pd


def found_outcomes(
    store: Store,
    table: "pd.DataFrame",
    records: Mapping[str, Mapping[str, Any]],
    audits: Mapping[str, StudyAudit],
    judgements: Mapping[str, Judgement],
) -> list[Outcome]:
    """Put together the outcomes of a folder; an analysis that is answered and has no estimates yet has what its record says."""
    names = [] if table.empty else [str(name) for name in dict.fromkeys(chosen(table)["analysis"])]
    estimates = {name: store.estimates(name) for name in names if store.holds(name)}
    return outcomes(table, estimates, records, audits, judgements)


def write_summary(
    store: Store,
    table: "pd.DataFrame",
    records: Mapping[str, Mapping[str, Any]],
    audits: Mapping[str, StudyAudit],
    judgements: Mapping[str, Judgement],
) -> None:
    """Write `summary.html`.

    Parameters
    ----------
    table : DataFrame
        As in `verdicts.csv`.
    records : mapping of analysis to run record
        Of all that are in the table.
    """
    found = found_outcomes(store, table, records, audits, judgements)
    paged = {name for name in records if store.holds(name)}
    page = summary_page(found, unanswered(table), paged, identity(judgements))
    store.write_text(SUMMARY, page)
