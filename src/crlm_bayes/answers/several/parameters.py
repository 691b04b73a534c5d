"""Everything beside the pooled effect that a synthesis learns: prior and posterior of spreads, bias, moderator, discount."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy

from crlm_bayes.answers.several.study_lines import LogInterval
from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.pooled import Pooled
from crlm_bayes.exact.synthesis.quadratures import log_beta
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.rule import LOWER, UPPER

Kind = Literal["spread", "ratio", "share"]

POINTS: Final = 241

EDGE: Final = 1e-3
"""Distance from 0 and 1 at which a density of a share, which may be infinite there, is shown."""

TAIL: Final = 0.005


@dataclass(frozen=True)
class Parameter:
    """A parameter beside μ: its prior density on points, and its posterior.

    Attributes
    ----------
    symbol, meaning : str
    kind : str
        ``spread`` (a standard deviation of log ratios), ``ratio`` (a log ratio) or ``share``.
    points, prior : array, shape (P,)
        Where both are worth showing, and the prior density there.
    before : LogInterval
        Prior median and equal-tailed interval.
    posterior : GridPosterior
    """

    symbol: str
    meaning: str
    kind: Kind
    points: Floats
    prior: Floats
    before: LogInterval
    posterior: GridPosterior

    @property
    def after(self) -> LogInterval:
        """Posterior median and equal-tailed interval."""
        return LogInterval.of(self.posterior)

    @property
    def density(self) -> Floats:
        """Posterior density at the points."""
        return np.interp(self.points, self.posterior.theta, self.posterior.density, left=0.0, right=0.0)


def parameters_of(pooled: Pooled, spec: AnalysisSpec) -> tuple[Parameter, ...]:
    """Collect what the structure of a synthesis has: τ, β or γ, σ (of biases), δ."""
    return tuple(_parameters(pooled, spec))


def _parameters(pooled: Pooled, spec: AnalysisSpec) -> Iterator[Parameter]:
    structure = pooled.engine.structure
    shift, power = structure.shift, structure.discount
    if structure.heterogeneity is not None and pooled.tau is not None:
        yield _spread("τ", "spread of effects between studies", structure.heterogeneity, pooled.tau)
    if shift is not None and pooled.beta is not None:
        moderated = spec.structure == "meta_regression"
        prior = shift.mean
        before = LogInterval(*(prior.quantile(p) for p in (LOWER, 0.5, UPPER)))
        ends = _ends([before.lower, before.upper], pooled.beta)
        points = np.linspace(*ends, POINTS)
        name = ("γ", "ratio between the groups") if moderated else ("β", "mean bias of studies not randomised")
        yield Parameter(*name, "ratio", points, np.exp(prior.logpdf(points)), before, pooled.beta)
    if shift is not None and shift.spread is not None and pooled.sigma is not None:
        yield _spread("σ", "spread of biases", shift.spread, pooled.sigma)
    if power is not None and pooled.delta is not None:
        points = np.linspace(EDGE, 1 - EDGE, POINTS)
        before = LogInterval(*scipy.special.betaincinv(power.a, power.b, np.array([LOWER, 0.5, UPPER])).tolist())
        density = np.exp(log_beta(power, points))
        yield Parameter("δ", "learnt weight of the indirect evidence", "share", points, density, before, pooled.delta)


def _spread(symbol: str, meaning: str, prior: SpreadPrior, posterior: GridPosterior) -> Parameter:
    before = LogInterval(*prior.quantile([LOWER, 0.5, UPPER]).tolist())
    far = posterior.quantile(1 - TAIL)
    points = np.linspace(EDGE * far, min(max(before.upper, far), 2 * far), POINTS)
    return Parameter(symbol, meaning, "spread", points, np.exp(prior.logpdf(points)), before, posterior)


def _ends(prior: list[float], posterior: GridPosterior) -> tuple[float, float]:
    places = [*prior, posterior.quantile(TAIL), posterior.quantile(1 - TAIL)]
    return min(places), max(places)


def spread_words(prior: SpreadPrior | None) -> str:
    """Name a prior of τ in a few words; without one the effect is common."""
    return "common effect: τ = 0" if prior is None else prior.words
