"""What a reader has to know of an answer beside its numbers: bias of a design, and a prior that decides. One sentence each."""

from crlm_bayes.answers.answer import Answer
from crlm_bayes.rule import prior_decides
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import percent, probability


def doubts(answer: Answer) -> list[str]:
    """Say what must not be left out of an answer, in the order of its weight; empty where nothing is."""
    return [said for said in (twice(answer), deciding(answer)) if said]


def twice(answer: Answer) -> str:
    """Say both answers of a study that may be biased, under the primary prior; empty where none may be."""
    if answer.allowing_for_bias is None:
        return ""
    primary = answer.spec.primary
    (face,), (allowing,) = (
        [v.p_benefit for v in panel if v.prior == primary] for panel in (answer.panel, answer.allowing_for_bias)
    )
    return (
        f"At face value {vocabulary(answer.spec).p_claim} is {probability(face)}; allowing for the bias of a study that is "
        f"not randomised it is {probability(allowing)}."
    )


def deciding(answer: Answer) -> str:
    """Say that the primary prior decides, and by how much; empty where the data do."""
    if not prior_decides(answer.prior_share):
        return ""
    share = answer.prior_share
    held = "all" if share >= 1 else percent(share, 0)  # above 1 where the data pull against themselves
    return f"The data are too few: the prior holds {held} of the answer."
