"""Beliefs from clinical numbers: the grid and statements."""

import math

import pytest
from scipy import stats

from crlm_bayes.errors import InvalidInput
from crlm_bayes.priors.archetypes import NEUTRAL_SDS, OPPOSITE, calibrated_sd, from_statement, zampieri_grid
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.families import Normal

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
