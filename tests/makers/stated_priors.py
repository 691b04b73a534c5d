"""Priors as people state them."""

import numpy as np
from scipy import interpolate, stats

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.priors.content import PriorContent, content
from crlm_bayes.priors.density import Prior
from crlm_bayes.priors.elicited import Quantiles, TwoPiece
from crlm_bayes.priors.families import Cauchy, Mixture, Normal, StudentT


def held(prior: Prior, spec: AnalysisSpec) -> PriorContent:
    """What an analysis shows of a prior."""
    return content(prior, spec.sign, spec.mcid)


class ScipyMixture:
    """A mixture of normals out of scipy parts."""

    def __init__(self, weights: tuple[float, ...], means: tuple[float, ...], sds: tuple[float, ...]) -> None:
        self.parts = [(w, stats.norm(m, s)) for w, m, s in zip(weights, means, sds, strict=True)]

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        return np.log(sum(w * d.pdf(x) for w, d in self.parts))

    def cdf(self, x: np.ndarray) -> np.ndarray:
        return sum(w * d.cdf(x) for w, d in self.parts)


class ScipyTwoPiece:
    """Two half-normal densities out of scipy, weighted by their scales."""

    def __init__(self, mode: float, below: float, above: float) -> None:
        self.mode, self.share = mode, below / (below + above)
        self.below, self.above = stats.halfnorm(scale=below), stats.halfnorm(scale=above)

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        low = np.log(self.share) + self.below.logpdf(np.maximum(self.mode - x, 0))
        high = np.log(1 - self.share) + self.above.logpdf(np.maximum(x - self.mode, 0))
        return np.where(x < self.mode, low, high)

    def cdf(self, x: np.ndarray) -> np.ndarray:
        low = self.share * self.below.sf(np.maximum(self.mode - x, 0))
        return np.where(
            x < self.mode, low, self.share + (1 - self.share) * self.above.cdf(np.maximum(x - self.mode, 0))
        )


class ScipyQuantiles:
    """The value as scipy's monotone cubic of the normal score, inverted point by point."""

    def __init__(self, probabilities: tuple[float, ...], values: tuple[float, ...]) -> None:
        z, v = stats.norm.ppf(probabilities), np.array(values)
        slopes = interpolate.PchipInterpolator(z, v)(z, 1)
        slopes[0], slopes[-1] = (v[1] - v[0]) / (z[1] - z[0]), (v[-1] - v[-2]) / (z[-1] - z[-2])
        # far lines on both sides, as cubics that happen to be straight
        z = np.concatenate([[-60], z, [60]])
        v = np.concatenate([[v[0] + slopes[0] * (z[0] - z[1])], v, [v[-1] + slopes[-1] * (z[-1] - z[-2])]])
        self.value = interpolate.CubicHermiteSpline(z, v, np.concatenate([slopes[:1], slopes, slopes[-1:]]))

    def z(self, x: np.ndarray) -> np.ndarray:
        low, high = np.full(np.shape(x), -60.0), np.full(np.shape(x), 60.0)
        for _ in range(70):
            middle = 0.5 * (low + high)
            short = self.value(middle) < x
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return 0.5 * (low + high)

    def logpdf(self, x: np.ndarray) -> np.ndarray:
        return stats.norm.logpdf(self.z(x)) - np.log(self.value(self.z(x), 1))

    def cdf(self, x: np.ndarray) -> np.ndarray:
        return stats.norm.cdf(self.z(x))


STATED = ((0.025, 0.25, 0.5, 0.75, 0.975), (-0.9, -0.35, -0.2, -0.1, 0.25))
FAMILIES = {
    "normal": (Normal(dist="normal", mean=-0.3, sd=0.2, rationale="t"), stats.norm(-0.3, 0.2)),
    "narrow": (Normal(dist="normal", mean=0.0, sd=0.005, rationale="t"), stats.norm(0, 0.005)),
    "student_t": (StudentT(dist="student_t", df=3, mean=0.1, sd=0.3, rationale="t"), stats.t(3, 0.1, 0.3)),
    "cauchy": (Cauchy(dist="cauchy", mean=-0.2, sd=0.25, rationale="t"), stats.cauchy(-0.2, 0.25)),
    "mixture": (
        Mixture(dist="mixture", weights=(0.8, 0.2), means=(-0.4, 0.3), sds=(0.1, 1.0), rationale="t"),
        ScipyMixture((0.8, 0.2), (-0.4, 0.3), (0.1, 1.0)),
    ),
    "two_piece": (
        TwoPiece(dist="two_piece", mode=-0.2, sd_below=0.4, sd_above=0.1, rationale="t"),
        ScipyTwoPiece(-0.2, 0.4, 0.1),
    ),
    "quantiles": (
        Quantiles(dist="quantiles", probabilities=STATED[0], values=STATED[1], rationale="t"),
        ScipyQuantiles(*STATED),
    ),
}
