"""Priors in sentences."""

import math
from typing import Any

import pytest

from crlm_bayes.priors.archetypes import from_statement
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.written import parse_prior
from crlm_bayes.prose.priors import statement


@pytest.mark.parametrize(
    ("name", "better", "measure", "sentence"),
    [
        ("strongly_sceptical", "lower", "hr",
         "believes that 95% of hazard ratios lie between 0.77 and 1.30; gives a 5% chance to one below 0.80"),
        ("neutral", "higher", "or",
         "believes that 95% of odds ratios lie between 0.50 and 2.01; gives a 26% chance to one above 1.25"),
        ("pessimistic", "lower", "hr",
         "expects a hazard ratio of 1.25 and believes that 95% of hazard ratios lie between 0.82 and 1.91; "
         "gives a 15% chance to any benefit and a 2% chance to one below 0.80"),
        ("enthusiastic", "higher", "or",
         "expects an odds ratio of 1.33 and believes that 95% of odds ratios lie between 0.95 and 1.88; "
         "gives a 95% chance to any benefit and a 64% chance to one above 1.25"),
    ],
)  # fmt: skip
def test_a_prior_in_words(name: str, better: Any, measure: str, sentence: str, priors: dict[str, Prior]) -> None:
    assert statement(priors[name], better, measure) == sentence


def test_words_take_the_effect_worth_having_and_never_say_never() -> None:
    narrow = parse_prior("normal(-0.3, 0.001)")
    assert statement(narrow, "lower", "hr", 0.5).endswith(
        "gives more than a 99% chance to any benefit and less than a 1% chance to one below 0.50"
    )
    assert "an 80% chance to one below" in statement(from_statement(0.7, 0.8, 0.8), "lower", "hr")
    assert "a 14% chance to one below 0.80" in statement(parse_prior("normal(0, 0.205)"), "lower", "rr", 0.8)


def test_words_of_a_skewed_prior_expect_its_median() -> None:
    mixed = parse_prior("mixture(0.9: 0, 0.1; 0.1: -1, 0.1)")
    assert math.exp(mixed.quantile(0.5)) == pytest.approx(0.986, abs=5e-4)
    assert statement(mixed, "lower", "hr").startswith("expects a hazard ratio of 0.99 and believes that 95%")
