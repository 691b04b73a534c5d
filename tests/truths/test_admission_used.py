"""The syntheses take what the rule of admission takes, all of it and read in the same way: nothing is chosen by its result."""

from pathlib import Path

import pytest

from crlm_bayes.documents.admission import Outcome, read_register
from crlm_bayes.documents.analyses import read_priors
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import StudyReading
from crlm_bayes.documents.prior_book import DeclaredPrior
from crlm_bayes.documents.study import Study

ADJUVANT, METASTATIC = {"adjuvant_colon"}, {"first_line", "second_line"}
EVERY = {"resected_liver", "adjuvant_colon", "first_line", "second_line", "beyond_progression"}
TAKES = {
    "pfs_direct_and_adjuvant": ("pfs", ADJUVANT),
    "pfs_direct_and_metastatic": ("pfs", METASTATIC),
    "pfs_by_resectability": ("pfs", METASTATIC),
    "os_direct_and_adjuvant": ("os", ADJUVANT),
    "os_direct_and_metastatic": ("os", METASTATIC),
    "orr_direct_and_metastatic": ("orr", METASTATIC),
    "pfs_direct_randomised": ("pfs", {"resected_liver"}),
    "os_direct_randomised": ("os", {"resected_liver"}),
    "hypertension_grade3plus": ("ae:hypertension_grade3plus", EVERY),
}


@pytest.fixture(scope="module")
def register(root: Path, published: dict[str, Study]) -> dict[str, dict[str, tuple[str, Outcome]]]:
    """What is admitted, by endpoint and study, with the stratum."""
    found = read_register(root / "data" / "published", published)
    assert found is not None
    return {
        asked: {
            trial.study: (trial.stratum, outcome)
            for trial in found.trials
            for outcome in trial.outcomes
            if trial.study is not None and outcome.asked == asked and outcome.admitted is not None
        }
        for asked in found.asked
    }


@pytest.mark.parametrize("name", TAKES)
def test_an_analysis_takes_every_trial_that_is_admitted_and_reads_it_so(
    name: str, analyses: dict[str, AnalysisSpec], register: dict[str, dict[str, tuple[str, Outcome]]]
) -> None:
    spec, (asked, strata) = analyses[name], TAKES[name]
    wanted = {study: outcome for study, (stratum, outcome) in register[asked].items() if stratum in strata}
    assert set(wanted) <= set(spec.studies), "a trial that is admitted is left out"
    elsewhere = set(register[asked]) - set(wanted)
    allowed = {study for study, (stratum, _) in register[asked].items() if stratum == "resected_liver"}
    assert not (set(spec.studies) & elsewhere) - allowed, "a trial of another population is taken"
    for study, outcome in wanted.items():
        ours, rule = spec.of_study(study), outcome.admitted
        assert isinstance(rule, StudyReading)
        assert (ours.likelihood, ours.reading, ours.endpoint) == (rule.likelihood, rule.reading, outcome.endpoint)
        assert (ours.effective_n, ours.effective_events) == (rule.effective_n, rule.effective_events)


def test_adjuvant_and_metastatic_trials_are_never_averaged(
    analyses: dict[str, AnalysisSpec], register: dict[str, dict[str, tuple[str, Outcome]]]
) -> None:
    for spec in analyses.values():
        if spec.is_synthesis and spec.asks == "benefit" and spec.endpoint in register:
            strata = {register[spec.endpoint][s][0] for s in spec.studies if s in register[spec.endpoint]}
            assert not (strata & ADJUVANT and strata & METASTATIC), spec.id


@pytest.mark.parametrize(("name", "strata"), [("adjuvant_colon", ADJUVANT), ("metastatic", {"first_line"}), ("robust_metastatic", {"first_line"})])  # fmt: skip
def test_a_prior_from_other_trials_takes_all_that_are_admitted(
    name: str, strata: set[str], root: Path, register: dict[str, dict[str, tuple[str, Outcome]]]
) -> None:
    prior = read_priors(root / "models")[name]
    assert isinstance(prior, DeclaredPrior)
    assert set(prior.studies) == {study for study, (stratum, _) in register["pfs"].items() if stratum in strata}
