"""The sceptic in the terminal: the prior panel, reverse-Bayes, robustness and decision of each analysis."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from crlm_bayes.answers.answer import Answer
from crlm_bayes.answers.replications import replications
from crlm_bayes.commands.console import KEY, SINGLE_STUDIES, SYNTHESES, inverse
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.prose.beside.doubts import doubts
from crlm_bayes.prose.beside.groups import by_group
from crlm_bayes.prose.decision import verdicts_by_prior
from crlm_bayes.prose.priors import statement
from crlm_bayes.prose.robustness import NO_ESTIMATE, assumed, bearings, confounding_words, is_adjusted, needed
from crlm_bayes.prose.scepticism import (
    AGAINST,
    OTHER_QUESTION,
    REPLICATION,
    against_prior,
    critical_summary,
    same_question,
)
from crlm_bayes.prose.several.pooled import scatter, weights
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.words.marks import mark_of, signed
from crlm_bayes.words.nouns import prior_name, vocabulary
from crlm_bayes.words.numbers import (
    LEVEL,
    estimate,
    p_value,
    probability,
    threshold,
)

NUMBERS = ("median", "lower", "upper", "p_benefit", "p_mcid", "p_harm")

NAME_ONE = "Name an analysis for Bayes factors, conflict, the decision and other priors."

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


def print_scepticism(answers: Sequence[Answer]) -> None:
    """Print each analysis to stdout; everything of a few, the panel and a summary of many."""
    console = Console(highlight=False)
    for sentence in assumed(answers[0].bias, answers[0].discount) if answers else ():
        console.print(f"[bold]{sentence}[/]", soft_wrap=True)
    together = [answer for answer in answers if answer.spec.is_synthesis]
    single = [answer for answer in answers if not answer.spec.is_synthesis]
    for answer in [*together, *single]:
        if together and single and answer in (together[0], single[0]):
            console.rule(SYNTHESES if answer is together[0] else SINGLE_STUDIES, align="left", style="dim")
        spec = answer.spec
        console.print(f"[bold]{spec.title}[/]  [dim]{spec.id}[/]", soft_wrap=True)
        console.print(_panel(answer, answer.panel))
        if not answer.scepticism.has_estimate:
            console.print(NO_ESTIMATE, soft_wrap=True)
        for sentence in _summary(answer):
            console.print(sentence, soft_wrap=True)
        if len(answers) <= WHOLE:
            _print_whole(console, answer)
        console.print()
    _print_replications(console, answers)
    console.print(KEY, soft_wrap=True)
    if len(answers) > WHOLE:
        console.print(NAME_ONE, style="dim")


def _print_replications(console: Console, answers: Iterable[Answer]) -> None:
    found = replications(answers)
    if not found:
        return
    console.print(f"[bold]Replication[/]: {REPLICATION} {OTHER_QUESTION}", soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("original", overflow="fold")
    table.add_column("taken as its replication", overflow="fold")
    table.add_column("the same question?", overflow="fold")
    table.add_column("sceptical p", justify="right", no_wrap=True)
    for pair in found:
        p = p_value(pair.found.p_one_sided)
        table.add_row(pair.original.analysis, pair.replica.analysis, same_question(pair), p)
    console.print(table)
    console.print()


def _panel(answer: Answer, rows: Iterable[PriorVerdict]) -> Table:
    spec = answer.spec
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("prior", no_wrap=True)
    words = vocabulary(spec)
    for head in (
        f"{spec.measure.upper()} ({LEVEL} ETI)",
        words.p_claim,
        f"beats {threshold(spec.mcid)}",
        f"harm {inverse(spec.mcid)}",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    for v in rows:
        effect = estimate(v.median, v.lower, v.upper)
        benefit = signed(words.chance(v.p_benefit), mark_of(v.p_benefit, answer.question.footing))
        table.add_row(prior_name(v.prior), effect, benefit, probability(v.p_mcid), probability(v.p_harm))
    return table


def _summary(answer: Answer) -> list[str]:
    found, spec = answer.scepticism, answer.spec
    adjusted = is_adjusted(answer.question)
    hidden = confounding_words(found.e_value, found.e_value_ci, spec.measure, found.outcome, adjusted=adjusted)
    spread = [] if answer.synthesis is None else [said for said in (by_group(answer), scatter(answer)) if said]
    lacks = "" if answer.robustness.headline.survives else needed(answer.robustness, spec)
    borne = [said for said in (lacks, *bearings(answer.robustness, spec)) if said]
    return [*doubts(answer), *spread, critical_summary(answer), *borne, hidden]


def _print_whole(console: Console, answer: Answer) -> None:
    spec, reverse = answer.spec, answer.reverse
    if answer.synthesis is not None:
        console.print(weights(answer), soft_wrap=True)
    console.print("\n[bold]Decision[/]")
    for said in verdicts_by_prior(answer.decision, vocabulary(spec), answer.question.footing):
        console.print(f"  {said}", soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("prior", no_wrap=True)
    for head in ("Bayes factor", "needed", "fail-safe mean", "conflict"):
        table.add_column(head, justify="right", no_wrap=True)
    for one in reverse.priors:
        table.add_row(prior_name(one.prior), *against_prior(one, spec.claim_sign))
    console.print(f"\n[bold]Against each prior[/]. {AGAINST}", soft_wrap=True)
    console.print(table)
    console.print("\n[bold]Other priors[/]")
    console.print(_panel(answer, answer.others))
    for name, prior in {**answer.question.priors, **answer.question.others}.items():
        console.print(
            f"  [dim]{prior_name(name)}: {statement(prior, spec.better, spec.measure, spec.mcid)}[/]", soft_wrap=True
        )


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
