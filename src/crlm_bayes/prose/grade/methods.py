"""What was done, in a paragraph for a manuscript: made from the records of the run and from its documents."""

from collections.abc import Mapping, Sequence
from typing import Any

from crlm_bayes.answers.summary import Outcome
from crlm_bayes.documents.study import Study
from crlm_bayes.prose.grade.doubts import designs, has_cut
from crlm_bayes.prose.verdicts import rule
from crlm_bayes.words.nouns import capital, counted, endpoint_noun, listed, prior_name, vocabulary
from crlm_bayes.words.numbers import INTERVAL_WORDS, many, true_minus


def methods(
    outcomes: Sequence[Outcome], records: Mapping[str, Mapping[str, Any]], priors: Mapping[str, str]
) -> list[str]:
    """Say what was done, sentence by sentence.

    Parameters
    ----------
    records : mapping of analysis to run record
        Of the outcomes.
    priors : mapping of name to str
        Densities of the priors on the log ratio, negative favouring the treatment; others are named without.
    """
    studies: dict[str, Study] = {study.id: study for one in outcomes for study in one.studies}
    said = [
        f"Published summaries of {counted(len(studies), 'document')} ({designs(list(studies.values()))}) were transcribed as printed, "
        "and every printed number was held against the others of its paper, within rounding.",
        f"{_answers(outcomes)} were analysed by Bayesian models of the printed numbers; the posterior of the ratio was computed exactly, by numerical integration.",
    ]
    sampled = [records[str(one.row.analysis)] for one in outcomes if one.sampled]
    if sampled:
        said.append(_sampler(sampled))
    said.append(f"Estimates are given as {INTERVAL_WORDS}.")
    used = list(dict.fromkeys(str(row.prior) for one in outcomes for row in one.panel))
    if used:
        named = listed(
            f"{prior_name(name)} {true_minus(priors[name])}" if name in priors else prior_name(name) for name in used
        )
        said.append(f"Priors of the log ratio, negative values favouring the treatment: {named}.")
    for asks, what in (("benefit", "benefits"), ("harm", "harms")):
        ours = [one for one in outcomes if one.row.asks == asks]
        if ours:
            primary = listed(dict.fromkeys(prior_name(str(one.row.prior)) for one in ours))
            said.append(
                f"The primary prior of {what} was the {primary} one. {rule(vocabulary(ours[0].row) if asks == 'harm' else None)}"
            )
    cuts = dict.fromkeys(vocabulary(one.row).worth for one in outcomes if has_cut(one))
    if cuts:
        said.append(
            f"An effect was called important beyond the smallest ratio worth having that the document of its analysis states ({', '.join(cuts)}), "
            "and on the other side of no effect beyond its inverse."
        )
    if any(risk.study for one in outcomes for risk in one.risks):
        said.append("Absolute effects put the ratio on a printed control risk, which is taken as known.")
    return said


def _answers(outcomes: Sequence[Outcome]) -> str:
    names = dict.fromkeys(endpoint_noun(one.endpoint) for one in outcomes)
    return capital(listed(names))


def _sampler(records: Sequence[Mapping[str, Any]]) -> str:
    settings, versions = records[0]["settings"], records[0]["versions"]
    run = f"{settings['chains']} chains of {many(settings['draws'])} draws after {many(settings['tune'])} of warm-up"
    tools = listed(
        f"{name} {versions[name]}" for name in ("pymc", "nutpie", "arviz", "python", "crlm_bayes") if name in versions
    )
    return f"Posteriors were sampled as well, by NUTS ({run}, seed {settings['seed']}; {tools}), and held to the exact answer."
