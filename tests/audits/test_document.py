"""What a document leaves a reader without, and what it says twice in two ways: identifiers and favoured arms."""

from typing import Any

import pytest

from crlm_bayes.audits.identifiers import identifier
from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.audits.survival.favoured import favoured_arm
from crlm_bayes.documents.study import Study
from crlm_bayes.prose.audit import answer
from makers.ministudy import ministudy


@pytest.mark.parametrize("head", [{"doi": "10.1000/made"}, {"pmid": "12345678"}])
def test_a_paper_that_can_be_found_is_no_finding(head: dict[str, str]) -> None:
    assert identifier(ministudy(head=head)) == []


def test_a_paper_without_identifier_is_a_note_that_accuses_nobody() -> None:
    (found,) = identifier(ministudy())
    assert (found.severity, found.id) == ("note", "mini2020.identifier.paper")
    assert found.message == "No DOI or PMID is given, so that a reader cannot find the paper by it."


COUNTS = [{"endpoint": "orr", "arm": arm, "events": k, "n": 50} for arm, k in (("control", 22), ("drug", 33))]


def test_a_clean_trial_without_identifier_is_still_called_clean() -> None:
    (audit,) = audit_studies({"mini2020": ministudy(counts=COUNTS)}).values()
    assert [f.check for f in audit.findings] == ["identifier"]
    assert answer(audit).endswith(
        "found nothing that does not add up. No DOI or PMID is given, so that a reader cannot find the paper by it."
    )


def favouring(arm: str | None, control: str, drug: str) -> Study:
    medians = [
        {"endpoint": "os", "arm": name, "months": months} for name, months in (("control", control), ("drug", drug))
    ]
    test: dict[str, Any] = {"endpoint": "os", "test": "logrank", "p": "0.03"} | ({"favours": arm} if arm else {})
    return ministudy(medians=medians, tests=[test])


def test_a_favoured_arm_with_the_shorter_median_is_a_warning() -> None:
    (found,) = favoured_arm(favouring("drug", "25.7", "20.5"))
    assert found.severity == "warning" and "whose median is the shorter one (20.5 v 25.7 months)" in found.message
    for arm, control, drug in (("drug", "20.5", "25.7"), ("drug", "20.5", "20.5"), (None, "25.7", "20.5")):
        assert favoured_arm(favouring(arm, control, drug)) == []
