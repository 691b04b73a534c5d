"""Arithmetic in words, events in time, and calculations of sample sizes."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.audits import sample_size, statements
from crlm_bayes.audits.finding import Finding
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy


def said(relation: str, left: str | None, right: str | None, gives: str | None = None, **more: str) -> dict[str, str]:
    row = {"says": f"{left} {relation} {right}", "relation": relation, "left": left, "right": right, "gives": gives}
    return {key: value for key, value in (row | more).items() if value is not None}


def stated(*rows: dict[str, str]) -> Study:
    return ministudy(statements=list(rows))


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (said("minus", "35.6", "27.0", "8.6"), True),
        (said("minus", "35.6", "27.0", "9.6"), False),
        (said("minus", "27.0", "35.6", "8.6"), True),  # lower by 8.6
        (said("plus", "26", "8", "34"), True),
        (said("plus", "26", "8", "35"), True),  # as rounded: both may be half a unit more
        (said("plus", "26", "8", "36.1"), False),
        (said("times", "66.95", "51.15", "1.31"), True),
        (said("times", "66.95", "51.15", "1.41"), False),
        (said("percent_more", "48.9", "27.8", "21.1"), True),  # points
        (said("percent_more", "15.0", "10.0", "50"), True),  # a share
        (said("percent_more", "48.9", "36", "12.1"), False),  # neither 12.9 points nor 35.8%
        (said("difference_points", "48.9", "36", "12.1"), False),
        (said("difference_points", "15.0", "10.0", "50"), False),
        (said("equals", "17.80", "17.8"), True),
        (said("equals", "17.80", "17.9"), False),
        (said("percent_more", "31.1", "15.6", "20", qualifier="about"), True),  # 15.5 is about 20
        (said("percent_more", "31.1", "15.6", "20"), False),
        (said("percent_more", "31.1", "21.6", "20", qualifier="about"), False),
        (said("minus", "10", "4", "5", qualifier="at_least"), True),
        (said("minus", "10", "4", "9", qualifier="at_least"), False),
        (said("minus", "10", "4", "4", qualifier="at_most"), False),
    ],
)
def test_arithmetic_in_words(row: dict[str, str], holds: bool) -> None:
    found = statements.statement(stated(row))
    assert [finding.severity for finding in found] == ([] if holds else ["warning"])
    assert statements.order(stated(row)) == []


def test_the_sentence_gives_the_number_and_what_rounding_leaves() -> None:
    (finding,) = statements.statement(stated(said("percent_more", "48.9", "36", "12.1")))
    assert "48.9 − 36 = 12.9 (12.4 to 13.4 within rounding)" in finding.message
    assert finding.entries == ("statements/48.9/percent_more/36/12.1",)


def test_a_statement_whose_numbers_are_not_printed_is_a_note() -> None:
    (finding,) = statements.statement(stated(said("percent_more", None, None, "28.3")))
    assert finding.severity == "note" and "not printed" in finding.message


FIRST, LAST, SURGERY = "first dose of the drug", "last dose of the drug", "surgery"


@pytest.mark.parametrize(
    ("rows", "possible"),
    [
        # at least 4 weeks between the last dose and surgery, and the first dose a week after surgery
        ([said("before", LAST, SURGERY, "4", unit="weeks", qualifier="at_least"), said("after", FIRST, SURGERY, "1", unit="weeks")], False),
        ([said("before", LAST, SURGERY, "4", unit="weeks", qualifier="at_least"), said("before", FIRST, SURGERY, "8", unit="weeks")], True),
        ([said("before", LAST, SURGERY, "5", unit="weeks", qualifier="at_least")], True),
        ([said("before", "a", "b"), said("before", "b", "a")], False),
        ([said("before", "a", "b"), said("after", "b", "a")], True),
        ([said("before", "a", "b", "3", unit="weeks"), said("before", "b", "c", "4", unit="weeks"),
          said("before", "a", "c", "1", unit="months", qualifier="at_most")], True),  # 6 weeks as rounded, and 1.5 months
        ([said("before", "a", "b", "3", unit="months"), said("before", "b", "c", "4", unit="months"),
          said("before", "a", "c", "4", unit="months")], False),
        ([said("before", "a", "b", "90", unit="days"), said("before", "a", "b", "3", unit="months")], True),
    ],
)  # fmt: skip
def test_events_in_time(rows: list[dict[str, str]], possible: bool) -> None:
    found = statements.order(stated(*rows))
    assert [finding.severity for finding in found] == ([] if possible else ["warning"])
    assert statements.statement(stated(*rows)) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (said("minus", "a lot", "27.0", "8.6"), "is not a printed number"),
        (said("minus", "35.6", "27.0"), "'minus' needs gives"),
        (said("equals", "35.6", None), "'equals' needs left and right"),
        (said("before", LAST, None), "'before' needs two events"),
        (said("before", LAST, SURGERY, "4"), "gives and unit go together"),
        (said("minus", "35.6", "27.0", "8.6", unit="months"), "unit is for orders of events"),
        (said("more", "35.6", "27.0", "8.6"), "relation"),
    ],
)
def test_statements_that_cannot_be_read(row: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stated(row)


# sample sizes


def planned(**changes: Any) -> Study:
    row = {
        "rates": [["25", "30"], ["47", "50"]], "alpha": "0.05", "sides": 2, "power": "80", "n_per_arm": 34, "dropout": "20",
        "enrolled_per_arm": 38, "test": "rates", "locator": "Methods",
    }  # fmt: skip
    return ministudy(head={"sample_size": {k: v for k, v in (row | changes).items() if v is not None}})


def shortfalls(study: Study) -> dict[str, Finding]:
    return {finding.id.rpartition(".")[2]: finding for finding in sample_size.sample_size(study)}


def test_formulas_give_published_numbers() -> None:
    # R, help of power.prop.test: 76.7 for 0.50 v 0.75 at 90% power; Stata, help of sampsi: 216 for 0.25 v 0.40 at 90%
    assert sample_size.formulas(0.50, 0.75, 0.05, 2, 0.90)["pooled variance"] == pytest.approx(76.7, abs=0.05)
    assert sample_size.formulas(0.25, 0.40, 0.05, 2, 0.90)["continuity correction"] == pytest.approx(215.9, abs=0.15)
    # Cohen 1988: 63 in each group (62.8) where h is 0.5
    q = math.sin(math.asin(math.sqrt(0.5)) - 0.25) ** 2
    assert sample_size.formulas(0.5, q, 0.05, 2, 0.80)["arcsine"] == pytest.approx(62.8, abs=0.05)
    # a hazard ratio of 2: 65.3 events by Schoenfeld, 70.6 by Freedman, whose formulas are (1.96 + 0.84)² times 8.33 and 9
    both = sample_size.formulas(0.25, 0.5, 0.05, 2, 0.80, "logrank")
    assert both["log-rank, Schoenfeld, all followed to the event"] * 2 == pytest.approx(65.3, abs=0.1)
    assert both["log-rank, Freedman"] * 1.25 == pytest.approx(70.6, abs=0.1)


def test_the_formula_has_the_power_that_it_promises() -> None:
    """By exact binomial sums: of 94 v 94 patients with 30% and 50% Pearson's test rejects in about 80% of trials."""
    n = math.ceil(sample_size.formulas(0.3, 0.5, 0.05, 2, 0.8)["pooled variance"])
    k = np.arange(n + 1)
    p, q = k[:, None] / n, k[None, :] / n
    mean = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (p - q) / np.sqrt(2 * mean * (1 - mean) / n)
    chance = stats.binom.pmf(k, n, 0.3)[:, None] * stats.binom.pmf(k, n, 0.5)[None, :]
    assert float(chance[np.abs(z) > stats.norm.ppf(0.975)].sum()) == pytest.approx(0.8, abs=0.015)


