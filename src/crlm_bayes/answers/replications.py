"""Which analyses are taken as replications of which, and how convincing each pair is together."""

from collections.abc import Iterable

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.question import ANSWERS
from crlm_bayes.digests import digest
from crlm_bayes.scepticism.replication import Pair, pairs


def replications(answers: Iterable[Answer]) -> list[Pair]:
    """Hold the estimate of each study against those of the others; what is hypothetical is neither claim nor replication."""
    claims = [a.estimated for a in answers if a.estimated is not None and not a.spec.hypothetical]
    return ANSWERS.recall(digest("replications", claims), lambda: pairs(claims))
