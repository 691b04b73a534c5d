"""The index in two or three sentences, from the table of verdicts alone."""

from typing import TYPE_CHECKING

from crlm_bayes.conventions import LOWER, SURVIVES
from crlm_bayes.format import probability
from crlm_bayes.words import (
    capital,
    counted,
    endpoint_noun,
    endpoint_order,
    in_words,
    is_safety,
    listed,
    prior_name,
    study_name,
)

if TYPE_CHECKING:
    import pandas as pd


def summary_of_index(verdicts: "pd.DataFrame") -> str:
    """Answer for all analyses in one sentence, and in one more for each study."""
    return " ".join(sentences_of_index(verdicts))


def sentences_of_index(verdicts: "pd.DataFrame") -> list[str]:
    """Say whether the benefit survives sceptical priors: over all, then study by study, endpoint by endpoint.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`; hypothetical readings are not counted.
    """
    verdicts = of_the_print(verdicts)
    if verdicts.empty:
        return ["No analysis has been fitted yet."]
    primary = verdicts[verdicts["primary"].astype(bool)]
    sentences = [_overall(verdicts, primary)]
    for study in dict.fromkeys(primary["study"]):
        sentences.append(_study(str(study), primary[primary["study"] == study]))
    return sentences


def of_the_print(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Leave out the hypothetical readings, which are no evidence."""
    return verdicts if verdicts.empty else verdicts[~verdicts["hypothetical"].astype(bool)]


def _overall(verdicts: "pd.DataFrame", primary: "pd.DataFrame") -> str:
    safety = primary["endpoint"].map(is_safety).astype(bool)
    efficacy = primary[~safety]
    names = listed(prior_name(str(p)) for p in dict.fromkeys(primary["prior"]))
    if efficacy.empty:
        return f"No analysis of efficacy is among those fitted; the primary prior is {names}."
    total, survive = len(efficacy), int((efficacy["p_benefit"] >= SURVIVES).sum())
    ids = set(efficacy["analysis"])
    least = verdicts[verdicts["analysis"].isin(ids)].groupby("analysis")["p_benefit"].min()
    through = int((least >= SURVIVES).sum())
    start = f"Under the primary prior ({names}) the benefit survives in {_of(survive, total)}"
    every = (
        "none survives every prior of its panel"
        if through == 0
        else f"{counted(through, 'reading')} of efficacy survive{'s' if through == 1 else ''} every prior"
    )
    return f"{start} of efficacy; {every}."


def _of(k: int, n: int) -> str:
    if n == 1:
        return "the one reading" if k else "no reading (of one)"
    if k == n:
        return "both readings" if n == 2 else f"all {counted(n, 'reading')}"
    return f"{in_words(k) if k else 'none'} of {counted(n, 'reading')}"


def _study(study: str, rows: "pd.DataFrame") -> str:
    """One sentence on one study under the primary prior."""
    groups: dict[str, list[str]] = {"survives": [], "partly": [], "open": [], "harm": []}
    safe: list[str] = []
    for endpoint in sorted(dict.fromkeys(rows["endpoint"]), key=endpoint_order):
        ps = [float(p) for p in rows.loc[rows["endpoint"] == endpoint, "p_benefit"]]
        if is_safety(endpoint):
            safe.append(_safety(endpoint_noun(endpoint), ps))
            continue
        standing = {("survives" if p >= SURVIVES else "harm" if p <= LOWER else "open") for p in ps}
        kind = standing.pop() if len(standing) == 1 else "partly" if "survives" in standing else "open"
        name = endpoint_noun(endpoint)
        if kind == "partly":
            name += f" (in {_of(sum(p >= SURVIVES for p in ps), len(ps))}, P(benefit) {_range(ps)})"
        else:
            name += f" ({_range(ps)})"
        groups[kind].append(name)
    clauses = []
    if groups["survives"]:
        clauses.append(f"the benefit survives for {listed(groups['survives'])}")
    if groups["partly"]:
        clauses.append(
            f"{'it' if clauses else 'the benefit'} survives in part of the readings for {listed(groups['partly'])}"
        )
    if groups["open"]:
        clauses.append(f"{'it' if clauses else 'the benefit'} does not survive for {listed(groups['open'], 'or')}")
    if groups["harm"]:
        clauses.append(f"the data point to harm for {listed(groups['harm'])}")
    return f"{capital(study_name(study))}: {'; '.join(clauses + safe)}."


def _safety(name: str, ps: list[float]) -> str:
    p = f"P(lower risk) {_range(ps)}"
    if all(x >= SURVIVES for x in ps):
        return f"the lower risk of {name} survives ({p})"
    if all(x <= LOWER for x in ps):
        return f"the data point to harm by {name} ({p})"
    return f"neither a lower nor a higher risk of {name} is established ({p})"


def _range(ps: list[float]) -> str:
    low, high = probability(min(ps)), probability(max(ps))
    return low if low == high else f"{low} to {high}"
