"""What others have published as right answers of an audit: contradictions that must be found, and clean tables.

The documents in `field/` give the address of each case. Facts and figures only; what is made up, because the format needs a
number that nobody printed, is said in the citation.
"""

from pathlib import Path

import pytest

from crlm_bayes.audits.reading import read_audits
from crlm_bayes.audits.study_audit import StudyAudit

FIELD = Path(__file__).parent / "field"

EXPECTED: dict[str, set[str]] = {
    "grim": {"grim.grim.dice-a", "grim.grim.bad353-a", "grim.grimmer.grimmer-a"},
    "consistent": set(),
    "inconsistent": {"inconsistent.t_test.mean-score"},
    "sextwice": {"sextwice.chi_square.female"},
    "rms56": {"rms56.ratio_interval.os-t-v-c-unadjusted-hr"},
    "robma8": {"robma8.ratio_interval.y-t-v-c-unadjusted-or", "robma8.information.y-t-v-c-unadjusted-or"},
    "cabana2019": set(),
    "ccp2021": set(),
    "kn002": set(),
}
"""The second finding of `robma8` is of the arms that were made up for it."""


@pytest.fixture(scope="module")
def field() -> dict[str, StudyAudit]:
    """The audits of all cases."""
    return read_audits(FIELD)


def test_every_case_has_an_answer(field: dict[str, StudyAudit]) -> None:
    assert set(field) == set(EXPECTED)


@pytest.mark.parametrize("case", EXPECTED)
def test_the_audit_finds_what_is_there_and_nothing_else(case: str, field: dict[str, StudyAudit]) -> None:
    # that a document gives no DOI is no finding about the paper
    assert {finding.id for finding in field[case].findings if finding.check != "identifier"} == EXPECTED[case]


def test_estimates_outside_their_intervals_are_serious(field: dict[str, StudyAudit]) -> None:
    for case in ("rms56", "robma8"):
        assert {finding.severity for finding in field[case].findings if finding.entries} == {"serious"}


def test_means_within_their_rounding_reach_the_published_p_value(field: dict[str, StudyAudit]) -> None:
    """INSPECT-SR: rounding of 20 (4) v 21 (2) lets the p value fall to 0.006, not to 0.004."""
    (finding,) = (finding for finding in field["inconsistent"].findings if finding.check == "t_test")
    assert "between 0.006 and 1.000" in finding.message
