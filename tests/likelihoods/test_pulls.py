"""Pooled effects are sampled with the average scatter of their studies added: the same density, told apart exactly."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence, SynthesisEvidence
from crlm_bayes.likelihoods.studies import model as studies
from crlm_bayes.likelihoods.variables import prior_data
from crlm_bayes.priors.density import Prior
from crlm_bayes.sampling.models import LOG_PRIOR
from crlm_bayes.sampling.nuts import program, shape_of


@pytest.mark.parametrize("name", ["os_seeds", "pfs_direct", "pfs_by_resectability"])
def test_what_is_added_is_taken_away_and_priors_are_those_of_the_effects(
    name: str,
    analyses: dict[str, AnalysisSpec],
    evidence_of: Callable[[str], Evidence],
    priors: dict[str, Prior],
) -> None:
    spec, evidence, prior = analyses[name], evidence_of(name), priors["sceptical"]
    assert isinstance(evidence, SynthesisEvidence)
    density, expand = program(shape_of(spec, evidence, prior))
    under = studies.data_under(prior, evidence, spec)
    data = density.filled({**studies.data(evidence, spec), **prior_data(prior), **under})
    draws = np.random.default_rng(5).normal(0, 0.7, (1, 6, density.parameters.size))
    found = expand(draws, data)
    scatter = found["tau"].values[..., None] * found["z"].values[..., : len(evidence.members)]
    moved = scatter @ under["pull"]
    np.testing.assert_allclose(found["theta"], found["theta_average"] - moved, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found[LOG_PRIOR + "theta"], prior.logpdf(found["theta"].values), rtol=1e-10)
    pooled = found["theta"].values
    if spec.priors.moderator is not None:
        apart = scatter @ under["pull_apart"] - moved
        gamma, own = found["gamma"].values, spec.priors.moderator
        np.testing.assert_allclose(gamma, found["gamma_average"] - apart, rtol=1e-12, atol=1e-12)
        expected = stats.norm.logpdf(gamma, spec.sign * own.mean, own.sd)
        np.testing.assert_allclose(found[LOG_PRIOR + "gamma"], expected, rtol=1e-10)
        shifted = np.array([member.shifted for member in evidence.members])
        pooled = pooled[..., None] + gamma[..., None] * shifted
        assert not (under["pull"] * under["pull_apart"]).any()
    else:
        pooled = pooled[..., None]
    effect = found["effect"].values[..., : len(evidence.members)]
    np.testing.assert_allclose(effect, pooled + scatter, rtol=1e-12, atol=1e-12)
    assert 0 < under["pull"].sum() < 1


def test_a_sharp_prior_leaves_the_scatter_alone(
    analyses: dict[str, AnalysisSpec], evidence_of: Callable[[str], Evidence], priors: dict[str, Prior]
) -> None:
    spec, evidence = analyses["pfs_direct"], evidence_of("pfs_direct")
    assert isinstance(evidence, SynthesisEvidence)
    sums = [
        studies.data_under(priors[name], evidence, spec)["pull"].sum() for name in ("strongly_sceptical", "reference")
    ]
    assert sums[0] < sums[1]
