"""The prior of bias that the project gives a study that is not randomised, unless its analysis states another.

Bias is added to the log ratio on the benefit scale: b ~ N(β, σ_b²), β ~ :data:`BIAS_MEAN`, σ_b ~ :data:`BIAS_SPREAD`.
β is what such studies are biased by on average, which no single one of them can tell; σ_b is how they differ in it.
"""

from typing import Final

from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.spreads import HalfNormal, SpreadPrior

BIAS_MEAN: Final = Normal(
    dist="normal",
    mean=0.0,
    sd=0.15,
    rationale="studies that were not randomised may flatter or slander the treatment on average: 95% of mean biases within a ratio of 0.75 to 1.34, no side assumed",
)

BIAS_SPREAD: Final[SpreadPrior] = HalfNormal(
    dist="half_normal",
    sd=0.15,
    rationale="single studies differ in their bias: 95% of spreads below 0.29 on the log ratio",
)
