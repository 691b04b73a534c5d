"""Reverse-Bayes as tables: each prior of the panel against the data, and the priors that stand beside the panel."""

import math
from typing import NamedTuple

from crlm_bayes.answers.answer import Answer
from crlm_bayes.pages.tables.tables import PanelRow, verdict_of
from crlm_bayes.prose.priors import statement
from crlm_bayes.prose.scepticism import against_prior, same_question
from crlm_bayes.rule import Z
from crlm_bayes.scepticism.panel import verdict
from crlm_bayes.scepticism.replication import Estimated, Pair
from crlm_bayes.words.nouns import READINGS, capital, endpoint_noun, prior_name, study_name
from crlm_bayes.words.numbers import p_value, ratio, span


class AgainstRow(NamedTuple):
    """One prior of the panel against the data, as text."""

    prior: str
    says: str
    primary: bool
    bayes_factor: str
    needed: str
    fail_safe: str
    conflict: str


class BesideRow(NamedTuple):
    """A prior that is not of the panel: what it believes, and what it makes of the data."""

    row: PanelRow
    says: str
    why: str


def against(answer: Answer) -> list[AgainstRow]:
    """Rows of Bayes factors, fail-safe means and conflict, in the order of the panel."""
    spec = answer.spec
    return [
        AgainstRow(
            prior_name(one.prior),
            capital(statement(answer.question.priors[one.prior], spec.better, spec.measure, spec.mcid)),
            one.prior == spec.primary,
            *against_prior(one, spec.claim_sign),
        )
        for one in answer.reverse.priors
    ]


def beside(answer: Answer) -> list[BesideRow]:
    """Rows of the priors beside the panel, from the exact curve."""
    spec = answer.spec
    rows = []
    for name, prior in answer.question.others.items():
        seen = verdict(answer.curve.apply(spec.effect_prior(prior)), spec, name)
        says = capital(statement(prior, spec.better, spec.measure, spec.mcid))
        rows.append(BesideRow(verdict_of(seen, answer.question), says, prior.rationale))
    return rows


class ReplicationRow(NamedTuple):
    """One study taken as a replication of another, as text; estimates are ratios on the side of benefit below 1."""

    endpoint: str
    reading: str
    original: str
    replica: str
    same: str
    p: str


def replicated(pair: Pair) -> ReplicationRow:
    """Write one pair."""
    return ReplicationRow(
        capital(endpoint_noun(pair.original.endpoint)),
        READINGS.get(pair.original.reading, pair.original.reading),
        _estimated(pair.original),
        _estimated(pair.replica),
        same_question(pair),
        p_value(pair.found.p_one_sided),
    )


def _estimated(one: Estimated) -> str:
    y, se = one.estimate
    return f"{study_name(one.study)}: {ratio(math.exp(y))} ({span(math.exp(y - Z * se), math.exp(y + Z * se))})"
