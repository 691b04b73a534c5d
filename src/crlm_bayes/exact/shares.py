r"""The prior's share in the posterior mean of one effect.

The mean moves by :math:`w = -\mathrm{Cov}(\theta, \ell'(\theta))` of a little by which what the data say is moved; the rest is
the prior's, :math:`1 - w = -\mathrm{Cov}(\theta, \partial \log \pi / \partial \theta)` by Stein's identity. Of a synthesis it is the
weight of the prior beside those of its studies (:mod:`crlm_bayes.exact.synthesis.weights`); of a normal curve under a
normal prior it is the share of the prior's precision in the sum of both.
"""

from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior

LITTLE = 1e-4
"""Step of the derivative, in widths of the curve."""


def prior_share(curve: EvidenceCurve, prior: Prior) -> float:
    """Share of the prior in the posterior mean.

    Returns
    -------
    float
        Above 1 where the data pull against themselves (a curve with two sides), below 0 where the prior does.
    """
    posterior, step = curve.apply(prior), LITTLE * curve.width
    theta = posterior.theta
    slope = (curve.log_likelihood(theta + step) - curve.log_likelihood(theta - step)) / (2 * step)
    return 1 + float(posterior.weights @ (posterior.density * (theta - posterior.mean) * slope))
