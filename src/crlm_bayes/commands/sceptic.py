"""The sceptic in the terminal: the prior panel, reverse-Bayes, robustness and decision of each analysis."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.replications import replications
from crlm_bayes.commands.console import HYPOTHETICAL, KEY, grouped, heading, inverse, say, show_table, stdout
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.prose.answer import answer_of
from crlm_bayes.prose.beside.doubts import doubts, lacking
from crlm_bayes.prose.beside.groups import by_group
from crlm_bayes.prose.decision import verdicts_by_prior
from crlm_bayes.prose.priors import statement
from crlm_bayes.prose.robustness import NO_ESTIMATE, assumed, bearings, confounding_words, is_adjusted
from crlm_bayes.prose.scepticism import (
    AGAINST,
    OTHER_QUESTION,
    REPLICATION,
    against_prior,
    critical_summary,
    same_question,
)
from crlm_bayes.prose.several.pooled import scatter, weights
from crlm_bayes.prose.terminal.lines import MORE, NAME_ONE, supposed
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.words.marks import mark_of, signed
from crlm_bayes.words.nouns import prior_name, vocabulary
from crlm_bayes.words.numbers import LEVEL, estimate, p_value, probability, threshold

NUMBERS = ("median", "lower", "upper", "p_benefit", "p_mcid", "p_harm")

WHOLE = 3
"""Number of analyses up to which each is printed with everything; more, with the panel and a summary each."""


def sceptic_rows(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Rows of `sceptic --json`; ratios as reported, means and limits on the benefit scale in logarithms.

    A synthesis has more: `tau` and `predictive` (the ratio in a new study), each with median, lower and upper, and
    `weights`, by study, the prior's among them; all under the primary prior, which `under` names, and of the evidence as
    it is printed.
    """
    every = list(answers)
    found = replications(every)
    return [
        _row(answer)
        | {
            "replicates": [
                {
                    "original": pair.original.analysis,
                    "p_sceptical": pair.found.p_one_sided,
                    "relative_effect": pair.found.relative_effect,
                    "same_question": pair.same_question,
                }
                for pair in found
                if pair.replica.analysis == answer.spec.id
            ]
        }
        for answer in every
    ]


def _row(answer: Answer) -> dict[str, Any]:
    spec, found = answer.spec, answer.scepticism
    borne, reverse, decision = answer.robustness, answer.reverse, answer.decision
    head = borne.headline
    against = [
        {
            "name": one.prior,
            "bf10": _finite(one.bayes_factor.bf10),
            "prior_needed": one.bayes_factor.prior_needed(),
            "fail_safe_mean": one.fail_safe_mean,
            "conflict_p": None if one.conflict is None else one.conflict.p,
            "decision": str(decision.row(one.prior).verdict),
        }
        for one in reverse.priors
    ]
    return {
        "analysis": spec.id,
        "measure": spec.measure,
        "priors": [_numbers(v) for v in answer.panel],
        "matthews_limit": found.matthews_limit,
        "critical_sd": found.critical_sd,
        "e_value": found.e_value,
        "e_value_ci": found.e_value_ci,
        "e_value_outcome": str(found.outcome),
        "others": [_numbers(v) for v in answer.others],
        "against": against,
        "advocacy_limit": reverse.advocacy_limit,
        "critical_advocacy": reverse.critical_advocacy,
        "p_intrinsic": reverse.p_intrinsic,
        "bias_limit": _finite(head.bias),
        "discount_limit": head.discount,
        "needed": borne.needed,
        "null_events": borne.null_events,
        "prior_share": answer.prior_share,
        "allowing_for_bias": None
        if answer.allowing_for_bias is None
        else [_numbers(v) for v in answer.allowing_for_bias],
    } | pooled_numbers(answer)


def _numbers(v: PriorVerdict) -> dict[str, Any]:
    return {"name": v.prior, **{key: getattr(v, key) for key in NUMBERS}}


def _finite(x: float | None) -> float | None:
    return None if x is None or not math.isfinite(x) else x


def print_scepticism(answers: Sequence[Answer], *, verbose: bool = False) -> None:
    """Print each analysis to stdout, its verdict first; everything of a few, the panel and a summary of many.

    Parameters
    ----------
    verbose : bool
        Of a few, also other trials as priors, and what each prior believes.
    """
    console, whole = stdout(), len(answers) <= WHOLE
    for sentence in assumed(answers[0].bias, answers[0].discount) if answers else ():
        say(console, (sentence, "bold"))
    for name, block in grouped(answers, _block).items():
        if len(answers) > 1 or name == HYPOTHETICAL:
            console.rule(name, align="left", style="dim")
        for answer in block:
            heading(console, answer.spec.title, answer.spec.id)
            if name == HYPOTHETICAL:
                _print_supposed(console, answer)
            else:
                _print_answer(console, answer)
            if whole:
                _print_whole(console, answer, verbose)
            console.print()
    _print_replications(console, answers)
    say(console, KEY)
    if hint := NAME_ONE if not whole else MORE if answers and not verbose else "":
        say(console, hint, style="dim")


