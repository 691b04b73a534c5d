"""Analysis documents that are good: what they say, and what follows from it."""

import math
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from crlm_bayes.answers.questions import read_questions
from crlm_bayes.digests import digest
from crlm_bayes.documents.analyses import analysis_paths, read_priors, read_specs, spec_paths
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.documents.analysis_parts import LIKELIHOODS
from crlm_bayes.errors import InvalidInput
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal
from crlm_bayes.words.nouns import is_safety

MODELS = Path(__file__).resolve().parents[2] / "models"
NAMES = list(analysis_paths(MODELS))
ASKED_FOR = {
    "orr_chen2025_counts", "orr_yan2025_counts", "r0_chen2025_counts", "complication_chen2025_counts",
    "hypertension_yan2025_counts", "pfs_chen2025_landmark", "os_chen2025_landmark", "pfs_yan2025_landmark",
    "os_yan2025_landmark", "pfs_chen2025_adjusted_hr", "os_chen2025_adjusted_hr", "pfs_yan2025_adjusted_hr",
}  # fmt: skip


def test_every_analysis_that_was_asked_for_is_there() -> None:
    assert set(analysis_paths(MODELS)) >= ASKED_FOR


@pytest.mark.parametrize("name", spec_paths(MODELS))
def test_analysis_is_read_as_written(name: str, analyses: dict[str, AnalysisSpec]) -> None:
    document, spec = tomllib.loads((MODELS / f"{name}.toml").read_text(encoding="utf-8")), analyses[name]
    for key in (
        "id",
        "title",
        "question",
        "endpoint",
        "measure",
        "better",
        "likelihood",
        "reading",
        "structure",
        "primary",
        "mcid",
    ):
        assert getattr(spec, key) == document[key]
    assert list(spec.effect_priors) == document["effect_priors"]
    assert list(spec.studies) == document["studies"]


@pytest.mark.parametrize("name", NAMES)
def test_analysis_of_a_benefit_runs_under_the_six_named_priors_that_of_a_harm_under_those_that_do_not_hope(
    name: str, analyses: dict[str, AnalysisSpec], priors: dict[str, Prior]
) -> None:
    spec = analyses[name]
    if spec.asks == "benefit":
        assert (set(spec.effect_priors), spec.primary) == (set(priors), "sceptical")
    else:
        assert set(spec.effect_priors) == set(priors) - {"enthusiastic", "strongly_sceptical"}
        assert spec.primary == "reference"


def test_every_harm_is_asked_for_as_a_harm_and_every_endpoint_has_one_answer(
    analyses: dict[str, AnalysisSpec],
) -> None:
    assert all((spec.asks == "harm") == is_safety(spec.endpoint) for spec in analyses.values())
    answers = [spec.answers for spec in analyses.values() if spec.answers]
    assert len(answers) == len(set(answers)) and {"os", "pfs", "orr"} <= set(answers)
    assert not any(spec.hypothetical for spec in analyses.values() if spec.answers)


