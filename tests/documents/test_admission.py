"""The register of admitted trials against the documents: what is admitted can be read, and what can be read is admitted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crlm_bayes.documents.admission import AdmissionRegister, Outcome, read_register
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import StudyReading
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import CrlmBayesError
from crlm_bayes.evidence.assemble import of_study
from crlm_bayes.evidence.single import SingleEvidence

READABLE_AND_NOT_ADMITTED = {("yan2025", "orr")}
"""Response after the resection is no answer to the question of response before it."""

RELAPSE = ("pfs", "dfs", "rfs", "ttp")
BARE = (
    ("log_ratio", "contrast", "hr"), ("log_ratio", "contrast", "rr"), ("log_ratio", "contrast", "or"), ("log_ratio", "logrank", "hr"),
    ("log_ratio", "observed_expected", "hr"), ("piecewise_exponential", "landmark", "hr"), ("piecewise_exponential", "at_risk", "hr"),
    ("binomial", "counts", "or"), ("binomial", "percent", "or"),
)  # fmt: skip
"""Every reading that takes the print as it stands, with the measures that it can be of."""
Make = Callable[..., AnalysisSpec]


@pytest.fixture(scope="module")
def register(root: Path, published: dict[str, Study]) -> AdmissionRegister:
    found = read_register(root / "data" / "published", published)
    assert found is not None
    return found


def read(make_spec: Make, study: Study, endpoint: str, own: StudyReading, measure: str) -> SingleEvidence:
    """The program's own evidence of one study."""
    keys = ("likelihood", "reading", "adjusted", "effective_n", "effective_events")
    changes = {key: value for key in keys if (value := getattr(own, key)) is not None}
    spec = make_spec(changes.pop("likelihood"), endpoint=endpoint, measure=measure, studies=(study.id,))
    return of_study(spec.model_copy(update=changes), study)


def admitted(register: AdmissionRegister) -> Iterator[tuple[str, Outcome, StudyReading]]:
    for trial in register.trials:
        for outcome in trial.outcomes:
            if outcome.admitted is not None:
                assert trial.study is not None
                yield trial.study, outcome, outcome.admitted


def test_what_is_admitted_can_be_read(
    register: AdmissionRegister, published: dict[str, Study], make_spec: Make
) -> None:
    read_so = set()
    for study, outcome, own in admitted(register):
        measure = "or" if own.likelihood == "binomial" else "hr"
        evidence = read(make_spec, published[study], outcome.endpoint, own, measure)
        assert evidence.rows and evidence.study == study
        read_so.add((study, outcome.asked))
    assert len(read_so) == 36
    assert {study for study, asked in read_so if asked == "pfs"} == {
        "yan2025", "hepatica", "kemeny2011", "nsabp_c08", "savant", "avant_stage2", "quasar2", "avf2107g", "no16966", "max", "avex",
        "artist", "itaca", "bebyp",
    }  # fmt: skip


def test_what_can_be_read_is_admitted(
    register: AdmissionRegister, published: dict[str, Study], make_spec: Make
) -> None:
    """Every randomised study of the treatment against none is registered, and no print of it that can be read is left."""
    registered = {trial.study: trial for trial in register.trials if trial.study is not None}
    randomised = {
        name
        for name, study in published.items()
        if study.design == "rct" and study.relevance in ("direct", "indirect") and len(study.arms) >= 2
    }
    assert randomised == set(registered)
    left = set()
    for name, trial in registered.items():
        for outcome in trial.outcomes:
            if outcome.admitted is None and readable(make_spec, published[name], outcome.asked):
                left.add((name, outcome.asked))
    assert left == READABLE_AND_NOT_ADMITTED


def readable(make_spec: Make, study: Study, asked: str) -> bool:
    """Whether any reading that states nothing gives an estimate, under any word for the endpoint."""
    for endpoint in RELAPSE if asked == "pfs" else (asked,):
        for likelihood, reading, measure in BARE:
            own = StudyReading.model_validate({"likelihood": likelihood, "reading": reading})
            try:
                read(make_spec, study, endpoint, own, measure)
            except CrlmBayesError:
                continue
            return True
    return False


def test_a_trial_that_was_left_out_would_be_found(published: dict[str, Study], make_spec: Make) -> None:
    assert readable(make_spec, published["max"], "pfs") and not readable(make_spec, published["max"], "os")
    assert readable(make_spec, published["itaca"], "os") and not readable(make_spec, published["e3200"], "pfs")
    assert readable(make_spec, published["avf2107g"], "orr") and not readable(make_spec, published["artist"], "orr")


def test_values_of_what_was_missing(register: AdmissionRegister, published: dict[str, Study], make_spec: Make) -> None:
    """Treatment over control with the standard error, as the record of evidence has them."""
    found = {
        (study, outcome.asked): read(make_spec, published[study], outcome.endpoint, own, "hr")
        for study, outcome, own in admitted(register)
        if own.reading == "contrast"
    }
    values = {key: (round(e.log_ratio, 3), round(e.se, 3)) for key, e in found.items()}  # type: ignore[attr-defined]
    assert values["max", "pfs"] == (-0.462, 0.117)
    assert values["avex", "pfs"] == (-0.635, 0.133)
    assert values["artist", "pfs"] == (-0.821, 0.181)
    assert values["artist", "os"] == (-0.478, 0.214)
    assert values["quasar2", "pfs"] == (0.058, 0.095)
    assert values["quasar2", "os"] == (0.113, 0.129)
    assert values["itaca", "os"] == (0.122, 0.121)
    assert values["e3200", "os"] == (-0.288, 0.113)
    assert values["ml18147", "os"] == (-0.211, 0.079)


GOOD = """
rule = "All of them."
[strata]
only = "the only one"
[asked]
os = "death"
[[trials]]
name = "Made"
study = "made2020"
stratum = "only"
outcomes = [{ asked = "os", admitted = { likelihood = "log_ratio", reading = "contrast" } }]
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('stratum = "only"', 'stratum = "onyl"', r"trials\[1\] \(Made\): stratum: there is no stratum 'onyl'; .*'only'"),
        ('study = "made2020"', 'study = "made2002"', r"study: there is no study 'made2002'; .* did you mean 'made2020'"),
        ('study = "made2020"\n', "", "study: is missing, and something is admitted"),
        ('asked = "os"', 'asked = "pfs"', "says . times what becomes of '(os|pfs)'; allowed: once for each of os"),
        ("outcomes = [", 'outcomes = [{ asked = "os", why_not = "not found" }, ', "says 2 times what becomes of 'os'"),
        ('reading = "contrast" }', 'reading = "contrast" }, why_not = "x"', "needs either admitted or why_not"),
        ('reading = "contrast"', 'reading = "counts"', "admitted needs a likelihood and a reading that fits it"),
        ("[[trials]]", '[[trials]]\nname = "Made"\nstratum = "only"\noutcomes = []\n[[trials]]', "'Made' is registered twice"),
        ("[strata]", "[stratas]", "stratas: unknown key"),
    ],
)  # fmt: skip
def test_a_fault_of_the_register_is_one_line(old: str, new: str, words: str, tmp_path: Path) -> None:
    assert old in GOOD
    (tmp_path / "admission.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(CrlmBayesError, match=words) as raised:
        read_register(tmp_path, {"made2020"})
    assert "\n" not in str(raised.value)


def test_a_folder_without_register_has_none(tmp_path: Path) -> None:
    assert read_register(tmp_path, ()) is None
