"""The groups of a meta-regression, each with its own answer."""

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.beside.groups import ModeratedGroup
from crlm_bayes.words.nouns import listed, prior_name, vocabulary
from crlm_bayes.words.numbers import estimate


def group_name(group: ModeratedGroup) -> str:
    """Name a group by its moderator and the levels that its studies have: ``timing: neoadjuvant``."""
    return f"{group.moderator}: {listed((level.replace('_', ' ') for level in group.levels), 'or')}"


def by_group(answer: Answer) -> str:
    """Say of which group each number is, under the primary prior; empty without a moderator."""
    words, said = vocabulary(answer.spec), []
    for group in answer.moderated:
        (v,) = (v for v in group.panel if v.prior == answer.spec.primary)
        said.append(
            f"{estimate(v.median, v.lower, v.upper)}, {words.p_claim} {words.chance(v.p_benefit)} ({group_name(group)})"
        )
    if not said:
        return ""
    return f"Under the {prior_name(answer.spec.primary)} prior the {words.measure} is {' and '.join(said)}."
