"""How a claim about μ depends on one number that is assumed: the discount of some studies, or the bias of a group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import make_interp_spline

from crlm_bayes.arrays import Floats, log_sum
from crlm_bayes.errors import InvalidInput, UnknownName
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.exact.synthesis.engine import Engine
from crlm_bayes.exact.synthesis.synthesis import Synthesis
from crlm_bayes.priors.density import Prior


@dataclass(frozen=True)
class Path:
    """Posterior of μ along values of what is assumed; every array has shape (P,).

    Attributes
    ----------
    values :
        Discounts or biases (log ratio).
    p_below :
        P(μ < 0).
    median, lower, upper :
        Posterior median and 95% equal-tailed interval of μ.
    """

    values: Floats
    p_below: Floats
    median: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, values: Floats, posteriors: Sequence[GridPosterior]) -> "Path":
        """Summarise posteriors."""
        rows = np.array([(p.p_below(0.0), p.median, *p.interval) for p in posteriors]).reshape(len(values), 4)
        return cls(values, *rows.T)


def discount_path(synthesis: Synthesis, names: Sequence[str], discounts: Sequence[float], prior: Prior) -> Path:
    """Posterior of μ when the log likelihoods of the named members are multiplied by each of the discounts.

    A fixed discount of a named member is multiplied as well; an unknown one is replaced.

    Raises
    ------
    UnknownName
        If a name is no member's.
    InvalidInput
        If a discount is outside 0 to 1, or a member with an unknown discount is not named.
    """
    members = [member.name for member in synthesis.members]
    for name in names:
        if name not in members:
            raise UnknownName.among("discounts", "member", name, members)
    for member in synthesis.members:
        if member.discounted and member.name not in names:
            raise InvalidInput(
                f"discounts: {member.name}", "has an unknown discount", allowed="it is named, and its discount fixed"
            )
    values = np.asarray(discounts, dtype=float)
    if not np.all((values >= 0) & (values <= 1)):
        raise InvalidInput("discounts", f"reach from {values.min():g} to {values.max():g}", allowed="0 to 1")
    named = np.array([name in names for name in members])
    fixed = np.array([member.discount for member in synthesis.members])
    structure = replace(synthesis.structure, discount=None)
    engine = Engine(synthesis.members, structure, np.where(named, values[:, None] * fixed, fixed))
    return Path.of(values, _posteriors(engine, engine.given_mu(engine.everyone), prior))


def bias_path(synthesis: Synthesis, biases: Sequence[float], prior: Prior) -> Path:
    """Posterior of μ when the shifted members are all taken to be moved by exactly each of these (σ = 0).

    Raises
    ------
    InvalidInput
        If the structure has no shift, or an unknown discount.
    """
    structure, engine = synthesis.structure, synthesis.engine
    if structure.shift is None:
        raise InvalidInput("biases", "the structure states no shift", allowed="a synthesis with shifted members")
    if structure.discount is not None:
        raise InvalidInput("biases", "the discount is unknown", allowed="a synthesis with fixed discounts")
    values = np.asarray(biases, dtype=float)
    free = engine.of_free(engine.everyone)[0] + engine.tau.log_weights[:, None]
    to_tau = engine.group.spreads.interpolation(engine.tau.points)
    group = to_tau @ engine.group.sums(engine.everyone)[0]
    line = engine.free.line
    log_likelihood = [
        log_sum(free + group @ engine.group.line.interpolation(line.points + bias).T, axis=0) for bias in values
    ]
    return Path.of(values, _posteriors(engine, np.array(log_likelihood), prior))


def _posteriors(engine: Engine, log_likelihood: Floats, prior: Prior) -> list[GridPosterior]:
    """Posterior of μ from each log likelihood at its knots."""
    line = engine.free.line

    def posterior(row: Floats) -> GridPosterior:
        spline = make_interp_spline(line.knots, row, k=5)
        return EvidenceCurve.tabulate(lambda mu: np.asarray(spline(line.position(mu)))).apply(prior)

    return [posterior(row) for row in log_likelihood]
