"""A prior from the predictive effect of other trials, made robust: documents that declare it, and how it is computed.

Meta-analytic-predictive prior (Neuenschwander et al. 2010) with a wide component of stated weight, which lets data that
disagree speak for themselves (Schmidli et al. 2014). Unlike an empirical prior it learns the heterogeneity.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, override

import numpy as np
from pydantic import Field

from crlm_bayes.curves import EvidenceCurve, Floats
from crlm_bayes.empirical import DeclaredPrior, Estimate
from crlm_bayes.format import percent, ratio
from crlm_bayes.priors import Mixture, Normal, Positive
from crlm_bayes.published.study import Study
from crlm_bayes.scales import SpreadPrior
from crlm_bayes.synthesis import Member, robust_map

Weight = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]


class RobustMapPrior(DeclaredPrior):
    """The effect in a new study that some trials foretell, mixed with a wide component.

    ::

        [robust_metastatic]
        dist = "robust_map"
        studies = ["trial_a", "trial_b"]
        endpoint = "pfs"
        measure = "hr"
        weight = 0.5
        wide_sd = 1.0
        heterogeneity = { dist = "half_normal", sd = 0.3, rationale = "..." }
        rationale = "..."

    `weight` is the probability that nothing is to be learnt from those trials, `wide_sd` what is believed then (centred on
    no effect) and before them of their pooled effect.
    """

    dist: Literal["robust_map"]
    heterogeneity: SpreadPrior
    weight: Weight
    wide_sd: Positive

    @override
    def resolved(self, studies: Mapping[str, Study], where: str = "priors.toml") -> Mixture:
        estimates = self.estimates(studies, where)
        wide = Normal(dist="normal", mean=0.0, sd=self.wide_sd, rationale=self.rationale)
        members = [Member(str(i), _curve(estimate)) for i, estimate in enumerate(estimates)]
        made = robust_map(members, self.heterogeneity, wide, weight=self.weight, wide=wide, rationale=self.rationale)
        new = made.predictive
        low, high = new.interval
        sentence = (
            f"{self.sources(estimates)}; in a new study a ratio of {ratio(np.exp(new.median))} "
            f"(95% {ratio(np.exp(low))} to {ratio(np.exp(high))}), believed with {percent(1 - self.weight, 0)}, "
            f"and with {percent(self.weight, 0)} that nothing can be learnt from them"
        )
        return made.prior.model_copy(update={"rationale": sentence})


def _curve(estimate: Estimate) -> EvidenceCurve:
    def log_likelihood(theta: Floats) -> Floats:
        return np.asarray(-0.5 * ((theta - estimate.log_ratio) / estimate.se) ** 2)

    return EvidenceCurve.tabulate(log_likelihood)
