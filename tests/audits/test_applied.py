"""Which checks apply to a study: all that found something, and none that has nothing to compare."""

from crlm_bayes.audits.applied import APPLIES, applies
from crlm_bayes.audits.registry import CHECKS, QUESTIONS, audit_studies
from crlm_bayes.documents.claims import Claim
from crlm_bayes.documents.study import Study
from makers.ministudy import ministudy


def test_every_check_says_what_it_asks_for() -> None:
    assert list(APPLIES) == [check.name for check in CHECKS]


def test_what_found_something_applied(published: dict[str, Study]) -> None:
    audits = audit_studies({name: published[name] for name in ("chen2025", "yan2025", "hepatica", "adj490")})
    for audit in audits.values():
        assert {finding.check for finding in audit.findings} <= set(audit.applied)
        assert audit.checks == len(audit.applied) < len(QUESTIONS)


def test_of_a_study_without_a_row_only_the_document_is_asked() -> None:
    (audit,) = audit_studies({"mini2020": ministudy()}).values()
    assert audit.transcribed == 0 and set(audit.applied) == {"identifier"}


def test_a_row_makes_the_checks_of_its_kind_apply() -> None:
    count = {"endpoint": "orr", "arm": "drug", "events": 5, "n": 50}
    whole = ministudy(counts=[count | {"percent": "10"}])
    assert applies("count_percent", whole) and not applies("count_percent", ministudy(counts=[count]))
    assert not applies("chi_square", whole)
    tested = ministudy(counts=[count], tests=[{"endpoint": "orr", "test": "chi2", "p": "0.3"}])
    assert applies("chi_square", tested) and not applies("chi_square_statistic", tested)


def test_what_a_paper_says_of_others_applies_where_it_says_something() -> None:
    claim = Claim(study="mini2020", about="other2001", says="so", locator="p 1", endpoint="os", effect="lower")
    assert "citation" in audit_studies({"mini2020": ministudy()}, [claim])["mini2020"].applied
