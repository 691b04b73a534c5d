"""Beliefs from clinical numbers: the grid, statements, one-line priors, empirical archetypes, sentences."""

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from crlm_bayes.audits.registry import audit_studies
from crlm_bayes.documents.prior_book import EmpiricalPrior
from crlm_bayes.documents.study import Study
from crlm_bayes.errors import CrlmBayesError, InvalidInput, UnknownName
from crlm_bayes.evidence.trial_priors import TrialRatio, pool, resolved
from crlm_bayes.priors.archetypes import NEUTRAL_SDS, OPPOSITE, calibrated_sd, from_statement, zampieri_grid
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT
from crlm_bayes.priors.written import PARTS, parse_prior
from crlm_bayes.prose.priors import statement
from makers.transcriptions import difference, first_transcription, second_transcription

# the grid of Zampieri et al. 2021


@pytest.mark.parametrize("mcid", [0.8, 1.25, 0.66, 0.75, 1.5, 0.99])
def test_the_grid_holds_the_beliefs_that_define_it(mcid: float) -> None:
    grid = zampieri_grid(mcid)
    assert list(grid) == [f"{b}_{s}" for b in ("neutral", "optimistic", "pessimistic") for s in ("weak", "moderate", "strong")]  # fmt: skip
    for strength, p in OPPOSITE.items():
        optimist, pessimist = grid[f"optimistic_{strength}"], grid[f"pessimistic_{strength}"]
        assert optimist.mean == pytest.approx(-abs(math.log(mcid)), abs=1e-12)
        assert stats.norm(optimist.mean, optimist.sd).sf(0) == pytest.approx(p, abs=1e-9)
        assert stats.norm(pessimist.mean, pessimist.sd).cdf(0) == pytest.approx(p, abs=1e-9)
        assert (pessimist.mean, pessimist.sd) == pytest.approx((-optimist.mean, optimist.sd), abs=1e-12)
        assert grid[f"neutral_{strength}"].mean == 0


def test_the_grid_gives_the_printed_numbers() -> None:
    """Neutral 5, 0.355, 0.205 as printed; an odds ratio of 0.66 gives the 0.40 of the paper's moderate optimist."""
    assert dict(NEUTRAL_SDS) == {"weak": 5.0, "moderate": 0.355, "strong": 0.205}
    grid = zampieri_grid(0.66)
    assert [round(grid[f"optimistic_{s}"].sd, 2) for s in ("weak", "moderate", "strong")] == [0.79, 0.40, 0.25]
    low, high = stats.norm(0, 0.355).interval(0.95)
    assert (round(math.exp(low), 1), round(math.exp(high), 1)) == (0.5, 2.0)


@pytest.mark.parametrize("mcid", [0.0, -0.8, 1.0, math.inf, math.nan])
def test_the_grid_needs_an_effect_worth_having(mcid: float) -> None:
    with pytest.raises(InvalidInput, match="is no effect worth having; allowed: a ratio above 0 that is not 1"):
        zampieri_grid(mcid)


# statements


@pytest.mark.parametrize(
    ("said", "mean", "sd"),
    [
        ((1.0, 0.80, 0.05), 0.0, 0.1357),  # strongly sceptical: 5% chance that the ratio beats 0.80
        ((1.25, 1.0, 0.15), 0.22314, 0.2153),  # pessimistic: 15% chance of any benefit
        ((0.75, 1.0, 0.95), -0.28768, 0.1749),  # enthusiastic: 5% chance of harm
    ],
)
def test_statements_give_the_named_priors(said: tuple[float, float, float], mean: float, sd: float) -> None:
    prior = from_statement(*said)
    assert (round(prior.mean, 5), round(prior.sd, 4)) == (mean, sd)


@pytest.mark.parametrize("name", ["strongly_sceptical", "pessimistic", "enthusiastic"])
def test_the_bundled_priors_are_the_statements_of_their_rationales(name: str, priors: dict[str, Prior]) -> None:
    said = {"strongly_sceptical": (1.0, 0.8, 0.05), "pessimistic": (1.25, 1.0, 0.15), "enthusiastic": (0.75, 1.0, 0.95)}
    computed, bundled = from_statement(*said[name]), priors[name]
    assert isinstance(bundled, Normal)
    assert (computed.mean, computed.sd) == pytest.approx((bundled.mean, bundled.sd), abs=5e-5)


