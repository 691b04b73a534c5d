"""A meta-regression says of which group each number is: brute force, the names of the sampler, and absolute effects."""

import math
from pathlib import Path

import numpy as np
import pytest

from crlm_bayes.answers.absolute import carried
from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.questions import read_questions
from crlm_bayes.answers.tables import exact_estimates
from crlm_bayes.commands.sceptic import sceptic_rows
from crlm_bayes.prose.beside.groups import by_group

PRIMARY = "sceptical"


def ask(root: Path, name: str) -> Answer:
    (question,) = read_questions(root / "data" / "published", root / "models", [name])
    return Answer(question)


@pytest.fixture(scope="module")
def timed(root: Path) -> Answer:
    return ask(root, "pfs_by_timing")


def summed(answer: Answer, prior: str) -> tuple[float, float, float]:
    """Mean of μ + γ, P(μ + γ < 0) and P(μ < 0) by sums over τ and both groups, each curve blurred by a Gauss-Hermite rule."""
    spec, priors = answer.spec, answer.question.priors
    assert answer.synthesis is not None and spec.priors.heterogeneity is not None and spec.priors.moderator is not None
    grid = (np.arange(160) + 0.5) / 50 - 1.6  # no point at 0: a cell ends there
    z, w = np.polynomial.hermite_e.hermegauss(41)
    x, weight = np.polynomial.legendre.leggauss(48)
    taus = spec.priors.heterogeneity.quantile(0.5 * (x + 1))
    joint = np.zeros((len(grid), len(grid)))
    for tau, share in zip(taus, weight, strict=True):
        sides = {False: np.zeros(len(grid)), True: np.zeros(len(grid))}
        for member in answer.synthesis.members:
            blurred = np.exp(member.curve.log_likelihood(grid[:, None] + tau * z)) @ (w / w.sum())
            sides[member.shifted] += np.log(blurred)
        joint += share * np.exp(sides[False][:, None] + sides[True])
    gamma = grid - grid[:, None]
    joint *= np.exp(spec.effect_prior(priors[prior]).logpdf(grid)[:, None] + spec.priors.moderator.logpdf(gamma))
    joint /= joint.sum()
    inside, outside = joint.sum(axis=0), joint.sum(axis=1)
    return float(inside @ grid), float(inside[grid < 0].sum()), float(outside[grid < 0].sum())


@pytest.mark.parametrize("prior", ["reference", PRIMARY, "pessimistic"])
def test_each_group_has_the_answer_that_brute_force_gives(timed: Answer, prior: str) -> None:
    mean, p_inside, p_outside = summed(timed, prior)
    outside, inside = (next(v for v in group.panel if v.prior == prior) for group in timed.moderated)
    assert inside.p_benefit == pytest.approx(p_inside, abs=5e-4)
    assert outside.p_benefit == pytest.approx(p_outside, abs=5e-4)
    shifted = timed.synthesis.under(timed.spec.effect_prior(timed.question.priors[prior])).shifted  # type: ignore[union-attr]
    assert shifted is not None and shifted.mean == pytest.approx(mean, abs=1e-4)
    assert math.log(inside.median) == pytest.approx(shifted.median, abs=1e-12)


def test_groups_have_the_names_of_their_levels_and_their_studies(timed: Answer) -> None:
    outside, inside = timed.moderated
    assert (outside.key, inside.key) == ("timing=adjuvant", "timing=neoadjuvant")
    assert set(outside.studies) | set(inside.studies) == set(timed.spec.studies)
    assert "chen2025" in inside.studies and "yan2025" in outside.studies
    assert outside.panel == timed.panel  # μ is of the studies outside the levels
    assert [round(group.panel[2].median, 2) for group in timed.moderated] == [0.93, 0.76]
    assert by_group(timed).startswith("Under the sceptical prior the hazard ratio is 0.93 (") and (
        "(timing: adjuvant) and 0.76 (" in by_group(timed)
    )


def test_rows_and_json_name_the_group(timed: Answer) -> None:
    table = exact_estimates(timed).set_index(["prior", "quantity"])
    (row,) = sceptic_rows([timed])
    assert [group["group"] for group in row["groups"]] == [group.key for group in timed.moderated]
    for group in timed.moderated:
        for v in group.panel:
            assert table.loc[(v.prior, f"hr[{group.key}]"), "p_benefit"] == v.p_benefit
    # as the sampler calls it, so that the gate holds one to the other
    assert math.exp(table.loc[(PRIMARY, "mu_moderated"), "median"]) == pytest.approx(timed.moderated[1].panel[2].median)


def test_without_a_moderator_there_are_no_groups(root: Path) -> None:
    pooled, single = ask(root, "pfs_direct"), ask(root, "pfs_chen2025_landmark")
    assert pooled.moderated == single.moderated == () and by_group(pooled) == by_group(single) == ""
    assert pooled.view.shifted_group is None and sceptic_rows([pooled])[0]["groups"] == []


def test_an_absolute_effect_uses_the_ratio_of_its_own_group(timed: Answer) -> None:
    of = {c.id: c for c in carried(timed)}
    ratios = {
        study: next(v.median for v in group.panel if v.prior == PRIMARY)
        for group in timed.moderated
        for study in group.studies
    }
    assert {"chen2025", "yan2025"} <= set(of)
    for study, found in of.items():
        assert found.treatment.median == pytest.approx(found.control ** ratios[study], abs=1e-9), study


def test_a_bias_is_no_part_of_an_absolute_effect(root: Path) -> None:
    pooled = ask(root, "pfs_direct")
    hr = math.exp(pooled.pooled.mu.median)
    found = next(c for c in carried(pooled) if c.id == "chen2025")
    assert found.treatment.median == pytest.approx(found.control**hr)
