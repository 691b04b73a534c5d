"""What a page carries of one analysis, so that its reader can put any prior to it: the curve, its words, its priors."""

import math
from collections.abc import Mapping
from typing import Any, Final, TypedDict

from crlm_bayes.documents.analysis import AnalysisSpec
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.priors.density import Prior
from crlm_bayes.rule import LOWER, UPPER
from crlm_bayes.words.marks import Footing
from crlm_bayes.words.nouns import prior_name, study_name, vocabulary

DECIMALS: Final = 8
"""Decimals of a log likelihood: a posterior is then good to 1e-8 wherever a prior may take it."""


class CurvePayload(TypedDict):
    """An evidence curve by the coefficients of its spline over uniform knots in u, θ = mode + stretch sinh(u).

    `tails` are slope and bend at the lower and the upper end, by which it goes on beyond (:mod:`crlm_bayes.exact.tails`).
    """

    mode: float
    stretch: float
    low: float
    high: float
    coefficients: list[float]
    tails: list[list[float]]


class Payload(TypedDict):
    """One analysis in a page; priors and ratios on the reported scale."""

    id: str
    name: str
    group: str
    curve: CurvePayload
    sign: int
    measure: str
    claim: str
    facing: int
    words: str
    footing: str
    mcid: float
    primary: str
    priors: list[dict[str, Any]]


def payload(
    spec: AnalysisSpec, curve: EvidenceCurve, priors: Mapping[str, Prior], name: str = "", footing: Footing = "sound"
) -> Payload:
    """Make the payload of one analysis.

    Parameters
    ----------
    curve : EvidenceCurve
        Of the log ratio as reported.
    priors : mapping of name to Prior
        At least those of the analysis, as named (negative favours the treatment); they are turned here.
    name : str, optional
        What a list of analyses calls it; its endpoint and reading, else its title.
    footing : str, optional
        What its verdict rests on.
    """
    words = vocabulary(spec)
    return Payload(
        id=spec.id,
        name=name or spec.title,
        group="Synthesis of studies" if spec.is_synthesis else study_name(spec.studies[0]),
        curve=curve_payload(curve),
        sign=spec.sign,
        measure=words.measure,
        claim=words.claim,
        facing=spec.facing,
        words="harm" if words.harmful else "safety" if words.safety else "benefit",
        footing=footing,
        mcid=spec.mcid,
        primary=spec.primary,
        priors=[prior_payload(prior, spec.effect_prior(priors[prior])) for prior in spec.effect_priors],
    )


def curve_payload(curve: EvidenceCurve) -> CurvePayload:
    """Carry a curve by its spline coefficients, short but for no visible error."""
    return CurvePayload(
        mode=curve.mode,
        stretch=curve.stretch,
        low=float(curve.knots[0]),
        high=float(curve.knots[-1]),
        coefficients=[round(float(c), DECIMALS) for c in curve._spline.c],
        tails=[[tail.slope, tail.bend] for tail in curve._tails],
    )


def prior_payload(name: str, prior: Prior) -> dict[str, Any]:
    """Carry one named prior, on the reported scale, with the 95% of ratios that it holds."""
    head: dict[str, Any] = {"name": name, "title": prior_name(name)}
    head |= {"centre": prior.centre, "spread": prior.spread}
    head |= {"scales": [list(scale) for scale in prior.scales], "breaks": list(prior.breaks)}
    head |= {"range": [_exp(prior.quantile(LOWER)), _exp(prior.quantile(UPPER))]}
    return head | prior.payload()


def _exp(x: float) -> float:
    """A ratio; JSON knows no infinity."""
    return math.exp(min(x, 700.0))
