"""What a doubter makes of one study by its design: a study that is not randomised is answered twice."""

from crlm_bayes.answers.question import ANSWERS, Question
from crlm_bayes.digests import digest
from crlm_bayes.documents.analysis_meaning import may_be_biased
from crlm_bayes.exact.curve import EvidenceCurve
from crlm_bayes.exact.synthesis.members import Member, Shift, Structure
from crlm_bayes.exact.synthesis.synthesis import synthesise
from crlm_bayes.priors.bias import BIAS_MEAN, BIAS_SPREAD
from crlm_bayes.priors.families import Normal
from crlm_bayes.priors.spreads import SpreadPrior
from crlm_bayes.rule import turned
from crlm_bayes.scepticism.panel import Panel, verdict


def allowing_for_bias(question: Question, curve: EvidenceCurve) -> Panel | None:
    """Put the evidence of one study that may be biased before the panel, its bias integrated out.

    Parameters
    ----------
    curve : EvidenceCurve
        What the study says at face value, of the reported log ratio.

    Returns
    -------
    Panel or None
        None for several studies, and for one that is taken to be free of bias: a randomised one.
    """
    spec, priors = question.spec, question.priors
    if not may_be_biased(spec, question.studies[0]):
        return None
    mean, spread = spec.priors.bias_mean or BIAS_MEAN, spec.priors.bias_spread or BIAS_SPREAD

    def make() -> Panel:
        left = unbiased(curve, turned(mean, spec.sign), spread)
        return Panel(verdict(left.apply(spec.effect_prior(priors[name])), spec, name) for name in spec.effect_priors)

    return ANSWERS.recall(digest("allowing_for_bias", curve.identity, spec, dict(priors), mean, spread), make)


def unbiased(curve: EvidenceCurve, mean: Normal, spread: SpreadPrior) -> EvidenceCurve:
    """Return what one study says of its effect once its bias b ~ N(β, σ_b²), of priors `mean` and `spread`, is integrated out.

    It is the synthesis of this study alone, whose estimate is the effect plus the bias (Welton et al. 2009).
    """
    return synthesise((Member("study", curve, shifted=True),), Structure(None, Shift(mean, spread))).curve
