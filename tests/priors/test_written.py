"""Priors written in one line."""

import numpy as np
import pytest

from crlm_bayes.errors import InvalidInput
from crlm_bayes.priors.archetypes import from_statement
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.priors.written import PARTS, parse_prior


@pytest.mark.parametrize(
    ("text", "prior"),
    [
        ("normal(0, 0.2)", Normal(dist="normal", mean=0.0, sd=0.2, rationale="t")),
        (" Normal ( −.1 , 2e-1 ) ", Normal(dist="normal", mean=-0.1, sd=0.2, rationale="t")),
        ("student_t(0, 0.2, 3)", StudentT(dist="student_t", mean=0.0, sd=0.2, df=3.0, rationale="t")),
        ("cauchy(0, 0.1)", Cauchy(dist="cauchy", mean=0.0, sd=0.1, rationale="t")),
        (
            "mixture(0.5: 0, 0.1; 0.5: -0.2, 0.2)",
            Mixture(dist="mixture", weights=(0.5, 0.5), means=(0.0, -0.2), sds=(0.1, 0.2), rationale="t"),
        ),
        ("ratio_below(0.8, 0.05)", from_statement(1.0, 0.8, 0.05)),
        ("statement(0.75, 1, 0.95)", from_statement(0.75, 1.0, 0.95)),
    ],
)
def test_a_prior_of_one_line_is_the_prior_it_says(text: str, prior: Prior) -> None:
    read = parse_prior(text)
    assert read.model_copy(update={"rationale": "t"}) == prior.model_copy(update={"rationale": "t"})
    assert read.rationale.startswith("stated as ") and " ".join(text.split()) in read.rationale


def test_two_piece_and_quantile_priors_of_one_line() -> None:
    two_piece = parse_prior("two_piece(0, 0.1, 0.3)")
    assert float(two_piece.cdf(0.0)) == pytest.approx(0.25, abs=1e-9)  # mass goes with the sd of each side
    stated = parse_prior("quantiles(0.05: -0.5, 0.5: -0.1, 0.95: 0.3)")
    assert np.asarray(stated.cdf([-0.5, -0.1, 0.3])) == pytest.approx([0.05, 0.5, 0.95], abs=1e-9)
    assert parse_prior("quantiles(0.05: -0.5; 0.5: -0.1; 0.95: 0.3)").cdf(0.1) == stated.cdf(0.1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nomal(0, 1)", "there is no family 'nomal'; allowed: normal(mean, sd), student_t(mean, scale, df)"),
        ("nomal(0, 1)", "did you mean 'normal'?"),
        ("normal(0)", "1 number where 2 belong; allowed: normal(mean, sd)"),
        ("normal()", "0 numbers where 2 belong"),
        ("normal(0, 1, 2)", "3 numbers where 2 belong"),
        ("student_t(0, 0.2)", "2 numbers where 3 belong; allowed: student_t(mean, scale, df)"),
        ("student_t(0, 0.2, 0)", "df 0 is not above 0"),
        ("normal(0, 0)", "sd 0 is not above 0; allowed: normal(mean, sd)"),
        ("normal(0, -0.2)", "sd -0.2 is not above 0"),
        ("cauchy(0, 0)", "sd 0 is not above 0"),
        ("normal(zero, 1)", "'zero' is not a number"),
        ("normal(0, inf)", "'inf' is not a number"),
        ("normal(0, 1e999)", "'1e999' is not a number"),
        ("normal(0, nan)", "'nan' is not a number"),
        ("normal(0,, 1)", "'' is not a number"),
        ("normal(0; 1)", "'0; 1' is not a number"),
        ("normal 0, 1", "is not written as family(numbers); allowed: normal(mean, sd)"),
        ("normal(0, 1", "is not written as family(numbers)"),
        ("", "is not written as family(numbers); allowed: normal(mean, sd), student_t"),
        ("__import__('os').system('true')", "there is no family '__import__'"),
        ("__import__('os')", "there is no family '__import__'"),
        ("normal(abs(1), 1)", "'abs(1)' is not a number"),
        ("mixture(0.5: 0, 0.1)", "two or more components"),
        ("mixture(0.5: 0, 0.1; 0.6: 0, 1)", "weights sum to 1.1; they must sum to 1"),
        ("mixture(0.5: 0, 0.1; 0.5: 0, 0)", "sds 0 is not above 0"),
        ("mixture(0.5, 0, 0.1; 0.5: 0, 1)", "'0.5, 0, 0.1' has no colon"),
        ("mixture(0.5: 0; 0.5: 0, 1)", "1 number where 2 belong"),
        ("quantiles(0.05, 0.5)", "'0.05' has no colon; allowed: quantiles(probability: value"),
        ("ratio_below(0.8, 0.7)", "probability 0.7 of a ratio below 0.80 contradicts the median ratio 1.00"),
        ("ratio_below(0.8, 5)", "probability 5 of a ratio below 0.80; allowed: a number above 0 and below 1"),
        ("ratio_below(-0.8, 0.05)", "ratio -0.8; allowed: a number above 0"),
        ("two_piece(0, 0.1)", "2 numbers where 3 belong; allowed: two_piece(mode, sd below, sd above)"),
    ],
)
def test_a_prior_of_one_line_that_is_none_is_one_line(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_prior(text, "--prior")
    assert words in str(caught.value) and str(caught.value).startswith(f"--prior '{' '.join(text.split())}': ")
    assert "\n" not in str(caught.value)


def test_bad_two_piece_and_quantiles_are_one_line() -> None:
    for text, words in {
        "two_piece(0, 0, 0.3)": "sd below 0 is not above 0",
        "quantiles(0.05: 0.5, 0.5: -0.1, 0.95: 0.3)": "values must rise",
        "quantiles(0.05: -0.5)": "allowed: quantiles(",
        "quantiles(0.1: -0.8, 0.5: -0.5, 1.5: 0)": "allowed: quantiles(",
    }.items():
        with pytest.raises(InvalidInput) as caught:
            parse_prior(text)
        assert words in str(caught.value) and "\n" not in str(caught.value)


def test_every_family_says_how_it_is_written() -> None:
    for family in PARTS:
        with pytest.raises(InvalidInput, match=f"allowed: {family}\\("):
            parse_prior(f"{family}(x)")
