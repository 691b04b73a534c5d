"""What a summary of findings rests on, outcome by outcome: rows of `verdicts.csv` and `estimates.csv`, studies and audits."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.lookup import EstimateRow, Key, arguments, by_name
from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.audits.finding import Finding
from crlm_bayes.audits.study_audit import StudyAudit
from crlm_bayes.documents.judgements import Judgement
from crlm_bayes.documents.study import Study
from crlm_bayes.words.nouns import endpoint_order

if TYPE_CHECKING:
    import pandas as pd

ENGINES = ("curve", "nuts")
"""Where both estimate a quantity, the exact one is taken."""


@dataclass(frozen=True)
class OnRisk:
    """The absolute effect on one control risk.

    Attributes
    ----------
    study : Study or None
        Whose printed control risk it is, taken as known; None where the analysis estimates it itself.
    months : str
        Empty for an outcome without a time; else the proportions are of patients who are free of the event.
    """

    study: Study | None
    months: str
    control: EstimateRow
    treatment: EstimateRow
    difference: EstimateRow


@dataclass(frozen=True)
class Outcome:
    """One row of a summary of findings.

    Attributes
    ----------
    row : SimpleNamespace
        Of `verdicts.csv`, under the primary prior.
    panel : tuple of SimpleNamespace
        Under every prior.
    studies : tuple of Study
        Of which a number is taken.
    risks : tuple of OnRisk
        In the order of the analysis; of one study, in the order of time.
    otherwise : mapping of name to EstimateRow
        The ratio with the same studies taken in other ways, under the primary prior.
    serious : tuple of Finding
        Serious findings of the audit about numbers that are taken.
    sampled : bool
        Whether there is a posterior by NUTS.
    """

    row: SimpleNamespace
    panel: tuple[SimpleNamespace, ...]
    question: str
    studies: tuple[Study, ...]
    risks: tuple[OnRisk, ...]
    tau: EstimateRow | None
    predictive: EstimateRow | None
    otherwise: Mapping[str, EstimateRow]
    serious: tuple[Finding, ...]
    judged: Judgement | None
    sampled: bool

    @property
    def several(self) -> bool:
        """Whether studies were taken together."""
        return bool(self.row.study == SYNTHESIS)

    @property
    def endpoint(self) -> str:
        """The outcome: what the analysis answers, else what it asks."""
        return str(self.row.answers or self.row.endpoint)


def chosen(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Choose what a summary of findings has a row of: the answers; without any, single studies; without those, all.

    Hypothetical readings are no evidence.
    """
    if verdicts.empty:
        return verdicts
    printed = verdicts[~verdicts["hypothetical"].astype(bool)]
    answers, single = printed[printed["answers"].fillna("") != ""], printed[printed["study"] != SYNTHESIS]
    return next((found for found in (answers, single) if not found.empty), printed)


def outcomes(
    verdicts: "pd.DataFrame",
    estimates: Mapping[str, "pd.DataFrame"],
    records: Mapping[str, Mapping[str, Any]],
    audits: Mapping[str, StudyAudit],
    judgements: Mapping[str, Judgement],
) -> list[Outcome]:
    """Put together the rows of a summary of findings: benefits in the order of an index, then harms.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`.
    estimates : mapping of analysis to DataFrame
        As in `estimates.csv`; of an analysis that is not there, what needs them is left out.
    records : mapping of analysis to run record
    audits : mapping of study id to StudyAudit
    judgements : mapping of outcome to Judgement
    """
    table = chosen(verdicts)
    if table.empty:
        return []
    panels: dict[str, list[SimpleNamespace]] = {}
    for row in table.to_dict("records"):
        panels.setdefault(str(row["analysis"]), []).append(SimpleNamespace(**{str(k): v for k, v in row.items()}))
    found = [
        _outcome(panel, estimates.get(name), records.get(name, {}), audits, judgements)
        for name, panel in panels.items()
        if any(row.primary for row in panel)
    ]
    return sorted(found, key=lambda one: (one.row.asks != "benefit", *endpoint_order(one.endpoint), one.row.analysis))


def unanswered(verdicts: "pd.DataFrame") -> list[str]:
    """Name the endpoints that were analysed and of which the summary has no row."""
    table = chosen(verdicts)
    if table.empty:
        return []
    shown = {*table["endpoint"], *table["answers"].fillna("")}
    printed = verdicts[~verdicts["hypothetical"].astype(bool)]
    return sorted({str(e) for e in printed["endpoint"]} - shown, key=endpoint_order)


def _outcome(
    panel: list[SimpleNamespace],
    estimates: "pd.DataFrame | None",
    record: Mapping[str, Any],
    audits: Mapping[str, StudyAudit],
    judgements: Mapping[str, Judgement],
) -> Outcome:
    row = next(one for one in panel if one.primary)
    named = {} if estimates is None else by_name(estimates)
    ours = {quantity: value for (prior, _, quantity), value in _exact_first(named) if prior == row.prior}
    used: dict[str, set[str]] = {}
    for line in record.get("rows", ()):
        used.setdefault(str(line["study"]), set()).add(str(line["entry"]))
    known = {name: audits[name] for name in used if name in audits}
    serious = [f for name, audit in known.items() for f in audit.about(used[name]) if f.severity == "serious"]
    studies = {name: audit.study for name, audit in known.items()}
    return Outcome(
        row,
        tuple(panel),
        str(record.get("question", "")),
        tuple(studies.values()),
        tuple(_risks(ours, studies)),
        ours.get("tau"),
        ours.get("predictive"),
        {arguments(q)[1][0]: value for q, value in ours.items() if q.startswith(f"{row.measure}[")},
        tuple(serious),
        judgements.get(str(row.answers or row.endpoint)),
        bool(record.get("fits")),
    )


def _exact_first(named: Mapping[Key, EstimateRow]) -> list[tuple[Key, EstimateRow]]:
    """Sort so that the exact engine comes last, whose value then stands; the order within an engine stays."""
    return sorted(named.items(), key=lambda item: ENGINES.index(item[0][1]), reverse=True)


def _risks(ours: Mapping[str, EstimateRow], studies: Mapping[str, Study]) -> list[OnRisk]:
    found = []
    for quantity, difference in ours.items():
        name, inside = arguments(quantity)
        if name != "risk_difference":
            continue
        months = next((key for key in inside if key.replace(".", "", 1).isdigit()), "")
        proportion = "survival" if months else "probability"
        arms = [e for q, e in ours.items() if (a := arguments(q))[0] == proportion and a[1][1:] == inside]
        if len(arms) == 2:
            study = studies.get(inside[0]) if inside else None
            found.append(OnRisk(study, months, arms[0], arms[1], difference))
    return found if any(one.study for one in found) else sorted(found, key=lambda one: float(one.months or 0))
