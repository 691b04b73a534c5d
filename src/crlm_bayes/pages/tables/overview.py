"""All the evidence together, for the page of all analyses: every synthesis under its primary prior, by endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crlm_bayes.answers.lookup import EstimateRow, by_name
from crlm_bayes.prose.index import hangs_on, of_syntheses, of_the_print, subtitle
from crlm_bayes.words.nouns import MEASURES, SIGNS, capital, endpoint_noun, endpoint_order, vocabulary_of
from crlm_bayes.words.numbers import ABSENT, estimate, number, percent, ratio, ratio_span, span

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class OverviewRow:
    """One synthesis; `new` is the ratio in a new study, `common` that of one effect in all studies, each with its interval.

    `answer` tells the answer from sensitivity analyses; `hangs_on` says without which single study the verdict is another.
    """

    analysis: str
    what: str
    studies: int
    ratio: str
    interval: str
    p: str
    standing: str
    sign: str
    tau: str
    tau_limits: str
    new: str
    common: str
    borrowed: str
    answer: bool
    hangs_on: str
    gate_passed: bool


@dataclass(frozen=True)
class OverviewGroup:
    """The syntheses of one endpoint."""

    endpoint: str
    measure: str
    p_claim: str
    rows: tuple[OverviewRow, ...]


def overview(
    verdicts: "pd.DataFrame", estimates: Mapping[str, "pd.DataFrame"], records: Mapping[str, Mapping[str, Any]]
) -> list[OverviewGroup]:
    """Lay out the syntheses of the print, endpoint by endpoint, the answer first, then those of few studies.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`.
    estimates : mapping of analysis to DataFrame
        As in `estimates.csv`; without it the spread and the effect in a new study are not shown.
    records : mapping of analysis to run record
        For the number of studies.
    """
    table = of_syntheses(of_the_print(verdicts))
    if table.empty:
        return []
    primary = table[table["primary"].astype(bool)]
    groups = []
    for endpoint in sorted(dict.fromkeys(str(e) for e in primary["endpoint"]), key=endpoint_order):
        rows = primary[primary["endpoint"] == endpoint].to_dict("records")
        found = [_row(row, estimates.get(row["analysis"]), records.get(row["analysis"], {})) for row in rows]
        made = tuple(sorted(found, key=lambda row: (not row.answer, row.studies, row.analysis)))
        measure = capital(MEASURES[rows[0]["measure"]])
        claims = dict.fromkeys(vocabulary_of(row).p_claim for row in rows)
        groups.append(OverviewGroup(capital(endpoint_noun(endpoint)), measure, " or ".join(claims), made))
    return groups


def _row(row: Mapping[Any, Any], estimates: "pd.DataFrame | None", record: Mapping[str, Any]) -> OverviewRow:
    words, mark = vocabulary_of(row), str(row["mark"])
    named = {} if estimates is None else by_name(estimates)
    common = f"{row['measure']}[common]"
    tau, new, one = (named.get((str(row["prior"]), "curve", name)) for name in ("tau", "predictive", common))
    return OverviewRow(
        str(row["analysis"]),
        subtitle(str(row["title"])),
        len({used["study"] for used in record.get("rows", ())}),
        ratio(float(row["median"])),
        span(float(row["eti95_lower"]), float(row["eti95_upper"])),
        words.chance(float(row["p_benefit"])),
        mark,
        SIGNS[mark],
        ABSENT if tau is None else number(tau.median),
        "" if tau is None else span(tau.lower, tau.upper, number),
        ABSENT if new is None else _ratio_limits(new),
        ABSENT if one is None else f"{words.chance(one.p_benefit)}, {estimate(one.median, one.lower, one.upper)}",
        _borrowed(row),
        bool(row["answers"]),
        hangs_on(row["hangs_on"]),
        bool(row["gate_passed"]),
    )


def _borrowed(row: Mapping[Any, Any]) -> str:
    """Share of the pooled mean that indirect evidence holds."""
    share = row.get("indirect_share")
    return ABSENT if share is None or share != share else percent(float(share))


def _ratio_limits(e: EstimateRow) -> str:
    """Limits of a log ratio as ratios."""
    return ABSENT if e.lower is None or e.upper is None else ratio_span((e.lower, e.upper))
