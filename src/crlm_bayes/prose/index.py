"""The index in two or three sentences, from the table of verdicts alone."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from crlm_bayes.answers.question import SYNTHESIS
from crlm_bayes.rule import points_to_harm, standing, survives
from crlm_bayes.words.nouns import (
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
from crlm_bayes.words.numbers import probability

if TYPE_CHECKING:
    import pandas as pd


def sentences_of_index(verdicts: "pd.DataFrame") -> list[str]:
    """Say whether the benefit survives sceptical priors in analyses of one study: over all, then study by study.

    Parameters
    ----------
    verdicts : DataFrame
        One row for each analysis and prior, as in `verdicts.csv`; hypothetical readings are not counted.
    """
    verdicts = of_single_studies(of_the_print(verdicts))
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


def of_single_studies(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Leave out the syntheses."""
    return verdicts if verdicts.empty else verdicts[verdicts["study"] != SYNTHESIS]


def of_syntheses(verdicts: "pd.DataFrame") -> "pd.DataFrame":
    """Keep the syntheses alone."""
    return verdicts if verdicts.empty else verdicts[verdicts["study"] == SYNTHESIS]


def sentences_of_syntheses(verdicts: "pd.DataFrame") -> list[str]:
    """Say whether the benefit survives the primary prior where studies are taken together: over all, then by endpoint.

    Parameters
    ----------
    verdicts : DataFrame
        As in `verdicts.csv`; hypothetical readings are not counted.

    Returns
    -------
    list of str
        Empty without a synthesis.
    """
    verdicts = of_syntheses(of_the_print(verdicts))
    if verdicts.empty:
        return []
    primary = verdicts[verdicts["primary"].astype(bool)]
    efficacy = primary[~primary["endpoint"].map(is_safety).astype(bool)]
    names = listed(prior_name(str(p)) for p in dict.fromkeys(primary["prior"]))
    said = []
    if not efficacy.empty:
        survive = _surviving(efficacy["p_benefit"])
        said.append(
            f"All the evidence together, under the primary prior ({names}): the benefit survives in "
            f"{_of(survive, len(efficacy), ('synthesis', 'syntheses'))} of efficacy."
        )
    endpoints = sorted(dict.fromkeys(str(e) for e in primary["endpoint"]), key=endpoint_order)
    return said + [_together(e, primary[primary["endpoint"] == e]) for e in endpoints]


def _together(endpoint: str, rows: "pd.DataFrame") -> str:
    """One sentence on the syntheses of one endpoint."""
    ordered = sorted(rows.to_dict("records"), key=lambda row: float(row["p_benefit"]))
    ps = [float(row["p_benefit"]) for row in ordered]
    name, safety = capital(endpoint_noun(endpoint)), is_safety(endpoint)
    p = "P(lower risk)" if safety else "P(benefit)"
    claim = "the lower risk" if safety else "the benefit"
    first, last = (
        f"{probability(x)} ({subtitle(str(row['title']))})" for x, row in ((ps[0], ordered[0]), (ps[-1], ordered[-1]))
    )
    if len(ordered) == 1:
        said = {True: f"{claim} survives", False: f"{claim} does not survive"}[survives(ps[0])]
        return f"{name}: {'the data point to harm' if points_to_harm(ps[0]) else said}, {p} {first}."
    survive = _surviving(ps)
    harm = sum(map(points_to_harm, ps))
    worse = f", and the data point to harm in {in_words(harm)}" if harm else ""
    return f"{name}: {claim} survives in {_of(survive, len(ps), ('synthesis', 'syntheses'))}{worse}; {p} runs from {first} to {last}."


def subtitle(title: str) -> str:
    """Say what a title says after its first colon: which studies, taken how."""
    return title.partition(": ")[2] or title


def _overall(verdicts: "pd.DataFrame", primary: "pd.DataFrame") -> str:
    safety = primary["endpoint"].map(is_safety).astype(bool)
    efficacy = primary[~safety]
    names = listed(prior_name(str(p)) for p in dict.fromkeys(primary["prior"]))
    if efficacy.empty:
        return f"No analysis of efficacy is among those fitted; the primary prior is {names}."
    total, survive = len(efficacy), _surviving(efficacy["p_benefit"])
    ids = set(efficacy["analysis"])
    least = verdicts[verdicts["analysis"].isin(ids)].groupby("analysis")["p_benefit"].min()
    through = _surviving(least)
    start = f"Under the primary prior ({names}) the benefit survives in {_of(survive, total)}"
    every = (
        "none survives every prior of its panel"
        if through == 0
        else f"{counted(through, 'reading')} of efficacy survive{'s' if through == 1 else ''} every prior"
    )
    return f"{start} of efficacy; {every}."


def _surviving(ps: Iterable[float]) -> int:
    return sum(map(survives, ps))


def _of(k: int, n: int, nouns: tuple[str, str] = ("reading", "readings")) -> str:
    one, many = nouns
    if n == 1:
        return f"the one {one}" if k else f"no {one} (of one)"
    if k == n:
        return f"both {many}" if n == 2 else f"all {in_words(n)} {many}"
    return f"{in_words(k) if k else 'none'} of {in_words(n)} {many}"


def _study(study: str, rows: "pd.DataFrame") -> str:
    """One sentence on one study under the primary prior."""
    groups: dict[str, list[str]] = {"survives": [], "partly": [], "open": [], "harm": []}
    safe: list[str] = []
    for endpoint in sorted(dict.fromkeys(rows["endpoint"]), key=endpoint_order):
        ps = [float(p) for p in rows.loc[rows["endpoint"] == endpoint, "p_benefit"]]
        if is_safety(endpoint):
            safe.append(_safety(endpoint_noun(endpoint), ps))
            continue
        found = {standing(p) for p in ps}
        kind = found.pop() if len(found) == 1 else "partly" if "survives" in found else "open"
        name = endpoint_noun(endpoint)
        if kind == "partly":
            name += f" (in {_of(_surviving(ps), len(ps))}, P(benefit) {_range(ps)})"
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
    if all(map(survives, ps)):
        return f"the lower risk of {name} survives ({p})"
    if all(map(points_to_harm, ps)):
        return f"the data point to harm by {name} ({p})"
    return f"neither a lower nor a higher risk of {name} is established ({p})"


def _range(ps: list[float]) -> str:
    low, high = probability(min(ps)), probability(max(ps))
    return low if low == high else f"{low} to {high}"
