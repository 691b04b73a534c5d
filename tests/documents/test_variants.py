"""One document, several analyses: what a variant is, that it is what was written out before, and what is refused."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

import crlm_bayes as cb
from crlm_bayes.answers.checking import check_documents
from crlm_bayes.commands.check import schemas
from crlm_bayes.digests import digest
from crlm_bayes.documents.analyses import analysis_paths, read_priors, read_specs, spec_of, spec_paths
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.variation.variants import changed, entries
from crlm_bayes.errors import CrlmBayesError, InvalidInput

ROOT = Path(__file__).resolve().parents[2]
RESOLVED = sorted((ROOT / "tests" / "data" / "resolved").glob("*.toml"))
"""Analyses as they were written out, one document each, before there were variants."""

BASE = "response_trial2020"


@pytest.mark.parametrize("path", RESOLVED, ids=lambda path: path.stem)
def test_a_variant_is_the_analysis_that_was_written_out(path: Path, analyses: dict[str, AnalysisSpec]) -> None:
    written = spec_of(tomllib.loads(path.read_text(encoding="utf-8")), read_priors(ROOT / "models"), path.name)
    assert digest(analyses[path.stem]) == digest(written)
    assert analyses[path.stem].model_fields_set == written.model_fields_set
    assert analyses[path.stem].document != path.stem == written.document


def test_variants_stand_behind_their_document_and_know_it(analyses: dict[str, AnalysisSpec]) -> None:
    paths = analysis_paths(ROOT / "models")
    assert list(paths) == list(analyses) and len(spec_paths(ROOT / "models")) < len(paths) / 2
    documents = [spec.document for spec in analyses.values()]
    assert list(dict.fromkeys(documents)) == list(spec_paths(ROOT / "models"))
    assert documents == sorted(documents), "each behind its own"
    assert len([d for d in documents if d == "pfs_direct"]) == 8


def test_names_choose_in_their_order_whatever_document_they_stand_in() -> None:
    names = ["pfs_seeds", "os_chen2025_pinned", "pfs_direct"]
    assert list(read_specs(ROOT / "models", names)[0]) == names


KEYS: dict[str, Any] = {
    "id": "a", "title": "A", "question": "Q?", "studies": ["one2020", "two2020"], "structure": "bias_adjusted",
    "likelihood": "piecewise_exponential", "answers": "os", "adjusted": True, "accepts": ["one2020.x.y", "two2020.x.y"],
    "per_study": {"two2020": {"likelihood": "log_ratio"}},
    "priors": {"baseline": 1, "heterogeneity": 2, "bias_mean": 3, "bias_spread": 4},
}  # fmt: skip


def test_what_has_no_part_falls_away_and_the_rest_stays() -> None:
    one = changed(KEYS, {"studies": ["one2020"], "structure": "random"}, "", strict=True)
    assert one["accepts"] == ["one2020.x.y"] and "per_study" not in one
    assert one["priors"] == {"baseline": 1, "heterogeneity": 2} and one["adjusted"]
    common = changed(KEYS, {"structure": "common", "likelihood": "log_ratio", "without": ["adjusted"]}, "", strict=True)
    assert "priors" not in common and "adjusted" not in common
    assert changed(KEYS, {"priors": {"heterogeneity": 5}}, "")["priors"] == KEYS["priors"] | {"heterogeneity": 5}


def test_what_a_variant_says_itself_does_not_fall_away() -> None:
    said = changed(KEYS, {"structure": "common", "priors": {"heterogeneity": 5}}, "", strict=True)
    assert said["priors"] == {"baseline": 1, "heterogeneity": 5}, "so that it is complained of"
    assert changed(KEYS, {"structure": "common", "priors": {"heterogeneity": 5}}, "")["priors"] == {"baseline": 1}


def test_the_answer_is_of_the_document_alone() -> None:
    own, other = entries(KEYS | {"variants": [{"id": "b", "title": "B", "adjusted": False}]}, "a.toml")
    assert own.keys["answers"] == "os" and "answers" not in other.keys


VARIANT = '\n[[variants]]\nid = "second"\ntitle = "Second"\n'
WRONG = [
    ("unknown key", VARIANT + 'reding = "percent"', ["variants[1] (second): reding: unknown key", "allowed: ", "'reading'"]),
    ("changes nothing", VARIANT, ["variants[1] (second): changes nothing but names", f"same analysis as {BASE}", "allowed: "]),
    ("says the same in other words", VARIANT + 'reading = "counts"', ["changes nothing but names"]),
    ("same as another", VARIANT + 'reading = "percent"' + VARIANT.replace("second", "third") + 'reading = "percent"', ["variants[2] (third)", "same analysis as second"]),
    ("id of the document", VARIANT.replace("second", BASE) + 'reading = "percent"', [f"variants[1] ({BASE}): id: occurs twice"]),
    ("id of another variant", (VARIANT + 'reading = "percent"\n') * 2, ["variants[2] (second): id: occurs twice"]),
    ("variant of a variant", VARIANT + '[[variants.variants]]\nid = "third"\ntitle = "Third"', ["variants[1] (second): variants: a variant has none of its own", "allowed: "]),
    ("no title", '\n[[variants]]\nid = "second"\nreading = "percent"', ["variants[1] (second): title: is required but missing"]),
    ("left out and not there", VARIANT + 'without = ["adjustd"]', ["variants[1] (second): without: there is no key of the document 'adjustd'"]),
    ("left out and stated", VARIANT + 'mcid = 1.5\nwithout = ["mcid"]', ["'mcid' is left out and stated"]),
    ("left out and needed", VARIANT + 'without = ["priors.baseline"]', ["variants[1] (second): priors.baseline: is required with likelihood 'binomial'"]),
    ("does not fit", VARIANT + 'reading = "landmark"', ["variants[1] (second): reading: 'landmark' does not fit likelihood 'binomial'", "counts, percent"]),
    ("states what has no part", VARIANT + 'priors.heterogeneity = { dist = "half_normal", sd = 0.5, rationale = "x" }', ["priors.heterogeneity: has no role with structure 'single'"]),
    ("two answers", VARIANT + 'reading = "percent"\nanswers = "response"' + VARIANT.replace("second", "third") + 'primary = "reference"\nanswers = "response"', ["variants (third): answers: 'response' is answered by second already", "one analysis for each endpoint"]),
]  # fmt: skip


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    for folder in ("models", "published"):
        shutil.copytree(ROOT / "tests" / "data" / folder, tmp_path / folder)
    return tmp_path


def add(trial: Path, text: str, name: str = BASE) -> Path:
    path = trial / "models" / f"{name}.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "said"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_wrong_with_a_variant_is_one_line(trial: Path, text: str, said: list[str]) -> None:
    path = add(trial, text)
    with pytest.raises(CrlmBayesError) as caught:
        read_specs(trial / "models")
    line = str(caught.value)
    assert "\n" not in line and line.startswith(str(path)) and all(part in line for part in said), line
    assert line in check_documents(trial / "published", trial / "models")[0]


def test_one_id_in_two_documents_is_refused(trial: Path) -> None:
    add(trial, '\n[[variants]]\nid = "ratio_trial2020"\ntitle = "Again"\nreading = "percent"\n')
    with pytest.raises(
        InvalidInput, match=r"'ratio_trial2020' is an analysis of ratio_trial2020.toml already|is an analysis of"
    ):
        read_specs(trial / "models")


def test_a_fault_in_one_document_does_not_stop_another(trial: Path) -> None:
    add(trial, VARIANT + "wrong = 1", "survival_trial2020")
    assert list(read_specs(trial / "models", [BASE])[0]) == [BASE]
    with pytest.raises(InvalidInput, match="wrong"):
        read_specs(trial / "models", ["second"])


def test_a_question_is_asked_by_the_id_of_the_variant_and_a_path_of_several_says_which() -> None:
    path = ROOT / "models" / "pfs_direct.toml"
    assert cb.question("pfs_seeds").spec.document == "pfs_direct"
    keys = tomllib.loads(path.read_text(encoding="utf-8"))
    for several in (path, keys):
        with pytest.raises(
            InvalidInput, match=r"is 8 analyses, not one; allowed: the id of one of them: pfs_direct, pfs_"
        ):
            cb.question(several)


def test_the_schema_and_check_know_variants(trial: Path) -> None:
    assert {"Variant", "Option", "Choice"} <= set(schemas()["analysis"]["$defs"])
    add(trial, VARIANT + 'reading = "percent"\n')
    _, counts = check_documents(trial / "published", trial / "models")
    assert counts["analyses"] == 5
