"""A study that is not randomised is answered twice, and a prior that decides is said to: brute force and closed forms."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.beside.bias import unbiased
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.answers.tables import exact_estimates
from crlm_bayes.commands.sceptic import sceptic_rows
from crlm_bayes.documents.analysis import NuisancePriors
from crlm_bayes.errors import InvalidInput
from crlm_bayes.evidence.values import RatioEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.shares import prior_share
from crlm_bayes.likelihoods import log_ratio
from crlm_bayes.priors.bias import BIAS_MEAN, BIAS_SPREAD
from crlm_bayes.priors.families import Normal
from crlm_bayes.prose.beside.doubts import deciding, twice
from makers.curves import normal, normal_curve

Ask = Callable[[str], Answer]


@pytest.fixture(scope="module")
def answer(root: Path) -> Ask:
    """The answer of a bundled analysis, by its id."""

    @cache
    def find(name: str) -> Answer:
        (question,) = read_questions(root / "data" / "published", root / "models", [name])
        return Answer(question)

    return find


def stating(of: Answer, **priors: Any) -> Answer:
    stated = of.spec.priors.model_copy(update=priors)
    return Answer(replace(of.question, spec=of.spec.model_copy(update={"priors": stated})))


def p_benefit(of: Answer, prior: str) -> float:
    assert of.allowing_for_bias is not None
    return next(v.p_benefit for v in of.allowing_for_bias if v.prior == prior)


def summed(curve: EvidenceCurve, prior: Normal, sign: int, mean: float, sd: float, spread: float) -> float:
    """P(benefit) by sums over θ, σ and the bias, which adds `mean` on the benefit scale."""
    theta = np.linspace(-2.5, 2.5, 1001)
    sigma = (np.arange(200) + 0.5) / 200 * 6 * spread
    b = sign * mean + np.linspace(-1.6, 1.6, 641)
    density = stats.halfnorm.pdf(sigma, 0, spread) @ stats.norm.pdf(b, sign * mean, np.hypot(sd, sigma)[:, None])
    likelihood = np.exp(curve.log_likelihood(theta[:, None] + b)) @ density
    posterior = likelihood * np.exp(prior.logpdf(theta))
    below = float((posterior[theta < 0].sum() + posterior[theta == 0].sum() / 2) / posterior.sum())
    return below if sign == 1 else 1 - below


def test_a_cohort_allowing_for_its_bias_is_what_was_computed_independently(answer: Ask) -> None:
    chen, adjusted = answer("pfs_chen2025_landmark"), answer("pfs_chen2025_adjusted_hr")
    assert p_benefit(chen, "sceptical") == pytest.approx(0.845, abs=0.005)
    assert p_benefit(adjusted, "sceptical") == pytest.approx(0.79, abs=0.005)
    hardly = BIAS_SPREAD.model_copy(update={"sd": 1e-4})
    assert p_benefit(stating(chen, bias_spread=hardly), "sceptical") == pytest.approx(0.91, abs=0.005)
    known, flattered = BIAS_MEAN.model_copy(update={"sd": 1e-4, "mean": -math.log(1.25)}), -math.log(1.25)
    assert p_benefit(stating(chen, bias_mean=known, bias_spread=hardly), "sceptical") == pytest.approx(0.84, abs=0.005)
    both = BIAS_MEAN.model_copy(update={"mean": flattered})
    assert p_benefit(stating(chen, bias_mean=both), "sceptical") == pytest.approx(0.68, abs=0.005)


@pytest.mark.parametrize(
    ("name", "mean"),
    [
        ("pfs_chen2025_landmark", 0.0), ("pfs_chen2025_landmark_nonproportional", 0.1), ("orr_chen2025_counts", 0.0),
        ("orr_chen2025_counts", -math.log(1.25)), ("os_chen2025_centres", -0.1),
    ],
)  # fmt: skip
def test_bias_integrated_out_is_the_sum_over_it(name: str, mean: float, answer: Ask) -> None:
    of = stating(answer(name), bias_mean=BIAS_MEAN.model_copy(update={"mean": mean}))
    prior = of.spec.effect_prior(of.question.priors["sceptical"])
    assert isinstance(prior, Normal)
    assert p_benefit(of, "sceptical") == pytest.approx(
        summed(of.curve, prior, of.spec.sign, mean, 0.15, 0.15), abs=2e-4
    )


def test_a_size_without_its_direction_stays_open_on_both_sides(answer: Ask) -> None:
    of = answer("pfs_chen2025_landmark")
    unknown = log_ratio.curve(RatioEvidence("s", ("c", "t"), ("C", "T"), 0.5, 0.15, direction="unknown"), of.spec)
    curve = unbiased(unknown, BIAS_MEAN, BIAS_SPREAD)
    assert curve.apply(normal(0, 0.3)).p_below(0) == pytest.approx(0.5, abs=1e-9)
    hopeful = normal(-0.288, 0.175)
    wanted = summed(unknown, hopeful, 1, 0, 0.15, 0.15)
    assert curve.apply(hopeful).p_below(0) == pytest.approx(wanted, abs=2e-5)


def test_doubt_of_a_known_size_comes_before_the_bias_allowed_for(answer: Ask) -> None:
    of = answer("pfs_chen2025_landmark")
    doubted = of.doubt(bias=math.log(1.25))
    flattered = stating(of, bias_mean=BIAS_MEAN.model_copy(update={"mean": -math.log(1.25)}))
    assert p_benefit(doubted, "sceptical") == pytest.approx(p_benefit(flattered, "sceptical"), abs=1e-9)


def test_randomised_studies_and_syntheses_are_answered_once(answer: Ask) -> None:
    for name in ("hypertension_botrel2016_rr", "pfs_direct_randomised", "orr_arm_level"):
        of = answer(name)
        assert of.allowing_for_bias is None and twice(of) == "", name
        assert not any("allowing_for_bias" in q for q in exact_estimates(of)["quantity"])


def test_a_study_that_is_only_said_to_be_randomised_is_answered_twice(answer: Ask) -> None:
    yan = answer("os_yan2025_landmark")
    assert "allowing for the bias of a study that is only said to be randomised" in twice(yan)
    found = yan.allowing_for_bias
    assert found is not None
    for v, face in zip(found, yan.panel, strict=True):
        assert v.upper / v.lower > face.upper / face.lower


def test_the_prior_of_the_project_is_that_of_its_syntheses(answer: Ask) -> None:
    for name in ("os_direct", "pfs_direct", "orr_direct"):
        stated = answer(name).spec.priors
        assert (stated.bias_mean, stated.bias_spread) == (BIAS_MEAN, BIAS_SPREAD)
    assert NuisancePriors().bias_mean is None


def test_both_answers_are_said_and_tabled(answer: Ask) -> None:
    of = answer("pfs_chen2025_landmark")
    assert twice(of) == (
        "At face value P(benefit) is 0.988; allowing for the bias of a study that is not randomised it is 0.846."
    )
    table = exact_estimates(of)
    rows = table[table["quantity"] == "hr[allowing_for_bias]"].set_index("prior")
    assert list(rows.index) == list(of.spec.effect_priors) and table.index.is_unique
    (row,) = sceptic_rows([of])
    for seen in row["allowing_for_bias"]:
        line = rows.loc[seen["name"]]
        for column, key in (("median", "median"), ("eti95_lower", "lower"), ("p_mcid", "p_mcid"), ("p_harm", "p_harm")):
            assert line[column] == seen[key]


BIASED = '[priors.bias_mean]\ndist = "normal"\nmean = 0.0\nsd = 0.3\nrationale = "t"\n\n[priors.baseline]'


def test_a_document_may_state_the_bias_of_its_one_study(trial: Path) -> None:
    analysis, study = trial / "models/survival_trial2020.toml", trial / "published/trial2020.toml"
    analysis.write_text(analysis.read_text(encoding="utf-8").replace("[priors.baseline]", BIASED), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_questions(trial / "published", trial / "models", ["survival_trial2020"])
    line = str(caught.value)
    assert "\n" not in line and "survival_trial2020.toml: priors.bias_mean: has no role: trial2020 is taken" in line
    assert "its design is 'rct'" in line and "cohort, case_control, single_arm" in line
    study.write_text(study.read_text(encoding="utf-8").replace('"rct"', '"cohort"'), encoding="utf-8")
    (question,) = read_questions(trial / "published", trial / "models", ["survival_trial2020"])
    stated, project = Answer(question), stating(Answer(question), bias_mean=None)
    assert 0.5 < p_benefit(stated, "reference") < p_benefit(project, "reference")


@pytest.mark.parametrize(("y", "se", "s"), [(-0.3, 0.15, 0.205), (0.2, 0.6, 0.205), (-2.0, 0.2, 1.0)])
def test_share_of_the_prior_beside_a_normal_curve_is_that_of_its_precision(y: float, se: float, s: float) -> None:
    curve = normal_curve(y, se)
    share = prior_share(curve, normal(-0.1, s))
    assert share == pytest.approx(se**2 / (se**2 + s**2), abs=1e-6)


@pytest.mark.parametrize(
    "name", ["pfs_direct", "hypertension_grade3plus", "pfs_by_timing", "pfs_direct_and_metastatic"]
)
def test_share_of_the_prior_of_a_synthesis_is_its_weight(name: str, answer: Ask) -> None:
    of = answer(name)
    assert of.prior_share == pytest.approx(of.pooled.weights[-1].share, abs=2e-4)


def test_share_of_the_prior_is_how_far_the_mean_stays(answer: Ask) -> None:
    of = answer("orr_yan2025_counts")
    prior, little = of.spec.effect_prior(of.question.priors[of.spec.primary]), 0.01
    means = [of.curve.shifted(b).apply(prior).mean for b in (-little, little)]
    assert of.prior_share == pytest.approx(1 - (means[0] - means[1]) / (2 * little), abs=1e-4)


def test_a_prior_that_decides_is_said_to(answer: Ask) -> None:
    assert deciding(answer("pfs_chen2025_landmark")) == ""
    few = answer("orr_yan2025_counts")
    assert few.prior_share > 0.5 and deciding(few) == "The data are too few: the prior holds 84% of the answer."
    assert deciding(answer("hypertension_grade3plus")) == ""
