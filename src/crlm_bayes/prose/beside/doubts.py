"""What a reader has to know of an answer beside its numbers: bias of a design, and a prior that decides. One sentence each."""

from crlm_bayes.answers.answer import Answer
from crlm_bayes.documents.study import said_to_be
from crlm_bayes.prose.beside.groups import by_group
from crlm_bayes.prose.robustness import needed
from crlm_bayes.rule import prior_decides
from crlm_bayes.words.nouns import vocabulary
from crlm_bayes.words.numbers import percent


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
    words = vocabulary(answer.spec)
    whose = "that is only said to be randomised" if said_to_be(answer.question.study) else "that is not randomised"
    return (
        f"At face value {words.p_claim} is {words.chance(face)}; allowing for the bias of a study {whose} it is "
        f"{words.chance(allowing)}."
    )


def deciding(answer: Answer) -> str:
    """Say that the primary prior decides, and by how much; empty where the data do."""
    if not prior_decides(answer.prior_share):
        return ""
    share = answer.prior_share
    held = "all" if share >= 1 else percent(share, 0)  # above 1 where the data pull against themselves
    return f"The data are too few: the prior holds {held} of the answer."


def besides(answer: Answer) -> list[str]:
    """Say what stands beside the answer: of which group each number is, and what would have survived."""
    return [said for said in (by_group(answer), lacking(answer)) if said]


def lacking(answer: Answer) -> str:
    """Say what would have survived, where the claim does not; else nothing."""
    return "" if answer.robustness.headline.survives else needed(answer.robustness, answer.spec)