def test_two_answers_to_one_question_are_refused(tmp_path: Path) -> None:
    for name in ("os_chen2025_landmark", "os_direct"):
        text = (MODELS / f"{name}.toml").read_text(encoding="utf-8")
        text = text if "answers" in text else text.replace("measure =", 'answers = "os"\nmeasure =', 1)
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "priors.toml").write_text((MODELS / "priors.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(
        InvalidInput, match=r"os_direct\.toml: answers: 'os' is answered by os_chen2025_landmark already"
    ):
        read_specs(tmp_path)


@pytest.mark.parametrize("name", spec_paths(MODELS))
def test_analysis_document_stays_short_and_states_its_rationales(name: str) -> None:
    text = (MODELS / f"{name}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    text, *variants = text.partition("\n# Choices")[0].split("\n[[variants]]\n")
    assert all(len(variant.splitlines()) <= 20 for variant in variants)
    assert len(text.splitlines()) <= 40 + (len(document["studies"]) if len(document["studies"]) > 1 else 0)
    stated = dict(document.get("priors", {}))
    stated |= stated.pop("centres", {})
    assert all(len(prior["rationale"]) > 20 for prior in stated.values())


@pytest.mark.parametrize("name", NAMES)
def test_response_and_resection_are_better_higher_and_harm_is_better_lower(
    name: str, analyses: dict[str, AnalysisSpec]
) -> None:
    spec = analyses[name]
    assert spec.better == ("higher" if spec.endpoint in ("orr", "dcr", "r0") else "lower")
    assert spec.mcid == (1.25 if spec.better == "higher" else 0.80)


def test_prior_is_turned_only_where_a_ratio_above_one_favours_the_treatment(
    make_spec: Callable[..., AnalysisSpec],
) -> None:
    prior = Normal(dist="normal", mean=-0.3, sd=0.2, rationale="t")
    lower, higher = make_spec("binomial"), make_spec("binomial", better="higher")
    assert (lower.sign, higher.sign) == (1, -1)
    assert lower.effect_prior(prior) is prior
    turned = higher.effect_prior(prior)
    assert isinstance(turned, Normal) and (turned.mean, turned.sd) == (0.3, 0.2)


@pytest.mark.parametrize(("likelihood", "measure"), [(k, m) for k, word in LIKELIHOODS.items() for m in word.measures])
def test_log_ratio_is_named_by_its_measure(
    likelihood: str, measure: str, make_spec: Callable[..., AnalysisSpec]
) -> None:
    assert make_spec(likelihood, measure=measure).quantity == f"log_{measure}"


def test_analysis_cannot_be_changed_after_reading(analyses: dict[str, AnalysisSpec]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        analyses["orr_chen2025_counts"].mcid = 2.0  # type: ignore[misc]


def test_all_analyses_are_read_in_alphabetical_order_and_named_ones_as_asked() -> None:
    documents = dict.fromkeys(spec.document for spec in read_specs(MODELS)[0].values())
    assert list(documents) == list(spec_paths(MODELS))
    assert list(read_specs(MODELS, ["r0_chen2025_counts", "orr_yan2025_counts", "r0_chen2025_counts"])[0]) == [
        "r0_chen2025_counts",
        "orr_yan2025_counts",
    ]


def test_prior_book_keeps_its_order(root: Path) -> None:
    assert list(read_priors(root / "tests" / "data" / "models")) == [
        "reference",
        "sceptical",
        "hopeful",
        "robust",
        "heavy",
        "cauchy",
    ]


def test_questions_join_analyses_studies_and_priors(trial: Path) -> None:
    (question,) = read_questions(trial / "published", trial / "models", ["ratio_trial2020"])
    assert (question.spec.id, question.study.id) == ("ratio_trial2020", "trial2020")
    assert list(question.priors) == ["reference", "sceptical", "hopeful"]
    assert question.evidence.log_ratio == pytest.approx(-math.log(1.5))  # type: ignore[union-attr]


def test_digest_changes_with_any_printed_digit_and_with_nothing_else(trial: Path) -> None:
    def identity() -> str:
        (question,) = read_questions(trial / "published", trial / "models", ["response_trial2020"])
        return digest(question.spec, dict(question.priors), question.study, question.evidence)

    path = trial / "published" / "trial2020.toml"
    text = path.read_text(encoding="utf-8")
    first = identity()
    path.write_text("# a comment\n" + text, encoding="utf-8")
    assert identity() == first
    path.write_text(text.replace('"51.3"', '"51.30"'), encoding="utf-8")
    assert identity() != first


def test_digest_does_not_depend_on_the_order_of_a_mapping(priors: dict[str, Prior]) -> None:
    backwards = dict(reversed(priors.items()))
    assert list(backwards) != list(priors)
    assert digest(backwards) == digest(priors)
