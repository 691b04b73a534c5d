"""The named priors hold what their names and rationales promise."""

import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Mixture, Normal, StudentT
from crlm_bayes.priors.nuisance import RandomWalk
from crlm_bayes.priors.spreads import HalfNormal
from makers.stated_priors import FAMILIES, held

Z95, Z85 = stats.norm.ppf(0.95), stats.norm.ppf(0.85)


NAMED = {
    "reference": (0.0, 1.0, 1.0),
    "neutral": (0.0, math.log(2) / stats.norm.ppf(0.975), 0.355),
    "sceptical": (0.0, math.log(1.5) / stats.norm.ppf(0.975), 0.205),
    "strongly_sceptical": (0.0, abs(math.log(0.80)) / Z95, 0.1357),
    "pessimistic": (-math.log(0.80), abs(math.log(0.80)) / Z85, 0.2153),
    "enthusiastic": (math.log(0.75), abs(math.log(0.75)) / Z95, 0.1749),
}


def test_book_holds_the_six_named_priors_with_a_rationale_each(priors: dict[str, Prior]) -> None:
    assert list(priors) == list(NAMED)
    assert all(prior.rationale.strip() for prior in priors.values())


@pytest.mark.parametrize("name", NAMED)
def test_named_prior_has_the_density_that_the_methods_derive(name: str, priors: dict[str, Prior]) -> None:
    prior, (mean, derived, written) = priors[name], NAMED[name]
    assert isinstance(prior, Normal)
    assert prior.mean == pytest.approx(mean, abs=5e-5)
    assert prior.sd == written
    assert prior.sd == pytest.approx(derived, rel=0.01)


@pytest.mark.parametrize(
    ("name", "ratio", "probability"),
    [
        ("neutral", 0.5, 0.025),
        ("sceptical", 2 / 3, 0.025),
        ("strongly_sceptical", 0.80, 0.05),
        ("pessimistic", 1.0, 0.15),
        ("enthusiastic", 1.0, 0.95),
        ("enthusiastic", 0.75, 0.5),
        ("pessimistic", 1.25, 0.5),
    ],
)
def test_named_prior_holds_the_probability_that_its_rationale_states(
    name: str, ratio: float, probability: float, priors: dict[str, Prior]
) -> None:
    assert float(priors[name].cdf(math.log(ratio))) == pytest.approx(probability, abs=0.0015)


@pytest.mark.parametrize(
    ("better", "sign"),
    [("lower", 1), ("higher", -1)],
)
def test_content_of_a_prior_is_told_in_the_direction_reported(
    better: str, sign: int, analyses: dict[str, AnalysisSpec]
) -> None:
    name = {"lower": "complication_chen2025_counts", "higher": "orr_chen2025_counts"}[better]
    prior = Normal(dist="normal", mean=-0.3, sd=0.2, rationale="t")
    told, scipy = held(prior, analyses[name]), stats.norm(-0.3, 0.2)
    limits = sorted(sign * scipy.ppf([0.025, 0.975]))
    assert (math.log(told.lower), math.log(told.upper)) == pytest.approx(limits, abs=1e-9)
    mcid = math.log(0.8)  # on the benefit scale 1.25 is 0.80
    assert told.p_benefit == pytest.approx(scipy.cdf(0), abs=1e-12)
    assert told.p_mcid == pytest.approx(scipy.cdf(mcid), abs=1e-12)
    assert told.p_harm == pytest.approx(scipy.sf(-mcid), abs=1e-12)
    assert told.events == pytest.approx(4 / 0.2**2)


def test_weight_in_events_uses_the_variance_of_the_family(analyses: dict[str, AnalysisSpec]) -> None:
    spec = analyses["pfs_chen2025_landmark"]
    t, cauchy, mixture = FAMILIES["student_t"][0], FAMILIES["cauchy"][0], FAMILIES["mixture"][0]
    assert held(t, spec).events == pytest.approx(4 / stats.t.var(3, scale=0.3))
    assert held(cauchy, spec).events is None
    draws = mixture.sample(400_000, np.random.default_rng(6))
    # the standard error of a variance here is below half a percent
    assert held(mixture, spec).events == pytest.approx(4 / draws.var(), rel=0.02)


@pytest.mark.parametrize(
    ("family", "document", "said"),
    [
        (Normal, {"dist": "normal", "mean": 0, "sd": 0}, "greater than 0"),
        (Normal, {"dist": "normal", "mean": math.nan, "sd": 1}, "finite"),
        (Normal, {"dist": "normal", "mean": 0, "sd": 1, "df": 3}, "not permitted"),
        (StudentT, {"dist": "student_t", "df": 0, "mean": 0, "sd": 1}, "greater than 0"),
        (Mixture, {"dist": "mixture", "weights": [1.0], "means": [0.0], "sds": [1.0]}, "two or more components"),
        (Mixture, {"dist": "mixture", "weights": [0.5, 0.4], "means": [0, 0], "sds": [1, 1]}, "sum to 0.9"),
        (TwoPiece, {"dist": "two_piece", "mode": 0, "sd_below": 0, "sd_above": 1}, "greater than 0"),
        (TwoPiece, {"dist": "two_piece", "mode": 0, "sd_below": 1, "sd_above": -1}, "greater than 0"),
        (Quantiles, {"dist": "quantiles", "probabilities": [0.1, 0.9], "values": [0, 1]}, "three or more"),
        (Quantiles, {"dist": "quantiles", "probabilities": [0.1, 0.5, 0.9], "values": [0, 1]}, "three or more"),
        (Quantiles, {"dist": "quantiles", "probabilities": [0, 0.5, 0.9], "values": [0, 1, 2]}, "excluded; 0 does not"),
        (Quantiles, {"dist": "quantiles", "probabilities": [0.1, 0.5, 1.2], "values": [0, 1, 2]}, "excluded; 1.2 does"),
        (
            Quantiles,
            {"dist": "quantiles", "probabilities": [0.1, 0.5, 0.5], "values": [0, 1, 2]},
            "probabilities must rise",
        ),
        (
            Quantiles,
            {"dist": "quantiles", "probabilities": [0.1, 0.5, 0.9], "values": [0, 2, 1]},
            "values must rise; 1 follows 2",
        ),
        (HalfNormal, {"dist": "half_normal", "sd": -1}, "greater than 0"),
        (RandomWalk, {"dist": "random_walk", "mean": 0, "sd": 1, "step_sd": 0}, "greater than 0"),
    ],
)
def test_density_that_is_none_is_refused(family: type, document: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        family.model_validate({"rationale": "t", **document})
