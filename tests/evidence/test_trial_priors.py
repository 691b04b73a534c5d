"""Priors computed from other trials."""

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
from makers.transcriptions import difference, first_transcription, second_transcription

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
    found = {f.id for name in TRIALS for f in audits[name].findings if f.check != "identifier"}
    assert found == set()


def test_the_coefficients_taken_from_another_source_are_those_of_the_printed_ratios(
    published: dict[str, Study],
) -> None:
    for row in published["avf2107g"].contrasts:
        assert row.coefficient is not None and "secondary" in row.note
        assert round(math.exp(row.coefficient.value), 2) == row.value.value
