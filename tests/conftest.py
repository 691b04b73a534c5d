"""Shared ground of the tests: the bundled documents, an invented trial, and cases built from numbers."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does, before NumPy is loaded

from crlm_bayes.documents.analyses import read_specs
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.reader import read_studies
from crlm_bayes.documents.study import Study
from crlm_bayes.documents.study_meaning import check_meaning
from crlm_bayes.evidence.assemble import assemble, of_study
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.likelihoods.registry import evidence_curve
from crlm_bayes.memory import Memory
from crlm_bayes.priors.density import Prior

# nothing that an earlier run kept may decide a test; the processes of one run share what they make
if "CRLM_BAYES_CACHE" not in os.environ:
    _PLACE = tempfile.TemporaryDirectory(prefix="crlm_bayes-tests-")
    os.environ["CRLM_BAYES_CACHE"] = _PLACE.name

pytest.register_assert_rewrite("makers")  # what they assert is explained as it is in the tests

ROOT = Path(__file__).resolve().parents[1]
BASELINES = {
    "binomial": {"dist": "normal", "mean": 0.0, "sd": 1.5, "rationale": "test"},
    "piecewise_exponential": {"dist": "normal", "mean": -3.5066, "sd": 2.0, "rationale": "test"},
}
READINGS = {"binomial": "counts", "piecewise_exponential": "landmark", "log_ratio": "contrast"}


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def published() -> dict[str, Study]:
    """The bundled studies."""
    return read_studies(ROOT / "data" / "published")


@pytest.fixture(scope="session")
def analyses() -> dict[str, AnalysisSpec]:
    """The bundled analyses."""
    return read_specs(ROOT / "models")[0]


@pytest.fixture(scope="module", params=["one of each kind", pytest.param("all", marks=pytest.mark.exhaustive)])
def bundled(request: pytest.FixtureRequest, analyses: dict[str, AnalysisSpec]) -> dict[str, AnalysisSpec]:
    """Bundled analyses, for what must hold of each: one of each kind by default, all of them in the slowest tier.

    Left out there are other numbers of the same print and endpoint, which are the same model.
    """
    if request.param == "all":
        return {name: spec for name, spec in analyses.items() if spec.reading not in ("percent", "pinned")}
    kinds = {(spec.model, spec.structure, spec.reading, spec.proportional): spec for spec in analyses.values()}
    return {spec.id: spec for spec in kinds.values()}


@pytest.fixture(scope="session")
def priors() -> dict[str, Prior]:
    """The bundled effect priors that are densities."""
    return {name: prior for name, prior in read_specs(ROOT / "models")[1].items() if isinstance(prior, Prior)}


@pytest.fixture(scope="session")
def evidence_of(published: dict[str, Study], analyses: dict[str, AnalysisSpec]) -> Callable[[str], Evidence]:
    """Evidence of a bundled analysis, by its id."""

    @cache
    def find(name: str) -> Evidence:
        return assemble(analyses[name], published)

    return find


@pytest.fixture(scope="session")
def curve_of(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence]
) -> Callable[[str], EvidenceCurve]:
    """Evidence curve of a bundled analysis, by its id; tabulated once."""

    @cache
    def find(name: str) -> EvidenceCurve:
        return evidence_curve(evidence_of(name), analyses[name])

    return find


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is computed: for tests that change the program itself, or count what it does."""
    monkeypatch.setattr(Memory, "recall", lambda _self, _key, make, _state="": make())


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A writable copy of the invented trial: folders `published` and `models`."""
    return Path(shutil.copytree(ROOT / "tests" / "data", tmp_path / "trial"))


@pytest.fixture(scope="session")
def make_study() -> Callable[..., Study]:
    """Build a validated study from tables; control and treatment arm unless `arms` is given."""

    def build(n: tuple[int, int] = (100, 100), **document: Any) -> Study:
        arms = [
            {"id": "control", "role": "control", "label": "Control", "n": n[0]},
            {"id": "treated", "role": "treatment", "label": "Treated", "n": n[1]},
        ]
        head = {
            "id": "made2020",
            "citation": "Made for a test",
            "design": "rct",
            "timing": "adjuvant",
            "resectability": "resected",
            "source": "primary",
            "arms": arms,
        }
        for table in ("counts", "survival", "contrasts", "medians"):
            if table in document:
                document[table] = [{"locator": "made", **row} for row in document[table]]
        if "complete_follow_up_months" in document:
            document.setdefault("complete_follow_up_basis", "made")
        study = Study.model_validate(head | document)
        check_meaning(study, "made2020.toml")
        return study

    return build


@pytest.fixture(scope="session")
def make_spec() -> Callable[..., AnalysisSpec]:
    """Build an analysis of the made study; everything can be overridden."""

    def build(likelihood: str, **changes: Any) -> AnalysisSpec:
        lower = changes.get("better", "lower") == "lower"
        document: dict[str, Any] = {
            "id": "made",
            "title": "Made",
            "question": "Made?",
            "endpoint": "pfs",
            "measure": "or" if likelihood == "binomial" else "hr",
            "better": "lower",
            "studies": ["made2020"],
            "likelihood": likelihood,
            "reading": READINGS[likelihood],
            "structure": "single",
            "effect_priors": ["sceptical"],
            "primary": "sceptical",
            "mcid": 0.8 if lower else 1.25,
        }
        if likelihood in BASELINES:
            document["priors"] = {"baseline": BASELINES[likelihood]}
        priors = changes.pop("priors", None)
        if priors is not None:
            document["priors"] = document.get("priors", {}) | priors
        return AnalysisSpec.model_validate(document | changes)

    return build


@pytest.fixture(scope="session")
def make_case(
    make_study: Callable[..., Study], make_spec: Callable[..., AnalysisSpec]
) -> Callable[..., tuple[AnalysisSpec, Evidence]]:
    """Build analysis and evidence from numbers, through the published format.

    ``make_case("binomial", control=(r, n), treated=(r, n))``,
    ``make_case("piecewise_exponential", months=(12, 36), control=(n, s1, s2), treated=(n, s1, s2))``,
    ``make_case("log_ratio", value="0.755", ci=("0.598", "0.954"), level=0.95, turned=False)``.
    """

    def build(likelihood: str, **case: Any) -> tuple[AnalysisSpec, Evidence]:
        spec_changes: Mapping[str, Any] = case.pop("spec", {})
        spec = make_spec(likelihood, **spec_changes)
        if likelihood == "binomial":
            sizes = (case["control"][1], case["treated"][1])
            rows = [
                {"endpoint": "pfs", "arm": a, "events": case[a][0], "n": case[a][1]} for a in ("control", "treated")
            ]
            study = make_study(sizes, counts=rows)
        elif likelihood == "piecewise_exponential":
            sizes = (case["control"][0], case["treated"][0])
            rows = [
                {"endpoint": "pfs", "arm": arm, "months": f"{months:g}", "alive": alive}
                for arm in ("control", "treated")
                for months, alive in zip(case["months"], case[arm][1:], strict=True)
            ]
            study = make_study(sizes, survival=rows, complete_follow_up_months=case["months"][-1])
        else:
            top, bottom = ("control", "treated") if case.get("turned", False) else ("treated", "control")
            row = {
                "endpoint": "pfs",
                "measure": spec.measure,
                "numerator": top,
                "denominator": bottom,
                "adjusted": True,
            }
            row |= {k: case[k] for k in ("value", "ci", "level", "p", "se") if k in case}
            study = make_study(contrasts=[row])
        return spec, of_study(spec, study)

    return build
