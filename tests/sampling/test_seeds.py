"""No luck: every bundled analysis passes the gate whatever the seed."""

from collections.abc import Callable

import numpy as np
import pytest

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import Evidence
from crlm_bayes.priors.density import Prior
from crlm_bayes.sampling.gate import MAX_R_HAT, MIN_ESS, convergence
from crlm_bayes.sampling.nuts import fit
from crlm_bayes.sampling.settings import Settings

SEEDS = (1, 2, 3, 4)


@pytest.mark.exhaustive
@pytest.mark.parametrize("structure", ["single", "centres", "arm_level", "random", "bias_adjusted", "meta_regression"])
def test_bundled_analyses_converge_under_every_seed(
    structure: str,
    analyses: dict[str, AnalysisSpec],
    evidence_of: Callable[[str], Evidence],
    priors: dict[str, Prior],
) -> None:
    """Four seeds each; R-hat is 1.005 or less in their median, and no draw diverges."""
    # other numbers of the same print and endpoint are the same model
    chosen = [n for n, s in analyses.items() if s.structure == structure and s.reading not in ("percent", "pinned")]
    assert chosen
    for name in chosen:
        spec, largest = analyses[name], []
        for seed in SEEDS:
            tree = fit(spec, evidence_of(name), spec.primary, priors[spec.primary], Settings(seed=seed)).tree
            table = convergence(tree["posterior"].to_dataset())
            assert not tree["sample_stats"]["diverging"].any(), (name, seed)
            assert table["r_hat"].max() <= MAX_R_HAT, (name, seed)
            assert table[["ess_bulk", "ess_tail"]].min().min() >= MIN_ESS, (name, seed)
            largest.append(table["r_hat"].max())
        assert np.median(largest) <= 1.005, name