@pytest.mark.parametrize("mean", [0.6, 1.0, 1.3])
@pytest.mark.parametrize(("ratio", "p"), [(0.5, 0.01), (0.5, 0.4999), (1.7, 0.51), (1.7, 0.999)])
def test_a_statement_holds_what_it_says(mean: float, ratio: float, p: float) -> None:
    prior = from_statement(mean, ratio, p)
    assert float(stats.norm(prior.mean, prior.sd).cdf(math.log(ratio))) == pytest.approx(p, abs=1e-9)
    assert float(prior.cdf(math.log(mean))) == pytest.approx(0.5, abs=1e-12)
    assert prior.sd == pytest.approx(calibrated_sd(math.log(mean), math.log(ratio), p), rel=1e-12)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((1.0, 0.8, 0.0), "probability 0 of a ratio below 0.80; allowed: a number above 0 and below 1"),
        ((1.0, 0.8, 1.0), "probability 1 of a ratio below 0.80; allowed: a number above 0 and below 1"),
        ((1.0, 0.8, math.nan), "allowed: a number above 0 and below 1"),
        ((1.0, 0.8, 0.7), "probability 0.7 of a ratio below 0.80 contradicts the median ratio 1.00; allowed: above 0 and below 0.5"),
        ((0.75, 1.0, 0.3), "contradicts the median ratio 0.75; allowed: above 0.5 and below 1"),
        ((0.75, 1.0, 0.5), "contradicts the median ratio 0.75"),
        ((0.8, 0.8, 0.5), "ratio 0.80 is the median itself"),
        ((0.0, 0.8, 0.1), "ratio 0; allowed: a number above 0"),
        ((1.0, -0.8, 0.1), "ratio -0.8; allowed: a number above 0"),
        ((math.inf, 0.8, 0.1), "ratio inf; allowed: a number above 0"),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_be_is_one_line(said: tuple[float, float, float], words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        from_statement(*said)
    assert words in str(caught.value) and "\n" not in str(caught.value)


# priors of one line


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


# sentences


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


# empirical archetypes


def empirical(**changes: Any) -> EmpiricalPrior:
    document = {
        "dist": "empirical",
        "studies": ["savant"],
        "endpoint": "dfs",
        "measure": "hr",
        "widening": 0.2,
        "rationale": "colon",
    }
    return EmpiricalPrior.model_validate(document | changes)  # fmt: skip


def test_two_trials_are_pooled_by_inverse_variance_and_widened(make_study: Callable[..., Study]) -> None:
    """Adjuvant colon cancer, DFS 0.93 (0.81 to 1.08) and 1.16 (0.99 to 1.37)."""
    row = {"endpoint": "dfs", "measure": "hr", "numerator": "treated", "denominator": "control", "adjusted": False}
    studies = {
        "one": make_study(id="one", contrasts=[row | {"value": "0.93", "ci": ["0.81", "1.08"]}]),
        "two": make_study(id="two", contrasts=[row | {"value": "1.16", "ci": ["0.99", "1.37"]}]),
    }
    prior = resolved(empirical(studies=["one", "two"]), studies)
    y = np.log([0.93, 1.16])
    se = np.array([math.log(1.08 / 0.81), math.log(1.37 / 0.99)]) / (2 * stats.norm.ppf(0.975))
    w = se**-2
    assert prior.mean == pytest.approx(float(w @ y / w.sum()), abs=1e-9)
    assert prior.sd == pytest.approx(math.sqrt(1 / w.sum() + 0.04), abs=1e-9)
    for words in ("0.93 (95% CI 0.81 to 1.08)", "1.16 (95% CI 0.99 to 1.37)", "pooled ratio 1.02", "log 0.0246",
                  "standard error 0.0549", "standard deviation of 0.2 between trials", "by themselves suggest 0.14"):  # fmt: skip
        assert words in prior.rationale


def test_one_trial_is_itself_widened(published: dict[str, Study]) -> None:
    prior = resolved(empirical(), published)
    assert prior.mean == pytest.approx(math.log(1.16), abs=1e-12)
    se = math.log(1.37 / 0.99) / (2 * stats.norm.ppf(0.975))
    assert prior.sd == pytest.approx(math.hypot(se, 0.2), abs=1e-12)
    assert "S-AVANT 1.16 (95% CI 0.99 to 1.37)" in prior.rationale and "by themselves" not in prior.rationale


def test_first_line_trials_make_an_enthusiast(published: dict[str, Study]) -> None:
    """97.5% limits in one, a standard error in the other; the trials differ by more than a small widening admits."""
    prior = resolved(empirical(studies=["no16966", "avf2107g"], endpoint="pfs", widening=0.3), published)
    se = np.array([math.log(0.95 / 0.72) / (2 * stats.norm.ppf(0.9875)), 0.09])
    w = se**-2
    assert prior.mean == pytest.approx(float(w @ np.log([0.83, 0.54]) / w.sum()), abs=1e-9)
    assert prior.sd == pytest.approx(math.sqrt(1 / w.sum() + 0.09), abs=1e-9)
    assert "(97.5% CI 0.72 to 0.95)" in prior.rationale and "by themselves suggest 0.29" in prior.rationale


def test_a_ratio_printed_the_other_way_round_is_turned(make_study: Callable[..., Study]) -> None:
    row = {"endpoint": "orr", "measure": "or", "numerator": "treated", "denominator": "control", "adjusted": False}
    row |= {"value": "2.0", "ci": ["1.0", "4.0"]}
    studies = {
        "one": make_study(contrasts=[row]),
        "two": make_study(contrasts=[row | {"numerator": "control", "denominator": "treated"}]),
    }
    means = {
        (name, better): resolved(empirical(studies=[name], endpoint="orr", measure="or", better=better), studies).mean
        for name, better in itertools.product(studies, ("lower", "higher"))
    }
    assert means[("one", "lower")] == means[("two", "higher")] == pytest.approx(math.log(2))
    assert means[("one", "higher")] == means[("two", "lower")] == pytest.approx(-math.log(2))


def test_pooling_alike_trials_finds_no_spread() -> None:
    same = pool([TrialRatio(-0.1, 0.2, "a"), TrialRatio(-0.1, 0.2, "b")])
    assert (same.mean, same.se, same.between) == pytest.approx((-0.1, 0.2 / math.sqrt(2), 0.0))
    # equal weights: tau² = variance of the two - se²
    apart = pool([TrialRatio(-0.5, 0.1, "a"), TrialRatio(0.5, 0.1, "b")])
    assert apart.between == pytest.approx(math.sqrt(0.5 - 0.01))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"studies": ["savnt"]}, "there is no study 'savnt'"),
        ({"studies": ["savnt"]}, "did you mean 'savant'"),
        ({"endpoint": "rfs"}, "0 printed hr of 'rfs' between control and treatment; allowed: exactly one"),
        ({"adjusted": True}, "0 printed hr of 'dfs'"),
    ],
)
def test_what_the_studies_do_not_print_is_one_line(
    changes: dict[str, Any], words: str, published: dict[str, Study]
) -> None:
    with pytest.raises(CrlmBayesError) as caught:
        resolved(empirical(**changes), published, "priors.toml: empirical_sceptic")
    assert isinstance(caught.value, InvalidInput | UnknownName)
    assert str(caught.value).startswith("priors.toml: empirical_sceptic: ") and words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_ratio_without_any_error_is_one_line(published: dict[str, Study]) -> None:
    bare = published["avf2107g"]
    bare = bare.model_copy(update={"contrasts": tuple(c.model_copy(update={"se": None}) for c in bare.contrasts)})
    with pytest.raises(InvalidInput, match="prints neither an interval nor a standard error nor an exact p value"):
        resolved(empirical(studies=["avf2107g"], endpoint="pfs"), {"avf2107g": bare})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"widening": 0.0}, "greater than 0"),
        ({"studies": []}, "at least 1"),
        ({"studies": ["savant", "savant"]}, "names a study twice"),
        ({"measure": "or"}, "better is required unless the measure is 'hr'"),
        ({"widenning": 0.2}, "Extra inputs"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        empirical(**changes)


def test_widening_has_no_default() -> None:
    with pytest.raises(ValidationError, match="widening"):
        EmpiricalPrior.model_validate(
            {"dist": "empirical", "studies": ["a"], "endpoint": "dfs", "measure": "hr", "rationale": "r"}
        )


# the trials behind them

TRIALS = ("avf2107g", "become", "kemeny2011", "no16966", "quasar2", "savant")


@pytest.mark.parametrize("study", TRIALS)
def test_the_trials_and_a_second_transcription_print_the_same_numbers(
    study: str, published: dict[str, Study], root: Path
) -> None:
    theirs = second_transcription(root / "tests" / "truths" / "transcription" / f"{study}.csv")
    assert difference(first_transcription(published[study]), theirs) == []


def test_the_audit_finds_nothing_in_the_trials(published: dict[str, Study]) -> None:
    audits = audit_studies({name: published[name] for name in TRIALS})
    assert {f.id for name in TRIALS for f in audits[name].findings} == set()


def test_the_coefficients_taken_from_another_source_are_those_of_the_printed_ratios(
    published: dict[str, Study],
) -> None:
    for row in published["avf2107g"].contrasts:
        assert row.coefficient is not None and "secondary" in row.note
        assert round(math.exp(row.coefficient.value), 2) == row.value.value