def test_34_per_arm_are_too_few() -> None:
    found = shortfalls(planned())
    assert {name: finding.severity for name, finding in found.items()} == {"n_per_arm": "warning", "dropout": "warning"}
    assert "52 to 139, and 41 at the least even if one-sided" in found["n_per_arm"].message
    assert "43 are needed (34/0.80 = 42.5)" in found["dropout"].message


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"n_per_arm": 52, "enrolled_per_arm": 65}, set()),
        ({"n_per_arm": 300, "enrolled_per_arm": 400}, set()),  # more than any formula asks for
        ({"n_per_arm": 34, "sides": 1, "enrolled_per_arm": 43}, {"n_per_arm"}),
        ({"n_per_arm": 41, "sides": None, "enrolled_per_arm": 52}, set()),  # one-sided, for all that is said
        ({"n_per_arm": 34, "test": None, "enrolled_per_arm": 43}, set()),  # by a log-rank test to the last death
        ({"n_per_arm": 100, "enrolled_per_arm": 120}, set()),  # the share added, which some do
        ({"n_per_arm": 100, "enrolled_per_arm": 115}, {"dropout"}),
        ({"n_per_arm": 100, "dropout": None, "enrolled_per_arm": None}, set()),
        (
            {"rates": [["25", "50"], ["30", "47"]], "n_per_arm": 34, "enrolled_per_arm": 43},
            set(),
        ),  # ranges that overlap
    ],
)
def test_sample_sizes(changes: dict[str, Any], names: set[str]) -> None:
    assert set(shortfalls(planned(**changes))) == names


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rates": [["25", "27", "30"], ["47"]]}, "one percentage or the two ends"),
        ({"rates": [["0"], ["47"]]}, "between 0 and 100"),
        ({"power": "100"}, "power between 0 and 100"),
        ({"sides": 3}, "sides"),
    ],
)
def test_calculations_that_cannot_be_read(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        planned(**changes)
