"""Members of a synthesis made from numbers, for tests."""

from collections.abc import Sequence

import numpy as np

from crlm_bayes.arrays import Floats
from crlm_bayes.evidence.values import BinomialEvidence
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.quadrature import log_integral_concave
from crlm_bayes.exact.synthesis.members import Member
from crlm_bayes.likelihoods.binomial import log_likelihood
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.spreads import HalfCauchy, HalfNormal


def normal_prior(mean: float, sd: float) -> Normal:
    return Normal(dist="normal", mean=float(mean), sd=float(sd), rationale="test")


def half_normal(sd: float) -> HalfNormal:
    return HalfNormal(dist="half_normal", sd=sd, rationale="test")


def half_cauchy(sd: float) -> HalfCauchy:
    return HalfCauchy(dist="half_cauchy", sd=sd, rationale="test")


def normal_curve(y: float, se: float) -> EvidenceCurve:
    return EvidenceCurve.tabulate(lambda theta: -0.5 * ((theta - y) / se) ** 2)


def normal_members(y: Sequence[float] | Floats, se: Sequence[float] | Floats) -> list[Member]:
    return [Member(f"s{i}", normal_curve(a, b)) for i, (a, b) in enumerate(zip(y, se, strict=True))]


def table_curve(events: tuple[float, float], n: tuple[float, float], alpha_sd: float = 1.5) -> EvidenceCurve:
    """Curve of a log odds ratio from events of n, control first; the middle of the arms has prior N(0, alpha_sd²)."""
    evidence = BinomialEvidence("made", ("c", "t"), ("C", "T"), np.array(events, float), np.array(n, float))
    baseline = normal_prior(0.0, alpha_sd)

    def log_integrated(theta: Floats) -> Floats:
        def log_f(alpha: Floats) -> Floats:
            return log_likelihood(evidence, theta[:, None], alpha) + baseline.logpdf(alpha)

        return log_integral_concave(log_f, -12 * alpha_sd - 12, 12 * alpha_sd + 12, theta.shape)

    return EvidenceCurve.tabulate(log_integrated)
