"""What `sceptic` computes for an analysis, it computes once, however it is shown."""

from collections.abc import Callable
from typing import Any

import pytest

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.question import Question
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.commands.sceptic import print_scepticism, sceptic_rows
from crlm_bayes.exact.synthesis.synthesis import synthesise
from crlm_bayes.likelihoods.studies import exact as syntheses
from crlm_bayes.rule import turned
from crlm_bayes.scepticism import critical as critical_priors
from crlm_bayes.scepticism import panel as scepticism
from crlm_bayes.scepticism import reverse_bayes

SEVERAL, SINGLE = ("orr_direct", "hypertension_grade3plus"), "orr_chen2025_counts"
DOUBTS: dict[str, dict[str, float]] = {"as printed": {}, "doubted": {"bias": 0.05, "discount": 0.2}}


@pytest.fixture(scope="module")
def questions(root) -> list[Question]:
    return read_questions(root / "data" / "published", root / "models", [*SEVERAL, SINGLE])


@pytest.fixture
def calls(forgetful: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often a synthesis has been built, and a critical sd searched."""
    counted = {"syntheses": 0, "searches": 0}

    def counting(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*values: Any, **named: Any) -> Any:
            counted[what] += 1
            return function(*values, **named)

        return wrapped

    monkeypatch.setattr(syntheses, "synthesise", counting("syntheses", synthesise))
    search = counting("searches", critical_priors.critical_sd)
    for module in (critical_priors, scepticism, reverse_bayes):  # each knows the search by a name of its own
        monkeypatch.setattr(module, "critical_sd", search)
    return counted


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("shown", ["text", "json"])
def test_every_synthesis_is_built_once_and_every_critical_sd_searched_once(
    questions: list[Question], calls: dict[str, int], shown: str, doubt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [Answer(question).doubt(**DOUBTS[doubt]) for question in questions]
    if shown == "json":
        assert all("tau" in row for row in sceptic_rows(answers)[: len(SEVERAL)])
    else:  # few enough to be printed with everything
        print_scepticism(answers)
        said = capsys.readouterr().out
        assert said.count("Weights in the pooled mean") == len(SEVERAL) and "Against each prior" in said
    assert calls == {"syntheses": len(SEVERAL), "searches": len(questions)}


def test_the_known_critical_sd_is_the_one_that_would_be_found(questions: list[Question]) -> None:
    for question in questions:
        answer = Answer(question)
        spec = question.spec
        claimed = {name: turned(prior, spec.facing) for name, prior in question.priors.items()}
        alone = reverse_bayes.reverse_bayes(answer.curve, spec.claim_sign, claimed)
        assert answer.reverse == alone
