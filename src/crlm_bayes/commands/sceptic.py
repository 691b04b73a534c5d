"""The sceptic in the terminal: the prior panel, reverse-Bayes, robustness and decision of each analysis."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from crlm_bayes.answers.answer import Answer
from crlm_bayes.commands.console import LEGEND, SINGLE_STUDIES, SYNTHESES, inverse
from crlm_bayes.exact.posterior import GridPosterior
from crlm_bayes.prose.priors import statement
from crlm_bayes.prose.scepticism import confounding_words, critical_sentence
from crlm_bayes.rule import standing
from crlm_bayes.scepticism.panel import PriorVerdict
from crlm_bayes.scepticism.replication import Estimated, pairs
from crlm_bayes.scepticism.robustness import Robustness
from crlm_bayes.words.nouns import SIGNS, listed, prior_name
from crlm_bayes.words.numbers import (
    LEVEL,
    estimate,
    number,
    p_value,
    percent,
    probability,
    ratio,
    ratio_of,
    span,
    threshold,
)

NUMBERS = ("median", "lower", "upper", "p_benefit", "p_mcid", "p_harm")

WHOLE = 3
"""Number of analyses up to which each is printed with everything; more, with the panel and a summary each."""


def sceptic_rows(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Rows of `sceptic --json`; ratios as reported, means and limits on the benefit scale in logarithms.

    A synthesis has more: `tau` and `predictive` (the ratio in a new study), each with median, lower and upper, and
    `weights`, by study, the prior's among them; all under the primary prior and of the evidence as it is printed.
    """
    every = list(answers)
    found = pairs(_claims(every))
    return [
        _row(answer)
        | {
            "replicates": [
                {
                    "original": pair.original.analysis,
                    "p_sceptical": pair.found.p_one_sided,
                    "relative_effect": pair.found.relative_effect,
                }
                for pair in found
                if pair.replica.analysis == answer.spec.id
            ]
        }
        for answer in every
    ]


def _claims(answers: Iterable[Answer]) -> list[Estimated]:
    """Estimates to be replicated, and replications; what is hypothetical is neither."""
    return [a.estimated for a in answers if a.estimated is not None and not a.spec.hypothetical]


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
        "others": [_numbers(v) for v in answer.others],
        "against": against,
        "advocacy_limit": reverse.advocacy_limit,
        "critical_advocacy": reverse.critical_advocacy,
        "p_intrinsic": reverse.p_intrinsic,
        "bias_limit": _finite(head.bias),
        "discount_limit": head.discount,
        "null_events": borne.null_events,
    } | pooled_numbers(answer)


def _numbers(v: PriorVerdict) -> dict[str, Any]:
    return {"name": v.prior, **{key: getattr(v, key) for key in NUMBERS}}


def _finite(x: float | None) -> float | None:
    return None if x is None or not math.isfinite(x) else x


def print_scepticism(answers: Sequence[Answer]) -> None:
    """Print each analysis to stdout; everything of a few, the panel and a summary of many."""
    console = Console(highlight=False)
    for sentence in _assumed(answers[0]) if answers else ():
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
            console.print("The data alone give no estimate: the likelihood does not fall on both sides.")
        for sentence in [*_scatter(answer), *_summary(answer, answer.robustness)]:
            console.print(sentence, soft_wrap=True)
        if len(answers) <= WHOLE:
            _print_whole(console, answer)
        console.print()
    _print_replications(console, answers)
    console.print(LEGEND, soft_wrap=True)
    if len(answers) > WHOLE:
        console.print("Name an analysis for Bayes factors, conflict, the decision and other priors.", style="dim")


def _print_replications(console: Console, answers: Iterable[Answer]) -> None:
    found = pairs(_claims(answers))
    if not found:
        return
    console.print("[bold]Replication[/]: sceptical p, one-sided, of a second study for a first (Held 2020)")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("original", overflow="fold")
    table.add_column("taken as its replication", overflow="fold")
    table.add_column("sceptical p", justify="right", no_wrap=True)
    for pair in found:
        table.add_row(pair.original.analysis, pair.replica.analysis, p_value(pair.found.p_one_sided))
    console.print(table)
    console.print()


def _assumed(answer: Answer) -> list[str]:
    said = []
    if answer.bias:
        way = "overstate" if answer.bias > 0 else "understate"
        said.append(f"Each study is taken to {way} the benefit by a factor of {ratio_of(abs(answer.bias))}.")
    if answer.discount:
        said.append(f"{percent(answer.discount, 0)} of the evidence of each study is set aside.")
    return said


