"""An analysis knows what it lives with: serious findings are accepted by name, or it does not run."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from crlm_bayes.answers.identity import digests
from crlm_bayes.answers.questions import question, read_questions
from crlm_bayes.audits.reading import read_audits
from crlm_bayes.audits.registry import CHECKS, audit_studies
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import CrlmBayesError
from crlm_bayes.evidence.assemble import of_study
from crlm_bayes.evidence.values import BinomialEvidence, SurvivalEvidence
from crlm_bayes.priors.density import Prior
from crlm_bayes.sampling.settings import Settings

STUDY, RESPONSE = "published/trial2020.toml", "models/response_trial2020.toml"
FINDING = "trial2020.count_percent.orr-control"


def spoil(trial: Path, file: str, old: str, new: str) -> None:
    path = trial / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def complaint(trial: Path, *names: str) -> str:
    with pytest.raises(CrlmBayesError) as caught:
        read_questions(trial / "published", trial / "models", names or None)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_analysis_of_numbers_with_a_serious_finding_does_not_run(trial: Path) -> None:
    spoil(trial, STUDY, 'percent = "40.0"', 'percent = "47.0"')
    line = complaint(trial, "response_trial2020")
    assert "response_trial2020.toml: accepts: rests on numbers with a serious finding: " in line
    assert "40/100 is 40.0%, not the printed 47.0%" in line and f'accepts with "{FINDING}"' in line
    # an analysis of other numbers of the same study is not concerned
    (other,) = read_questions(trial / "published", trial / "models", ["survival_trial2020"])
    assert [f.id for f in other.audit.of("serious")] == [FINDING] and other.audit.about(other.entries) == []


def test_it_runs_once_it_accepts_the_finding_by_name(trial: Path) -> None:
    spoil(trial, STUDY, 'percent = "40.0"', 'percent = "47.0"')
    spoil(trial, RESPONSE, "mcid = 1.25", f'accepts = ["{FINDING}"]\nmcid = 1.25')
    (one,) = read_questions(trial / "published", trial / "models", ["response_trial2020"])
    assert [f.id for f in one.audit.about(one.entries)] == [FINDING]


def test_a_warning_needs_no_acceptance(trial: Path) -> None:
    spoil(trial, STUDY, 'percent = "40.0"', 'percent = "40.4"')
    (one,) = read_questions(trial / "published", trial / "models", ["response_trial2020"])
    assert [(f.id, f.severity) for f in one.audit.about(one.entries)] == [(FINDING, "warning")]


def test_accepting_what_was_not_found_is_an_error_with_the_nearest(trial: Path) -> None:
    spoil(trial, STUDY, 'percent = "40.0"', 'percent = "47.0"')
    spoil(trial, RESPONSE, "mcid = 1.25", f'accepts = ["{FINDING[:-1]}"]\nmcid = 1.25')
    line = complaint(trial, "response_trial2020")
    assert "there is no finding of trial2020" in line and line.endswith(f"did you mean '{FINDING}'?")


def test_a_result_is_out_of_date_once_the_findings_of_its_study_change(trial: Path) -> None:
    def data() -> str:
        (one,) = read_questions(trial / "published", trial / "models", ["survival_trial2020"])
        return digests(one, Settings())["data"]

    before = data()
    claim = '[[claims]]\nstudy = "trial2020"\nabout = "x"\nsays = "so"\nlocator = "p"\nendpoint = "os"\np = "0.5"\n'
    (trial / "published" / "claims.toml").write_text(claim, encoding="utf-8")
    assert data() != before


def test_every_bundled_analysis_accepts_what_it_rests_on_and_nothing_else(
    published: Mapping[str, Study], analyses: Mapping[str, AnalysisSpec], priors: Mapping[str, Prior]
) -> None:
    audits = audit_studies(published)
    for spec in analyses.values():
        one = question(spec, audits, priors, {}, spec.id)  # refuses what is not accepted
        assert set(spec.accepts) == {f.id for f in one.findings if f.severity == "serious"}, spec.id


def test_names_of_checks_and_findings_are_unique(root: Path) -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    for audit in read_audits(root / "data" / "published").values():
        ids = [finding.id for finding in audit.findings]
        assert len(set(ids)) == len(ids)
        known = {reference for reference, _ in audit.study.entries()}
        assert all(set(finding.entries) <= known for finding in audit.findings)


# readings


def test_percentages_of_a_stated_number_are_counts_of_that_number(
    published: Mapping[str, Study], analyses: Mapping[str, AnalysisSpec]
) -> None:
    study = published["yan2025"]
    response = of_study(analyses["orr_yan2025_percent_of_90"], study)
    assert isinstance(response, BinomialEvidence)
    np.testing.assert_allclose(response.events, [42.03, 62.01])
    np.testing.assert_allclose(response.n, [90, 90])
    survival = of_study(analyses["pfs_yan2025_percent_of_90"], study)
    assert isinstance(survival, SurvivalEvidence)
    np.testing.assert_allclose(survival.survivors.T, [[45.99, 24.03, 14.04], [64.98, 41.04, 27.99]])


def test_pinned_counts_are_those_that_give_the_printed_p(
    published: Mapping[str, Study], analyses: Mapping[str, AnalysisSpec]
) -> None:
    evidence = of_study(analyses["os_chen2025_pinned"], published["chen2025"])
    assert isinstance(evidence, SurvivalEvidence)
    np.testing.assert_array_equal(evidence.survivors.T, [[214, 124], [117, 79]])
    how = {row.entry: row.how for row in evidence.rows}
    assert how["survival/os/bev/12"] == "the only whole number that prints 99.2% of 118"
    assert "only pair that gives p = 0.079 (Pearson chi-square)" in how["survival/os/bev/36"]


def test_pinned_counts_need_a_p_that_pins_them(
    published: Mapping[str, Study], analyses: Mapping[str, AnalysisSpec]
) -> None:
    study, spec = published["chen2025"], analyses["os_chen2025_pinned"]
    without = study.model_copy(update={"tests": ()})
    with pytest.raises(CrlmBayesError, match=r"no single count is pinned by 57\.0% of 217 and the printed p value"):
        of_study(spec, without)
    censored = study.model_copy(update={"complete_follow_up_months": 24.0})
    with pytest.raises(CrlmBayesError, match="whole patients only while follow-up is complete"):
        of_study(spec, censored)