def _block(answer: Answer) -> str:
    if answer.spec.hypothetical:
        return HYPOTHETICAL
    return "Synthesis" if answer.spec.is_synthesis else "Single studies"


def _print_answer(console: Console, answer: Answer) -> None:
    spec, found = answer.spec, answer.scepticism
    say(console, answer_of(spec, answer.panel, found.critical_sd, answer.question.footing)[0])
    _print_panel(console, answer, answer.panel)
    if not found.has_estimate:
        say(console, NO_ESTIMATE)
    for sentence in _summary(answer):
        say(console, sentence)


def _print_supposed(console: Console, answer: Answer) -> None:
    """Print a reading that asks what if, without a mark or a verdict."""
    (primary,) = (v for v in answer.panel if v.prior == answer.spec.primary)
    say(console, supposed(vocabulary(answer.spec), primary), style="dim")
    _print_panel(console, answer, answer.panel)


def _print_replications(console: Console, answers: Iterable[Answer]) -> None:
    found = replications(answers)
    if not found:
        return
    say(console, ("Replication", "bold"), f": {REPLICATION} {OTHER_QUESTION}")
    heads = ("original", "taken as its replication", "the same question?", "sceptical p")
    for pair in found:
        values = (pair.original.analysis, pair.replica.analysis, same_question(pair), p_value(pair.found.p_one_sided))
        say(console, "; ".join(f"{head}: {value}" for head, value in zip(heads, values, strict=True)), indent=2, hang=2)
    console.print()


def _print_panel(console: Console, answer: Answer, rows: Iterable[PriorVerdict]) -> None:
    spec, words, footing = answer.spec, vocabulary(answer.spec), answer.question.footing
    heads = ("prior", f"{spec.measure.upper()} ({LEVEL} ETI)", words.p_claim)
    sizes = (f"beats {threshold(spec.mcid)}", f"harm {inverse(spec.mcid)}")
    cells = [
        (
            prior_name(v.prior),
            estimate(v.median, v.lower, v.upper),
            signed(words.chance(v.p_benefit), mark_of(v.p_benefit, footing)),
            probability(v.p_mcid),
            probability(v.p_harm),
        )
        for v in rows
    ]
    show_table(console, (*heads, *sizes), cells, style="dim" if spec.hypothetical else "")


def _summary(answer: Answer) -> list[str]:
    found, spec = answer.scepticism, answer.spec
    adjusted = is_adjusted(answer.question)
    hidden = confounding_words(found.e_value, found.e_value_ci, spec.measure, found.outcome, adjusted=adjusted)
    spread = "" if answer.synthesis is None else scatter(answer)
    borne = (lacking(answer), *bearings(answer.robustness, spec), hidden)
    every = [*doubts(answer), by_group(answer), spread, critical_summary(answer), *borne]
    return [said for said in every if said]


def _print_whole(console: Console, answer: Answer, verbose: bool) -> None:
    spec, words = answer.spec, vocabulary(answer.spec)
    if answer.synthesis is not None:
        say(console, weights(answer))
    console.print()
    heading(console, "Decision")
    for said in verdicts_by_prior(answer.decision, words, answer.question.footing):
        say(console, said, indent=2, hang=2)
    console.print()
    say(console, ("Against each prior", "bold"), f". {AGAINST}")
    against = [(prior_name(one.prior), *against_prior(one, spec.claim_sign)) for one in answer.reverse.priors]
    show_table(console, ("prior", "Bayes factor", "needed", "fail-safe mean", "conflict"), against)
    if not verbose:
        return
    console.print()
    heading(console, "Other priors")
    _print_panel(console, answer, answer.others)
    console.print()
    heading(console, "What each prior believes")
    for name, prior in {**answer.question.priors, **answer.question.others}.items():
        believes = statement(prior, spec.better, spec.measure, spec.mcid)
        say(console, f"{prior_name(name)}: {believes}", indent=2, hang=2, style="dim")


def pooled_numbers(answer: Answer) -> dict[str, Any]:
    """Keys `under`, `tau`, `predictive`, `weights` and `groups` of a synthesis; none for one study.

    `under` names the prior of the pooled effect under which the others are. `groups` are those of a meta-regression, else
    empty. `tau` is None for a common effect. `predictive` is a ratio, as reported.
    """
    if answer.synthesis is None:
        return {}
    pooled = answer.pooled
    new = _pooled_numbers(pooled.predictive)
    groups = [
        {"group": group.key, "studies": list(group.studies), "priors": [_numbers(v) for v in group.panel]}
        for group in answer.moderated
    ]
    return {
        "groups": groups,
        "under": answer.spec.primary,
        "tau": None if pooled.tau is None else _pooled_numbers(pooled.tau),
        "predictive": {key: math.exp(value) for key, value in new.items()},
        "weights": {weight.name: weight.share for weight in pooled.weights},
    }


def _pooled_numbers(posterior: GridPosterior) -> dict[str, float]:
    lower, upper = posterior.interval
    return {"median": posterior.median, "lower": lower, "upper": upper}
