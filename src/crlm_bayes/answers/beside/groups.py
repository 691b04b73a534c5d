"""A meta-regression says which group of studies each number is of: μ is the effect outside the moderator's levels, μ + γ inside."""

from typing import NamedTuple

from crlm_bayes.answers.question import ANSWERS, Question
from crlm_bayes.digests import digest
from crlm_bayes.exact.synthesis.synthesis import Synthesis
from crlm_bayes.scepticism.panel import Panel, verdict


class ModeratedGroup(NamedTuple):
    """The effect in the studies on one side of a moderator.

    Attributes
    ----------
    key : str
        For tables: ``timing=neoadjuvant``; levels that its studies have, with commas.
    moderator : str
        ``timing``.
    levels : tuple of str
        Those that its studies have, in their order.
    studies : tuple of str
        Ids.
    panel : Panel
        Of the effect in this group.
    """

    key: str
    moderator: str
    levels: tuple[str, ...]
    studies: tuple[str, ...]
    panel: Panel


def moderated(question: Question, synthesis: Synthesis) -> tuple[ModeratedGroup, ...]:
    """Answer for each group of studies: first those outside the levels, to which μ belongs; empty without a moderator."""
    spec, priors = question.spec, question.priors
    if spec.moderator is None:
        return ()
    moderator = spec.moderator.key

    def panels() -> tuple[Panel, Panel]:
        pooled = {name: synthesis.under(spec.effect_prior(priors[name])) for name in spec.effect_priors}
        outside = Panel(verdict(one.mu, spec, name) for name, one in pooled.items())
        inside = [(name, one.shifted) for name, one in pooled.items()]
        return outside, Panel(verdict(m, spec, name) for name, m in inside if m is not None)

    found = []
    both = ANSWERS.recall(digest("moderated", synthesis.identity, spec, dict(priors)), panels)
    for side, panel in zip((False, True), both, strict=True):
        mine = [s for s, m in zip(question.studies, synthesis.members, strict=True) if m.shifted == side]
        levels = tuple(dict.fromkeys(str(getattr(study, moderator)) for study in mine))
        key = f"{moderator}={','.join(levels)}"
        found.append(ModeratedGroup(key, moderator, levels, tuple(study.id for study in mine), panel))
    return tuple(found)
