"""Questions of harm: the same curve, asked about in its own direction."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.questions import question_of
from crlm_bayes.documents.analyses import read_priors, spec_of
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import CrlmBayesError
from crlm_bayes.prose.answer import answer_of
from crlm_bayes.prose.verdicts import stamp
from crlm_bayes.scepticism.critical import p_benefit
from crlm_bayes.words.marks import mark_of
from crlm_bayes.words.nouns import vocabulary

SE = 0.2
HARM = {"asks": "harm", "effect_priors": ["reference", "neutral", "sceptical", "pessimistic"], "primary": "reference"}


def document(**changes: Any) -> dict[str, Any]:
    whole = {
        "id": "made",
        "title": "Bleeding, made",
        "question": "Made?",
        "endpoint": "ae:bleeding",
        "measure": "or",
        "better": "lower",
        "studies": ["made2020"],
        "likelihood": "log_ratio",
        "reading": "contrast",
        "structure": "single",
        "effect_priors": ["reference", "neutral", "sceptical"],
        "primary": "reference",
        "mcid": 0.8,
    }
    return whole | changes


@pytest.fixture(scope="module")
def asked(make_study: Callable[..., Study], models: Any) -> Callable[..., Answer]:
    def ask(log_ratio: float = 0.6, **changes: Any) -> Answer:
        row = {"endpoint": "ae:bleeding", "measure": "or", "numerator": "treated", "denominator": "control"}
        row |= {"value": str(round(math.exp(log_ratio), 12)), "se": str(SE), "adjusted": False}
        study = make_study((1000, 1000), contrasts=[row])
        return Answer(question_of(document(**changes), {"made2020": study}, models))

    return ask


@pytest.fixture(scope="module")
def models(root: Any) -> Any:
    return root / "models"


def test_the_probability_of_a_harm_is_that_of_the_other_side(asked: Callable[..., Answer]) -> None:
    benefit, harm = asked(), asked(**HARM)
    assert vocabulary(benefit.spec).p_claim == "P(lower risk)" and vocabulary(harm.spec).p_claim == "P(higher risk)"
    for ours, theirs in zip(harm.panel, benefit.panel, strict=False):
        assert ours.p_benefit == theirs.p_benefit  # data point the same way, whatever is asked
        assert vocabulary(harm.spec).of_claim(ours.p_benefit) == 1 - theirs.p_benefit
    first, _ = answer_of(harm.spec, harm.panel, harm.scepticism.critical_sd)
    assert first.startswith("Under the primary, reference prior a higher risk is established")
    assert "P(higher risk) is 0.998" in first
    assert stamp(vocabulary(harm.spec), mark_of(harm.panel[0].p_benefit), "reference") == (
        "higher risk under the reference prior"
    )


def test_scepticism_is_of_the_harm_that_is_asked_for(asked: Callable[..., Answer]) -> None:
    """Mirrored data and a question of benefit give the same limits: nothing but the side differs."""
    harm, mirror = asked(0.6, **HARM), asked(-0.6)
    sd = harm.scepticism.critical_sd
    assert sd == pytest.approx(mirror.scepticism.critical_sd, rel=1e-6)
    assert p_benefit(harm.curve, -1, sd) == pytest.approx(0.975, abs=1e-9)
    assert harm.scepticism.matthews_limit == pytest.approx(1 / mirror.scepticism.matthews_limit, rel=1e-6)
    ours, theirs = harm.robustness.headline, mirror.robustness.headline
    assert ours.survives and theirs.survives
    assert (ours.bias, ours.discount) == pytest.approx((theirs.bias, theirs.discount), rel=1e-5)
    assert harm.reverse.z == pytest.approx(mirror.reverse.z, rel=1e-6)


def test_a_lower_risk_does_not_stand_as_a_harm(asked: Callable[..., Answer]) -> None:
    answer = asked(-0.6, **HARM)
    assert not answer.robustness.headline.survives and answer.scepticism.critical_sd is None
    assert stamp(vocabulary(answer.spec), mark_of(answer.panel[0].p_benefit), "reference") == (
        "lower risk under the reference prior"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"effect_priors": ["reference", "enthusiastic"]}, "'enthusiastic' expects a benefit, in a question of harm"),
        ({"primary": "sceptical"}, "'sceptical' doubts harm: it holds 97.5% of ratios below 1.49"),
        ({"asks": "malice"}, "asks"),
    ],
)
def test_a_question_of_harm_has_no_prior_that_speaks_against_it(
    changes: dict[str, Any], said: str, models: Any
) -> None:
    with pytest.raises(CrlmBayesError) as caught:
        spec_of(document(**(HARM | changes)), read_priors(models), "made")
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_neutral_is_wide_enough(models: Any) -> None:
    assert spec_of(document(**(HARM | {"primary": "neutral"})), read_priors(models), "made").claim_sign == -1


def test_what_a_verdict_rests_on_decides_its_mark(
    asked: Callable[..., Answer], make_study: Callable[..., Study], models: Any
) -> None:
    row = {"endpoint": "os", "measure": "hr", "numerator": "treated", "denominator": "control", "value": "0.5"}
    row |= {"se": "0.2", "adjusted": False}
    changes = {"endpoint": "os", "measure": "hr"}
    for design, expected in (("rct", "survives"), ("cohort", "face_value")):
        study = make_study((1000, 1000), contrasts=[row], design=design)
        question = question_of(document(**changes), {"made2020": study}, models)
        (mark, *_) = (mark_of(v.p_benefit, question.footing) for v in Answer(question).panel)
        assert mark == expected
    hypothetical = question_of(document(**changes, hypothetical=True), {"made2020": study}, models)
    assert hypothetical.footing == "what_if" and mark_of(0.999, "what_if") == "what_if"
    assert [mark_of(p, "face_value") for p in (0.99, 0.5, 0.01)] == ["face_value", "open", "harm_face_value"]
