"""From the assembled evidence of several studies to their exact synthesis."""

from collections.abc import Callable
from typing import Final

import numpy as np
import scipy

from crlm_bayes.arrays import Floats
from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.evidence.values import StudyEvidence as Assembled
from crlm_bayes.evidence.values import SynthesisEvidence
from crlm_bayes.exact.synthesis.members import Member, PowerPrior, Shift, Structure
from crlm_bayes.exact.synthesis.synthesis import Synthesis, synthesise
from crlm_bayes.likelihoods.curves import curve_of
from crlm_bayes.likelihoods.leaves import LEAVES
from crlm_bayes.priors.families import Normal
from crlm_bayes.rule import turned

INITIAL: Final = Normal(
    dist="normal",
    mean=0.0,
    sd=1.0,
    rationale="initial prior of the power prior's normaliser: wide, and the same whatever prior the pooled effect has",
)


def members_of(evidence: SynthesisEvidence, spec: AnalysisSpec) -> tuple[Member, ...]:
    """Tabulate the evidence curve of every study; order as in the evidence.

    A discount of a likelihood with nuisance parameters weakens the likelihood before they are integrated out (fewer
    patients), as it does for the sampler; of a ratio it is the power of the curve.
    """
    return tuple(_member(member, spec.of_study(member.study)) for member in evidence.members)


def _member(member: Assembled, own: AnalysisSpec) -> Member:
    likelihood = LEAVES[own.likelihood]
    printed = curve_of(likelihood, member.evidence, own)
    weaker = member.evidence.discounted(member.discount) if 0 < member.discount < 1 else member.evidence
    if weaker is member.evidence:
        return Member(member.study, printed, member.shifted, member.discount, member.learnt)
    return Member(member.study, curve_of(likelihood, weaker, own), member.shifted, printed=printed)


def structure_of(spec: AnalysisSpec) -> Structure:
    """Say how the effects relate; priors of bias and of the moderator are turned to the reported log ratio."""
    priors = spec.priors
    location = priors.bias_mean or priors.moderator
    shift = None
    if location is not None:
        shift = Shift(turned(location, spec.sign), priors.bias_spread)
    discount = PowerPrior(priors.discount.a, priors.discount.b, INITIAL) if priors.discount is not None else None
    return Structure(priors.heterogeneity, shift, discount)


def synthesis_of(evidence: SynthesisEvidence, spec: AnalysisSpec) -> Synthesis:
    """Synthesise the studies of an analysis, exactly.

    The prior of the pooled effect is put on afterwards (:meth:`Synthesis.under`).
    """
    return synthesise(members_of(evidence, spec), structure_of(spec))


def log_normaliser(synthesis: Synthesis) -> tuple[float, Callable[[Floats], Floats]]:
    """Logarithm of the normaliser c(δ) of the power prior, for the sampler, which needs it at any δ.

    Returns
    -------
    float
        k, the information that δ weighs: log c(δ) is nearly straight in log(1 + kδ) / log(1 + k).
    callable
        log c as a function of that variable, from 0 to 1.
    """
    k = 1.0 + sum(m.curve.width**-2 for m in synthesis.members if m.discounted)
    delta, log_layers = synthesis.delta, synthesis.log_layers(synthesis.engine.everyone, synthesis.engine)
    at = np.log1p(k * delta.points) / np.log1p(k)
    values = delta.log_weights - log_layers
    order = np.argsort(at)
    return k, scipy.interpolate.make_interp_spline(np.append(0.0, at[order]), np.append(0.0, values[order]), k=5)
