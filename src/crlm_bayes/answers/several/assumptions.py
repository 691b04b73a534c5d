"""What the claim becomes when one number is assumed: the weight of some studies, or the bias of a group.

The exact engine answers at a few values; between them Φ⁻¹(P), which is nearly straight, goes through a cubic spline.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import scipy

from crlm_bayes.answers.question import ANSWERS
from crlm_bayes.arrays import Floats
from crlm_bayes.digests import digest
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import SynthesisEvidence
from crlm_bayes.exact.synthesis.members import Member, Structure
from crlm_bayes.exact.synthesis.synthesis import Synthesis
from crlm_bayes.likelihoods.studies.exact import members_of
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import Z

WEIGHTS: Final = np.expm1(np.linspace(0.0, math.log1p(50.0), 9)) / 50.0
"""Dense at 0: the first tenth of a large study's evidence says most of what it has to say."""

OVERSTATEMENTS: Final = np.linspace(-math.log(1.5), math.log(2.0), 11)
"""Assumed factors, logarithms, by which a group overstates the benefit; below 0 it understates it."""

SHOWN: Final = 241

SURE: Final = 1e-12


@dataclass(frozen=True)
class Assumption:
    """Probability of what is claimed, a benefit or a harm, against one number that is assumed, under each prior.

    Attributes
    ----------
    meaning : str
        What is assumed, of which studies.
    studies : tuple of str
    values : array, shape (P,)
        Weights, or logarithms of the factor by which the claim is overstated.
    p_claim : mapping of prior name to array, shape (P,)
    """

    meaning: str
    studies: tuple[str, ...]
    values: Floats
    p_claim: Mapping[str, Floats]

    @cached_property
    def fine(self) -> tuple[Floats, Mapping[str, Floats]]:
        """The same on many points, for a line; values and Φ⁻¹(P) both go through splines along the places of the values."""
        places = np.arange(len(self.values), dtype=float)
        many = np.linspace(0, places[-1], SHOWN)
        x = np.clip(
            scipy.interpolate.make_interp_spline(places, self.values, k=3)(many), self.values[0], self.values[-1]
        )
        return x, {
            name: scipy.special.ndtr(
                scipy.interpolate.make_interp_spline(places, scipy.special.ndtri(np.clip(p, SURE, 1 - SURE)), k=3)(many)
            )
            for name, p in self.p_claim.items()
        }

    def tips(self, prior: str) -> tuple[float, ...]:
        """Values at which survival is lost or won under a prior; linear between the many points."""
        x, lines = self.fine
        z = scipy.special.ndtri(np.clip(lines[prior], SURE, 1 - SURE)) - Z
        crossed = np.flatnonzero(z[:-1] * z[1:] < 0)
        return tuple(float(x[i] + (x[i + 1] - x[i]) * z[i] / (z[i] - z[i + 1])) for i in crossed)


def borrowed(
    synthesis: Synthesis,
    evidence: SynthesisEvidence,
    spec: AnalysisSpec,
    studies: Sequence[str],
    priors: Mapping[str, Prior],
    meaning: str,
) -> Assumption:
    """P(benefit) when the evidence of some studies counts with a common weight, 0 to 1, whatever weight it had.

    A fixed weight weakens the likelihood before nuisance parameters are integrated out, as in the analysis; a learnt one
    is the power of the curve.

    Parameters
    ----------
    studies : sequence of str
        Among them all whose weight is learnt.
    priors : mapping of name to Prior
        Of μ, on the reported log ratio.
    """
    printed = {member.study: replace(member, discount=1.0) for member in evidence.members}

    def weighted(member: Member, weight: float) -> Member:
        if member.name not in studies:
            return member
        if member.discounted:
            return replace(member, discount=weight, discounted=False)
        own = SynthesisEvidence((replace(printed[member.name], discount=weight),))
        return members_of(own, spec)[0]

    structure = replace(synthesis.structure, discount=None)
    found = _along(synthesis, structure, WEIGHTS, weighted, priors, spec.claim_sign)
    return Assumption(meaning, tuple(studies), WEIGHTS, found)


def overstated(synthesis: Synthesis, priors: Mapping[str, Prior], spec: AnalysisSpec) -> Assumption:
    """P(benefit) when every shifted study overstates what is claimed, a benefit or a harm, by the same known factor.

    Mean and spread of the bias are then no longer unknown: β is the factor, σ is 0.
    """
    studies = tuple(member.name for member in synthesis.members if member.shifted)

    def known(member: Member, overstatement: float) -> Member:
        bias = -spec.claim_sign * overstatement
        return replace(member, curve=member.curve.shifted(bias), shifted=False) if member.shifted else member

    structure = replace(synthesis.structure, shift=None)
    found = _along(synthesis, structure, OVERSTATEMENTS, known, priors, spec.claim_sign)
    return Assumption(
        f"{'benefit' if spec.facing == 1 else 'harm'} overstated by the studies that may be biased",
        studies,
        OVERSTATEMENTS,
        found,
    )


def _along(
    synthesis: Synthesis,
    structure: Structure,
    values: Floats,
    changed: Callable[[Member, float], Member],
    priors: Mapping[str, Prior],
    sign: int,
) -> dict[str, Floats]:
    """P(benefit) under each prior at each value: one curve of μ serves all priors."""
    rows: dict[str, list[float]] = {name: [] for name in priors}
    for value in values:
        members = tuple(changed(member, float(value)) for member in synthesis.members)
        for name, p in _p_benefits(Synthesis(members, structure), priors, sign).items():
            rows[name].append(p)
    return {name: np.array(row) for name, row in rows.items()}


def _p_benefits(synthesis: Synthesis, priors: Mapping[str, Prior], sign: int) -> dict[str, float]:
    def make() -> dict[str, float]:
        return {name: synthesis.curve.apply(prior).p_benefit(sign) for name, prior in priors.items()}

    return ANSWERS.recall(digest("p_benefit", synthesis.identity, dict(priors), sign), make)