def _panel(answer: Answer, rows: Iterable[PriorVerdict]) -> Table:
    spec = answer.spec
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("prior", no_wrap=True)
    for head in (
        f"{spec.measure.upper()} ({LEVEL} ETI)",
        "P(benefit)",
        f"beats {threshold(spec.mcid)}",
        f"harm {inverse(spec.mcid)}",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    for v in rows:
        effect = estimate(v.median, v.lower, v.upper)
        benefit = f"{probability(v.p_benefit)} {SIGNS[standing(v.p_benefit)]}"
        table.add_row(prior_name(v.prior), effect, benefit, probability(v.p_mcid), probability(v.p_harm))
    return table


def _scatter(answer: Answer) -> list[str]:
    """How far studies scatter, and the ratio in a new one."""
    if answer.synthesis is None or answer.pooled.tau is None:
        return []
    pooled, tau = answer.pooled, answer.pooled.tau
    low, high = (math.exp(x) for x in pooled.predictive.interval)
    spread = f"{number(tau.median)} (95% ETI {span(*tau.interval, write=number)})"
    new = f"{ratio(math.exp(pooled.predictive.median))} ({span(low, high)})"
    return [f"Spread between studies, tau: {spread}. In a new study: {answer.spec.measure.upper()} {new}."]


def _print_weights(console: Console, answer: Answer) -> None:
    if answer.synthesis is not None:
        shares = listed(f"{weight.name} {percent(weight.share)}" for weight in answer.pooled.weights)
        console.print(f"Weights in the pooled mean: {shares}.", soft_wrap=True)


def _summary(answer: Answer, borne: Robustness) -> list[str]:
    found, head = answer.scepticism, borne.headline
    limit = "none" if found.matthews_limit is None else ratio(found.matthews_limit)
    said = [f"{critical_sentence(found.critical_sd)} Matthews' scepticism limit: {limit}."]
    primary = prior_name(borne.primary)
    if head.survives and head.bias is not None and head.discount is not None:
        said.append(
            f"Under the {primary} prior the claim falls if the benefit is overstated by a factor of {ratio_of(head.bias)}, "
            f"or if {percent(head.discount, 0)} of the evidence is set aside."
        )
    contrasts = [c for study in answer.question.studies for c in study.contrasts]
    adjusted = any(c.adjusted for c in contrasts) and answer.spec.reading == "contrast"
    said.append(confounding_words(found.e_value, found.e_value_ci, answer.spec.measure, adjusted=adjusted))
    return said


def _print_whole(console: Console, answer: Answer) -> None:
    spec, reverse = answer.spec, answer.reverse
    _print_weights(console, answer)
    groups: dict[str, list[str]] = {}
    for row in answer.decision.under:
        groups.setdefault(str(row.verdict), []).append(prior_name(row.prior))
    console.print("\n[bold]Decision[/]")
    for said, names in groups.items():
        console.print(f"  {said}: {listed(names)}", soft_wrap=True)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    table.add_column("prior", no_wrap=True)
    for head in ("BF10", "needed for 95%", "fail-safe mean", "conflict p"):
        table.add_column(head, justify="right", no_wrap=True)
    for one in reverse.priors:
        safe = "none" if one.fail_safe_mean is None else ratio_of(spec.sign * one.fail_safe_mean)
        conflict = "" if one.conflict is None else p_value(one.conflict.p)
        factor = one.bayes_factor
        table.add_row(prior_name(one.prior), number(factor.bf10, 3), percent(factor.prior_needed()), safe, conflict)
    console.print("\n[bold]Against each prior[/]: Bayes factor of the prior over no effect, and what it takes")
    console.print(table)
    console.print("\n[bold]Other priors[/]")
    console.print(_panel(answer, answer.others))
    for name, prior in {**answer.question.priors, **answer.question.others}.items():
        console.print(
            f"  [dim]{prior_name(name)}: {statement(prior, spec.better, spec.measure, spec.mcid)}[/]", soft_wrap=True
        )


def pooled_numbers(answer: Answer) -> dict[str, Any]:
    """Keys `tau`, `predictive` and `weights` of a synthesis; none for one study.

    `tau` is None for a common effect. `predictive` is a ratio, as reported.
    """
    if answer.synthesis is None:
        return {}
    pooled = answer.pooled
    new = _pooled_numbers(pooled.predictive)
    return {
        "tau": None if pooled.tau is None else _pooled_numbers(pooled.tau),
        "predictive": {key: math.exp(value) for key, value in new.items()},
        "weights": {weight.name: weight.share for weight in pooled.weights},
    }


def _pooled_numbers(posterior: GridPosterior) -> dict[str, float]:
    lower, upper = posterior.interval
    return {"median": posterior.median, "lower": lower, "upper": upper}
